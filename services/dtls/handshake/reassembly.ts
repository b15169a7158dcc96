/** Puts incoming handshake messages together and in order (RFC 6347 §4.2.3), within hard bounds. */
import { MESSAGES, type MessageType, messageTypeOf } from "../messages/messageType.ts";
import type { Fragment, HandshakeMessage } from "./handshakeMessage.ts";

/** Messages ahead of the next one that are kept. */
const MAX_AHEAD = 8;
/** Octets of all messages kept. */
const MAX_OCTETS = 32_768;
/** Separate pieces of one message. */
const MAX_PIECES = 64;

interface Partial {
  readonly type: MessageType;
  readonly body: Uint8Array;
  /** Disjoint and sorted, `[from, to)`. */
  pieces: [from: number, to: number][];
}

export type Added =
  | "kept"
  /** Of a message that was taken already. */
  | "old"
  | "fragment"
  | "overflow";

export class Reassembly {
  readonly #partials = new Map<number, Partial>();
  #octets = 0;
  #next = 0;

  /** message_seq of the next message. */
  get next(): number {
    return this.#next;
  }

  /** The peer counts on from here: what is kept before is of no use. */
  skipTo(sequence: number): void {
    this.#next = sequence;
    for (const kept of this.#partials.keys()) if (kept < sequence) this.#forget(kept);
  }

  add({ type: code, length, sequence, offset, bytes }: Fragment): Added {
    const type = messageTypeOf(code);
    if (type === undefined || length > MESSAGES[type].maxOctets) return "fragment";
    if (offset + bytes.length > length || (bytes.length === 0 && length > 0)) return "fragment";
    if (sequence < this.#next) return "old";
    if (sequence >= this.#next + MAX_AHEAD) return "overflow";
    let partial = this.#partials.get(sequence);
    if (partial === undefined) {
      if (sequence === this.#next) this.#makeRoom(length);
      if (this.#octets + length > MAX_OCTETS) return "overflow";
      partial = { type, body: new Uint8Array(length), pieces: [] };
      this.#partials.set(sequence, partial);
      this.#octets += length;
    }
    if (partial.type !== type || partial.body.length !== length) return "fragment";
    return addPiece(partial, offset, bytes);
  }

  /** The next message when it is whole. */
  peek(): HandshakeMessage | undefined {
    const partial = this.#partials.get(this.#next);
    return partial !== undefined && isWhole(partial)
      ? { type: partial.type, sequence: this.#next, body: partial.body }
      : undefined;
  }

  /** The message that `peek` gave is dealt with. */
  advance(): void {
    this.#forget(this.#next);
    this.#next++;
  }

  /** The message that `peek` gave has no place here: another may come under its number. */
  discard(): void {
    this.#forget(this.#next);
  }

  /** The next message goes before those farther ahead, which may be anybody's. */
  #makeRoom(octets: number): void {
    const farthestFirst = [...this.#partials.keys()].sort((one, other) => other - one);
    for (const sequence of farthestFirst) if (this.#octets + octets > MAX_OCTETS) this.#forget(sequence);
  }

  /** Nothing that is kept counts any more. */
  clear(): void {
    this.#partials.clear();
    this.#octets = 0;
  }

  #forget(sequence: number): void {
    this.#octets -= this.#partials.get(sequence)?.body.length ?? 0;
    this.#partials.delete(sequence);
  }
}

function isWhole({ body, pieces }: Partial): boolean {
  const [first] = pieces;
  return body.length === 0 || (first !== undefined && first[0] === 0 && first[1] === body.length);
}

/** What came first stays: overlapping octets are not written again. */
function addPiece(partial: Partial, offset: number, bytes: Uint8Array): Added {
  if (partial.pieces.length === 0) {
    partial.body.set(bytes, offset);
    partial.pieces.push([offset, offset + bytes.length]);
    return "kept";
  }
  let from = offset;
  let to = offset + bytes.length;
  const apart = partial.pieces.filter(([start, end]) => end < from || start > to);
  if (apart.length === partial.pieces.length && apart.length >= MAX_PIECES) return "overflow";
  const touching = partial.pieces.filter(([start, end]) => end >= from && start <= to);
  let at = offset;
  for (const [start, end] of touching) {
    if (at < start) partial.body.set(bytes.subarray(at - offset, start - offset), at);
    at = Math.max(at, end);
    from = Math.min(from, start);
    to = Math.max(to, end);
  }
  if (at < offset + bytes.length) partial.body.set(bytes.subarray(at - offset), at);
  partial.pieces = [...apart, [from, to] as [number, number]].sort((one, other) => one[0] - other[0]);
  return "kept";
}
