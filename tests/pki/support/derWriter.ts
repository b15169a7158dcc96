/** Writes DER (X.690 §8, §10), as much as certificates need. It checks nothing: tests write wrong things on purpose. */

export const BOOLEAN = 0x01;
export const INTEGER = 0x02;
export const BIT_STRING = 0x03;
export const OCTET_STRING = 0x04;
export const OBJECT_IDENTIFIER = 0x06;
export const UTF8_STRING = 0x0c;
export const PRINTABLE_STRING = 0x13;
export const UTC_TIME = 0x17;
export const GENERALIZED_TIME = 0x18;
export const SEQUENCE = 0x30;
export const SET = 0x31;
/** `[number]` of a context, primitive and constructed. */
export const implicit = (number: number) => 0x80 | number;
export const explicit = (number: number) => 0xa0 | number;

export function tlv(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const content = concat(contents);
  return concat([Uint8Array.of(tag, ...lengthOctets(content.length)), content]);
}

export const sequence = (...contents: readonly Uint8Array[]) => tlv(SEQUENCE, ...contents);
export const boolean = (value: boolean) => tlv(BOOLEAN, Uint8Array.of(value ? 0xff : 0));
export const text = (tag: number, value: string) => tlv(tag, new TextEncoder().encode(value));
/** Big-endian magnitude; a leading zero is put where the sign bit would be set. */
export const integer = (magnitude: Uint8Array) =>
  tlv(INTEGER, ...((magnitude[0] ?? 0) >= 0x80 ? [Uint8Array.of(0)] : []), magnitude);
export const bitString = (octets: Uint8Array, unusedBits = 0) => tlv(BIT_STRING, Uint8Array.of(unusedBits), octets);

export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return tlv(OBJECT_IDENTIFIER, Uint8Array.from([first * 40 + second, ...rest].flatMap(base128)));
}

/** Bits named by position from the most significant, without trailing zeros (X.690 §11.2.2). */
export function namedBits(positions: readonly number[]): Uint8Array {
  const last = Math.max(-1, ...positions);
  const octets = new Uint8Array((last >> 3) + 1);
  for (const bit of positions) octets[bit >> 3]! |= 0x80 >> (bit & 7);
  return bitString(octets, last < 0 ? 0 : 7 - (last & 7));
}

/** UTCTime until 2049, GeneralizedTime from 2050 on (RFC 5280 §4.1.2.5). */
export function time(ms: number): Uint8Array {
  const digits = new Date(ms).toISOString().replaceAll(/[-:T]|\.\d+/g, "");
  return Number(digits.slice(0, 4)) < 2050 ? text(UTC_TIME, digits.slice(2)) : text(GENERALIZED_TIME, digits);
}

function base128(arc: number): number[] {
  const octets = [arc & 0x7f];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) octets.unshift((rest & 0x7f) | 0x80);
  return octets;
}

function lengthOctets(length: number): number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest >>= 8) octets.unshift(rest & 0xff);
  return [0x80 | octets.length, ...octets];
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
