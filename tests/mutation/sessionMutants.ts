/** Checks of sessions that are resumed: taken out one by one. */
import { type Mutant, mutantsOf } from "./mutant.ts";

export const SESSION_MUTANTS: readonly Mutant[] = [
  ...mutantsOf("dtls/connection", "attacks/stateResumption", [
    {
      check: "a session of a failed connection is gone",
      text: "return this.#failed ? undefined : this.#completed?.session;",
      replacement: "return this.#completed?.session;",
      name: "is lost by a fatal alert, and not by a close_notify",
    },
  ]),
  ...mutantsOf("dtls/handshake/clientHandshake", "attacks/stateResumption", [
    {
      check: "a server resumes with the session's suite",
      text: "if (session.suite !== this.#suite) {",
      replacement: "if (session.suite === undefined) {",
      name: "does not come with another suite",
    },
    {
      check: "a server resumes with the session's extended master secret",
      text: "if (session.extendedMasterSecret !== this.#agreed?.extendedMasterSecret) {",
      replacement: "if (this.#agreed === undefined) {",
      name: "does not come without the extended master secret that it had",
    },
    {
      check: "a server resumes without an extended master secret that the session has not",
      text: "if (session.extendedMasterSecret !== this.#agreed?.extendedMasterSecret) {",
      replacement: "if (session.extendedMasterSecret && !this.#agreed?.extendedMasterSecret) {",
      name: "does not come with an extended master secret that it had not",
    },
    {
      check: "a resuming server's Finished is verified",
      text: "if (body.length !== expected.length || !timingSafeEqual(body, expected)) {",
      replacement: "if (body.length !== expected.length) {",
      name: "that our client wants back is lost by a wrong Finished",
    },
  ]),
  ...mutantsOf("dtls/handshake/serverHandshake", "attacks/stateResumption", [
    {
      check: "a session with another extended master secret is not resumed",
      text: "return session.extendedMasterSecret === extendedMasterSecret ? session : undefined;",
      replacement: "return session;",
      name: "leads to a full handshake with an extended master secret that it had not",
    },
    {
      check: "a session is resumed only with its suite",
      text: " || !suites.includes(session.suite.id)",
      replacement: "",
      name: "leads to a full handshake under another suite",
    },
    {
      check: "a session is resumed only with its extended master secret",
      text: "if (session.extendedMasterSecret && !extendedMasterSecret) {",
      replacement: "if (session.extendedMasterSecret && sessionId.length === 0) {",
      name: "is refused without the extended master secret that it had",
    },
    {
      check: "a session is resumed only under its server name",
      text: "session.serverName !== serverName || ",
      replacement: "",
      name: "leads to a full handshake under another server name",
    },
    {
      check: "a wrong Finished takes the session along",
      text: "if (this.#session !== undefined) this.#context.sessions.remove(this.#session.id);",
      replacement: "",
      name: "a client wants back from our server is lost by a wrong Finished",
    },
    {
      check: "the peer of a session stays who it was",
      text: "this.#peer = session.peer;",
      replacement: "",
      name: "keeps who the client was",
    },
  ]),
  ...mutantsOf("dtls/handshake/table", "attacks/stateResumption", [
    {
      check: "a resumed handshake has no messages of a full one",
      text: 'certificateVerify: { certificateVerify: "changeCipherSpec" },\n    changeCipherSpec: { changeCipherSpec',
      replacement:
        'certificateVerify: { certificateVerify: "changeCipherSpec" },\n    changeCipherSpec: { clientKeyExchange: "changeCipherSpec", changeCipherSpec',
      name: "a client wants back from our server takes no messages of a full handshake",
    },
    {
      check: "a resumed handshake has no messages of a full one here either",
      text: 'done: { serverHelloDone: "changeCipherSpec" },\n    changeCipherSpec: { changeCipherSpec',
      replacement:
        'done: { serverHelloDone: "changeCipherSpec" },\n    changeCipherSpec: { serverHelloDone: "changeCipherSpec", changeCipherSpec',
      name: "our client wants back takes no messages of a full handshake",
    },
  ]),
  ...mutantsOf("dtls/server", "attacks/stateResumption", [
    {
      check: "a session does not stand in for a cookie",
      text: "if (hello.hello.cookie.length === 0 || !this.#cookies.isValid(hello.hello, from)) {",
      replacement:
        "const known = this.#sessions.get(hello.hello.sessionId) !== undefined;\n    if (!known && (hello.hello.cookie.length === 0 || !this.#cookies.isValid(hello.hello, from))) {",
      name: "needs a cookie all the same",
    },
  ]),
  ...mutantsOf("dtls/session", "attacks/stateResumption", [
    {
      check: "a session of another key is not offered",
      text: 'add(psk && createHash("sha256").update(psk.key.export()).digest());',
      replacement: "",
      name: "is not offered to a server for another credential or name",
    },
  ]),
  ...mutantsOf("dtls/sessionCache", "attacks/stateResumption", [
    {
      check: "sessions are bounded",
      text: "if (oldest !== undefined) this.#sessions.delete(oldest);",
      replacement: "void oldest;",
      name: "is the oldest to go when there are too many",
    },
    {
      check: "sessions grow old",
      text: "entry.until < this.#now()",
      replacement: "entry.until < 0 * this.#now()",
      name: "is a day old at most",
    },
    {
      check: "an unknown id is no session",
      text: "return entry?.session;",
      replacement: "return entry?.session ?? [...this.#sessions.values()][0]?.session;",
      name: "leads to a full handshake when its id is not known",
    },
  ]),
  ...mutantsOf("dtls/handshake/clientHandshake", "resumption", [
    {
      check: "a server resumes with the session's suite",
      text: "if (session.suite !== this.#suite) {",
      replacement: "if (session.suite === undefined) {",
      name: "with another suite than the session's is refused by the client",
    },
    {
      check: "a server resumes with the session's extended master secret",
      text: "if (session.extendedMasterSecret !== this.#agreed?.extendedMasterSecret) {",
      replacement: "if (this.#agreed === undefined) {",
      name: "without the extended master secret that the session has is refused by the client",
    },
  ]),
  ...mutantsOf("dtls/handshake/serverHandshake", "resumption", [
    {
      check: "a Finished that is wrong takes the session along",
      text: "if (this.#session !== undefined) this.#context.sessions.remove(this.#session.id);",
      replacement: "",
      name: "after a Finished that does not verify, by the server",
    },
    {
      check: "a session is resumed only with the extended master secret that it has",
      text: "if (session.extendedMasterSecret && !extendedMasterSecret) {",
      replacement: "if (session.extendedMasterSecret && sessionId.length === 0) {",
      name: "without the extended master secret that the session has is refused by the server",
    },
    {
      check: "a session is resumed only with its suite",
      text: " || !suites.includes(session.suite.id)",
      replacement: "",
      name: "with another suite than the session's gets a full handshake from the server",
    },
    {
      check: "a session is resumed only under its server name",
      text: "session.serverName !== serverName || ",
      replacement: "",
      name: "is bound to the server name on the server's side too",
    },
  ]),
  ...mutantsOf("dtls/server", "resumption", [
    {
      check: "a session whose connection failed is forgotten",
      text: "if (failedSession !== undefined) this.#sessions.remove(failedSession.id);",
      replacement: "void failedSession;",
      name: "after a fatal alert that the peer sent",
    },
  ]),
  ...mutantsOf("dtls/session", "resumption", [
    {
      check: "a session of another key is not offered",
      text: 'add(psk && createHash("sha256").update(psk.key.export()).digest());',
      replacement: "",
      name: "is one of the same credentials, name and trust",
    },
  ]),
  ...mutantsOf("dtls/sessionCache", "resumption", [
    {
      check: "sessions grow old",
      text: "entry.until < this.#now()",
      replacement: "entry.until < 0 * this.#now()",
      name: "are a day old at most",
    },
    {
      check: "sessions are bounded",
      text: "if (oldest !== undefined) this.#sessions.delete(oldest);",
      replacement: "void oldest;",
      name: "are as many as it was told",
    },
  ]),
];
