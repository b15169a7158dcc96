import { describe, expect, it } from "@jest/globals";
import type { PeerAddress } from "../../ports/transport.ts";
import { concat } from "../../services/dtls/bytes.ts";
import { DtlsClient } from "../../services/dtls/client.ts";
import { type ClientHello, decodeClientHello, encodeClientHello } from "../../services/dtls/messages/clientHello.ts";
import { DtlsServer, type ServerStep } from "../../services/dtls/server.ts";
import { Attacker } from "./attacks/support/attacker.ts";
import { IDENTITY, KEY, PSK } from "./attacks/support/credentials.ts";
import { CLIENT_AT, Pair } from "./attacks/support/pair.ts";
import { expectAlive } from "./attacks/support/untouched.ts";
import { fragmentOf, handshake, record, records, text } from "./attacks/support/wire.ts";

const ELSEWHERE: PeerAddress = { address: "203.0.113.9", port: CLIENT_AT.port };
const OTHER_PORT: PeerAddress = { address: CLIENT_AT.address, port: CLIENT_AT.port + 1 };
const PERIOD_MS = 300_000;

/** The client's second hello, and the first. */
function hellos(server: DtlsServer, from = CLIENT_AT): { first: Uint8Array; second: Uint8Array; client: DtlsClient } {
  const client = new DtlsClient(PSK.client);
  const [first] = client.start().datagrams;
  const [request] = server.receive(first!, from).step.datagrams;
  const [second] = client.receive(request!).datagrams;
  return { first: first!, second: second!, client };
}

/** A hello with fields changed. */
function changed(hello: Uint8Array, change: Partial<ClientHello>): Uint8Array {
  const [view] = records(hello);
  const { sequence, bytes } = fragmentOf(view!);
  const body = encodeClientHello({ ...decodeClientHello(bytes), ...change });
  return record({ type: 22, sequence: view!.sequence, fragment: handshake("clientHello", sequence, body) });
}

const isRequest = ({ step, association }: ServerStep) =>
  association === undefined && step.datagrams.length === 1 && step.datagrams[0]![13] === 3;

function atPort(port: number, server: DtlsServer): Pair {
  const pair = new Pair({ ...PSK, server });
  pair.at = { address: CLIENT_AT.address, port };
  return pair;
}

describe("a cookie", () => {
  const serverAt = (now: () => number) => new DtlsServer({ ...PSK.server, now });

  it("is needed: nothing is kept of who has none, and the answer is no longer than the question", () => {
    const server = new DtlsServer(PSK.server);
    const { first } = hellos(server);
    const bare = changed(first, { extensions: new Map(), suites: [0xc0a8] });
    for (let port = 1; port <= 500; port++) {
      const outcome = server.receive(port % 2 === 0 ? first : bare, { address: "192.0.2.77", port });
      expect(isRequest(outcome)).toBe(true);
      expect(outcome.step.datagrams[0]!.length).toBeLessThanOrEqual((port % 2 === 0 ? first : bare).length);
      expect(outcome.step.timer).toBeUndefined();
    }
    expect(server.associations).toBe(0);
  });

  it("that is good opens an association", () => {
    const server = new DtlsServer(PSK.server);
    const outcome = server.receive(hellos(server).second, CLIENT_AT);
    expect(outcome).toMatchObject({ opened: true, to: CLIENT_AT });
    expect(server.associations).toBe(1);
  });

  it.each([
    { what: "another address", from: ELSEWHERE, change: {} },
    { what: "another port", from: OTHER_PORT, change: {} },
    { what: "another random", from: CLIENT_AT, change: { random: new Uint8Array(32) } },
    { what: "other suites", from: CLIENT_AT, change: { suites: [0x00a8, 0xd003, 0xc0a8] } },
    { what: "another session id", from: CLIENT_AT, change: { sessionId: new Uint8Array(32) } },
    { what: "other compressions", from: CLIENT_AT, change: { compressions: Uint8Array.of(0, 1) } },
    { what: "octets of its own making", from: CLIENT_AT, change: { cookie: new Uint8Array(32) } },
    { what: "an octet less", from: CLIENT_AT, change: { cookie: new Uint8Array(31) } },
    { what: "255 octets", from: CLIENT_AT, change: { cookie: new Uint8Array(255) } },
  ])("with $what opens nothing: a new one is sent", ({ from, change }) => {
    const server = new DtlsServer(PSK.server);
    const outcome = server.receive(changed(hellos(server).second, change), from);
    expect(isRequest(outcome)).toBe(true);
    expect(outcome.to).toEqual(from);
    expect(server.associations).toBe(0);
  });

  it("holds with other extensions: there are clients that change them", () => {
    const server = new DtlsServer(PSK.server);
    const { second } = hellos(server);
    expect(server.receive(changed(second, { extensions: new Map() }), CLIENT_AT).opened).toBe(true);
  });

  it("holds in its period of five minutes and the next, and not after", () => {
    for (const [later, good] of [
      [0, true],
      [PERIOD_MS, true],
      [2 * PERIOD_MS - 1, true],
      [2 * PERIOD_MS, false],
      [-1, false],
    ] as const) {
      let now = 1_000 * PERIOD_MS;
      const server = serverAt(() => now);
      const { second } = hellos(server);
      now += later;
      expect(server.receive(second, CLIENT_AT).opened === true).toBe(good);
    }
  });

  it("is of one server: another does not take it", () => {
    const { second } = hellos(new DtlsServer(PSK.server));
    const server = new DtlsServer(PSK.server);
    expect(isRequest(server.receive(second, CLIENT_AT))).toBe(true);
  });

  it("that changes once under a client is followed, one that changes for ever is not", () => {
    const client = new DtlsClient(PSK.client);
    client.start();
    const request = (cookie: number) =>
      record({ type: 22, fragment: handshake("helloVerifyRequest", 0, Uint8Array.of(0xfe, 0xff, 1, cookie)) });
    const answers = [1, 1, 2, 2, 3, 4].map((cookie) => client.receive(request(cookie)).datagrams.length);
    expect(answers).toEqual([1, 0, 1, 0, 0, 0]);
  });

  it("comes in a record of the number that the hello had, and so does the ServerHello", () => {
    const server = new DtlsServer(PSK.server);
    const { first, second } = hellos(server);
    const numbered = (hello: Uint8Array, sequence: number) =>
      record({ ...records(hello)[0]!, connectionId: new Uint8Array(0), sequence });
    const [request] = server.receive(numbered(first, 77), CLIENT_AT).step.datagrams;
    expect(records(request!)[0]).toMatchObject({ epoch: 0, sequence: 77 });
    const [flight] = server.receive(numbered(second, 99), CLIENT_AT).step.datagrams;
    expect(records(flight!).map(({ sequence }) => sequence)).toEqual([99, 100]);
  });
});

describe("what a server cannot place", () => {
  it("is dropped and counted: no hello, a hello in pieces, one with more behind it, one of another epoch", () => {
    const server = new DtlsServer(PSK.server);
    const { second } = hellos(server);
    const [view] = records(second);
    const pieces = handshake("clientHello", 1, view!.fragment.subarray(12, 40), { length: view!.fragment.length - 12 });
    const odd = [
      text("rubbish"),
      new Uint8Array(0),
      record({ type: 23, epoch: 1, fragment: text("data") }),
      record({ type: 21, fragment: Uint8Array.of(2, 40) }),
      record({ type: 22, fragment: pieces }),
      record({ type: 22, epoch: 1, fragment: view!.fragment }),
      record({ type: 22, fragment: concat([view!.fragment, Uint8Array.of(0)]) }),
      record({ type: 22, version: 0x0303, fragment: view!.fragment }),
      second.subarray(0, 60),
    ];
    for (const datagram of odd) {
      const { step, association } = server.receive(datagram, CLIENT_AT);
      expect({ step, association }).toEqual({ step: { datagrams: [], events: [] }, association: undefined });
    }
    expect(server.dropped.unexpected).toBe(odd.length);
    expect(server.associations).toBe(0);
  });
});

describe("a new handshake from the address of a connection (RFC 6347 §4.2.8)", () => {
  it("leaves the connection alone until it is complete, and ends it then without a word", () => {
    const old = new Pair(PSK).connect();
    const next = new Pair({ ...PSK, server: old.server });
    next.start();
    next.carry(({ from, bytes }) => (from === "client" && bytes[13] === 16 ? [] : [bytes]));
    expect(old.server.associations).toBe(2);
    expectAlive(old);
    next.timeout("client");
    next.carry();
    expect(next.client.state).toBe("connected");
    expect(old.server.associations).toBe(1);
    expect(old.association!.state).toBe("closed");
    // What became of the older one came with the step that completed the newer.
    expect(next.closed("server")).toMatchObject({ by: "local", error: { code: "aborted" } });
    expectAlive(next);
  });

  it("that fails leaves the connection as it was", () => {
    const old = new Pair(PSK).connect();
    const client = { psk: { identity: IDENTITY, key: new Uint8Array(16) } };
    const next = new Pair({ client, server: old.server }).connect();
    while (next.association!.state === "handshaking") next.timeout("server");
    expect(old.server.associations).toBe(1);
    expectAlive(old);
  });

  it("is not begun by hellos without a cookie, however many", () => {
    const old = new Pair(PSK).connect();
    const { association } = old;
    for (let count = 0; count < 100; count++) {
      const [hello] = new DtlsClient(PSK.client).start().datagrams;
      expect(isRequest(old.server.receive(hello!, CLIENT_AT))).toBe(true);
    }
    expect(old.server.associations).toBe(1);
    expect(association!.state).toBe("connected");
    expectAlive(old);
  });

  it("replaces a handshake that was begun from there", () => {
    const server = new DtlsServer(PSK.server);
    const before = server.receive(hellos(server).second, CLIENT_AT).association!;
    const outcome = server.receive(hellos(server).second, CLIENT_AT);
    expect(outcome.also).toMatchObject([{ association: before, step: { datagrams: [] } }]);
    expect(before.state).toBe("closed");
    expect(server.associations).toBe(1);
  });
});

describe("the bounds of a server", () => {
  it("hold for handshakes: the oldest makes room", () => {
    const server = new DtlsServer({ ...PSK.server, maxHandshakes: 3 });
    const opened = [1, 2, 3, 4, 5].map((port) => {
      const from = { ...CLIENT_AT, port };
      return server.receive(hellos(server, from).second, from).association!;
    });
    expect(server.associations).toBe(3);
    expect(opened.map(({ state }) => state)).toEqual(["closed", "closed", "handshaking", "handshaking", "handshaking"]);
  });

  it("hold for connections: the one that was silent longest makes room, handshakes do not end it", () => {
    const server = new DtlsServer({ ...PSK.server, maxAssociations: 3 });
    const pairs = [1, 2, 3].map((port) => atPort(port, server).connect());
    pairs[0]!.send("client", text("I am here"));
    pairs[0]!.carry();
    atPort(4, server).start();
    const fourth = atPort(4, server).connect();
    expect(fourth.client.state).toBe("connected");
    expect(pairs.map(({ association }) => association!.state)).toEqual(["connected", "closed", "connected"]);
    expect(server.associations).toBe(3);
  });

  it("leave nothing behind of connections that ended", () => {
    const server = new DtlsServer(PSK.server);
    for (let port = 1; port <= 20; port++) {
      const pair = atPort(port, server).connect();
      pair.close(port % 2 === 0 ? "client" : "server");
      pair.carry();
      expect(server.associations).toBe(0);
      // The address is free: what still comes from it is nobody's.
      const { unexpected } = server.dropped;
      server.receive(record({ epoch: 1, fragment: text("late") }), pair.at);
      expect(server.dropped.unexpected).toBe(unexpected + 1);
    }
  });

  it("do not let one client's rubbish count against another", () => {
    const server = new DtlsServer(PSK.server);
    const [one, two] = [atPort(1, server).connect(), atPort(2, server).connect()];
    for (let count = 0; count < 10; count++) {
      one.give("server", record({ epoch: 1, sequence: 50 + count, fragment: new Uint8Array(40) }));
    }
    expect(one.association!.dropped.connectionId).toBe(10);
    expect(two.association!.dropped.connectionId).toBe(0);
    expect(server.dropped.connectionId).toBe(0);
  });
});

describe("the address of an association", () => {
  it("is told with each step, and moves as soon as a newer record is verified", () => {
    const pair = new Pair(PSK).connect();
    const attacker = new Attacker(pair);
    const sealed = (sequence: number) => attacker.seal("client", { sequence, content: text("data") });
    const at = (datagram: Uint8Array, from: PeerAddress) => {
      const { step, to } = pair.server.receive(datagram, from);
      return { newest: step.newest ?? false, to };
    };
    expect(at(sealed(50), CLIENT_AT)).toEqual({ newest: true, to: CLIENT_AT });
    expect(at(sealed(49), ELSEWHERE)).toEqual({ newest: false, to: CLIENT_AT });
    expect(at(sealed(51), ELSEWHERE)).toEqual({ newest: true, to: ELSEWHERE });
    expect(at(sealed(50), OTHER_PORT)).toEqual({ newest: false, to: ELSEWHERE });
    expect(at(sealed(52), OTHER_PORT)).toEqual({ newest: true, to: OTHER_PORT });
  });

  it("moves within a datagram when any of its records is newer", () => {
    const pair = new Pair(PSK).connect();
    const attacker = new Attacker(pair);
    const sealed = (sequence: number) => attacker.seal("client", { sequence, content: text("data") });
    pair.give("server", sealed(50));
    expect(pair.give("server", concat([sealed(49), sealed(51), sealed(48)]), ELSEWHERE).newest).toBe(true);
    expect(pair.association!.peer).toEqual(ELSEWHERE);
  });
});

describe("the keys that a server is asked for", () => {
  const connect = (psk: () => Uint8Array | undefined) => new Pair({ ...PSK, server: { psk } }).connect();

  it.each([
    { what: "is empty", psk: () => new Uint8Array(0) },
    { what: "has 65 octets", psk: () => new Uint8Array(65) },
    {
      what: "cannot be had",
      psk: () => {
        throw new Error(`the store broke over ${Buffer.from(KEY).toString("hex")}`);
      },
    },
  ])("a key that $what ends the handshake with internal_error, and is not repeated", ({ psk }) => {
    const pair = connect(psk);
    const { error } = pair.closed("server");
    expect(error?.alert).toBe("internal_error");
    expect(error?.message).not.toContain(Buffer.from(KEY).toString("hex"));
    pair.timeout("client");
    expect(pair.closed("client").error).toMatchObject({ code: "alert", alert: "internal_error" });
    expect(pair.server.associations).toBe(0);
  });

  it("are asked for once a handshake, and not wiped in the caller's hands", () => {
    const key = Uint8Array.from(KEY);
    let asked = 0;
    const pair = connect(() => {
      asked++;
      return key;
    });
    expect(asked).toBe(1);
    expect(key).toEqual(Uint8Array.from(KEY));
    expectAlive(pair);
  });

  it("may be given with a hint, which clients pass over", () => {
    const pair = new Pair({ ...PSK, server: { ...PSK.server, pskIdentityHint: text("CoAP") } }).connect();
    const flight = pair.history.find(({ from, bytes }) => from === "server" && bytes[13] === 2)!;
    expect(records(flight.bytes).map(({ fragment }) => fragment[0])).toEqual([2, 12, 14]);
    expectAlive(pair);
  });
});
