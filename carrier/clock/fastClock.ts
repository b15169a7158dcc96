/**
 * A clock for demos and tests on real sockets. Either time runs `speed` times as fast as real time; or it is the time
 * in which this process computes, and a wait in which it has nothing to do is skipped. How fast the machine is and what
 * else it does then has no influence: a deadline never passes a peer that is still working in this process.
 */
import { performance } from "node:perf_hooks";
import type { Clock, TimerId } from "../../ports/clock.ts";
import { VirtualClock } from "./virtualClock.ts";

export interface FastClockOptions {
  /** Factor on the time that passes, above 0. Default 1. */
  readonly speed?: number;
  /** Count the processor's time of this process, and skip waits in which nothing happens. Default false: real time. */
  readonly skipIdle?: boolean;
}

/** How often the process is looked at, real ms. */
const LOOK_MS = 3;
/** Quiet looks in a row before time is skipped. */
const QUIET_LOOKS = 3;
/** Work of other threads, which ends by itself: files and names. What a socket waits for may never end. */
const THREAD_WORK = /^(FSReq|GetAddrInfo|GetNameInfo)/;
/** Longest delay of a Node timer. */
const LONGEST_MS = 0x7fff_ffff;

export class FastClock implements Clock {
  readonly #virtual: VirtualClock;
  readonly #speed: number;
  readonly #skipIdle: boolean;
  /** What passes by itself, ms. */
  readonly #source: () => number;
  /** The source's time at which the virtual clock was last moved; undefined while paused. */
  #movedAt: number | undefined;
  #before = loopActivity();
  #quietLooks = 0;
  /** What had passed since the clock was last moved when it was paused, the clock's ms. */
  #frozen = 0;
  /** The latest time that was told. */
  #told = 0;
  #look: NodeJS.Timeout | undefined;
  #holds: readonly (() => boolean)[] = [];

  constructor({ speed = 1, skipIdle = false }: FastClockOptions = {}) {
    this.#speed = speed;
    this.#skipIdle = skipIdle;
    this.#source = skipIdle ? processorMs : () => performance.now();
    this.#movedAt = this.#source();
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
    // What else is due now waits too.
    this.#virtual.pause();
    this.#arm();
  }

  resume(): void {
    this.#movedAt ??= this.#source() - this.#frozen / this.#speed;
    this.#virtual.resume();
    this.#arm();
  }

  /**
   * No wait is skipped while `isUnderWay` says that something is that comes back without being asked: octets inside
   * another process, for one. Returns the function that ends it.
   */
  hold(isUnderWay: () => boolean): () => void {
    this.#holds = [...this.#holds, isUnderWay];
    return () => {
      this.#holds = this.#holds.filter((other) => other !== isUnderWay);
    };
  }

  /** The clock's ms since it was last moved. */
  #elapsed(): number {
    return this.#movedAt === undefined ? this.#frozen : (this.#source() - this.#movedAt) * this.#speed;
  }

  #move(ms: number): void {
    this.#movedAt = this.#source();
    this.#virtual.advance(ms);
  }

  /** Looks again when the next timer is due, or at a steady pace when idle time may be skipped. */
  #arm(): void {
    const untilNext = this.#movedAt === undefined ? undefined : this.#untilNext();
    if (this.#skipIdle && this.#look !== undefined && untilNext !== undefined) return;
    clearTimeout(this.#look);
    this.#look = undefined;
    if (untilNext === undefined) return;
    const delayMs = this.#skipIdle ? LOOK_MS : Math.min(LONGEST_MS, Math.max(0, untilNext / this.#speed));
    this.#look = setTimeout(() => this.#onLook(), delayMs);
  }

  #onLook(): void {
    this.#look = undefined;
    const skips = this.#skipIdle && this.#isQuiet();
    this.#move(this.#elapsed() + (skips ? Math.max(0, this.#untilNext() ?? 0) : 0));
    this.#arm();
  }

  /** Whether the event loop has waited and nothing has come, several times. */
  #isQuiet(): boolean {
    const before = this.#before;
    this.#before = loopActivity();
    const waited = this.#before.idleMs > before.idleMs && this.#before.events === before.events;
    const held = this.#holds.some((isUnderWay) => isUnderWay());
    const quiet = waited && !held && !process.getActiveResourcesInfo().some((name) => THREAD_WORK.test(name));
    this.#quietLooks = quiet ? this.#quietLooks + 1 : 0;
    if (this.#quietLooks < QUIET_LOOKS) return false;
    this.#quietLooks = 0;
    return true;
  }

  /** The clock's ms until the next timer; undefined when there is none. */
  #untilNext(): number | undefined {
    const { nextDue } = this.#virtual;
    return nextDue === undefined ? undefined : nextDue - this.#virtual.now() - this.#elapsed();
  }
}

/** What the event loop has waited, and the events of sockets, files and threads that it was told. */
function loopActivity(): { readonly idleMs: number; readonly events: number } {
  const { idleTime, uvMetricsInfo } = performance.nodeTiming;
  return { idleMs: idleTime, events: uvMetricsInfo.events };
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
