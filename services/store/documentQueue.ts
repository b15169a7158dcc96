/**
 * What is done to one document happens in order, one thing at a time; documents do not wait for each other. A write
 * that has not begun when the next one comes is overtaken by it, so no document ever has more than one write waiting.
 */
export class DocumentQueue<Write extends object> {
  readonly #perform: (name: string, write: Write) => Promise<void>;
  readonly #tails = new Map<string, Promise<unknown>>();
  readonly #waiting = new Map<string, { readonly next: { write: Write }; readonly done: Promise<void> }>();

  constructor(perform: (name: string, write: Write) => Promise<void>) {
    this.#perform = perform;
  }

  write(name: string, write: Write): Promise<void> {
    const waiting = this.#waiting.get(name);
    if (waiting !== undefined) {
      waiting.next.write = write;
      return waiting.done;
    }
    const next: { write: Write } = { write };
    const done: Promise<void> = this.run(name, () => {
      if (this.#waiting.get(name)?.next === next) this.#waiting.delete(name);
      return this.#perform(name, next.write);
    });
    this.#waiting.set(name, { next, done });
    return done;
  }

  run<T>(name: string, work: () => Promise<T>): Promise<T> {
    // A write that comes later must not overtake this.
    this.#waiting.delete(name);
    const before = this.#tails.get(name) ?? Promise.resolve();
    const result = before.then(work);
    const tail = result
      .catch(() => undefined)
      .then(() => {
        if (this.#tails.get(name) === tail) this.#tails.delete(name);
      });
    this.#tails.set(name, tail);
    return result;
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.#tails.size > 0) await Promise.all(this.#tails.values());
  }
}
