/** A DTLS server for many peers on one UDP socket: for tests and embedded use. */
import type { PeerAddress } from "../../ports/transport.ts";
import { checkPort, resolveHost } from "./addresses.ts";
import type { Association } from "./association.ts";
import { DTLS_PORT, type DtlsSocket, systemTimers, type Timers } from "./dtlsSocket.ts";
import type { DtlsError } from "./errors.ts";
import { DtlsServer } from "./server.ts";
import type { DropCounters, Observation, ServerOptions } from "./types.ts";
import { UdpConnection, type Wire } from "./udpConnection.ts";
import { UdpPort } from "./udpPort.ts";

export interface ListenOptions extends Omit<ServerOptions, "observe"> {
  /** A name or a numeric address; 127.0.0.1 by default. `::` takes IPv4 as well where the system allows. */
  readonly host?: string;
  /** 5684 by default; 0 takes a free one. */
  readonly port?: number;
  /** For the retransmissions; the system's by default. */
  readonly clock?: Timers;
  /** A client is there and authenticated. */
  onConnection(socket: DtlsSocket): void;
  /** A handshake that began came to nothing. */
  onFailure?(failure: { readonly peer: PeerAddress; readonly error: DtlsError }): void;
  /** What happens inside, and with whom. */
  observe?(observation: Observation, peer: PeerAddress): void;
}

export interface DtlsListener {
  readonly address: PeerAddress;
  /** Half-open ones included. */
  readonly associations: number;
  /** Of datagrams that belong to no association. */
  readonly dropped: DropCounters;
  /** Closes every connection with close_notify, then the socket; resolves when nothing is held any more. */
  close(): Promise<void>;
}

/** Rejects with a `DtlsError`: `option`, or `socket` when the address cannot be had. */
export async function listenDtls(options: ListenOptions): Promise<DtlsListener> {
  const { host = "127.0.0.1", port = DTLS_PORT } = options;
  checkPort(port, 0);
  const listener = new Listener(options);
  const [address] = await resolveHost(host);
  await listener.open({ address, port });
  return listener;
}

class Listener implements DtlsListener {
  readonly #options: ListenOptions;
  readonly #server: DtlsServer;
  readonly #connections = new Map<Association, UdpConnection>();
  #udp: UdpPort | undefined = undefined;
  /** Whom the core is at work for. */
  #current: PeerAddress = { address: "", port: 0 };

  constructor(options: ListenOptions) {
    const { host, port, clock, onConnection, onFailure, observe, ...serverOptions } = options;
    this.#options = options;
    this.#server = new DtlsServer({
      ...serverOptions,
      ...(observe !== undefined && { observe: (observation) => observe(observation, this.#current) }),
    });
  }

  get address(): PeerAddress {
    return this.#udp!.local;
  }

  get associations(): number {
    return this.#server.associations;
  }

  get dropped(): DropCounters {
    return this.#server.dropped;
  }

  async open(local: PeerAddress): Promise<void> {
    this.#udp = await UdpPort.open({
      local,
      onDatagram: (bytes, from) => this.#receive(bytes, from),
      // What a datagram ran into is no reason to leave the other peers.
      onError: () => {},
    });
  }

  async close(): Promise<void> {
    for (const connection of [...this.#connections.values()]) {
      void (connection.connected ? connection.close() : connection.abort());
    }
    await this.#udp?.close();
  }

  #receive(bytes: Uint8Array, from: PeerAddress): void {
    this.#current = from;
    const { association, step, to, also = [] } = this.#server.receive(bytes, from);
    for (const ended of also) this.#connections.get(ended.association)?.apply(ended.step);
    if (association !== undefined) this.#connectionOf(association).apply(step, to);
    else for (const datagram of step.datagrams) this.#udp?.send(datagram, to);
  }

  #connectionOf(association: Association): UdpConnection {
    const known = this.#connections.get(association);
    if (known !== undefined) return known;
    const { clock = systemTimers, onConnection, onFailure } = this.#options;
    const udp = this.#udp!;
    const wire: Wire = {
      local: udp.local,
      get peer() {
        return association.peer;
      },
      send: (datagram, to) => udp.send(datagram, to),
      release: () => {
        this.#connections.delete(association);
        return udp.drained();
      },
      entering: () => {
        this.#current = association.peer;
      },
    };
    const connection: UdpConnection = new UdpConnection(association, wire, clock, {
      opened: () => onConnection(connection),
      failed: (error) => onFailure?.({ peer: association.peer, error }),
    });
    this.#connections.set(association, connection);
    return connection;
  }
}
