/** Checks of ClientHello, HelloVerifyRequest and ServerHello, and of cookies: taken out one by one. */
import { type Mutant, mutantsOf } from "./mutant.ts";

export const HELLO_MUTANTS: readonly Mutant[] = [
  ...mutantsOf("dtls/handshake/clientHandshake", "attacks/handshakeControl", [
    {
      check: "a client's random is random",
      text: "readonly #random = randomBytes(32);",
      replacement: "readonly #random = new Uint8Array(32);",
      name: "sees a random of its own in each handshake with our client",
    },
  ]),
  ...mutantsOf("dtls/handshake/serverHandshake", "attacks/handshakeControl", [
    {
      check: "a server's random is random",
      text: "readonly #random = randomBytes(32);",
      replacement: "readonly #random = new Uint8Array(32);",
      name: "sees a random of its own in each handshake with our server",
    },
  ]),
  ...mutantsOf("dtls/cookie", "attacks/handshakeCookies", [
    {
      check: "a cookie is of one session id",
      text: ".update(hello.sessionId)",
      replacement: "",
      name: "is of one session id, and not of another as long",
    },
    {
      check: "a cookie is of one list of compressions",
      text: "mac.update(hello.compressions).digest()",
      replacement: "mac.digest()",
      name: "of other compressions gets a HelloVerifyRequest",
    },
    {
      check: "a cookie is compared whole",
      text: "hello.cookie.length === expected.length && timingSafeEqual(hello.cookie, expected)",
      replacement: "hello.cookie.every((octet, index) => octet === expected[index])",
      name: "cut short gets a HelloVerifyRequest",
    },
    {
      check: "a cookie is of one server",
      text: "createSecretKey(randomBytes(32))",
      replacement: "createSecretKey(new Uint8Array(32))",
      name: "is of one server alone",
    },
    {
      check: "a cookie is of one address",
      text: "{address}",
      replacement: '{address === ""}',
      name: "of another address gets a HelloVerifyRequest",
    },
    {
      check: "a cookie is of one port",
      text: "{port}",
      replacement: "{port === 0}",
      name: "of another port gets a HelloVerifyRequest",
    },
    {
      check: "a cookie grows old",
      text: "{period}",
      replacement: "{period < 0}",
      name: "holds for the period after its own, and no longer",
    },
    {
      check: "a cookie is of one random",
      text: "mac.update(hello.random).update(",
      replacement: "mac.update(",
      name: "of another random gets a HelloVerifyRequest",
    },
    {
      check: "a cookie is of one list of suites",
      text: "for (const suite of hello.suites) mac.update(numberBytes(suite, 2));",
      replacement: "",
      name: "of other suites gets a HelloVerifyRequest",
    },
  ]),
  ...mutantsOf("dtls/handshake/clientHandshake", "attacks/handshakeCookies", [
    {
      check: "a cookie has octets",
      text: "cookie.length > 0 && ",
      replacement: "",
      name: "without a cookie, after one with a cookie, is dropped",
    },
    {
      check: "a cookie is another than before",
      text: "!equalBytes(cookie, this.#cookie) && ",
      replacement: "",
      name: "that comes twice is answered once",
    },
    {
      check: "a server that changes its cookie for ever is not followed",
      text: " && this.#helloVerifyRequests < MAX_HELLO_VERIFY_REQUESTS",
      replacement: " && MAX_HELLO_VERIFY_REQUESTS > 0",
      name: "is answered no more than twice, whatever cookies come",
    },
    {
      check: "a hello is repeated as it was",
      text: "readonly #random = randomBytes(32);",
      replacement: "get #random() { return randomBytes(32); }",
      name: "makes a client repeat its hello exactly, but for the cookie",
    },
  ]),
  ...mutantsOf("dtls/handshake/handshakeInput", "attacks/handshakeCookies", [
    {
      check: "a cookie is new",
      text: " || !this.#isNewCookie(bytes)",
      replacement: "",
      name: "that comes twice is answered once",
    },
    {
      check: "a HelloVerifyRequest comes before the ServerHello",
      text: ' || !this.#handshake.allows("helloVerifyRequest")',
      replacement: "",
      name: "after the ServerHello is dropped",
    },
    {
      check: "a HelloVerifyRequest is whole",
      text: "if (!isWhole || ",
      replacement: "if (",
      name: "that begins a longer one is dropped",
    },
    {
      check: "a forged HelloVerifyRequest does not set the numbering for good",
      text: "this.#reassembly.skipTo(sequence + 1);",
      replacement: "this.#reassembly.skipTo(Math.max(this.#reassembly.next, sequence + 1));",
      name: "under number 65535, does not keep out the true one",
    },
  ]),
  ...mutantsOf("dtls/server", "attacks/handshakeCookies", [
    {
      check: "a ClientHello is whole",
      text: "const whole = offset === 0 && bytes.length === length && ",
      replacement: "const whole = offset === 0 || ",
      name: "is not asked of the beginning of a ClientHello",
    },
    {
      check: "a cookie is checked",
      text: "if (hello.hello.cookie.length === 0 || !this.#cookies.isValid(hello.hello, from)) {",
      replacement: "if (hello.hello.cookie.length === 0) {",
      name: "made up gets a HelloVerifyRequest, and leaves no state",
    },
    {
      check: "a hello without a cookie opens nothing",
      text: "if (hello.hello.cookie.length === 0 || !this.#cookies.isValid(hello.hello, from)) {",
      replacement: "if (hello.hello.cookie.length > 0 && !this.#cookies.isValid(hello.hello, from)) {",
      name: "keeps a storm of ten thousand ClientHellos from leaving any state",
    },
    {
      check: "an answer is no longer than the question",
      text: "encodeHelloVerifyRequest(this.#cookies.make(hello, from))",
      replacement: "encodeHelloVerifyRequest(new Uint8Array(255))",
      name: "is asked for in no more octets than asked",
    },
    {
      check: "a ClientHello is of epoch 0",
      text: " || record.epoch !== 0)",
      replacement: ")",
      name: "is not asked of what is no ClientHello",
    },
    {
      check: "a ClientHello is of DTLS",
      text: "if (record.version !== DTLS_1_0 && record.version !== DTLS_1_2) return undefined;",
      replacement: "",
      name: "is not asked of what is no ClientHello",
    },
  ]),
  ...mutantsOf("dtls/connection", "attacks/handshakeParsers", [
    {
      check: "nothing is thrown at who passes a datagram on",
      text: "      this.#fail(asDtlsError(error));",
      replacement: "      throw error;",
      name: "by certificates with CCM_8 never make a connection of a serverHello",
    },
  ]),
  ...mutantsOf("dtls/handshake/handshakeInput", "attacks/handshakeParsers", [
    {
      check: "a HelloVerifyRequest that cannot be read throws nothing",
      text: "    } catch {\n      return false;",
      replacement: "    } catch (error) {\n      throw error;",
      name: "never throw in a client that reads a HelloVerifyRequest",
    },
  ]),
  ...mutantsOf("dtls/handshake/serverHandshake", "attacks/handshakeParsers", [
    {
      check: "a client's Finished is verified",
      text: "if (body.length !== expected.length || !timingSafeEqual(body, expected)) {",
      replacement: "if (body.length !== expected.length) {",
      name: "given to a server by certificates with CCM_8 never make a connection of a finished",
    },
  ]),
  ...mutantsOf("dtls/server", "attacks/handshakeParsers", [
    {
      check: "a hello that cannot be read throws nothing",
      text: "  } catch {\n    return undefined;\n  }",
      replacement: "  } catch (error) {\n    throw error;\n  }",
      name: "never throw where no state is kept",
    },
  ]),
  ...mutantsOf("dtls/handshake/clientExtensions", "attacks/handshakeServerHello", [
    {
      check: "an extension was offered",
      text: "if (!offered.has(number)) {",
      replacement: "if (number < 0) {",
      name: "with an extension that nobody knows",
    },
    {
      check: "renegotiation is secure",
      text: "checkRenegotiation(answer, options);",
      replacement: "",
      name: "with the renegotiation of another handshake",
    },
    {
      check: "a server without secure renegotiation is refused",
      text: "if (info === undefined ? allowLegacyRenegotiation : ",
      replacement: "if (info === undefined || allowLegacyRenegotiation ? true : ",
      name: "with no secure renegotiation",
    },
    {
      check: "points are uncompressed",
      text: "if (formats !== undefined && !decodeU8List(formats).includes(UNCOMPRESSED)) {",
      replacement: "if (formats !== undefined && decodeU8List(formats).length === 0) {",
      name: "with compressed points only",
    },
    {
      check: "a certificate type was offered",
      text: " || list?.subarray(1).includes(type) !== true) {",
      replacement: ") {",
      name: "with a certificate type that was not among those offered",
    },
    {
      check: "a fragment length is the one that was asked for",
      text: "if (octets !== maxFragmentLength) {",
      replacement: "if (octets < 0) {",
      name: "with another fragment length than was asked for",
    },
    {
      check: "a required extended master secret is there",
      text: "if (options.requireExtendedMasterSecret && !extendedMasterSecret) {",
      replacement: "if (options.requireExtendedMasterSecret && answer.size < 0) {",
      name: "with no extended master secret where it is required",
    },
    {
      check: "encrypt-then-MAC needs a MAC",
      text: "if (encryptThenMac && !isCbc(suite)) {",
      replacement: "if (encryptThenMac && answer.size < 0) {",
      name: "with encrypt-then-MAC for a suite that has no MAC",
    },
    {
      check: "a Connection ID was offered",
      text: "if (!offered.has(number)) {",
      replacement: "if (!offered.has(number) && number !== EXTENSION.connectionId) {",
      name: "with a Connection ID that was not offered",
    },
    {
      check: "a raw public key was offered",
      text: "if (!offered.has(number)) {",
      replacement: "if (!offered.has(number) && number !== EXTENSION.serverCertificateType) {",
      name: "with a raw public key where none was offered",
    },
  ]),
  ...mutantsOf("dtls/handshake/clientHandshake", "attacks/handshakeServerHello", [
    {
      check: "the version is DTLS 1.2",
      text: "if (version !== DTLS_1_2) {",
      replacement: "if (version < 0) {",
      name: "with DTLS 1.0",
    },
    {
      check: "the suite was offered",
      text: "if (suite === undefined || !this.#options.suites.includes(suite)) {",
      replacement: "if (suite === undefined) {",
      name: "with a suite that was not offered",
    },
    {
      check: "nothing is compressed",
      text: "if (compression !== NO_COMPRESSION) {",
      replacement: "if (compression < 0) {",
      name: "with a compression",
    },
    {
      check: "a server wants what this client has",
      text: "const fits = types.includes(ECDSA_SIGN) && signatureAlgorithms.includes(ECDSA_SHA256);",
      replacement: "const fits = types.length + signatureAlgorithms.length > 0;",
      name: "sends no certificate of another kind than is asked for",
    },
    {
      check: "the suite is one of the client's credentials",
      text: "if (suite === undefined || !this.#options.suites.includes(suite)) {",
      replacement: "if (suite === undefined) {",
      name: "with a suite of another kind of credential",
    },
  ]),
  ...mutantsOf("dtls/handshake/table", "attacks/handshakeServerHello", [
    {
      check: "a ServerHello comes once",
      text: 'certificate: { certificate: "signedKeyExchange" },',
      replacement: 'certificate: { serverHello: "chosen", certificate: "signedKeyExchange" },',
      name: "that comes twice under numbers of its own has no place",
    },
  ]),
  ...mutantsOf("dtls/messages/extensions", "attacks/handshakeServerHello", [
    {
      check: "an extension comes once",
      text: "if (extensions.has(number)) throw",
      replacement: "if (extensions.size < 0) throw",
      name: "with an extension that comes twice",
    },
  ]),
  ...mutantsOf("dtls/messages/serverHello", "attacks/handshakeServerHello", [
    {
      check: "a session id has 32 octets at most",
      text: "reader.vector8(0, 32)",
      replacement: "reader.vector8()",
      name: "with a session id of 33 octets",
    },
    {
      check: "nothing follows a ServerHello",
      text: "  reader.end();",
      replacement: "",
      name: "with octets behind its extensions",
    },
  ]),
  ...mutantsOf("dtls/cookie", "server", [
    {
      check: "a cookie is of one address",
      text: "{address}",
      replacement: '{address === ""}',
      name: "with another address opens nothing",
    },
    {
      check: "a cookie is of one port",
      text: "{port}",
      replacement: "{port === 0}",
      name: "with another port opens nothing",
    },
    {
      check: "a cookie is of one random",
      text: "mac.update(hello.random).update(",
      replacement: "mac.update(",
      name: "with another random opens nothing",
    },
    {
      check: "a cookie is of one list of suites",
      text: "for (const suite of hello.suites) mac.update(numberBytes(suite, 2));",
      replacement: "",
      name: "with other suites opens nothing",
    },
    {
      check: "a cookie grows old",
      text: "{period}",
      replacement: "{period < 0}",
      name: "holds in its period of five minutes and the next, and not after",
    },
  ]),
  ...mutantsOf("dtls/handshake/clientHandshake", "server", [
    {
      check: "a server that changes its cookie for ever is not followed",
      text: " && this.#helloVerifyRequests < MAX_HELLO_VERIFY_REQUESTS",
      replacement: " && MAX_HELLO_VERIFY_REQUESTS > 0",
      name: "that changes once under a client is followed, one that changes for ever is not",
    },
  ]),
  ...mutantsOf("dtls/server", "server", [
    {
      check: "a cookie is checked",
      text: "if (hello.hello.cookie.length === 0 || !this.#cookies.isValid(hello.hello, from)) {",
      replacement: "if (hello.hello.cookie.length === 0) {",
      name: "with octets of its own making opens nothing",
    },
  ]),
  ...mutantsOf("dtls/handshake/clientExtensions", "serverNegotiation", [
    {
      check: "a server has secure renegotiation",
      text: "if (info === undefined ? allowLegacyRenegotiation : info.length === 1 && info[0] === 0) return;",
      replacement: "if (info === undefined ? allowLegacyRenegotiation || answer.size >= 0 : true) return;",
      name: "renegotiation info (RFC 5746) is required of a server",
    },
    {
      check: "a server answers the fragment length that was asked for",
      text: "if (octets !== maxFragmentLength) {",
      replacement: "if (octets < 0) {",
      name: "is refused with illegal_parameter when it is not defined, or another than what was asked for",
    },
    {
      check: "a client may require the extended master secret",
      text: "if (options.requireExtendedMasterSecret && !extendedMasterSecret) {",
      replacement: "if (options.requireExtendedMasterSecret && answer.size < 0) {",
      name: "is missed by a client that requires it",
    },
    {
      check: "encrypt-then-MAC is for CBC",
      text: "if (encryptThenMac && !isCbc(suite)) {",
      replacement: "if (encryptThenMac && answer.size < 0) {",
      name: "is refused with illegal_parameter when a server answers it for an AEAD suite",
    },
  ]),
];
