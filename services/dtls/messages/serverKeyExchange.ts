/**
 * ServerKeyExchange, one form a key exchange: an identity hint (RFC 4279 §2), hint and parameters (RFC 5489 §2),
 * signed parameters (RFC 8422 §5.4).
 */
import { ByteReader, ByteWriter, DecodeError } from "../bytes.ts";
import type { KeyExchange } from "../suites.ts";
import { SECP256R1 } from "./extensions.ts";
import { encodeSignature, readSignature, type Signature } from "./signature.ts";

const NAMED_CURVE = 3;
/** 04 || X || Y of P-256. */
const POINT_OCTETS = 65;
const UNCOMPRESSED_POINT = 4;
const MAX_HINT_OCTETS = 1024;

export interface ServerKeyExchange {
  readonly hint?: Uint8Array;
  /** The point, 65 octets. */
  readonly point?: Uint8Array;
  /** The octets that are signed after the randoms. */
  readonly parameters?: Uint8Array;
  readonly signature?: Signature;
}

export function encodeEcParameters(point: Uint8Array): Uint8Array {
  return new ByteWriter().u8(NAMED_CURVE).u16(SECP256R1).vector8(point).toBytes();
}

export function encodeServerKeyExchange(
  kind: KeyExchange,
  { hint, parameters, signature }: ServerKeyExchange,
): Uint8Array {
  const writer = new ByteWriter();
  if (kind !== "ecdheEcdsa") writer.vector16(hint ?? new Uint8Array(0));
  if (parameters !== undefined) writer.bytes(parameters);
  if (signature !== undefined) writer.bytes(encodeSignature(signature));
  return writer.toBytes();
}

/** Throws `DecodeError`, also for another curve or form of point. */
export function decodeServerKeyExchange(kind: KeyExchange, body: Uint8Array): ServerKeyExchange {
  const reader = new ByteReader(body);
  const hint = kind === "ecdheEcdsa" ? undefined : reader.vector16(0, MAX_HINT_OCTETS);
  if (kind === "psk") {
    reader.end();
    return { ...(hint && { hint }) };
  }
  const start = body.length - reader.remaining;
  if (reader.u8() !== NAMED_CURVE || reader.u16() !== SECP256R1) throw new DecodeError("a curve other than secp256r1");
  const point = readPoint(reader);
  const parameters = body.subarray(start, body.length - reader.remaining);
  const signature = kind === "ecdheEcdsa" ? readSignature(reader) : undefined;
  reader.end();
  return { point, parameters, ...(hint && { hint }), ...(signature && { signature }) };
}

/** Compressed points are refused here: `node:crypto` would take them. Throws `DecodeError`. */
export function readPoint(reader: ByteReader): Uint8Array {
  const point = reader.vector8();
  if (point.length !== POINT_OCTETS || point[0] !== UNCOMPRESSED_POINT) {
    throw new DecodeError("a point that is not uncompressed and of P-256");
  }
  return point;
}
