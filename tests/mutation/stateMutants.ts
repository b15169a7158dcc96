/** Checks of what is left after an end, of forgeries, last flights, timers and renegotiation: taken out one by one. */
import { type Mutant, mutantsOf } from "./mutant.ts";

export const STATE_MUTANTS: readonly Mutant[] = [
  ...mutantsOf("dtls/association", "attacks/stateAfterEnd", [
    {
      check: "a server lets go of what has ended",
      text: 'if (this.state === "closed") this.#onEnd(this);',
      replacement: "",
      name: "C19 a server that handshakes fail on has all its places free again",
    },
  ]),
  ...mutantsOf("dtls/connection", "attacks/stateAfterEnd", [
    {
      check: "a closed connection hears nothing",
      text: 'if (this.#state === "closed") {\n      this.drop(',
      replacement: 'if (this.#state === "handshaking" && this.#completed !== undefined) {\n      this.drop(',
      name: "at a client by our own close takes nothing more",
    },
    {
      check: "an end holds for the rest of a datagram",
      text: 'at < datagram.length && this.#state !== "closed"; ',
      replacement: "at < datagram.length; ",
      name: "by close_notify ends for the records behind it",
    },
    {
      check: "an end holds for records that waited",
      text: "this.#early.clear();",
      replacement: "",
      name: "in the handshake does not take what waited behind a close_notify",
    },
    {
      check: "an end stops the timer",
      text: "    this.#earlyData = [];\n    this.#forgetFlight();",
      replacement: "    this.#earlyData = [];",
      name: "at a client has no timer",
    },
    {
      check: "data waits for the Finished in front of it",
      text: "} else if (this.#earlyData.length < MAX_EARLY_DATA) this.#earlyData.push(bytes);",
      replacement: '} else this.#out.emit({ kind: "data", bytes });\n    if (this.#state !== "handshaking") return;',
      name: "in the handshake does not give away the data that came before a wrong Finished",
    },
    {
      check: "a close_notify is answered",
      text: 'this.#sendAlert("warning", "close_notify");\n      this.#end({ kind: "closed", by: "peer" });',
      replacement: 'this.#end({ kind: "closed", by: "peer" });',
      name: "by the peer's close_notify is answered by one",
    },
    {
      check: "nothing is sent after the end",
      text: 'if (this.#state !== "connected")\n      throw',
      replacement: 'if (this.#state === "handshaking")\n      throw',
      name: "refuses to send",
    },
    {
      check: "a fatal alert ends the connection",
      text: '} else if (level === "fatal") this.#endByAlert(alert);',
      replacement: "}",
      name: "by a fatal alert",
    },
  ]),
  ...mutantsOf("dtls/server", "attacks/stateAfterEnd", [
    {
      check: "half-open handshakes are bounded",
      text: "if (oldest !== undefined) also.push(this.#abort(oldest));",
      replacement: "",
      name: "has no more half-open handshakes than it is told",
    },
    {
      check: "connections are bounded",
      text: "const idle = this.associations > this.#options.maxAssociations ? first(this.#connected) : undefined;",
      replacement: "const idle: Association | undefined = undefined;",
      name: "has no more connections than it is told",
    },
  ]),
  ...mutantsOf("dtls/connection", "attacks/stateForgery", [
    {
      check: "an alert in the clear can be forged",
      text: "this.#notedAlert ??= alert.alert;",
      replacement: "this.#endByAlert(alert.alert);",
      name: "a fatal alert before any message hinders nobody",
    },
    {
      check: "a message is better than an alert in the clear",
      text: "this.#notedAlert = undefined;",
      replacement: "",
      name: "a fatal alert is forgotten when the handshake goes on",
    },
    {
      check: "nothing in the clear counts after the handshake",
      text: 'if (this.#state === "connected" || type === CONTENT_TYPE.applicationData',
      replacement: "if (type === CONTENT_TYPE.applicationData",
      name: "a fatal alert is dropped once the connection is there",
    },
    {
      check: "a warning in the clear is nothing",
      text: 'if (alert.level === "fatal" || alert.alert === "close_notify") this.#notedAlert',
      replacement: "this.#notedAlert",
      name: "a warning is not believed at all",
    },
    {
      check: "an alert counts when nothing better comes",
      text: "if (this.#notedAlert !== undefined) {",
      replacement: "if (this.#notedAlert === 0) {",
      name: "a fatal alert is believed when nothing better comes",
    },
  ]),
  ...mutantsOf("dtls/handshake/clientHandshake", "attacks/stateForgery", [
    {
      check: "a second HelloVerifyRequest is followed",
      text: "const MAX_HELLO_VERIFY_REQUESTS = 2;",
      replacement: "const MAX_HELLO_VERIFY_REQUESTS = 1;",
      name: "a forged HelloVerifyRequest that comes first costs a datagram, and not the handshake",
    },
  ]),
  ...mutantsOf("dtls/handshake/handshakeInput", "attacks/stateForgery", [
    {
      check: "a piece in the clear that cannot be read ends nothing",
      text: '      } catch {\n        this.#host.drop("malformed", content.length);\n        return;',
      replacement: "      } catch (error) {\n        throw error;",
      name: "a handshake record of half a header ends nothing",
    },
  ]),
  ...mutantsOf("dtls/messages/alert", "attacks/stateForgery", [
    {
      check: "an alert in the clear has two octets",
      text: "content.length !== 2 || ",
      replacement: "",
      name: "an alert of three octets is not believed even when nothing better comes",
    },
  ]),
  ...mutantsOf("dtls/server", "attacks/stateForgery", [
    {
      check: "one handshake at a time is under way with an address",
      text: "if (before !== undefined) also.push(this.#abort(before));",
      replacement: "",
      name: "with good cookies has one handshake under way at a time",
    },
    {
      check: "a connection stays until the new one is there",
      text: "this.#handshaking.add(association);",
      replacement:
        "this.#handshaking.add(association);\n    const old = this.#byAddress.get(keyOf(from))?.connected;\n    if (old !== undefined) this.#abort(old);",
      name: "leave the connection as it is when the new one fails",
    },
    {
      check: "a new connection ends the old one",
      text: "replaced !== undefined && replaced !== association ? [this.#abort(replaced)] : []",
      replacement: "[]",
      name: "end the connection when the new one is there",
    },
    {
      check: "a repeated hello does not begin anew",
      text: "!isOf(handshaking, hello) && ",
      replacement: "",
      name: "that repeats one hello with its cookie sends one flight",
    },
    {
      check: "a recorded hello opens nothing",
      text: " && !isOf(connected, hello)",
      replacement: "",
      name: "that were recorded open nothing",
    },
    {
      check: "a ClientHello at the address of a connection needs a cookie",
      text: "if (hello.hello.cookie.length === 0 || !this.#cookies.isValid(hello.hello, from)) {",
      replacement: "if (hello.hello.cookie.length > 0 && !this.#cookies.isValid(hello.hello, from)) {",
      name: "get a HelloVerifyRequest, and leave the connection as it is",
    },
    {
      check: "another handshake leaves the connection in its place",
      text: "this.#handshaking.add(association);\n    this.#at(from).handshaking = association;",
      replacement:
        "this.#handshaking.add(association);\n    this.#at(from).handshaking = association;\n    delete this.#at(from).connected;",
      name: "leave the connection as it is until the new one is there",
    },
  ]),
  ...mutantsOf("dtls/connection", "attacks/stateLastFlight", [
    {
      check: "only the very Finished asks for the last flight",
      text: 'else if (type === "finished" && this.#isPeersFinished(piece)) {',
      replacement: 'else if (type === "finished") {',
      name: "is not sent again for a Finished of another verify_data",
    },
    {
      check: "the last flight is forgotten when the peer has it",
      text: "if (this.#flights.flight !== undefined) this.#forgetFlight();",
      replacement: "",
      name: "is not sent again once the peer sends data",
    },
    {
      check: "the last flight is forgotten after a while",
      text: 'if (this.#state === "connected") this.#forgetFlight();',
      replacement: 'if (this.#state === "connected") this.#out.newest = false;',
      name: "is not sent again after twice the life of a segment",
    },
    {
      check: "only an authentic Finished asks for the last flight",
      text: 'if (this.#state === "connected" || type === CONTENT_TYPE.applicationData || type === CONTENT_TYPE.tls12Cid) {',
      replacement:
        'if (this.#state === "connected" && fragment[0] === 20) this.#resend(this.#flights.onRepeatedFinished(), size);\n    if (this.#state === "connected" || type === CONTENT_TYPE.applicationData || type === CONTENT_TYPE.tls12Cid) {',
      name: "is not sent again for a Finished in the clear",
    },
  ]),
  ...mutantsOf("dtls/crypto/ccm", "attacks/stateLastFlight", [
    {
      check: "a forged Finished asks for nothing",
      text: "return authentic ? blocks.subarray(contentAt, contentAt + length) : undefined;",
      replacement: "return authentic || true ? blocks.subarray(contentAt, contentAt + length) : undefined;",
      name: "is not sent again for a Finished that is not authentic",
    },
  ]),
  ...mutantsOf("dtls/handshake/flightTimer", "attacks/stateLastFlight", [
    {
      check: "the last flight is sent again so often and no more",
      text: " || this.#sentAgain >= MAX_LAST_FLIGHTS",
      replacement: "",
      name: "is sent again twenty times and no more",
    },
    {
      check: "two ends do not drive each other on",
      text: " || this.#answeredRepeat) return undefined;",
      replacement: ") return undefined;",
      name: "do not drive each other on by certificates with CCM_8",
    },
    {
      check: "a lost last flight is sent again",
      text: "const MAX_LAST_FLIGHTS = 20;",
      replacement: "const MAX_LAST_FLIGHTS = 0;",
      name: "is sent again for each repeated Finished, under new record numbers",
    },
  ]),
  ...mutantsOf("dtls/record/recordLayer", "attacks/stateLastFlight", [
    {
      check: "a recorded Finished asks for nothing",
      text: 'if (!this.#window.isFresh(record.sequence)) return "replay";',
      replacement: "",
      name: "is not sent again for a Finished that was recorded",
    },
  ]),
  ...mutantsOf("dtls/server", "attacks/stateLastFlight", [
    {
      check: "a connection hears what comes while another handshake is under way",
      text: "if (connected === undefined) return taken;",
      replacement: "if (connected === undefined || datagram[4] === 0) return taken;",
      name: "is sent again beside a half-open handshake",
    },
  ]),
  ...mutantsOf("dtls/connection", "attacks/stateRenegotiation", [
    {
      check: "a renegotiation is refused in words",
      text: 'if (type === "helloRequest" || type === "clientHello") this.#sendAlert("warning", "no_renegotiation");',
      replacement: 'if (type === "helloRequest" || type === "clientHello") return;',
      name: "by a protected clientHello is refused by a warning",
    },
    {
      check: "a handshake message after the handshake ends the connection",
      text: '} else throw unexpectedMessage(type, "after the handshake");',
      replacement: "}",
      name: "by a protected serverHello ends the connection",
    },
    {
      check: "only Finished is protected in a handshake",
      text: 'else throw unexpectedMessage(messageTypeOf(piece.type), "before Finished");',
      replacement: "else this.#input?.onFragment(piece);",
      name: "between ChangeCipherSpec and Finished by a clientHello ends the handshake",
    },
    {
      check: "a renegotiation in the clear is not heard",
      text: 'this.#state === "connected" || type === CONTENT_TYPE.applicationData',
      replacement: "type === CONTENT_TYPE.applicationData",
      name: "in the clear is not heard",
    },
    {
      check: "a protected ChangeCipherSpec ends the connection",
      text: 'throw new DtlsError("protocol", `a protected record of type ',
      replacement: 'if (type < 0) throw new DtlsError("protocol", `a protected record of type ',
      name: "by a protected ChangeCipherSpec ends the connection",
    },
  ]),
  ...mutantsOf("dtls/handshake/serverExtensions", "attacks/stateRenegotiation", [
    {
      check: "a first handshake is no renegotiation",
      text: "if (renegotiation !== undefined && (renegotiation.length !== 1 || renegotiation[0] !== 0)) {",
      replacement: "if (renegotiation !== undefined && renegotiation.length === 0) {",
      name: "a first ClientHello that says it renegotiates is refused",
    },
  ]),
  ...mutantsOf("dtls/connection", "client", [
    {
      check: "data is delivered only after Finished",
      text: 'if (this.#state === "connected") {\n      // Who sends data',
      replacement: 'if (this.#state !== "closed") {\n      // Who sends data',
      name: "is told once, before any data",
    },
    {
      check: "data before Finished is bounded",
      text: "else if (this.#earlyData.length < MAX_EARLY_DATA)",
      replacement: "else if (MAX_EARLY_DATA > 0)",
      name: "is kept as four records of data before Finished",
    },
    {
      check: "renegotiation is refused",
      text: 'if (type === "helloRequest" || type === "clientHello") this.#sendAlert("warning", "no_renegotiation");',
      replacement: 'if (type === "helloRequest" || type === "clientHello") return;',
      name: "is refused with a warning, each time",
    },
    {
      check: "a forged alert waits for the timer",
      text: 'if (alert.level === "fatal" || alert.alert === "close_notify") this.#notedAlert ??= alert.alert;',
      replacement: "this.#endByAlert(alert.alert);",
      name: "is not ended by a forged alert when the true answer comes",
    },
  ]),
  ...mutantsOf("dtls/handshake/flightTimer", "client", [
    {
      check: "the last flight is sent again so often and no more",
      text: "if (this.#flight === undefined || this.#sentAgain >= MAX_LAST_FLIGHTS) return undefined;",
      replacement: "if (this.#flight === undefined || MAX_LAST_FLIGHTS < 0) return undefined;",
      name: "sends the last flight again for each Finished that is authentic, 20 times",
    },
    {
      check: "waits double",
      text: "this.#delayMs = Math.min(2 * this.#delayMs, maxMs);",
      replacement: "this.#delayMs = Math.min(this.#delayMs, maxMs);",
      name: "sends its ClientHello again after 1, 2, 4, 8, 16 and 32 s",
    },
    {
      check: "waits have a longest one",
      text: "Math.min(2 * this.#delayMs, maxMs)",
      replacement: "2 * this.#delayMs + 0 * maxMs",
      name: "does so after 9, 18, 36 and 60 s",
    },
  ]),
  ...mutantsOf("dtls/record/earlyRecords", "client", [
    {
      check: "records before the keys are bounded in number",
      text: "this.#records.length >= MAX_RECORDS",
      replacement: "MAX_RECORDS < 0",
      name: "is kept as four records without the keys to read them",
    },
    {
      check: "records before the keys are bounded in octets",
      text: "this.#octets + view.size > MAX_OCTETS",
      replacement: "MAX_OCTETS < 0",
      name: "is kept as four records without the keys to read them",
    },
  ]),
];
