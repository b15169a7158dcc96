/** Gives an attempt up when the peer keeps it waiting too long, or when its owner does. */
import type { Clock, TimerId } from "../../ports/clock.ts";

export class Watchdog<Wait extends string> {
  readonly #clock: Clock;
  readonly #owner: AbortSignal;
  readonly #attempt = new AbortController();
  readonly #onOwnerAbort = () => this.#attempt.abort();
  #timer: TimerId | undefined;
  #expired: Wait | undefined;

  constructor(clock: Clock, owner: AbortSignal) {
    this.#clock = clock;
    this.#owner = owner;
    owner.addEventListener("abort", this.#onOwnerAbort, { once: true });
    if (owner.aborted) this.#attempt.abort();
  }

  /** Aborted when a wait took too long or the owner gave up. */
  get signal(): AbortSignal {
    return this.#attempt.signal;
  }

  /** The wait that took too long. */
  get expired(): Wait | undefined {
    return this.#expired;
  }

  /** From now on the peer has `timeoutMs` for `wait`; replaces an earlier wait. */
  expect(wait: Wait, timeoutMs: number): void {
    this.rest();
    this.#timer = this.#clock.setTimeout(() => {
      this.#expired = wait;
      this.#attempt.abort();
    }, timeoutMs);
  }

  /** Nothing is waited for. */
  rest(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  end(): void {
    this.rest();
    this.#owner.removeEventListener("abort", this.#onOwnerAbort);
  }
}
