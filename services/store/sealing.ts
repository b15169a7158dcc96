/**
 * The form of a secret document: `LWS0` and the octets, or `LWS1`, nonce, ciphertext and tag (AES-256-GCM, NIST
 * SP 800-38D). The document's name is authenticated along, so one secret cannot be passed off as another.
 *
 *   | "LWS1" (4) | nonce (12) | ciphertext (n) | tag (16) |
 */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { StoreError } from "./storeError.ts";

export const KEY_OCTETS = 32;

const CIPHER = "aes-256-gcm";
const NONCE_OCTETS = 12;
const TAG_OCTETS = 16;
const MAGIC_OCTETS = 4;
const PLAIN = new TextEncoder().encode("LWS0");
const SEALED = new TextEncoder().encode("LWS1");

export function seal(name: string, content: Uint8Array, key: Uint8Array | undefined): Uint8Array {
  if (key === undefined) return concat(PLAIN, content);
  // A nonce may never repeat under one key, across restarts too: a seeded source would repeat it.
  const nonce = randomBytes(NONCE_OCTETS);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(new TextEncoder().encode(name));
  return concat(SEALED, nonce, cipher.update(content), cipher.final(), cipher.getAuthTag());
}

/** @param file names the document in the `StoreError` that is thrown when it does not open. */
export function unseal(file: string, name: string, bytes: Uint8Array, key: Uint8Array | undefined): Uint8Array {
  if (isPlain(bytes)) return bytes.slice(MAGIC_OCTETS);
  if (!startsWith(bytes, SEALED) || bytes.length < MAGIC_OCTETS + NONCE_OCTETS + TAG_OCTETS) {
    throw new StoreError("corrupt", {
      file,
      position: 0,
      reason: "this is no secret document",
      cure: "restore the file, or remove it to start afresh",
    });
  }
  if (key === undefined) {
    const cure = "give the key it was written with";
    throw new StoreError("key", { file, reason: "the document is encrypted", cure });
  }
  const nonceEnd = MAGIC_OCTETS + NONCE_OCTETS;
  const tagStart = bytes.length - TAG_OCTETS;
  const nonce = bytes.subarray(MAGIC_OCTETS, nonceEnd);
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_OCTETS });
  decipher.setAAD(new TextEncoder().encode(name)).setAuthTag(bytes.subarray(tagStart));
  const content = decipher.update(bytes.subarray(nonceEnd, tagStart));
  try {
    return concat(content, decipher.final());
  } catch {
    throw new StoreError("key", {
      file,
      reason: "the key does not open the document, or its octets were changed",
      cure: "give the key it was written with, restore the file, or remove it to start afresh",
    });
  }
}

/** True for a secret that was stored without a key. */
export function isPlain(bytes: Uint8Array): boolean {
  return startsWith(bytes, PLAIN);
}

function startsWith(bytes: Uint8Array, magic: Uint8Array): boolean {
  return bytes.length >= magic.length && magic.every((octet, index) => bytes[index] === octet);
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}
