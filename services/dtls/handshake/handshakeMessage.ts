/**
 * A handshake message and its fragments (RFC 6347 §4.2.2):
 *
 *   type 1 | length 3 | message_seq 2 | fragment_offset 3 | fragment_length 3 | fragment
 */
import { type ByteReader, ByteWriter } from "../bytes.ts";
import { MESSAGES, type MessageType } from "../messages/messageType.ts";

export const FRAGMENT_HEADER_OCTETS = 12;

export interface HandshakeMessage {
  readonly type: MessageType;
  readonly sequence: number;
  readonly body: Uint8Array;
}

export interface Fragment {
  /** The number on the wire: unknown ones have no place in any handshake here. */
  readonly type: number;
  /** Of the whole message. */
  readonly length: number;
  readonly sequence: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** One fragment; what follows it in the record is another. Throws `DecodeError`. */
export function readFragment(reader: ByteReader): Fragment {
  const type = reader.u8();
  const length = reader.u24();
  const sequence = reader.u16();
  const offset = reader.u24();
  const bytes = reader.vector24();
  return { type, length, sequence, offset, bytes };
}

export function encodeFragment({ type, sequence, body }: HandshakeMessage, offset: number, length: number): Uint8Array {
  return new ByteWriter()
    .u8(MESSAGES[type].code)
    .u24(body.length)
    .u16(sequence)
    .u24(offset)
    .vector24(body.subarray(offset, offset + length))
    .toBytes();
}

/** As it enters the transcript: one fragment, however it travelled (RFC 6347 §4.2.6). */
export function encodeWhole(message: HandshakeMessage): Uint8Array {
  return encodeFragment(message, 0, message.body.length);
}
