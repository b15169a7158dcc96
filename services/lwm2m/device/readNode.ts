/** What a Read or a notification tells of one place in the tree (OMA LwM2M Core 1.1 §6.3.1). */
import { CODE } from "../../coap/codes.ts";
import type { ContentNode, InstanceValues, Path, ResourceDefinition, ResourceValue } from "../model.ts";
import { findResource } from "../objects/index.ts";
import { formatPath } from "../path.ts";
import type { Refusal } from "./behaviour.ts";
import { isMultiple } from "./resourceValue.ts";
import type { ObjectTree } from "./tree.ts";

export interface Reader {
  mayRead(resource: ResourceDefinition): boolean;
  /** Instances left out of an object's reading are as if they were not there. */
  seesInstance?(objectId: number, instanceId: number): boolean;
}

/** A management server reads what the object's definition lets it. */
export const SERVER_READER: Reader = {
  mayRead: ({ operations }) => operations === "R" || operations === "RW",
};

/** The bootstrap server reads all values (OMA LwM2M Core 1.1 §6.1.7.3). */
export const BOOTSTRAP_READER: Reader = { mayRead: ({ operations, type }) => operations !== "E" && type !== "none" };

/** The node at `path`, which must name an object or something in one. */
export function readNode(tree: ObjectTree, path: Path, reader: Reader): ContentNode | Refusal {
  const { objectId, instanceId, resourceId, resourceInstanceId } = path;
  const definition = objectId === undefined ? undefined : tree.definition(objectId);
  if (objectId === undefined || definition === undefined) return notFound(path);
  if (instanceId === undefined) {
    const instances = new Map<number, InstanceValues>();
    for (const id of tree.instanceIds(objectId)) {
      if (reader.seesInstance?.(objectId, id) !== false) instances.set(id, valuesOf(tree, objectId, id, reader));
    }
    return { kind: "object", path, definition, instances };
  }
  if (!tree.hasInstance(objectId, instanceId)) return notFound(path);
  if (resourceId === undefined) {
    return { kind: "instance", path, definition, values: valuesOf(tree, objectId, instanceId, reader) };
  }
  const resource = findResource(definition, resourceId);
  if (resource === undefined) return notFound(path);
  if (!reader.mayRead(resource)) return { code: CODE.METHOD_NOT_ALLOWED, detail: `${formatPath(path)} cannot be read` };
  const value = tree.get(objectId, instanceId, resourceId);
  if (value === undefined) return notFound(path);
  if (resourceInstanceId === undefined) return { kind: "resource", path, definition, resource, value };
  const single = isMultiple(value) ? value.get(resourceInstanceId) : undefined;
  if (single === undefined) return notFound(path);
  return { kind: "resourceInstance", path, definition, resource, value: single };
}

function valuesOf(tree: ObjectTree, objectId: number, instanceId: number, reader: Reader): InstanceValues {
  const values = new Map<number, ResourceValue>();
  for (const resource of tree.resources(objectId, instanceId)) {
    const value = reader.mayRead(resource) ? tree.get(objectId, instanceId, resource.id) : undefined;
    if (value !== undefined) values.set(resource.id, value);
  }
  return values;
}

function notFound(path: Path): Refusal {
  return { code: CODE.NOT_FOUND, detail: `${formatPath(path)} is not there` };
}
