/** One direction of one client's path: what happens to each datagram follows from the seed and its place in line. */
import type { Clock, TimerId } from "../ports/clock.ts";

/** Datagrams under way at once; further ones are lost, as in a router's queue. */
const MAX_UNDER_WAY = 4_096;
/** How long a reordered datagram waits for one to overtake it. */
const DEFAULT_REORDER_WAIT_MS = 200;

export interface Impairment {
  /** Every datagram takes so long; default 0. */
  readonly delayMs?: number;
  /** And up to so much more; default 0. */
  readonly jitterMs?: number;
  /** Share of datagrams that are lost, 0 to 1; default 0. */
  readonly dropRate?: number;
  /** Share that arrive twice, 0 to 1; default 0. */
  readonly duplicateRate?: number;
  /** Share that the next datagram overtakes, 0 to 1; default 0. */
  readonly reorderRate?: number;
  /** How long such a datagram waits for the next at most; default 200. */
  readonly reorderWaitMs?: number;
}

export interface PathStatistics {
  readonly received: number;
  /** Sent on, duplicates included. */
  readonly forwarded: number;
  readonly dropped: number;
  readonly duplicated: number;
  readonly reordered: number;
  /** Lost because too many were under way. */
  readonly overflowed: number;
}

export class ImpairedPath {
  readonly #impairment: Impairment;
  readonly #clock: Clock;
  readonly #draw: () => number;
  readonly #forward: (datagram: Uint8Array) => void;
  readonly #timers = new Set<TimerId>();
  readonly #counts = { received: 0, forwarded: 0, dropped: 0, duplicated: 0, reordered: 0, overflowed: 0 };
  /** Waiting while paused. */
  readonly #queue: Uint8Array[] = [];
  /** Waits to be overtaken. */
  #held: { readonly datagram: Uint8Array; readonly timer: TimerId } | undefined;
  #paused = false;

  /** `seed` is four octets. */
  constructor(impairment: Impairment, clock: Clock, seed: Uint8Array, forward: (datagram: Uint8Array) => void) {
    this.#impairment = impairment;
    this.#clock = clock;
    this.#draw = generator(seed);
    this.#forward = forward;
  }

  get statistics(): PathStatistics {
    return { ...this.#counts };
  }

  take(datagram: Uint8Array): void {
    this.#counts.received++;
    if (this.#timers.size + this.#queue.length >= MAX_UNDER_WAY) {
      this.#counts.overflowed++;
    } else if (this.#paused) {
      this.#queue.push(datagram);
    } else {
      this.#impair(datagram);
    }
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    for (const datagram of this.#queue.splice(0)) this.#impair(datagram);
  }

  /** Loses what is under way. */
  close(): void {
    for (const timer of this.#timers) this.#clock.clearTimeout(timer);
    this.#timers.clear();
    this.#queue.length = 0;
    this.#held = undefined;
  }

  #impair(datagram: Uint8Array): void {
    const { delayMs = 0, jitterMs = 0, dropRate = 0, duplicateRate = 0, reorderRate = 0 } = this.#impairment;
    // Always four draws, so that one rate does not shift what another one does.
    const [drop, duplicate, reorder, jitter] = [this.#draw(), this.#draw(), this.#draw(), this.#draw()];
    if (drop < dropRate) {
      this.#counts.dropped++;
      return;
    }
    const delay = delayMs + jitter * jitterMs;
    if (duplicate < duplicateRate) {
      this.#counts.duplicated++;
      this.#later(delay, () => this.#send(datagram));
    }
    if (reorder < reorderRate && this.#held === undefined) {
      this.#counts.reordered++;
      this.#later(delay, () => this.#hold(datagram));
    } else {
      this.#later(delay, () => {
        this.#send(datagram);
        this.#release();
      });
    }
  }

  #hold(datagram: Uint8Array): void {
    this.#release();
    const timer = this.#later(this.#impairment.reorderWaitMs ?? DEFAULT_REORDER_WAIT_MS, () => this.#release());
    this.#held = { datagram, timer };
  }

  #release(): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    this.#clock.clearTimeout(held.timer);
    this.#timers.delete(held.timer);
    this.#send(held.datagram);
  }

  #send(datagram: Uint8Array): void {
    this.#counts.forwarded++;
    this.#forward(datagram);
  }

  /** Without a delay, at once. */
  #later(delayMs: number, work: () => void): TimerId {
    if (delayMs <= 0) {
      work();
      return undefined;
    }
    const timer = this.#clock.setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, delayMs);
    this.#timers.add(timer);
    return timer;
  }
}

/** Numbers in [0, 1) from a seed of four octets (mulberry32): each path draws from its own, whatever the others do. */
function generator(seed: Uint8Array): () => number {
  let state = new DataView(seed.buffer, seed.byteOffset, 4).getUint32(0);
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
