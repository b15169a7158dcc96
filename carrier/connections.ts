/** The sessions of one carrier, one a server, with the CoAP endpoint on each. Charts name a server; this has the rest. */
import type { SessionOutcome } from "../machines/outcomes.ts";
import type { Clock } from "../ports/clock.ts";
import type { Random } from "../ports/random.ts";
import type { Lifeline, Trace } from "../ports/trace.ts";
import type { OpenRequest, Transport } from "../ports/transport.ts";
import { CoapEndpoint } from "../services/coap/endpoint.ts";
import type { CoapParameters } from "../services/coap/parameters.ts";
import type { CoapHandler } from "../services/coap/types.ts";

/** `bootstrap`, or a management server's short id. */
export type ServerName = "bootstrap" | number;

export interface ConnectionsOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly parameters?: Partial<CoapParameters>;
  readonly trace?: Trace | undefined;
  /** A session ended that was not closed from here. */
  onLost(server: ServerName): void;
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
    const opening = await this.openEndpoint(request, lifelineOf(server), handler, () => {
      if (this.#endpoints.delete(server)) this.#options.onLost(server);
    });
    if (opening.kind !== "open") return { kind: opening.kind, detail: opening.detail };
    this.#endpoints.set(server, opening.endpoint);
    return { kind: "open" };
  }

  /** An endpoint that belongs to no server: for a firmware host. */
  async openEndpoint(request: OpenRequest, peer: Lifeline, handler?: CoapHandler, onClose?: () => void) {
    const { transport, clock, random, parameters, trace } = this.#options;
    const cause = trace?.cause;
    const outcome = await transport.open({ ...request, lifeline: peer, ...(cause !== undefined && { cause }) });
    if (outcome.kind !== "open") return outcome;
    if (request.signal?.aborted === true) {
      outcome.session.close();
      return { kind: "noRoute", detail: "given up" } as const;
    }
    const endpoint = new CoapEndpoint({
      session: outcome.session,
      clock,
      random,
      lifelines: { local: "library", peer },
      // A server that does not answer for a while still wants to know (LwM2M 1.1 §6.4.2, 1/x/6).
      keepObservations: true,
      ...(handler && { handler }),
      ...(parameters && { parameters }),
      ...(trace && { trace }),
      ...(onClose && { onClose }),
    });
    return { kind: "open", endpoint } as const;
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
