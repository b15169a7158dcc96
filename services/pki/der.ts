/**
 * Reads DER (X.690 §8, §10.1) one level at a time: definite, minimal lengths and tag numbers below 31 only.
 * What breaks these rules is refused with `PkiError` `malformed`; nothing recurses, so nesting costs nothing.
 */
import { PkiError } from "./errors.ts";

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;
/** `[number] IMPLICIT` of a simple type. */
export const implicitTag = (number: number) => 0x80 | number;
/** `[number]` of something constructed. */
export const constructedTag = (number: number) => 0xa0 | number;

export interface DerValue {
  readonly tag: number;
  readonly content: Uint8Array;
  /** Tag and length included. */
  readonly encoded: Uint8Array;
}

/** The octets as exactly one value. */
export function readDer(octets: Uint8Array, tag?: number): DerValue {
  const fields = new DerFields(octets);
  const value = fields.next(tag);
  fields.end();
  return value;
}

/** All values inside a constructed one. */
export function valuesOf({ content }: DerValue, tag?: number): readonly DerValue[] {
  const fields = new DerFields(content);
  const values: DerValue[] = [];
  while (fields.more) values.push(fields.next(tag));
  return values;
}

/** Values one behind the other, as a SEQUENCE's type definition names them. */
export class DerFields {
  readonly #octets: Uint8Array;
  #at = 0;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  get more(): boolean {
    return this.#at < this.#octets.length;
  }

  next(tag?: number): DerValue {
    const start = this.#at;
    const found = this.#octet();
    if ((found & 0x1f) === 0x1f || (tag !== undefined && found !== tag)) throw malformed("another type than expected");
    const length = this.#length();
    const from = this.#at;
    if (length > this.#octets.length - from) throw malformed("a value that is cut short");
    this.#at = from + length;
    const [content, encoded] = [this.#octets.subarray(from, this.#at), this.#octets.subarray(start, this.#at)];
    return { tag: found, content, encoded };
  }

  optional(tag: number): DerValue | undefined {
    return this.#octets[this.#at] === tag ? this.next(tag) : undefined;
  }

  end(): void {
    if (this.more) throw malformed("something behind the last value");
  }

  #octet(): number {
    const octet = this.#octets[this.#at++];
    if (octet === undefined) throw malformed("a value that is cut short");
    return octet;
  }

  #length(): number {
    const first = this.#octet();
    if (first < 0x80) return first;
    const count = first & 0x7f;
    if (count === 0 || count > 4) throw malformed("a length that is indefinite or too long");
    let length = 0;
    for (let index = 0; index < count; index++) length = length * 256 + this.#octet();
    if (length < 0x80 || length < 256 ** (count - 1)) throw malformed("a length that is longer than needed");
    return length;
  }
}

/** `2.5.29.15` */
export function objectIdentifier({ content }: DerValue): string {
  const arcs: number[] = [];
  let arc = 0;
  let begins = true;
  for (const octet of content) {
    if (begins && octet === 0x80) throw malformed("an object identifier that is longer than needed");
    arc = arc * 128 + (octet & 0x7f);
    begins = octet < 0x80;
    if (!begins) continue;
    if (arcs.length === 0) {
      const first = Math.min(2, Math.floor(arc / 40));
      arcs.push(first, arc - 40 * first);
    } else arcs.push(arc);
    arc = 0;
  }
  if (!begins || arcs.length === 0) throw malformed("an object identifier that is cut short");
  return arcs.join(".");
}

export function boolean({ content }: DerValue): boolean {
  const [octet] = content;
  if (content.length !== 1 || (octet !== 0 && octet !== 0xff)) throw malformed("a BOOLEAN neither true nor false");
  return octet === 0xff;
}

/** An INTEGER from 0 to 2³¹ - 1. */
export function smallInteger({ content }: DerValue): number {
  if (content.length === 0 || content.length > 4 || content[0]! >= 0x80) throw malformed("a number out of range");
  return content.reduce((number, octet) => number * 256 + octet, 0);
}

/** Text of a string type that is a subset of UTF-8, or of Latin-1 for what is older. */
export function textOf({ tag, content }: DerValue): string {
  // A TextDecoder would take a byte order mark away, and Latin-1 for another character set.
  const octets = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  return octets.toString(tag === TAG.utf8String ? "utf8" : "latin1");
}

export function malformed(what: string): PkiError {
  return new PkiError("malformed", `not DER: ${what}`);
}

export function equalOctets(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((octet, at) => octet === other[at]);
}
