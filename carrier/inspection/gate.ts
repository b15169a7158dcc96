/** What reaches the charts from outside passes here: held back, in order, while somebody has frozen the run. */

export class Gate {
  #frozen = false;
  #releasing = false;
  #held: (() => void)[] = [];
  #released: () => void = () => {};

  get frozen(): boolean {
    return this.#frozen;
  }

  /** Does it now, or once the run goes on. */
  pass(work: () => void): void {
    if (this.#frozen || this.#held.length > 0) this.#held.push(work);
    else work();
  }

  /** The same promise, its outcome held back while the run is frozen. */
  outcome<T>(work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      work.then(
        (value) => this.pass(() => resolve(value)),
        (error: unknown) => this.pass(() => reject(error)),
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
    if (!this.#releasing) this.#releaseNext();
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
    next();
  };
}
