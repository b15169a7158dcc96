/**
 * One unconnected UDP socket and the sessions that share it, told apart by the peer's address and port. It is opened
 * with the first session and let go of while all are suspended.
 */
import { createSocket, type RemoteInfo, type Socket, type SocketOptions } from "node:dgram";
import type { CloseReason, PeerAddress, Session } from "../../ports/transport.ts";
import { UdpSession } from "./udpSession.ts";

export type AddressFamily = 4 | 6;

export interface UdpCounters {
  /** Datagrams of peers that no session is open with. */
  unknownPeer: number;
  /** Datagrams that came while too many were held already. */
  overflow: number;
  /** Errors that the socket reported while it went on. */
  errors: number;
}

export interface UdpSocketOptions {
  readonly family: AddressFamily;
  readonly local: PeerAddress;
  readonly maxDatagram: number;
  readonly counters: UdpCounters;
  /** Makes a session of a peer's first datagram (server role). */
  readonly onSession?: (session: Session) => void;
  /** Sessions at once; above it the one that was silent longest ends. */
  readonly maxSessions: number;
}

type Lookup = NonNullable<SocketOptions["lookup"]>;

/** Addresses are numeric already: without these every datagram would go round by the resolver. */
const LOOKUPS: Readonly<Record<AddressFamily, Lookup>> = {
  4: (address, _options, done) => done(null, address, 4),
  6: (address, _options, done) => done(null, address, 6),
};

export class UdpSocket {
  readonly #options: UdpSocketOptions;
  #socket: Socket | undefined = undefined;
  #bound: Promise<string | undefined> | undefined = undefined;
  /** Until the socket before is gone, its port is taken. */
  #closing: Promise<void> = Promise.resolve();
  #local: PeerAddress;
  /** By address and port; in server role the one that was silent longest comes first. */
  readonly #sessions = new Map<string, UdpSession>();
  #lastSession: UdpSession | undefined = undefined;

  constructor(options: UdpSocketOptions) {
    this.#options = options;
    this.#local = options.local;
  }

  get family(): AddressFamily {
    return this.#options.family;
  }

  get local(): PeerAddress {
    return this.#local;
  }

  get maxDatagram(): number {
    return this.#options.maxDatagram;
  }

  /** Binds the socket, at the same port as before when there was one; what went wrong, or undefined. */
  bind(): Promise<string | undefined> {
    if (this.#bound !== undefined) return this.#bound;
    const bound = this.#closing.then(() => this.#bind());
    this.#bound = bound;
    void bound.then((failure) => {
      if (failure !== undefined && this.#bound === bound) this.#bound = undefined;
    });
    return bound;
  }

  /** A session with this peer, its socket bound; or what went wrong. */
  async connect(peer: PeerAddress): Promise<UdpSession | string> {
    const session = this.#open(peer);
    const failure = await this.bind();
    if (failure === undefined) return session;
    session.end({ kind: "error", detail: failure });
    return failure;
  }

  send(bytes: Uint8Array, peer: PeerAddress): void {
    try {
      this.#socket?.send(bytes, peer.port, peer.address);
    } catch {
      this.#options.counters.errors++;
    }
  }

  /** A session no longer needs the socket, for the time being or for good. */
  release(session: UdpSession): void {
    if (session.ended) {
      const key = keyOf(session.peer.address, session.peer.port);
      if (this.#sessions.get(key) === session) this.#sessions.delete(key);
      if (this.#lastSession === session) this.#lastSession = undefined;
    }
    if (this.#options.onSession !== undefined) return;
    for (const other of this.#sessions.values()) if (!other.suspended) return;
    void this.#unbind();
  }

  /** Lost for a session that could not keep it. */
  countOverflow(): void {
    this.#options.counters.overflow++;
  }

  /** An older session with the same peer ends: nobody could tell their datagrams apart. */
  #open(peer: PeerAddress): UdpSession {
    const key = keyOf(peer.address, peer.port);
    const { maxSessions } = this.#options;
    const older = this.#sessions.get(key);
    const session = new UdpSession(this, peer);
    // The new one is there before the old one goes, so that the socket stays.
    this.#sessions.delete(key);
    this.#sessions.set(key, session);
    older?.end({ kind: "error", detail: "another session was opened with the same peer" });
    if (this.#sessions.size > maxSessions) {
      const [idle] = this.#sessions.values();
      idle?.end({ kind: "error", detail: `more than ${maxSessions} sessions; this one was silent longest` });
    }
    return session;
  }

  async close(reason: CloseReason): Promise<void> {
    for (const session of [...this.#sessions.values()]) session.end(reason);
    await this.#unbind();
  }

  #bind(): Promise<string | undefined> {
    const { family } = this.#options;
    const socket = createSocket({
      type: family === 4 ? "udp4" : "udp6",
      ipv6Only: family === 6,
      lookup: LOOKUPS[family],
    });
    this.#socket = socket;
    return new Promise((resolve) => {
      socket.once("error", (error) => {
        this.#socket = undefined;
        socket.close();
        resolve(error.message);
      });
      socket.bind({ address: this.#local.address, port: this.#local.port, exclusive: true }, () => {
        const { address, port } = socket.address();
        this.#local = { address, port };
        socket.removeAllListeners("error");
        socket.on("error", this.#onError);
        socket.on("message", this.#onMessage);
        resolve(undefined);
      });
    });
  }

  #unbind(): Promise<void> {
    const bound = this.#bound;
    if (bound === undefined) return this.#closing;
    this.#bound = undefined;
    this.#closing = bound.then((failure) => {
      const socket = this.#socket;
      this.#socket = undefined;
      if (failure !== undefined || socket === undefined) return;
      socket.removeListener("message", this.#onMessage);
      return new Promise<void>((resolve) => socket.close(() => resolve()));
    });
    return this.#closing;
  }

  readonly #onError = (): void => {
    this.#options.counters.errors++;
  };

  readonly #onMessage = (message: Buffer, { address, port }: RemoteInfo): void => {
    const last = this.#lastSession;
    const isLast = last !== undefined && last.peer.port === port && last.peer.address === address;
    const session = isLast ? last : this.#sessionOf(address, port);
    if (session === undefined) {
      this.#options.counters.unknownPeer++;
      return;
    }
    this.#lastSession = session;
    session.deliver(new Uint8Array(message.buffer, message.byteOffset, message.byteLength));
  };

  #sessionOf(address: string, port: number): UdpSession | undefined {
    const key = keyOf(address, port);
    const known = this.#sessions.get(key);
    const { onSession } = this.#options;
    if (onSession === undefined) return known;
    if (known !== undefined) {
      // To the end of the line of those that may be evicted.
      this.#sessions.delete(key);
      this.#sessions.set(key, known);
      return known;
    }
    const session = this.#open({ address, port });
    onSession(session);
    return session;
  }
}

function keyOf(address: string, port: number): string {
  return `${address}|${port}`;
}
