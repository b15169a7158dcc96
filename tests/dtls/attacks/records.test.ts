import { describe, expect, it } from "@jest/globals";
import { concat } from "../../../services/dtls/bytes.ts";
import { DtlsClient } from "../../../services/dtls/client.ts";
import type { Role } from "../../../services/dtls/types.ts";
import { Attacker, newestSequence } from "./support/attacker.ts";
import { PSK, X509 } from "./support/credentials.ts";
import { other, Pair } from "./support/pair.ts";
import { expectAlive, expectUntouched } from "./support/untouched.ts";
import { CONTENT_TYPE, fragmentOf, handshake, record, records, text } from "./support/wire.ts";

const ROLES: readonly Role[] = ["client", "server"];
const CLASSIC = { client: { ...PSK.client, connectionId: false }, server: PSK.server } as const;
const MAX = 2 ** 48 - 1;

function connected(): { pair: Pair; attacker: Attacker } {
  const pair = new Pair(CLASSIC).connect();
  return { pair, attacker: new Attacker(pair) };
}

/** A handshake of which everything but the last flight to `target` was delivered; that flight's records are given back. */
function beforeFinished(target: Role, options: ConstructorParameters<typeof Pair>[0] = CLASSIC) {
  const pair = new Pair(options);
  const flight: Uint8Array[] = [];
  pair.start();
  pair.carry(({ from, bytes }) => {
    const isLast = from !== target && records(bytes).some(({ type }) => type === CONTENT_TYPE.changeCipherSpec);
    if (!isLast) return [bytes];
    flight.push(...records(bytes).map((one) => one.bytes));
    return [];
  });
  const [finished] = flight.slice(-1);
  const [changeCipherSpec] = flight.slice(-2);
  return { pair, flight, before: flight.slice(0, -2), changeCipherSpec: changeCipherSpec!, finished: finished! };
}

describe.each(ROLES)("A1 application data in epoch 0, given to a %s", (target) => {
  const forged = record({ fragment: text("forged") });

  it("is never delivered in a handshake, wherever it comes", () => {
    const pair = new Pair(CLASSIC);
    pair.start();
    if (target === "client") pair.give(target, forged);
    pair.carry(({ from, bytes }) =>
      from === target ? [bytes] : [forged, concat([forged, bytes]), concat([bytes, forged])],
    );
    expect(pair.client.state).toBe("connected");
    expect(pair.data(target)).toEqual([]);
    expect(pair.drops(target).plaintext).toBeGreaterThan(4);
    expectAlive(pair);
  });

  it("is dropped once the connection is up", () => {
    expectUntouched(connected().pair, target, [forged, record({ fragment: new Uint8Array(0) })], "plaintext");
  });

  it("is not delivered later either, when the handshake that it came in is complete", () => {
    const { pair, flight } = beforeFinished(target);
    pair.give(target, forged);
    for (const one of flight) pair.give(target, one);
    pair.carry();
    expect(pair.data(target)).toEqual([]);
    expectAlive(pair);
  });
});

describe.each(ROLES)("A2 handshake messages in the wrong epoch, given to a %s", (target) => {
  it("a Finished in epoch 0 completes nothing, though its content be right", () => {
    const { pair, before, changeCipherSpec, finished } = beforeFinished(target);
    for (const one of [...before, changeCipherSpec]) pair.give(target, one);
    const content = new Attacker(pair).open(other(target), finished);
    const plain = record({ type: CONTENT_TYPE.handshake, sequence: 50, fragment: content });
    const drops = pair.drops(target).plaintext;
    expect(pair.give(target, plain)).toEqual({ datagrams: [], events: [] });
    expect(pair.end(target).state).toBe("handshaking");
    expect(pair.drops(target).plaintext).toBe(drops + 1);
    pair.give(target, finished);
    pair.carry();
    expectAlive(pair);
  });

  it("a Finished in epoch 0 without a ChangeCipherSpec before it completes nothing", () => {
    const { pair, before, finished } = beforeFinished(target);
    for (const one of before) pair.give(target, one);
    const content = new Attacker(pair).open(other(target), finished);
    pair.give(target, record({ type: CONTENT_TYPE.handshake, sequence: 50, fragment: content }));
    expect(pair.end(target).state).toBe("handshaking");
    expect(pair.events[target]).toEqual([]);
  });

  it.each(["certificate", "clientKeyExchange", "serverHelloDone"] as const)(
    "a protected %s before Finished ends the handshake with unexpected_message",
    (type) => {
      const { pair, before, changeCipherSpec } = beforeFinished(target);
      for (const one of [...before, changeCipherSpec]) pair.give(target, one);
      const content = handshake(type, 3, type === "serverHelloDone" ? new Uint8Array(0) : Uint8Array.of(0, 0, 0));
      const step = pair.give(
        target,
        new Attacker(pair).seal(other(target), { type: CONTENT_TYPE.handshake, sequence: 9, content }),
      );
      expect(step.datagrams).toHaveLength(1);
      expect(pair.closed(target).error).toMatchObject({ code: "protocol", alert: "unexpected_message" });
      expect(pair.data(target)).toEqual([]);
    },
  );

  it("a handshake message in epoch 0 after the handshake is dropped", () => {
    const { pair } = connected();
    const forged = [0, 11, 14, 16, 20].map((type) =>
      record({ type: CONTENT_TYPE.handshake, sequence: 90, fragment: handshake(type, 3, new Uint8Array(0)) }),
    );
    expectUntouched(pair, target, forged, "plaintext");
  });
});

describe.each(ROLES)("A3 ChangeCipherSpec, given to a %s", (target) => {
  const changeCipherSpec = (...body: number[]) =>
    record({ type: CONTENT_TYPE.changeCipherSpec, sequence: 70, fragment: Uint8Array.from(body) });
  const BODIES = [[], [0], [2], [255], [1, 1], [1, 0]];

  it("is ignored before there are keys, out of place and twice", () => {
    const pair = new Pair(CLASSIC);
    const good = changeCipherSpec(1);
    pair.start();
    if (target === "client") pair.give(target, good);
    pair.carry(({ from, bytes }) => {
      if (from === target || bytes[0] !== CONTENT_TYPE.handshake) return [bytes];
      const type = bytes[13];
      return type === 1 || type === 2 || type === 3 ? [good, bytes, good] : [bytes];
    });
    const drops = pair.drops(target);
    expect(drops.unexpected).toBeGreaterThan(0);
    expect(pair.client.state).toBe("connected");
    expectAlive(pair);
  });

  it("is ignored a second time between the first and Finished", () => {
    const { pair, before, changeCipherSpec: genuine, finished } = beforeFinished(target);
    for (const one of [...before, genuine, genuine, changeCipherSpec(1), finished]) pair.give(target, one);
    pair.carry();
    expect(pair.drops(target).unexpected).toBe(2);
    expectAlive(pair);
  });

  it("counts only with a length and a value of 1", () => {
    const { pair, before, changeCipherSpec: genuine, finished } = beforeFinished(target);
    for (const one of before) pair.give(target, one);
    const { malformed } = pair.drops(target);
    for (const body of BODIES) pair.give(target, changeCipherSpec(...body));
    expect(pair.drops(target).malformed).toBe(malformed + BODIES.length);
    pair.give(target, finished);
    expect(pair.end(target).state).toBe("handshaking");
    pair.give(target, genuine);
    pair.carry();
    expectAlive(pair);
  });

  it("is dropped once the connection is up", () => {
    expectUntouched(
      connected().pair,
      target,
      [[1], ...BODIES].map((body) => changeCipherSpec(...body)),
      "plaintext",
    );
  });

  it("ends the connection when it is protected: there is no third epoch", () => {
    const { pair, attacker } = connected();
    const forged = { type: CONTENT_TYPE.changeCipherSpec, sequence: 30, content: Uint8Array.of(1) };
    pair.give(target, attacker.seal(other(target), forged));
    expect(pair.closed(target).error).toMatchObject({ code: "protocol", alert: "unexpected_message" });
  });
});

describe.each(ROLES)("A4 numbers far ahead without authentication, given to a %s", (target) => {
  const rubbish = new Uint8Array(40).fill(0x5a);

  it("leave the window where it was", () => {
    const forged = [1_000, 2 ** 32, MAX - 1, MAX].map((sequence) => record({ epoch: 1, sequence, fragment: rubbish }));
    expectUntouched(connected().pair, target, forged, "unauthentic");
  });

  it("leave the epoch where it was, even with the right keys", () => {
    const { pair, attacker } = connected();
    const forged = [2, 3, 255, 256, 65_535].flatMap((epoch) => [
      record({ epoch, sequence: 0, fragment: rubbish }),
      attacker.seal(other(target), { epoch, sequence: 40, content: text("forged") }),
    ]);
    expectUntouched(pair, target, forged, "epoch");
  });

  it("leave the handshake where it was", () => {
    const { pair, flight } = beforeFinished(target);
    for (const epoch of [1, 1, 1, 1, 1, 1, 2, 65_535]) {
      pair.give(target, record({ type: CONTENT_TYPE.handshake, epoch, sequence: MAX, fragment: rubbish }));
    }
    for (const one of flight) pair.give(target, one);
    // The forged ones took the place of early records at most: the peer sends its flight again.
    pair.timeout(other(target));
    pair.carry();
    expectAlive(pair);
  });
});

describe.each(ROLES)("A5 epochs mixed in a handshake, given to a %s", (target) => {
  it("fragments of one Finished in both epochs make no Finished", () => {
    const { pair, before, changeCipherSpec, finished } = beforeFinished(target);
    for (const one of [...before, changeCipherSpec]) pair.give(target, one);
    const attacker = new Attacker(pair);
    const { sequence, bytes } = fragmentOf({ fragment: attacker.open(other(target), finished) });
    const half = (offset: number) =>
      handshake("finished", sequence, bytes.subarray(offset, offset + 6), { offset, length: 12 });
    pair.give(target, record({ type: CONTENT_TYPE.handshake, sequence: 80, fragment: half(0) }));
    const sealed = { type: CONTENT_TYPE.handshake, sequence: 20, content: half(6) };
    pair.give(target, attacker.seal(other(target), sealed));
    expect(pair.end(target).state).toBe("handshaking");
    pair.give(target, attacker.seal(other(target), { ...sealed, sequence: 21, content: half(0) }));
    pair.carry();
    expectAlive(pair);
  });

  it("a plain fragment under the number of Finished does not keep it out", () => {
    const { pair, before, changeCipherSpec, finished } = beforeFinished(target);
    for (const one of before) pair.give(target, one);
    const { sequence } = fragmentOf({ fragment: new Attacker(pair).open(other(target), finished) });
    const fragment = handshake("certificate", sequence, Uint8Array.of(0), { length: 100 });
    const forged = record({ type: CONTENT_TYPE.handshake, sequence: 80, fragment });
    for (const one of [forged, changeCipherSpec, forged, finished]) pair.give(target, one);
    pair.carry();
    expectAlive(pair);
  });

  it("records of an earlier connection mean nothing to one that resumed its session", () => {
    const { pair } = connected();
    const old = [0, 1, 2].map(() => pair.held(other(target), text("of before")));
    const resume = pair.client.resumption()!;
    const next = new Pair({ client: { ...CLASSIC.client, resume }, server: pair.server }).connect();
    expect(next.client.info?.resumed).toBe(true);
    // Of a number that is still free here.
    expectUntouched(next, target, old.slice(1), "unauthentic");
  });

  it("the first data does not use the number of Finished again", () => {
    const { pair } = connected();
    const [data] = records(pair.held(target, text("data")));
    expect(data?.epoch).toBe(1);
    expect(data?.sequence).toBe(1);
  });
});

describe("A9 numbers that are used up", () => {
  it("end the connection before the last one is used, without a word", () => {
    const { pair } = connected();
    const live = JSON.parse(new TextDecoder().decode(pair.client.export())) as Record<string, unknown>;
    const edited = text(JSON.stringify({ ...live, nextSequence: MAX - 1 }));
    pair.client = DtlsClient.import(edited, CLASSIC.client);
    const last = pair.send("client", text("last"));
    expect(records(last.datagrams[0]!)[0]).toMatchObject({ epoch: 1, sequence: MAX - 1 });
    expect(pair.client.state).toBe("connected");
    const step = pair.send("client", text("one too many"));
    expect(step.datagrams).toEqual([]);
    expect(pair.closed("client")).toMatchObject({ by: "local", error: { code: "exhausted" } });
    pair.carry();
    expect(pair.data("server")).toEqual(["last"]);
    expect(newestSequence(pair, "client")).toBe(MAX - 1);
  });

  it("are told once when there is none left for a close_notify", () => {
    const { pair } = connected();
    const live = JSON.parse(new TextDecoder().decode(pair.client.export())) as Record<string, unknown>;
    pair.client = DtlsClient.import(text(JSON.stringify({ ...live, nextSequence: MAX })), CLASSIC.client);
    expect(pair.close("client").datagrams).toEqual([]);
    expect(pair.closed("client")).toMatchObject({ by: "local", error: { code: "exhausted" } });
  });
});

describe.each(ROLES)("A10 other versions, given to a %s", (target) => {
  const VERSIONS = [0xfeff, 0xfefc, 0xfefe, 0x0303, 0x0000, 0xffff];

  it("are dropped once the connection is up, whatever they are sealed for", () => {
    const { pair, attacker } = connected();
    const from = other(target);
    const forged = VERSIONS.flatMap((version, index) => [
      attacker.seal(from, { version, sequence: 40 + index, content: text("forged") }),
      attacker.seal(from, { header: { version }, sequence: 60 + index, content: text("forged") }),
      record({ version, fragment: text("plain") }),
    ]);
    expectUntouched(pair, target, forged, "malformed");
  });

  it("are dropped in the handshake once the version is agreed on", () => {
    const { pair, flight } = beforeFinished(target, { ...X509, client: { ...X509.client, connectionId: false } });
    const { malformed } = pair.drops(target);
    const forged = VERSIONS.map((version) =>
      record({ type: CONTENT_TYPE.alert, version, sequence: 33, fragment: Uint8Array.of(2, 40) }),
    );
    for (const one of forged) pair.give(target, one);
    expect(pair.drops(target).malformed).toBe(malformed + forged.length);
    for (const one of flight) pair.give(target, one);
    pair.carry();
    expectAlive(pair);
  });
});
