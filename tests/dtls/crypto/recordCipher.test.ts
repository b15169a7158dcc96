import { createSecretKey } from "node:crypto";
import { inspect } from "node:util";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { createRecordCipher } from "../../../services/dtls/crypto/cipher.ts";
import { DtlsError } from "../../../services/dtls/errors.ts";
import {
  AEAD_KEYS,
  CBC_KEYS,
  CIPHERS,
  classicAad,
  counting,
  EPOCH_1_SEQUENCE_5,
  flipped,
  hex,
  toHex,
} from "./samples.ts";

const CONTENT = new TextEncoder().encode("hello carrier");
const PLAIN = { encryptThenMac: false };

// Sealed with Python's `cryptography` under the key and salt of AEAD_KEYS.
const RECORDS = {
  aes128Ccm8: "0001000000000005 fb6c30e871185120745bdfe571 bc700eeb2bbba8c8",
  aes128Gcm: "0001000000000005 6d5e7a5e04a3225d4a74c1a535 e0fb0069dc8bc26e8b2abbd0952cb014",
} as const;

describe("an AEAD record", () => {
  it.each(Object.entries(RECORDS))("of %s is explicit nonce, ciphertext and tag", (cipher, record) => {
    const sealed = createRecordCipher({ cipher: cipher as keyof typeof RECORDS }, AEAD_KEYS, PLAIN).seal(
      EPOCH_1_SEQUENCE_5,
      classicAad(),
      CONTENT,
    );
    expect(toHex(sealed)).toBe(toHex(hex(record)));
  });

  it("with a Connection ID is bound to the data of RFC 9146 §5.3", () => {
    const aad = hex(`
      ffffffffffffffff  19 03 19  fefd  0001 000000000005  a1b2c3  0000`);
    const inner = Uint8Array.from([...CONTENT, 0x17, 0, 0]);
    const cipher = createRecordCipher({ cipher: "aes128Ccm8" }, AEAD_KEYS, PLAIN);
    const sealed = cipher.seal(EPOCH_1_SEQUENCE_5, aad, inner);
    expect(toHex(sealed)).toBe("0001000000000005fb6c30e871185120745bdfe5719ad75951a9a3a60b217c84");
    expect(toHex(aad)).toBe("ffffffffffffffff190319fefd0001000000000005a1b2c30010");
    expect(toHex(cipher.open(aad, sealed)!)).toBe(toHex(inner));
  });

  it("is opened with the explicit nonce that it carries, whatever number the record has", () => {
    const cipher = createRecordCipher({ cipher: "aes128Ccm8" }, AEAD_KEYS, PLAIN);
    const sealed = cipher.seal(hex("ffffffff 12345678"), classicAad(), CONTENT);
    expect(toHex(cipher.open(classicAad(), sealed)!)).toBe(toHex(CONTENT));
  });

  it("is refused under another salt or key", () => {
    const sealed = createRecordCipher({ cipher: "aes128Ccm8" }, AEAD_KEYS, PLAIN).seal(
      EPOCH_1_SEQUENCE_5,
      classicAad(),
      CONTENT,
    );
    const open = (keys: Partial<typeof AEAD_KEYS>) =>
      createRecordCipher({ cipher: "aes128Ccm8" }, { ...AEAD_KEYS, ...keys }, PLAIN).open(classicAad(), sealed);
    expect(open({})).toBeDefined();
    expect(open({ salt: hex("74772761") })).toBeUndefined();
    expect(open({ key: createSecretKey(counting(0, 16)) })).toBeUndefined();
  });
});

describe.each(CIPHERS)("$name", ({ create }) => {
  const cipher = create();

  it("opens what it sealed, of every length", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 3000 }),
        fc.uint8Array({ minLength: 8, maxLength: 8 }),
        fc.uint8Array({ minLength: 13, maxLength: 60 }),
        (content, nonce, aad) => {
          const fragment = cipher.seal(nonce, Uint8Array.from(aad), content);
          expect(fragment.length - content.length).toBeLessThanOrEqual(cipher.overhead);
          expect(toHex(create().open(Uint8Array.from(aad), fragment)!)).toBe(toHex(content));
        },
      ),
      { numRuns: 150 },
    );
  });

  it("adds `overhead` octets at most, and for some content so many", () => {
    const added = Array.from({ length: 40 }, (_, length) => {
      const content = new Uint8Array(length);
      return cipher.seal(EPOCH_1_SEQUENCE_5, classicAad(), content).length - length;
    });
    expect(Math.max(...added)).toBe(cipher.overhead);
  });

  it("refuses a record with any bit changed", () => {
    const sealed = cipher.seal(EPOCH_1_SEQUENCE_5, classicAad(), CONTENT);
    for (let bit = 0; bit < 8 * sealed.length; bit++)
      expect(cipher.open(classicAad(), flipped(sealed, bit))).toBeUndefined();
    expect(cipher.open(classicAad(), sealed)).toBeDefined();
  });

  it("refuses a record under another epoch, sequence number, type or version", () => {
    const sealed = cipher.seal(EPOCH_1_SEQUENCE_5, classicAad(), CONTENT);
    for (let bit = 0; bit < 8 * 11; bit++) expect(cipher.open(flipped(classicAad(), bit), sealed)).toBeUndefined();
  });

  it("refuses changed records of random content, wherever the change is", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(), (content, where) => {
        const sealed = cipher.seal(EPOCH_1_SEQUENCE_5, classicAad(), content);
        expect(cipher.open(classicAad(), flipped(sealed, where % (8 * sealed.length)))).toBeUndefined();
      }),
      { numRuns: 200 },
    );
  });

  it("refuses a record that is cut short at its end or start, or has octets behind", () => {
    for (const content of [new Uint8Array(0), CONTENT, new Uint8Array(300)]) {
      const sealed = cipher.seal(EPOCH_1_SEQUENCE_5, classicAad(), content);
      for (let length = 0; length < sealed.length; length++) {
        expect(cipher.open(classicAad(), sealed.subarray(0, length))).toBeUndefined();
        expect(cipher.open(classicAad(), sealed.subarray(sealed.length - length))).toBeUndefined();
      }
      for (const more of [1, 8, 16, 32])
        expect(cipher.open(classicAad(), Buffer.concat([sealed, new Uint8Array(more)]))).toBeUndefined();
    }
  });

  it("refuses random octets and never throws", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (octets) => {
        expect(cipher.open(classicAad(), octets)).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  it("seals and refuses empty contents as any other", () => {
    for (const empty of [new Uint8Array(0), new Uint8Array(new ArrayBuffer(0)), Buffer.alloc(0)]) {
      const sealed = cipher.seal(EPOCH_1_SEQUENCE_5, classicAad(), empty);
      expect(cipher.open(classicAad(), sealed)).toHaveLength(0);
      const wrong = flipped(sealed, 8 * sealed.length - 1);
      expect(cipher.open(classicAad(), wrong)).toBeUndefined();
    }
  });

  it("reads the datagram without changing it and hands out memory apart from it", () => {
    const sealed = cipher.seal(EPOCH_1_SEQUENCE_5, classicAad(), CONTENT);
    const datagram = Buffer.concat([new Uint8Array(13), sealed]);
    const before = toHex(datagram);
    const opened = cipher.open(classicAad(), datagram.subarray(13))!;
    expect(toHex(datagram)).toBe(before);
    datagram.fill(0xff);
    expect(toHex(opened)).toBe(toHex(CONTENT));
    const again = cipher.open(classicAad(), sealed)!;
    again.fill(0);
    expect(toHex(opened)).toBe(toHex(CONTENT));
  });

  it("goes on after a record that was refused", () => {
    const fresh = create();
    const sealed = cipher.seal(EPOCH_1_SEQUENCE_5, classicAad(), CONTENT);
    for (let round = 0; round < 3; round++) {
      expect(fresh.open(classicAad(), flipped(sealed, 70))).toBeUndefined();
      expect(toHex(fresh.open(classicAad(), sealed)!)).toBe(toHex(CONTENT));
      expect(toHex(create().open(classicAad(), fresh.seal(EPOCH_1_SEQUENCE_5, classicAad(), CONTENT))!)).toBe(
        toHex(CONTENT),
      );
    }
  });

  it("shows no key when it is printed", () => {
    const shown = inspect(cipher, { depth: 5, showHidden: true });
    for (const { key, salt } of [AEAD_KEYS, CBC_KEYS])
      for (const secret of [key.export(), salt])
        if (secret.length > 0) expect(shown.replaceAll(/[^0-9a-f]/g, "")).not.toContain(toHex(secret));
  });
});

describe("a CBC cipher", () => {
  it("is refused without a MAC key", () => {
    expect(() => createRecordCipher({ cipher: "aes128CbcSha256" }, AEAD_KEYS, PLAIN)).toThrow(DtlsError);
  });
});
