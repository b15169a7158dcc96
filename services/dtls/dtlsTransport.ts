/**
 * CoAP over DTLS (RFC 7252 §9) on any transport of datagrams: `coaps` is a handshake over a session of the transport
 * underneath, everything else goes there as it is. Credentials come from security tags, for one handshake each.
 */
import type { Clock } from "../../ports/clock.ts";
import type { TagCredentials } from "../../ports/modem.ts";
import type { Trace } from "../../ports/trace.ts";
import type {
  Listener,
  OpenFailure,
  OpenOutcome,
  OpenRequest,
  PeerAddress,
  Session,
  Transport,
} from "../../ports/transport.ts";
import { CoapUriError } from "../coap/errors.ts";
import { type CoapUri, parseCoapUri } from "../coap/uri.ts";
import { DtlsClient } from "./client.ts";
import { listenSecurely } from "./dtlsListener.ts";
import { type DtlsParameters, type ResolvedParameters, resolveDtlsParameters } from "./dtlsParameters.ts";
import { DtlsRecorder } from "./dtlsRecorder.ts";
import { DtlsSession } from "./dtlsSession.ts";
import { DtlsError, type DtlsErrorCode } from "./errors.ts";
import { KeptSessions } from "./keptSessions.ts";
import type { SessionVault } from "./sessionVault.ts";
import { readTagCredentials, type TagSecurity } from "./tagCredentials.ts";
import type { ClientOptions, ServerOptions } from "./types.ts";

export interface DtlsTransportOptions {
  /** Carries the datagrams, of `mtu` octets or what it says itself. */
  readonly inner: Transport;
  readonly clock: Clock;
  /** The content of a security tag, the caller's to wipe; see `Modem.hostCredentials`. Needed to open sessions. */
  readonly credentials?: (tag: number) => Promise<TagCredentials>;
  readonly parameters?: DtlsParameters | undefined;
  /** Where sessions outlive the process. Without it they are kept in memory. */
  readonly sessions?: SessionVault | undefined;
  /** For `listen`, which without it listens for CoAP without security. */
  readonly serverOptions?: ServerOptions;
  readonly trace?: Trace | undefined;
}

export interface DtlsTransport extends Transport {
  /** Hands the sessions that were parked to the store: the device starts again, perhaps in another process. */
  save(): Promise<void>;
  /** From now on nothing is said to any peer and nothing more is stored, as when the supply has gone. */
  fallSilent(): void;
  pause(): void;
  unpause(): void;
}

/** Throws `DtlsError` `option` for a parameter that cannot be. */
export function createDtlsTransport(options: DtlsTransportOptions): DtlsTransport {
  return new SecureTransport(options);
}

const GIVEN_UP: OpenFailure = { kind: "noRoute", detail: "given up" };
const CLOSED: OpenFailure = { kind: "noRoute", detail: "the transport is closed" };
/** A session is left a little after the device has stopped listening, not before. */
const LISTENING_MARGIN_MS = 1_000;
/** Handshakes that came to nothing and say nothing against the session that they offered. */
const HARMLESS: ReadonlySet<DtlsErrorCode> = new Set(["noAnswer", "aborted", "socket"]);

/** A handshake with one server, or the connection that came of it. */
interface Attempt {
  /** What is kept of its sessions is kept under this. */
  readonly key: string;
  readonly options: ClientOptions;
}

class SecureTransport implements DtlsTransport {
  readonly #options: DtlsTransportOptions;
  readonly #parameters: ResolvedParameters;
  readonly #kept: KeptSessions;
  readonly #sessions = new Set<DtlsSession>();
  #paused = false;
  #silent = false;
  #closed = false;

  constructor(options: DtlsTransportOptions) {
    this.#options = options;
    this.#parameters = resolveDtlsParameters(options.parameters);
    this.#kept = new KeptSessions(options.clock, options.sessions);
  }

  async open(request: OpenRequest): Promise<OpenOutcome> {
    const { inner } = this.#options;
    const uri = readUri(request.uri);
    if ("kind" in uri) return uri;
    if (!uri.secure) return inner.open(request);
    const { securityTag, signal } = request;
    if (securityTag === undefined) {
      return { kind: "credential", detail: `${request.uri} needs a security tag that holds credentials` };
    }
    const security = await this.#security(securityTag).catch(openFailure);
    if ("kind" in security) return security;
    const opened = await inner.open({ uri: plainUri(uri), ...(signal && { signal }) });
    if (opened.kind !== "open") return opened;
    const refusal = this.#refusal(request);
    if (refusal === undefined) return this.#secure(opened.session, request, uri, securityTag, security);
    opened.session.close();
    return refusal;
  }

  listen(at: PeerAddress, onSession: (session: Session) => void): Promise<Listener> {
    const { inner, clock, serverOptions } = this.#options;
    if (serverOptions === undefined) return inner.listen(at, onSession);
    return listenSecurely({ inner, clock, serverOptions, at, onSession });
  }

  async save(): Promise<void> {
    if (!this.#silent) await this.#kept.save();
  }

  fallSilent(): void {
    this.#silent = true;
    for (const session of this.#sessions) session.suspend();
  }

  pause(): void {
    this.#paused = true;
    for (const session of this.#sessions) session.pause();
    this.#options.inner.pause?.();
  }

  unpause(): void {
    this.#paused = false;
    // What one lets through may pause all again.
    for (const session of [...this.#sessions]) if (!this.#paused) session.unpause();
    if (!this.#paused) this.#options.inner.unpause?.();
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const session of [...this.#sessions]) session.close();
    await this.save();
    await this.#options.inner.close();
  }

  /** A session that sleeps between exchanges may not go idle before it does. */
  #idleTimeoutMs({ listensMs }: OpenRequest): number {
    const { idleTimeoutMs } = this.#parameters;
    return listensMs === undefined ? idleTimeoutMs : Math.max(idleTimeoutMs, listensMs + LISTENING_MARGIN_MS);
  }

  /** Takes over the session underneath: it goes when nothing comes of this. */
  async #secure(
    inner: Session,
    request: OpenRequest,
    uri: CoapUri,
    tag: number,
    first: TagSecurity,
  ): Promise<OpenOutcome> {
    const { clock } = this.#options;
    const recorder = this.#recorder(inner.peer, request);
    const attemptWith = (security: TagSecurity) => this.#attempt(inner, request, uri, security, recorder);
    let attempt = attemptWith(first);
    let since = clock.wall();
    const session: DtlsSession = new DtlsSession({
      inner,
      clock,
      tag,
      recorder,
      idleTimeoutMs: this.#idleTimeoutMs(request),
      createClient: async () => {
        attempt = attemptWith(await this.#security(tag));
        return this.#client(attempt);
      },
      onHandshake: (client, failure) => {
        since = clock.wall();
        if (failure === undefined) this.#remember(attempt, client);
        else if (!HARMLESS.has(failure.code)) this.#kept.forget(attempt.key);
      },
      onFatal: () => this.#kept.forget(attempt.key),
      onPark: (connection) => {
        if (!this.#silent) this.#kept.park(attempt.key, since, connection);
      },
      onEnd: () => this.#sessions.delete(session),
    });
    this.#sessions.add(session);
    if (this.#paused) session.pause();
    const parked = await this.#kept.takeLive(attempt.key);
    const connection = parked && importClient(parked.bytes, attempt.options);
    if (parked !== undefined && connection !== undefined) {
      since = parked.since;
      const refusal = this.#refusal(request);
      if (refusal === undefined && !session.ended) {
        session.adopt(connection);
        return { kind: "open", session };
      }
      // Not used, so it may be used another time.
      this.#kept.park(attempt.key, since, parked.bytes);
      session.close();
      return refusal ?? CLOSED;
    }
    try {
      const failure = await session.connect(await this.#client(attempt), request.signal);
      return failure === undefined ? { kind: "open", session } : openFailure(failure);
    } catch (error) {
      session.close();
      return openFailure(error);
    }
  }

  #attempt(
    inner: Session,
    request: OpenRequest,
    { host, port }: CoapUri,
    security: TagSecurity,
    recorder: DtlsRecorder | undefined,
  ): Attempt {
    // An IPv6 zone is this host's view of an address; no certificate has it.
    const serverName = request.serverName ?? host.replace(/%.*$/, "");
    const { client } = this.#parameters;
    return {
      key: `${host}:${port} ${request.securityTag} ${serverName}`,
      options: {
        ...client,
        ...security,
        mtu: Math.min(client.mtu ?? inner.maxDatagram, inner.maxDatagram),
        serverName,
        now: () => this.#options.clock.wall(),
        ...(recorder && { observe: recorder.observe }),
      },
    };
  }

  async #client(attempt: Attempt): Promise<DtlsClient> {
    const resume = await this.#kept.resumable(attempt.key);
    try {
      return new DtlsClient({ ...attempt.options, ...(resume && { resume: resume.bytes }) });
    } catch (error) {
      if (resume === undefined) throw error;
      // What was kept may be of an older version of this stack.
      this.#kept.forget(attempt.key);
      return new DtlsClient(attempt.options);
    }
  }

  #refusal({ signal }: OpenRequest): OpenFailure | undefined {
    if (this.#closed) return CLOSED;
    return signal?.aborted === true ? GIVEN_UP : undefined;
  }

  #remember(attempt: Attempt, client: DtlsClient): void {
    const bytes = client.resumption();
    // An abbreviated handshake gave nothing new; what it came from keeps its age.
    if (bytes !== undefined && client.info?.resumed === false && !this.#silent) this.#kept.remember(attempt.key, bytes);
  }

  async #security(tag: number): Promise<TagSecurity> {
    const { credentials } = this.#options;
    if (credentials === undefined) throw new DtlsError("option", "there is no store of credentials on this host");
    return readTagCredentials(tag, await credentials(tag));
  }

  #recorder(peer: PeerAddress, { lifeline, cause }: OpenRequest): DtlsRecorder | undefined {
    const { trace } = this.#options;
    const lifelines = lifeline && { lifelines: { local: "library", peer: lifeline } as const };
    return trace && new DtlsRecorder({ trace, peer, cause, ...lifelines });
  }
}

/** Undefined for what is no connection of this version and these credentials. */
function importClient(bytes: Uint8Array, options: ClientOptions): DtlsClient | undefined {
  try {
    return DtlsClient.import(bytes, options);
  } catch {
    return undefined;
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

/** The same place without security, for the transport underneath. */
function plainUri({ host, named, port }: CoapUri): string {
  const authority = named ? encodeURIComponent(host) : host.includes(":") ? `[${host.replace("%", "%25")}]` : host;
  return `coap://${authority}:${port}`;
}

/** Why a handshake came to nothing, as the charts tell it apart. */
function openFailure(error: unknown): OpenFailure {
  if (!(error instanceof DtlsError)) {
    // A modem's or store's refusal, in its own words.
    return { kind: "credential", detail: error instanceof Error ? error.message : "the credentials cannot be read" };
  }
  const { code, message: detail, alertCode: alert } = error;
  switch (code) {
    case "option":
      return { kind: "credential", detail };
    case "noAnswer":
    case "socket":
    case "aborted":
      return { kind: "noRoute", detail };
    default:
      return { kind: "handshakeFailed", detail, ...(alert !== undefined && { alert }) };
  }
}
