/** A growing column of small numbers: 100,000 rows take 400 kB instead of objects. */
export class Column {
  #values = new Int32Array(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  at(index: number): number {
    return this.#values[index]!;
  }

  set(index: number, value: number): void {
    this.#values[index] = value;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Int32Array(this.#length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  /** Forgets what is beyond `length`. */
  cut(length: number): void {
    this.#length = Math.min(this.#length, length);
  }

  /** The first index whose value, as `of` reads it, is more than `wanted`; values rise. */
  firstAbove(wanted: number, of: (value: number) => number = (value) => value): number {
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (of(this.#values[middle]!) > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
