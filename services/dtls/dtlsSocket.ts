/** A DTLS connection over UDP, as its user sees it. */
import type { Clock } from "../../ports/clock.ts";
import type { PeerAddress } from "../../ports/transport.ts";
import type { DtlsError } from "./errors.ts";
import type { ConnectionInfo, DropCounters } from "./types.ts";

/** Of the service `coaps` (RFC 7252 §12.7), whatever is spoken above DTLS. */
export const DTLS_PORT = 5684;

/** How a connection ended: without an error by the close_notify of one side. */
export interface DtlsClosed {
  readonly by: "local" | "peer";
  readonly error?: DtlsError;
}

export interface DtlsSocketHandlers {
  /** What one record brought; the octets are the receiver's own. */
  onData(bytes: Uint8Array): void;
  /** Called once. */
  onClose(closed: DtlsClosed): void;
}

export interface DtlsSocket {
  readonly info: ConnectionInfo;
  /** Where the peer is now: with a Connection ID it may move (RFC 9146 §6). */
  readonly peer: PeerAddress;
  readonly local: PeerAddress;
  /** Octets that `send` takes at most. */
  readonly maxSend: number;
  /** What was dropped in silence and why; `overflow` counts what came before `attach` and was too much to keep as well. */
  readonly dropped: DropCounters;
  /** Says where arrivals go; what came before is delivered then, in order. */
  attach(handlers: DtlsSocketHandlers): void;
  /** Sends one record. What the network loses is lost. Throws `DtlsError` `option` when closed, or above `maxSend`. */
  send(bytes: Uint8Array): void;
  /** Sends close_notify; resolves when it has left and nothing is held any more. */
  close(): Promise<void>;
}

/** The part of a clock that drives retransmissions. */
export type Timers = Pick<Clock, "setTimeout" | "clearTimeout">;

/** Node's own timers. */
export const systemTimers: Timers = {
  setTimeout: (work, delayMs) => setTimeout(work, delayMs),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};
