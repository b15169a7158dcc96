/**
 * What surrounds a cipher on the wire: additional data, explicit nonce, and the inner plaintext that hides a record's
 * type behind a Connection ID (RFC 5246 §6.2.3.3, RFC 9146 §4, §5).
 */
import type { RecordCipher } from "../crypto/cipher.ts";
import { CONTENT_TYPE, DTLS_1_2, HEADER_OCTETS, type RecordView, writeHeader, writeSequence } from "./record.ts";

const NONCE_OCTETS = 8;
const CLASSIC_AAD_OCTETS = 13;
/** RFC 9146 §5.3: eight octets of ones, then 25, the length of the id, 25. */
const PLACEHOLDER_OCTETS = 8;

/** Content and its true type. */
export interface Opened {
  readonly type: number;
  readonly content: Uint8Array;
}

/** A protected record; `connectionId` is the peer's, absent or empty for the classic form. */
export function protect(
  cipher: RecordCipher,
  record: { readonly type: number; readonly epoch: number; readonly sequence: number; readonly content: Uint8Array },
  connectionId: Uint8Array | undefined,
): Uint8Array {
  const { type, epoch, sequence, content } = record;
  const nonce = new Uint8Array(NONCE_OCTETS);
  writeSequence(nonce, 0, epoch, sequence);
  if (connectionId === undefined || connectionId.length === 0) {
    const sealed = cipher.seal(nonce, classicAad(type, epoch, sequence), content, HEADER_OCTETS);
    return writeHeader(sealed, type, epoch, sequence, undefined);
  }
  const inner = new Uint8Array(content.length + 1);
  inner.set(content);
  inner[content.length] = type;
  const headerLength = HEADER_OCTETS + connectionId.length;
  const sealed = cipher.seal(nonce, cidAad(connectionId, epoch, sequence), inner, headerLength);
  return writeHeader(sealed, CONTENT_TYPE.tls12Cid, epoch, sequence, connectionId);
}

/** Undefined for a record that is not authentic. A type of 0 stands for an inner plaintext without one. */
export function unprotect(cipher: RecordCipher, record: RecordView): Opened | undefined {
  const { type, epoch, sequence, connectionId, fragment } = record;
  if (connectionId === undefined) {
    const content = cipher.open(classicAad(type, epoch, sequence), fragment);
    return content && { type, content };
  }
  const inner = cipher.open(cidAad(connectionId, epoch, sequence), fragment);
  if (inner === undefined) return undefined;
  let end = inner.length - 1;
  while (end >= 0 && inner[end] === 0) end--;
  return end < 0 ? { type: 0, content: inner.subarray(0, 0) } : { type: inner[end]!, content: inner.subarray(0, end) };
}

/** The last two octets are the cipher's to fill in. */
function classicAad(type: number, epoch: number, sequence: number): Uint8Array {
  const aad = new Uint8Array(CLASSIC_AAD_OCTETS);
  writeSequence(aad, 0, epoch, sequence);
  aad[8] = type;
  aad[9] = DTLS_1_2 >> 8;
  aad[10] = DTLS_1_2 & 0xff;
  return aad;
}

function cidAad(connectionId: Uint8Array, epoch: number, sequence: number): Uint8Array {
  const length = connectionId.length;
  const aad = new Uint8Array(PLACEHOLDER_OCTETS + 5 + 8 + length + 2);
  aad.fill(0xff, 0, PLACEHOLDER_OCTETS);
  aad[8] = CONTENT_TYPE.tls12Cid;
  aad[9] = length;
  aad[10] = CONTENT_TYPE.tls12Cid;
  aad[11] = DTLS_1_2 >> 8;
  aad[12] = DTLS_1_2 & 0xff;
  writeSequence(aad, 13, epoch, sequence);
  aad.set(connectionId, 21);
  return aad;
}
