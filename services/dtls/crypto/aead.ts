/** Authenticated encryption of one message (RFC 5116), the way `node:crypto` does it. */
import { createCipheriv, createDecipheriv, type KeyObject } from "node:crypto";

/** An AEAD whose tag follows the ciphertext. The nonce has 12 octets, the associated data are never empty. */
export interface Aead {
  readonly tagLength: number;
  /** Writes ciphertext and tag, `content.length + tagLength` octets, into `output` from `at` on. */
  seal(key: KeyObject, nonce: Uint8Array, aad: Uint8Array, content: Uint8Array, output: Uint8Array, at: number): void;
  /** The content in memory of its own, or undefined: not authentic. `sealed` has `tagLength` octets or more. */
  open(key: KeyObject, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | undefined;
}

/**
 * An empty view that points somewhere. Node 20 passes the null pointer of an empty ArrayBuffer on to OpenSSL, which
 * takes it for "no data yet": encryption then has no tag and decryption accepts any.
 */
const EMPTY = new Uint8Array(new ArrayBuffer(1), 0, 0);

/** An AEAD of `node:crypto`. */
export function createNodeAead(algorithm: "aes-128-ccm" | "aes-128-gcm", tagLength: number): Aead {
  // One overload stands for both: GCM has no need of the plaintext's length and ignores it.
  const name = algorithm as "aes-128-ccm";
  const options = { authTagLength: tagLength };
  return {
    tagLength,

    seal(key, nonce, aad, content, output, at) {
      const cipher = createCipheriv(name, key, nonce, options);
      cipher.setAAD(aad, { plaintextLength: content.length });
      output.set(cipher.update(content.length > 0 ? content : EMPTY), at);
      cipher.final();
      output.set(cipher.getAuthTag(), at + content.length);
    },

    open(key, nonce, aad, sealed) {
      const length = sealed.length - tagLength;
      const decipher = createDecipheriv(name, key, nonce, options);
      decipher.setAuthTag(sealed.subarray(length));
      decipher.setAAD(aad, { plaintextLength: length });
      try {
        // Never left out, not even for an empty content: until Node 26 final() approves any tag without it.
        const content = decipher.update(sealed.subarray(0, length));
        decipher.final();
        return content;
      } catch {
        return undefined;
      }
    },
  };
}
