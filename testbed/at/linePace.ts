/** One direction of a serial line at its baud rate: 8N1, ten bits an octet, one octet after another. */
import type { Clock } from "../../ports/clock.ts";

const BITS_PER_OCTET = 10;
/** Timers are coarser than a short line takes. What is due sooner goes at once; its time is still taken. */
const LEAST_WAIT_MS = 1;

export class LinePace {
  readonly #clock: Clock;
  readonly #deliver: (octets: Uint8Array) => void;
  /** 0 for a line that takes no time. */
  baudRate: number;
  readonly #waiting: { readonly octets: Uint8Array; readonly due: number }[] = [];
  #timer: unknown;
  /** When the line is free again. */
  #free = 0;
  #queued = 0;
  #onIdle: (() => void)[] = [];

  constructor(clock: Clock, baudRate: number, deliver: (octets: Uint8Array) => void) {
    this.#clock = clock;
    this.baudRate = baudRate;
    this.#deliver = deliver;
  }

  /** Octets on the way. */
  get queued(): number {
    return this.#queued;
  }

  /** Resolves when nothing is on the way. */
  idle(): Promise<void> {
    if (this.#waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  /** Delivers the octets when the last of them has arrived, in order. */
  push(octets: Uint8Array): void {
    if (octets.length === 0) return;
    const now = this.#clock.now();
    const takesMs = this.baudRate === 0 ? 0 : (octets.length * BITS_PER_OCTET * 1000) / this.baudRate;
    this.#free = Math.max(this.#free, now) + takesMs;
    if (this.#waiting.length === 0 && this.#free - now < LEAST_WAIT_MS) {
      this.#deliver(octets);
      return;
    }
    this.#waiting.push({ octets, due: this.#free });
    this.#queued += octets.length;
    if (this.#waiting.length === 1) this.#wait();
  }

  /** What is on the way is lost. */
  clear(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting.length = 0;
    this.#queued = 0;
    this.#free = 0;
    this.#tellIdle();
  }

  #wait(): void {
    const next = this.#waiting[0];
    if (next === undefined) this.#tellIdle();
    else this.#timer = this.#clock.setTimeout(() => this.#arrive(), Math.max(0, next.due - this.#clock.now()));
  }

  #arrive(): void {
    this.#timer = undefined;
    const latest = this.#clock.now() + LEAST_WAIT_MS;
    for (let next = this.#waiting[0]; next !== undefined && next.due < latest; next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#queued -= next.octets.length;
      this.#deliver(next.octets);
    }
    if (this.#timer === undefined) this.#wait();
  }

  #tellIdle(): void {
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }
}
