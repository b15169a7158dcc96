/**
 * A clock for demos and tests on real sockets: time runs `speed` times as fast as real time, and, where asked for, a
 * wait in which the process has nothing to do is skipped. While datagrams are on their way or a key is being made the
 * process is busy and no time is skipped: a deadline never passes a peer that is still working in this process.
 */
import { performance } from "node:perf_hooks";
import type { Clock, TimerId } from "../../ports/clock.ts";
import { VirtualClock } from "./virtualClock.ts";

export interface FastClockOptions {
  /** Factor on real time, above 0. Default 1. */
  readonly speed?: number;
  /** Skip waits in which nothing happens. */
  readonly skipIdle?: boolean;
}

/** How often the process is looked at, real ms. */
const LOOK_MS = 5;
/** Quiet looks in a row before time is skipped. */
const QUIET_LOOKS = 4;
/** Part of a look's time in which the event loop may have been busy for the look to count as quiet. */
const QUIET_SHARE = 0.4;
/** Longest delay of a Node timer. */
const LONGEST_MS = 0x7fff_ffff;

export class FastClock implements Clock {
  readonly #virtual: VirtualClock;
  readonly #speed: number;
  readonly #skipIdle: boolean;
  /** Real time at which the virtual clock was last moved; undefined while paused. */
  #movedAt: number | undefined = performance.now();
  #usageBefore = performance.eventLoopUtilization();
  #quietLooks = 0;
  /** What had passed since the clock was last moved when it was paused, the clock's ms. */
  #frozen = 0;
  /** The latest time that was told. */
  #told = 0;
  #look: NodeJS.Timeout | undefined;

  constructor({ speed = 1, skipIdle = false }: FastClockOptions = {}) {
    this.#speed = speed;
    this.#skipIdle = skipIdle;
    this.#virtual = new VirtualClock(Date.now());
  }

  now(): number {
    // A timer fires at its own instant, a little before a time that may have been told already.
    this.#told = Math.max(this.#told, this.#virtual.now() + this.#elapsed());
    return this.#told;
  }

  wall(): number {
    return this.#virtual.wall() - this.#virtual.now() + this.now();
  }

  setTimeout(work: () => void, delayMs: number): TimerId {
    const id = this.#virtual.setTimeout(work, this.now() - this.#virtual.now() + Math.max(0, delayMs));
    this.#arm();
    return id;
  }

  clearTimeout(timer: TimerId): void {
    this.#virtual.clearTimeout(timer);
    this.#arm();
  }

  pause(): void {
    this.#frozen = this.#elapsed();
    this.#movedAt = undefined;
    this.#arm();
  }

  resume(): void {
    this.#movedAt ??= performance.now() - this.#frozen / this.#speed;
    this.#arm();
  }

  /** The clock's ms since it was last moved. */
  #elapsed(): number {
    return this.#movedAt === undefined ? this.#frozen : (performance.now() - this.#movedAt) * this.#speed;
  }

  #move(ms: number): void {
    this.#movedAt = performance.now();
    this.#virtual.advance(ms);
  }

  /** Looks again when the next timer is due, or soon when idle time may be skipped. */
  #arm(): void {
    clearTimeout(this.#look);
    this.#look = undefined;
    const untilNext = this.#untilNext();
    if (this.#movedAt === undefined || untilNext === undefined) return;
    const due = untilNext / this.#speed;
    this.#usageBefore = performance.eventLoopUtilization();
    this.#look = setTimeout(() => this.#onLook(), Math.min(this.#skipIdle ? LOOK_MS : LONGEST_MS, Math.max(0, due)));
  }

  #onLook(): void {
    const quiet = performance.eventLoopUtilization(this.#usageBefore).utilization < QUIET_SHARE;
    this.#quietLooks = quiet ? this.#quietLooks + 1 : 0;
    const skips = this.#skipIdle && this.#quietLooks >= QUIET_LOOKS;
    if (skips) this.#quietLooks = 0;
    this.#move(this.#elapsed() + (skips ? Math.max(0, this.#untilNext() ?? 0) : 0));
    this.#arm();
  }

  /** The clock's ms until the next timer; undefined when there is none. */
  #untilNext(): number | undefined {
    const { nextDue } = this.#virtual;
    return nextDue === undefined ? undefined : nextDue - this.#virtual.now() - this.#elapsed();
  }
}
