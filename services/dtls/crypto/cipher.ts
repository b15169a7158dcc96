/** Protection of the records of one direction: AEAD (RFC 6655 §3, RFC 5288 §3) here, CBC beside it. */
import type { KeyObject } from "node:crypto";
import { DtlsError } from "../errors.ts";
import type { Suite } from "../suites.ts";
import { setLength } from "./aad.ts";
import { type Aead, AesGcm } from "./aead.ts";
import { CbcRecordCipher } from "./cbc.ts";
import { AesCcm } from "./ccm.ts";

/**
 * Seals or opens the fragments of records. `aad` is the associated data of RFC 5246 §6.2.3.3 or RFC 9146 §5.3 and ends
 * with two octets for the length, which the cipher fills in: of the content, or with encrypt-then-MAC of what the MAC covers.
 */
export interface RecordCipher {
  /** The most octets that `seal` adds to a content. */
  readonly overhead: number;
  /** `nonce`: epoch and sequence number, 8 octets, never twice. Gives the whole fragment behind `headroom` octets, 0 by default. */
  seal(nonce: Uint8Array, aad: Uint8Array, content: Uint8Array, headroom?: number): Uint8Array;
  /** The content in memory of its own; undefined: too short or not authentic, which of them is not told. Never throws. */
  open(aad: Uint8Array, fragment: Uint8Array): Uint8Array | undefined;
}

/** What one side writes with. */
export interface DirectionKeys {
  /** Only of CBC suites. */
  readonly macKey: KeyObject | undefined;
  readonly key: KeyObject;
  /** The implicit part of the nonce: 4 octets of an AEAD suite, none of a CBC one. SECRET. */
  readonly salt: Uint8Array;
}

/** Octets of the nonce that travel in front of the ciphertext. */
const EXPLICIT = 8;

/** `encryptThenMac` (RFC 7366) concerns CBC suites only. */
export function createRecordCipher(
  suite: Pick<Suite, "cipher">,
  keys: DirectionKeys,
  options: { readonly encryptThenMac: boolean },
): RecordCipher {
  switch (suite.cipher) {
    case "aes128Ccm8":
      return new AeadRecordCipher(new AesCcm(keys.key), keys.salt);
    case "aes128Gcm":
      return new AeadRecordCipher(new AesGcm(keys.key), keys.salt);
    case "aes128CbcSha256":
      if (!keys.macKey) throw new DtlsError("option", `keys: ${suite.cipher} needs a MAC key`);
      return new CbcRecordCipher(keys.macKey, keys.key, options.encryptThenMac);
  }
}

/** fragment = explicit nonce || ciphertext || tag; nonce = salt || explicit nonce. */
export class AeadRecordCipher implements RecordCipher {
  readonly overhead: number;
  readonly #aead: Aead;
  /** The salt in its place; node:crypto copies a nonce, so one serves all records. */
  readonly #nonce: Uint8Array;
  readonly #saltLength: number;

  constructor(aead: Aead, salt: Uint8Array) {
    this.overhead = EXPLICIT + aead.tagLength;
    this.#aead = aead;
    this.#saltLength = salt.length;
    this.#nonce = new Uint8Array(salt.length + EXPLICIT);
    this.#nonce.set(salt);
  }

  seal(nonce: Uint8Array, aad: Uint8Array, content: Uint8Array, headroom = 0): Uint8Array {
    setLength(aad, content.length);
    this.#nonce.set(nonce, this.#saltLength);
    const record = Buffer.allocUnsafe(headroom + this.overhead + content.length);
    record.set(nonce, headroom);
    this.#aead.seal(this.#nonce, aad, content, record, headroom + EXPLICIT);
    return record;
  }

  open(aad: Uint8Array, fragment: Uint8Array): Uint8Array | undefined {
    if (fragment.length < this.overhead) return undefined;
    setLength(aad, fragment.length - this.overhead);
    // The peer's own choice of the explicit nonce counts, whatever the record's number is (RFC 6655 §3).
    this.#nonce.set(fragment.subarray(0, EXPLICIT), this.#saltLength);
    return this.#aead.open(this.#nonce, aad, fragment.subarray(EXPLICIT));
  }
}
