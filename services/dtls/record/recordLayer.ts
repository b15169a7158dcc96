/**
 * The records of one connection (RFC 6347 §4.1): epoch 0 in the clear, epoch 1 protected. There is no third: this stack
 * does not renegotiate. Numbers count on through retransmissions, and none is used twice.
 */

import { equalBytes } from "../bytes.ts";
import type { RecordCipher } from "../crypto/cipher.ts";
import { DtlsError } from "../errors.ts";
import type { DropReason } from "../types.ts";
import { HEADER_OCTETS, MAX_SEQUENCE, type RecordView, writeRecord } from "./record.ts";
import { type Opened, protect, unprotect } from "./recordProtection.ts";
import { ReplayWindow } from "./replayWindow.ts";

export type Epoch = 0 | 1;

export interface OpenedRecord extends Opened {
  readonly newest: boolean;
}

export class RecordLayer {
  readonly #sequences: [number, number] = [0, 0];
  #write: RecordCipher | undefined;
  #read: RecordCipher | undefined;
  #window = new ReplayWindow();
  /** What this side wants to receive; empty or absent for classic records. */
  ownConnectionId: Uint8Array | undefined;
  /** What the peer wants to receive. */
  peerConnectionId: Uint8Array | undefined;

  get canRead(): boolean {
    return this.#read !== undefined;
  }
  get canWrite(): boolean {
    return this.#write !== undefined;
  }
  get window(): ReplayWindow {
    return this.#window;
  }

  /** Number of the next record of an epoch. */
  nextSequence(epoch: Epoch): number {
    return this.#sequences[epoch];
  }

  /** A server answers with the record number of the ClientHello (RFC 6347 §4.2.1). */
  startAt(epoch: Epoch, sequence: number): void {
    this.#sequences[epoch] = sequence;
  }

  protectWrites(cipher: RecordCipher): void {
    this.#write = cipher;
  }

  protectReads(cipher: RecordCipher, window = new ReplayWindow()): void {
    this.#read = cipher;
    this.#window = window;
  }

  /** The most octets that a record of an epoch has beside its content. */
  overhead(epoch: Epoch): number {
    if (epoch === 0 || this.#write === undefined) return HEADER_OCTETS;
    const cid = this.peerConnectionId?.length ?? 0;
    return HEADER_OCTETS + this.#write.overhead + (cid > 0 ? cid + 1 : 0);
  }

  /** Throws `DtlsError` `exhausted` when the numbers of the epoch are used up. */
  seal(type: number, epoch: Epoch, content: Uint8Array): Uint8Array {
    const sequence = this.#sequences[epoch];
    if (sequence >= MAX_SEQUENCE) throw new DtlsError("exhausted", "the record numbers of the connection are used up");
    this.#sequences[epoch] = sequence + 1;
    if (epoch === 0) return writeRecord(type, epoch, sequence, undefined, content);
    if (this.#write === undefined) throw new DtlsError("exhausted", "there are no keys to protect a record with");
    return protect(this.#write, { type, epoch, sequence, content }, this.peerConnectionId);
  }

  /** Opens a record of epoch 1; what is wrong with it otherwise. */
  open(record: RecordView): OpenedRecord | DropReason {
    const own = this.ownConnectionId;
    const expected = own !== undefined && own.length > 0 ? own : undefined;
    const { connectionId } = record;
    if (expected === undefined ? connectionId !== undefined : !isSame(connectionId, expected)) return "connectionId";
    if (!this.#window.isFresh(record.sequence)) return "replay";
    const opened = this.#read === undefined ? undefined : unprotect(this.#read, record);
    if (opened === undefined) return "unauthentic";
    const { type, content } = opened;
    return { type, content, newest: this.#window.mark(record.sequence) };
  }
}

function isSame(connectionId: Uint8Array | undefined, expected: Uint8Array): boolean {
  return connectionId !== undefined && equalBytes(connectionId, expected);
}
