/** What has arrived for one socket and was not read yet: bounded, as a modem's memory is. */
import type { Clock } from "../../../ports/clock.ts";
import type { PeerAddress } from "../../../ports/transport.ts";

export interface Datagram {
  readonly octets: Uint8Array;
  readonly from: PeerAddress;
}

const MAX_DATAGRAMS = 16;

export class Inbox {
  readonly #clock: Clock;
  readonly #datagrams: Datagram[] = [];
  /** Whoever waits for something to read. */
  readonly #waiting = new Set<() => void>();
  /** What it says no to is lost. */
  accepts: () => boolean = () => true;
  /** Called for each arrival with its octets. */
  onArrival: ((octets: number) => void) | undefined;
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isEmpty(): boolean {
    return this.#datagrams.length === 0;
  }

  /** What does not fit is lost, as datagrams are. */
  push(datagram: Datagram): void {
    if (this.#closed || !this.accepts() || this.#datagrams.length >= MAX_DATAGRAMS) return;
    this.#datagrams.push(datagram);
    this.#wake();
    this.onArrival?.(datagram.octets.length);
  }

  /** The oldest datagram, if there is one. */
  shift(): Datagram | undefined {
    return this.#datagrams.shift();
  }

  /**
   * The oldest datagram, which `peek` leaves where it is; undefined when none came in time, the socket has been closed
   * or `signal` was aborted. `timeoutMs` 0 does not wait.
   */
  async take(timeoutMs: number, signal: AbortSignal, peek = false): Promise<Datagram | undefined> {
    await this.filled(timeoutMs, signal);
    return peek ? this.#datagrams[0] : this.#datagrams.shift();
  }

  /** Whoever waits stops. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /** Resolves when there is something to read, or in vain as `take` does. */
  filled(timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (!this.isEmpty || timeoutMs <= 0 || this.#closed || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const ended = () => {
        this.#waiting.delete(ended);
        if (timer !== undefined) this.#clock.clearTimeout(timer);
        signal.removeEventListener("abort", ended);
        resolve();
      };
      const timer = Number.isFinite(timeoutMs) ? this.#clock.setTimeout(ended, timeoutMs) : undefined;
      signal.addEventListener("abort", ended);
      this.#waiting.add(ended);
    });
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}
