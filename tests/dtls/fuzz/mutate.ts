/** Changes octets so that much of their form survives: the interesting mistakes lie close to what is right. */
import type { Random } from "../../../ports/random.ts";

export class Mutator {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** A whole number from 0 to `below - 1`. */
  below(below: number): number {
    return Math.floor(this.#random.number() * below);
  }

  chance(share: number): boolean {
    return this.#random.number() < share;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  octets(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }

  /** A changed copy; `other` lends octets. Rarely it is the same. */
  change(bytes: Uint8Array, other: Uint8Array): Uint8Array {
    let changed = Uint8Array.from(bytes);
    for (let times = this.chance(0.7) ? 1 : 1 + this.below(4); times > 0; times--) {
      changed = CHANGES[this.below(CHANGES.length)]!(changed, this, other);
    }
    return changed;
  }
}

type Change = (bytes: Uint8Array<ArrayBuffer>, mutator: Mutator, other: Uint8Array) => Uint8Array<ArrayBuffer>;

const EDGES = [0, 1, 2, 0x7f, 0x80, 0xfe, 0xff];

/** One after the other; those that come more than once are drawn more often. */
const CHANGES: readonly Change[] = [
  flipBit,
  flipBit,
  setOctet,
  editLength,
  editLength,
  truncate,
  extend,
  splice,
  insert,
  remove,
  repeat,
];

function flipBit(bytes: Uint8Array<ArrayBuffer>, mutator: Mutator): Uint8Array<ArrayBuffer> {
  if (bytes.length > 0) bytes[mutator.below(bytes.length)]! ^= 1 << mutator.below(8);
  return bytes;
}

function setOctet(bytes: Uint8Array<ArrayBuffer>, mutator: Mutator): Uint8Array<ArrayBuffer> {
  if (bytes.length > 0) bytes[mutator.below(bytes.length)] = mutator.pick(EDGES);
  return bytes;
}

/** As if a field of one, two or three octets stood somewhere: near its value, or at an edge. */
function editLength(bytes: Uint8Array<ArrayBuffer>, mutator: Mutator): Uint8Array<ArrayBuffer> {
  const width = 1 + mutator.below(3);
  if (bytes.length < width) return bytes;
  const at = mutator.below(bytes.length - width + 1);
  let value = 0;
  for (let index = 0; index < width; index++) value = value * 256 + bytes[at + index]!;
  const most = 256 ** width;
  const next = mutator.chance(0.6)
    ? value + mutator.below(9) - 4
    : mutator.pick([0, 1, most - 1, most / 2, bytes.length]);
  const field = (next + most) % most;
  for (let index = 0; index < width; index++) bytes[at + index] = Math.floor(field / 256 ** (width - 1 - index)) % 256;
  return bytes;
}

function truncate(bytes: Uint8Array<ArrayBuffer>, mutator: Mutator): Uint8Array<ArrayBuffer> {
  return bytes.slice(0, mutator.below(bytes.length + 1));
}

function extend(bytes: Uint8Array<ArrayBuffer>, mutator: Mutator): Uint8Array<ArrayBuffer> {
  return joined(bytes, mutator.octets(1 + mutator.below(mutator.chance(0.9) ? 16 : 2_000)));
}

/** Begins as the one and ends as the other. */
function splice(bytes: Uint8Array<ArrayBuffer>, mutator: Mutator, other: Uint8Array): Uint8Array<ArrayBuffer> {
  return joined(bytes.subarray(0, mutator.below(bytes.length + 1)), other.subarray(mutator.below(other.length + 1)));
}

function insert(bytes: Uint8Array<ArrayBuffer>, mutator: Mutator, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const at = mutator.below(bytes.length + 1);
  const from = mutator.below(other.length + 1);
  return joined(bytes.subarray(0, at), other.subarray(from, from + mutator.below(40)), bytes.subarray(at));
}

function remove(bytes: Uint8Array<ArrayBuffer>, mutator: Mutator): Uint8Array<ArrayBuffer> {
  const at = mutator.below(bytes.length + 1);
  return joined(bytes.subarray(0, at), bytes.subarray(at + 1 + mutator.below(8)));
}

function repeat(bytes: Uint8Array<ArrayBuffer>, mutator: Mutator): Uint8Array<ArrayBuffer> {
  const at = mutator.below(bytes.length + 1);
  const part = bytes.subarray(at, at + 1 + mutator.below(40));
  return joined(bytes.subarray(0, at), part, part, bytes.subarray(at + part.length));
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
