/**
 * An LwM2M bootstrap server on the `coap` package: client-initiated bootstrap (OMA LwM2M Core 1.1 §6.1), accounts
 * by endpoint name, and a few ways to misbehave.
 */
import type { PeerAddress } from "../ports/transport.ts";
import type { DeviceAccounts } from "./account.ts";
import { type Behaviour, BehaviourSwitch } from "./behaviour.ts";
import { runBootstrapSession } from "./bootstrapSession.ts";
import type { DevicePeer, DeviceRequest, ServerAnswer } from "./coapMessage.ts";
import { CoapPort, type CoapPortOptions } from "./coapPort.ts";
import { EventLog, type Logged } from "./eventLog.ts";
import { type SecureEvent, secureHandlers } from "./secureEvents.ts";
import { TestbedError } from "./testbedError.ts";

/** Longest endpoint name that is taken, in characters. */
const MAX_ENDPOINT_LENGTH = 255;

/**
 * `silent` answers nothing; `refuse` answers the request with 4.00; `omitObjects` finishes without having written a
 * server; `neverFinish` writes all and sends no Finish; `wrongWrites` sends each instance cut off.
 */
export type BootstrapBehaviour = Behaviour<"silent" | "refuse" | "omitObjects" | "neverFinish" | "wrongWrites">;

export type BootstrapEvent =
  | SecureEvent
  | {
      readonly type: "requested";
      readonly endpoint: string;
      readonly peer: DevicePeer;
      readonly preferredFormat?: number;
    }
  /** A request that a `silent` server left unanswered. */
  | { readonly type: "ignored"; readonly endpoint: string }
  | { readonly type: "refused"; readonly endpoint: string; readonly code: string }
  | { readonly type: "discovered"; readonly endpoint: string; readonly code: string; readonly links: string }
  | { readonly type: "deleted"; readonly endpoint: string; readonly path: string; readonly code: string }
  | { readonly type: "wrote"; readonly endpoint: string; readonly path: string; readonly code: string }
  | { readonly type: "finished"; readonly endpoint: string; readonly code: string }
  | { readonly type: "finishRefused"; readonly endpoint: string; readonly code: string }
  /** The device fell silent or asked again; or (without an endpoint) the socket failed. */
  | { readonly type: "failed"; readonly endpoint?: string; readonly detail: string };

export interface BootstrapServerOptions extends CoapPortOptions {
  /** By endpoint name; a device that is not named gets `defaultAccounts`, or 4.00 where there are none. */
  readonly accounts?: Readonly<Record<string, DeviceAccounts>>;
  /** For all others; a function makes them for each device by its endpoint name. */
  readonly defaultAccounts?: DeviceAccounts | ((endpoint: string) => DeviceAccounts);
  /** Begin with a Bootstrap-Discover on `/`; default true. */
  readonly discover?: boolean;
  readonly behaviour?: BootstrapBehaviour;
  /** Called with everything the server sees. Keys are never among it. */
  log?(entry: Logged<BootstrapEvent>): void;
}

export class BootstrapServer {
  readonly events: EventLog<BootstrapEvent>;
  readonly #options: BootstrapServerOptions;
  readonly #accounts: Map<string, DeviceAccounts>;
  readonly #behaviour: BehaviourSwitch<BootstrapBehaviour>;
  /** The sessions under way, by endpoint name. */
  readonly #sessions = new Map<string, AbortController>();
  #port: CoapPort | undefined;

  private constructor(options: BootstrapServerOptions) {
    this.#options = options;
    this.#accounts = new Map(Object.entries(options.accounts ?? {}));
    this.#behaviour = new BehaviourSwitch(options.behaviour);
    this.events = new EventLog(options.clock, options.log);
  }

  /** Used by `startBootstrapServer`. */
  static async start(options: BootstrapServerOptions): Promise<BootstrapServer> {
    const server = new BootstrapServer(options);
    server.#port = await CoapPort.open(options, {
      onRequest: (request) => server.#answer(request),
      onError: (error) => server.events.record({ type: "failed", detail: error.message }),
      ...secureHandlers((event) => server.events.record(event)),
    });
    return server;
  }

  /** `coap://127.0.0.1:PORT`, or `coaps:`; valid while the server is absent too. */
  get uri(): string {
    return this.#bound.uri;
  }

  get address(): PeerAddress {
    return { address: this.#bound.host, port: this.#bound.port };
  }

  setAccounts(endpoint: string, accounts: DeviceAccounts): void {
    this.#accounts.set(endpoint, accounts);
  }

  /** How the next Bootstrap-Requests are met; undefined is properly. */
  setBehaviour(behaviour: BootstrapBehaviour | undefined): void {
    this.#behaviour.set(behaviour);
  }

  /** Binds the port of a server that was absent. */
  appear(): Promise<void> {
    return this.#bound.appear();
  }

  /** Goes away; the port stays known and can be bound again by `appear`. */
  disappear(): Promise<void> {
    return this.#bound.disappear();
  }

  async close(): Promise<void> {
    const closed = new TestbedError("closed", "the server was closed");
    for (const session of this.#sessions.values()) session.abort(closed);
    await this.#bound.close();
    this.events.close();
  }

  get #bound(): CoapPort {
    return this.#port as CoapPort;
  }

  #answer(request: DeviceRequest): ServerAnswer {
    if (request.path.join("/") !== "bs") return { code: "4.04" };
    if (request.method !== "POST") return { code: "4.05" };
    const endpoint = request.query.get("ep") ?? "";
    const preferred = Number(request.query.get("pct") || Number.NaN);
    this.events.record({
      type: "requested",
      endpoint,
      peer: request.peer,
      ...(Number.isInteger(preferred) ? { preferredFormat: preferred } : {}),
    });
    const behaviour = this.#behaviour.take()?.kind;
    if (behaviour === "silent") {
      this.events.record({ type: "ignored", endpoint });
      return "silence";
    }
    const nameless = endpoint === "" || endpoint.length > MAX_ENDPOINT_LENGTH;
    const accounts = nameless ? undefined : this.#accountsOf(endpoint);
    if (behaviour === "refuse" || accounts === undefined) {
      this.events.record({ type: "refused", endpoint, code: "4.00" });
      return { code: "4.00" };
    }
    // The device must have the answer before the first operation.
    setImmediate(() => this.#bootstrap(endpoint, request.peer, accounts, preferred, behaviour));
    return { code: "2.04" };
  }

  #accountsOf(endpoint: string): DeviceAccounts | undefined {
    const { defaultAccounts } = this.#options;
    const known = this.#accounts.get(endpoint);
    return known ?? (typeof defaultAccounts === "function" ? defaultAccounts(endpoint) : defaultAccounts);
  }

  #bootstrap(
    endpoint: string,
    peer: DevicePeer,
    accounts: DeviceAccounts,
    preferredFormat: number,
    behaviour: BootstrapBehaviour["kind"] | undefined,
  ): void {
    this.#sessions.get(endpoint)?.abort(new TestbedError("aborted", "a newer request took its place"));
    const session = new AbortController();
    this.#sessions.set(endpoint, session);
    runBootstrapSession({
      port: this.#bound,
      endpoint,
      peer,
      accounts,
      discover: this.#options.discover ?? true,
      ...(Number.isInteger(preferredFormat) && { preferredFormat }),
      behaviour,
      signal: session.signal,
      record: (event) => this.events.record(event),
    })
      .catch((error: Error) => this.events.record({ type: "failed", endpoint, detail: error.message }))
      .finally(() => {
        if (this.#sessions.get(endpoint) === session) this.#sessions.delete(endpoint);
      });
  }
}

/** Starts a bootstrap server. Rejects with a `TestbedError` when the port cannot be bound. */
export function startBootstrapServer(options: BootstrapServerOptions): Promise<BootstrapServer> {
  return BootstrapServer.start(options);
}
