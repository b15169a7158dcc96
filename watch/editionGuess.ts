/** Which edition of the library a device has inside: chosen, told by the device, or what its words leave over. */
import { DEFAULT_EDITION, type EditionId } from "../machines/editions/index.ts";
import { NEWEST_FIRST, type Sighting } from "./sighting.ts";

/**
 * `chosen` by whoever watches; `version`: the Serial Modem's make; `words`: only this edition says what was said;
 * `course`: others have the same words, but only this one does things in this order; `guess`: the newest that fits.
 */
export type EditionBasis = "chosen" | "version" | "words" | "course" | "guess";

export class EditionGuess {
  #candidates: readonly EditionId[] = NEWEST_FIRST;
  #id: EditionId;
  #basis: EditionBasis = "guess";

  constructor(chosen?: EditionId) {
    this.#id = chosen ?? DEFAULT_EDITION;
    if (chosen === undefined) return;
    this.#candidates = [chosen];
    this.#basis = "chosen";
  }

  get id(): EditionId {
    return this.#id;
  }

  get basis(): EditionBasis {
    return this.#basis;
  }

  get decided(): boolean {
    return this.#basis === "chosen" || this.#basis === "version" || this.#basis === "words";
  }

  /** Editions that all words so far belong to, from the newest. */
  get candidates(): readonly EditionId[] {
    return this.#candidates;
  }

  /** True when the edition fits what was seen; false for words that it does not have. */
  take({ readings }: Sighting): boolean {
    if (readings.has(this.#id) && this.decided) return true;
    if (this.#basis === "chosen") return readings.has(this.#id);
    // What a make is known for may be wrong for an early one; what it says is not.
    const known = this.#basis === "version" ? NEWEST_FIRST : this.#candidates;
    const left = known.filter((id) => readings.has(id));
    if (left.length === 0) return readings.has(this.#id);
    this.#candidates = left;
    if (left.length === 1) this.#settle(left[0]!, "words");
    else if (!left.includes(this.#id)) this.#settle(left[0]!, "guess");
    return true;
  }

  /** The device has said what it is. */
  told(editions: readonly EditionId[]): void {
    const [first] = editions;
    if (first === undefined || this.decided) return;
    this.#candidates = editions;
    this.#settle(first, "version");
  }

  /** Its course fits this one of the candidates alone. */
  prefer(id: EditionId): void {
    if (!this.decided) this.#settle(id, "course");
  }

  #settle(id: EditionId, basis: EditionBasis): void {
    this.#id = id;
    this.#basis = basis;
  }
}
