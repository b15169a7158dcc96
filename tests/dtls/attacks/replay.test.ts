import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { DtlsClient } from "../../../services/dtls/client.ts";
import { ReplayWindow } from "../../../services/dtls/record/replayWindow.ts";
import type { Role } from "../../../services/dtls/types.ts";
import { Attacker } from "./support/attacker.ts";
import { PSK } from "./support/credentials.ts";
import { other, Pair } from "./support/pair.ts";
import { expectUntouched } from "./support/untouched.ts";
import { flipBit, records, text } from "./support/wire.ts";

const CLASSIC = { client: { ...PSK.client, connectionId: false }, server: PSK.server } as const;

function connected(): { pair: Pair; attacker: Attacker } {
  const pair = new Pair(CLASSIC).connect();
  return { pair, attacker: new Attacker(pair) };
}

describe.each(["client", "server"] as const)("A6 replayed and late records, given to a %s", (target) => {
  const from = other(target);

  it("a record is delivered once", () => {
    const { pair } = connected();
    const genuine = pair.held(from, text("once"));
    pair.give(target, genuine);
    expectUntouched(pair, target, [genuine, genuine], "replay");
    expect(pair.data(target).filter((data) => data === "once")).toHaveLength(1);
  });

  it("the Finished of the handshake is not taken again", () => {
    const { pair } = connected();
    const finished = pair.history
      .filter((sent) => sent.from === from)
      .flatMap(({ bytes }) => records(bytes))
      .find(({ epoch }) => epoch === 1);
    expectUntouched(pair, target, [finished!.bytes], "replay");
  });

  it.each([1, 63, 64, 65, 1_000, 1_000_000, 2 ** 32, 2 ** 47])("a jump forward by %d is legal", (by) => {
    const { pair, attacker } = connected();
    pair.give(target, attacker.seal(from, { sequence: 1, content: text("one") }));
    pair.give(target, attacker.seal(from, { sequence: 1 + by, content: text("far ahead") }));
    pair.give(target, attacker.seal(from, { sequence: 2 + by, content: text("and on") }));
    expect(pair.data(target)).toEqual(["one", "far ahead", "and on"]);
  });

  it.each([
    { age: 0, outcome: "replay" },
    { age: 1, outcome: "taken" },
    { age: 31, outcome: "taken" },
    { age: 32, outcome: "taken" },
    { age: 63, outcome: "taken" },
    { age: 64, outcome: "replay" },
    { age: 65, outcome: "replay" },
    { age: 500, outcome: "replay" },
  ])("a record that is $age older than the newest is $outcome", ({ age, outcome }) => {
    const { pair, attacker } = connected();
    const newest = 1_000;
    pair.give(target, attacker.seal(from, { sequence: newest, content: text("newest") }));
    const late = attacker.seal(from, { sequence: newest - age, content: text("late") });
    const { replay } = pair.drops(target);
    pair.give(target, late);
    pair.give(target, late);
    const taken = outcome === "taken";
    expect(pair.data(target)).toEqual(taken ? ["newest", "late"] : ["newest"]);
    expect(pair.drops(target).replay).toBe(replay + (taken ? 1 : 2));
  });

  it("a changed copy does not use up the number of the record that it copies", () => {
    const { pair } = connected();
    const genuine = pair.held(from, text("genuine"));
    for (let bit = 8 * 21; bit < 8 * genuine.length; bit++) pair.give(target, flipBit(genuine, bit));
    pair.give(target, genuine);
    expect(pair.data(target)).toEqual(["genuine"]);
  });

  it("a record comes back to its sender as rubbish", () => {
    const { pair } = connected();
    const own = pair.held(target, text("mine"));
    expectUntouched(pair, target, [own], "unauthentic");
  });
});

describe("A6 the window of 64 records", () => {
  /** Accepts what the RFC's own words accept, with a memory of everything. */
  class Remembering {
    readonly #seen = new Set<number>();
    #newest = -1;
    take(sequence: number): boolean {
      if (this.#seen.has(sequence) || sequence <= this.#newest - 64) return false;
      this.#seen.add(sequence);
      this.#newest = Math.max(this.#newest, sequence);
      return true;
    }
  }

  /** How far each record is from the newest: mostly about the window's width, to either side. */
  const near = fc.integer({ min: -70, max: 40 });
  const steps = fc.array(fc.oneof({ arbitrary: near, weight: 30 }, { arbitrary: fc.nat(2 ** 40), weight: 1 }), {
    minLength: 1,
    maxLength: 200,
  });

  it("takes and refuses as one that remembers everything", () => {
    fc.assert(
      fc.property(steps, (distances) => {
        let window = new ReplayWindow();
        const remembering = new Remembering();
        for (const distance of distances) {
          const sequence = Math.max(0, window.newest + distance);
          const fresh = window.isFresh(sequence);
          const newer = sequence > window.newest;
          expect(fresh).toBe(remembering.take(sequence));
          if (fresh) expect(window.mark(sequence)).toBe(newer);
          // Through an export it stays the same window.
          if (sequence % 5 === 0) window = ReplayWindow.from(window.state());
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("A9 nonces", () => {
  /** What one end may be made to do. */
  const action = fc.oneof(
    fc.record({ what: fc.constant("send" as const), role: fc.constantFrom<Role>("client", "server") }),
    fc.record({ what: fc.constant("repeatFinished" as const), role: fc.constantFrom<Role>("client", "server") }),
    fc.record({ what: fc.constant("renegotiate" as const), role: fc.constantFrom<Role>("client", "server") }),
    fc.record({ what: fc.constant("export" as const), role: fc.constant<Role>("client") }),
  );

  it.each([
    { name: "full handshakes", resumed: false },
    { name: "abbreviated handshakes", resumed: true },
  ])("are never used twice under one key, in $name with retransmissions, alerts and exports", ({ resumed }) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4 }), fc.array(action, { maxLength: 30 }), (losses, actions) => {
        const first = new Pair(CLASSIC).connect();
        const resume = resumed ? { resume: first.client.resumption()! } : {};
        const pair = new Pair({ client: { ...CLASSIC.client, ...resume }, server: first.server });
        const lossy = loseProtected(pair, losses);
        expect(pair.client.info?.resumed).toBe(resumed);
        const attacker = new Attacker(pair);
        let forged = 1_000;
        for (const { what, role } of actions) {
          if (what === "send") pair.send(role, text(what));
          else if (what === "export") exportAndImport(pair);
          else {
            const content = what === "renegotiate" ? HELLO_REQUEST : attacker.finished(pair, other(role));
            pair.give(role, attacker.seal(other(role), { type: 22, sequence: forged++, content }));
          }
        }
        pair.close("client");
        pair.close("server");
        expect(lossy).toBe(losses);
        for (const role of ["client", "server"] as const) {
          const nonces = noncesOf(pair, role);
          expect(nonces.length).toBeGreaterThan(0);
          expect(new Set(nonces).size).toBe(nonces.length);
        }
      }),
      { numRuns: 40 },
    );
  });
});

const HELLO_REQUEST = new Uint8Array(12);

/** Connects, while so many datagrams with a Finished are lost, and the timers send them again. */
function loseProtected(pair: Pair, losses: number): number {
  let lost = 0;
  pair.start();
  for (let turns = 0; turns < 10; turns++) {
    pair.carry(({ bytes }) => {
      const isFinished = records(bytes).some(({ epoch }) => epoch === 1);
      if (!isFinished || lost === losses) return [bytes];
      lost++;
      return [];
    });
    if (pair.client.state === "connected" && pair.association?.state === "connected") return lost;
    for (const role of ["client", "server"] as const) {
      if (pair.end(role).state === "handshaking") pair.timeout(role);
    }
  }
  throw new Error("the handshake does not come to its end");
}

function exportAndImport(pair: Pair): void {
  pair.client = DtlsClient.import(pair.client.export(), CLASSIC.client);
}

/** The explicit nonces, which are what the salt is put in front of. */
function noncesOf({ history }: Pair, role: Role): string[] {
  return history
    .filter(({ from }) => from === role)
    .flatMap(({ bytes }) => records(bytes))
    .filter(({ epoch }) => epoch === 1)
    .map(({ fragment }) => Buffer.from(fragment.subarray(0, 8)).toString("hex"));
}
