/**
 * DTLS in front of a server that speaks plain UDP. Each association gets a loopback socket of its own: the server
 * behind sees one port for each device, and what it sends there goes back through the same association.
 *
 * ```
 * device ◀═ DTLS ═▶ listener ── association ── loopback socket ◀─ UDP ─▶ server
 * ```
 */
import { createSocket, type Socket } from "node:dgram";
import type { Clock } from "../ports/clock.ts";
import type { PeerAddress } from "../ports/transport.ts";
import type { DtlsSocket } from "../services/dtls/dtlsSocket.ts";
import { DtlsError } from "../services/dtls/errors.ts";
import { type DtlsListener, listenDtls } from "../services/dtls/listen.ts";
import type { ConnectionInfo, ServerOptions } from "../services/dtls/types.ts";
import { TestbedError } from "./testbedError.ts";
import { LOOPBACK } from "./udpSocket.ts";

const DEFAULT_MAX_ASSOCIATIONS = 1_000;

export interface DtlsRelayOptions {
  readonly clock: Clock;
  /** Where devices come to; port 0 takes a free one. */
  readonly listen: PeerAddress;
  /** Port of the server behind, on 127.0.0.1. */
  readonly target: number;
  readonly security: ServerOptions;
  /** A device has proved itself. */
  onConnected(peer: PeerAddress, info: ConnectionInfo): void;
  /** A handshake failed. */
  onFailure(peer: PeerAddress, error: DtlsError): void;
  /** The association behind a loopback port is over. */
  onEnd(port: number): void;
}

interface Association {
  readonly dtls: DtlsSocket;
  readonly socket: Socket;
}

export class DtlsRelay {
  readonly #options: DtlsRelayOptions;
  /** By the port of its loopback socket. */
  readonly #associations = new Map<number, Association>();
  #listener: DtlsListener | undefined;
  #closed = false;

  private constructor(options: DtlsRelayOptions) {
    this.#options = options;
  }

  /** Rejects with a `TestbedError` when the port cannot be bound. */
  static async open(options: DtlsRelayOptions): Promise<DtlsRelay> {
    const relay = new DtlsRelay(options);
    const { clock, security, listen, onFailure } = options;
    try {
      relay.#listener = await listenDtls({
        maxAssociations: DEFAULT_MAX_ASSOCIATIONS,
        ...security,
        clock,
        host: listen.address,
        port: listen.port,
        onConnection: (dtls) => relay.#admit(dtls),
        onFailure: ({ peer, error }) => onFailure(peer, error),
      });
      return relay;
    } catch (cause) {
      if (!(cause instanceof DtlsError)) throw cause;
      const code = cause.code === "option" ? "badOption" : "portInUse";
      throw new TestbedError(code, `cannot bind ${listen.address}:${listen.port}: ${cause.message}`, { cause });
    }
  }

  /** Where devices come to. */
  get port(): number {
    return (this.#listener as DtlsListener).address.port;
  }

  /** The device behind a loopback port, while its association lives. */
  deviceAt(port: number): PeerAddress | undefined {
    return this.#associations.get(port)?.dtls.peer;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#listener?.close();
    for (const port of [...this.#associations.keys()]) this.#end(port);
  }

  #admit(dtls: DtlsSocket): void {
    const { target, onConnected } = this.#options;
    const socket = createSocket("udp4");
    // What cannot be sent is lost, as datagrams are.
    socket.on("error", () => undefined);
    socket.on("message", (datagram, from) => {
      if (from.port === target && datagram.length <= dtls.maxSend) sendUnlessOver(dtls, datagram);
    });
    socket.bind(0, LOOPBACK, () => {
      if (this.#closed) return void socket.close();
      const { port } = socket.address();
      this.#associations.set(port, { dtls, socket });
      onConnected(dtls.peer, dtls.info);
      // What the device sent meanwhile comes now.
      dtls.attach({
        onData: (bytes) => {
          if (this.#associations.has(port)) socket.send(bytes, target, LOOPBACK);
        },
        onClose: () => this.#end(port),
      });
    });
  }

  #end(port: number): void {
    const association = this.#associations.get(port);
    if (association === undefined) return;
    this.#associations.delete(port);
    association.socket.close();
    this.#options.onEnd(port);
  }
}

function sendUnlessOver(dtls: DtlsSocket, datagram: Uint8Array): void {
  try {
    dtls.send(datagram);
  } catch (error) {
    if (!(error instanceof DtlsError)) throw error;
  }
}
