/**
 * AES-128-CBC with HMAC-SHA256, MAC-then-encrypt (RFC 5246 §6.2.3.2) or encrypt-then-MAC (RFC 7366); with a Connection ID
 * RFC 9146 §5.1 and §5.2. What the MAC covers in front of the content or ciphertext is the associated data of `RecordCipher`.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  type KeyObject,
  randomFillSync,
  timingSafeEqual,
} from "node:crypto";
import { setLength } from "./aad.ts";

const CIPHER = "aes-128-cbc";
const HASH = "sha256";
const BLOCK = 16;
const MAC = 32;
/** Of SHA-256's compression function, and what its padding adds at least. */
const HASH_BLOCK = 64;
const HASH_PADDING = 9;
/** The length octet included. */
const MAX_PADDING = 256;
/** IV, then MAC and padding in three blocks, or one block and the MAC. */
const MIN_FRAGMENT = 4 * BLOCK;
/** Filling for hashing that counts for its time only. */
const ZEROS = new Uint8Array(MAX_PADDING + 2 * HASH_BLOCK);

/** fragment = IV || AES(content || MAC || padding), or IV || AES(content || padding) || MAC. */
export class CbcRecordCipher {
  readonly overhead = BLOCK + MAC + BLOCK;
  readonly #macKey: KeyObject;
  readonly #key: KeyObject;
  readonly #encryptThenMac: boolean;

  constructor(macKey: KeyObject, key: KeyObject, encryptThenMac: boolean) {
    this.#macKey = macKey;
    this.#key = key;
    this.#encryptThenMac = encryptThenMac;
  }

  /** The IV is random: a nonce that can be foreseen must not be one. */
  seal(_nonce: Uint8Array, aad: Uint8Array, content: Uint8Array, headroom = 0): Uint8Array {
    if (this.#encryptThenMac) {
      const record = this.#encrypt(content, undefined, headroom, MAC);
      const covered = record.subarray(headroom, record.length - MAC);
      setLength(aad, covered.length);
      record.set(this.#mac(aad, covered), record.length - MAC);
      return record;
    }
    setLength(aad, content.length);
    return this.#encrypt(content, this.#mac(aad, content), headroom, 0);
  }

  open(aad: Uint8Array, fragment: Uint8Array): Uint8Array | undefined {
    if (fragment.length < MIN_FRAGMENT || fragment.length % BLOCK !== 0) return undefined;
    return this.#encryptThenMac ? this.#verifyThenDecrypt(aad, fragment) : this.#decryptThenVerify(aad, fragment);
  }

  #verifyThenDecrypt(aad: Uint8Array, fragment: Uint8Array): Uint8Array | undefined {
    const covered = fragment.subarray(0, fragment.length - MAC);
    setLength(aad, covered.length);
    if (!timingSafeEqual(this.#mac(aad, covered), fragment.subarray(covered.length))) return undefined;
    const plain = this.#decrypt(covered);
    const { valid, length } = paddingOf(plain, 0);
    return valid ? plain.subarray(0, plain.length - length) : undefined;
  }

  /** RFC 5246 §6.2.3.2: with a bad padding the MAC is computed all the same, and the outcome tells nothing of which it was. */
  #decryptThenVerify(aad: Uint8Array, fragment: Uint8Array): Uint8Array | undefined {
    const plain = this.#decrypt(fragment);
    const { valid, length } = paddingOf(plain, MAC);
    const contentLength = plain.length - length - MAC;
    setLength(aad, contentLength);
    const mac = this.#mac(aad, plain.subarray(0, contentLength));
    this.#evenOut(aad.length, contentLength, plain.length - MAC - 1);
    const authentic = timingSafeEqual(mac, plain.subarray(contentLength, contentLength + MAC));
    return Number(authentic) & Number(valid) ? plain.subarray(0, contentLength) : undefined;
  }

  /** Hashes as many blocks more as the longest content would have taken: a time that tells the padding's length is Lucky Thirteen. */
  #evenOut(aadLength: number, length: number, longest: number): void {
    const blocks = (content: number) => Math.ceil((aadLength + content + HASH_PADDING) / HASH_BLOCK);
    const missing = 1 + blocks(longest) - blocks(length);
    createHmac(HASH, this.#macKey)
      .update(ZEROS.subarray(0, missing * HASH_BLOCK))
      .digest();
  }

  #mac(aad: Uint8Array, covered: Uint8Array): Uint8Array {
    return createHmac(HASH, this.#macKey).update(aad).update(covered).digest();
  }

  /** IV || AES(content || mac || padding), with room for `headroom` octets in front and `trailer` octets behind. */
  #encrypt(content: Uint8Array, mac: Uint8Array | undefined, headroom: number, trailer: number): Uint8Array {
    const macAt = content.length;
    const paddingAt = macAt + (mac?.length ?? 0);
    const padding = BLOCK - (paddingAt % BLOCK);
    const plain = Buffer.allocUnsafe(paddingAt + padding);
    plain.set(content);
    if (mac) plain.set(mac, macAt);
    // Each octet of the padding, its length octet too, tells the octets before the length octet (RFC 5246 §6.2.3.2).
    plain.fill(padding - 1, paddingAt);

    const bodyAt = headroom + BLOCK;
    const record = Buffer.allocUnsafe(bodyAt + plain.length + trailer);
    randomFillSync(record, headroom, BLOCK);
    const cipher = createCipheriv(CIPHER, this.#key, record.subarray(headroom, bodyAt)).setAutoPadding(false);
    record.set(cipher.update(plain), bodyAt);
    cipher.final();
    return record;
  }

  /** Takes IV || ciphertext, whole blocks. */
  #decrypt(fragment: Uint8Array): Uint8Array {
    const decipher = createDecipheriv(CIPHER, this.#key, fragment.subarray(0, BLOCK)).setAutoPadding(false);
    const plain = decipher.update(fragment.subarray(BLOCK));
    decipher.final();
    return plain;
  }
}

/**
 * Whether a padding is right, and its length with the length octet; 1 when it is wrong. Goes over the same octets
 * whatever they hold, without a branch on them. `before`: octets that are no padding at least.
 */
function paddingOf(plain: Uint8Array, before: number): { readonly valid: boolean; readonly length: number } {
  const last = plain.length - 1;
  const padding = plain[last]!;
  let wrong = (last - before - padding) >>> 31;
  const end = Math.min(MAX_PADDING, plain.length - before);
  for (let back = 1; back < end; back++) {
    const inside = (back - padding - 1) >> 31;
    wrong |= inside & (plain[last - back]! ^ padding);
  }
  const valid = ((wrong - 1) >>> 31) & 1;
  return { valid: valid === 1, length: 1 + (padding & -valid) };
}
