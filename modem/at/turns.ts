/** Work that takes turns, in the order of the calls. */
import { asModemError } from "../modemError.ts";

export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Settled once everything before this moment is. Never rejects. */
  get over(): Promise<unknown> {
    return this.#last;
  }

  /** Rejects with a `ModemError` only. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work).catch((error: unknown) => {
      throw asModemError(error);
    });
    this.#last = result.catch(() => undefined);
    return result;
  }
}
