/**
 * Reads CBOR (RFC 8949) item by item, checked and bounded. What it does not read: numbers beyond 64 bits, and simple
 * values other than booleans and null.
 */
import { ADDITIONAL, BREAK } from "./cbor.ts";
import { Lwm2mError } from "./errors.ts";
import { decodeUtf8 } from "./utf8.ts";

/** Items of one payload, those in arrays and maps included. */
export const MAX_CBOR_ITEMS = 262_144;
/** Arrays, maps and tags within each other. */
export const MAX_CBOR_DEPTH = 16;
/** Octets of one string, its chunks together. */
export const MAX_CBOR_STRING = 0xff_ffff;

/** Index is the major type, bits 7-5 of an item's first octet. */
const KINDS = ["unsigned", "negative", "bytes", "text", "array", "map", "tag", "simple"] as const;
export type CborKind = Exclude<(typeof KINDS)[number], "simple"> | "boolean" | "null" | "float";

/** Each reading method throws `typeMismatch` when another kind of item is next, `malformed` or `tooLarge`. */
export class CborReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  #items = 0;
  #depth = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** What comes next. */
  get kind(): CborKind {
    const first = this.#peek();
    const kind = KINDS[first >> 5]!;
    if (kind !== "simple") return kind;
    const additional = first & ADDITIONAL.mask;
    if (additional === ADDITIONAL.false || additional === ADDITIONAL.true) return "boolean";
    if (additional === ADDITIONAL.null) return "null";
    if (additional >= ADDITIONAL.half && additional <= ADDITIONAL.double) return "float";
    throw malformed("a simple value that is none of ours");
  }

  /** A bigint where a number is not exact. */
  integer(): number | bigint {
    const kind = this.#want("unsigned", "negative");
    const argument = this.#argument();
    if (kind === "unsigned") return argument;
    const negative = typeof argument === "bigint" ? -1n - argument : -1 - argument;
    return Number.isSafeInteger(Number(negative)) ? Number(negative) : BigInt(negative);
  }

  float(): number {
    this.#want("float");
    const octets = 2 ** ((this.#octet() & ADDITIONAL.mask) - ADDITIONAL.octetFollows);
    const at = this.#advance(octets);
    if (octets === 8) return this.#view.getFloat64(at);
    return octets === 4 ? this.#view.getFloat32(at) : halfFloat(this.#view.getUint16(at));
  }

  boolean(): boolean {
    this.#want("boolean");
    return (this.#octet() & ADDITIONAL.mask) === ADDITIONAL.true;
  }

  null(): null {
    this.#want("null");
    this.#octet();
    return null;
  }

  text(): string {
    return this.#string("text", decodeUtf8, joinTexts);
  }

  /** A copy. */
  bytes(): Uint8Array {
    return this.#string("bytes", copyOctets, joinOctets);
  }

  /** The number of the tag; the item that it is about comes next, to be read by `inside`. */
  tag<T>(read: (tag: number | bigint) => T): T {
    this.#want("tag");
    const tag = this.#argument();
    return this.#inside(() => read(tag));
  }

  /** Calls `item` for each item of an array, which has to read one; returns how many there were. */
  eachItem(item: (index: number) => void): number {
    return this.#each("array", item);
  }

  /** Calls `entry` for each entry of a map, which has to read a key and a value. */
  eachEntry(entry: (index: number) => void): number {
    return this.#each("map", entry);
  }

  /** Passes over one item, whatever it holds. */
  skip(): void {
    const { kind } = this;
    if (kind === "unsigned" || kind === "negative") this.#argument();
    else if (kind === "boolean" || kind === "null") this.#octet();
    else if (kind === "float") this.float();
    else if (kind === "tag") this.tag(() => this.skip());
    else if (kind === "array") this.eachItem(() => this.skip());
    else if (kind === "map") this.eachEntry(() => this.#skipTwo());
    else this[kind]();
  }

  #skipTwo(): void {
    this.skip();
    this.skip();
  }

  /** Throws when something is left. */
  end(): void {
    if (this.#at < this.#bytes.length) throw malformed("more than one item");
  }

  #string<T>(kind: "text" | "bytes", decode: (octets: Uint8Array) => T, join: (chunks: readonly T[]) => T): T {
    this.#want(kind);
    const length = this.#length();
    if (length !== undefined) return decode(this.#octets(length));
    const chunks: T[] = [];
    let total = 0;
    while (!this.#atBreak()) {
      // RFC 8949 §3.2.3: chunks are of the string's own kind, and have their lengths.
      const chunk = this.kind === kind ? this.#length() : undefined;
      if (chunk === undefined) throw malformed("a string whose chunks are none");
      total += chunk;
      if (total > MAX_CBOR_STRING) throw tooLarge(`a string of more than ${MAX_CBOR_STRING} octets`);
      chunks.push(decode(this.#octets(chunk)));
    }
    return join(chunks);
  }

  #each(kind: "array" | "map", read: (index: number) => void): number {
    this.#want(kind);
    const length = this.#length();
    return this.#inside(() => {
      let count = 0;
      for (; length === undefined ? !this.#atBreak() : count < length; count++) read(count);
      return count;
    });
  }

  #inside<T>(read: () => T): T {
    if (this.#depth === MAX_CBOR_DEPTH) throw tooLarge(`more than ${MAX_CBOR_DEPTH} levels`);
    this.#depth++;
    const result = read();
    this.#depth--;
    return result;
  }

  #want(wanted: CborKind, or: CborKind = wanted): CborKind {
    const { kind } = this;
    if (kind === wanted || kind === or) return kind;
    throw new Lwm2mError("typeMismatch", `CBOR: ${kind} where ${wanted} belongs`);
  }

  #atBreak(): boolean {
    if (this.#peek() !== BREAK) return false;
    this.#at++;
    return true;
  }

  /** A string's octets, an array's items, a map's entries; undefined where a break ends them. */
  #length(): number | undefined {
    if ((this.#peek() & ADDITIONAL.mask) === ADDITIONAL.indefinite) {
      this.#octet();
      return undefined;
    }
    const length = this.#argument();
    // Each of them takes an octet or more.
    if (length > this.#bytes.length - this.#at) throw endsEarly();
    if (length > MAX_CBOR_STRING) throw tooLarge(`a length of ${length}`);
    return length as number;
  }

  #argument(): number | bigint {
    const additional = this.#octet() & ADDITIONAL.mask;
    if (additional < ADDITIONAL.octetFollows) return additional;
    if (additional > ADDITIONAL.double) throw malformed("a reserved length");
    const octets = 2 ** (additional - ADDITIONAL.octetFollows);
    const at = this.#advance(octets);
    if (octets === 1) return this.#bytes[at]!;
    if (octets === 2) return this.#view.getUint16(at);
    if (octets === 4) return this.#view.getUint32(at);
    const value = this.#view.getBigUint64(at);
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
  }

  #peek(): number {
    const octet = this.#bytes[this.#at];
    if (octet === undefined) throw endsEarly();
    return octet;
  }

  /** An item's first octet. */
  #octet(): number {
    if (++this.#items > MAX_CBOR_ITEMS) throw tooLarge(`more than ${MAX_CBOR_ITEMS} items`);
    return this.#bytes[this.#advance(1)]!;
  }

  #octets(length: number): Uint8Array {
    const at = this.#advance(length);
    return this.#bytes.subarray(at, at + length);
  }

  #advance(octets: number): number {
    const at = this.#at;
    if (octets > this.#bytes.length - at) throw endsEarly();
    this.#at = at + octets;
    return at;
  }
}

function joinTexts(chunks: readonly string[]): string {
  return chunks.join("");
}

function copyOctets(octets: Uint8Array): Uint8Array {
  return octets.slice();
}

function joinOctets(chunks: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(chunks));
}

/** RFC 8949 Appendix D. */
function halfFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (fraction + 0x400) * 2 ** (exponent - 25);
}

function endsEarly(): Lwm2mError {
  return malformed("ends within an item");
}

function malformed(reason: string): Lwm2mError {
  return new Lwm2mError("malformed", `CBOR: ${reason}`);
}

function tooLarge(reason: string): Lwm2mError {
  return new Lwm2mError("tooLarge", `CBOR: ${reason}`);
}
