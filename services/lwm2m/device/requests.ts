/** What a write, an Execute or a Create asks of the tree (OMA LwM2M Core 1.1 §6.3.3, §6.3.5, §6.3.6). */
import { CODE } from "../../coap/codes.ts";
import type { IncomingRequest, OutgoingResponse } from "../../coap/types.ts";
import { CONTENT_FORMAT } from "../contentFormat.ts";
import type { ContentNode, InstanceValues, Path } from "../model.ts";
import { ACCESS_CONTROL } from "../objects/accessControl.ts";
import { findResource } from "../objects/index.ts";
import { SERVER } from "../objects/server.ts";
import { formatPath } from "../path.ts";
import { isRefusal, type Refusal } from "./behaviour.ts";
import type { InstanceEdit } from "./edit.ts";
import { parseExecuteArguments } from "./executeArguments.ts";
import { decodeContent } from "./payload.ts";
import { isMultiple } from "./resourceValue.ts";
import type { ObjectTree } from "./tree.ts";

/** PUT replaces, POST updates: an instance by its resources, a resource by its instances. */
export function editOf(tree: ObjectTree, node: ContentNode, method: number): InstanceEdit | Refusal {
  const { objectId, instanceId, resourceId, resourceInstanceId } = node.path as Required<Path>;
  const isPartial = method === CODE.POST;
  if (node.kind === "instance") {
    return { objectId, instanceId, values: node.values, mode: isPartial ? "update" : "replace" };
  }
  if (node.kind === "resource") {
    if (isPartial && !node.resource.multiple) {
      return { code: CODE.METHOD_NOT_ALLOWED, detail: `${formatPath(node.path)} has no instances to update` };
    }
    return { objectId, instanceId, values: new Map([[resourceId, node.value]]), mode: isPartial ? "update" : "assign" };
  }
  const present = tree.get(objectId, instanceId, resourceId);
  if (node.kind === "object" || present === undefined || !isMultiple(present) || !present.has(resourceInstanceId)) {
    return notThere(node.path);
  }
  const value = new Map([[resourceInstanceId, node.value]]);
  return { objectId, instanceId, values: new Map([[resourceId, value]]), mode: "update" };
}

/** A resource instance below a resource that has one value. */
export function isBelowSingle(tree: ObjectTree, { objectId, resourceId, resourceInstanceId }: Path): boolean {
  const definition = objectId === undefined ? undefined : tree.definition(objectId);
  if (definition === undefined || resourceId === undefined || resourceInstanceId === undefined) return false;
  return findResource(definition, resourceId)?.multiple === false;
}

export function execute(tree: ObjectTree, request: IncomingRequest, path: Required<Path>): OutgoingResponse | Refusal {
  const { objectId, instanceId, resourceId } = path;
  const definition = tree.definition(objectId);
  const resource = definition && findResource(definition, resourceId);
  if (resource === undefined || !tree.hasInstance(objectId, instanceId)) return notThere(path);
  if (resource.operations !== "E") {
    return { code: CODE.METHOD_NOT_ALLOWED, detail: `${formatPath(path)} cannot be executed` };
  }
  const behaviour = tree.behaviour(objectId);
  const rules = behaviour?.resources?.[resourceId];
  if (rules?.execute === undefined) return { code: CODE.NOT_FOUND, detail: `${formatPath(path)} is not supported` };
  const { contentFormat = CONTENT_FORMAT.text, payload } = request;
  if (payload.length > 0 && contentFormat !== CONTENT_FORMAT.text) {
    return { code: CODE.UNSUPPORTED_CONTENT_FORMAT, detail: "arguments come as text" };
  }
  return rules.execute(instanceId, parseExecuteArguments(payload), behaviour?.context) ?? { code: CODE.CHANGED };
}

/** The instance that was made, and whether its id was the device's to choose. */
export interface Created {
  readonly instanceId: number;
  readonly isChosen: boolean;
}

export function create(tree: ObjectTree, request: IncomingRequest, path: Path): Created | Refusal {
  const objectId = path.objectId!;
  if (tree.definition(objectId) === undefined) return notThere(path);
  if (!serversMayCreate(tree, objectId)) {
    return { code: CODE.METHOD_NOT_ALLOWED, detail: `instances of object ${objectId} are not for servers to create` };
  }
  const node = decodeContent(path, request, tree.definition);
  if (isRefusal(node)) return node;
  const asked: ReadonlyMap<number, InstanceValues> = node.kind === "object" ? node.instances : new Map();
  if (asked.size > 1) return { code: CODE.BAD_REQUEST, detail: "one instance at a time" };
  const [named] = asked;
  const instanceId = named?.[0] ?? tree.freeInstanceId(objectId);
  if (instanceId === undefined) {
    return { code: CODE.BAD_REQUEST, detail: `object ${objectId} takes no more instances` };
  }
  const values: InstanceValues = named?.[1] ?? (node.kind === "instance" ? node.values : new Map());
  const refusal = tree.apply("server", [{ objectId, instanceId, values, mode: "create" }]);
  return refusal ?? { instanceId, isChosen: named === undefined };
}

export function deleteInstance(tree: ObjectTree, path: Required<Path>): OutgoingResponse | Refusal {
  const { objectId, instanceId } = path;
  if (!tree.hasInstance(objectId, instanceId)) return notThere(path);
  if (!serversMayCreate(tree, objectId)) {
    return { code: CODE.METHOD_NOT_ALLOWED, detail: `instances of object ${objectId} are not for servers to delete` };
  }
  tree.delete(objectId, instanceId, "server");
  return { code: CODE.DELETED };
}

/** The bootstrap server's matter: accounts, and who may do what (LwM2M 1.1 §6.1.7, Appendix E.3). */
const BOOTSTRAPPED: ReadonlySet<number> = new Set([SERVER.id, ACCESS_CONTROL.id]);

/** Single objects are what the device is. */
function serversMayCreate(tree: ObjectTree, objectId: number): boolean {
  const multiple = tree.definition(objectId)?.multiple === true;
  return multiple && !BOOTSTRAPPED.has(objectId) && tree.behaviour(objectId)?.fixedInstances !== true;
}

export function notThere(path: Path): Refusal {
  return { code: CODE.NOT_FOUND, detail: `${formatPath(path)} is not there` };
}
