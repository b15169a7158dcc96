/** HMAC-SHA-256 (RFC 2104) of several messages under one key, out of one-shot hashes: an object for each takes twice as long. */
import { hash, type KeyObject } from "node:crypto";

const BLOCK = 64;
const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;
export const HASH_OCTETS = 32;

export class HmacSha256 {
  /** What the two hashes go over: the padded key, and behind it the message or the inner hash. SECRET. */
  readonly #inner: Buffer;
  readonly #outer: Buffer;

  /** `longest`: the most octets that a message has. */
  constructor(secret: KeyObject, longest: number) {
    this.#inner = Buffer.allocUnsafe(BLOCK + longest);
    this.#outer = Buffer.allocUnsafe(BLOCK + HASH_OCTETS);
    const exported = secret.export();
    const key = exported.length > BLOCK ? hash("sha256", exported, "buffer") : exported;
    for (let at = 0; at < BLOCK; at++) {
      const octet = key[at] ?? 0;
      this.#inner[at] = octet ^ INNER_PAD;
      this.#outer[at] = octet ^ OUTER_PAD;
    }
    exported.fill(0);
    key.fill(0);
  }

  /** In memory of its own. */
  digest(message: Uint8Array): Buffer {
    this.#inner.set(message, BLOCK);
    // As a string it needs no memory outside of the heap, which takes longer than the hash.
    const inner = hash("sha256", this.#inner.subarray(0, BLOCK + message.length), "binary");
    this.#outer.write(inner, BLOCK, "latin1");
    return hash("sha256", this.#outer, "buffer");
  }

  /** The octets of the key; nothing can be hashed afterwards. */
  wipe(): void {
    this.#inner.fill(0);
    this.#outer.fill(0);
  }
}
