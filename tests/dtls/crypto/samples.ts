/** Keys and ciphers that the tests of this folder share. */
import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from "node:crypto";
import type { Aead } from "../../../services/dtls/crypto/aead.ts";
import {
  AeadRecordCipher,
  createRecordCipher,
  type DirectionKeys,
  type RecordCipher,
} from "../../../services/dtls/crypto/cipher.ts";

export function hex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ""), "hex"));
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** `count` octets that count up from `first`. */
export function counting(first: number, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, index) => first + index);
}

export const AEAD_KEYS: DirectionKeys = {
  macKey: undefined,
  key: createSecretKey(hex("b8a6f35765ccc99106073773bcfb03b8")),
  salt: hex("74772760"),
};

export const CBC_KEYS: DirectionKeys = {
  macKey: createSecretKey(counting(0x20, 32)),
  key: createSecretKey(counting(0x40, 16)),
  salt: new Uint8Array(0),
};

const plain = { encryptThenMac: false };

/** Each with one associated data of the classic layout; a new cipher at each call. */
export const CIPHERS: readonly { readonly name: string; readonly create: () => RecordCipher }[] = [
  { name: "AES-128-CCM-8", create: () => createRecordCipher({ cipher: "aes128Ccm8" }, AEAD_KEYS, plain) },
  { name: "AES-128-CCM-8 of OpenSSL", create: () => new AeadRecordCipher(opensslCcm(AEAD_KEYS.key), AEAD_KEYS.salt) },
  { name: "AES-128-GCM", create: () => createRecordCipher({ cipher: "aes128Gcm" }, AEAD_KEYS, plain) },
  { name: "AES-128-CBC, MAC then encrypt", create: () => cbcCipher(false) },
  { name: "AES-128-CBC, encrypt then MAC", create: () => cbcCipher(true) },
];

/** The same by OpenSSL's own CCM. */
export function opensslCcm(key: KeyObject): Aead {
  const tagLength = 8;
  const options = { authTagLength: tagLength };
  // Node 20 takes an empty view of nothing for "no data yet".
  const given = (octets: Uint8Array) => (octets.length > 0 ? octets : Buffer.alloc(1).subarray(1));
  return {
    tagLength,
    seal(nonce, aad, content, output, at) {
      const cipher = createCipheriv("aes-128-ccm", key, nonce, options);
      cipher.setAAD(aad, { plaintextLength: content.length });
      output.set(cipher.update(given(content)), at);
      cipher.final();
      output.set(cipher.getAuthTag(), at + content.length);
    },
    open(nonce, aad, sealed) {
      const length = sealed.length - tagLength;
      const decipher = createDecipheriv("aes-128-ccm", key, nonce, options);
      decipher.setAuthTag(sealed.subarray(length));
      decipher.setAAD(aad, { plaintextLength: length });
      try {
        const content = decipher.update(given(sealed.subarray(0, length)));
        decipher.final();
        return content;
      } catch {
        return undefined;
      }
    },
  };
}

export function cbcCipher(encryptThenMac: boolean): RecordCipher {
  return createRecordCipher({ cipher: "aes128CbcSha256" }, CBC_KEYS, { encryptThenMac });
}

export const EPOCH_1_SEQUENCE_5 = hex("0001 000000000005");

/** epoch || sequence || type || version || two octets to be filled in. */
export function classicAad(): Uint8Array {
  return hex("0001 000000000005 17 fefd 0000");
}

/** The same octets with one bit the other way round. */
export function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[bit >>> 3]! ^= 1 << (bit & 7);
  return copy;
}
