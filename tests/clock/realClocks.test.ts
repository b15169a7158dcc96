import { describe, expect, it } from "@jest/globals";
import { FastClock } from "../../carrier/clock/fastClock.ts";
import { SystemClock } from "../../carrier/clock/systemClock.ts";
import type { Clock } from "../../ports/clock.ts";

const fires = (clock: Clock, ms: number) =>
  new Promise<number>((resolve) => clock.setTimeout(() => resolve(clock.now()), ms));

describe.each([
  ["system clock", 1, () => new SystemClock()],
  ["fast clock", 1_000, () => new FastClock({ speed: 1_000 })],
  ["skipping clock", 1, () => new FastClock({ skipIdle: true })],
] as const)("%s", (_name, speed, make) => {
  it("fires timers in order, not before they are due", async () => {
    const clock = make();
    const start = clock.now();
    const order: string[] = [];
    await Promise.all([
      fires(clock, 30 * speed).then((at) => order.push(at - start >= 29.9 * speed ? "second" : "early")),
      fires(clock, 10 * speed).then((at) => order.push(at - start >= 9.9 * speed ? "first" : "early")),
    ]);
    expect(order).toEqual(["first", "second"]);
  });

  it("never goes back", async () => {
    const clock = make();
    const told: number[] = [];
    for (let round = 0; round < 5; round++) {
      told.push(clock.now());
      await Promise.all([fires(clock, 3).then((at) => told.push(at)), fires(clock, 1).then((at) => told.push(at))]);
      told.push(clock.now());
    }
    expect(told).toEqual([...told].sort((a, b) => a - b));
  });

  it("fires nothing that was cleared, and nothing while paused", async () => {
    const clock = make();
    const fired: string[] = [];
    clock.clearTimeout(clock.setTimeout(() => fired.push("cleared"), speed));
    clock.setTimeout(() => fired.push("held"), speed);
    clock.pause();
    const stood = clock.now();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect([fired, clock.now()]).toEqual([[], stood]);
    clock.resume();
    await fires(clock, 2 * speed);
    expect(fired).toEqual(["held"]);
  });

  it("ignores clearing what was never set", () => {
    expect(() => make().clearTimeout(undefined)).not.toThrow();
  });
});

describe("fast clock", () => {
  it("skips a wait of a day when nothing else happens", async () => {
    const clock = new FastClock({ skipIdle: true });
    const wall = clock.wall();
    const began = performance.now();
    const at = await fires(clock, 86_400_000);
    expect(at).toBeGreaterThanOrEqual(86_400_000);
    expect(clock.wall() - wall).toBeGreaterThanOrEqual(86_400_000);
    expect(performance.now() - began).toBeLessThan(60_000);
  });

  it("does not skip while the process works", async () => {
    const clock = new FastClock({ skipIdle: true });
    let fired = false;
    clock.setTimeout(() => {
      fired = true;
    }, 3_600_000);
    const until = performance.now() + 150;
    while (performance.now() < until) await new Promise((resolve) => setImmediate(resolve));
    expect(fired).toBe(false);
  });

  it("runs as many times faster as it was told", async () => {
    const clock = new FastClock({ speed: 10_000 });
    await fires(clock, 60_000);
    expect(clock.now()).toBeGreaterThanOrEqual(60_000);
  });
});

describe("system clock", () => {
  it("holds timers longer than Node's own can be", () => {
    const clock = new SystemClock();
    let fired = false;
    const timer = clock.setTimeout(() => {
      fired = true;
    }, 2 ** 40);
    clock.clearTimeout(timer);
    expect(fired).toBe(false);
  });
});
