/** CertificateRequest (RFC 5246 §7.4.4). */
import { ByteReader, ByteWriter } from "../bytes.ts";
import { decodeU16List, encodeU16List } from "./extensions.ts";

/** ClientCertificateType ecdsa_sign (RFC 8422 §5.5). */
export const ECDSA_SIGN = 64;

export interface CertificateRequest {
  readonly types: Uint8Array;
  readonly signatureAlgorithms: readonly number[];
}

/** Names no authorities: any that this side trusts will do. */
export function encodeCertificateRequest({ types, signatureAlgorithms }: CertificateRequest): Uint8Array {
  return new ByteWriter()
    .vector8(types)
    .bytes(encodeU16List(signatureAlgorithms))
    .vector16(new Uint8Array(0))
    .toBytes();
}

/** The names of authorities are skipped: a client here has one credential. Throws `DecodeError`. */
export function decodeCertificateRequest(body: Uint8Array): CertificateRequest {
  const reader = new ByteReader(body);
  const types = reader.vector8(1);
  const algorithms = reader.vector16(2);
  reader.vector16();
  reader.end();
  return { types, signatureAlgorithms: decodeU16List(new ByteWriter().vector16(algorithms).toBytes()) };
}
