/** An object with a resource of each type, single and multiple, and nodes of it. */
import fc from "fast-check";
import type {
  ContentNode,
  ObjectDefinition,
  Path,
  ResourceInstanceNode,
  ResourceNode,
  ResourceValue,
  SingleValue,
} from "../../services/lwm2m/model.ts";
import { findObject, findResource } from "../../services/lwm2m/objects/index.ts";
import { childPath, parsePath } from "../../services/lwm2m/path.ts";
import { instanceValuesOf, resourceValue, SINGLE_VALUES } from "./support.ts";

export const EVERY_TYPE: ObjectDefinition = {
  id: 32_769,
  name: "Every Type",
  urn: "urn:oma:lwm2m:x:32769",
  version: "1.0",
  lwm2mVersion: "1.1",
  multiple: true,
  mandatory: false,
  resources: (
    ["string", "integer", "unsigned", "float", "boolean", "opaque", "time", "objlnk", "corelnk"] as const
  ).flatMap((type, index) => [
    { id: index, name: type, operations: "RW", multiple: false, mandatory: false, type },
    { id: 100 + index, name: `${type}s`, operations: "RW", multiple: true, mandatory: false, type },
  ]),
};

export const lookup = (id: number): ObjectDefinition | undefined =>
  id === EVERY_TYPE.id ? EVERY_TYPE : findObject(id);

/** A resource, or an instance of one where the path names it. */
export function nodeAt(pathText: string, value: ResourceValue): ContentNode {
  const path = parsePath(pathText);
  const definition = lookup(path.objectId!)!;
  const resource = findResource(definition, path.resourceId!)!;
  if (path.resourceInstanceId === undefined) return { kind: "resource", path, definition, resource, value };
  return { kind: "resourceInstance", path, definition, resource, value: value as SingleValue };
}

const id = fc.integer({ min: 0, max: 65_534 });
const definition = EVERY_TYPE;
const objectPath: Path = { objectId: EVERY_TYPE.id };
const instancePath = id.map((instanceId) => childPath(objectPath, instanceId));

/** What formats of records can say: a multiple resource or an instance without values has no record. */
const toldValues = instanceValuesOf(definition)
  .map((values) => new Map([...values].filter(([, value]) => !(value instanceof Map) || value.size > 0)))
  .filter((values) => values.size > 0);

const anyResource = fc.constantFrom(...EVERY_TYPE.resources);

/** Nodes of one value: a single resource, or an instance of a multiple one. */
export const anyValueNode: fc.Arbitrary<ResourceNode | ResourceInstanceNode> = fc
  .tuple(instancePath, anyResource, id)
  .chain(([at, resource, instance]) => {
    const path = childPath(at, resource.id);
    const single = SINGLE_VALUES[resource.type as keyof typeof SINGLE_VALUES];
    return single.map((value) =>
      resource.multiple
        ? { kind: "resourceInstance", path: childPath(path, instance), definition, resource, value }
        : { kind: "resource", path, definition, resource, value },
    );
  });

/** Nodes of every kind. */
export const anyNode: fc.Arbitrary<ContentNode> = fc.oneof(
  anyValueNode,
  fc.tuple(instancePath, anyResource).chain(([at, resource]) =>
    resourceValue(resource).map((value) => ({
      kind: "resource" as const,
      path: childPath(at, resource.id),
      definition,
      resource,
      value,
    })),
  ),
  fc.tuple(instancePath, toldValues).map(([path, values]) => ({ kind: "instance" as const, path, definition, values })),
  fc.uniqueArray(fc.tuple(id, toldValues), { selector: ([key]) => key, maxLength: 3 }).map((instances) => ({
    kind: "object" as const,
    path: objectPath,
    definition,
    instances: new Map(instances),
  })),
);
