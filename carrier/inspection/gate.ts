/** What reaches the charts from outside passes here: held back, in order, while somebody has frozen the run. */

/** Events of one name that wait; of more the oldest are lost, so that the newest word on each matter gets through. */
export const MOST_HELD_EVENTS = 256;

interface Held {
  readonly work: () => void;
  /** Of an event; absent: an outcome, which somebody waits for. Nothing new is begun meanwhile, so these are few. */
  readonly name?: string;
}

export class Gate {
  readonly #onLoss: (name: string, count: number) => void;
  #frozen = false;
  #releasing = false;
  #held: Held[] = [];
  /** How many events were lost, by name. */
  #lost = new Map<string, number>();
  #released: () => void = () => {};

  /** @param onLoss is told at a release of the events that were too many. */
  constructor(onLoss: (name: string, count: number) => void = () => {}) {
    this.#onLoss = onLoss;
  }

  get frozen(): boolean {
    return this.#frozen;
  }

  /** Does what an event leads to now, or once the run goes on. */
  event(name: string, work: () => void): void {
    if (this.#pass({ work, name })) return;
    const isOfName = (held: Held) => held.name === name;
    if (this.#held.filter(isOfName).length <= MOST_HELD_EVENTS) return;
    this.#held.splice(this.#held.findIndex(isOfName), 1);
    this.#lost.set(name, (this.#lost.get(name) ?? 0) + 1);
  }

  /** The same promise, its outcome held back while the run is frozen. */
  outcome<T>(work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      work.then(
        (value) => this.#pass({ work: () => resolve(value) }),
        (error: unknown) => this.#pass({ work: () => reject(error) }),
      );
    });
  }

  freeze(): void {
    this.#frozen = true;
  }

  /**
   * One after the other, each with all it leads to: a run that is frozen again by the first keeps the others back.
   * Calls `released` once nothing waits any more.
   */
  release(released: () => void = () => {}): void {
    this.#frozen = false;
    this.#released = released;
    const lost = this.#lost;
    this.#lost = new Map();
    for (const [name, count] of lost) this.#onLoss(name, count);
    if (!this.#releasing) this.#releaseNext();
  }

  /** False when it has to wait. */
  #pass(one: Held): boolean {
    const waits = this.#frozen || this.#held.length > 0;
    if (waits) this.#held.push(one);
    else one.work();
    return !waits;
  }

  readonly #releaseNext = (): void => {
    this.#releasing = !this.#frozen && this.#held.length > 0;
    if (this.#frozen) return;
    const next = this.#held.shift();
    if (next === undefined) {
      this.#released();
      return;
    }
    // Scheduled first: what throws holds nobody up.
    setImmediate(this.#releaseNext);
    next.work();
  };
}
