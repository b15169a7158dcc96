/** Reading and writing of what TLS's presentation language describes (RFC 5246 §4); codecs do no offset arithmetic. */

/** Octets that are not what they should be; the receive path turns it into an alert or a drop. */
export class DecodeError extends Error {
  override readonly name = "DecodeError";
}

/** Holds most messages. */
const FIRST_OCTETS = 256;

export class ByteReader {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#at = 0;
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  /** A view of the next octets. */
  take(length: number): Uint8Array {
    if (length > this.remaining) throw new DecodeError(`${length} octets wanted, ${this.remaining} left`);
    const start = this.#at;
    this.#at += length;
    return this.#bytes.subarray(start, this.#at);
  }

  #number(octets: number): number {
    if (octets > this.remaining) throw new DecodeError(`${octets} octets wanted, ${this.remaining} left`);
    let value = 0;
    for (const end = this.#at + octets; this.#at < end; this.#at++) value = value * 256 + this.#bytes[this.#at]!;
    return value;
  }

  u8(): number {
    return this.#number(1);
  }
  u16(): number {
    return this.#number(2);
  }
  u24(): number {
    return this.#number(3);
  }

  /** A vector with a length of one octet. */
  vector8(min = 0, max = 0xff): Uint8Array {
    return this.#vector(this.u8(), min, max);
  }
  vector16(min = 0, max = 0xffff): Uint8Array {
    return this.#vector(this.u16(), min, max);
  }
  vector24(min = 0, max = 0xffffff): Uint8Array {
    return this.#vector(this.u24(), min, max);
  }

  #vector(length: number, min: number, max: number): Uint8Array {
    if (length < min || length > max)
      throw new DecodeError(`a vector of ${length} octets; ${min} to ${max} are allowed`);
    return this.take(length);
  }

  /** Nothing may be left. */
  end(): void {
    if (this.remaining > 0) throw new DecodeError(`${this.remaining} octets too many`);
  }
}

/** One buffer that grows, from the pool: what it gives is a copy. */
export class ByteWriter {
  #buffer: Uint8Array = Buffer.allocUnsafe(FIRST_OCTETS);
  #length = 0;

  bytes(bytes: Uint8Array): this {
    const at = this.#grow(bytes.length);
    this.#buffer.set(bytes, at);
    return this;
  }

  /** Makes room; gives where it begins. */
  #grow(octets: number): number {
    const at = this.#length;
    this.#length += octets;
    if (this.#length > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(2 * this.#length);
      larger.set(this.#buffer.subarray(0, at));
      this.#buffer = larger;
    }
    return at;
  }

  u8(value: number): this {
    const at = this.#grow(1);
    this.#buffer[at] = value;
    return this;
  }
  u16(value: number): this {
    return this.u8(value >>> 8).u8(value);
  }
  u24(value: number): this {
    return this.u8(value >>> 16).u16(value);
  }

  vector8(bytes: Uint8Array): this {
    return this.u8(bytes.length).bytes(bytes);
  }
  vector16(bytes: Uint8Array): this {
    return this.u16(bytes.length).bytes(bytes);
  }
  vector24(bytes: Uint8Array): this {
    return this.u24(bytes.length).bytes(bytes);
  }

  toBytes(): Uint8Array {
    return new Uint8Array(this.#buffer.subarray(0, this.#length));
  }
}

/** Big-endian; up to six octets. */
export function numberBytes(value: number, octets: number): Uint8Array {
  const bytes = new Uint8Array(octets);
  let rest = value;
  for (let index = octets - 1; index >= 0; index--) {
    bytes[index] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return bytes;
}

export function concat(
  parts: readonly Uint8Array[],
  length = parts.reduce((sum, part) => sum + part.length, 0),
): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, index) => octet === b[index]);
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}

export function fromHex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "hex"));
}
