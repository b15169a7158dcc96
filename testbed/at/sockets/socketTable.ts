/**
 * The sockets of a simulated modem by handle, with what is told of them unasked: #XAPOLL, and received data where
 * #XRECVCFG asks for it.
 */
import type { Clock } from "../../../ports/clock.ts";
import type { TagCredentials } from "../../../ports/modem.ts";
import { type AddressFamily, type BridgedSocket, SecureSocket, SocketError, UdpSocket } from "./bridgedSocket.ts";
import type { Datagram } from "./inbox.ts";
import { Traffic } from "./traffic.ts";

/** nRF91 modems have eight. */
export const MAX_SOCKETS = 8;
const MAX_SESSIONS = 8;

/** `revents` of #XAPOLL (poll.h of nRF91's modem library). */
export const POLL = { in: 1, out: 4, error: 8, hangUp: 16, invalid: 32 } as const;

export interface SocketEntry {
  readonly handle: number;
  readonly family: AddressFamily;
  readonly role: number;
  readonly cid: number;
  readonly socket: BridgedSocket;
  /** Events to tell of; undefined where nobody asked. */
  polled?: number;
  /** Told and not read or sent since. */
  told: number;
  /** Data is told as it arrives. */
  pushed?: { readonly hex: boolean };
  /** Values of #XSOCKETOPT, by number, and #XSSOCKETOPT, by name, that are only kept. */
  readonly options: Map<number | string, string>;
  /** A saved connection is not used before it is loaded. */
  saved: boolean;
  readonly tag?: number;
}

export interface SocketTableOptions {
  readonly clock: Clock;
  readonly credentials: (tag: number) => Promise<TagCredentials>;
  /** False while the modem has no network: nothing goes out, and what comes in is lost. */
  readonly isConnected: () => boolean;
  readonly onPoll: (handle: number, events: number) => void;
  readonly onData: (entry: SocketEntry, datagram: Datagram) => void;
}

export class SocketTable {
  readonly #options: SocketTableOptions;
  readonly #entries = new Map<number, SocketEntry>();
  readonly traffic = new Traffic();
  /** SECRET octets of handshakes that may be abbreviated, by peer and security tag. */
  readonly sessions = new Map<string, Uint8Array>();

  constructor(options: SocketTableOptions) {
    this.#options = options;
  }

  /** In the order of their handles. */
  get entries(): readonly SocketEntry[] {
    return [...this.#entries.values()].sort((a, b) => a.handle - b.handle);
  }

  /** Throws a `SocketError` when there is no room. */
  open(given: { family: AddressFamily; role: number; cid: number; tag?: number | undefined }): SocketEntry {
    const { family, role, cid, tag } = given;
    const { clock, credentials } = this.#options;
    let handle = 0;
    while (this.#entries.has(handle)) handle++;
    if (handle >= MAX_SOCKETS) throw new SocketError(`${MAX_SOCKETS} sockets are open`);
    const socket =
      tag === undefined ? new UdpSocket(clock, family) : new SecureSocket(clock, { tag, credentials, family });
    const entry: SocketEntry = {
      handle,
      family,
      role,
      cid,
      socket,
      told: 0,
      saved: false,
      options: new Map(),
      ...(tag !== undefined && { tag }),
    };
    socket.inbox.accepts = () => this.#options.isConnected();
    socket.inbox.onArrival = (octets) => this.#arrived(entry, octets);
    socket.onHangUp = () => this.#tell(entry, POLL.hangUp);
    this.#entries.set(handle, entry);
    return entry;
  }

  /** Throws a `SocketError` for a handle that is not there. */
  get(handle: number): SocketEntry {
    const entry = this.#entries.get(handle);
    if (entry === undefined) throw new SocketError(`there is no socket ${handle}`);
    return entry;
  }

  /** Throws a `SocketError` while the modem has no network. */
  requireNetwork(): void {
    if (!this.#options.isConnected()) throw new SocketError("the modem is not registered");
  }

  /** Name resolution and handshake, an abbreviated one where the session cache knows the peer. */
  async connect({ socket, tag, options }: SocketEntry, host: string, port: number, signal: AbortSignal): Promise<void> {
    this.requireNetwork();
    if (!(socket instanceof SecureSocket)) return socket.connect(host, port, signal);
    const peer = `${tag} ${host} ${port}`;
    const isCached = options.get("sessionCache") !== "0";
    const session = isCached ? this.sessions.get(peer) : undefined;
    if (session !== undefined) socket.options = { ...socket.options, resume: session };
    this.sessions.delete(peer);
    await socket.connect(host, port, signal);
    const resumption = isCached ? socket.resumption : undefined;
    if (resumption === undefined) return;
    const [oldest] = this.sessions.keys();
    if (this.sessions.size >= MAX_SESSIONS && oldest !== undefined) this.sessions.delete(oldest);
    this.sessions.set(peer, resumption);
  }

  async close(handle: number): Promise<void> {
    const { socket } = this.get(handle);
    this.#entries.delete(handle);
    await socket.close();
  }

  async closeAll(): Promise<void> {
    const handles = [...this.#entries.keys()];
    await Promise.all(handles.map((handle) => this.close(handle)));
    this.sessions.clear();
  }

  /** Asks for the events of `events`, or for none any more. What is there already is told at once. */
  poll(entry: SocketEntry, events: number | undefined): void {
    delete entry.polled;
    entry.told = 0;
    if (events === undefined) return;
    entry.polled = events;
    if (entry.socket.hungUp) this.#tell(entry, POLL.hangUp);
    const ready = (entry.socket.inbox.isEmpty ? 0 : POLL.in) | POLL.out;
    this.#tell(entry, ready & events);
  }

  /** Something was read or sent: the next arrival is told again, and what is left at once. */
  rearm(entry: SocketEntry): void {
    entry.told &= ~(POLL.in | POLL.out);
    if (!entry.socket.inbox.isEmpty) this.#tell(entry, POLL.in & (entry.polled ?? 0));
  }

  /** From now on data is told as it arrives, what is there already among it; undefined ends that. */
  push(entry: SocketEntry, as: { readonly hex: boolean } | undefined): void {
    if (as === undefined) delete entry.pushed;
    else entry.pushed = as;
    this.#pushHeld(entry);
  }

  #arrived(entry: SocketEntry, octets: number): void {
    this.traffic.received(octets);
    if (entry.pushed !== undefined) this.#pushHeld(entry);
    else this.#tell(entry, POLL.in & (entry.polled ?? 0));
  }

  #pushHeld(entry: SocketEntry): void {
    while (entry.pushed !== undefined) {
      const datagram = entry.socket.inbox.shift();
      if (datagram === undefined) return;
      this.#options.onData(entry, datagram);
    }
  }

  #tell(entry: SocketEntry, events: number): void {
    const news = events & ~entry.told;
    if (entry.polled === undefined || news === 0) return;
    entry.told |= news;
    this.#options.onPoll(entry.handle, news);
  }
}
