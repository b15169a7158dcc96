/** A bound UDP socket: numeric addresses, errors to one place, and an end that waits for what was sent. */
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import type { PeerAddress } from "../../ports/transport.ts";
import { addressText, familyOf } from "./addresses.ts";
import { DtlsError } from "./errors.ts";

export interface UdpPortOptions {
  readonly local: PeerAddress;
  /** The only peer: the socket is connected to it, so that the network's refusals are told. */
  readonly remote?: PeerAddress;
  onDatagram(bytes: Uint8Array, from: PeerAddress): void;
  /** What the network or the system said of a datagram; the port goes on. */
  onError(error: NodeJS.ErrnoException): void;
}

export class UdpPort {
  readonly local: PeerAddress;
  readonly #socket: Socket;
  readonly #options: UdpPortOptions;
  #unsent = 0;
  #closed: Promise<void> | undefined = undefined;
  #waiting: (() => void)[] = [];

  private constructor(socket: Socket, options: UdpPortOptions) {
    const { address, port } = socket.address();
    this.local = { address, port };
    this.#socket = socket;
    this.#options = options;
    socket.on("error", options.onError);
    socket.on("message", this.#onMessage);
  }

  /** Rejects with a `DtlsError` `socket`. */
  static async open(options: UdpPortOptions): Promise<UdpPort> {
    const { local, remote } = options;
    const family = familyOf(local.address);
    const socket = createSocket({
      type: family === 4 ? "udp4" : "udp6",
      // Addresses are numeric already: without this every datagram would go round by the resolver.
      lookup: (address, _options, done) => done(null, address, family),
    });
    let step = `cannot bind ${addressText(local)}`;
    try {
      await settled(socket, "listening", () => socket.bind({ ...local, exclusive: true }));
      if (remote !== undefined) {
        step = `no way to ${addressText(remote)}`;
        await settled(socket, "connect", () => socket.connect(remote.port, remote.address));
      }
      return new UdpPort(socket, options);
    } catch (error) {
      socket.close();
      throw new DtlsError("socket", `${step}: ${(error as Error).message}`);
    }
  }

  send(bytes: Uint8Array, to: PeerAddress): void {
    if (this.#closed !== undefined) return;
    this.#unsent++;
    try {
      if (this.#options.remote === undefined) this.#socket.send(bytes, to.port, to.address, this.#onSent);
      else this.#socket.send(bytes, this.#onSent);
    } catch (error) {
      this.#onSent(error as NodeJS.ErrnoException);
    }
  }

  /** Resolves when what was sent has left. */
  drained(): Promise<void> {
    return this.#unsent === 0 ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Resolves when what was sent has left and the port is free again. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#socket.removeListener("message", this.#onMessage);
    await this.drained();
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }

  readonly #onSent = (error: NodeJS.ErrnoException | null): void => {
    this.#unsent--;
    if (error !== null) this.#options.onError(error);
    if (this.#unsent > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  };

  readonly #onMessage = (message: Buffer, { address, port }: RemoteInfo): void => {
    this.#options.onDatagram(new Uint8Array(message.buffer, message.byteOffset, message.byteLength), { address, port });
  };
}

/** Waits for the event that `begin` leads to, or throws the socket's error. */
function settled(socket: Socket, event: "listening" | "connect", begin: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = () => {
      socket.removeListener("error", reject);
      resolve();
    };
    socket.once("error", reject);
    socket.once(event, done);
    begin();
  });
}
