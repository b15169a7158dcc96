/** Single values as TLV carries them (OMA LwM2M Core 1.1 Appendix C, column "TLV format"). */
import { checkType, named } from "./checkValue.ts";
import { Lwm2mError } from "./errors.ts";
import type { ObjectLink, Path, ResourceDefinition, ResourceType, SingleValue } from "./model.ts";
import { decodeUtf8, encodeUtf8 } from "./utf8.ts";

/** Throws `typeMismatch` when the value is not of the resource's type. */
export function encodeTlvValue(resource: ResourceDefinition, value: SingleValue, path?: Path): Uint8Array {
  checkType(resource, value, path);
  return CODECS[resource.type].encode(value);
}

/** The result is a copy. Throws `typeMismatch` for octets that are none of the resource's type. */
export function decodeTlvValue(resource: ResourceDefinition, bytes: Uint8Array, path?: Path): SingleValue {
  try {
    const value = CODECS[resource.type].decode(bytes);
    checkType(resource, value, path);
    return value;
  } catch (cause) {
    if (cause instanceof Lwm2mError && cause.code !== "malformed") throw cause;
    const reason = cause instanceof Error ? cause.message : "malformed";
    throw new Lwm2mError("typeMismatch", `${named(resource, path)}, ${resource.type}: ${reason}`, { path, cause });
  }
}

interface ValueCodec {
  encode(value: SingleValue): Uint8Array;
  decode(bytes: Uint8Array): SingleValue;
}

const textCodec: ValueCodec = {
  encode: (value) => encodeUtf8(value as string),
  decode: decodeUtf8,
};

const signedCodec: ValueCodec = {
  encode: (value) => encodeInteger(value as number | bigint),
  decode: (bytes) => narrow(readInteger(bytes, "signed")),
};

const CODECS: Readonly<Record<ResourceType, ValueCodec>> = {
  string: textCodec,
  corelnk: textCodec,
  integer: signedCodec,
  time: signedCodec,
  // A width whose top bit is clear reads alike as signed, which is how some servers read it.
  unsigned: {
    encode: (value) => encodeInteger(value as number | bigint),
    decode: (bytes) => narrow(readInteger(bytes, "unsigned")),
  },
  float: { encode: (value) => encodeFloat(value as number), decode: decodeFloat },
  boolean: { encode: (value) => Uint8Array.of(value === true ? 1 : 0), decode: decodeBoolean },
  opaque: { encode: (value) => value as Uint8Array, decode: (bytes) => new Uint8Array(bytes) },
  objlnk: { encode: (value) => encodeObjectLink(value as ObjectLink), decode: decodeObjectLink },
  none: {
    encode: () => new Uint8Array(0),
    decode: () => {
      throw new Lwm2mError("malformed", "has no value, it can only be executed");
    },
  },
};

/** Two's complement, big-endian, in the least of 1, 2, 4 and 8 octets. */
function encodeInteger(value: number | bigint): Uint8Array {
  if (value < -0x8000_0000 || value > 0x7fff_ffff) {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigInt64(0, BigInt.asIntN(64, BigInt(value)));
    return bytes;
  }
  const number = Number(value);
  if (number >= -0x80 && number <= 0x7f) return Uint8Array.of(number);
  if (number >= -0x8000 && number <= 0x7fff) return Uint8Array.of(number >> 8, number);
  return Uint8Array.of(number >> 24, number >> 16, number >> 8, number);
}

function readInteger(bytes: Uint8Array, sign: "signed" | "unsigned"): number | bigint {
  const signed = sign === "signed";
  if (bytes.length === 8) return signed ? viewOf(bytes).getBigInt64(0) : viewOf(bytes).getBigUint64(0);
  if (bytes.length !== 1 && bytes.length !== 2 && bytes.length !== 4) throw wrongLength(bytes, "1, 2, 4 or 8");
  let value = 0;
  for (const octet of bytes) value = (value << 8) | octet;
  const unused = 32 - 8 * bytes.length;
  return signed ? (value << unused) >> unused : value >>> 0;
}

/** A number where it is exact, a bigint beyond. */
function narrow(value: number | bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** 4 octets where they hold the value exactly, 8 otherwise. */
function encodeFloat(value: number): Uint8Array {
  const single = Math.fround(value) === value;
  const bytes = new Uint8Array(single ? 4 : 8);
  const view = new DataView(bytes.buffer);
  if (single) view.setFloat32(0, value);
  else view.setFloat64(0, value);
  return bytes;
}

function decodeFloat(bytes: Uint8Array): number {
  if (bytes.length === 4) return viewOf(bytes).getFloat32(0);
  if (bytes.length === 8) return viewOf(bytes).getFloat64(0);
  throw wrongLength(bytes, "4 or 8");
}

function decodeBoolean(bytes: Uint8Array): boolean {
  if (bytes.length !== 1) throw wrongLength(bytes, "1");
  if (bytes[0]! > 1) throw new Lwm2mError("malformed", "a boolean is 0 or 1");
  return bytes[0] === 1;
}

function encodeObjectLink({ objectId, instanceId }: ObjectLink): Uint8Array {
  return Uint8Array.of(objectId >>> 8, objectId, instanceId >>> 8, instanceId);
}

function decodeObjectLink(bytes: Uint8Array): ObjectLink {
  if (bytes.length !== 4) throw wrongLength(bytes, "4");
  const view = viewOf(bytes);
  return { objectId: view.getUint16(0), instanceId: view.getUint16(2) };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function wrongLength(bytes: Uint8Array, allowed: string): Lwm2mError {
  return new Lwm2mError("malformed", `${bytes.length} octets, want ${allowed}`);
}
