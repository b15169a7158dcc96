/** A flight (RFC 6347 §4.2.4): messages that are sent, and sent again, together. */

import { concat } from "../bytes.ts";
import { MESSAGES } from "../messages/messageType.ts";
import { CONTENT_TYPE } from "../record/record.ts";
import type { Epoch, RecordLayer } from "../record/recordLayer.ts";
import { encodeFragment, FRAGMENT_HEADER_OCTETS, type HandshakeMessage } from "./handshakeMessage.ts";

export const CHANGE_CIPHER_SPEC = "changeCipherSpec";

/** In epoch 0 before ChangeCipherSpec, in epoch 1 after it. */
export type FlightMessage = HandshakeMessage | typeof CHANGE_CIPHER_SPEC;

export interface Flight {
  /** 1 to 6. */
  readonly number: number;
  readonly messages: readonly FlightMessage[];
  /** Sent again until an answer comes; the last flight of a handshake is sent again only when it is asked for. */
  readonly awaitsAnswer: boolean;
}

/** The one octet of ChangeCipherSpec (RFC 5246 §7.1). */
export const CCS_BODY = Uint8Array.of(1);
/** A fragment with fewer octets of a message than this waits for the next datagram. */
const MIN_FRAGMENT = 16;

export function messageNames({ messages }: Flight): string[] {
  return messages.map((message) => (message === CHANGE_CIPHER_SPEC ? "ChangeCipherSpec" : MESSAGES[message.type].name));
}

/** Datagrams of at most `mtu` octets; records get numbers of their own each time. */
export function packFlight(flight: Flight, layer: RecordLayer, mtu: number, maxFragmentLength: number): Uint8Array[] {
  const packer = new Packer(mtu);
  let epoch: Epoch = 0;
  for (const message of flight.messages) {
    if (message === CHANGE_CIPHER_SPEC) {
      packer.add(layer.seal(CONTENT_TYPE.changeCipherSpec, 0, CCS_BODY));
      epoch = 1;
      continue;
    }
    for (let offset = 0; offset < message.body.length || offset === 0; ) {
      const overhead = layer.overhead(epoch) + FRAGMENT_HEADER_OCTETS;
      const left = message.body.length - offset;
      const length = Math.min(
        left,
        roomFor(message, left, packer, overhead),
        maxFragmentLength - FRAGMENT_HEADER_OCTETS,
      );
      packer.add(layer.seal(CONTENT_TYPE.handshake, epoch, encodeFragment(message, offset, length)));
      offset += Math.max(length, 1);
    }
  }
  return packer.datagrams();
}

/** Servers without state cannot put a ClientHello together: it stays in one piece. */
function roomFor({ type }: HandshakeMessage, left: number, packer: Packer, overhead: number): number {
  if (type === "clientHello") return left;
  const room = packer.room - overhead;
  return room >= Math.min(left, MIN_FRAGMENT) ? room : packer.mtu - overhead;
}

class Packer {
  readonly mtu: number;
  readonly #full: Uint8Array[] = [];
  #records: Uint8Array[] = [];
  #used = 0;

  constructor(mtu: number) {
    this.mtu = mtu;
  }

  get room(): number {
    return this.mtu - this.#used;
  }

  add(record: Uint8Array): void {
    if (record.length > this.room) this.#finish();
    this.#records.push(record);
    this.#used += record.length;
  }

  datagrams(): Uint8Array[] {
    this.#finish();
    return this.#full;
  }

  #finish(): void {
    const [first, ...others] = this.#records;
    if (first !== undefined) this.#full.push(others.length === 0 ? first : concat(this.#records, this.#used));
    this.#records = [];
    this.#used = 0;
  }
}
