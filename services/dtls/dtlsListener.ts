/** The server side of a transport with DTLS: the sessions of a listener underneath carry the associations. */
import type { Clock } from "../../ports/clock.ts";
import type {
  Listener,
  PeerAddress,
  PeerIdentity,
  Session,
  SessionHandlers,
  Transport,
} from "../../ports/transport.ts";
import { Arrivals } from "../coap/arrivals.ts";
import { modemDigest } from "../pki/digest.ts";
import { addressText } from "./addresses.ts";
import type { Association } from "./association.ts";
import { closeReasonOf } from "./closeReason.ts";
import { DtlsServer } from "./server.ts";
import type { Peer, ServerOptions } from "./types.ts";
import { UdpConnection } from "./udpConnection.ts";

export interface SecureListenOptions {
  readonly inner: Transport;
  readonly clock: Clock;
  readonly serverOptions: ServerOptions;
  readonly at: PeerAddress;
  /** A client is there and authenticated. */
  onSession(session: Session): void;
}

export async function listenSecurely(options: SecureListenOptions): Promise<Listener> {
  const { inner, clock, serverOptions, at } = options;
  const server = new DtlsServer({ now: () => clock.wall(), ...serverOptions });
  const associations = new Associations(server, options);
  const listener = await inner.listen(at, (path) => associations.serve(path));
  return {
    address: listener.address,
    async close() {
      associations.close();
      await listener.close();
    },
  };
}

class Associations {
  readonly #server: DtlsServer;
  readonly #options: SecureListenOptions;
  /** By the peer's address; an association may move from one to another (RFC 9146 §6). */
  readonly #paths = new Map<string, Session>();
  /** How many associations are at an address: two while one takes the place of the other (RFC 6347 §4.2.8). */
  readonly #residents = new Map<string, number>();
  readonly #connections = new Map<Association, { readonly connection: UdpConnection; at: string }>();

  constructor(server: DtlsServer, options: SecureListenOptions) {
    this.#server = server;
    this.#options = options;
  }

  serve(path: Session): void {
    const key = addressText(path.peer);
    this.#paths.set(key, path);
    path.attach({
      onDatagram: (bytes) => this.#receive(bytes, path),
      onClose: () => {
        if (this.#paths.get(key) === path) this.#paths.delete(key);
      },
    });
  }

  close(): void {
    for (const { connection } of [...this.#connections.values()]) {
      void (connection.connected ? connection.close() : connection.abort());
    }
  }

  #receive(bytes: Uint8Array, path: Session): void {
    const { association, step, to, also = [] } = this.#server.receive(bytes, path.peer);
    for (const ended of also) this.#connections.get(ended.association)?.connection.apply(ended.step);
    if (association !== undefined) {
      this.#connectionOf(association, path).apply(step, to);
      this.#follow(association);
    } else for (const datagram of step.datagrams) this.#send(datagram, to);
    // Nothing is held for a peer without association: it may never have sent what came under its address.
    if (!this.#residents.has(addressText(path.peer))) path.close();
  }

  /** The association may have moved. */
  #follow(association: Association): void {
    const known = this.#connections.get(association);
    const at = addressText(association.peer);
    if (known === undefined || known.at === at) return;
    this.#arrive(at);
    this.#depart(known.at);
    known.at = at;
  }

  #arrive(at: string): void {
    this.#residents.set(at, (this.#residents.get(at) ?? 0) + 1);
  }

  #depart(at: string): void {
    const others = (this.#residents.get(at) ?? 1) - 1;
    if (others > 0) {
      this.#residents.set(at, others);
      return;
    }
    this.#residents.delete(at);
    this.#paths.get(at)?.close();
  }

  #send(datagram: Uint8Array, to: PeerAddress): void {
    this.#paths.get(addressText(to))?.send(datagram);
  }

  #connectionOf(association: Association, { local }: Session): UdpConnection {
    const known = this.#connections.get(association);
    if (known !== undefined) return known.connection;
    const { clock, onSession } = this.#options;
    const connection: UdpConnection = new UdpConnection(
      association,
      {
        local,
        get peer() {
          return association.peer;
        },
        send: (datagram, to) => this.#send(datagram, to),
        release: async () => {
          const ended = this.#connections.get(association);
          this.#connections.delete(association);
          if (ended !== undefined) this.#depart(ended.at);
        },
      },
      clock,
      { opened: () => onSession(new AcceptedSession(connection)), failed: () => {} },
    );
    const at = addressText(association.peer);
    this.#connections.set(association, { connection, at });
    this.#arrive(at);
    return connection;
  }
}

class AcceptedSession implements Session {
  readonly secure = true;
  readonly #connection: UdpConnection;
  readonly #arrivals = new Arrivals();
  #suspended = false;

  constructor(connection: UdpConnection) {
    this.#connection = connection;
    connection.attach({
      onData: (bytes) => {
        if (!this.#suspended) this.#arrivals.deliver(bytes);
      },
      onClose: (closed) => this.#arrivals.end(closeReasonOf(closed)),
    });
  }

  get peer(): PeerAddress {
    return this.#connection.peer;
  }
  get local(): PeerAddress {
    return this.#connection.local;
  }
  get identity(): PeerIdentity {
    return identityOf(this.#connection.info.peer);
  }
  get maxDatagram(): number {
    return this.#connection.maxSend;
  }

  attach(handlers: SessionHandlers): void {
    this.#arrivals.attach(handlers);
  }

  send(bytes: Uint8Array): void {
    if (this.#arrivals.ended || this.#suspended || bytes.length > this.maxDatagram) return;
    this.#connection.send(bytes);
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
    if (this.#arrivals.ended) return;
    void (this.#suspended ? this.#connection.abort() : this.#connection.close());
  }
}

function identityOf(peer: Peer): PeerIdentity {
  switch (peer.kind) {
    case "psk":
      return { kind: "pskIdentity", fingerprint: modemDigest(peer.identity) };
    case "rawPublicKey":
      return { kind: "publicKey", fingerprint: peer.fingerprint };
    case "certificate":
      return { kind: "certificate", subject: peer.subject, fingerprint: peer.fingerprint };
    default:
      return { kind: "none" };
  }
}
