import { createHash } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { seededRandom } from "../../carrier/random.ts";
import {
  decodeFirmwareHeader,
  encodeFirmwareImage,
  FIRMWARE_HEADER_OCTETS,
  type FirmwareImageErrorCode,
  verifyFirmwareImage,
} from "../../modem/index.ts";
import { utf8 } from "./support.ts";

/** Made by hand from the layout, with Python's zlib and hashlib. */
const WIRE =
  "8d53494d46570d0a" +
  "0001" +
  "0000" +
  "00000003" +
  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" +
  "312e30".padEnd(76, "0") +
  "312e31".padEnd(76, "0") +
  "c3021cdd" +
  "616263";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const imageError = (code: FirmwareImageErrorCode, offset: number) =>
  expect.objectContaining({ name: "FirmwareImageError", code, offset });

function* inPieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe("a firmware image", () => {
  const small = encodeFirmwareImage({ version: "1.1", baseVersion: "1.0", payload: utf8("abc") });

  it("has the documented layout, octet for octet", () => {
    expect(hex(small)).toBe(WIRE);
    expect(decodeFirmwareHeader(Buffer.from(WIRE, "hex"))).toEqual({
      formatVersion: 1,
      baseVersion: "1.0",
      version: "1.1",
      payloadLength: 3,
      sha256: Uint8Array.from(createHash("sha256").update("abc").digest()),
    });
  });

  it("names no base version when it fits every one", () => {
    const header = decodeFirmwareHeader(encodeFirmwareImage({ version: "2", payload: utf8("x") }));
    expect(Object.hasOwn(header, "baseVersion")).toBe(false);
  });

  it("takes versions of 38 characters", () => {
    const version = "v".repeat(38);
    const header = decodeFirmwareHeader(encodeFirmwareImage({ version, baseVersion: version, payload: utf8("x") }));
    expect([header.version, header.baseVersion]).toEqual([version, version]);
  });

  it("is as large as it was asked to be, and the same for the same seed", () => {
    const make = (seed: number) => encodeFirmwareImage({ version: "2", sizeBytes: 5000, random: seededRandom(seed) });
    expect(make(1).length).toBe(5000);
    expect(hex(make(1))).toBe(hex(make(1)));
    expect(hex(make(1))).not.toBe(hex(make(2)));
  });

  for (const size of [1, 7, 127, 128, 129, 4096, 100_000]) {
    it(`is found whole when it comes in pieces of ${size}`, async () => {
      const image = encodeFirmwareImage({ version: "2", sizeBytes: 20_000, random: seededRandom(1) });
      expect((await verifyFirmwareImage(inPieces(image, size))).version).toBe("2");
    });
  }

  it("is refused in every truncation, at the octet where it ends", async () => {
    for (let length = 0; length < small.length; length++) {
      await expect(verifyFirmwareImage([small.subarray(0, length)])).rejects.toEqual(imageError("truncated", length));
    }
  });

  it("is refused with any octet changed", async () => {
    for (let at = 0; at < small.length; at++) {
      const changed = small.slice();
      changed[at] = (changed[at] ?? 0) ^ 0x20;
      const expected =
        at < 8
          ? imageError("magic", at)
          : at < FIRMWARE_HEADER_OCTETS
            ? imageError("checksum", 124)
            : imageError("digest", 128);
      await expect(verifyFirmwareImage([changed])).rejects.toEqual(expected);
    }
  });

  it("is refused with octets after its end", async () => {
    await expect(verifyFirmwareImage([small, Uint8Array.of(0)])).rejects.toEqual(imageError("trailing", small.length));
  });

  const headers: readonly [
    what: string,
    at: number,
    bytes: Uint8Array,
    code: FirmwareImageErrorCode,
    offset: number,
  ][] = [
    ["another format version", 8, Uint8Array.of(0, 2), "format", 8],
    ["an empty payload", 12, new Uint8Array(4), "length", 12],
    ["no new version", 86, new Uint8Array(38), "version", 86],
    ["a version with a space", 86, utf8("a b"), "version", 86],
    ["a version with something after its end", 48, utf8("a\0b"), "version", 48],
  ];
  for (const [what, at, bytes, code, offset] of headers) {
    it(`with ${what} is refused although its checksum is right`, async () => {
      const changed = small.slice();
      changed.set(bytes, at);
      const { crc32 } = await import("node:zlib");
      new DataView(changed.buffer).setUint32(124, crc32(changed.subarray(0, 124)));
      expect(() => decodeFirmwareHeader(changed)).toThrow(imageError(code, offset));
    });
  }

  const unencodable: readonly [what: string, make: () => unknown, code: FirmwareImageErrorCode][] = [
    ["no version", () => encodeFirmwareImage({ version: "", payload: utf8("x") }), "version"],
    ["a long version", () => encodeFirmwareImage({ version: "v".repeat(39), payload: utf8("x") }), "version"],
    ["a version that is not ASCII", () => encodeFirmwareImage({ version: "é", payload: utf8("x") }), "version"],
    ["no payload", () => encodeFirmwareImage({ version: "1", payload: utf8("") }), "length"],
    ["no room", () => encodeFirmwareImage({ version: "1", sizeBytes: 128, random: seededRandom(1) }), "length"],
  ];
  for (const [what, make, code] of unencodable) {
    it(`cannot be made with ${what}`, () => {
      expect(make).toThrow(expect.objectContaining({ name: "FirmwareImageError", code }));
    });
  }
});
