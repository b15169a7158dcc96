/**
 * The record on the wire (RFC 6347 §4.1; with a Connection ID RFC 9146 §4):
 *
 *   type 1 | version 2 | epoch 2 | sequence 6 | [connection id] | length 2 | fragment
 */

export const CONTENT_TYPE = {
  changeCipherSpec: 20,
  alert: 21,
  handshake: 22,
  applicationData: 23,
  tls12Cid: 25,
} as const;

/** DTLS 1.2 and 1.0: the numbers fall as versions rise. */
export const DTLS_1_2 = 0xfefd;
export const DTLS_1_0 = 0xfeff;

export const HEADER_OCTETS = 13;
const EPOCH_AT = 3;
const SEQUENCE_AT = 5;
/** Where a Connection ID begins. */
export const CID_AT = 11;

/** RFC 5246 §6.2.1, §6.2.3. */
export const MAX_PLAINTEXT = 1 << 14;
export const MAX_FRAGMENT = MAX_PLAINTEXT + 2048;
/** 48 bits. */
export const MAX_SEQUENCE = 2 ** 48 - 1;

const KNOWN_TYPES: ReadonlySet<number> = new Set(Object.values(CONTENT_TYPE));

export interface RecordView {
  readonly type: number;
  readonly version: number;
  readonly epoch: number;
  readonly sequence: number;
  /** Views of the datagram. */
  readonly connectionId: Uint8Array | undefined;
  readonly fragment: Uint8Array;
  /** Header and fragment. */
  readonly size: number;
}

/**
 * The record at `at`, or undefined for none that can be told apart: what follows it in the datagram cannot be found then.
 * A record with a Connection ID is read with the length of this side's own.
 */
export function readRecord(datagram: Uint8Array, at: number, cidLength: number): RecordView | undefined {
  const type = datagram[at];
  if (type === undefined || !KNOWN_TYPES.has(type)) return undefined;
  const cidEnd = at + CID_AT + (type === CONTENT_TYPE.tls12Cid ? cidLength : 0);
  const start = cidEnd + 2;
  if (start > datagram.length) return undefined;
  const length = u16(datagram, cidEnd);
  if (length > MAX_FRAGMENT || start + length > datagram.length) return undefined;
  return {
    type,
    version: u16(datagram, at + 1),
    epoch: u16(datagram, at + EPOCH_AT),
    sequence: u16(datagram, at + SEQUENCE_AT) * 2 ** 32 + u32(datagram, at + SEQUENCE_AT + 2),
    connectionId: type === CONTENT_TYPE.tls12Cid ? datagram.subarray(at + CID_AT, cidEnd) : undefined,
    fragment: datagram.subarray(start, start + length),
    size: start + length - at,
  };
}

/** Writes epoch and sequence, eight octets: they are also the explicit nonce. */
export function writeSequence(target: Uint8Array, at: number, epoch: number, sequence: number): void {
  const high = Math.floor(sequence / 2 ** 32);
  target[at] = epoch >> 8;
  target[at + 1] = epoch;
  target[at + 2] = high >> 8;
  target[at + 3] = high;
  target[at + 4] = sequence >>> 24;
  target[at + 5] = sequence >>> 16;
  target[at + 6] = sequence >>> 8;
  target[at + 7] = sequence;
}

/** The whole record around a fragment. */
export function writeRecord(
  type: number,
  epoch: number,
  sequence: number,
  connectionId: Uint8Array | undefined,
  fragment: Uint8Array,
): Uint8Array {
  const headerLength = HEADER_OCTETS + (connectionId?.length ?? 0);
  const record = new Uint8Array(headerLength + fragment.length);
  record.set(fragment, headerLength);
  return writeHeader(record, type, epoch, sequence, connectionId);
}

/** Writes the header in front of a fragment, which is there already. */
export function writeHeader(
  record: Uint8Array,
  type: number,
  epoch: number,
  sequence: number,
  connectionId: Uint8Array | undefined,
): Uint8Array {
  const lengthAt = CID_AT + (connectionId?.length ?? 0);
  const length = record.length - lengthAt - 2;
  record[0] = type;
  record[1] = DTLS_1_2 >> 8;
  record[2] = DTLS_1_2 & 0xff;
  writeSequence(record, EPOCH_AT, epoch, sequence);
  if (connectionId !== undefined) record.set(connectionId, CID_AT);
  record[lengthAt] = length >> 8;
  record[lengthAt + 1] = length;
  return record;
}

function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

function u32(bytes: Uint8Array, at: number): number {
  return u16(bytes, at) * 2 ** 16 + u16(bytes, at + 2);
}
