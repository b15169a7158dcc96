/** Certificate: a chain (RFC 5246 §7.4.2), or one SubjectPublicKeyInfo (RFC 7250 §3). Empty: no credential. */
import { ByteReader, ByteWriter, DecodeError } from "../bytes.ts";

export const MAX_CHAIN = 10;

export function encodeCertificateChain(chain: readonly Uint8Array[]): Uint8Array {
  const list = new ByteWriter();
  for (const der of chain) list.vector24(der);
  return new ByteWriter().vector24(list.toBytes()).toBytes();
}

/** DER, end entity first. Throws `DecodeError`. */
export function decodeCertificateChain(body: Uint8Array): Uint8Array[] {
  const reader = new ByteReader(body);
  const list = new ByteReader(reader.vector24());
  reader.end();
  const chain: Uint8Array[] = [];
  while (list.remaining > 0) {
    if (chain.length === MAX_CHAIN) throw new DecodeError(`more than ${MAX_CHAIN} certificates`);
    chain.push(list.vector24(1));
  }
  return chain;
}

/** Not a list, other than a chain. */
export function encodeRawPublicKey(publicKey: Uint8Array): Uint8Array {
  return new ByteWriter().vector24(publicKey).toBytes();
}

/** Undefined for none. Throws `DecodeError`. */
export function decodeRawPublicKey(body: Uint8Array): Uint8Array | undefined {
  const reader = new ByteReader(body);
  const publicKey = reader.vector24();
  reader.end();
  return publicKey.length === 0 ? undefined : publicKey;
}
