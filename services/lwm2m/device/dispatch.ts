/** What one management server asks, done in the tree and answered (OMA LwM2M Core 1.1 §6.3, §6.4). */
import { CODE } from "../../coap/codes.ts";
import type { CoapHandler, Endpoint, IncomingRequest, OutgoingResponse, UploadSink } from "../../coap/types.ts";
import { CONTENT_FORMAT } from "../contentFormat.ts";
import type { Path, ResourceNode } from "../model.ts";
import { OSCORE } from "../objects/oscore.ts";
import { SECURITY } from "../objects/security.ts";
import { formatPath, parsePathSegments } from "../path.ts";
import { AttributeStore } from "./attributes.ts";
import { isRefusal, type Refusal } from "./behaviour.ts";
import {
  answerFormat,
  compositeEdits,
  compositeFormat,
  compositeResponse,
  compositeTarget,
  readPlaces,
} from "./composite.ts";
import { discoverLinks, type Lwm2mVersion } from "./discover.ts";
import { type ObservationSource, Observations, type ObservationsOptions } from "./observation.ts";
import { type ObserveTarget, singleTarget } from "./observeTarget.ts";
import { type AccessPolicy, type Operation, operationOf } from "./operation.ts";
import { contentResponse, decodeContent, linksResponse } from "./payload.ts";
import { type Reader, readNode, SERVER_READER } from "./readNode.ts";
import { refusalOfError, refusalResponse } from "./refusals.ts";
import { create, deleteInstance, editOf, execute, isBelowSingle, notThere } from "./requests.ts";
import type { TreeChange } from "./tree.ts";

export interface DeviceManagementOptions extends ObservationsOptions {
  /** Everything is allowed by default: right while there is one server account. */
  readonly access?: AccessPolicy;
  /** The enabler version that the server was registered with; 1.1 by default. */
  lwm2mVersion?(): Lwm2mVersion;
  /** The server's attributes, when they come from a store. */
  readonly attributes?: AttributeStore;
  /** Nothing was done: `detail` names why, and no value. */
  onRefused?(operation: Operation | undefined, path: readonly string[], refusal: Refusal): void;
}

type Result = OutgoingResponse | Refusal;

export class DeviceManagement implements CoapHandler, ObservationSource {
  readonly attributes: AttributeStore;
  readonly reader: Reader;
  readonly observations: Observations;
  readonly #options: DeviceManagementOptions;
  readonly #stopListening: () => void;

  constructor(options: DeviceManagementOptions) {
    const { tree, shortServerId, access } = options;
    this.#options = options;
    this.attributes = options.attributes ?? new AttributeStore();
    this.reader = access === undefined ? SERVER_READER : new PolicyReader(access, shortServerId);
    this.observations = new Observations(options, this);
    this.#stopListening = tree.onChange((changes) => this.#onChange(changes));
  }

  /** Notifications go here from now on. */
  attach(endpoint: Endpoint): void {
    this.observations.attach(endpoint);
  }

  /** The session is gone; observations stay for the next one. */
  detach(): void {
    this.observations.detach();
  }

  /** Lets go of clock and tree; what is stored of the observations stays good. */
  close(): void {
    this.observations.close();
    this.#stopListening();
  }

  onRequest(request: IncomingRequest): OutgoingResponse | Promise<OutgoingResponse> {
    const path = parsePathSegments(request.path);
    if (path === undefined) {
      return this.#refused(undefined, request.path, { code: CODE.NOT_FOUND, detail: "no such path" });
    }
    const operation = operationOf(request, path, this.#options.tree.definition);
    if (operation === undefined) return this.#refused(undefined, request.path, this.#notAllowed(request, path));
    try {
      const result = this.#forbidden(operation, path) ?? this.#perform(operation, request, path);
      if (result instanceof Promise) return result.catch((error) => this.#failed(operation, request.path, error));
      return isRefusal(result) ? this.#refused(operation, request.path, result) : result;
    } catch (error) {
      return this.#failed(operation, request.path, error);
    }
  }

  /** Streams octets into a resource that takes them so; everything else is collected by the endpoint. */
  onUpload(request: Omit<IncomingRequest, "payload">): UploadSink | undefined {
    const path = parsePathSegments(request.path);
    const { contentFormat = CONTENT_FORMAT.opaque, method } = request;
    if (path === undefined || method !== CODE.PUT || contentFormat !== CONTENT_FORMAT.opaque) return undefined;
    const refusal = this.#forbidden("write", path);
    if (refusal !== undefined) return refusedUpload(this.#refused("write", request.path, refusal));
    const sink = this.#uploadTo(path);
    if (sink === undefined) return undefined;
    return isRefusal(sink) ? refusedUpload(this.#refused("write", request.path, sink)) : sink;
  }

  onObservationReset(token: Uint8Array): void {
    this.observations.cancel(token);
  }

  /** What a notification of the target says now; a time (seconds since 1970) is told where the format carries times. */
  represent(target: ObserveTarget, timeSeconds?: number): OutgoingResponse {
    const path = target.paths[0]!;
    try {
      const result = target.composite
        ? this.#readPlaces(target, timeSeconds)
        : (this.#forbidden("observe", path) ?? this.#read(path, target.accept, timeSeconds));
      return isRefusal(result) ? refusalResponse(result) : result;
    } catch (error) {
      return refusalResponse(refusalOfError(error));
    }
  }

  #perform(operation: Operation, request: IncomingRequest, path: Path): Result | Promise<OutgoingResponse> {
    const { tree } = this.#options;
    switch (operation) {
      case "read":
        return this.#read(path, request.accept);
      case "discover":
        return this.#discover(path);
      case "observe":
        return this.#observing(request, this.#read(path, request.accept), singleTarget(path, request.accept));
      case "cancelObserve":
        this.observations.cancel(request.token);
        return this.#forbidden("read", path) ?? this.#read(path, request.accept);
      case "write":
        return this.#write(request, path);
      case "writeAttributes":
        return this.#writeAttributes(path, request.query);
      case "execute":
        return execute(tree, request, path as Required<Path>);
      case "create":
        return this.#create(request, path);
      case "delete":
        return deleteInstance(tree, path as Required<Path>);
      case "readComposite":
        return this.#readComposite(request);
      case "observeComposite":
        return this.#observeComposite(request);
      case "cancelComposite":
        this.observations.cancel(request.token);
        return this.#readComposite(request);
      case "writeComposite":
        return this.#writeComposite(request);
    }
  }

  #notAllowed({ method }: IncomingRequest, path: Path): Refusal {
    if (method === CODE.PATCH) {
      return {
        code: CODE.NOT_IMPLEMENTED,
        detail: "PATCH is none of LwM2M's methods: a partial write is POST or iPATCH",
      };
    }
    return { code: CODE.METHOD_NOT_ALLOWED, detail: `not allowed on ${formatPath(path)}` };
  }

  /** Composites name their places in the payload; each of them is asked for by itself. */
  #forbidden(operation: Operation, { objectId, instanceId, ...below }: Path): Refusal | undefined {
    if (objectId === undefined) return undefined;
    // §6.3, Appendix E.1: keys are the bootstrap server's matter.
    const closed = objectId === SECURITY.id || objectId === OSCORE.id;
    const { access, shortServerId } = this.#options;
    if (closed || access?.allows(operation, shortServerId, objectId, instanceId) === false) {
      const path = formatPath({ objectId, ...(instanceId !== undefined && { instanceId, ...below }) });
      return { code: CODE.UNAUTHORIZED, detail: `no right to ${operation} ${path}` };
    }
    return undefined;
  }

  #read(path: Path, accept: number | undefined, timeSeconds?: number): Result {
    const node = readNode(this.#options.tree, path, this.reader);
    return isRefusal(node) ? node : contentResponse(node, accept, timeSeconds);
  }

  #readComposite(request: IncomingRequest): Result {
    const target = compositeTarget(request);
    return isRefusal(target) ? target : this.#readPlaces(target);
  }

  #readPlaces({ paths, accept, contentFormat }: ObserveTarget, timeSeconds?: number): Result {
    const format = answerFormat(accept, contentFormat);
    if (isRefusal(format)) return format;
    const forbidden = (path: Path) => this.#forbidden("readComposite", path);
    const records = readPlaces(this.#options.tree, paths, this.reader, forbidden);
    return isRefusal(records) ? records : compositeResponse(format, records, timeSeconds);
  }

  #discover(path: Path): Result {
    const { tree, lwm2mVersion } = this.#options;
    const links = discoverLinks(tree, path, this.attributes, lwm2mVersion?.());
    return isRefusal(links) ? links : linksResponse(links);
  }

  #observeComposite(request: IncomingRequest): Result {
    const target = compositeTarget(request);
    return isRefusal(target) ? target : this.#observing(request, this.#readPlaces(target), target);
  }

  #observing({ token }: IncomingRequest, result: Result, target: ObserveTarget): Result {
    if (isRefusal(result)) return result;
    // RFC 7641 §4.1: one observation too many is answered like a plain GET.
    return this.observations.add(token, target) ? { ...result, observing: true } : result;
  }

  #writeAttributes(path: Path, query: readonly string[]): Result {
    const { tree } = this.#options;
    const node = readNode(tree, path, this.reader);
    if (isRefusal(node)) return node;
    const resource = node.kind === "resource" || node.kind === "resourceInstance" ? node.resource : undefined;
    const refusal = this.attributes.write(path, resource, query);
    if (refusal !== undefined) return refusal;
    this.observations.attributesChanged(path);
    return { code: CODE.CHANGED };
  }

  #write(request: IncomingRequest, path: Path): Result | Promise<OutgoingResponse> {
    const { tree } = this.#options;
    if (isBelowSingle(tree, path)) return notThere(path);
    // RFC 7252 §5.5.1 assumes no format: what streams block by block is octets in one message, too.
    const content = this.#takesUploads(path) ? { contentFormat: CONTENT_FORMAT.opaque, ...request } : request;
    const node = decodeContent(path, content, tree.definition);
    if (isRefusal(node)) return node;
    const edit = editOf(tree, node, request.method);
    if (isRefusal(edit)) return edit;
    if (node.kind === "resource") {
      const sink = node.value instanceof Uint8Array ? this.#uploadTo(path) : undefined;
      if (sink !== undefined) return isRefusal(sink) ? sink : feed(sink, node);
    }
    return tree.apply("server", [edit]) ?? { code: CODE.CHANGED };
  }

  /** §6.3.9: all of it or nothing. */
  #writeComposite({ contentFormat, payload }: IncomingRequest): Result {
    const { tree } = this.#options;
    const format = compositeFormat(contentFormat);
    if (isRefusal(format)) return format;
    const writes = format.decodeWrites(payload, tree.definition);
    for (const { path } of writes) {
      const refusal = this.#forbidden("writeComposite", path);
      if (refusal !== undefined) return refusal;
    }
    return tree.apply("server", compositeEdits(writes)) ?? { code: CODE.CHANGED };
  }

  #takesUploads({ objectId, resourceId, resourceInstanceId }: Path): boolean {
    if (objectId === undefined || resourceId === undefined || resourceInstanceId !== undefined) return false;
    return this.#options.tree.behaviour(objectId)?.resources?.[resourceId]?.upload !== undefined;
  }

  /** The sink of a resource that streams; undefined for any other. */
  #uploadTo({ objectId, instanceId, resourceId, resourceInstanceId }: Path): UploadSink | Refusal | undefined {
    if (objectId === undefined || instanceId === undefined || resourceId === undefined) return undefined;
    const { tree } = this.#options;
    if (resourceInstanceId !== undefined || !tree.hasInstance(objectId, instanceId)) return undefined;
    const behaviour = tree.behaviour(objectId);
    return behaviour?.resources?.[resourceId]?.upload?.(instanceId, behaviour.context);
  }

  #create(request: IncomingRequest, path: Path): Result {
    const { tree, access, shortServerId } = this.#options;
    const objectId = path.objectId!;
    const created = tree.batch(() => {
      const made = create(tree, request, path);
      if (!isRefusal(made)) access?.created?.(shortServerId, objectId, made.instanceId);
      return made;
    });
    if (isRefusal(created)) return created;
    // §6.3.6: the id is told when the device chose it.
    const locationPath = [String(objectId), String(created.instanceId)];
    return { code: CODE.CREATED, ...(created.isChosen && { locationPath }) };
  }

  #onChange(changes: readonly TreeChange[]): void {
    for (const { kind, objectId, instanceId } of changes) {
      if (kind === "deleted" && instanceId !== undefined) this.attributes.forget({ objectId, instanceId });
    }
  }

  #failed(operation: Operation | undefined, path: readonly string[], error: unknown): OutgoingResponse {
    return this.#refused(operation, path, refusalOfError(error));
  }

  #refused(operation: Operation | undefined, path: readonly string[], refusal: Refusal): OutgoingResponse {
    this.#options.onRefused?.(operation, path, refusal);
    return refusalResponse(refusal);
  }
}

/** A server among others: what it may not read is as if it were not there. */
class PolicyReader implements Reader {
  readonly mayRead = SERVER_READER.mayRead;
  readonly #access: AccessPolicy;
  readonly #shortServerId: number;

  constructor(access: AccessPolicy, shortServerId: number) {
    this.#access = access;
    this.#shortServerId = shortServerId;
  }

  seesInstance(objectId: number, instanceId: number): boolean {
    return this.#access.allows("read", this.#shortServerId, objectId, instanceId);
  }
}

/** Ends an upload with the first block. */
function refusedUpload(response: OutgoingResponse): UploadSink {
  return { write: async () => response, finish: async () => response, abort: () => {} };
}

async function feed(sink: UploadSink, node: ResourceNode): Promise<OutgoingResponse> {
  return (await sink.write(node.value as Uint8Array, 0)) ?? sink.finish();
}
