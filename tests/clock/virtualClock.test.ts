import { describe, expect, it } from "@jest/globals";
import { VirtualClock } from "../../carrier/clock/virtualClock.ts";

describe("virtual clock", () => {
  it("stands still until it is moved", () => {
    const clock = new VirtualClock(1_000);
    expect([clock.now(), clock.wall()]).toEqual([0, 1_000]);
    clock.advance(250);
    expect([clock.now(), clock.wall()]).toEqual([250, 1_250]);
  });

  it("fires each timer at its own instant, those set on the way included", () => {
    const clock = new VirtualClock();
    const fired: number[] = [];
    const again = (delay: number) => {
      fired.push(clock.now());
      if (delay < 40_000) clock.setTimeout(() => again(2 * delay), delay);
    };
    clock.setTimeout(() => again(2_000), 0);
    clock.advance(120_000);
    expect(fired).toEqual([0, 2_000, 6_000, 14_000, 30_000, 62_000]);
  });

  it("fires timers of the same instant in the order of their making", () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    for (const name of ["a", "b", "c", "d", "e"]) clock.setTimeout(() => fired.push(name), 10);
    clock.advance(10);
    expect(fired.join("")).toBe("abcde");
  });

  it.each([
    ["a third", [0]],
    ["two thirds", [0, 1]],
  ])("keeps order among thousands of timers, %s of them cleared, some of them twice", (_share, cleared) => {
    const clock = new VirtualClock();
    const fired: number[] = [];
    const timers = Array.from({ length: 5_000 }, (_, index) => {
      const due = (index * 7_919) % 10_007;
      return clock.setTimeout(() => fired.push(due), due);
    });
    timers.forEach((timer, index) => {
      if (cleared.includes(index % 3)) clock.clearTimeout(timer);
    });
    clock.clearTimeout(timers[0]);
    clock.advance(20_000);
    expect(fired).toHaveLength(timers.filter((_timer, index) => !cleared.includes(index % 3)).length);
    expect(fired).toEqual([...fired].sort((a, b) => a - b));
  });

  it("tells when the next timer is due, past those that were cleared", () => {
    const clock = new VirtualClock();
    const first = clock.setTimeout(() => {}, 5);
    clock.setTimeout(() => {}, 9);
    expect(clock.nextDue).toBe(5);
    clock.clearTimeout(first);
    expect(clock.nextDue).toBe(9);
  });

  it("does not move while it is paused", () => {
    const clock = new VirtualClock();
    let fired = 0;
    clock.setTimeout(() => fired++, 5);
    clock.pause();
    clock.advance(100);
    expect([clock.now(), fired]).toEqual([0, 0]);
    clock.resume();
    clock.advance(100);
    expect([clock.now(), fired]).toEqual([100, 1]);
  });

  it("lets promises run between timers when asked to", async () => {
    const clock = new VirtualClock();
    const seen: number[] = [];
    const wait = (ms: number) => new Promise<void>((resolve) => clock.setTimeout(resolve, ms));
    const work = (async () => {
      for (let round = 0; round < 3; round++) {
        await wait(1_000);
        seen.push(clock.now());
      }
    })();
    await clock.advanceAsync(3_000);
    await work;
    expect(seen).toEqual([1_000, 2_000, 3_000]);
  });
});
