/** The time of a log: it moves with the times that stand before the lines, and never back. */
import type { Clock } from "../ports/clock.ts";
import type { Stamp } from "./timestamp.ts";

const DAY_MS = 86_400_000;
/** A time of day that goes back by more than this has passed midnight. */
const HALF_DAY_MS = DAY_MS / 2;
/** Threads print in another order than they took the time in; an uptime that goes back by more has begun anew. */
const OUT_OF_ORDER_MS = 1_000;

export class LineClock implements Pick<Clock, "now" | "wall"> {
  readonly #arrival: () => number;
  #now: number | undefined;
  #last: Stamp | undefined;
  #wall = 0;

  /** @param arrival the time in ms while no line has one of its own; by default time stands still. */
  constructor(arrival: () => number = () => 0) {
    this.#arrival = arrival;
  }

  /** ms since the watch began. */
  now(): number {
    return this.#now ?? this.#arrival();
  }

  /** Time of day of the newest line that had a date, ms since 1970; otherwise 0. */
  wall(): number {
    return this.#wall;
  }

  /** True when the lines tell their times. */
  get ticks(): boolean {
    return this.#now !== undefined;
  }

  /** Takes the time before a line. True when it tells that the device has started again: its uptime went back. */
  move(stamp: Stamp | undefined): boolean {
    if (stamp === undefined) return false;
    const [now, last] = [this.now(), this.#last];
    this.#now = now;
    this.#last = stamp;
    if (stamp.kind === "date") this.#wall = stamp.ms;
    // One of another kind tells nothing of the time in between.
    if (last?.kind !== stamp.kind) return false;
    const passed = stamp.ms - last.ms;
    if (passed >= 0) this.#now = now + passed;
    else if (stamp.kind === "clock" && passed < -HALF_DAY_MS) this.#now = now + passed + DAY_MS;
    else if (stamp.kind === "uptime" && passed < -OUT_OF_ORDER_MS) {
      this.#now = now + stamp.ms;
      return true;
    } else this.#last = last;
    return false;
  }
}
