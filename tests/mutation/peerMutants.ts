/** Checks of Connection IDs, of where a peer is, and of connections that are carried over: taken out one by one. */
import { type Mutant, mutantsOf } from "./mutant.ts";

export const PEER_MUTANTS: readonly Mutant[] = [
  ...mutantsOf("dtls/connection", "attacks/connectionId", [
    {
      check: "a Connection ID is read in the datagram that agrees on it",
      text: "const cidLength = this.layer.ownConnectionId?.length ?? 0;",
      replacement: 'const cidLength = this.#state === "connected" ? (this.layer.ownConnectionId?.length ?? 0) : 0;',
      name: "differ in a resumed connection",
    },
    {
      check: "plain records have no Connection ID",
      text: " || type === CONTENT_TYPE.tls12Cid) {",
      replacement: ") {",
      name: "is dropped in epoch 0 of a handshake too, and not heard as an alert",
    },
  ]),
  ...mutantsOf("dtls/record/recordLayer", "attacks/connectionId", [
    {
      check: "a record has the Connection ID that this side wants",
      text: 'if (expected === undefined ? connectionId !== undefined : !isSame(connectionId, expected)) return "connectionId";',
      replacement: "void expected; void isSame;",
      name: "is dropped when the id is missing where one is expected",
    },
    {
      check: "a Connection ID is the one that was agreed on",
      text: "return connectionId !== undefined && equalBytes(connectionId, expected);",
      replacement: "return connectionId !== undefined && connectionId.length === expected.length;",
      name: "given to a client is dropped when the id is another, though all else be authentic",
    },
    {
      check: "a Connection ID comes only where one is wanted",
      text: "expected === undefined ? connectionId !== undefined : ",
      replacement: "expected === undefined ? connectionId === null : ",
      name: "given to a client is dropped when it has an id where none was negotiated",
    },
  ]),
  ...mutantsOf("dtls/record/recordProtection", "attacks/connectionId", [
    {
      check: "the Connection ID is authenticated",
      text: "aad.set(connectionId, 21);",
      replacement: "",
      name: "loses a padding of 1 zeros",
    },
    {
      check: "an inner plaintext without a type is refused",
      text: "end < 0 ? { type: 0,",
      replacement: "end < 0 ? { type: 23,",
      name: "ends the connection with unexpected_message for nothing but zeros",
    },
    {
      check: "the type within counts",
      text: "{ type: inner[end]!, content: inner.subarray(0, end) }",
      replacement: "{ type: CONTENT_TYPE.applicationData, content: inner.subarray(0, end) }",
      name: "has the true type, and the header's is no other",
    },
  ]),
  ...mutantsOf("dtls/server", "attacks/connectionId", [
    {
      check: "a Connection ID is of one association",
      text: "if (this.#byConnectionId.has(toHex(id))) continue;",
      replacement: "",
      name: "are never taken from one that is connected",
    },
    {
      check: "an association moves only with a newer record",
      text: "if (step.newest === true) this.#onNewest(association, from);",
      replacement: "this.#onNewest(association, from);",
      name: "does not move with an old record that is authentic and new to the server",
    },
    {
      check: "a Connection ID goes with its association",
      text: "if (this.#byConnectionId.get(toHex(own)) === association) this.#byConnectionId.delete(toHex(own));",
      replacement: "",
      name: "are gone with their association",
    },
    {
      check: "a replayed record moves nobody",
      text: "if (step.newest === true) this.#onNewest(association, from);",
      replacement: "this.#onNewest(association, from);",
      name: "does not move with a replayed record",
    },
    {
      check: "a changed record moves nobody",
      text: "if (step.newest === true) this.#onNewest(association, from);",
      replacement: "this.#onNewest(association, from);",
      name: "does not move with a record that is changed",
    },
    {
      check: "who moves to another's address leaves that one there",
      text: "else at.connected ??= association;",
      replacement: "else at.connected = association;",
      name: "may be one where a client without a Connection ID is, which stays there",
    },
    {
      check: "who moves leaves its address",
      text: "this.#leaveAddress(association);\n    association.moveTo(from);",
      replacement: "association.moveTo(from);",
      name: "is left behind: whoever comes to it next",
    },
    {
      check: "who moves is sent to there",
      text: "association.moveTo(from);",
      replacement: "",
      name: "moves with a record that is authentic and newer than all before",
    },
  ]),
  ...mutantsOf("dtls/session", "export", [
    {
      check: "a connection of other credentials is not imported",
      text: 'if (fields.text("binding") !== binding) throw unusable("import", "belongs to other credentials");',
      replacement: "void binding;",
      name: "of other credentials are refused",
    },
    {
      check: "an imported connection goes on with a number that there is",
      text: 'fields.whole("nextSequence", 0, MAX_SEQUENCE)',
      replacement: 'fields.whole("nextSequence", 0, 2 * MAX_SEQUENCE)',
      name: 'with a field that cannot be are refused: {"nextSequence":281474976710656}',
    },
  ]),
  ...mutantsOf("dtls/handshake/serverHandshake", "server", [
    {
      check: "what the application's own code throws is not repeated",
      text: '"the psk function of the server failed, or gave no usable key", "internal_error"',
      replacement: '"the psk function failed"',
      name: "a key that cannot be had ends the handshake with internal_error, and is not repeated",
    },
  ]),
  ...mutantsOf("dtls/server", "server", [
    {
      check: "handshakes are bounded",
      text: "const oldest = full ? first(this.#handshaking) : undefined;",
      replacement: "const oldest = full && maxHandshakes < 0 ? first(this.#handshaking) : undefined;",
      name: "hold for handshakes: the oldest makes room",
    },
    {
      check: "connections are bounded, by how long they were silent",
      text: "if (this.#connected.delete(association)) this.#connected.add(association);",
      replacement: "",
      name: "hold for connections: the one that was silent longest makes room",
    },
  ]),
];
