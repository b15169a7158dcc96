import { createCipheriv, createDecipheriv, createHmac } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { cbcCipher, classicAad, counting, EPOCH_1_SEQUENCE_5, hex, toHex } from "./samples.ts";

// Records are taken apart and put together by hand here, so that MAC and padding can be wrong on their own.
const MAC_KEY = Buffer.from(counting(0x20, 32));
const KEY = Buffer.from(counting(0x40, 16));
const IV = counting(0x90, 16);
const CONTENT = new TextEncoder().encode("hello carrier, hello server");
const PREFIX = "0001 000000000005 17 fefd";

const hmac = (...parts: readonly Uint8Array[]) => createHmac("sha256", MAC_KEY).update(Buffer.concat(parts)).digest();
const withLength = (length: number) => Buffer.concat([hex(PREFIX), Uint8Array.of(length >> 8, length)]);

function encrypted(plain: Uint8Array): Uint8Array {
  const cipher = createCipheriv("aes-128-cbc", KEY, IV).setAutoPadding(false);
  return Buffer.concat([IV, cipher.update(plain), cipher.final()]);
}

function decrypted(fragment: Uint8Array): Buffer {
  const decipher = createDecipheriv("aes-128-cbc", KEY, fragment.subarray(0, 16)).setAutoPadding(false);
  return Buffer.concat([decipher.update(fragment.subarray(16)), decipher.final()]);
}

interface Forgery {
  readonly mac?: (mac: Uint8Array) => Uint8Array;
  readonly padding?: (padding: Uint8Array) => Uint8Array;
  /** Blocks of padding above the least. */
  readonly blocks?: number;
}

const same = (octets: Uint8Array) => octets;

function paddingBehind(length: number, blocks: number): Uint8Array {
  const count = 16 - (length % 16) + 16 * blocks;
  return new Uint8Array(count).fill(count - 1);
}

function macThenEncrypt(content: Uint8Array, { mac = same, padding = same, blocks = 0 }: Forgery): Uint8Array {
  const authenticated = Buffer.concat([content, mac(hmac(withLength(content.length), content))]);
  return encrypted(Buffer.concat([authenticated, padding(paddingBehind(authenticated.length, blocks))]));
}

function encryptThenMac(content: Uint8Array, { mac = same, padding = same, blocks = 0 }: Forgery): Uint8Array {
  const covered = encrypted(Buffer.concat([content, padding(paddingBehind(content.length, blocks))]));
  return Buffer.concat([covered, mac(hmac(withLength(covered.length), covered))]);
}

const changed = (at: number) => (octets: Uint8Array) => {
  const copy = Uint8Array.from(octets);
  copy[at < 0 ? copy.length + at : at]! ^= 1;
  return copy;
};
const filledWith = (value: number) => (octets: Uint8Array) => new Uint8Array(octets.length).fill(value);

const MODES = [
  { mode: "MAC then encrypt", cipher: cbcCipher(false), forge: macThenEncrypt },
  { mode: "encrypt then MAC", cipher: cbcCipher(true), forge: encryptThenMac },
];

describe.each(MODES)("AES-128-CBC, $mode", ({ cipher, forge }) => {
  const open = (forgery: Forgery, content: Uint8Array = CONTENT) => cipher.open(classicAad(), forge(content, forgery));

  it("opens a record put together by hand", () => {
    expect(toHex(open({})!)).toBe(toHex(CONTENT));
  });

  it("opens every content with every padding that is allowed, up to 256 octets", () => {
    for (let length = 0; length < 36; length++) {
      const content = counting(0, length);
      for (let blocks = 0; blocks < 16; blocks++) expect(toHex(open({ blocks }, content)!)).toBe(toHex(content));
    }
  });

  const forgeries: readonly (Forgery & { readonly name: string })[] = [
    { name: "a wrong first octet of the MAC", mac: changed(0) },
    { name: "a wrong last octet of the MAC", mac: changed(-1) },
    { name: "a MAC of zeros", mac: filledWith(0) },
    { name: "a wrong first octet of the padding", padding: changed(0) },
    { name: "a wrong padding in the middle of several blocks", padding: changed(20), blocks: 2 },
    { name: "a wrong octet before the length octet", padding: changed(-2) },
    { name: "a padding of one octet less than it tells", padding: (octets) => filledWith(octets.length)(octets) },
    { name: "a padding longer than the record", padding: filledWith(255) },
    { name: "padding of the form of PKCS #7", padding: (octets) => filledWith(octets.length)(octets), blocks: 1 },
    { name: "both wrong", mac: changed(3), padding: changed(0) },
    { name: "both wrong, the padding longer than the record", mac: changed(3), padding: filledWith(255) },
  ];

  it.each(forgeries)("refuses $name with the same answer as any other", (forgery) => {
    expect(open(forgery)).toBeUndefined();
  });

  it("refuses each wrong octet of the shortest and the longest padding", () => {
    for (const content of [counting(0, 0), counting(0, 32)]) {
      for (const blocks of [0, 15]) {
        expect(open({ blocks }, content)).toBeDefined();
        for (let at = 0; at < 16 * (blocks + 1); at++)
          expect(open({ blocks, padding: changed(at) }, content)).toBeUndefined();
      }
    }
  });

  it("refuses a padding of one octet that tells another length", () => {
    const content = counting(0, 31);
    expect(toHex(open({ padding: filledWith(0) }, content)!)).toBe(toHex(content));
    for (let told = 1; told < 256; told++) expect(open({ padding: filledWith(told) }, content)).toBeUndefined();
  });

  it("refuses blocks that are nothing but padding, longer than what there is", () => {
    for (let length = 16; length <= 240; length += 16) {
      for (const told of [length, 255]) {
        const all = (octets: Uint8Array) => filledWith(told)(octets);
        const content = new Uint8Array(length - 1).fill(told);
        expect(open({ mac: all, padding: all }, content)).toBeUndefined();
        expect(open({ padding: all }, content)).toBeUndefined();
      }
    }
  });

  it("refuses what is no whole number of blocks, or too short for a MAC", () => {
    for (let length = 0; length < 64; length++) expect(cipher.open(classicAad(), counting(0, length))).toBeUndefined();
    const sealed = cipher.seal(EPOCH_1_SEQUENCE_5, classicAad(), CONTENT);
    expect(cipher.open(classicAad(), Buffer.concat([sealed, Uint8Array.of(0)]))).toBeUndefined();
  });

  it("takes a new IV for each record, one that its number does not tell", () => {
    const ivs = Array.from({ length: 20 }, () =>
      toHex(cipher.seal(EPOCH_1_SEQUENCE_5, classicAad(), CONTENT).subarray(0, 16)),
    );
    expect(new Set(ivs).size).toBe(20);
  });
});

describe("AES-128-CBC on the wire", () => {
  it("with MAC then encrypt is IV and a ciphertext of content, MAC over the content, and padding", () => {
    const aad = classicAad();
    const plain = decrypted(cbcCipher(false).seal(EPOCH_1_SEQUENCE_5, aad, CONTENT));
    const expected = Buffer.concat([CONTENT, hmac(withLength(27), CONTENT), Uint8Array.of(4, 4, 4, 4, 4)]);
    expect(toHex(plain)).toBe(toHex(expected));
    expect(toHex(aad)).toBe(toHex(withLength(27)));
  });

  it("with encrypt then MAC is IV, a ciphertext of content and padding, and a MAC over both with their length", () => {
    const aad = classicAad();
    const sealed = cbcCipher(true).seal(EPOCH_1_SEQUENCE_5, aad, CONTENT);
    const covered = sealed.subarray(0, -32);
    expect(toHex(decrypted(covered))).toBe(toHex(Buffer.concat([CONTENT, Uint8Array.of(4, 4, 4, 4, 4)])));
    expect(toHex(sealed.subarray(-32))).toBe(toHex(hmac(withLength(48), covered)));
    expect(toHex(aad)).toBe(toHex(withLength(48)));
  });

  it("with a Connection ID has the MAC over the data of RFC 9146 §5.1", () => {
    const prefix = "ffffffffffffffff 19 03 19 fefd 0001 000000000005 a1b2c3";
    const inner = Buffer.concat([CONTENT, Uint8Array.of(0x17)]);
    const plain = decrypted(cbcCipher(false).seal(EPOCH_1_SEQUENCE_5, hex(`${prefix} 0000`), inner));
    expect(toHex(plain.subarray(28, 60))).toBe(toHex(hmac(hex(`${prefix} 001c`), inner)));
  });

  it("is not the same in both modes", () => {
    const [first, second] = MODES.map(({ cipher }) => cipher.seal(EPOCH_1_SEQUENCE_5, classicAad(), CONTENT));
    expect(cbcCipher(true).open(classicAad(), first!)).toBeUndefined();
    expect(cbcCipher(false).open(classicAad(), second!)).toBeUndefined();
  });
});
