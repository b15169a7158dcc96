/** Checks of how handshake messages are put together, ordered and read, up to the exchange of keys: taken out one by one. */
import { type Mutant, mutantsOf } from "./mutant.ts";

export const MESSAGE_MUTANTS: readonly Mutant[] = [
  ...mutantsOf("dtls/handshake/reassembly", "attacks/handshakeFragments", [
    {
      check: "the length of a message is bounded",
      text: "if (type === undefined || length > MESSAGES[type].maxOctets)",
      replacement: "if (type === undefined)",
      name: "of 2^24 - 1 announced octets reserve nothing",
    },
    {
      check: "a fragment lies in its message",
      text: "if (offset + bytes.length > length || ",
      replacement: "if (",
      name: "that reach past the end are dropped",
    },
    {
      check: "a fragment has octets",
      text: " || (bytes.length === 0 && length > 0)",
      replacement: "",
      name: "without octets of a message that has some are dropped",
    },
    {
      check: "the fragments of a message agree on its type",
      text: "if (partial.type !== type || ",
      replacement: "if (",
      name: "with another type of the message are dropped",
    },
    {
      check: "the fragments of a message agree on its length",
      text: " || partial.body.length !== length)",
      replacement: ")",
      name: "with a shorter length of the message are dropped",
    },
    {
      check: "the octets that are kept are bounded",
      text: 'if (this.#octets + length > MAX_OCTETS) return "overflow";',
      replacement: "",
      name: "the memory of reassembly holds 32 KiB of messages at most",
    },
    {
      check: "the pieces that are kept are bounded",
      text: "if (apart.length === partial.pieces.length && apart.length >= MAX_PIECES)",
      replacement: "if (apart.length < 0)",
      name: "the memory of reassembly holds 64 pieces of a message at most",
    },
    {
      check: "messages far ahead are not kept",
      text: 'if (sequence >= this.#next + MAX_AHEAD) return "overflow";',
      replacement: "",
      name: "the memory of reassembly holds 8 messages at most",
    },
    {
      check: "the next message has room",
      text: "if (sequence === this.#next) this.#makeRoom(length);",
      replacement: "",
      name: "of large messages that never come do not take the room",
    },
    {
      check: "the room of a message is given back",
      text: "this.#octets -= this.#partials.get(sequence)?.body.length ?? 0;",
      replacement: "",
      name: "the memory of reassembly is free again",
    },
    {
      check: "a message is whole before it is read",
      text: "first[0] === 0 && first[1] === body.length",
      replacement: "first[0] === 0",
      name: "with a gap never make up a message",
    },
    {
      check: "octets that came first stay",
      text: "if (at < start) partial.body.set(bytes.subarray(at - offset, start - offset), at);\n    at = Math.max(at, end);",
      replacement: "",
      name: "that overlap with other octets do not change what came first",
    },
  ]),
  ...mutantsOf("dtls/bytes", "attacks/handshakeKeyExchange", [
    {
      check: "a vector ends in its message",
      text: "if (length > this.remaining) throw",
      replacement: "if (length < 0) throw",
      name: "the server's Certificate that is truncated is refused at every length",
    },
    {
      check: "a hint has all of its octets",
      text: "if (length > this.remaining) throw",
      replacement: "if (length < 0) throw",
      name: "is refused with a hint that is cut short",
    },
    {
      check: "a key exchange has all of its octets",
      text: "if (length > this.remaining) throw",
      replacement:
        "if (length > this.remaining) {\n      const padded = concat([this.#bytes.subarray(this.#at), new Uint8Array(length - this.remaining)]);\n      this.#at = this.#bytes.length;\n      return padded;\n    }\n    if (length < 0) throw",
      name: "the key exchange of ECDHE_PSK is refused by a client at every length that it is cut to",
    },
    {
      check: "a client's key exchange has all of its octets",
      text: "if (length > this.remaining) throw",
      replacement:
        "if (length > this.remaining) {\n      const padded = concat([this.#bytes.subarray(this.#at), new Uint8Array(length - this.remaining)]);\n      this.#at = this.#bytes.length;\n      return padded;\n    }\n    if (length < 0) throw",
      name: "is refused by a server when the client's is cut to 40 octets",
    },
  ]),
  ...mutantsOf("dtls/handshake/clientHandshake", "attacks/handshakeKeyExchange", [
    {
      check: "the server's parameters are signed",
      text: "this.#checkParameters(exchange);",
      replacement: "",
      name: "by certificates with CCM_8 is refused when another key signed it",
    },
    {
      check: "the server's parameters are signed for this client",
      text: "concat([this.#random, this.#serverRandom, parameters])",
      replacement: "concat([this.#serverRandom, this.#random, parameters])",
      name: "by raw public keys with GCM is refused when it was signed over both randoms the wrong way round",
    },
    {
      check: "a server has a certificate",
      text: "if (authenticated === undefined)\n        throw new DtlsError(",
      replacement: "if (authenticated === undefined) return;\n      if (body.length < 0)\n        throw new DtlsError(",
      name: "by certificates with CCM_8 does not show a client that trusts no empty Certificate its keys",
    },
  ]),
  ...mutantsOf("dtls/handshake/ecdsa", "attacks/handshakeKeyExchange", [
    {
      check: "a signature is by an algorithm that was offered",
      text: "if (signature.algorithm !== ECDSA_SHA256) {",
      replacement: "if (signature.algorithm < 0) {",
      name: "by certificates with CCM_8 is refused by an algorithm that was not offered",
    },
    {
      check: "a wrong signature is told from a good one",
      text: 'return verify("sha256", content, publicKey, value);',
      replacement: 'return verify("sha256", content, publicKey, value) || true;',
      name: "by certificates with CBC is refused when its point was changed after it was signed",
    },
  ]),
  ...mutantsOf("dtls/handshake/ephemeralKey", "attacks/handshakeKeyExchange", [
    {
      check: "a point lies on the curve",
      text: 'throw new DtlsError("protocol", "the peer\'s ephemeral key is not a point of P-256", "illegal_parameter");',
      replacement: "return new Uint8Array(32);",
      name: "is refused by a server with a point beside the curve",
    },
    {
      check: "a server's point lies on the curve",
      text: 'throw new DtlsError("protocol", "the peer\'s ephemeral key is not a point of P-256", "illegal_parameter");',
      replacement: "return new Uint8Array(32);",
      name: "is refused by a client with a point beside the curve",
    },
  ]),
  ...mutantsOf("dtls/handshake/handshakeInput", "attacks/handshakeKeyExchange", [
    {
      check: "a message has its place",
      text: "if (!this.#handshake.allows(message.type)) {",
      replacement: "if (this.#reassembly.next < 0) {",
      name: "by certificates with CCM_8 is refused when it comes twice",
    },
    {
      check: "ChangeCipherSpec has its place",
      text: 'if (!good || !this.#handshake.allows("changeCipherSpec")) {',
      replacement: "if (!good) {",
      name: "is refused by a server without a ClientKeyExchange",
    },
  ]),
  ...mutantsOf("dtls/handshake/peerAuthentication", "attacks/handshakeKeyExchange", [
    {
      check: "a server's chain is validated",
      text: "if (!outcome.ok) throw",
      replacement: "if (!outcome.ok && chain.length === 0) throw",
      name: "of somebody else is refused, though the key exchange is signed by its key",
    },
  ]),
  ...mutantsOf("dtls/handshake/serverHandshake", "attacks/handshakeKeyExchange", [
    {
      check: "an identity is known",
      text: "const key = this.#lookUp(identity);",
      replacement: "const key = this.#lookUp(identity) ?? pskKey(new Uint8Array(1));",
      name: "is refused by a server for an identity that it does not know",
    },
  ]),
  ...mutantsOf("dtls/handshake/table", "attacks/handshakeKeyExchange", [
    {
      check: "a server with a certificate sends a key exchange",
      text: 'signedKeyExchange: { serverKeyExchange: "certificateRequestOrDone" },',
      replacement:
        'signedKeyExchange: { serverKeyExchange: "certificateRequestOrDone", certificateRequest: "done", serverHelloDone: "changeCipherSpec" },',
      name: "by certificates with CCM_8 does not go on without a serverKeyExchange",
    },
    {
      check: "a server of a certificate suite shows a certificate",
      text: 'certificate: { certificate: "signedKeyExchange" },',
      replacement: 'certificate: { certificate: "signedKeyExchange", serverKeyExchange: "certificateRequestOrDone" },',
      name: "by raw public keys with GCM does not go on without a certificate",
    },
    {
      check: "ECDHE_PSK needs the server's part",
      text: 'ecdhePskKeyExchange: { serverKeyExchange: "done" },',
      replacement: 'ecdhePskKeyExchange: { serverKeyExchange: "done", serverHelloDone: "changeCipherSpec" },',
      name: "is refused by a client when the server's is missing",
    },
    {
      check: "a hint comes once",
      text: 'pskKeyExchangeOrDone: { serverKeyExchange: "done",',
      replacement: 'pskKeyExchangeOrDone: { serverKeyExchange: "pskKeyExchangeOrDone",',
      name: "is refused with two hints",
    },
    {
      check: "a server of a PSK suite shows no certificate",
      text: 'pskKeyExchangeOrDone: { serverKeyExchange: "done",',
      replacement: 'pskKeyExchangeOrDone: { certificate: "pskKeyExchangeOrDone", serverKeyExchange: "done",',
      name: "is refused with a Certificate",
    },
    {
      check: "a key exchange comes once",
      text: 'certificateRequestOrDone: { certificateRequest: "done",',
      replacement:
        'certificateRequestOrDone: { serverKeyExchange: "certificateRequestOrDone", certificateRequest: "done",',
      name: "the server's key exchange by certificates with CCM_8 is refused when it comes twice",
    },
    {
      check: "a server says when it is done",
      text: 'signedKeyExchange: { serverKeyExchange: "certificateRequestOrDone" },',
      replacement: 'signedKeyExchange: { serverKeyExchange: "changeCipherSpec" },',
      name: "does not go on without a serverHelloDone",
    },
  ]),
  ...mutantsOf("dtls/messages/certificate", "attacks/handshakeKeyExchange", [
    {
      check: "nothing follows a chain",
      text: "const list = new ByteReader(reader.vector24());\n  reader.end();",
      replacement: "const list = new ByteReader(reader.vector24());",
      name: "are refused with octets behind a chain of certificates",
    },
    {
      check: "nothing follows a raw public key",
      text: "const publicKey = reader.vector24();\n  reader.end();",
      replacement: "const publicKey = reader.vector24();",
      name: "are refused with octets behind a raw public key",
    },
  ]),
  ...mutantsOf("dtls/messages/certificateRequest", "attacks/handshakeKeyExchange", [
    {
      check: "nothing follows a CertificateRequest",
      text: "reader.vector16();\n  reader.end();",
      replacement: "reader.vector16();",
      name: "are refused with octets behind a CertificateRequest",
    },
  ]),
  ...mutantsOf("dtls/messages/clientKeyExchange", "attacks/handshakeKeyExchange", [
    {
      check: "an identity has 128 octets at most",
      text: "reader.vector16(0, MAX_IDENTITY_OCTETS)",
      replacement: "reader.vector16()",
      name: "is refused by a server for an identity of more than 128 octets",
    },
    {
      check: "nothing follows a ClientKeyExchange",
      text: "  reader.end();",
      replacement: "",
      name: "the key exchange of a PSK is refused by a server with octets behind it",
    },
  ]),
  ...mutantsOf("dtls/messages/serverKeyExchange", "attacks/handshakeKeyExchange", [
    {
      check: "the curve is secp256r1",
      text: "if (reader.u8() !== NAMED_CURVE || reader.u16() !== SECP256R1)",
      replacement: "if (reader.u8() < 0 || reader.u16() < 0)",
      name: "by certificates with CCM_8 is refused with another named curve",
    },
    {
      check: "a point has 65 octets",
      text: "if (point.length !== POINT_OCTETS || point[0] !== UNCOMPRESSED_POINT) {",
      replacement: "if (point[0] === undefined) {",
      name: "is refused by a client with a point that is compressed",
    },
    {
      check: "a point is uncompressed",
      text: " || point[0] !== UNCOMPRESSED_POINT) {",
      replacement: ") {",
      name: "is refused by a server with a point of the hybrid form",
    },
    {
      check: "the server's parameters have a signature",
      text: 'kind === "ecdheEcdsa" ? readSignature(reader) : undefined',
      replacement: 'kind === "ecdheEcdsa" && reader.remaining > 0 ? readSignature(reader) : undefined',
      name: "the server's key exchange by certificates with CCM_8 is refused without a signature",
    },
    {
      check: "nothing follows a ServerKeyExchange",
      text: "  reader.end();\n  return { point,",
      replacement: "  return { point,",
      name: "is refused with octets behind it",
    },
    {
      check: "nothing follows a hint",
      text: 'if (kind === "psk") {\n    reader.end();',
      replacement: 'if (kind === "psk") {',
      name: "are refused with octets behind a hint",
    },
    {
      check: "the point of a client is uncompressed",
      text: "if (point.length !== POINT_OCTETS || point[0] !== UNCOMPRESSED_POINT) {",
      replacement: "if (point[0] === undefined) {",
      name: "is refused by a server with a point that is compressed",
    },
  ]),
  ...mutantsOf("dtls/handshake/flightTimer", "attacks/handshakeOrder", [
    {
      check: "one resend a period answers a flight of the past",
      text: " || this.#answeredRepeat) return undefined;",
      replacement: ") return undefined;",
      name: "B12 a flight of the past makes a server send its own again",
    },
    {
      check: "a flight is given up on",
      text: " || this.#sentAgain >= max) return undefined;",
      replacement: ") return undefined;",
      name: "that leave out 1 are waited for in vain",
    },
  ]),
  ...mutantsOf("dtls/handshake/handshakeInput", "attacks/handshakeOrder", [
    {
      check: "a message without a place makes room for another",
      text: "this.#reassembly.discard();",
      replacement: "",
      name: "do not keep the true one out",
    },
    {
      check: "a HelloRequest has no place",
      text: "if (!this.#handshake.allows(message.type)) {",
      replacement: 'if (!this.#handshake.allows(message.type) && message.type !== "helloRequest") {',
      name: "of HelloRequests in a flood change nothing",
    },
  ]),
  ...mutantsOf("dtls/handshake/reassembly", "attacks/handshakeOrder", [
    {
      check: "a message counts once",
      text: 'if (sequence < this.#next) return "old";',
      replacement: "",
      name: "B12 a flight of the past makes a client send its own again",
    },
    {
      check: "messages come in order",
      text: "const partial = this.#partials.get(this.#next);\n    return",
      replacement: "const partial = this.#partials.get(this.#next) ?? [...this.#partials.values()][0];\n    return",
      name: "given to a server that leave out 1 are waited for in vain",
    },
    {
      check: "a message far ahead is not kept",
      text: 'if (sequence >= this.#next + MAX_AHEAD) return "overflow";',
      replacement: "",
      name: "that are ahead by 8 are not kept",
    },
  ]),
];
