/**
 * The firmware image that the simulated modem accepts: a header of 128 octets, numbers big-endian, then the payload.
 *
 *   offset  octets
 *        0       8  magic: 8D "SIMFW" 0D 0A
 *        8       2  format version, 1
 *       10       2  zero
 *       12       4  length of the payload, at least 1
 *       16      32  SHA-256 of the payload
 *       48      38  base version, printable ASCII padded with zeros; empty: fits every base
 *       86      38  new version, printable ASCII padded with zeros
 *      124       4  CRC-32 (ISO-HDLC, as in zlib) of the octets before
 *      128          payload
 */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { Random } from "../../ports/random.ts";

export const FIRMWARE_HEADER_OCTETS = 128;
export const MAX_VERSION_OCTETS = 38;

const MAGIC = Uint8Array.of(0x8d, 0x53, 0x49, 0x4d, 0x46, 0x57, 0x0d, 0x0a);
const FORMAT_VERSION = 1;
const FORMAT_AT = 8;
const LENGTH_AT = 12;
const DIGEST_AT = 16;
const BASE_VERSION_AT = 48;
const VERSION_AT = 86;
const CHECKSUM_AT = 124;
const VERSION_TEXT = /^[\x21-\x7e]*$/;

export interface FirmwareHeader {
  readonly formatVersion: number;
  /** The firmware that the image updates; absent when it fits every one. */
  readonly baseVersion?: string;
  /** The firmware that the modem has afterwards. */
  readonly version: string;
  readonly payloadLength: number;
  /** Of the payload, 32 octets. */
  readonly sha256: Uint8Array;
}

export type FirmwareImageErrorCode =
  | "truncated"
  | "magic"
  | "format"
  | "checksum"
  | "version"
  | "length"
  | "digest"
  | "trailing";

/** Why an image is none, and at which octet that shows. */
export class FirmwareImageError extends Error {
  override readonly name = "FirmwareImageError";
  readonly code: FirmwareImageErrorCode;
  readonly offset: number;
  readonly reason: string;

  constructor(code: FirmwareImageErrorCode, offset: number, reason: string) {
    super(`firmware image, octet ${offset}: ${reason}`);
    this.code = code;
    this.offset = offset;
    this.reason = reason;
  }
}

export interface FirmwareImageOptions {
  /** 1 to 38 printable ASCII characters without spaces. */
  readonly version: string;
  readonly baseVersion?: string;
}

/** What the image holds: given octets, or random ones that bring the whole image, header included, to `sizeBytes`. */
export type FirmwareContent =
  | { readonly payload: Uint8Array }
  | { readonly sizeBytes: number; readonly random: Random };

/** Throws a `FirmwareImageError` for a version or size that the header cannot express. */
export function encodeFirmwareImage(options: FirmwareImageOptions & FirmwareContent): Uint8Array {
  const payload = "payload" in options ? options.payload : randomPayload(options.sizeBytes, options.random);
  if (payload.length === 0) throw new FirmwareImageError("length", LENGTH_AT, "the payload is empty");
  if (options.version === "") throw new FirmwareImageError("version", VERSION_AT, "the new version is empty");
  const image = new Uint8Array(FIRMWARE_HEADER_OCTETS + payload.length);
  const view = new DataView(image.buffer);
  image.set(MAGIC);
  view.setUint16(FORMAT_AT, FORMAT_VERSION);
  view.setUint32(LENGTH_AT, payload.length);
  image.set(createHash("sha256").update(payload).digest(), DIGEST_AT);
  image.set(encodeVersion(options.baseVersion ?? "", BASE_VERSION_AT), BASE_VERSION_AT);
  image.set(encodeVersion(options.version, VERSION_AT), VERSION_AT);
  view.setUint32(CHECKSUM_AT, crc32(image.subarray(0, CHECKSUM_AT)));
  image.set(payload, FIRMWARE_HEADER_OCTETS);
  return image;
}

/** Reads the header from the first octets of an image; throws a `FirmwareImageError`. */
export function decodeFirmwareHeader(bytes: Uint8Array): FirmwareHeader {
  const wrong = MAGIC.findIndex((octet, index) => index < bytes.length && bytes[index] !== octet);
  if (wrong >= 0) throw new FirmwareImageError("magic", wrong, "this is no image for the simulated modem");
  if (bytes.length < FIRMWARE_HEADER_OCTETS) {
    throw new FirmwareImageError("truncated", bytes.length, `the header has ${FIRMWARE_HEADER_OCTETS} octets`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, FIRMWARE_HEADER_OCTETS);
  if (view.getUint32(CHECKSUM_AT) !== crc32(bytes.subarray(0, CHECKSUM_AT))) {
    throw new FirmwareImageError("checksum", CHECKSUM_AT, "the header's checksum is wrong");
  }
  const formatVersion = view.getUint16(FORMAT_AT);
  if (formatVersion !== FORMAT_VERSION) {
    throw new FirmwareImageError("format", FORMAT_AT, `format version ${formatVersion} is not known`);
  }
  const payloadLength = view.getUint32(LENGTH_AT);
  if (payloadLength === 0) throw new FirmwareImageError("length", LENGTH_AT, "the payload is empty");
  const baseVersion = decodeVersion(bytes, BASE_VERSION_AT);
  const version = decodeVersion(bytes, VERSION_AT);
  if (version === "") throw new FirmwareImageError("version", VERSION_AT, "the new version is empty");
  const sha256 = bytes.slice(DIGEST_AT, BASE_VERSION_AT);
  return { formatVersion, version, payloadLength, sha256, ...(baseVersion !== "" && { baseVersion }) };
}

/** Checks a whole image as it comes, in pieces of any size, and returns its header; throws a `FirmwareImageError`. */
export async function verifyFirmwareImage(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<FirmwareHeader> {
  const hash = createHash("sha256");
  const headerBytes = new Uint8Array(FIRMWARE_HEADER_OCTETS);
  let header: FirmwareHeader | undefined;
  let offset = 0;
  for await (const piece of pieces) {
    const ofHeader = piece.subarray(0, Math.max(0, FIRMWARE_HEADER_OCTETS - offset));
    if (header === undefined) headerBytes.set(ofHeader, offset);
    offset += piece.length;
    if (header === undefined && offset >= FIRMWARE_HEADER_OCTETS) header = decodeFirmwareHeader(headerBytes);
    if (header !== undefined && offset > imageLength(header)) {
      throw new FirmwareImageError("trailing", imageLength(header), "octets after the end of the payload");
    }
    hash.update(piece.subarray(ofHeader.length));
  }
  header ??= decodeFirmwareHeader(headerBytes.subarray(0, offset));
  if (offset < imageLength(header)) {
    throw new FirmwareImageError("truncated", offset, `the image has ${imageLength(header)} octets`);
  }
  if (!hash.digest().equals(header.sha256)) {
    throw new FirmwareImageError("digest", FIRMWARE_HEADER_OCTETS, "the payload's SHA-256 is not the header's");
  }
  return header;
}

/** Octets of the whole image. */
export function imageLength(header: FirmwareHeader): number {
  return FIRMWARE_HEADER_OCTETS + header.payloadLength;
}

function randomPayload(sizeBytes: number, random: Random): Uint8Array {
  const length = sizeBytes - FIRMWARE_HEADER_OCTETS;
  if (Number.isSafeInteger(length) && length > 0) return random.bytes(length);
  throw new FirmwareImageError("length", LENGTH_AT, `an image has more than ${FIRMWARE_HEADER_OCTETS} octets`);
}

function encodeVersion(version: string, at: number): Uint8Array {
  if (version.length <= MAX_VERSION_OCTETS && VERSION_TEXT.test(version)) return new TextEncoder().encode(version);
  const reason = `a version has at most ${MAX_VERSION_OCTETS} printable ASCII characters without spaces`;
  throw new FirmwareImageError("version", at, reason);
}

function decodeVersion(bytes: Uint8Array, at: number): string {
  const field = bytes.subarray(at, at + MAX_VERSION_OCTETS);
  const end = field.indexOf(0);
  const text = String.fromCharCode(...(end < 0 ? field : field.subarray(0, end)));
  const paddingIsZero = end < 0 || field.subarray(end).every((octet) => octet === 0);
  if (VERSION_TEXT.test(text) && paddingIsZero) return text;
  throw new FirmwareImageError("version", at, "the version is not ASCII padded with zeros");
}
