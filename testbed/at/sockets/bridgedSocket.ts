/** A modem's socket as this host has it: datagrams over UDP, or over our DTLS with the keys of a security tag. */
import { createSocket, type Socket } from "node:dgram";
import { lookup } from "node:dns/promises";
import type { Clock } from "../../../ports/clock.ts";
import type { TagCredentials } from "../../../ports/modem.ts";
import type { PeerAddress } from "../../../ports/transport.ts";
import { connectDtls, type DtlsClientSocket } from "../../../services/dtls/connect.ts";
import { readTagCredentials } from "../../../services/dtls/tagCredentials.ts";
import type { ClientOptions, ConnectionInfo } from "../../../services/dtls/types.ts";
import { Inbox } from "./inbox.ts";

export type AddressFamily = 4 | 6;

/** Refused as a modem refuses: whoever asked hears ERROR. */
export class SocketError extends Error {
  override readonly name = "SocketError";
}

export interface BridgedSocket {
  readonly inbox: Inbox;
  /** True once the peer has ended it or the connection has failed. */
  readonly hungUp: boolean;
  /** Called once, at that moment. */
  onHangUp: (() => void) | undefined;
  bind(port: number): Promise<void>;
  connect(host: string, port: number, signal: AbortSignal): Promise<void>;
  /** To the peer that `connect` named. Resolves with the number of octets sent. */
  send(octets: Uint8Array): Promise<number>;
  sendTo(host: string, port: number, octets: Uint8Array): Promise<number>;
  close(): Promise<void>;
}

/** The addresses of a name in this family, or in any. Rejects with a `SocketError`. */
export async function resolve(host: string, family: AddressFamily | 0): Promise<readonly string[]> {
  try {
    return (await lookup(host, { family, all: true })).map(({ address }) => address);
  } catch (cause) {
    throw new SocketError(`${host} is not found: ${(cause as Error).message}`);
  }
}

export class UdpSocket implements BridgedSocket {
  readonly inbox: Inbox;
  readonly hungUp = false;
  onHangUp: (() => void) | undefined;
  readonly #family: AddressFamily;
  readonly #socket: Socket;
  #bound: Promise<void> | undefined;
  #isConnected = false;

  constructor(clock: Clock, family: AddressFamily) {
    this.inbox = new Inbox(clock);
    this.#family = family;
    this.#socket = createSocket(family === 4 ? "udp4" : "udp6");
    this.#socket.on("message", (octets, { address, port }) =>
      this.inbox.push({ octets: Uint8Array.from(octets), from: { address, port } }),
    );
    // A datagram that the network refuses is lost.
    this.#socket.on("error", () => {});
  }

  bind(port: number): Promise<void> {
    if (this.#bound !== undefined) throw new SocketError("the socket is bound already");
    this.#bound = new Promise((resolve, reject) => {
      this.#socket.once("error", reject);
      this.#socket.bind(port, () => {
        this.#socket.off("error", reject);
        resolve();
      });
    });
    return this.#bound;
  }

  async connect(host: string, port: number): Promise<void> {
    const [address] = await resolve(host, this.#family);
    if (address === undefined) throw new SocketError(`${host} has no address`);
    await (this.#bound ?? this.bind(0));
    // From now on the system lets the peer's datagrams through alone.
    await new Promise<void>((done, reject) => {
      this.#socket.connect(port, address, (error?: Error) =>
        error === undefined || error === null ? done() : reject(new SocketError(error.message)),
      );
    });
    this.#isConnected = true;
  }

  send(octets: Uint8Array): Promise<number> {
    if (!this.#isConnected) throw new SocketError("the socket is not connected");
    return this.#send(octets);
  }

  async sendTo(host: string, port: number, octets: Uint8Array): Promise<number> {
    if (this.#isConnected) throw new SocketError("the socket is connected");
    const [address] = await resolve(host, this.#family);
    if (address === undefined) throw new SocketError(`${host} has no address`);
    await (this.#bound ?? this.bind(0));
    return this.#send(octets, { address, port });
  }

  close(): Promise<void> {
    this.inbox.close();
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }

  #send(octets: Uint8Array, to?: PeerAddress): Promise<number> {
    return new Promise((done, reject) => {
      const sent = (error: Error | null) =>
        error === null ? done(octets.length) : reject(new SocketError(error.message));
      if (to === undefined) this.#socket.send(octets, sent);
      else this.#socket.send(octets, to.port, to.address, sent);
    });
  }
}

export interface DtlsSettings {
  readonly tag: number;
  readonly credentials: (tag: number) => Promise<TagCredentials>;
  readonly family: AddressFamily;
}

export class SecureSocket implements BridgedSocket {
  readonly inbox: Inbox;
  onHangUp: (() => void) | undefined;
  readonly #clock: Clock;
  readonly #settings: DtlsSettings;
  /** Set by #XSSOCKETOPT before the handshake. */
  options: Pick<ClientOptions, "serverName" | "connectionId" | "retransmission" | "maxFragmentLength" | "resume"> = {};
  #connection: DtlsClientSocket | undefined;
  #port = 0;
  hungUp = false;

  constructor(clock: Clock, settings: DtlsSettings) {
    this.#clock = clock;
    this.#settings = settings;
    this.inbox = new Inbox(clock);
  }

  /** Undefined before the handshake. */
  get info(): ConnectionInfo | undefined {
    return this.#connection?.info;
  }

  /** SECRET octets for a later, abbreviated handshake with the same server. */
  get resumption(): Uint8Array | undefined {
    return this.#connection?.resumption();
  }

  async bind(port: number): Promise<void> {
    if (this.#connection !== undefined) throw new SocketError("the socket is connected already");
    this.#port = port;
  }

  async connect(host: string, port: number, signal: AbortSignal): Promise<void> {
    if (this.#connection !== undefined) throw new SocketError("the socket is connected already");
    const { tag, credentials, family } = this.#settings;
    const [address] = await resolve(host, family);
    if (address === undefined) throw new SocketError(`${host} has no address`);
    const connection = await connectDtls({
      serverName: host,
      connectionId: false,
      ...this.options,
      ...readTagCredentials(tag, await credentials(tag)),
      host: address,
      port,
      local: { port: this.#port },
      clock: this.#clock,
      now: () => this.#clock.wall(),
      signal,
    });
    this.#connection = connection;
    connection.attach({
      onData: (octets) => this.inbox.push({ octets, from: connection.peer }),
      onClose: () => {
        this.hungUp = true;
        this.inbox.close();
        this.onHangUp?.();
      },
    });
  }

  async send(octets: Uint8Array): Promise<number> {
    if (this.#connection === undefined) throw new SocketError("the socket is not connected");
    this.#connection.send(octets);
    return octets.length;
  }

  sendTo(): Promise<number> {
    throw new SocketError("a secure socket sends to the peer it is connected to");
  }

  async close(): Promise<void> {
    this.onHangUp = undefined;
    this.inbox.close();
    await this.#connection?.close();
  }
}
