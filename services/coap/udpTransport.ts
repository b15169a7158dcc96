/**
 * CoAP over UDP. Sessions share one unconnected socket per address family, so that a device has one port for its client
 * and its server role; a listener has a socket of its own.
 */
import { createSocket } from "node:dgram";
import { lookup as resolveName } from "node:dns/promises";
import { isIP, isIPv6, SocketAddress } from "node:net";
import type { Listener, OpenOutcome, OpenRequest, PeerAddress, Session, Transport } from "../../ports/transport.ts";
import { CoapUriError } from "./errors.ts";
import type { UdpSession } from "./udpSession.ts";
import { type AddressFamily, type UdpCounters, UdpSocket } from "./udpSocket.ts";
import { type CoapUri, parseCoapUri } from "./uri.ts";

export interface ResolvedAddress {
  readonly address: string;
  readonly family: AddressFamily;
}

export interface UdpTransportOptions {
  /** Where sessions are sent from; any address and a free port by default. A host allows its own family only. */
  readonly local?: { readonly host?: string; readonly port?: number };
  /** Resolves a name to all its addresses, the preferred one first; the system's resolver by default. */
  readonly lookup?: (host: string) => Promise<readonly ResolvedAddress[]>;
  /** Largest datagram in octets, 64 to 65507; 1152 by default (RFC 7252 §4.6). */
  readonly maxDatagram?: number;
  /** Sessions at once on a socket; 1024 by default. */
  readonly maxSessions?: number;
}

export interface UdpTransport extends Transport {
  /** What was dropped and why. */
  readonly counters: Readonly<UdpCounters>;
}

const DEFAULT_MAX_DATAGRAM = 1_152;
const DEFAULT_MAX_SESSIONS = 1_024;
/** Addresses that gave no answer are remembered for so many names. */
const MAX_SILENT_NAMES = 64;
const GIVEN_UP = "given up";

export function createUdpTransport(options: UdpTransportOptions = {}): UdpTransport {
  return new Udp(options);
}

class Udp implements UdpTransport {
  readonly counters: UdpCounters = { unknownPeer: 0, overflow: 0, errors: 0 };
  readonly #options: UdpTransportOptions;
  /** Of the sessions that were opened: one of each family at most. */
  #sockets: readonly UdpSocket[] = [];
  #listeners: readonly UdpSocket[] = [];
  /** By name: addresses whose last session never heard anything; they are tried last. */
  #silent: Map<string, Set<string>> | undefined;
  #closed = false;

  constructor(options: UdpTransportOptions) {
    this.#options = options;
  }

  async open({ uri, securityTag, signal }: OpenRequest): Promise<OpenOutcome> {
    const target = readUri(uri);
    if ("kind" in target) return target;
    if (target.secure || securityTag !== undefined) {
      return {
        kind: "handshakeFailed",
        detail: "this transport has no DTLS: coaps and security tags need one that has",
      };
    }
    const addresses = await unlessAborted(this.#resolve(target), signal);
    if (typeof addresses === "string") return { kind: "noRoute", detail: addresses };
    const reasons: string[] = [];
    for (const { address, family } of addresses) {
      if (this.#closed) return { kind: "noRoute", detail: "the transport is closed" };
      if (signal?.aborted === true) return { kind: "noRoute", detail: GIVEN_UP };
      const peer = { address, port: target.port };
      const opened = (await probeRoute(peer, family)) ?? (await this.#socketFor(family).connect(peer));
      if (typeof opened === "string") {
        reasons.push(`${address}: ${opened}`);
        continue;
      }
      if (target.named) this.#watchSilence(target.host, opened);
      if (!this.#closed) return { kind: "open", session: opened };
      opened.close();
    }
    return { kind: "noRoute", detail: reasons.join("; ") };
  }

  async listen(at: PeerAddress, onSession: (session: Session) => void): Promise<Listener> {
    if (this.#closed) throw new Error("the transport is closed");
    const socket = this.#newSocket(isIPv6(at.address) ? 6 : 4, at, onSession);
    const failure = await socket.bind();
    if (failure !== undefined) throw new Error(`cannot listen at ${at.address} port ${at.port}: ${failure}`);
    this.#listeners = [...this.#listeners, socket];
    return {
      address: socket.local,
      close: async () => {
        this.#listeners = this.#listeners.filter((other) => other !== socket);
        await socket.close({ kind: "local" });
      },
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    const sockets = [...this.#sockets, ...this.#listeners];
    this.#sockets = [];
    this.#listeners = [];
    await Promise.all(sockets.map((socket) => socket.close({ kind: "local" })));
  }

  /** The addresses to try, in order, or why there are none. */
  async #resolve({ host, named }: CoapUri): Promise<readonly ResolvedAddress[] | string> {
    const localFamily = isIP(this.#options.local?.host ?? "");
    try {
      const all = named ? await (this.#options.lookup ?? lookupAll)(host) : [literal(host)];
      const usable = all.filter(({ family }) => localFamily === 0 || family === localFamily);
      if (usable.length === 0) {
        return all.length === 0
          ? `${host} has no address`
          : `${host} has no IPv${localFamily} address, as the local one is`;
      }
      const silent = this.#silent?.get(host);
      if (silent === undefined) return usable;
      const isSilent = ({ address }: ResolvedAddress) => silent.has(address);
      return [...usable.filter((entry) => !isSilent(entry)), ...usable.filter(isSilent)];
    } catch (error) {
      return `${host} does not resolve: ${(error as Error).message}`;
    }
  }

  /** Over UDP only silence shows that an address is of no use: the name's other ones come first the next time. */
  #watchSilence(host: string, session: UdpSession): void {
    session.onEnd = () => {
      this.#silent ??= new Map();
      const names = this.#silent;
      const silent = names.get(host) ?? new Set();
      if (session.heard) silent.delete(session.peer.address);
      else silent.add(session.peer.address);
      names.delete(host);
      if (silent.size > 0) names.set(host, silent);
      if (names.size > MAX_SILENT_NAMES) {
        const [oldest] = names.keys();
        if (oldest !== undefined) names.delete(oldest);
      }
    };
  }

  #socketFor(family: AddressFamily): UdpSocket {
    const known = this.#sockets.find((socket) => socket.family === family);
    if (known !== undefined) return known;
    const { host, port } = this.#options.local ?? {};
    const socket = this.#newSocket(family, { address: host ?? (family === 4 ? "0.0.0.0" : "::"), port: port ?? 0 });
    this.#sockets = this.#sockets.concat(socket);
    return socket;
  }

  #newSocket(family: AddressFamily, local: PeerAddress, onSession?: (session: Session) => void): UdpSocket {
    return new UdpSocket({
      family,
      local,
      maxDatagram: this.#options.maxDatagram ?? DEFAULT_MAX_DATAGRAM,
      maxSessions: this.#options.maxSessions ?? DEFAULT_MAX_SESSIONS,
      counters: this.counters,
      ...(onSession !== undefined && { onSession }),
    });
  }
}

function readUri(uri: string): CoapUri | OpenOutcome {
  try {
    return parseCoapUri(uri);
  } catch (error) {
    if (error instanceof CoapUriError) return { kind: "noRoute", detail: error.message };
    throw error;
  }
}

/** A resolver may take long: who gave up does not wait for it. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T | string> {
  if (signal === undefined) return work;
  if (signal.aborted) return Promise.resolve(GIVEN_UP);
  return new Promise((resolve) => {
    const abort = () => resolve(GIVEN_UP);
    signal.addEventListener("abort", abort, { once: true });
    void work.then((done) => {
      signal.removeEventListener("abort", abort);
      resolve(done);
    });
  });
}

/** In the form in which the socket reports the peer. */
function literal(host: string): ResolvedAddress {
  const family = isIPv6(host) ? 6 : 4;
  const [address, zone] = host.split("%");
  const canonical = family === 6 ? new SocketAddress({ address: address ?? host, family: "ipv6" }).address : host;
  return { address: zone === undefined ? canonical : `${canonical}%${zone}`, family };
}

async function lookupAll(host: string): Promise<readonly ResolvedAddress[]> {
  const found = await resolveName(host, { all: true, verbatim: true });
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
}

/** Connecting a UDP socket sends nothing and fails when there is no route; what went wrong, or undefined. */
function probeRoute({ address, port }: PeerAddress, family: AddressFamily): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(family === 4 ? "udp4" : "udp6");
    const done = (failure?: string) => {
      socket.removeAllListeners();
      socket.close();
      resolve(failure);
    };
    socket.once("error", (error) => done(error.message));
    socket.once("connect", () => done());
    socket.connect(port, address);
  });
}
