/**
 * Many deadlines on one clock timer. A deadline that is met early leaves the timer armed; when that fires for nothing it
 * is armed again for the earliest one left. A lockstep transfer so touches the clock's timers once in seconds, not twice
 * for every block.
 */
import type { Clock, TimerId } from "../../ports/clock.ts";

export interface Deadline {
  /** In ms of the clock; written by `Deadlines`. */
  due: number;
  expire(): void;
}

export class Deadlines {
  readonly #clock: Clock;
  readonly #pending = new Set<Deadline>();
  #timer: TimerId = undefined;
  #armedFor = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `deadline.expire()` once, `delayMs` from now; setting it again moves it. */
  set(deadline: Deadline, delayMs: number): void {
    deadline.due = this.#clock.now() + delayMs;
    this.#pending.add(deadline);
    if (deadline.due < this.#armedFor) this.#arm(deadline.due);
  }

  clear(deadline: Deadline): void {
    this.#pending.delete(deadline);
  }

  close(): void {
    this.#pending.clear();
    this.#disarm();
  }

  #arm(due: number): void {
    this.#disarm();
    this.#armedFor = due;
    this.#timer = this.#clock.setTimeout(this.#fire, Math.max(0, due - this.#clock.now()));
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#armedFor = Number.POSITIVE_INFINITY;
  }

  readonly #fire = (): void => {
    this.#timer = undefined;
    this.#armedFor = Number.POSITIVE_INFINITY;
    const now = this.#clock.now();
    const due = [...this.#pending].filter((deadline) => deadline.due <= now).sort((a, b) => a.due - b.due);
    for (const deadline of due) {
      // One that expired before it may have cleared or moved it.
      if (deadline.due <= now && this.#pending.delete(deadline)) deadline.expire();
    }
    let earliest = Number.POSITIVE_INFINITY;
    for (const deadline of this.#pending) earliest = Math.min(earliest, deadline.due);
    if (earliest < this.#armedFor) this.#arm(earliest);
  };
}
