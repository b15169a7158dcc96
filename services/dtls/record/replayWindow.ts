/**
 * Which records of an epoch came before (RFC 6347 §4.1.2.6): the newest 64. Any jump forward is legal; what lies left
 * of the window counts as seen. Nothing moves before a record is known to be authentic.
 */

const WIDTH = 64;
const HALF = 32;

export class ReplayWindow {
  /** The newest number seen; -1 before the first. */
  #newest = -1;
  /** Bit n of the pair says that `newest - n` was seen. */
  #low = 0;
  #high = 0;

  get newest(): number {
    return this.#newest;
  }

  /** Whether a record of this number may still be accepted. */
  isFresh(sequence: number): boolean {
    const age = this.#newest - sequence;
    if (age < 0) return true;
    if (age >= WIDTH) return false;
    const word = age < HALF ? this.#low : this.#high;
    return ((word >>> (age % HALF)) & 1) === 0;
  }

  /** An authentic record came. True when it is newer than all before. */
  mark(sequence: number): boolean {
    const age = this.#newest - sequence;
    if (age < 0) {
      this.#shift(-age);
      this.#newest = sequence;
      this.#low |= 1;
      return true;
    }
    if (age < HALF) this.#low |= 1 << age;
    else if (age < WIDTH) this.#high |= 1 << (age - HALF);
    return false;
  }

  #shift(by: number): void {
    if (by >= WIDTH) {
      this.#low = 0;
      this.#high = 0;
    } else if (by >= HALF) {
      this.#high = by === HALF ? this.#low : this.#low << (by - HALF);
      this.#low = 0;
    } else {
      this.#high = (this.#high << by) | (this.#low >>> (HALF - by));
      this.#low <<= by;
    }
  }

  /** For a session that goes on elsewhere. */
  state(): readonly [newest: number, low: number, high: number] {
    return [this.#newest, this.#low >>> 0, this.#high >>> 0];
  }

  static from([newest, low, high]: readonly [number, number, number]): ReplayWindow {
    const window = new ReplayWindow();
    window.#newest = newest;
    window.#low = low | 0;
    window.#high = high | 0;
    return window;
  }
}
