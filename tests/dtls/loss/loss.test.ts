/** Every handshake over a path that loses, repeats, swaps and delays its datagrams one by one, in virtual time. */
import { describe, expect, it } from "@jest/globals";
import { seededRandom } from "../../../carrier/random.ts";
import { CASES } from "./cases.ts";
import { ASSOCIATION_LEFT, type Fate, LATENCY_MS, type Outcome, runPath, SPACING_MS, TIMERS_LEFT } from "./path.ts";

/** What a lost datagram may cost: the retransmission timer, which doubles from here on (RFC 6347 §4.2.4.1). */
const TIMER_MS = 1_000;
/** A retransmission's own way, and the answer's. */
const SLACK_MS = 4 * LATENCY_MS;
/** A signature's DER encoding is now and then an octet shorter: each side's flight may need one datagram more or less. */
const SIGNATURES_MS = 2 * SPACING_MS;
/** Flights are sent again by both sides, on the timer and when the other side repeats itself; no more than that. */
const MOST_PER_DATAGRAM = 4;
/** Where the way is so long that every flight is sent three times on the timer alone. */
const MOST_ON_A_LONG_WAY = 6;

const ARRIVES: readonly number[] = [0];
const LOST: readonly number[] = [];

/** Runs of `seeds` with random loss. */
const SEEDS = Array.from({ length: 12 }, (_, index) => index + 1);

interface Trial {
  readonly name: string;
  readonly fate: Fate;
  /** ms that it may take longer. */
  readonly costsMs: number;
}

describe.each(CASES)("the handshake of $name", ({ make }) => {
  const clean = runPath(make());

  /** What went wrong, and where. */
  const troubles = (trials: readonly Trial[]) =>
    trials.flatMap(({ name, fate, costsMs }) => {
      const outcome = runPath(make(), fate);
      return judge(outcome, costsMs).map((fault) => `${name}: ${fault}`);
    });
  const judge = ({ sent, connectedAtMs, faults }: Outcome, costsMs: number, most = MOST_PER_DATAGRAM) => [
    ...faults,
    ...((connectedAtMs ?? Number.POSITIVE_INFINITY) > clean.connectedAtMs! + costsMs + SIGNATURES_MS
      ? [`it took ${connectedAtMs} ms`]
      : []),
    ...(sent > most * clean.sent ? [`${sent} datagrams were sent`] : []),
  ];
  /** Each datagram in turn has this fate. */
  const eachOne = (name: string, copies: readonly number[], costsMs: number): Trial[] =>
    Array.from({ length: clean.sent }, (_, place) => ({
      name: `datagram ${place} ${name}`,
      fate: (index) => (index === place ? copies : ARRIVES),
      costsMs,
    }));

  it("needs no retransmission on a good path", () => {
    expect(clean.faults).toEqual([]);
    expect(clean.connectedAtMs).toBeLessThan(TIMER_MS);
  });

  it("completes when any one datagram is lost", () => {
    expect(troubles(eachOne("lost", LOST, TIMER_MS + SLACK_MS))).toEqual([]);
  });

  it("completes when any two datagrams are lost, of those sent again as well", () => {
    const pairs = Array.from({ length: clean.sent }, (_, first) => {
      const { sent } = runPath(make(), (index) => (index === first ? LOST : ARRIVES));
      return Array.from({ length: sent - first - 1 }, (_, behind) => [first, first + 1 + behind] as const);
    }).flat();
    const trials = pairs.map(([first, second]) => ({
      name: `datagrams ${first} and ${second} lost`,
      fate: (index: number) => (index === first || index === second ? LOST : ARRIVES),
      costsMs: 3 * TIMER_MS + 2 * SLACK_MS,
    }));
    expect(troubles(trials)).toEqual([]);
  });

  it("takes no harm from any datagram that arrives twice", () => {
    const trials = [0, 1.5, 30].flatMap((laterMs) => eachOne(`again after ${laterMs} ms`, [0, laterMs], 0));
    expect(troubles(trials)).toEqual([]);
  });

  it("takes no harm from any datagram that arrives again when the handshake is over", () => {
    const trials = [1_500, 5_000].flatMap((laterMs) => eachOne(`again after ${laterMs} ms`, [0, laterMs], 0));
    expect(troubles(trials)).toEqual([]);
  });

  it("waits for no timer when any datagram is overtaken", () => {
    const trials = [1.5, 2.5, 15].flatMap((laterMs) =>
      eachOne(`later by ${laterMs} ms`, [laterMs], laterMs + SLACK_MS),
    );
    expect(troubles(trials)).toEqual([]);
  });

  it("completes when any datagram is so late that its place was taken by a retransmission", () => {
    const trials = [1_500, 5_000].flatMap((laterMs) =>
      eachOne(`later by ${laterMs} ms`, [laterMs], TIMER_MS + SLACK_MS),
    );
    expect(troubles(trials)).toEqual([]);
  });

  it("completes when the way takes longer than the timer, without a storm", () => {
    const faults = [600, 2_000].flatMap((latencyMs) => {
      const outcome = runPath(make(), undefined, latencyMs);
      return judge(outcome, 7 * latencyMs, MOST_ON_A_LONG_WAY).map((fault) => `${latencyMs} ms one way: ${fault}`);
    });
    expect(faults).toEqual([]);
  });

  it("completes when of all datagrams three in ten are lost, two twice there and two late, by seed", () => {
    const faults = SEEDS.flatMap((seed) => {
      const random = seededRandom(seed);
      const copies = () => {
        const drawn = random.number();
        if (drawn < 0.3) return LOST;
        if (drawn < 0.5) return [0, 200 * random.number()];
        return drawn < 0.7 ? [200 * random.number()] : ARRIVES;
      };
      const ends = make({ retransmission: { maxMs: 4_000, max: 20 } });
      return runPath(ends, copies).faults.map((fault) => `seed ${seed}: ${fault}`);
    });
    expect(faults).toEqual([]);
  });

  it("leaves nothing behind when from any datagram on nothing arrives", () => {
    const faults = Array.from({ length: clean.sent }, (_, place) => {
      const { faults } = runPath(make(), (index) => (index < place ? ARRIVES : LOST));
      // A server that is connected does not know that its client is gone.
      const stays = !faults.includes("the server was not connected");
      const left = faults.filter((fault) => fault === TIMERS_LEFT || (fault === ASSOCIATION_LEFT && !stays));
      return left.map((fault) => `nothing from datagram ${place} on: ${fault}`);
    }).flat();
    expect(faults).toEqual([]);
  });
});
