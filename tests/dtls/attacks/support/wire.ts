/** Datagrams taken apart, and put together as no honest end would. */
import { ByteReader, concat } from "../../../../services/dtls/bytes.ts";
import { type Fragment, readFragment } from "../../../../services/dtls/handshake/handshakeMessage.ts";
import { MESSAGES, type MessageType } from "../../../../services/dtls/messages/messageType.ts";
import { CONTENT_TYPE, type RecordView, readRecord } from "../../../../services/dtls/record/record.ts";

export { CONTENT_TYPE };

export const DTLS_1_2 = 0xfefd;

/** A record as it is, octet for octet. */
export interface SplitRecord extends RecordView {
  readonly bytes: Uint8Array;
}

/** `cidLength`: of the id that records of type 25 carry; a server's default. */
export function records(datagram: Uint8Array, cidLength = 6): SplitRecord[] {
  const found: SplitRecord[] = [];
  for (let at = 0; at < datagram.length; ) {
    const view = readRecord(datagram, at, cidLength);
    if (view === undefined) throw new Error("a datagram that this test did not expect");
    found.push({ ...view, bytes: datagram.slice(at, at + view.size) });
    at += view.size;
  }
  return found;
}

/** The first handshake message of a plain record. */
export function fragmentOf({ fragment }: Pick<RecordView, "fragment">): Fragment {
  return readFragment(new ByteReader(fragment));
}

export interface PlainRecord {
  readonly type?: number;
  readonly version?: number;
  readonly epoch?: number;
  readonly sequence?: number;
  readonly connectionId?: Uint8Array;
  readonly fragment: Uint8Array;
  /** What the header says; the fragment's own by default. */
  readonly length?: number;
}

/** Header and fragment, each field as one likes. */
export function record(fields: PlainRecord): Uint8Array {
  const { type = CONTENT_TYPE.applicationData, version = DTLS_1_2, epoch = 0, sequence = 0 } = fields;
  const { connectionId = new Uint8Array(0), fragment, length = fragment.length } = fields;
  return concat([
    Uint8Array.of(type, version >> 8, version, epoch >> 8, epoch),
    number48(sequence),
    connectionId,
    Uint8Array.of(length >> 8, length),
    fragment,
  ]);
}

/** One fragment of a handshake message, header and content. */
export function handshake(
  type: MessageType | number,
  sequence: number,
  body: Uint8Array,
  { offset = 0, length = body.length }: { readonly offset?: number; readonly length?: number } = {},
): Uint8Array {
  const code = typeof type === "number" ? type : MESSAGES[type].code;
  const u24 = (value: number) => [value >> 16, value >> 8, value];
  return concat([
    Uint8Array.of(code, ...u24(length), sequence >> 8, sequence, ...u24(offset), ...u24(body.length)),
    body,
  ]);
}

export function number48(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes.subarray(2);
}

export function flipBit(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[bit >>> 3]! ^= 1 << (bit & 7);
  return copy;
}

export function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

export function hex(value: string): Uint8Array {
  return Uint8Array.from(Buffer.from(value.replaceAll(/\s/g, ""), "hex"));
}
