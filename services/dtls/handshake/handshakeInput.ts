/** What comes in for a handshake: pieces of messages, put together, in order, and only what the table allows now. */
import { ByteReader, DecodeError } from "../bytes.ts";
import { MESSAGES } from "../messages/messageType.ts";
import type { DropReason } from "../types.ts";
import { CCS_BODY } from "./flight.ts";
import type { Handshake } from "./handshake.ts";
import { type Fragment, type HandshakeMessage, readFragment } from "./handshakeMessage.ts";
import { Reassembly } from "./reassembly.ts";

export interface InputHost {
  drop(reason: DropReason, size: number): void;
  /** A message that was dealt with before came again. */
  onRepeated(piece: Fragment): void;
  /** A message that has its place here is about to be dealt with. */
  onAccepted(name: string): void;
}

export class HandshakeInput {
  readonly #handshake: Handshake;
  readonly #host: InputHost;
  readonly #reassembly = new Reassembly();
  /** After ChangeCipherSpec nothing new comes in the clear. */
  #isProtected = false;
  /** ChangeCipherSpec overtook what comes before it. */
  #earlyChangeCipherSpec = false;

  /** `next`: message_seq of the first message. */
  constructor(handshake: Handshake, host: InputHost, next: number) {
    this.#handshake = handshake;
    this.#host = host;
    this.#reassembly.skipTo(next);
  }

  /** Whether silence of the peer most likely means that its keys are others. */
  get keysSent(): boolean {
    return this.#handshake.keysSent;
  }

  /** Whether one of the hellos may come, whose records may be of DTLS 1.0 (RFC 6347 §4.2.1). */
  get awaitsHello(): boolean {
    return this.#handshake.allows("serverHello") || this.#handshake.allows("clientHello");
  }

  /** A record in the clear. Throws what the handshake throws. */
  onPlain(content: Uint8Array): void {
    const reader = new ByteReader(content);
    if (reader.remaining === 0) this.#host.drop("malformed", 0);
    while (reader.remaining > 0) {
      let piece: Fragment;
      try {
        piece = readFragment(reader);
      } catch {
        this.#host.drop("malformed", content.length);
        return;
      }
      const isNew = piece.sequence >= this.#reassembly.next;
      if (piece.type === MESSAGES.finished.code || (this.#isProtected && isNew))
        this.#host.drop("plaintext", piece.bytes.length);
      else if (piece.type === MESSAGES.helloVerifyRequest.code) this.#onHelloVerifyRequest(piece);
      else this.onFragment(piece);
    }
  }

  /** A piece of a Finished that is authentic: what is wrong with it is the peer's own doing. */
  onFinished(piece: Fragment): void {
    const { length, offset, bytes } = piece;
    if (length > MESSAGES.finished.maxOctets) throw new DecodeError("a Finished of more than 12 octets");
    if (offset + bytes.length > length || (bytes.length === 0 && length > 0)) {
      throw new DecodeError("a fragment outside of its Finished");
    }
    this.onFragment(piece);
  }

  onFragment(piece: Fragment): void {
    const added = this.#reassembly.add(piece);
    if (added === "old") this.#host.onRepeated(piece);
    else if (added !== "kept") this.#host.drop(added, piece.bytes.length);
    for (let message = this.#reassembly.peek(); message !== undefined; message = this.#reassembly.peek()) {
      if (!this.#handshake.allows(message.type)) {
        this.#reassembly.discard();
        this.#host.drop("unexpected", message.body.length);
        return;
      }
      this.#reassembly.advance();
      this.#deliver(message);
    }
    if (this.#earlyChangeCipherSpec && this.#handshake.allows("changeCipherSpec")) this.#changeCipherSpec();
  }

  onChangeCipherSpec(content: Uint8Array): void {
    const good = content.length === 1 && content[0] === CCS_BODY[0];
    if (!good || !this.#handshake.allows("changeCipherSpec")) {
      // Anybody can send one: it counts no sooner than one that comes in its place.
      this.#earlyChangeCipherSpec ||= good;
      this.#host.drop(good ? "unexpected" : "malformed", content.length);
      return;
    }
    this.#changeCipherSpec();
  }

  #changeCipherSpec(): void {
    this.#earlyChangeCipherSpec = false;
    this.#isProtected = true;
    this.#reassembly.clear();
    this.#host.onAccepted("ChangeCipherSpec");
    this.#handshake.onChangeCipherSpec();
  }

  /**
   * A server that keeps no state numbers its HelloVerifyRequest as it likes, and cannot send it in pieces: it goes past
   * the reassembly.
   */
  #onHelloVerifyRequest({ sequence, length, bytes }: Fragment): void {
    const isWhole = bytes.length === length && length <= MESSAGES.helloVerifyRequest.maxOctets;
    if (!isWhole || !this.#handshake.allows("helloVerifyRequest") || !this.#isNewCookie(bytes)) {
      this.#host.drop("unexpected", bytes.length);
      return;
    }
    this.#reassembly.skipTo(sequence + 1);
    this.#deliver({ type: "helloVerifyRequest", sequence, body: bytes });
  }

  /** One that cannot be read may be anybody's. */
  #isNewCookie(body: Uint8Array): boolean {
    try {
      return this.#handshake.isNewCookie?.(body) === true;
    } catch {
      return false;
    }
  }

  #deliver(message: HandshakeMessage): void {
    this.#host.onAccepted(MESSAGES[message.type].name);
    this.#handshake.onMessage(message);
  }
}
