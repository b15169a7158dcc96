/**
 * Real time. One timer of Node's waits for the next of the clock's: Node's own, one for each, drop fractions and so
 * overtake each other when the process was held up.
 */
import type { Clock, TimerId } from "../../ports/clock.ts";
import { type QueuedTimer, TimerQueue } from "./timerQueue.ts";

/** Longest delay of a Node timer, 2^31 − 1 ms (24.8 days). */
const LONGEST_MS = 0x7fff_ffff;

export class SystemClock implements Clock {
  readonly #timers = new TimerQueue();
  readonly #start = performance.now();
  /** ms that the clock stood still. */
  #stoodStill = 0;
  #pausedAt: number | undefined;
  #wait: NodeJS.Timeout | NodeJS.Immediate | undefined;
  /** When the wait ends, this clock's ms. */
  #waitsUntil = 0;

  now(): number {
    return (this.#pausedAt ?? performance.now()) - this.#start - this.#stoodStill;
  }

  wall(): number {
    return Date.now();
  }

  setTimeout(work: () => void, delayMs: number): TimerId {
    const timer = this.#timers.add(this.now() + Math.max(0, delayMs), work);
    if (this.#wait === undefined || timer.due < this.#waitsUntil) this.#arm();
    return timer;
  }

  clearTimeout(timer: TimerId): void {
    if (timer === undefined) return;
    this.#timers.clear(timer as QueuedTimer);
    // A wait that has nothing to wait for would keep the process alive.
    if (this.#timers.peek() === undefined) this.#disarm();
  }

  pause(): void {
    if (this.#pausedAt !== undefined) return;
    this.#pausedAt = performance.now();
    this.#disarm();
  }

  resume(): void {
    if (this.#pausedAt === undefined) return;
    this.#stoodStill += performance.now() - this.#pausedAt;
    this.#pausedAt = undefined;
    this.#arm();
  }

  #arm(): void {
    this.#disarm();
    const next = this.#timers.peek();
    if (next === undefined || this.#pausedAt !== undefined) return;
    this.#waitsUntil = next.due;
    const leftMs = Math.ceil(next.due - this.now());
    const fire = () => this.#fire();
    this.#wait = leftMs > 0 ? setTimeout(fire, Math.min(leftMs, LONGEST_MS)) : setImmediate(fire);
  }

  #disarm(): void {
    this.#wait?.[Symbol.dispose]();
    this.#wait = undefined;
  }

  /** Fires one timer: promises and sockets have their turn before the next. */
  #fire(): void {
    // Node's timers count from the turn's beginning: what comes early finds nothing due, and waits again.
    const timer = this.#timers.takeDue(this.now());
    this.#arm();
    timer?.work?.();
  }
}
