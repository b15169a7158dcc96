/** Writes CBOR (RFC 8949). */
import { ADDITIONAL, MAJOR } from "./cbor.ts";
import { encodeUtf8 } from "./utf8.ts";

const scratch = new DataView(new ArrayBuffer(8));

/** Shortest heads, definite lengths (RFC 8949 §4.1). */
export class CborWriter {
  #bytes = new Uint8Array(256);
  #length = 0;

  /** From -2^64 to 2^64 - 1. */
  integer(value: number | bigint): this {
    if (value >= 0) return this.#head(MAJOR.unsigned, value);
    return this.#head(MAJOR.negative, typeof value === "bigint" ? -1n - value : -1 - value);
  }

  /** In 4 octets where they hold the value, else in 8: not every small reader knows half floats. */
  float(value: number): this {
    const single = Math.fround(value) === value;
    if (single) scratch.setFloat32(0, value);
    else scratch.setFloat64(0, value);
    const size = single ? 4 : 8;
    const at = this.#grow(1 + size);
    this.#bytes[at] = (MAJOR.simple << 5) | (single ? ADDITIONAL.single : ADDITIONAL.double);
    for (let index = 0; index < size; index++) this.#bytes[at + 1 + index] = scratch.getUint8(index);
    return this;
  }

  boolean(value: boolean): this {
    return this.#head(MAJOR.simple, value ? ADDITIONAL.true : ADDITIONAL.false);
  }

  null(): this {
    return this.#head(MAJOR.simple, ADDITIONAL.null);
  }

  text(value: string): this {
    const { length } = value;
    this.#head(MAJOR.text, length);
    const at = this.#grow(length);
    for (let index = 0; index < length; index++) {
      const unit = value.charCodeAt(index);
      if (unit > 0x7f) return this.#longText(value, at);
      this.#bytes[at + index] = unit;
    }
    return this;
  }

  bytes(value: Uint8Array): this {
    this.#head(MAJOR.bytes, value.length);
    const at = this.#grow(value.length);
    this.#bytes.set(value, at);
    return this;
  }

  /** So many items follow. */
  array(items: number): this {
    return this.#head(MAJOR.array, items);
  }

  /** So many keys follow, each with its value. */
  map(entries: number): this {
    return this.#head(MAJOR.map, entries);
  }

  /** What it is about follows. */
  tag(tag: number): this {
    return this.#head(MAJOR.tag, tag);
  }

  /** What was written, as a copy. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** Text beyond ASCII: its head, which was written before `at`, is of another length. */
  #longText(value: string, at: number): this {
    this.#length = at - headSize(value.length);
    const octets = encodeUtf8(value);
    this.#head(MAJOR.text, octets.length);
    const start = this.#grow(octets.length);
    this.#bytes.set(octets, start);
    return this;
  }

  #head(major: number, argument: number | bigint): this {
    const type = major << 5;
    if (argument < ADDITIONAL.octetFollows) {
      const at = this.#grow(1);
      this.#bytes[at] = type | Number(argument);
      return this;
    }
    const size = headSize(argument) - 1;
    const at = this.#grow(1 + size);
    this.#bytes[at] = type | (ADDITIONAL.octetFollows + Math.log2(size));
    if (size === 8) scratch.setBigUint64(0, BigInt(argument));
    else scratch.setUint32(4, Number(argument));
    for (let index = 0; index < size; index++) this.#bytes[at + 1 + index] = scratch.getUint8(8 - size + index);
    return this;
  }

  #grow(octets: number): number {
    const at = this.#length;
    this.#length += octets;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length));
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
    }
    return at;
  }
}

/** Octets of a head with that argument. */
function headSize(argument: number | bigint): number {
  if (argument < ADDITIONAL.octetFollows) return 1;
  if (argument <= 0xff) return 2;
  if (argument <= 0xffff) return 3;
  return argument <= 0xffff_ffff ? 5 : 9;
}
