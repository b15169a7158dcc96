/** Authenticated encryption of one message (RFC 5116), and the one that `node:crypto` does. */
import { createCipheriv, createDecipheriv, type KeyObject } from "node:crypto";

/** An AEAD under a key, whose tag follows the ciphertext. The nonce has 12 octets, the associated data are never empty. */
export interface Aead {
  readonly tagLength: number;
  /** Writes ciphertext and tag, `content.length + tagLength` octets, into `output` from `at` on. */
  seal(nonce: Uint8Array, aad: Uint8Array, content: Uint8Array, output: Uint8Array, at: number): void;
  /** The content in memory of its own, or undefined: not authentic. `sealed` has `tagLength` octets or more. */
  open(nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | undefined;
}

const CIPHER = "aes-128-gcm";

/** AES-128-GCM (NIST SP 800-38D). */
export class AesGcm implements Aead {
  readonly tagLength = 16;
  readonly #key: KeyObject;

  constructor(key: KeyObject) {
    this.#key = key;
  }

  seal(nonce: Uint8Array, aad: Uint8Array, content: Uint8Array, output: Uint8Array, at: number): void {
    const cipher = createCipheriv(CIPHER, this.#key, nonce);
    cipher.setAAD(aad);
    output.set(cipher.update(content), at);
    cipher.final();
    output.set(cipher.getAuthTag(), at + content.length);
  }

  open(nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
    const length = sealed.length - this.tagLength;
    const decipher = createDecipheriv(CIPHER, this.#key, nonce, { authTagLength: this.tagLength });
    decipher.setAuthTag(sealed.subarray(length));
    decipher.setAAD(aad);
    try {
      const content = decipher.update(sealed.subarray(0, length));
      decipher.final();
      return content;
    } catch {
      return undefined;
    }
  }
}
