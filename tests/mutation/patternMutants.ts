/** Checks that DTLS-Fuzzer's patterns of bugs find out about: taken out one by one. */
import { type Mutant, mutantsOf } from "./mutant.ts";

export const PATTERN_MUTANTS: readonly Mutant[] = [
  ...mutantsOf("dtls/association", "attacks/stateFuzzerPatterns", [
    {
      check: "a server lets go of what has ended",
      text: 'if (this.state === "closed") this.#onEnd(this);',
      replacement: "",
      name: "at a server: Continue After CloseNotify",
    },
  ]),
  ...mutantsOf("dtls/connection", "attacks/stateFuzzerPatterns", [
    {
      check: "only the very Finished asks for the last flight",
      text: 'else if (type === "finished" && this.#isPeersFinished(piece)) {',
      replacement: 'else if (type === "finished") {',
      name: "Invalid Finished as Retransmission",
    },
    {
      check: "a renegotiation is refused in words",
      text: 'if (type === "helloRequest" || type === "clientHello") this.#sendAlert("warning", "no_renegotiation");',
      replacement: 'if (type === "helloRequest" || type === "clientHello") return;',
      name: "Insecure Renegotiation",
    },
    {
      check: "data waits for the Finished in front of it",
      text: "} else if (this.#earlyData.length < MAX_EARLY_DATA) this.#earlyData.push(bytes);",
      replacement: '} else this.#out.emit({ kind: "data", bytes });\n    if (this.#state !== "handshaking") return;',
      name: "patterns of servers: Finished before ChangeCipherSpec",
    },
    {
      check: "data of a server waits for the Finished in front of it",
      text: "} else if (this.#earlyData.length < MAX_EARLY_DATA) this.#earlyData.push(bytes);",
      replacement: '} else this.#out.emit({ kind: "data", bytes });\n    if (this.#state !== "handshaking") return;',
      name: "patterns of clients: Finished before CCS",
    },
    {
      check: "a closed connection hears nothing",
      text: 'if (this.#state === "closed") {\n      this.drop(',
      replacement: 'if (this.#state === "handshaking" && this.#completed !== undefined) {\n      this.drop(',
      name: "at a client: Continue After CloseNotify",
    },
    {
      check: "a fatal alert ends the connection",
      text: '} else if (level === "fatal") this.#endByAlert(alert);',
      replacement: "}",
      name: "Continue After Fatal Alert",
    },
  ]),
  ...mutantsOf("dtls/handshake/clientHandshake", "attacks/stateFuzzerPatterns", [
    {
      check: "a client answers as it is asked",
      text: "const fits = types.includes(ECDSA_SIGN) && signatureAlgorithms.includes(ECDSA_SHA256);",
      replacement: "const fits = types.length + signatureAlgorithms.length > 0;",
      name: "Incorrect CertificateRequest response",
    },
    {
      check: "a client shows nothing that nobody asked for",
      text: "if (this.#certificateWanted === undefined) return undefined;",
      replacement: "",
      name: "Unrequested Certificate",
    },
  ]),
  ...mutantsOf("dtls/handshake/flightTimer", "attacks/stateFuzzerPatterns", [
    {
      check: "one resend a period answers a flight of the past",
      text: " || this.#answeredRepeat) return undefined;",
      replacement: ") return undefined;",
      name: "Retransmitted Flight 5",
    },
  ]),
  ...mutantsOf("dtls/handshake/handshakeInput", "attacks/stateFuzzerPatterns", [
    {
      check: "ChangeCipherSpec has its place",
      text: 'if (!good || !this.#handshake.allows("changeCipherSpec")) {',
      replacement: "if (!good) {",
      name: "patterns of servers: Early Finished",
    },
    {
      check: "ChangeCipherSpec waits for the keys",
      text: 'if (!good || !this.#handshake.allows("changeCipherSpec")) {',
      replacement: "if (!good) {",
      name: "patterns of servers: ClientKeyExchange before Certificate",
    },
    {
      check: "ChangeCipherSpec waits for a Certificate",
      text: 'if (!good || !this.#handshake.allows("changeCipherSpec")) {',
      replacement: "if (!good) {",
      name: "patterns of servers: Unauthenticated ClientKeyExchange",
    },
    {
      check: "ChangeCipherSpec waits for the proof",
      text: 'if (!good || !this.#handshake.allows("changeCipherSpec")) {',
      replacement: "if (!good) {",
      name: "patterns of servers: ChangeCipherSpec before CertificateVerify",
    },
    {
      check: "ChangeCipherSpec counts once",
      text: 'if (!good || !this.#handshake.allows("changeCipherSpec")) {',
      replacement: "if (!good) {",
      name: "Multiple ChangeCipherSpec",
    },
    {
      check: "ChangeCipherSpec needs keys",
      text: 'if (!good || !this.#handshake.allows("changeCipherSpec")) {',
      replacement: "if (!good) {",
      name: "Crash on CCS",
    },
    {
      check: "a server's ChangeCipherSpec has its place",
      text: 'if (!good || !this.#handshake.allows("changeCipherSpec")) {',
      replacement: "if (!good) {",
      name: "patterns of clients: Early Finished",
    },
  ]),
  ...mutantsOf("dtls/handshake/table", "attacks/stateFuzzerPatterns", [
    {
      check: "the request for a certificate comes after the key exchange",
      text: 'signedKeyExchange: { serverKeyExchange: "certificateRequestOrDone" },',
      replacement:
        'signedKeyExchange: { serverKeyExchange: "certificateRequestOrDone", certificateRequest: "signedKeyExchange" },',
      name: "Reorder Certificate/CertificateRequest",
    },
    {
      check: "a request for a certificate comes once",
      text: 'certificateRequestOrDone: { certificateRequest: "done", serverHelloDone: "changeCipherSpec" },',
      replacement:
        'certificateRequestOrDone: { certificateRequest: "certificateRequestOrDone", serverHelloDone: "changeCipherSpec" },',
      name: "Multiple CertificateRequest",
    },
    {
      check: "a certificate comes with its proof",
      text: 'keyExchangeOfCertificate: { clientKeyExchange: "certificateVerify" },',
      replacement: 'keyExchangeOfCertificate: { clientKeyExchange: "changeCipherSpec" },',
      name: "CertificateVerify-less Client Authentication",
    },
    {
      check: "a client that is asked shows a certificate",
      text: 'clientCertificate: { certificate: "chosen" },',
      replacement: 'clientCertificate: { certificate: "chosen", clientKeyExchange: "certificateVerify" },',
      name: "Certificate-less Client Authentication",
    },
    {
      check: "a server sends its key exchange",
      text: 'signedKeyExchange: { serverKeyExchange: "certificateRequestOrDone" },',
      replacement:
        'signedKeyExchange: { serverKeyExchange: "certificateRequestOrDone", certificateRequest: "done", serverHelloDone: "changeCipherSpec" },',
      name: "(EC)DH without ServerKeyExchange",
    },
    {
      check: "a key exchange comes once",
      text: 'certificateRequestOrDone: { certificateRequest: "done",',
      replacement:
        'certificateRequestOrDone: { serverKeyExchange: "certificateRequestOrDone", certificateRequest: "done",',
      name: "Multiple ServerKeyExchange",
    },
    {
      check: "a client shows one Certificate",
      text: "keyExchangeOfCertificate: { clientKeyExchange",
      replacement: 'keyExchangeOfCertificate: { certificate: "chosen", clientKeyExchange',
      name: "patterns of servers: Multiple Certificate",
    },
  ]),
  ...mutantsOf("dtls/server", "attacks/stateFuzzerPatterns", [
    {
      check: "a repeated hello does not begin anew",
      text: "!isOf(handshaking, hello) && ",
      replacement: "",
      name: "Handshake Restarted",
    },
    {
      check: "a cookie is checked",
      text: "if (hello.hello.cookie.length === 0 || !this.#cookies.isValid(hello.hello, from)) {",
      replacement: "if (hello.hello.cookie.length === 0) {",
      name: "Non-conforming Cookie",
    },
    {
      check: "a hello without a cookie opens nothing",
      text: "if (hello.hello.cookie.length === 0 || !this.#cookies.isValid(hello.hello, from)) {",
      replacement: "if (hello.hello.cookie.length > 0 && !this.#cookies.isValid(hello.hello, from)) {",
      name: "HelloVerifyRequest Retransmission",
    },
    {
      check: "an answer to a HelloVerifyRequest has its cookie",
      text: "if (hello.hello.cookie.length === 0 || !this.#cookies.isValid(hello.hello, from)) {",
      replacement: "if (hello.hello.cookie.length > 0 && !this.#cookies.isValid(hello.hello, from)) {",
      name: "Invalid HelloVerifyRequest Response",
    },
  ]),
];
