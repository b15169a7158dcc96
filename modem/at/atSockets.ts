/**
 * Datagram sockets inside the modem: UDP, or the modem's DTLS with the credentials of a security tag. A parked
 * connection, saved with its Connection ID, waits in the modem for the next `connect` to the same peer.
 */
import { isIP } from "node:net";
import type { Clock, TimerId } from "../../ports/clock.ts";
import type { ModemSocket, ModemSockets } from "../../ports/modem.ts";
import { ModemError } from "../modemError.ts";
import { type AtLine, isRefusal } from "./atLine.ts";
import { POLL, SOCKETS } from "./commands/sockets.ts";
import { type SocketCommands, serialModemSockets, slmSockets } from "./socketCommands.ts";

type ConnectOptions = Parameters<ModemSockets["connect"]>[0];

interface Peer {
  readonly address: string;
  readonly port: number;
}

/**
 * How often a modem is asked that does not tell: soon where an answer may be on its way, and less and less often where
 * nothing is said, so that modem and host can sleep. A server that begins is heard at its first repetitions.
 */
const ASK_INTERVAL_MS = { first: 200, longest: 5_000, factor: 1.5 };
/** Datagrams that wait for the line; what comes when so many wait is lost, as datagrams are. */
const MAX_UNSENT = 32;
/** Most saved connections that an nRF91 keeps is four; two sockets stay free for others. */
const MAX_PARKED = 2;
const RECEIVE_ATTEMPTS = 3;
const ENDED = POLL.error | POLL.hangUp | POLL.invalid;

export class AtSockets implements ModemSockets {
  readonly #line: AtLine;
  readonly #clock: Clock;
  readonly #open = new Map<number, AtSocket>();
  /** By what a `connect` asks for; the longest parked first. */
  readonly #parked = new Map<string, AtSocket>();
  #commands: SocketCommands | undefined;
  #timer: TimerId;
  #intervalMs = ASK_INTERVAL_MS.first;
  #sent: Promise<unknown> = Promise.resolve();

  constructor(line: AtLine, clock: Clock) {
    this.#line = line;
    this.#clock = clock;
  }

  async connect(options: ConnectOptions): Promise<ModemSocket> {
    const { signal } = options;
    throwIfAborted(signal);
    const parked = await this.#unpark(keyOf(options));
    if (parked !== undefined) return parked;
    const address = await this.#resolve(options.host);
    throwIfAborted(signal);
    const commands = this.commands;
    const handle = await commands.open(isIP(address) === 6 ? "ipv6" : "ipv4", options.securityTag);
    try {
      const saves = await this.#secure(handle, options);
      await commands.connect(handle, address, options.port, signal);
      throwIfAborted(signal);
      await commands.watch(handle);
      const socket = new AtSocket(this, handle, { address, port: options.port }, options, saves);
      this.#open.set(handle, socket);
      this.#askSoon();
      return socket;
    } catch (error) {
      this.#discard(handle, options.securityTag);
      throwIfAborted(signal);
      throw error;
    }
  }

  /** #XAPOLL: something has arrived, or the socket has ended. */
  onEvents(handle: number, events: number): void {
    const socket = this.#open.get(handle);
    if (socket === undefined) return;
    if ((events & POLL.in) !== 0) void this.#receive(socket);
    else if ((events & ENDED) !== 0) {
      this.#forget(socket);
      this.#discard(handle, socket.options.securityTag);
      socket.ended((events & POLL.hangUp) !== 0 ? "the peer has ended it" : `the modem's socket failed (${events})`);
    }
  }

  /** The radio is off: what nobody has parked ends. A saved connection waits for the radio. */
  end(detail: string): void {
    for (const socket of [...this.#open.values()]) {
      this.#forget(socket);
      this.#discard(socket.handle, socket.options.securityTag);
      socket.ended(detail);
    }
  }

  /** The modem has restarted, or nobody can speak with it: no socket is left. */
  lost(detail: string): void {
    const sockets = [...this.#open.values()];
    this.#open.clear();
    this.#parked.clear();
    this.#commands = undefined;
    this.#stopAsking();
    for (const socket of sockets) socket.ended(detail);
  }

  /** In the modem, of whomever: after the line was lost nobody knows which are there. */
  async closeAll(): Promise<void> {
    await this.commands.closeAll();
  }

  get commands(): SocketCommands {
    this.#commands ??= this.#line.dialect === "slm" ? slmSockets(this.#line) : serialModemSockets(this.#line);
    return this.#commands;
  }

  close(socket: AtSocket): void {
    this.#forget(socket);
    this.#discard(socket.handle, socket.options.securityTag);
  }

  park(socket: AtSocket): void {
    const { save } = this.commands;
    if (!socket.saves || save === undefined || !this.#open.has(socket.handle)) {
      this.close(socket);
      return;
    }
    this.#forget(socket);
    const oldest = this.#parked.size >= MAX_PARKED ? this.#parked.entries().next().value : undefined;
    if (oldest !== undefined) {
      this.#parked.delete(oldest[0]);
      this.#discard(oldest[1].handle, oldest[1].options.securityTag);
    }
    const key = keyOf(socket.options);
    this.#parked.set(key, socket);
    save(socket.handle).catch(() => {
      if (this.#parked.get(key) !== socket) return;
      this.#parked.delete(key);
      this.#discard(socket.handle, socket.options.securityTag);
    });
  }

  /** A connection that was saved, as a socket of its own; undefined when there is none, or none any more. */
  async #unpark(key: string): Promise<ModemSocket | undefined> {
    const parked = this.#parked.get(key);
    const { load } = this.commands;
    if (parked === undefined || load === undefined) return undefined;
    this.#parked.delete(key);
    const { handle, peer, options } = parked;
    try {
      await load(handle);
      await this.commands.watch(handle);
    } catch (error) {
      this.#discard(handle, options.securityTag);
      if (!isRefusal(error)) throw error;
      return undefined;
    }
    const socket = new AtSocket(this, handle, peer, options, true);
    this.#open.set(handle, socket);
    this.#askSoon();
    return socket;
  }

  async #resolve(host: string): Promise<string> {
    if (isIP(host) !== 0) return host;
    const { addresses } = await this.#line.execute(SOCKETS.xgetaddrinfo, { host });
    const address = addresses.split(" ").find((each) => isIP(each) !== 0);
    if (address === undefined) throw new ModemError("notFound", { detail: `the address of ${host}: ${addresses}` });
    return address;
  }

  /** Returns whether the connection can be saved. */
  async #secure(handle: number, { host, securityTag, serverName, connectionId }: ConnectOptions): Promise<boolean> {
    if (securityTag === undefined) return false;
    const name = serverName ?? host;
    if (isIP(name) === 0) await this.commands.setServerName(handle, name);
    if (connectionId !== true) return false;
    return this.commands.offerConnectionId(handle).then(
      () => true,
      (error: unknown) => {
        // Older modem firmware has no Connection ID: the session is an ordinary one.
        if (isRefusal(error)) return false;
        throw error;
      },
    );
  }

  send(socket: AtSocket, octets: Uint8Array): Promise<void> {
    const sending = this.commands.send(socket.handle, octets);
    this.#sent = Promise.allSettled([this.#sent, sending]);
    return sending;
  }

  /** Resolves when what was to be sent has left, or cannot. */
  async sent(): Promise<void> {
    await this.#sent;
  }

  /** A datagram that the line has garbled is still there, and the modem tells of the next one only when it is read. */
  async #receive(socket: AtSocket): Promise<void> {
    const isReading = socket.mayHave !== undefined;
    socket.mayHave = true;
    if (isReading) return;
    while (socket.mayHave && this.#open.get(socket.handle) === socket) {
      socket.mayHave = false;
      await this.#read(socket);
    }
    socket.mayHave = undefined;
  }

  async #read(socket: AtSocket): Promise<void> {
    for (let attempt = 0; attempt < RECEIVE_ATTEMPTS; attempt++) {
      try {
        const octets = await this.commands.receive(socket.handle);
        if (octets !== undefined && octets.length > 0) socket.received(octets);
        return;
      } catch (error) {
        // Nothing is there; or no line is, which the driver sees itself.
        if (isRefusal(error) || this.#open.get(socket.handle) !== socket) return;
      }
    }
  }

  #forget(socket: AtSocket): void {
    if (this.#open.get(socket.handle) === socket) this.#open.delete(socket.handle);
    if (this.#open.size === 0) this.#stopAsking();
  }

  /** Nobody waits for it; a modem that restarted meanwhile has forgotten it by itself. */
  #discard(handle: number, securityTag: number | undefined): void {
    this.commands.close(handle, securityTag).catch(() => {});
  }

  /** Something was said, so that something may come. */
  #askSoon(): void {
    this.#intervalMs = ASK_INTERVAL_MS.first;
    this.#stopAsking();
    this.#askAgain();
  }

  #askAgain(): void {
    const { ask } = this.commands;
    if (ask === undefined || this.#timer !== undefined || this.#open.size === 0) return;
    this.#timer = this.#clock.setTimeout(async () => {
      this.#timer = undefined;
      const told = await ask([...this.#open.keys()]).catch(() => []);
      for (const { handle, events } of told) this.onEvents(handle, events);
      if (told.length > 0) this.#intervalMs = ASK_INTERVAL_MS.first;
      this.#askAgain();
    }, this.#intervalMs);
    this.#intervalMs = Math.min(ASK_INTERVAL_MS.longest, this.#intervalMs * ASK_INTERVAL_MS.factor);
  }

  #stopAsking(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

class AtSocket implements ModemSocket {
  readonly peer: Peer;
  readonly local: Peer;
  readonly handle: number;
  readonly options: ConnectOptions;
  /** True where `park` can save it. */
  readonly saves: boolean;
  /** While it is read: whether the modem has told of more since. However often it tells, one reading is to come. */
  mayHave: boolean | undefined;
  readonly #sockets: AtSockets;
  #onDatagram: ((bytes: Uint8Array) => void) | undefined;
  #onClose: ((detail: string) => void) | undefined;
  #closed = false;
  #unsent = 0;

  constructor(sockets: AtSockets, handle: number, peer: Peer, options: ConnectOptions, saves: boolean) {
    this.#sockets = sockets;
    this.handle = handle;
    this.peer = peer;
    // The modem chooses both and does not say.
    this.local = { address: isIP(peer.address) === 6 ? "::" : "0.0.0.0", port: 0 };
    this.options = options;
    this.saves = saves;
  }

  send(bytes: Uint8Array): void {
    if (this.#closed || this.#unsent >= MAX_UNSENT) return;
    this.#unsent++;
    this.#sockets
      .send(this, bytes.slice())
      // What cannot be sent is lost, as datagrams are; a socket that has ended says so by itself.
      .catch(() => {})
      .finally(() => this.#unsent--);
  }

  onDatagram(listener: (bytes: Uint8Array) => void): void {
    this.#onDatagram = listener;
  }

  onClose(listener: (detail: string) => void): void {
    this.#onClose = listener;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#sockets.close(this);
  }

  park(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#sockets.park(this);
  }

  received(octets: Uint8Array): void {
    if (!this.#closed) this.#onDatagram?.(octets);
  }

  ended(detail: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#onClose?.(detail);
  }
}

function keyOf({ host, port, securityTag, serverName }: ConnectOptions): string {
  return JSON.stringify([host, port, securityTag, serverName]);
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new ModemError("notAllowed", { detail: "the connection was given up" });
}
