/**
 * A failure of the modem or its line until it is recovered from: when the next attempt is due, and how long calls wait
 * for it.
 */
import type { Clock, TimerId } from "../../ports/clock.ts";

/** After a crash the application starts the modem again within seconds and says so; this is for one that does not. */
const INTERVAL_MS = 30_000;
/** How long a call waits for a modem that is being set to work again; then it is refused. */
const PATIENCE_MS = 10_000;

export class Recovery {
  readonly #clock: Clock;
  #failure: string | undefined;
  #interval: TimerId;
  #patience: Promise<void> | undefined;
  #endPatience = () => {};
  #due: Promise<void> | undefined;
  #makeDue = () => {};
  #patienceTimer: TimerId;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How it failed; undefined when nothing is wrong. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Pending for as long as calls wait; undefined when nothing is wrong. */
  get patience(): Promise<void> | undefined {
    return this.#patience;
  }

  /** Pending until an attempt is worth making, at most as long as calls wait; undefined when nothing is wrong. */
  get due(): Promise<void> | undefined {
    return this.#due;
  }

  begin(failure: string): void {
    this.#failure = failure;
    this.#due = new Promise((resolve) => {
      this.#makeDue = resolve;
    });
    this.#patience = new Promise((resolve) => {
      this.#endPatience = () => {
        this.#makeDue();
        resolve();
      };
    });
    this.#patienceTimer = this.#clock.setTimeout(this.#endPatience, PATIENCE_MS);
  }

  /** The modem has started again, or its line is back. */
  isDue(): void {
    this.#makeDue();
  }

  /** A device that nobody looks after has to come back by itself: it is tried for as long as it takes. */
  tryLater(attempt: () => void): void {
    this.#clock.clearTimeout(this.#interval);
    this.#interval = this.#clock.setTimeout(attempt, INTERVAL_MS);
  }

  /** It works again, or nobody wants it any more. */
  end(): void {
    this.#failure = undefined;
    this.#patience = undefined;
    this.#due = undefined;
    this.#endPatience();
    this.#clock.clearTimeout(this.#patienceTimer);
    this.#clock.clearTimeout(this.#interval);
  }
}
