/**
 * Datagrams through the modem's own sockets. `coaps` is the modem's DTLS with the credentials of a security tag, whose
 * keys it never gives away.
 */
import type { Clock } from "../ports/clock.ts";
import type {
  CredentialStore,
  Modem,
  ModemErrorCode,
  ModemErrorShape,
  ModemSocket,
  ModemSockets,
} from "../ports/modem.ts";
import type {
  CloseReason,
  Listener,
  OpenFailure,
  OpenOutcome,
  OpenRequest,
  PeerIdentity,
  Session,
  SessionHandlers,
  Transport,
} from "../ports/transport.ts";
import { Arrivals } from "../services/coap/arrivals.ts";
import { CoapUriError } from "../services/coap/errors.ts";
import { type CoapUri, parseCoapUri } from "../services/coap/uri.ts";
import { isAnswered } from "./serverProbe.ts";

export interface ModemTransportOptions {
  readonly modem: Pick<Modem, "credentials">;
  readonly sockets: ModemSockets;
  readonly clock: Clock;
  /** Offer a Connection ID (RFC 9146) to servers, where the modem's firmware has it. Default true. */
  readonly connectionId?: boolean;
}

export function createModemTransport(options: ModemTransportOptions): Transport {
  return new ModemTransport(options);
}

/** RFC 7252 §4.6: a block of 1024 octets and the options around it. */
const MAX_DATAGRAM = 1_152;
/** A modem says that it could not connect and no more. */
const REFUSALS: ReadonlySet<ModemErrorCode> = new Set(["refused", "notAllowed"]);
const CLOSED: OpenFailure = { kind: "noRoute", detail: "the transport is closed" };
const GIVEN_UP: OpenFailure = { kind: "noRoute", detail: "given up" };

class ModemTransport implements Transport {
  readonly #options: ModemTransportOptions;
  readonly #sessions = new Set<ModemSession>();
  #closed = false;

  constructor(options: ModemTransportOptions) {
    this.#options = options;
  }

  async open(request: OpenRequest): Promise<OpenOutcome> {
    const target = readUri(request.uri);
    if ("kind" in target) return target;
    const { securityTag } = request;
    if (target.secure && securityTag === undefined) {
      return { kind: "credential", detail: `${request.uri} needs a security tag that holds credentials` };
    }
    if (!target.secure && securityTag !== undefined) {
      return { kind: "credential", detail: `${request.uri} has no use for a security tag: write coaps` };
    }
    const refusal = this.#refusal(request);
    if (refusal !== undefined) return refusal;
    let socket: ModemSocket;
    try {
      socket = await this.#connect(target, request);
    } catch (error) {
      return this.#failure(error as ModemErrorShape, target, request);
    }
    const late = this.#refusal(request);
    if (late !== undefined) {
      socket.close();
      return late;
    }
    const identity: PeerIdentity = securityTag === undefined ? { kind: "none" } : { kind: "tag", tag: securityTag };
    const session: ModemSession = new ModemSession(socket, identity, () => this.#sessions.delete(session));
    this.#sessions.add(session);
    return { kind: "open", session };
  }

  listen(): Promise<Listener> {
    return Promise.reject(new Error("the modem's sockets take no sessions of others: give a transport that listens"));
  }

  fallSilent(): void {
    this.#closed = true;
    for (const session of [...this.#sessions]) session.fallSilent();
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const session of [...this.#sessions]) session.close();
  }

  #connect({ host, port, secure }: CoapUri, { securityTag, serverName, signal }: OpenRequest): Promise<ModemSocket> {
    const { sockets, connectionId = true } = this.#options;
    return sockets.connect({
      host,
      port,
      ...(secure && securityTag !== undefined && { securityTag, connectionId }),
      ...(secure && serverName !== undefined && { serverName }),
      ...(signal && { signal }),
    });
  }

  #refusal({ signal }: OpenRequest): OpenFailure | undefined {
    if (this.#closed) return CLOSED;
    return signal?.aborted === true ? GIVEN_UP : undefined;
  }

  /** Why there is no socket, as the charts tell it apart. */
  async #failure(error: ModemErrorShape, { host, port }: CoapUri, request: OpenRequest): Promise<OpenFailure> {
    const { code, message: detail, rejectCause: cause } = error;
    const { sockets, clock, modem } = this.#options;
    const { securityTag, signal } = request;
    const refusal = this.#refusal(request);
    if (refusal !== undefined) return refusal;
    if (code === "pdnRefused") return { kind: "pdn", detail, ...(cause !== undefined && { cause }) };
    if (securityTag === undefined || !REFUSALS.has(code)) return { kind: "noRoute", detail };
    if (!(await holdsAnything(modem.credentials, securityTag))) {
      return { kind: "credential", detail: `security tag ${securityTag} holds no credentials; ${detail}` };
    }
    const isThere = await isAnswered({ sockets, clock, host, port, signal });
    return this.#refusal(request) ?? { kind: isThere ? "handshakeFailed" : "noRoute", detail };
  }
}

/** True where the modem does not say. */
async function holdsAnything(credentials: CredentialStore, tag: number): Promise<boolean> {
  try {
    return (await credentials.list(tag)).length > 0;
  } catch {
    return true;
  }
}

function readUri(uri: string): CoapUri | OpenFailure {
  try {
    return parseCoapUri(uri);
  } catch (error) {
    if (error instanceof CoapUriError) return { kind: "noRoute", detail: error.message };
    throw error;
  }
}

class ModemSession implements Session {
  readonly identity: PeerIdentity;
  readonly maxDatagram = MAX_DATAGRAM;
  readonly #socket: ModemSocket;
  readonly #arrivals = new Arrivals();
  readonly #onEnd: () => void;
  #suspended = false;

  constructor(socket: ModemSocket, identity: PeerIdentity, onEnd: () => void) {
    this.#socket = socket;
    this.identity = identity;
    this.#onEnd = onEnd;
    socket.onDatagram((bytes) => {
      if (!this.#suspended) this.#arrivals.deliver(bytes);
    });
    socket.onClose((detail) => this.#end({ kind: "error", detail }));
  }

  get peer() {
    return this.#socket.peer;
  }
  get local() {
    return this.#socket.local;
  }
  get secure(): boolean {
    return this.identity.kind !== "none";
  }

  attach(handlers: SessionHandlers): void {
    this.#arrivals.attach(handlers);
  }

  send(bytes: Uint8Array): void {
    if (this.#arrivals.ended || this.#suspended || bytes.length > MAX_DATAGRAM) return;
    this.#socket.send(bytes);
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
    this.#end({ kind: "local" });
    this.#socket.close();
  }

  park(): void {
    if (this.#arrivals.ended) return;
    this.#end({ kind: "local" });
    if (this.#socket.park === undefined) this.#socket.close();
    else this.#socket.park();
  }

  /** The modem's supply has gone with the device's. */
  fallSilent(): void {
    this.#end({ kind: "local" });
  }

  #end(reason: CloseReason): void {
    if (this.#arrivals.ended) return;
    this.#onEnd();
    this.#arrivals.end(reason);
  }
}
