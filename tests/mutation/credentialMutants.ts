/** Checks of keys, certificates and options: taken out one by one. */
import { type Mutant, mutantsOf } from "./mutant.ts";

export const CREDENTIAL_MUTANTS: readonly Mutant[] = [
  ...mutantsOf("dtls/handshake/ecdsa", "attacks/credentials", [
    {
      check: "a signature is verified",
      text: "if (!isGood(publicKey, content, signature.value)) {",
      replacement: "if (isGood(publicKey, content, signature.value) === undefined) {",
      name: "the certificate of somebody else is of no use without its key",
    },
  ]),
  ...mutantsOf("dtls/handshake/peerAuthentication", "attacks/credentials", [
    {
      check: "a raw public key is one that is expected",
      text: "if (peerPublicKeys?.some((allowed) => equalBytes(allowed, publicKey)) !== true) {",
      replacement: "if (peerPublicKeys?.some((allowed) => equalBytes(allowed, allowed)) !== true) {",
      name: "another key is refused with certificate_unknown",
    },
    {
      check: "a raw public key is a key of P-256",
      text: "if (key === undefined) {",
      replacement: "if (publicKey.length === 0) {",
      name: "under the type RawPublicKey is refused with unsupported_certificate",
    },
    {
      check: "a chain is validated",
      text: "if (!outcome.ok) throw",
      replacement: 'if (!outcome.ok && outcome.alert === "unknown_ca") throw',
      name: "is refused with certificate_expired",
    },
    {
      check: "a chain is validated for the name that was asked for",
      text: "...(name !== undefined && { name })",
      replacement: '...(name === "" && { name })',
      name: "a server of another name or address is refused",
    },
  ]),
  ...mutantsOf("dtls/handshake/serverHandshake", "attacks/credentials", [
    {
      check: "a client shows a certificate where one is required",
      text: 'if (authenticated === undefined && options.clientAuthentication === "require") {',
      replacement: "if (body.length < 0) {",
      name: "a client without a credential is refused where one is required",
    },
  ]),
  ...mutantsOf("dtls/resolveOptions", "attacks/credentials", [
    {
      check: "a raw public key has one form",
      text: "spki.length === SPKI_OCTETS && key.",
      replacement: "key.",
      name: "the expected key with an octet behind it under the type RawPublicKey",
    },
  ]),
  ...mutantsOf("dtls/session", "attacks/credentials", [
    {
      check: "a session is of one key",
      text: 'add(psk && createHash("sha256").update(psk.key.export()).digest());',
      replacement: "",
      name: "a session of other credentials is not offered",
    },
  ]),
  ...mutantsOf("pki/pathRules", "attacks/credentials", [
    {
      check: "a certificate is valid already",
      text: "now >= notBeforeMs ?",
      replacement: "now >= 0 * notBeforeMs ?",
      name: "a certificate that is not valid yet is refused",
    },
    {
      check: "a certificate is still valid",
      text: "now <= notAfterMs ?",
      replacement: "now <= 2 * now + 0 * notAfterMs ?",
      name: "an expired certificate is refused",
    },
    {
      check: "critical extensions are understood",
      text: "unprocessedCritical.length === 0\n",
      replacement: "unprocessedCritical.length >= 0\n",
      name: "a critical extension that nobody knows is refused",
    },
    {
      check: "a certificate is for its purpose",
      text: "extendedKeyUsage === undefined ||\n",
      replacement: "extendedKeyUsage === undefined || extendedKeyUsage.length > 0 ||\n",
      name: "a certificate for the other side's purpose only is refused",
    },
    {
      check: "a leaf's key is of P-256",
      text: "isP256PublicKey(certificate.tbs.publicKey)\n",
      replacement: "certificate.tbs.publicKey.length > 0\n",
      name: "a key on P-384 in the certificate is refused",
    },
    {
      check: "a leaf's key may sign",
      text: 'keyUsage === undefined || keyUsage.includes("digitalSignature")',
      replacement: "keyUsage === undefined || keyUsage.length > 0",
      name: "a key that may not sign is refused",
    },
    {
      check: "a certificate is for the host",
      text: "name === undefined || isNamed(tbs, name) ?",
      replacement: "name === undefined || tbs !== undefined ?",
      name: "a server of another name or address is refused: other.example",
    },
    {
      check: "an issuer is a CA",
      text: "(isCa ? undefined",
      replacement: "(isCa || !isCa ? undefined",
      name: "a certificate of an issuer that is no CA is refused",
    },
    {
      check: "an issuer may sign certificates",
      text: 'keyUsage === undefined || keyUsage.includes("keyCertSign")',
      replacement: "keyUsage === undefined || keyUsage.length > 0",
      name: "an issuer that may not sign certificates is refused",
    },
    {
      check: "a path is no longer than its CAs allow",
      text: ".length <= pathLength\n",
      replacement: ".length >= 0\n",
      name: "a path longer than a CA allows is refused",
    },
  ]),
  ...mutantsOf("pki/pathSearch", "attacks/credentials", [
    {
      check: "a signature is by an algorithm that serves",
      text: "if (SIGNATURE_ALGORITHMS.has(signatureAlgorithm)) return undefined;",
      replacement:
        'if (SIGNATURE_ALGORITHMS.has(signatureAlgorithm) || signatureAlgorithm === "1.2.840.10045.4.1") return undefined;',
      name: "a signature with SHA-1 above is refused",
    },
    {
      check: "an issuer has signed",
      text: "if (certificate.isSignedBy(issuer)) return undefined;",
      replacement: "if (certificate.namesAsIssuer(issuer)) return undefined;",
      name: "a certificate of a CA that only has the name of the trusted one is refused",
    },
    {
      check: "a path ends at an anchor",
      text: "const isAnchor = path.length === 1 && anchors.some(",
      replacement: "const isAnchor = last.selfIssued || path.length === 1 && anchors.some(",
      name: "a certificate that signs itself is refused",
    },
    {
      check: "a stranger's CA is no anchor",
      text: "const isAnchor = path.length === 1 && anchors.some(",
      replacement: "const isAnchor = last.selfIssued || path.length === 1 && anchors.some(",
      name: "a certificate of a stranger's CA is refused",
    },
    {
      check: "a chain may come in any order",
      text: "intermediates.filter((each) => last.namesAsIssuer(each))",
      replacement: "intermediates.slice(path.length - 1, path.length).filter((each) => last.namesAsIssuer(each))",
      name: "a chain in any order, with the root in it, is taken",
    },
  ]),
  ...mutantsOf("pki/subjectNames", "attacks/credentials", [
    {
      check: "an address is the one that was asked for",
      text: "if (ip.length > 0) return ip.some((octets) => equalOctets(octets, address));",
      replacement: "if (ip.length > 0) return true;",
      name: "a server of another name or address is refused: 192.0.2.2",
    },
  ]),
  ...mutantsOf("pki/validatePath", "attacks/credentials", [
    {
      check: "a pinned certificate is the only one",
      text: "if (usage.pinsEndEntity && !isPinned(endEntity.der, pin)) {",
      replacement: "if (usage.pinsEndEntity && pin === undefined) {",
      name: "a pinned certificate is the only one that is taken",
    },
  ]),
  ...mutantsOf("dtls/crypto/keySchedule", "attacks/preSharedKeys", [
    {
      check: "keys are of the pre-shared key",
      text: "return ecdhePskPremaster(new Uint8Array(psk.length), psk);",
      replacement: "return ecdhePskPremaster(new Uint8Array(psk.length), new Uint8Array(psk.length));",
      name: "another key: neither side connects",
    },
    {
      check: "keys of ECDHE_PSK are of the pre-shared key",
      text: "premaster.set(psk, 2 + z.length + 2);",
      replacement: "",
      name: "the suites of ECDHE_PSK need the key too",
    },
  ]),
  ...mutantsOf("dtls/handshake/serverHandshake", "attacks/preSharedKeys", [
    {
      check: "an identity is known",
      text: "const key = this.#lookUp(identity);",
      replacement: "const key = this.#lookUp(identity) ?? pskKey(new Uint8Array(1));",
      name: "an identity that the server does not know",
    },
    {
      check: "an identity is taken octet for octet",
      text: "identity && this.#pskOf(Uint8Array.from(identity))",
      replacement: "identity && this.#pskOf(new TextEncoder().encode(new TextDecoder().decode(identity)))",
      name: "that is no UTF-8 is taken octet for octet",
    },
    {
      check: "a NUL octet is one of the identity",
      text: "identity && this.#pskOf(Uint8Array.from(identity))",
      replacement:
        'identity && this.#pskOf(Uint8Array.from(Buffer.from(Buffer.from(identity).toString("latin1").replaceAll("\\0", ""), "latin1")))',
      name: "with NUL octets is taken octet for octet",
    },
  ]),
  ...mutantsOf("dtls/messages/clientKeyExchange", "attacks/preSharedKeys", [
    {
      check: "an identity has 128 octets at most",
      text: "reader.vector16(0, MAX_IDENTITY_OCTETS)",
      replacement: "reader.vector16()",
      name: "an identity of 129 octets from a peer is refused with decode_error",
    },
    {
      check: "an identity may have 128 octets",
      text: "const MAX_IDENTITY_OCTETS = 128;",
      replacement: "const MAX_IDENTITY_OCTETS = 127;",
      name: "an identity of 128 octets is taken octet for octet",
    },
  ]),
  ...mutantsOf("dtls/resolveOptions", "attacks/preSharedKeys", [
    {
      check: "a key may have 64 octets",
      text: "const MAX_PSK_OCTETS = 64;",
      replacement: "const MAX_PSK_OCTETS = 63;",
      name: "with a key of 64 octets is taken octet for octet",
    },
  ]),
  ...mutantsOf("dtls/resolveOptions", "options", [
    {
      check: "a pre-shared key has an octet at least",
      text: "if (octets === undefined || octets === 0)",
      replacement: "if (octets === undefined)",
      name: "a pre-shared key of no octets is refused",
    },
    {
      check: "a pre-shared key has 64 octets at most",
      text: "if (octets > MAX_PSK_OCTETS)",
      replacement: "if (octets > MAX_PSK_OCTETS + 1)",
      name: "of 65 octets is refused, of 64 taken",
    },
    {
      check: "CBC needs to be allowed",
      text: "if (cbc !== undefined && !allowCbc) {",
      replacement: "if (cbc !== undefined && !allowCbc && named === undefined) {",
      name: "of CBC are refused without allowCbc",
    },
    {
      check: "keys are of P-256",
      text: 'if (key.type !== "private" || key.asymmetricKeyDetails?.namedCurve !== "prime256v1") {',
      replacement: 'if (key.type !== "private") {',
      name: "with a key on P-384 is refused",
    },
    {
      check: "a private key belongs to its certificate",
      text: "if (first?.checkPrivateKey(key) !== true)",
      replacement: "if (first === undefined)",
      name: "with a key that is not its own is refused",
    },
  ]),
];
