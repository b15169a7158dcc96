/** DigitallySigned (RFC 5246 §4.7): the body of CertificateVerify, and the end of a signed ServerKeyExchange. */
import { ByteReader, ByteWriter } from "../bytes.ts";

export interface Signature {
  readonly algorithm: number;
  readonly value: Uint8Array;
}

export function encodeSignature({ algorithm, value }: Signature): Uint8Array {
  return new ByteWriter().u16(algorithm).vector16(value).toBytes();
}

/** Throws `DecodeError`. */
export function readSignature(reader: ByteReader): Signature {
  return { algorithm: reader.u16(), value: reader.vector16() };
}

/** Throws `DecodeError`. */
export function decodeSignature(body: Uint8Array): Signature {
  const reader = new ByteReader(body);
  const signature = readSignature(reader);
  reader.end();
  return signature;
}
