/** Checks of what shows who a peer is and that both mean the same handshake: CertificateVerify and Finished: taken out one by one. */
import { type Mutant, mutantsOf } from "./mutant.ts";

export const PROOF_MUTANTS: readonly Mutant[] = [
  ...mutantsOf("dtls/handshake/ecdsa", "attacks/handshakeClientProof", [
    {
      check: "a proof is by an algorithm that was asked for",
      text: "if (signature.algorithm !== ECDSA_SHA256) {",
      replacement: "if (signature.algorithm < 0) {",
      name: "is refused by an algorithm that was not asked for",
    },
  ]),
  ...mutantsOf("dtls/handshake/peerAuthentication", "attacks/handshakeClientProof", [
    {
      check: "a client's raw public key is one that is expected",
      text: "if (peerPublicKeys?.some((allowed) => equalBytes(allowed, publicKey)) !== true) {",
      replacement: "if (peerPublicKeys?.some((allowed) => equalBytes(allowed, allowed)) !== true) {",
      name: "that is not expected is refused, though its proof is good",
    },
    {
      check: "a raw public key is no certificate",
      text: 'return expected.type === "rawPublicKey"\n    ? authenticateKey(options, decodeRawPublicKey(body))',
      replacement:
        'return expected.type === "rawPublicKey" && body[3] === 0x30 && body[4] === 0x59\n    ? authenticateKey(options, decodeRawPublicKey(body))',
      name: "is not taken for a certificate, nor a certificate for it",
    },
  ]),
  ...mutantsOf("dtls/handshake/serverHandshake", "attacks/handshakeClientProof", [
    {
      check: "a client that has to has a certificate",
      text: 'if (authenticated === undefined && options.clientAuthentication === "require") {',
      replacement: "if (body.length < 0) {",
      name: "by certificates with CCM_8 cannot be left out with an empty Certificate",
    },
    {
      check: "a proof is verified",
      text: 'checkEcdsa(required(this.#peerKey), this.#transcript.bytes(), decodeSignature(body), "CertificateVerify");',
      replacement: "decodeSignature(body);",
      name: "by raw public keys with CCM_8 is refused by another key",
    },
    {
      check: "a proof is over what was said",
      text: "checkEcdsa(required(this.#peerKey), this.#transcript.bytes(), ",
      replacement: "checkEcdsa(required(this.#peerKey), this.#transcript.bytes().subarray(0, -1), ",
      name: "by certificates with GCM is refused over one octet fewer than was said",
    },
    {
      check: "a proof behind ChangeCipherSpec is verified",
      text: 'checkEcdsa(required(this.#peerKey), this.#transcript.bytes(), decodeSignature(body), "CertificateVerify");',
      replacement: "decodeSignature(body);",
      name: "is checked too when ChangeCipherSpec overtook it",
    },
  ]),
  ...mutantsOf("dtls/handshake/table", "attacks/handshakeClientProof", [
    {
      check: "a client that shows a certificate proves that it is its own",
      text: 'keyExchangeOfCertificate: { clientKeyExchange: "certificateVerify" },',
      replacement: 'keyExchangeOfCertificate: { clientKeyExchange: "changeCipherSpec" },',
      name: "by certificates with CCM_8 is demanded: a Certificate without CertificateVerify leads nowhere",
    },
    {
      check: "a client that is asked shows a certificate",
      text: 'clientCertificate: { certificate: "chosen" },',
      replacement: 'clientCertificate: { certificate: "chosen", clientKeyExchange: "certificateVerify" },',
      name: "by raw public keys with CCM_8 does not come without a Certificate",
    },
    {
      check: "a proof comes after the keys",
      text: 'keyExchangeOfCertificate: { clientKeyExchange: "certificateVerify" },',
      replacement:
        'keyExchangeOfCertificate: { clientKeyExchange: "certificateVerify", certificateVerify: "keyExchange" },',
      name: "by certificates with GCM is not taken before the ClientKeyExchange",
    },
    {
      check: "a proof counts once",
      text: 'certificateVerify: { certificateVerify: "changeCipherSpec" },\n    changeCipherSpec: { changeCipherSpec',
      replacement:
        'certificateVerify: { certificateVerify: "changeCipherSpec" },\n    changeCipherSpec: { certificateVerify: "changeCipherSpec", changeCipherSpec',
      name: "counts once: a second one has no place",
    },
    {
      check: "a client shows one Certificate",
      text: 'keyExchangeOfCertificate: { clientKeyExchange: "certificateVerify" },',
      replacement: 'keyExchangeOfCertificate: { certificate: "chosen", clientKeyExchange: "certificateVerify" },',
      name: "is for the one Certificate: a second one has no place",
    },
    {
      check: "a client that is not asked shows nothing",
      text: 'keyExchange: { clientKeyExchange: "changeCipherSpec" },',
      replacement: 'keyExchange: { certificate: "chosen", clientKeyExchange: "changeCipherSpec" },',
      name: "that is not asked has no place",
    },
    {
      check: "a client without a certificate proves nothing",
      text: 'keyExchange: { clientKeyExchange: "changeCipherSpec" },',
      replacement: 'keyExchange: { clientKeyExchange: "certificateVerify" },',
      name: "takes no proof of a client that has none",
    },
    {
      check: "a client that shows a certificate proves that it is its own",
      text: 'keyExchangeOfCertificate: { clientKeyExchange: "certificateVerify" },',
      replacement: 'keyExchangeOfCertificate: { clientKeyExchange: "changeCipherSpec" },',
      name: "demands the proof of a client that has one",
    },
  ]),
  ...mutantsOf("dtls/connection", "attacks/handshakeFinished", [
    {
      check: "a Finished after the handshake is the one of the handshake",
      text: 'else if (type === "finished" && this.#isPeersFinished(piece)) {',
      replacement: 'else if (type === "finished") {',
      name: "that comes twice under numbers of its own ends the connection",
    },
    {
      check: "protected records wait for ChangeCipherSpec",
      text: "else if (!this.#early.add(view)) this.drop(",
      replacement: "else this.drop(",
      name: "that overtakes ChangeCipherSpec waits for it",
    },
  ]),
  ...mutantsOf("dtls/handshake/clientHandshake", "attacks/handshakeFinished", [
    {
      check: "the server's Finished is verified",
      text: "if (body.length !== expected.length || !timingSafeEqual(body, expected)) {",
      replacement: "if (body.length !== expected.length) {",
      name: "by PSK with CCM_8, given to a client in a full handshake is refused when octet 11 is wrong",
    },
    {
      check: "the server's Finished is the server's",
      text: 'verifyData(this.#secret(), "server finished"',
      replacement: 'verifyData(this.#secret(), "client finished"',
      name: "by certificates with GCM, given to a client in a full handshake is refused when it is the one that the other",
    },
    {
      check: "the server's Finished is as long as it has to be",
      text: "if (body.length !== expected.length || !timingSafeEqual(body, expected)) {",
      replacement: "if (!body.every((octet, index) => octet === expected[index])) {",
      name: "by PSK with CBC, given to a client in a full handshake is refused when it is cut to 0 octets",
    },
  ]),
  ...mutantsOf("dtls/handshake/handshakeInput", "attacks/handshakeFinished", [
    {
      check: "a Finished has 12 octets at most",
      text: 'if (length > MESSAGES.finished.maxOctets) throw new DecodeError("a Finished of more than 12 octets");',
      replacement: "",
      name: "in a full handshake is refused when it is longer than it is",
    },
  ]),
  ...mutantsOf("dtls/handshake/serverHandshake", "attacks/handshakeFinished", [
    {
      check: "the client's Finished is verified",
      text: "if (body.length !== expected.length || !timingSafeEqual(body, expected)) {",
      replacement: "if (body.length !== expected.length) {",
      name: "by PSK with CCM_8, given to a server when a session is resumed is refused when octet 0 is wrong",
    },
    {
      check: "the client's Finished is as long as it has to be",
      text: "if (body.length !== expected.length || !timingSafeEqual(body, expected)) {",
      replacement: "if (!body.every((octet, index) => octet === expected[index])) {",
      name: "by PSK with CBC, given to a server in a full handshake is refused when it is cut to 0 octets",
    },
    {
      check: "the client's Finished is the client's",
      text: 'verifyData(this.#secret(), "client finished"',
      replacement: 'verifyData(this.#secret(), "server finished"',
      name: "by PSK with CCM_8, given to a server in a full handshake is refused when it is the one that the other",
    },
  ]),
  ...mutantsOf("dtls/handshake/table", "attacks/handshakeFinished", [
    {
      check: "the keys come before the Finished of a client",
      text: 'keyExchange: { clientKeyExchange: "changeCipherSpec" },',
      replacement: 'keyExchange: { clientKeyExchange: "changeCipherSpec", changeCipherSpec: "finished" },',
      name: "given to a server right after the hello leads nowhere by PSK with CCM_8",
    },
  ]),
];
