/** What a connection and the handshake in it want of each other. */
import type { KeyObject } from "node:crypto";
import type { DirectionKeys } from "../crypto/cipher.ts";
import type { RecordLayer } from "../record/recordLayer.ts";
import type { Session } from "../session.ts";
import type { Suite } from "../suites.ts";
import type { ConnectionInfo } from "../types.ts";
import type { Flight } from "./flight.ts";
import type { HandshakeMessage } from "./handshakeMessage.ts";
import type { Incoming } from "./table.ts";

/** What a handshake gives its connection for the time after it. */
export interface Completed {
  readonly info: ConnectionInfo;
  readonly suite: Suite;
  readonly master: KeyObject;
  /** Absent when the session cannot be resumed. */
  readonly session: Session | undefined;
  readonly writeKeys: DirectionKeys;
  readonly readKeys: DirectionKeys;
  readonly encryptThenMac: boolean;
  /** To know it again; absent for a connection that was imported. */
  readonly peerFinished?: HandshakeMessage;
}

export interface HandshakeHost {
  readonly layer: RecordLayer;
  /** Plaintext octets of a record from now on. */
  limitFragments(octets: number): void;
  sendFlight(flight: Flight): void;
  complete(completed: Completed): void;
}

/** One side's part. Its methods throw `DtlsError` or `DecodeError`: the handshake has failed then. */
export interface Handshake {
  /** Whether this may come now: a look into the table. */
  allows(incoming: Incoming): boolean;
  onMessage(message: HandshakeMessage): void;
  onChangeCipherSpec(): void;
  /** A client's: whether a HelloVerifyRequest, by its body, is to be answered. */
  isNewCookie?(body: Uint8Array): boolean;
  /** Once it is true, silence of the peer most likely means that its keys are others. */
  readonly keysSent: boolean;
}
