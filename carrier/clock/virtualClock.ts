/** A clock that stands still until it is moved: for tests, replays and the fast clock. */
import type { Clock, TimerId } from "../../ports/clock.ts";
import { type QueuedTimer, TimerQueue } from "./timerQueue.ts";

export class VirtualClock implements Clock {
  readonly #timers = new TimerQueue();
  readonly #wallStart: number;
  #now = 0;
  #paused = false;

  /** @param wallStart time of day at `now` 0, in ms since 1970. */
  constructor(wallStart = Date.UTC(2026, 0, 1)) {
    this.#wallStart = wallStart;
  }

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#wallStart + this.#now;
  }

  setTimeout(work: () => void, delayMs: number): TimerId {
    return this.#timers.add(this.#now + Math.max(0, delayMs), work);
  }

  clearTimeout(timer: TimerId): void {
    if (timer !== undefined) this.#timers.clear(timer as QueuedTimer);
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
  }

  /** When the next timer is due, in this clock's ms. */
  get nextDue(): number | undefined {
    return this.#timers.peek()?.due;
  }

  /** Moves time by `ms`, firing each due timer at its own instant. */
  advance(ms: number): void {
    const end = this.#now + ms;
    while (this.step(end));
    if (!this.#paused) this.#now = Math.max(this.#now, end);
  }

  /** Like `advance`, but lets promises and I/O run after each timer, as they would in real time. */
  async advanceAsync(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    while (this.step(end)) await settle();
    if (!this.#paused) this.#now = Math.max(this.#now, end);
    await settle();
  }

  /** Fires the next timer that is due by `end`; false when there is none. */
  step(end: number): boolean {
    if (this.#paused) return false;
    const timer = this.#timers.takeDue(end);
    if (timer === undefined) return false;
    this.#now = Math.max(this.#now, timer.due);
    timer.work?.();
    return true;
  }
}

/** Several turns of the event loop: a datagram over loopback needs one to leave and one to arrive. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
}
