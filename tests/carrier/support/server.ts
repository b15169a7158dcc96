/**
 * An LwM2M server of the tests on a network in memory: bootstrap and management in one, scripted by what it answers.
 * It runs on virtual time as the carrier does.
 */
import { seededRandom } from "../../../carrier/random.ts";
import type { Listener, Session } from "../../../ports/transport.ts";
import { CODE, formatCode } from "../../../services/coap/codes.ts";
import { CoapEndpoint } from "../../../services/coap/endpoint.ts";
import type { MemoryNetwork } from "../../../services/coap/memoryTransport.ts";
import type { CoapResponse, IncomingRequest, OutgoingResponse } from "../../../services/coap/types.ts";
import { createDtlsTransport } from "../../../services/dtls/dtlsTransport.ts";
import type { ServerOptions } from "../../../services/dtls/types.ts";
import { CONTENT_FORMAT } from "../../../services/lwm2m/contentFormat.ts";
import { type Format, formatOf } from "../../../services/lwm2m/formats.ts";
import type { InstanceValues, ObjectDefinition } from "../../../services/lwm2m/model.ts";
import { findObject } from "../../../services/lwm2m/objects/index.ts";
import { SECURITY } from "../../../services/lwm2m/objects/security.ts";
import { SERVER } from "../../../services/lwm2m/objects/server.ts";
import { parsePath } from "../../../services/lwm2m/path.ts";
import { type ServerAccount, securityInstance, serverInstance } from "../../../testbed/account.ts";
import type { VirtualClock } from "../../support/virtualClock.ts";

/** A request as it came, `POST /rd`, with what a test wants to know of it. */
export interface Asked {
  /** `POST /rd`, `POST /rd/1`, `DELETE /rd/1`, `POST /bs`, `POST /dp`. */
  readonly what: string;
  readonly query: readonly string[];
  readonly contentFormat: number | undefined;
  readonly text: string;
  readonly payload: Uint8Array;
  /** Whole seconds of the clock. */
  readonly at: number;
}

/** Instead of the proper answer: a code, or an acknowledgement that no response follows. */
export type Script = (asked: Asked) => number | "acknowledged" | undefined;

/** What a bootstrap does wrong. */
export type BootstrapFlaw = "omitObjects" | "neverFinish" | "wrongWrites";

export interface MemoryServerOptions {
  readonly network: MemoryNetwork;
  readonly clock: VirtualClock;
  /** Numeric address that it listens on, port 5683, or 5684 where it is secure. */
  readonly address: string;
  /** Speaks DTLS. */
  readonly secure?: ServerOptions;
  /** What a bootstrap writes. */
  readonly accounts?: readonly ServerAccount[];
}

const METHODS: Readonly<Record<number, string>> = {
  [CODE.GET]: "GET",
  [CODE.POST]: "POST",
  [CODE.PUT]: "PUT",
  [CODE.DELETE]: "DELETE",
};

export class MemoryServer {
  readonly uri: string;
  readonly asked: Asked[] = [];
  /** Registrations by location, with the endpoint to the device. */
  readonly registrations = new Map<string, { readonly name: string; endpoint: CoapEndpoint }>();
  accounts: readonly ServerAccount[];
  script: Script = () => undefined;
  flaw: BootstrapFlaw | undefined;
  /** Leaves 0/x/3, 0/x/4 and 0/x/5 out of what it writes. */
  omitsKeys = false;
  /** Codes that the device answered the operations of the last bootstrap with. */
  bootstrapCodes: string[] = [];
  /** Devices that came through a handshake, and how often. */
  sessions = 0;
  readonly #options: MemoryServerOptions;
  #listener: Listener | undefined;
  #silent = false;
  #locations = 0;

  private constructor(options: MemoryServerOptions) {
    this.#options = options;
    this.uri = `${options.secure === undefined ? "coap" : "coaps"}://${options.address}`;
    this.accounts = options.accounts ?? [];
    options.network.lose({
      name: `${options.address} is silent`,
      when: ({ from }) => this.#silent && from.address === options.address,
    });
  }

  static async start(options: MemoryServerOptions): Promise<MemoryServer> {
    const server = new MemoryServer(options);
    await server.#listen();
    return server;
  }

  async #listen(): Promise<void> {
    const { network, clock, address, secure } = this.#options;
    const inner = network.transport(address);
    const transport = secure === undefined ? inner : createDtlsTransport({ inner, clock, serverOptions: secure });
    const at = { address, port: secure === undefined ? 5683 : 5684 };
    this.#listener = await transport.listen(at, (session) => {
      this.sessions++;
      this.#serve(session);
    });
  }

  /** Ends every session of its own accord. */
  async closeSessions(): Promise<void> {
    await this.#listener?.close();
    await this.#listen();
  }

  /** The process is gone without a word, and there again with what a database would have kept: no session. */
  async restart(): Promise<void> {
    const { network, address } = this.#options;
    const mute = network.lose({ name: "restart", when: ({ from }) => from.address === address });
    await this.#listener?.close();
    mute.remove();
    await this.#listen();
  }

  /** Whether anything that it sends is lost: requests are heard, nothing is answered. */
  set silent(silent: boolean) {
    this.#silent = silent;
  }

  /** The requests of this kind, `POST /rd` for example. */
  of(what: string): Asked[] {
    return this.asked.filter((asked) => asked.what === what);
  }

  /** As after a restart of the server. */
  forget(): void {
    this.registrations.clear();
  }

  /** Asks the device that is registered (the newest, or by name); resolves with the answer as text, `2.05 55`. */
  async ask(method: "GET" | "PUT" | "POST" | "DELETE", path: string, text?: string, name?: string): Promise<string> {
    const [objects = "", query] = path.split("?");
    const outcome = await this.#endpoint(name).request({
      method: CODE[method],
      path: objects.split("/").filter((segment) => segment !== ""),
      ...(query !== undefined && { query: query.split("&") }),
      ...(text !== undefined && { contentFormat: CONTENT_FORMAT.text, payload: new TextEncoder().encode(text) }),
    });
    if (outcome.kind !== "response") return outcome.kind;
    const { code, payload } = outcome.response;
    const said = new TextDecoder().decode(payload);
    return code < 0x80 && said !== "" ? `${formatCode(code)} ${said}` : formatCode(code);
  }

  /** Pushes octets to a resource, block-wise. */
  async push(path: string, payload: Uint8Array): Promise<string> {
    const outcome = await this.#endpoint().request({
      method: CODE.PUT,
      path: path.split("/").filter((segment) => segment !== ""),
      contentFormat: CONTENT_FORMAT.opaque,
      payload,
    });
    return outcome.kind === "response" ? formatCode(outcome.response.code) : outcome.kind;
  }

  /** Observes; notifications are kept as text in the list that it resolves with, with the second they came at. */
  async observe(path: string) {
    const kept = { values: [] as string[], times: [] as number[] };
    const keep = ({ payload }: CoapResponse) => {
      kept.values.push(new TextDecoder().decode(payload));
      kept.times.push(this.#seconds());
    };
    const request = { method: CODE.GET, path: path.split("/").filter((segment) => segment !== "") };
    const { outcome, cancel } = await this.#endpoint().observe(request, keep);
    if (outcome.kind !== "response") throw new Error(`observe ${path}: ${outcome.kind}`);
    keep(outcome.response);
    return { ...kept, cancel };
  }

  /** What lies at a path, asked for in TLV unless otherwise said. */
  async read(path: string, accept: number = CONTENT_FORMAT.tlv): Promise<unknown> {
    const outcome = await this.#endpoint().request({
      method: CODE.GET,
      path: path.split("/").filter((segment) => segment !== ""),
      accept,
    });
    if (outcome.kind !== "response" || outcome.response.code !== CODE.CONTENT) throw new Error(`read ${path} failed`);
    return formatOf(accept).decode(parsePath(path), outcome.response.payload, findObject);
  }

  #endpoint(name?: string): CoapEndpoint {
    const all = [...this.registrations.values()];
    const found = name === undefined ? all.at(-1) : all.find((registration) => registration.name === name);
    if (found === undefined) throw new Error("no device is registered");
    return found.endpoint;
  }

  #serve(session: Session): void {
    const endpoint: CoapEndpoint = new CoapEndpoint({
      session,
      clock: this.#options.clock,
      random: seededRandom(session.peer.port),
      handler: { onRequest: (request) => this.#answer(request, endpoint) },
    });
  }

  #answer(request: IncomingRequest, endpoint: CoapEndpoint): OutgoingResponse | Promise<OutgoingResponse> {
    const asked: Asked = {
      what: `${METHODS[request.method]} /${request.path.join("/")}`,
      query: request.query,
      contentFormat: request.contentFormat,
      text: new TextDecoder().decode(request.payload),
      payload: request.payload,
      at: this.#seconds(),
    };
    this.asked.push(asked);
    const scripted = this.script(asked);
    if (scripted === "acknowledged") return new Promise(() => {});
    if (scripted !== undefined) return { code: scripted };
    const [root, location] = request.path;
    if (root === "bs") {
      const preferred = asked.query.find((parameter) => parameter.startsWith("pct="))?.slice(4);
      setImmediate(() => void this.#bootstrap(endpoint, formatOf(Number(preferred ?? CONTENT_FORMAT.tlv))));
      return { code: CODE.CHANGED };
    }
    if (root === "dp") return { code: CODE.CHANGED };
    if (location === undefined) {
      const added = String(++this.#locations);
      const name = request.query.find((parameter) => parameter.startsWith("ep="))?.slice(3) ?? "";
      for (const [at, known] of this.registrations) if (known.name === name) this.registrations.delete(at);
      this.registrations.set(added, { name, endpoint });
      return { code: CODE.CREATED, locationPath: ["rd", added] };
    }
    const known = this.registrations.get(location);
    if (known === undefined) return { code: CODE.NOT_FOUND };
    if (request.method === CODE.DELETE) {
      this.registrations.delete(location);
      return { code: CODE.DELETED };
    }
    known.endpoint = endpoint;
    return { code: CODE.CHANGED };
  }

  async #bootstrap(endpoint: CoapEndpoint, format: Format): Promise<void> {
    const { flaw } = this;
    this.bootstrapCodes = [];
    const send = async (method: number, path: string[], payload?: Uint8Array) => {
      const content = payload === undefined ? {} : { contentFormat: format.number, payload };
      const outcome = await endpoint.request({ method, path, ...content });
      this.bootstrapCodes.push(outcome.kind === "response" ? formatCode(outcome.response.code) : outcome.kind);
    };
    await send(CODE.DELETE, []);
    for (const [index, account] of (flaw === "omitObjects" ? [] : this.accounts).entries()) {
      const cut = flaw === "wrongWrites" ? -1 : undefined;
      const values = [...securityInstance(account)].filter(([id]) => !this.omitsKeys || id < 3 || id > 5);
      const write = async (definition: ObjectDefinition, instanceId: number, values: InstanceValues) => {
        const { id: objectId } = definition;
        const node = { kind: "instance", path: { objectId, instanceId }, definition, values } as const;
        await send(CODE.PUT, [String(objectId), String(instanceId)], format.encode(node).slice(0, cut));
      };
      // Instance 0 of Security is the bootstrap server's own.
      await write(SECURITY, index + 1, new Map(values));
      await write(SERVER, index, serverInstance(account));
    }
    if (flaw !== "neverFinish") await send(CODE.POST, ["bs"]);
  }

  #seconds(): number {
    return Math.floor(this.#options.clock.now() / 1000);
  }
}
