/**
 * A UDP path that delays, drops, duplicates and reorders by seed, or goes dark. Each client gets an upstream socket
 * of its own, as behind a NAT, so that the server sees one port per client.
 *
 * ```
 * client ─▶ front socket ─▶ impairment "up"   ─▶ upstream socket ─▶ target
 * client ◀─ front socket ◀─ impairment "down" ◀─ upstream socket ◀─ target
 * ```
 */
import { createSocket, type Socket } from "node:dgram";
import type { Clock } from "../ports/clock.ts";
import type { Random } from "../ports/random.ts";
import type { PeerAddress } from "../ports/transport.ts";
import { ImpairedPath, type Impairment, type PathStatistics } from "./impairedPath.ts";
import { TestbedError } from "./testbedError.ts";

const DEFAULT_MAX_CLIENTS = 64;

export type Direction = "up" | "down";

export interface UdpProxyOptions extends Impairment {
  readonly target: PeerAddress;
  readonly clock: Clock;
  readonly random: Random;
  /** Where clients reach it; default 127.0.0.1 and a free port. */
  readonly listen?: PeerAddress;
  /** Clients beyond take the place of the one that was quiet the longest; default 64. */
  readonly maxClients?: number;
  /** Says which datagrams pass at all, before anything else happens to them. */
  filter?(datagram: Uint8Array, direction: Direction): boolean;
}

export type ProxyStatistics = Readonly<Record<Direction, PathStatistics>>;

interface Client {
  readonly address: PeerAddress;
  upstream: Socket;
  readonly up: ImpairedPath;
  readonly down: ImpairedPath;
}

export class UdpProxy {
  readonly #options: UdpProxyOptions;
  readonly #front: Socket;
  /** By address and port, the one heard last at the end. */
  readonly #clients = new Map<string, Client>();
  /** Of clients that are gone. */
  readonly #past: Record<Direction, PathStatistics> = { up: NOTHING, down: NOTHING };
  #dark = false;
  #paused = false;
  #closed = false;

  /** Used by `startUdpProxy`; `front` is bound. */
  constructor(options: UdpProxyOptions, front: Socket) {
    this.#options = options;
    this.#front = front;
    front.on("message", (datagram, from) => this.#fromClient(datagram, from));
    front.on("error", () => undefined); // What cannot be sent is lost, as datagrams are.
  }

  get address(): PeerAddress {
    const { address, port } = this.#front.address();
    return { address, port };
  }

  /** `coap://127.0.0.1:PORT`. */
  get uri(): string {
    const { address, port } = this.address;
    return `coap://${address.includes(":") ? `[${address}]` : address}:${port}`;
  }

  get clients(): number {
    return this.#clients.size;
  }

  /** Counts over all clients, those that are gone included. */
  get statistics(): ProxyStatistics {
    const total = { ...this.#past };
    for (const { up, down } of this.#clients.values()) {
      total.up = sum(total.up, up.statistics);
      total.down = sum(total.down, down.statistics);
    }
    return total;
  }

  /** On: every datagram that arrives is lost, both ways, as if the server were not there. */
  blackhole(on: boolean): void {
    this.#dark = on;
  }

  /** Holds arriving datagrams back, bounded as the queue is; `resume` lets them go in order. */
  pause(): void {
    this.#setPaused(true);
  }

  resume(): void {
    this.#setPaused(false);
  }

  /** Gives every client another upstream port, as a NAT does that has forgotten it. */
  async rebind(): Promise<void> {
    await Promise.all(
      Array.from(this.#clients.values(), (client) => {
        const old = client.upstream;
        client.upstream = this.#openUpstream(client);
        return closed(old);
      }),
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    const upstreams = Array.from(this.#clients.values(), (client) => this.#end(client));
    await Promise.all([...upstreams, closed(this.#front)]);
  }

  #fromClient(datagram: Buffer, from: PeerAddress): void {
    const key = `${from.address}:${from.port}`;
    const client = this.#clients.get(key) ?? this.#admit(from);
    this.#clients.delete(key);
    this.#clients.set(key, client);
    if (this.#passes(datagram, "up")) client.up.take(datagram);
  }

  #passes(datagram: Uint8Array, direction: Direction): boolean {
    return !this.#dark && (this.#options.filter?.(datagram, direction) ?? true);
  }

  #admit({ address, port }: PeerAddress): Client {
    const { target, clock, random, maxClients = DEFAULT_MAX_CLIENTS } = this.#options;
    const quiet = this.#clients.size >= maxClients ? [...this.#clients.values()][0] : undefined;
    if (quiet !== undefined) void this.#end(quiet);
    const up = new ImpairedPath(this.#options, clock, random.bytes(4), (bytes) => {
      if (!this.#closed) client.upstream.send(bytes, target.port, target.address);
    });
    const down = new ImpairedPath(this.#options, clock, random.bytes(4), (bytes) => {
      if (!this.#closed) this.#front.send(bytes, port, address);
    });
    const client: Client = { address: { address, port }, up, down, upstream: undefined as unknown as Socket };
    client.upstream = this.#openUpstream(client);
    if (this.#paused) for (const path of [up, down]) path.pause();
    return client;
  }

  #openUpstream(client: Client): Socket {
    const { address, port } = this.#options.target;
    const upstream = createSocket(address.includes(":") ? "udp6" : "udp4");
    upstream.on("error", () => undefined); // What cannot be sent is lost, as datagrams are.
    upstream.on("message", (datagram, from) => {
      if (from.port === port && from.address === address && this.#passes(datagram, "down")) client.down.take(datagram);
    });
    return upstream;
  }

  #setPaused(paused: boolean): void {
    this.#paused = paused;
    for (const { up, down } of this.#clients.values()) {
      for (const path of [up, down]) {
        if (paused) path.pause();
        else path.resume();
      }
    }
  }

  #end(client: Client): Promise<void> {
    client.up.close();
    client.down.close();
    this.#past.up = sum(this.#past.up, client.up.statistics);
    this.#past.down = sum(this.#past.down, client.down.statistics);
    this.#clients.delete(`${client.address.address}:${client.address.port}`);
    return closed(client.upstream);
  }
}

const NOTHING: PathStatistics = { received: 0, forwarded: 0, dropped: 0, duplicated: 0, reordered: 0, overflowed: 0 };

function sum(a: PathStatistics, b: PathStatistics): PathStatistics {
  return {
    received: a.received + b.received,
    forwarded: a.forwarded + b.forwarded,
    dropped: a.dropped + b.dropped,
    duplicated: a.duplicated + b.duplicated,
    reordered: a.reordered + b.reordered,
    overflowed: a.overflowed + b.overflowed,
  };
}

/** Starts a proxy. Rejects with a `TestbedError` when its port is taken. */
export async function startUdpProxy(options: UdpProxyOptions): Promise<UdpProxy> {
  const { address, port } = options.listen ?? { address: "127.0.0.1", port: 0 };
  const front = createSocket(address.includes(":") ? "udp6" : "udp4");
  await new Promise<void>((resolve, reject) => {
    front.once("error", (cause) => {
      front.close();
      reject(new TestbedError("portInUse", `cannot bind ${address}:${port}: ${cause.message}`, { cause }));
    });
    front.bind(port, address, resolve);
  });
  front.removeAllListeners("error");
  return new UdpProxy(options, front);
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.close(() => resolve()));
}
