/**
 * AES-128-CCM with a tag of 8 octets (RFC 3610, RFC 6655), put together of its two halves, a CBC-MAC and counter mode.
 * OpenSSL does all of AES. Its own CCM, which not every runtime has, needs an object for each record in Node: that takes
 * three times as long as these two, which live as long as the key.
 */
import { type Cipher, createCipheriv, type KeyObject, timingSafeEqual } from "node:crypto";
import type { Aead } from "./aead.ts";

const TAG_LENGTH = 8;
const BLOCK = 16;
/** RFC 3610 §2.2: associated data follow, and M' = (M - 2) / 2; L' is to be added. */
const FLAGS = 0b01_000_000 | (((TAG_LENGTH - 2) / 2) << 3);

export class AesCcm implements Aead {
  readonly tagLength = TAG_LENGTH;
  /** AES of whole blocks, each for itself: counter mode encrypts its counters so. */
  readonly #aes: Cipher;
  readonly #cbc: Cipher;
  /** The last block that CBC gave, which it adds to the next one. */
  readonly #last = new Uint8Array(BLOCK);

  constructor(key: KeyObject) {
    this.#aes = createCipheriv("aes-128-ecb", key, null).setAutoPadding(false);
    this.#cbc = createCipheriv("aes-128-cbc", key, this.#last).setAutoPadding(false);
  }

  seal(nonce: Uint8Array, aad: Uint8Array, content: Uint8Array, output: Uint8Array, at: number): void {
    const { blocks, contentAt } = macInput(nonce, aad, content);
    const stream = this.#keyStream(nonce, content.length);
    xor(stream, BLOCK, blocks, contentAt, content.length);
    output.set(stream.subarray(BLOCK, BLOCK + content.length), at);
    output.set(this.#tag(blocks, stream), at + content.length);
  }

  open(nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
    const length = sealed.length - TAG_LENGTH;
    const { blocks, contentAt } = macInput(nonce, aad, sealed.subarray(0, length));
    const stream = this.#keyStream(nonce, length);
    xor(blocks, contentAt, stream, BLOCK, length);
    blocks.fill(0, contentAt + length);
    const authentic = timingSafeEqual(this.#tag(blocks, stream), sealed.subarray(length));
    return authentic ? blocks.subarray(contentAt, contentAt + length) : undefined;
  }

  /** A_0, which encrypts the tag, then the counters from 1 on, which encrypt the content; all encrypted (RFC 3610 §2.3). */
  #keyStream(nonce: Uint8Array, length: number): Uint8Array {
    const counters = Buffer.allocUnsafe(BLOCK + padded(length));
    counters[0] = lengthFlag(nonce);
    counters.set(nonce, 1);
    for (let at = 1 + nonce.length; at < BLOCK; at++) counters[at] = 0;
    for (let size = BLOCK; size < counters.length; size *= 2) counters.copyWithin(size, 0, size);
    // Records are short: two octets hold their count of blocks.
    for (let end = 2 * BLOCK - 1, count = 1; end < counters.length; end += BLOCK, count++) {
      counters[end] = count;
      counters[end - 1] = count >>> 8;
    }
    return this.#aes.update(counters);
  }

  /** RFC 3610 §2.2, §2.3: the last block of AES-CBC, encrypted, and of it the first octets. Uses up what it is given. */
  #tag(blocks: Uint8Array, stream: Uint8Array): Uint8Array {
    // Taken off what CBC is about to add: each MAC begins from zeros.
    for (let at = 0; at < BLOCK; at++) blocks[at]! ^= this.#last[at]!;
    const encrypted = this.#cbc.update(blocks);
    const lastAt = encrypted.length - BLOCK;
    for (let at = 0; at < BLOCK; at++) {
      this.#last[at] = encrypted[lastAt + at]!;
      stream[at]! ^= encrypted[lastAt + at]!;
      blocks[at] = 0;
    }
    return stream.subarray(0, TAG_LENGTH);
  }
}

/** RFC 3610 §2.2: B_0, the associated data behind their length, and the content, in whole blocks; in memory of its own. */
function macInput(nonce: Uint8Array, aad: Uint8Array, content: Uint8Array) {
  const contentAt = BLOCK + padded(2 + aad.length);
  const blocks = new Uint8Array(contentAt + padded(content.length));
  blocks[0] = FLAGS | lengthFlag(nonce);
  blocks.set(nonce, 1);
  for (let at = BLOCK - 1, rest = content.length; at > nonce.length; at--, rest >>>= 8) blocks[at] = rest;
  blocks[BLOCK] = aad.length >>> 8;
  blocks[BLOCK + 1] = aad.length;
  blocks.set(aad, BLOCK + 2);
  blocks.set(content, contentAt);
  return { blocks, contentAt };
}

/** Whole words, up to three octets more than `length`: both begin at a word. */
function xor(target: Uint8Array, at: number, other: Uint8Array, otherAt: number, length: number): void {
  const count = Math.ceil(length / 4);
  const words = new Uint32Array(target.buffer, target.byteOffset + at, count);
  const others = new Uint32Array(other.buffer, other.byteOffset + otherAt, count);
  for (let index = 0; index < count; index++) words[index]! ^= others[index]!;
}

/** L' = L - 1, where L octets count the content's octets or its blocks: those that the nonce leaves (RFC 3610 §2.1). */
function lengthFlag(nonce: Uint8Array): number {
  return BLOCK - 2 - nonce.length;
}

function padded(length: number): number {
  return Math.ceil(length / BLOCK) * BLOCK;
}
