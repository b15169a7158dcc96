/** The sessions of one carrier, one a server, with the CoAP endpoint on each. Charts name a server; this has the rest. */
import type { SessionOutcome } from "../machines/outcomes.ts";
import type { Clock } from "../ports/clock.ts";
import type { Random } from "../ports/random.ts";
import type { Lifeline, Trace } from "../ports/trace.ts";
import type { OpenRequest, Session, Transport } from "../ports/transport.ts";
import { CoapEndpoint } from "../services/coap/endpoint.ts";
import type { CoapParameters } from "../services/coap/parameters.ts";
import type { CoapHandler, PayloadDescriber } from "../services/coap/types.ts";
import { Awake } from "./awake.ts";

/** `bootstrap`, or a management server's short id. */
export type ServerName = "bootstrap" | number;

export interface ConnectionsOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly parameters?: Partial<CoapParameters>;
  readonly trace?: Trace | undefined;
  /** What payloads say, for detailed records. */
  readonly describe?: PayloadDescriber;
  readonly queue?: QueueMode;
  /** A session ended that was not closed from here. */
  onLost(server: ServerName): void;
}

export interface QueueMode {
  /** How long a session is awake after an exchange, ms. */
  readonly awakeMs: number;
  /** The device is to sleep between exchanges with this server. */
  wants(server: number): boolean;
  /** The server was told so. */
  maySleep(server: number): boolean;
}

export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #endpoints = new Map<ServerName, CoapEndpoint>();

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  /** Given up by the request's signal, it leaves nothing open. */
  async open(server: ServerName, request: OpenRequest, handler: CoapHandler): Promise<SessionOutcome> {
    this.close(server);
    const onClose = () => {
      if (this.#endpoints.delete(server)) this.#options.onLost(server);
    };
    const { queue } = this.#options;
    const listens = typeof server === "number" && queue?.wants(server) === true && { listensMs: queue.awakeMs };
    const opening = await this.#open({ ...request, ...listens }, lifelineOf(server), handler, onClose, server);
    if (opening.kind !== "open") return opening;
    this.#endpoints.set(server, opening.endpoint);
    return { kind: "open" };
  }

  /** An endpoint that belongs to no server: for a firmware host. */
  openEndpoint(request: OpenRequest, peer: Lifeline) {
    return this.#open(request, peer);
  }

  async #open(request: OpenRequest, peer: Lifeline, handler?: CoapHandler, onClose?: () => void, server?: ServerName) {
    const { transport, clock, random, parameters, trace, describe } = this.#options;
    const cause = trace?.cause;
    const outcome = await transport.open({ ...request, lifeline: peer, ...(cause !== undefined && { cause }) });
    if (outcome.kind !== "open") return outcome;
    if (request.signal?.aborted === true) {
      outcome.session.close();
      return { kind: "noRoute", detail: "given up" } as const;
    }
    const endpoint: CoapEndpoint = new CoapEndpoint({
      session: this.#queued({ ...request, lifeline: peer }, outcome.session, server, () => endpoint.busy),
      clock,
      random,
      lifelines: { local: "library", peer },
      // A server that does not answer for a while still wants to know (LwM2M 1.1 §6.4.2, 1/x/6).
      keepObservations: true,
      ...(handler && { handler }),
      ...(parameters && { parameters }),
      ...(trace && { trace }),
      ...(describe && { describe }),
      ...(onClose && { onClose }),
    });
    return { kind: "open", endpoint } as const;
  }

  /** The session as it is, or one that sleeps between exchanges. */
  #queued(request: OpenRequest, session: Session, server: ServerName | undefined, isBusy: () => boolean): Session {
    const { transport, clock, queue } = this.#options;
    if (queue === undefined || typeof server !== "number" || request.listensMs === undefined) return session;
    const { signal: _, ...again } = request;
    return new Awake({
      session,
      clock,
      awakeMs: request.listensMs,
      isBusy,
      maySleep: () => queue.maySleep(server),
      reopen: () => transport.open(again),
    });
  }

  /** Undefined while there is no session. */
  endpoint(server: ServerName): CoapEndpoint | undefined {
    return this.#endpoints.get(server);
  }

  /** `park`: the server knows this device still; the next session may go on where this one was. */
  close(server: ServerName, { park = false } = {}): void {
    const endpoint = this.#endpoints.get(server);
    this.#endpoints.delete(server);
    if (park) endpoint?.session.park?.();
    endpoint?.close();
  }

  /** Those that there is a session with. */
  get servers(): ServerName[] {
    return [...this.#endpoints.keys()];
  }
}

function lifelineOf(server: ServerName): Lifeline {
  return server === "bootstrap" ? "bootstrap" : `server/${server}`;
}
