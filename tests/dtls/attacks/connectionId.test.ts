import { describe, expect, it } from "@jest/globals";
import { concat } from "../../../services/dtls/bytes.ts";
import { DtlsServer } from "../../../services/dtls/server.ts";
import type { Role } from "../../../services/dtls/types.ts";
import { Attacker } from "./support/attacker.ts";
import { PSK } from "./support/credentials.ts";
import { CLIENT_AT, other, Pair } from "./support/pair.ts";
import { expectAlive, expectUntouched } from "./support/untouched.ts";
import { CONTENT_TYPE, flipBit, record, text } from "./support/wire.ts";

const ROLES: readonly Role[] = ["client", "server"];
const ELSEWHERE = { address: "203.0.113.99", port: 6_666 };
const LENGTH = 4;
const BOTH = {
  client: { ...PSK.client, connectionId: LENGTH },
  server: { ...PSK.server, connectionId: LENGTH },
} as const;

function connected(): { pair: Pair; attacker: Attacker; idOf: (role: Role) => Uint8Array } {
  const pair = new Pair(BOTH).connect();
  const attacker = new Attacker(pair);
  return { pair, attacker, idOf: (role) => attacker.connectionIds[role]! };
}

describe.each(ROLES)("D24 a record whose Connection ID is not right, given to a %s", (target) => {
  const from = other(target);
  const forge = (attacker: Attacker, connectionId: Uint8Array | undefined, sequence = 40) =>
    attacker.seal(from, { sequence, connectionId, content: text("forged") });

  it("is dropped when the id is another, though all else be authentic", () => {
    const { pair, attacker, idOf } = connected();
    const own = idOf(target);
    const others = Array.from({ length: 8 * LENGTH }, (_, bit) => flipBit(own, bit));
    const zeros = new Uint8Array(LENGTH);
    const forged = [...others, zeros].map((id) => forge(attacker, id));
    expectUntouched(pair, target, forged, "connectionId");
  });

  it("is dropped when the id is that of the other side", () => {
    const { pair, attacker, idOf } = connected();
    expectUntouched(pair, target, [forge(attacker, idOf(from))], "connectionId");
  });

  it("is dropped when the id is cut or has octets too many: lengths are fixed, and what follows is read amiss", () => {
    const { pair, attacker, idOf } = connected();
    const own = idOf(target);
    const wrong = [own.subarray(0, 3), own.subarray(0, 1), concat([own, Uint8Array.of(1)]), concat([own, own])];
    const before = { ...pair.drops(target) };
    for (const id of wrong) expect(pair.give(target, forge(attacker, id))).toEqual({ datagrams: [], events: [] });
    const { malformed, connectionId, unauthentic } = pair.drops(target);
    const dropped = malformed + connectionId + unauthentic;
    expect(dropped).toBe(before.malformed + before.connectionId + before.unauthentic + wrong.length);
    expectAlive(pair);
  });

  it("is dropped when the id is missing where one is expected", () => {
    const { pair, attacker } = connected();
    expectUntouched(pair, target, [forge(attacker, undefined)], "connectionId");
  });

  it("is dropped when it has an id where none was negotiated", () => {
    const classic = { client: { ...PSK.client, connectionId: false }, server: PSK.server } as const;
    const pair = new Pair(classic).connect();
    const attacker = new Attacker(pair);
    const ids = [new Uint8Array(0), new Uint8Array(6), Uint8Array.of(1, 2, 3, 4)];
    const before = { ...pair.drops(target) };
    for (const id of ids) expect(pair.give(target, forge(attacker, id))).toEqual({ datagrams: [], events: [] });
    const { malformed, connectionId } = pair.drops(target);
    // What stands behind a record that is taken for shorter than it is counts once more.
    expect(malformed + connectionId).toBeGreaterThanOrEqual(before.malformed + before.connectionId + ids.length);
    expectAlive(pair);
  });

  it("is dropped when it has an id where an empty one was negotiated", () => {
    const empty = { client: { ...PSK.client, connectionId: 0 }, server: { ...PSK.server, connectionId: 0 } } as const;
    const pair = new Pair(empty).connect();
    expect(pair.client.info?.connectionId).toEqual({ own: "", peer: "" });
    const attacker = new Attacker(pair);
    expectUntouched(pair, target, [forge(attacker, new Uint8Array(0))], "connectionId");
  });

  it("is dropped when it is cut within the id", () => {
    const { pair, attacker, idOf } = connected();
    const genuine = forge(attacker, idOf(target));
    const before = { ...pair.drops(target) };
    for (let length = 1; length < genuine.length; length++) {
      expect(pair.give(target, genuine.subarray(0, length))).toEqual({ datagrams: [], events: [] });
    }
    const { malformed, connectionId } = pair.drops(target);
    expect(malformed + connectionId).toBe(before.malformed + before.connectionId + genuine.length - 1);
    expectAlive(pair);
  });

  it("is dropped in epoch 0: plain records carry no id", () => {
    const { pair, idOf } = connected();
    const forged = record({ type: CONTENT_TYPE.tls12Cid, connectionId: idOf(target), fragment: text("plain") });
    expectUntouched(pair, target, [forged], "plaintext");
  });

  it("is dropped in epoch 0 of a handshake too, and not heard as an alert", () => {
    const pair = new Pair(BOTH);
    pair.start();
    // A server has an id of its own as soon as it has said so.
    if (target === "server") {
      pair.carry(({ from, bytes }) => (from === "client" && pair.association !== undefined ? [] : [bytes]));
    }
    const { plaintext } = pair.drops(target);
    const connectionId = new Uint8Array(target === "server" ? LENGTH : 0);
    const alert = record({ type: CONTENT_TYPE.tls12Cid, connectionId, fragment: Uint8Array.of(2, 40) });
    // Behind another record: a server finds a datagram by the id that it begins with.
    const rubbish = record({ type: CONTENT_TYPE.changeCipherSpec, fragment: Uint8Array.of(1, 1) });
    pair.give(target, concat([rubbish, alert]));
    expect(pair.drops(target).plaintext).toBe(plaintext + 1);
    pair.timeout(target);
    pair.carry();
    expectAlive(pair);
  });
});

describe.each(ROLES)("D24 the inner plaintext of a record with a Connection ID, given to a %s", (target) => {
  const from = other(target);
  const give = (inner: Uint8Array) => {
    const { pair, attacker } = connected();
    const step = pair.give(target, attacker.seal(from, { sequence: 40, content: inner, inner }));
    return { pair, step };
  };

  it.each([1, 2, 15, 16, 17, 300])("loses a padding of %d zeros", (padding) => {
    const { pair } = give(concat([text("padded\0"), Uint8Array.of(23), new Uint8Array(padding)]));
    expect(pair.data(target)).toEqual(["padded\0"]);
  });

  it.each([
    { what: "nothing but zeros", inner: new Uint8Array(5) },
    { what: "nothing at all", inner: new Uint8Array(0) },
    { what: "the type tls12_cid inside", inner: concat([text("nested"), Uint8Array.of(25)]) },
    { what: "the type ChangeCipherSpec inside", inner: Uint8Array.of(1, 20) },
    { what: "an unknown type inside", inner: concat([text("what"), Uint8Array.of(99)]) },
  ])("ends the connection with unexpected_message for $what", ({ inner }) => {
    const { pair, step } = give(inner);
    expect(step.datagrams).toHaveLength(1);
    expect(pair.closed(target).error).toMatchObject({ code: "protocol", alert: "unexpected_message" });
    expect(pair.data(target)).toEqual([]);
  });

  it("has the true type, and the header's is no other: an alert inside is an alert", () => {
    const { pair } = give(Uint8Array.of(1, 0, 21));
    expect(pair.closed(target)).toEqual({ kind: "closed", by: "peer" });
    expect(pair.data(target)).toEqual([]);
  });
});

describe("D24 the address of a client with a Connection ID", () => {
  it("moves with a record that is authentic and newer than all before", () => {
    const { pair, attacker } = connected();
    pair.give("server", attacker.seal("client", { sequence: 40, content: text("moved") }), ELSEWHERE);
    expect(pair.association!.peer).toEqual(ELSEWHERE);
    expect(pair.data("server")).toEqual(["moved"]);
    const { datagrams } = pair.send("server", text("there"));
    expect(pair.history.at(-1)).toMatchObject({ to: ELSEWHERE, bytes: datagrams[0] });
  });

  it("does not move with a replayed record", () => {
    const { pair } = connected();
    const genuine = pair.held("client", text("genuine"));
    pair.give("server", genuine);
    expectUntouched(pair, "server", [genuine], "replay", ELSEWHERE);
    expect(pair.association!.peer).toEqual(CLIENT_AT);
  });

  it("does not move with an old record that is authentic and new to the server; its data is delivered", () => {
    const { pair } = connected();
    const old = pair.held("client", text("old"));
    pair.give("server", pair.held("client", text("new")));
    expect(pair.give("server", old, ELSEWHERE).newest).toBeUndefined();
    expect(pair.association!.peer).toEqual(CLIENT_AT);
    expect(pair.data("server")).toEqual(["new", "old"]);
  });

  it("does not move with a record that is changed", () => {
    const { pair } = connected();
    const genuine = pair.held("client", text("genuine"));
    const changed = flipBit(genuine, 8 * genuine.length - 1);
    expectUntouched(pair, "server", [changed], "unauthentic", ELSEWHERE);
  });

  it("does not move without one: a client without a Connection ID is lost at another address", () => {
    const pair = new Pair({ client: { ...PSK.client, connectionId: false }, server: PSK.server }).connect();
    const genuine = pair.held("client", text("genuine"));
    expectUntouched(pair, "server", [genuine], "unexpected", ELSEWHERE);
  });

  it("may be one where another client is: both are found, and told apart", () => {
    const first = connected().pair;
    const second = new Pair({ ...BOTH, server: first.server });
    second.at = ELSEWHERE;
    second.connect();
    first.at = ELSEWHERE;
    first.give("server", first.held("client", text("I came here")));
    expect(first.association!.peer).toEqual(ELSEWHERE);
    expectAlive(first);
    expectAlive(second);
    expect(first.server.associations).toBe(2);
  });

  it("may be one where a client without a Connection ID is, which stays there", () => {
    const first = connected().pair;
    const second = new Pair({ client: { ...PSK.client, connectionId: false }, server: first.server });
    second.at = ELSEWHERE;
    second.connect();
    first.at = ELSEWHERE;
    first.give("server", first.held("client", text("I came here")));
    expect(first.association!.peer).toEqual(ELSEWHERE);
    expectAlive(second);
    expectAlive(first);
  });

  it("is left behind: whoever comes to it next has no part in the connection", () => {
    const { pair } = connected();
    pair.at = ELSEWHERE;
    pair.give("server", pair.held("client", text("moved")));
    const next = new Pair({ ...BOTH, server: pair.server }).connect();
    expect(next.association).not.toBe(pair.association);
    expect(pair.association!.state).toBe("connected");
    expectAlive(next);
    expectAlive(pair);
  });
});

describe("D24 the Connection IDs of a server", () => {
  it("are its own for each client, of the length that it was given", () => {
    const first = new Pair(PSK).connect();
    const ids = Array.from({ length: 50 }, (_, index) => {
      const pair = new Pair({ ...PSK, server: first.server });
      pair.at = { ...CLIENT_AT, port: 50_000 + index };
      return pair.connect().association!.info!.connectionId!.own;
    });
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => id.length === 12)).toBe(true);
  });

  it("are never taken from one that is connected, though all of them be in use", () => {
    const server = new DtlsServer({ ...PSK.server, connectionId: 1 });
    const pairs = Array.from({ length: 270 }, (_, index) => {
      const pair = new Pair({ ...PSK, server });
      pair.at = { ...CLIENT_AT, port: 50_000 + index };
      return pair.connect();
    });
    const ids = pairs.flatMap(({ association }) => association?.info?.connectionId?.own ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    for (const pair of pairs) if (pair.client.state === "connected") expectAlive(pair);
  });

  it("are gone with their association", () => {
    const { pair, attacker } = connected();
    pair.association!.abort();
    expect(pair.server.associations).toBe(0);
    const outcome = pair.server.receive(attacker.seal("client", { sequence: 40, content: text("late") }), CLIENT_AT);
    expect(outcome.association).toBeUndefined();
    expect(pair.server.dropped.connectionId).toBe(1);
  });

  it("differ in a resumed connection, and the old one is found by its own no more", () => {
    const { pair, attacker, idOf } = connected();
    const old = attacker.seal("client", { sequence: 40, content: text("of before") });
    const resume = pair.client.resumption()!;
    const next = new Pair({ client: { ...BOTH.client, resume }, server: pair.server }).connect();
    expect(next.client.info).toMatchObject({ resumed: true });
    const { own, peer } = next.client.info!.connectionId!;
    expect(own).not.toBe(Buffer.from(idOf("client")).toString("hex"));
    expect(peer).not.toBe(Buffer.from(idOf("server")).toString("hex"));
    // The new handshake was complete: the old association of the address is over.
    expectUntouched(next, "server", [old], "connectionId");
    expect(pair.server.associations).toBe(1);
  });

  it("may be negotiated in a resumed connection where there was none, and the other way round", () => {
    for (const [before, after] of [
      [false, LENGTH],
      [LENGTH, false],
      [LENGTH, 0],
    ] as const) {
      const first = new Pair({ client: { ...PSK.client, connectionId: before }, server: BOTH.server }).connect();
      const client = { ...PSK.client, connectionId: after, resume: first.client.resumption()! };
      const next = new Pair({ client, server: first.server }).connect();
      expect(next.client.info?.resumed).toBe(true);
      expect(next.client.info?.connectionId?.own.length).toBe(after === false ? undefined : 2 * after);
      expectAlive(next);
    }
  });
});
