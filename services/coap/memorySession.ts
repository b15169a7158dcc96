/** A path between two addresses of a network in memory. */
import type { CloseReason, PeerAddress, PeerIdentity, Session, SessionHandlers } from "../../ports/transport.ts";
import { Arrivals } from "./arrivals.ts";

export interface MemorySessionOptions {
  readonly peer: PeerAddress;
  readonly local: PeerAddress;
  readonly maxDatagram: number;
  readonly send: (bytes: Uint8Array) => void;
  readonly onEnd: () => void;
}

export class MemorySession implements Session {
  readonly peer: PeerAddress;
  readonly local: PeerAddress;
  readonly identity: PeerIdentity = { kind: "none" };
  readonly secure = false;
  readonly maxDatagram: number;
  readonly #send: (bytes: Uint8Array) => void;
  readonly #onEnd: () => void;
  readonly #arrivals = new Arrivals();
  #suspended = false;

  constructor({ peer, local, maxDatagram, send, onEnd }: MemorySessionOptions) {
    this.peer = peer;
    this.local = local;
    this.maxDatagram = maxDatagram;
    this.#send = send;
    this.#onEnd = onEnd;
  }

  attach(handlers: SessionHandlers): void {
    this.#arrivals.attach(handlers);
  }

  send(bytes: Uint8Array): void {
    // A copy, as a network makes one: the sender may use its buffer again.
    if (!this.#arrivals.ended && !this.#suspended) this.#send(bytes.slice());
  }

  suspend(): void {
    this.#suspended = true;
  }

  resume(): void {
    this.#suspended = false;
  }

  pause(): void {
    this.#arrivals.pause();
  }

  unpause(): void {
    this.#arrivals.unpause();
  }

  close(): void {
    this.end({ kind: "local" });
  }

  deliver(bytes: Uint8Array): void {
    if (!this.#suspended) this.#arrivals.deliver(bytes);
  }

  end(reason: CloseReason): void {
    if (this.#arrivals.ended) return;
    this.#onEnd();
    this.#arrivals.end(reason);
  }
}
