/**
 * An LwM2M management server on the `coap` package: registration interface, device management, observations and
 * firmware updates, all by endpoint name, and a few ways to misbehave (OMA LwM2M Core 1.1 §6.2 to §6.4).
 *
 * Limits of node-coap: it matches an answer by message id before token, so that a device's own confirmable message is
 * lost when its id happens to be that of a request under way (1 in 65536); and it fetches the further blocks of a
 * notification with the Observe option still set, which a device may take for a new observation.
 */
import type { PeerAddress } from "../ports/transport.ts";
import { CONTENT_FORMAT } from "../services/lwm2m/contentFormat.ts";
import { decodeLinks, type Link } from "../services/lwm2m/linkFormat.ts";
import type { DefinitionLookup, InstanceValues } from "../services/lwm2m/model.ts";
import { OBJECTS } from "../services/lwm2m/objects/index.ts";
import { type Behaviour, BehaviourSwitch } from "./behaviour.ts";
import { type PushOptions, pushBlocks } from "./blockPush.ts";
import { type DeviceAnswer, type DeviceRequest, type ServerAnswer, succeeded, textOf } from "./coapMessage.ts";
import { CoapPort, type CoapPortOptions } from "./coapPort.ts";
import { type CompositeOptions, type CompositeValues, encodePaths, encodeValues } from "./composite.ts";
import { type Content, encodeContent, encodeNewInstance, type WritableValue } from "./deviceContent.ts";
import { DeviceRegistry, type Registration } from "./deviceRegistry.ts";
import { type DeviceObservation, DeviceRequests, type ReadAnswer, type RequestEvent } from "./deviceRequests.ts";
import { EventLog, type Logged } from "./eventLog.ts";
import {
  type FirmwareOutcome,
  type FirmwareSource,
  type FirmwareUpdateOptions,
  runFirmwareUpdate,
} from "./firmwareUpdate.ts";
import { handleRequest, type RegistrationFact } from "./registrationInterface.ts";
import { type SecureEvent, secureHandlers } from "./secureEvents.ts";

/** `silent` answers nothing; `unavailable` answers Register and Update with 5.03; `refuseRegister` Register with `code`. */
export type ManagementBehaviour =
  | Behaviour<"silent" | "unavailable">
  | (Behaviour<"refuseRegister"> & { readonly code: string });

export type ManagementEvent =
  | RegistrationFact
  | SecureEvent
  | { readonly type: "expired"; readonly registration: Registration }
  /** A request that a `silent` server left unanswered. */
  | { readonly type: "ignored"; readonly endpoint: string | undefined }
  | RequestEvent
  | { readonly type: "firmwareProgress"; readonly endpoint: string; readonly sent: number; readonly total: number }
  | { readonly type: "firmware"; readonly endpoint: string; readonly state: number; readonly result: number }
  /** A request that got no answer, or (without an endpoint) a socket that failed. */
  | { readonly type: "failed"; readonly endpoint?: string; readonly detail: string };

export interface ManagementServerOptions extends CoapPortOptions {
  /** Definitions beyond the project's own, by object id. */
  readonly objects?: DefinitionLookup;
  readonly behaviour?: ManagementBehaviour;
  /** Called with everything the server sees. */
  log?(entry: Logged<ManagementEvent>): void;
}

export class ManagementServer {
  readonly events: EventLog<ManagementEvent>;
  readonly #registry: DeviceRegistry;
  readonly #lookup: DefinitionLookup;
  readonly #behaviour: BehaviourSwitch<ManagementBehaviour>;
  readonly #requests: DeviceRequests;
  #port: CoapPort | undefined;

  private constructor(options: ManagementServerOptions) {
    this.events = new EventLog(options.clock, options.log);
    this.#lookup = (id) => options.objects?.(id) ?? OBJECTS.get(id);
    this.#behaviour = new BehaviourSwitch(options.behaviour);
    this.#requests = new DeviceRequests({
      events: this.events,
      lookup: this.#lookup,
      registration: (endpoint) => this.#registry.find(endpoint),
      port: () => this.#bound,
    });
    this.#registry = new DeviceRegistry(options.clock, (registration) => {
      this.#requests.forgetObservations(registration.endpoint);
      this.events.record({ type: "expired", registration });
    });
  }

  /** Used by `startManagementServer`. */
  static async start(options: ManagementServerOptions): Promise<ManagementServer> {
    const server = new ManagementServer(options);
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

  get devices(): readonly Registration[] {
    return this.#registry.registrations;
  }

  device(endpoint: string): Registration | undefined {
    return this.#registry.find(endpoint);
  }

  /** How the next requests of devices are met; undefined is properly. */
  setBehaviour(behaviour: ManagementBehaviour | undefined): void {
    this.#behaviour.set(behaviour);
  }

  /** Loses a registration, as a server that was restarted does: the next Update gets 4.04. */
  forget(endpoint: string): void {
    this.#registry.remove(endpoint);
    this.#requests.forgetObservations(endpoint);
  }

  /** Binds the port of a server that was absent. */
  appear(): Promise<void> {
    return this.#bound.appear();
  }

  /** Goes away; registrations are kept, the port stays known and can be bound again by `appear`. */
  disappear(): Promise<void> {
    return this.#bound.disappear();
  }

  async close(): Promise<void> {
    this.#registry.clear();
    this.events.close();
    await this.#bound.close();
  }

  /** Without `accept` the device chooses the format. Rejects with `badAnswer` when it breaks the format's rules. */
  async read(endpoint: string, path: string, options: { readonly accept?: number } = {}): Promise<ReadAnswer> {
    return this.#requests.withValue(path, await this.#requests.send("read", endpoint, "GET", path, options));
  }

  /** `links` is empty unless the code is 2.05. */
  async discover(endpoint: string, path: string): Promise<DeviceAnswer & { readonly links: readonly Link[] }> {
    const answer = await this.#requests.send("discover", endpoint, "GET", path, { accept: CONTENT_FORMAT.link });
    return { ...answer, links: succeeded(answer) ? decodeLinks(textOf(answer.payload)) : [] };
  }

  /** Replaces (PUT) or, with `partial`, updates (POST) an instance or a resource. */
  async write(
    endpoint: string,
    path: string,
    value: WritableValue,
    options: { readonly contentFormat?: number; readonly partial?: boolean } = {},
  ): Promise<DeviceAnswer> {
    const content = encodeContent(path, value, this.#lookup, options.contentFormat);
    return this.writeContent(endpoint, path, content, options);
  }

  /** Writes a payload as it is, right or wrong. */
  writeContent(
    endpoint: string,
    path: string,
    content: Content,
    options: { readonly partial?: boolean } = {},
  ): Promise<DeviceAnswer> {
    return this.#requests.send("write", endpoint, options.partial ? "POST" : "PUT", path, content);
  }

  /** Writes an opaque value of any size block by block (RFC 7959, Block1). */
  async push(endpoint: string, path: string, payload: Uint8Array, options: PushOptions = {}): Promise<DeviceAnswer> {
    const request = {
      to: this.#requests.peer(endpoint),
      method: "PUT",
      path,
      contentFormat: CONTENT_FORMAT.opaque,
    } as const;
    return this.#requests.logged("write", endpoint, path, () => pushBlocks(this.#bound, request, payload, options));
  }

  /** Sets notification attributes; one that is null is taken away. */
  writeAttributes(
    endpoint: string,
    path: string,
    attributes: Readonly<Record<string, number | string | null>>,
  ): Promise<DeviceAnswer> {
    const query = Object.entries(attributes).map(([name, value]) => (value === null ? name : `${name}=${value}`));
    return this.#requests.send("writeAttributes", endpoint, "PUT", path, { query });
  }

  /** Reads several places at once; those that cannot be read are left out of the answer's `values`. */
  async readComposite(
    endpoint: string,
    paths: readonly string[],
    { contentFormat, accept }: CompositeOptions = {},
  ): Promise<ReadAnswer> {
    const content = { ...encodePaths(paths, contentFormat), ...(accept !== undefined && { accept }) };
    return this.#requests.withValue("/", await this.#requests.send("readComposite", endpoint, "FETCH", "/", content));
  }

  /** Writes single values and resource instances anywhere in the device, all or none. */
  writeComposite(
    endpoint: string,
    values: CompositeValues,
    { contentFormat }: Pick<CompositeOptions, "contentFormat"> = {},
  ): Promise<DeviceAnswer> {
    const content = encodeValues(values, this.#lookup, contentFormat);
    return this.#requests.send("writeComposite", endpoint, "iPATCH", "/", content);
  }

  /** Observes several places as one: each notification, logged with the path `/`, has the values of all. */
  observeComposite(
    endpoint: string,
    paths: readonly string[],
    listener?: (notification: ReadAnswer) => void,
    { contentFormat, accept }: CompositeOptions = {},
  ): Promise<DeviceObservation> {
    const content = { ...encodePaths(paths, contentFormat), ...(accept !== undefined && { accept }) };
    return this.#requests.observe(endpoint, { method: "FETCH", path: "/", ...content }, listener);
  }

  /** `args` as `0='a',1`. */
  execute(endpoint: string, path: string, args = ""): Promise<DeviceAnswer> {
    const content = { contentFormat: CONTENT_FORMAT.text, payload: new TextEncoder().encode(args) };
    return this.#requests.send("execute", endpoint, "POST", path, args === "" ? {} : content);
  }

  /** Creates an instance of the object at `path`, in TLV by default; without an id, which TLV can say, the device chooses one. */
  async create(
    endpoint: string,
    path: string,
    values: InstanceValues,
    instanceId?: number,
    { contentFormat }: { readonly contentFormat?: number } = {},
  ): Promise<DeviceAnswer> {
    const content = encodeNewInstance(path, values, this.#lookup, { instanceId, contentFormat });
    return this.#requests.send("create", endpoint, "POST", path, content);
  }

  delete(endpoint: string, path: string): Promise<DeviceAnswer> {
    return this.#requests.send("delete", endpoint, "DELETE", path, {});
  }

  /** Observes a path; every notification is logged too. A device that registers anew is observed no longer. */
  observe(
    endpoint: string,
    path: string,
    listener?: (notification: ReadAnswer) => void,
    options: { readonly accept?: number } = {},
  ): Promise<DeviceObservation> {
    return this.#requests.observe(endpoint, { method: "GET", path, ...options }, listener);
  }

  /**
   * Has the device fetch an image from `uri`, or pushes `package`; executes the update once the image is there;
   * resolves when the device has come back and says how it went, or as soon as it fails (object 5, §E.6).
   */
  updateFirmware(
    endpoint: string,
    source: FirmwareSource,
    options: FirmwareUpdateOptions = {},
  ): Promise<FirmwareOutcome> {
    return runFirmwareUpdate(this, endpoint, source, options);
  }

  get #bound(): CoapPort {
    return this.#port as CoapPort;
  }

  #answer(request: DeviceRequest): ServerAnswer {
    const registering = request.method === "POST" && request.path.length === 1 && request.path[0] === "rd";
    const keepingAlive = request.method === "POST" && request.path[0] === "rd";
    const behaviour = this.#behaviour.take(
      ({ kind }) => kind === "silent" || (kind === "unavailable" ? keepingAlive : registering),
    );
    const endpoint = request.query.get("ep") ?? this.#registry.at(request.path[1] ?? "")?.endpoint;
    if (behaviour?.kind === "silent") {
      this.events.record({ type: "ignored", endpoint });
      return "silence";
    }
    if (behaviour !== undefined) {
      const code = "code" in behaviour ? behaviour.code : "5.03";
      this.events.record({ type: "refused", endpoint, code });
      return { code };
    }
    const { answer, fact } = handleRequest(request, this.#registry, this.#lookup);
    if (fact.type === "registered" || fact.type === "deregistered")
      this.#requests.forgetObservations(fact.registration.endpoint);
    // Whoever acts on the entry must find that the device has had its answer.
    setImmediate(() => this.events.record(fact));
    return answer;
  }
}

/** Starts a management server. Rejects with a `TestbedError` when the port cannot be bound. */
export function startManagementServer(options: ManagementServerOptions): Promise<ManagementServer> {
  return ManagementServer.start(options);
}
