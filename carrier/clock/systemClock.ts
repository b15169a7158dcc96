/** Real time. Timers beyond what Node's own can hold (24.8 days) are made of several. */
import type { Clock, TimerId } from "../../ports/clock.ts";

/** Longest delay of a Node timer, 2^31 − 1 ms. */
const LONGEST_MS = 0x7fff_ffff;

interface SystemTimer {
  readonly due: number;
  readonly work: () => void;
  handle: NodeJS.Timeout | undefined;
}

export class SystemClock implements Clock {
  readonly #timers = new Set<SystemTimer>();
  readonly #start = performance.now();
  /** ms that the clock stood still. */
  #stoodStill = 0;
  #pausedAt: number | undefined;

  now(): number {
    return (this.#pausedAt ?? performance.now()) - this.#start - this.#stoodStill;
  }

  wall(): number {
    return Date.now();
  }

  setTimeout(work: () => void, delayMs: number): TimerId {
    const timer: SystemTimer = { due: this.now() + Math.max(0, delayMs), work, handle: undefined };
    this.#timers.add(timer);
    if (this.#pausedAt === undefined) this.#arm(timer);
    return timer;
  }

  clearTimeout(id: TimerId): void {
    if (id === undefined) return;
    const timer = id as SystemTimer;
    clearTimeout(timer.handle);
    this.#timers.delete(timer);
  }

  pause(): void {
    if (this.#pausedAt !== undefined) return;
    this.#pausedAt = performance.now();
    for (const timer of this.#timers) clearTimeout(timer.handle);
  }

  resume(): void {
    if (this.#pausedAt === undefined) return;
    this.#stoodStill += performance.now() - this.#pausedAt;
    this.#pausedAt = undefined;
    for (const timer of this.#timers) this.#arm(timer);
  }

  /** Node's timers drop fractions and count from the turn's beginning: one that comes early is set again. */
  #arm(timer: SystemTimer): void {
    const left = Math.ceil(Math.max(0, timer.due - this.now()));
    timer.handle = setTimeout(
      () => (this.now() < timer.due ? this.#arm(timer) : this.#fire(timer)),
      Math.min(left, LONGEST_MS),
    );
  }

  #fire(timer: SystemTimer): void {
    this.#timers.delete(timer);
    timer.work();
  }
}
