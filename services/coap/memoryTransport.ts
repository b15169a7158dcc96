/**
 * A network in memory: transports by address, datagrams that take their time on the injected clock, and named
 * impairments that lose, delay, repeat or swap exactly the datagrams they are asked to.
 */
import type { Clock } from "../../ports/clock.ts";
import type { Random } from "../../ports/random.ts";
import type { Listener, OpenOutcome, OpenRequest, PeerAddress, Session, Transport } from "../../ports/transport.ts";
import { CoapUriError } from "./errors.ts";
import { MemorySession } from "./memorySession.ts";
import { parseCoapUri } from "./uri.ts";

export interface MemoryDatagram {
  readonly bytes: Uint8Array;
  readonly from: PeerAddress;
  readonly to: PeerAddress;
}

/** Decides about a datagram; `n` counts those from the same address to the same address, from 0. */
export type DatagramFilter = (datagram: MemoryDatagram, n: number) => boolean;

export interface Impairment {
  readonly name: string;
  /** Datagrams it took hold of. */
  readonly hits: number;
  remove(): void;
}

export interface MemoryNetworkOptions {
  readonly clock: Clock;
  /** Needed for `loseAtRandom` only. */
  readonly random?: Random;
  /** One way, in ms; 0 by default. */
  readonly latencyMs?: number;
  /** Largest datagram in octets; 1152 by default (RFC 7252 §4.6). */
  readonly maxDatagram?: number;
}

export interface MemoryNetwork {
  /** The transport of the host with this numeric address. */
  transport(address: string): Transport;
  /** Makes a name resolve. */
  name(host: string, address: string): void;
  lose(filter: { readonly name: string; readonly when: DatagramFilter }): Impairment;
  delay(filter: { readonly name: string; readonly when: DatagramFilter; readonly ms: number }): Impairment;
  /** Delivers it once more, `afterMs` later (0 by default). */
  duplicate(filter: { readonly name: string; readonly when: DatagramFilter; readonly afterMs?: number }): Impairment;
  /** Holds it until the next one from the same to the same address has gone ahead. */
  reorder(filter: { readonly name: string; readonly when: DatagramFilter }): Impairment;
  /** Loses a share of all datagrams, 0 to 1, drawn from the injected randomness. */
  loseAtRandom(share: number): Impairment;
  /** Sees every datagram that is sent, lost ones included; returns the function that ends it. */
  watch(listener: (datagram: MemoryDatagram, n: number) => void): () => void;
}

const DEFAULT_MAX_DATAGRAM = 1_152;
/** The first port that is given to sessions without one of their own. */
const FIRST_EPHEMERAL_PORT = 49_152;

export function createMemoryNetwork(options: MemoryNetworkOptions): MemoryNetwork {
  return new Network(options);
}

type Effect = (datagram: MemoryDatagram) => readonly MemoryDelivery[];
type MemoryDelivery = { readonly afterMs: number } | { readonly hold: true };

class Filter implements Impairment {
  readonly name: string;
  readonly when: DatagramFilter;
  readonly effect: Effect;
  hits = 0;
  readonly #filters: Set<Filter>;

  constructor(filters: Set<Filter>, name: string, when: DatagramFilter, effect: Effect) {
    this.name = name;
    this.when = when;
    this.effect = effect;
    this.#filters = filters;
    filters.add(this);
  }

  remove(): void {
    this.#filters.delete(this);
  }
}

class Network implements MemoryNetwork {
  readonly #options: MemoryNetworkOptions;
  readonly #hosts = new Map<string, MemoryHost>();
  readonly #names = new Map<string, string>();
  readonly #filters = new Set<Filter>();
  readonly #watchers = new Set<(datagram: MemoryDatagram, n: number) => void>();
  readonly #counts = new Map<string, number>();
  /** Held back until one overtakes them, by direction. */
  readonly #held = new Map<string, MemoryDatagram[]>();

  constructor(options: MemoryNetworkOptions) {
    this.#options = options;
  }

  get maxDatagram(): number {
    return this.#options.maxDatagram ?? DEFAULT_MAX_DATAGRAM;
  }

  transport(address: string): Transport {
    let host = this.#hosts.get(address);
    if (host === undefined) {
      host = new MemoryHost(this, address);
      this.#hosts.set(address, host);
    }
    return host;
  }

  name(host: string, address: string): void {
    this.#names.set(host.toLowerCase(), address);
  }

  resolve(host: string): string | undefined {
    const address = this.#names.get(host) ?? host;
    return this.#hosts.has(address) ? address : undefined;
  }

  lose({ name, when }: { name: string; when: DatagramFilter }): Impairment {
    return new Filter(this.#filters, name, when, () => []);
  }

  delay({ name, when, ms }: { name: string; when: DatagramFilter; ms: number }): Impairment {
    return new Filter(this.#filters, name, when, () => [{ afterMs: ms }]);
  }

  duplicate({ name, when, afterMs }: { name: string; when: DatagramFilter; afterMs?: number }): Impairment {
    return new Filter(this.#filters, name, when, () => [{ afterMs: 0 }, { afterMs: afterMs ?? 0 }]);
  }

  reorder({ name, when }: { name: string; when: DatagramFilter }): Impairment {
    return new Filter(this.#filters, name, when, () => [{ hold: true }]);
  }

  loseAtRandom(share: number): Impairment {
    const { random } = this.#options;
    if (random === undefined) throw new TypeError("loseAtRandom needs the network to be made with `random`");
    return new Filter(
      this.#filters,
      `lose ${share * 100} %`,
      () => random.number() < share,
      () => [],
    );
  }

  watch(listener: (datagram: MemoryDatagram, n: number) => void): () => void {
    this.#watchers.add(listener);
    return () => this.#watchers.delete(listener);
  }

  /** Every filter that matches has its say: lost is lost, delays add up. */
  send(datagram: MemoryDatagram): void {
    if (datagram.bytes.length > this.maxDatagram) return;
    const direction = `${datagram.from.address}>${datagram.to.address}`;
    const n = this.#counts.get(direction) ?? 0;
    this.#counts.set(direction, n + 1);
    for (const watcher of this.#watchers) watcher(datagram, n);
    let deliveries: readonly MemoryDelivery[] = [{ afterMs: 0 }];
    for (const filter of [...this.#filters]) {
      if (!filter.when(datagram, n)) continue;
      filter.hits++;
      deliveries = combine(deliveries, filter.effect(datagram));
    }
    const overtaken = this.#held.get(direction);
    this.#held.delete(direction);
    for (const delivery of deliveries) {
      if ("hold" in delivery) this.#held.set(direction, [...(this.#held.get(direction) ?? []), datagram]);
      else this.#deliver(datagram, delivery.afterMs);
    }
    for (const late of overtaken ?? []) this.#deliver(late, 0);
  }

  #deliver(datagram: MemoryDatagram, afterMs: number): void {
    this.#options.clock.setTimeout(
      () => this.#hosts.get(datagram.to.address)?.receive(datagram),
      (this.#options.latencyMs ?? 0) + afterMs,
    );
  }
}

class MemoryHost implements Transport {
  readonly #network: Network;
  readonly #address: string;
  readonly #listeners = new Map<number, (session: Session) => void>();
  readonly #sessions = new Map<string, MemorySession>();
  /** One port for all sessions that are opened from here, as over UDP. */
  readonly #port = FIRST_EPHEMERAL_PORT;

  constructor(network: Network, address: string) {
    this.#network = network;
    this.#address = address;
  }

  async open({ uri, securityTag }: OpenRequest): Promise<OpenOutcome> {
    try {
      const { secure, host, port } = parseCoapUri(uri);
      if (secure || securityTag !== undefined) return { kind: "handshakeFailed", detail: "this transport has no DTLS" };
      const address = this.#network.resolve(host);
      if (address === undefined) return { kind: "noRoute", detail: `${host} is not on this network` };
      return { kind: "open", session: this.#session(this.#port, { address, port }) };
    } catch (error) {
      if (error instanceof CoapUriError) return { kind: "noRoute", detail: error.message };
      throw error;
    }
  }

  async listen(at: PeerAddress, onSession: (session: Session) => void): Promise<Listener> {
    let port = at.port;
    if (port === 0) for (port = FIRST_EPHEMERAL_PORT + 1; this.#listeners.has(port); ) port++;
    if (this.#listeners.has(port)) throw new Error(`${this.#address} port ${port} is taken`);
    this.#listeners.set(port, onSession);
    return {
      address: { address: this.#address, port },
      close: async () => {
        this.#listeners.delete(port);
        for (const session of [...this.#sessions.values()]) if (session.local.port === port) session.close();
      },
    };
  }

  async close(): Promise<void> {
    this.#listeners.clear();
    for (const session of [...this.#sessions.values()]) session.close();
  }

  receive({ bytes, from, to }: MemoryDatagram): void {
    const known = this.#sessions.get(keyOf(to.port, from));
    if (known !== undefined) {
      known.deliver(bytes);
      return;
    }
    const onSession = this.#listeners.get(to.port);
    if (onSession === undefined) return;
    const session = this.#session(to.port, from);
    onSession(session);
    session.deliver(bytes);
  }

  #session(port: number, peer: PeerAddress): MemorySession {
    const key = keyOf(port, peer);
    this.#sessions.get(key)?.end({ kind: "error", detail: "another session was opened with the same peer" });
    const local = { address: this.#address, port };
    const session = new MemorySession({
      peer,
      local,
      maxDatagram: this.#network.maxDatagram,
      send: (bytes) => this.#network.send({ bytes, from: local, to: peer }),
      onEnd: () => this.#sessions.delete(key),
    });
    this.#sessions.set(key, session);
    return session;
  }
}

function combine(before: readonly MemoryDelivery[], after: readonly MemoryDelivery[]): MemoryDelivery[] {
  return before.flatMap((one) =>
    after.map((other) => {
      if ("hold" in one || "hold" in other) return { hold: true } as const;
      return { afterMs: one.afterMs + other.afterMs };
    }),
  );
}

function keyOf(localPort: number, { address, port }: PeerAddress): string {
  return `${localPort}|${address}|${port}`;
}
