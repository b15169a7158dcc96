/** A DTLS client over a UDP socket of its own. */
import { isIP } from "node:net";
import type { PeerAddress } from "../../ports/transport.ts";
import { addressText, checkPort, familyOf, type Lookup, resolveHost } from "./addresses.ts";
import { DtlsClient } from "./client.ts";
import { DTLS_PORT, type DtlsSocket, systemTimers, type Timers } from "./dtlsSocket.ts";
import { DtlsError } from "./errors.ts";
import type { ClientOptions } from "./types.ts";
import { UdpConnection } from "./udpConnection.ts";
import { UdpPort } from "./udpPort.ts";

/** `serverName` is the host by default: that is what a certificate has to be for. */
export interface ConnectOptions extends ClientOptions {
  /** A name, or a numeric IPv4 or IPv6 address. Addresses of a name are tried in turn until one answers. */
  readonly host: string;
  /** 5684 by default. */
  readonly port?: number;
  /** Where to send from; any address and a free port by default. An address has to be of the peer's family. */
  readonly local?: { readonly address?: string; readonly port?: number };
  /** The system's resolver by default. */
  readonly lookup?: Lookup;
  /** For the retransmissions; the system's by default. */
  readonly clock?: Timers;
  /** Gives the attempt up; a connection that is there is not touched by it. */
  readonly signal?: AbortSignal;
}

export interface DtlsClientSocket extends DtlsSocket {
  /** SECRET octets with which a later connection may be resumed; undefined where the server does not do that. */
  resumption(): Uint8Array | undefined;
}

/** Resolves when the server is authenticated. Rejects with a `DtlsError`; then nothing is held any more. */
export async function connectDtls(options: ConnectOptions): Promise<DtlsClientSocket> {
  const { host, port = DTLS_PORT, lookup, signal } = options;
  checkPort(port, 1);
  const createClient = () => new DtlsClient({ serverName: withoutZone(host), ...options });
  // Before anything else: options that are of no use do not wait for a resolver.
  let client = createClient();
  const failures: DtlsError[] = [];
  for (const address of await unlessAborted(resolveHost(host, lookup), signal)) {
    try {
      return await connectTo({ address, port }, client, options);
    } catch (error) {
      if (!(error instanceof DtlsError) || !UNREACHED.has(error.code)) throw error;
      failures.push(error);
      client = createClient();
    }
  }
  const [first, ...others] = failures;
  throw others.length === 0 ? first : new DtlsError(first!.code, failures.map(({ message }) => message).join("; "));
}

/** Another address of the same name may do better. */
const UNREACHED: ReadonlySet<string> = new Set(["noAnswer", "socket"]);

class ClientSocket extends UdpConnection implements DtlsClientSocket {
  readonly #client: DtlsClient;

  constructor(client: DtlsClient, ...rest: ConnectionParts) {
    super(client, ...rest);
    this.#client = client;
  }

  resumption(): Uint8Array | undefined {
    return this.#client.resumption();
  }
}

type ConnectionParts = ConstructorParameters<typeof UdpConnection> extends [unknown, ...infer Rest] ? Rest : never;

async function connectTo(peer: PeerAddress, client: DtlsClient, options: ConnectOptions): Promise<DtlsClientSocket> {
  const { local, clock = systemTimers, signal } = options;
  let heard = false;
  let told: string | undefined;
  let connection: ClientSocket | undefined;
  const udp = await UdpPort.open({
    local: { address: local?.address ?? (familyOf(peer.address) === 4 ? "0.0.0.0" : "::"), port: local?.port ?? 0 },
    remote: peer,
    onDatagram: (bytes) => {
      heard = true;
      connection?.apply(client.receive(bytes));
    },
    onError: (error) => {
      // Nobody listens there. Later than that it may be forged, or the server is starting again: the timer decides.
      const refused = error.code === "ECONNREFUSED" && !heard;
      if (!refused) told = error.message;
      else void connection?.abort(new DtlsError("noAnswer", "refused, nobody listens there"));
    },
  });
  const wire = {
    peer,
    local: udp.local,
    send: (datagram: Uint8Array) => udp.send(datagram, peer),
    release: () => udp.close(),
  };
  return new Promise((resolve, reject) => {
    const giveUp = () => void connection?.abort(aborted());
    const opened = () => {
      signal?.removeEventListener("abort", giveUp);
      resolve(socket);
    };
    const failed = (error: DtlsError) => {
      signal?.removeEventListener("abort", giveUp);
      void udp.close().then(() => reject(withPlace(error, peer, told)));
    };
    const socket = new ClientSocket(client, wire, clock, { opened, failed });
    connection = socket;
    signal?.addEventListener("abort", giveUp);
    if (signal?.aborted === true) giveUp();
    else socket.apply(client.start());
  });
}

/** Silence has a place, and a reason when the network told one. */
function withPlace(error: DtlsError, peer: PeerAddress, told: string | undefined): DtlsError {
  if (error.code !== "noAnswer") return error;
  return new DtlsError("noAnswer", `${addressText(peer)}: ${error.message}${told === undefined ? "" : ` (${told})`}`);
}

/** A resolver may take long: who gave up does not wait for it. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  let giveUp = () => {};
  const gaveUp = new Promise<never>((_, reject) => {
    giveUp = () => reject(aborted());
    if (signal.aborted) giveUp();
    else signal.addEventListener("abort", giveUp);
  });
  try {
    return await Promise.race([work, gaveUp]);
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}

function aborted(): DtlsError {
  return new DtlsError("aborted", "given up");
}

/** `fe80::1%eth0` is an address of this host's view; a certificate knows it without the zone. */
function withoutZone(host: string): string {
  return isIP(host) === 6 ? (host.split("%")[0] ?? host) : host;
}
