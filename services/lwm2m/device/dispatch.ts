/** What one management server asks, done in the tree and answered (OMA LwM2M Core 1.1 §6.3, §6.4). */
import type { Clock } from "../../../ports/clock.ts";
import { CODE } from "../../coap/codes.ts";
import type {
  CoapHandler,
  Endpoint,
  IncomingRequest,
  NotifyOutcome,
  OutgoingResponse,
  UploadSink,
} from "../../coap/types.ts";
import { CONTENT_FORMAT } from "../contentFormat.ts";
import type { ContentNode, InstanceValues, Path, ResourceNode } from "../model.ts";
import { findResource } from "../objects/index.ts";
import { OSCORE } from "../objects/oscore.ts";
import { SECURITY } from "../objects/security.ts";
import { SERVER } from "../objects/server.ts";
import { formatPath, parsePathSegments, pathDepth } from "../path.ts";
import { serverInstanceId } from "./accounts.ts";
import { AttributeStore } from "./attributes.ts";
import { isRefusal, type Refusal } from "./behaviour.ts";
import { discoverLinks } from "./discover.ts";
import type { InstanceEdit } from "./edit.ts";
import { parseExecuteArguments } from "./executeArguments.ts";
import { Observations } from "./observation.ts";
import { type AccessPolicy, type Operation, operationOf } from "./operation.ts";
import { contentResponse, decodeContent, linksResponse } from "./payload.ts";
import { type Reader, readNode, SERVER_READER } from "./readNode.ts";
import { refusalOfError, refusalResponse } from "./refusals.ts";
import { isMultiple } from "./resourceValue.ts";
import type { ObjectTree, TreeChange } from "./tree.ts";

export interface DeviceManagementOptions {
  readonly clock: Clock;
  readonly tree: ObjectTree;
  readonly shortServerId: number;
  /** Everything is allowed by default: right while there is one server account. */
  readonly access?: AccessPolicy;
  /** The server's attributes, when they come from a store. */
  readonly attributes?: AttributeStore;
  /** After how many seconds a notification is confirmable again; 0 and below: each. Default one day. */
  readonly confirmableIntervalSeconds?: number;
  onObserve?(path: Path, change: "start" | "stop"): void;
  onNotified?(path: Path, outcome: NotifyOutcome): void;
  /** Nothing was done: `detail` names why, and no value. */
  onRefused?(operation: Operation | undefined, path: readonly string[], refusal: Refusal): void;
}

type Result = OutgoingResponse | Refusal;

export class DeviceManagement implements CoapHandler {
  readonly attributes: AttributeStore;
  readonly observations: Observations;
  readonly #options: DeviceManagementOptions;
  readonly #reader: Reader;
  readonly #stopListening: () => void;

  constructor(options: DeviceManagementOptions) {
    const { clock, tree, shortServerId, access } = options;
    this.#options = options;
    this.attributes = options.attributes ?? new AttributeStore();
    this.#reader =
      access === undefined
        ? SERVER_READER
        : {
            ...SERVER_READER,
            seesInstance: (object, instance) => access.allows("read", shortServerId, object, instance),
          };
    this.observations = new Observations({
      clock,
      tree,
      attributes: this.attributes,
      serverInstanceId: () => serverInstanceId(tree, shortServerId),
      represent: (path, accept) => this.#represent(path, accept),
      ...(options.confirmableIntervalSeconds !== undefined && {
        confirmableIntervalSeconds: options.confirmableIntervalSeconds,
      }),
      ...(options.onObserve !== undefined && { onObserve: options.onObserve }),
      ...(options.onNotified !== undefined && { onNotified: options.onNotified }),
    });
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

  /** Ends observations and lets go of the tree. */
  close(): void {
    this.observations.clear();
    this.#stopListening();
  }

  onRequest(request: IncomingRequest): OutgoingResponse | Promise<OutgoingResponse> {
    const path = parsePathSegments(request.path);
    if (path === undefined) {
      return this.#refused(undefined, request.path, { code: CODE.NOT_FOUND, detail: "no such path" });
    }
    const operation = operationOf(request, pathDepth(path));
    try {
      const result = this.#forbidden(operation, path) ?? this.#perform(operation!, request, path);
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

  #perform(operation: Operation, request: IncomingRequest, path: Path): Result | Promise<OutgoingResponse> {
    switch (operation) {
      case "read":
        return this.#read(path, request.accept);
      case "discover":
        return this.#discover(path);
      case "observe":
        return this.#observe(request, path);
      case "cancelObserve":
        this.observations.cancel(request.token);
        return this.#read(path, request.accept);
      case "write":
        return this.#write(request, path);
      case "writeAttributes":
        return this.#writeAttributes(path, request.query);
      case "execute":
        return this.#execute(request, path as Required<Path>);
      case "create":
        return this.#create(request, path);
      case "delete":
        return this.#delete(path as Required<Path>);
    }
  }

  #forbidden(operation: Operation | undefined, path: Path): Refusal | undefined {
    const { objectId, instanceId } = path;
    if (operation === undefined || objectId === undefined) {
      return { code: CODE.METHOD_NOT_ALLOWED, detail: `not allowed on ${formatPath(path)}` };
    }
    // §6.3, Appendix E.1: keys are the bootstrap server's matter.
    const closed = objectId === SECURITY.id || objectId === OSCORE.id;
    const { access, shortServerId } = this.#options;
    if (closed || access?.allows(operation, shortServerId, objectId, instanceId) === false) {
      return { code: CODE.UNAUTHORIZED, detail: `no right to ${operation} ${formatPath(path)}` };
    }
    return undefined;
  }

  #read(path: Path, accept: number | undefined): Result {
    const node = readNode(this.#options.tree, path, this.#reader);
    return isRefusal(node) ? node : contentResponse(node, accept);
  }

  #represent(path: Path, accept: number | undefined): OutgoingResponse {
    try {
      const result = this.#forbidden("observe", path) ?? this.#read(path, accept);
      return isRefusal(result) ? refusalResponse(result) : result;
    } catch (error) {
      return refusalResponse(refusalOfError(error));
    }
  }

  #discover(path: Path): Result {
    const links = discoverLinks(this.#options.tree, path, this.attributes);
    return isRefusal(links) ? links : linksResponse(links);
  }

  #observe({ token, accept }: IncomingRequest, path: Path): Result {
    const result = this.#read(path, accept);
    if (isRefusal(result)) return result;
    // RFC 7641 §4.1: one observation too many is answered like a plain GET.
    return this.observations.add(token, path, accept) ? { ...result, observing: true } : result;
  }

  #writeAttributes(path: Path, query: readonly string[]): Result {
    const { tree } = this.#options;
    const node = readNode(tree, path, this.#reader);
    if (isRefusal(node)) return node;
    const resource = node.kind === "resource" || node.kind === "resourceInstance" ? node.resource : undefined;
    const refusal = this.attributes.write(path, resource, query);
    if (refusal !== undefined) return refusal;
    this.observations.attributesChanged(path);
    return { code: CODE.CHANGED };
  }

  #write(request: IncomingRequest, path: Path): Result | Promise<OutgoingResponse> {
    const { tree } = this.#options;
    const node = decodeContent(path, request, tree.definition);
    if (isRefusal(node)) return node;
    if (node.kind === "resource") {
      const sink = node.value instanceof Uint8Array ? this.#uploadTo(path) : undefined;
      if (sink !== undefined) return isRefusal(sink) ? sink : feed(sink, node);
    }
    const edit = this.#editOf(node, request.method);
    if (isRefusal(edit)) return edit;
    return tree.apply("server", [edit]) ?? { code: CODE.CHANGED };
  }

  #editOf(node: ContentNode, method: number): InstanceEdit | Refusal {
    const { objectId, instanceId, resourceId, resourceInstanceId } = node.path as Required<Path>;
    if (node.kind === "instance") {
      return { objectId, instanceId, values: node.values, mode: method === CODE.PUT ? "replace" : "update" };
    }
    if (node.kind === "resource") {
      return { objectId, instanceId, values: new Map([[resourceId, node.value]]), mode: "assign" };
    }
    const present = this.#options.tree.get(objectId, instanceId, resourceId);
    if (node.kind === "object" || present === undefined || !isMultiple(present) || !present.has(resourceInstanceId)) {
      return { code: CODE.NOT_FOUND, detail: `${formatPath(node.path)} is not there` };
    }
    const value = new Map([[resourceInstanceId, node.value]]);
    return { objectId, instanceId, values: new Map([[resourceId, value]]), mode: "update" };
  }

  /** The sink of a resource that streams; undefined for any other. */
  #uploadTo({ objectId, instanceId, resourceId, resourceInstanceId }: Path): UploadSink | Refusal | undefined {
    if (objectId === undefined || instanceId === undefined || resourceId === undefined) return undefined;
    const { tree } = this.#options;
    if (resourceInstanceId !== undefined || !tree.hasInstance(objectId, instanceId)) return undefined;
    const behaviour = tree.behaviour(objectId);
    return behaviour?.resources?.[resourceId]?.upload?.(instanceId, behaviour.context);
  }

  #execute(request: IncomingRequest, path: Required<Path>): Result {
    const { tree } = this.#options;
    const { objectId, instanceId, resourceId } = path;
    const definition = tree.definition(objectId);
    const resource = definition && findResource(definition, resourceId);
    if (resource === undefined || !tree.hasInstance(objectId, instanceId)) {
      return { code: CODE.NOT_FOUND, detail: `${formatPath(path)} is not there` };
    }
    if (resource.operations !== "E")
      return { code: CODE.METHOD_NOT_ALLOWED, detail: `${formatPath(path)} cannot be executed` };
    const behaviour = tree.behaviour(objectId);
    const rules = behaviour?.resources?.[resourceId];
    if (rules?.execute === undefined) return { code: CODE.NOT_FOUND, detail: `${formatPath(path)} is not supported` };
    const { contentFormat = CONTENT_FORMAT.text, payload } = request;
    if (payload.length > 0 && contentFormat !== CONTENT_FORMAT.text) {
      return { code: CODE.UNSUPPORTED_CONTENT_FORMAT, detail: "arguments come as text" };
    }
    return rules.execute(instanceId, parseExecuteArguments(payload), behaviour?.context) ?? { code: CODE.CHANGED };
  }

  #create(request: IncomingRequest, path: Path): Result {
    const { tree } = this.#options;
    const objectId = path.objectId!;
    const definition = tree.definition(objectId);
    if (definition === undefined) return { code: CODE.NOT_FOUND, detail: `no object ${objectId}` };
    if (!this.#serversMayCreate(objectId)) {
      return { code: CODE.METHOD_NOT_ALLOWED, detail: `instances of object ${objectId} are not for servers to create` };
    }
    const node = decodeContent(path, request, tree.definition);
    if (isRefusal(node)) return node;
    const asked: ReadonlyMap<number, InstanceValues> = node.kind === "object" ? node.instances : new Map();
    if (asked.size > 1) return { code: CODE.BAD_REQUEST, detail: "one instance at a time" };
    const [named] = asked;
    const instanceId = named?.[0] ?? tree.freeInstanceId(objectId);
    if (instanceId === undefined)
      return { code: CODE.BAD_REQUEST, detail: `object ${objectId} takes no more instances` };
    const values: InstanceValues = named?.[1] ?? (node.kind === "instance" ? node.values : new Map());
    const refusal = tree.apply("server", [{ objectId, instanceId, values, mode: "create" }]);
    if (refusal !== undefined) return refusal;
    // §6.3.6: the id is told when the device chose it.
    return named === undefined
      ? { code: CODE.CREATED, locationPath: [String(objectId), String(instanceId)] }
      : { code: CODE.CREATED };
  }

  #delete({ objectId, instanceId }: Required<Path>): Result {
    const { tree } = this.#options;
    if (!tree.hasInstance(objectId, instanceId)) {
      return { code: CODE.NOT_FOUND, detail: `no instance /${objectId}/${instanceId}` };
    }
    if (!this.#serversMayCreate(objectId)) {
      return { code: CODE.METHOD_NOT_ALLOWED, detail: `instances of object ${objectId} are not for servers to delete` };
    }
    tree.delete(objectId, instanceId, "server");
    return { code: CODE.DELETED };
  }

  /** Single objects are what the device is; accounts are the bootstrap server's matter. */
  #serversMayCreate(objectId: number): boolean {
    const { tree } = this.#options;
    const multiple = tree.definition(objectId)?.multiple === true;
    return multiple && objectId !== SERVER.id && tree.behaviour(objectId)?.fixedInstances !== true;
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

/** Ends an upload with the first block. */
function refusedUpload(response: OutgoingResponse): UploadSink {
  return { write: async () => response, finish: async () => response, abort: () => {} };
}

async function feed(sink: UploadSink, node: ResourceNode): Promise<OutgoingResponse> {
  return (await sink.write(node.value as Uint8Array, 0)) ?? sink.finish();
}
