/** A path to one peer over a UDP socket that others share. */
import type { CloseReason, PeerAddress, PeerIdentity, Session, SessionHandlers } from "../../ports/transport.ts";
import { Arrivals } from "./arrivals.ts";
import type { UdpSocket } from "./udpSocket.ts";

/** Datagrams kept while the socket is being bound again. */
const MAX_UNSENT = 16;

export class UdpSession implements Session {
  readonly peer: PeerAddress;
  readonly identity: PeerIdentity = { kind: "none" };
  readonly secure = false;
  readonly maxDatagram: number;
  /** Told when the session ends, before its user. */
  onEnd: (() => void) | undefined = undefined;
  readonly #socket: UdpSocket;
  readonly #arrivals = new Arrivals();
  #heard = false;
  #suspended = false;
  /** While the socket is being bound again. */
  #unsent: Uint8Array[] | undefined = undefined;

  constructor(socket: UdpSocket, peer: PeerAddress) {
    this.#socket = socket;
    this.peer = peer;
    this.maxDatagram = socket.maxDatagram;
  }

  get local(): PeerAddress {
    return this.#socket.local;
  }

  /** The peer has sent something. */
  get heard(): boolean {
    return this.#heard;
  }

  get suspended(): boolean {
    return this.#suspended;
  }

  get ended(): boolean {
    return this.#arrivals.ended;
  }

  attach(handlers: SessionHandlers): void {
    this.#arrivals.attach(handlers);
  }

  send(bytes: Uint8Array): void {
    if (this.ended || this.#suspended) return;
    if (this.#unsent === undefined) this.#socket.send(bytes, this.peer);
    else if (this.#unsent.length < MAX_UNSENT) this.#unsent.push(bytes);
  }

  suspend(): void {
    if (this.ended || this.#suspended) return;
    this.#suspended = true;
    this.#socket.release(this);
  }

  resume(): void {
    if (this.ended || !this.#suspended) return;
    this.#suspended = false;
    this.#unsent ??= [];
    this.#socket.bind().then((failure) => {
      const unsent = this.#unsent ?? [];
      this.#unsent = undefined;
      if (failure !== undefined) this.end({ kind: "error", detail: `the port is gone: ${failure}` });
      for (const bytes of unsent) this.send(bytes);
    });
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
    this.#heard = true;
    if (this.#suspended || !this.#arrivals.deliver(bytes)) this.#socket.countOverflow();
  }

  end(reason: CloseReason): void {
    if (this.ended) return;
    this.onEnd?.();
    this.#arrivals.end(reason);
    this.#socket.release(this);
  }
}
