/** AES-128-CCM with a tag of 8 octets (RFC 3610, RFC 6655): Node's own, or put together where OpenSSL's is not underneath. */
import { createCipheriv, createDecipheriv, getCiphers, type KeyObject, timingSafeEqual } from "node:crypto";
import { type Aead, createNodeAead } from "./aead.ts";

const TAG_LENGTH = 8;
const BLOCK = 16;
/** RFC 3610 §2.2: associated data follow, and M' = (M - 2) / 2; L' is to be added. */
const FLAGS = 0b01_000_000 | (((TAG_LENGTH - 2) / 2) << 3);
const ZERO_BLOCK = new Uint8Array(BLOCK);

let chosen: Aead | undefined;

/** Looked for at the first use: Bun, Deno and Electron stand on libraries without CCM. */
export function aes128Ccm8(): Aead {
  chosen ??= getCiphers().includes("aes-128-ccm") ? createNodeAead("aes-128-ccm", TAG_LENGTH) : createCcmFallback();
  return chosen;
}

/** CCM out of its two halves, a CBC-MAC and counter mode, octet for octet the same; the nonce has 7 to 13 octets. */
export function createCcmFallback(): Aead {
  return {
    tagLength: TAG_LENGTH,

    seal(key, nonce, aad, content, output, at) {
      const counter = createCipheriv("aes-128-ctr", key, firstCounter(nonce));
      // Counter 0 encrypts the tag, the counters from 1 on the content.
      const tag = counter.update(cbcMac(key, nonce, aad, content));
      output.set(counter.update(content), at);
      output.set(tag.subarray(0, TAG_LENGTH), at + content.length);
    },

    open(key, nonce, aad, sealed) {
      const length = sealed.length - TAG_LENGTH;
      const counter = createDecipheriv("aes-128-ctr", key, firstCounter(nonce));
      const expected = counter.update(ZERO_BLOCK).subarray(0, TAG_LENGTH);
      const content = counter.update(sealed.subarray(0, length));
      const mac = cbcMac(key, nonce, aad, content);
      for (let index = 0; index < TAG_LENGTH; index++) expected[index]! ^= mac[index]!;
      return timingSafeEqual(expected, sealed.subarray(length)) ? content : undefined;
    },
  };
}

/** L' = L - 1, where L octets count the content's octets or its blocks: those that the nonce leaves (RFC 3610 §2.1). */
function lengthFlag(nonce: Uint8Array): number {
  return BLOCK - 2 - nonce.length;
}

/** A_0 (RFC 3610 §2.3). */
function firstCounter(nonce: Uint8Array): Uint8Array {
  const block = new Uint8Array(BLOCK);
  block[0] = lengthFlag(nonce);
  block.set(nonce, 1);
  return block;
}

/** RFC 3610 §2.2: the last block of AES-CBC over B_0, the associated data behind their length, and the content. */
function cbcMac(key: KeyObject, nonce: Uint8Array, aad: Uint8Array, content: Uint8Array): Uint8Array {
  const contentAt = BLOCK + padded(2 + aad.length);
  const blocks = new Uint8Array(contentAt + padded(content.length));
  blocks[0] = FLAGS | lengthFlag(nonce);
  blocks.set(nonce, 1);
  for (let at = BLOCK - 1, rest = content.length; at > nonce.length; at--, rest >>>= 8) blocks[at] = rest;
  blocks[BLOCK] = aad.length >>> 8;
  blocks[BLOCK + 1] = aad.length;
  blocks.set(aad, BLOCK + 2);
  blocks.set(content, contentAt);
  return createCipheriv("aes-128-cbc", key, ZERO_BLOCK).setAutoPadding(false).update(blocks).subarray(-BLOCK);
}

function padded(length: number): number {
  return Math.ceil(length / BLOCK) * BLOCK;
}
