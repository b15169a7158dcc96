/** Randomness: from the system, or from a seed so that a run can be repeated. */
import { randomBytes } from "node:crypto";
import type { Random } from "../ports/random.ts";

/** Without state: all may have the same. */
const SYSTEM: Random = {
  // A copy: small results of randomBytes share Node's buffer pool and would keep it alive.
  bytes: (length) => Uint8Array.from(randomBytes(length)),
  number: () => Math.random(),
};

export function systemRandom(): Random {
  return SYSTEM;
}

/** xoshiro128** (Blackman and Vigna), seeded by splitmix32: repeatable, not for keys. */
export function seededRandom(seed: number): Random {
  let [a, b, c, d] = splitmix32(seed);
  const next = () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result;
  };
  return {
    bytes: (length) => Uint8Array.from({ length }, () => next() >>> 24),
    number: () => next() / 0x1_0000_0000,
  };
}

function splitmix32(seed: number): [number, number, number, number] {
  let value = seed | 0;
  const next = () => {
    value = (value + 0x9e37_79b9) | 0;
    let mixed = Math.imul(value ^ (value >>> 16), 0x21f0_aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
    return mixed ^ (mixed >>> 15);
  };
  return [next(), next(), next(), next()];
}

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}
