import { describe, expect, it } from "@jest/globals";
import { RunClock } from "../../../inspector/ui/panels/shared/runClock.ts";

describe("the run's time between its records", () => {
  it("is 0 before any record", () => {
    expect(new RunClock().now(5000)).toBe(0);
  });

  it("goes on by itself after a record", () => {
    const clock = new RunClock();
    clock.look(1000, 50);
    expect(clock.now(50)).toBe(1000);
    expect(clock.now(850)).toBe(1800);
  });

  it("stands still while the run is frozen", () => {
    const clock = new RunClock();
    clock.look(1000, 50);
    clock.look(1000, 9000, true);
    expect(clock.now(9500)).toBe(1000);
  });

  it("goes on from where it stood when the run was frozen, as fast as before", () => {
    const clock = new RunClock();
    clock.look(1000, 0);
    clock.look(3000, 2000);
    clock.look(3000, 2100, true);
    clock.look(3000, 60_000);
    expect(clock.now(61_000, { now: 1_700_000_601_000, atZero: 1_700_000_000_000 })).toBe(4000);
    clock.look(5000, 62_000);
    expect(clock.now(63_000)).toBe(6000);
  });

  it("goes as fast as the run's clock, once records have told how fast that is", () => {
    const clock = new RunClock();
    clock.look(1000, 0);
    clock.look(21_000, 2000);
    clock.look(41_000, 4000);
    expect(clock.now(4500)).toBe(46_000);
  });

  it("takes a rate near to real time for real time", () => {
    const clock = new RunClock();
    clock.look(1000, 0);
    clock.look(2950, 2000);
    clock.look(4900, 4000);
    expect(clock.now(5000)).toBe(5900);
  });

  it("learns nothing of it from how old the first records are", () => {
    const clock = new RunClock();
    clock.look(1000, 0);
    clock.look(60_000, 2000);
    expect(clock.now(3000)).toBe(61_000);
  });

  it("does not go back when an older record comes late", () => {
    const clock = new RunClock();
    clock.look(1000, 0);
    clock.look(900, 100);
    expect(clock.now(100)).toBe(1100);
  });

  it("learns from the time of day how long a run had been silent before somebody looked", () => {
    const clock = new RunClock();
    clock.look(1000, 0);
    expect(clock.now(0, { now: 1_700_000_601_000, atZero: 1_700_000_000_000 })).toBe(601_000);
  });

  it("trusts records that came while it looked more than the time of day", () => {
    const clock = new RunClock();
    clock.look(1000, 0);
    clock.look(3000, 2000);
    expect(clock.now(2000, { now: 1_700_000_601_000, atZero: 1_700_000_000_000 })).toBe(3000);
  });
});
