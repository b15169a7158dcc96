/** Every message, altered at random: nothing throws, and nothing that is not what was agreed on gets through. */
import { describe, expect, it } from "@jest/globals";
import { type Duel, duel } from "../support/duel.ts";
import { KINDS, type Kind } from "../support/kinds.ts";
import { expectOver, expectUsable } from "../support/outcomes.ts";
import { type Part, send } from "../support/script.ts";

const ROUNDS = 25;

/** Numbers from a seed (mulberry32): a failure can be seen again. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Other octets, fewer, more, or lengths blown up; never the same. */
function altered(body: Uint8Array, next: (below: number) => number): Uint8Array {
  const octets = [...body];
  for (let count = next(4); count >= 0; count--) {
    const at = next(octets.length + 1);
    const kind = next(4);
    if (kind === 0) octets.splice(at, 1, (octets[at] ?? 0) ^ (1 + next(255)));
    else if (kind === 1) octets.splice(at, 1 + next(20));
    else if (kind === 2) octets.splice(at, 0, ...Array.from({ length: 1 + next(20) }, () => next(256)));
    else octets.splice(at, 2, 0xff, 0xff);
  }
  const changed = Uint8Array.from(octets);
  return Buffer.compare(changed, body) === 0 ? Uint8Array.from([...octets, 0]) : changed;
}

const ROWS: readonly { readonly role: "client" | "server"; readonly kind: Kind; readonly parts: readonly Part[] }[] = [
  {
    role: "client",
    kind: KINDS.certificateCcm,
    parts: ["serverHello", "certificate", "serverKeyExchange", "certificateRequest", "serverHelloDone", "finished"],
  },
  { role: "client", kind: KINDS.ecdhePsk, parts: ["serverKeyExchange"] },
  { role: "client", kind: KINDS.rawKeyCcm, parts: ["certificate"] },
  {
    role: "server",
    kind: KINDS.certificateCcm,
    parts: ["certificate", "clientKeyExchange", "certificateVerify", "finished"],
  },
  { role: "server", kind: KINDS.ecdhePsk, parts: ["clientKeyExchange"] },
  { role: "server", kind: KINDS.rawKeyCcm, parts: ["certificate"] },
];

describe.each(ROWS)("B18 messages altered at random, given to a $role by $kind.name", ({ role, kind, parts }) => {
  it.each(parts.map((what) => [what]))("never make a connection of a %s", (what) => {
    const next = numbers(what.length * 7_919);
    let last: Duel | undefined;
    for (let round = 0; round < ROUNDS; round++) {
      const attacked = duel(role, { kind, fault: send(what, { wire: (body) => altered(body, next) }) }).run();
      expect(attacked.connected).toBe(false);
      expect(attacked.data).toEqual([]);
      expect(attacked.closed?.error?.alert).not.toBe("internal_error");
      attacked.settle();
      expect(attacked.closed?.error?.code).toMatch(/^(protocol|peerCredential|timeout)$/);
      expectOver(attacked);
      last = attacked;
    }
    expectUsable(last!.again());
  });
});

describe("B18 hellos altered at random", () => {
  it("never make a connection of two sides that saw different ClientHellos", () => {
    const next = numbers(1);
    for (let round = 0; round < 4 * ROUNDS; round++) {
      const attacked = duel("server", {
        kind: KINDS.certificateCcm,
        fault: send("clientHello", { wire: (body) => altered(body, next) }, 3),
      }).run();
      expect(attacked.connected).toBe(false);
      expect(attacked.closed?.error?.alert).not.toBe("internal_error");
      attacked.settle();
      expect(attacked.associations).toBe(0);
    }
  });

  it("never throw where no state is kept", () => {
    const next = numbers(2);
    for (let round = 0; round < 4 * ROUNDS; round++) {
      const attacked = duel("server", {
        kind: KINDS.certificateCcm,
        fault: send("clientHello", { wire: (body) => altered(body, next) }, 1),
      });
      attacked.deafly(...attacked.twin.flight(1));
      expect(attacked.associations).toBe(0);
      expect(attacked.timer).toBeNull();
      expect(attacked.events).toEqual([]);
    }
  });

  it("never throw in a client that reads a HelloVerifyRequest", () => {
    const next = numbers(3);
    for (let round = 0; round < ROUNDS; round++) {
      const attacked = duel("client", {
        kind: KINDS.certificateCcm,
        fault: send("helloVerifyRequest", { wire: (body) => altered(body, next) }),
      }).run();
      // Its cookie may be another, and is then sent back as it came: what counts is that nothing else happened.
      expect(attacked.closed).toBeUndefined();
      if (attacked.connected) expectUsable(attacked);
    }
  });
});
