/** SenML records and typed values: what a pack means for an object definition (OMA LwM2M Core 1.1 §7.4.4). */
import { checkType, named } from "./checkValue.ts";
import { Lwm2mError } from "./errors.ts";
import type {
  ContentNode,
  InstanceValues,
  ObjectDefinition,
  Path,
  ResourceDefinition,
  ResourceValue,
  SingleValue,
} from "./model.ts";
import { findResource } from "./objects/index.ts";
import { containsPath, formatPath } from "./path.ts";
import type { SenmlRecord } from "./senmlJson.ts";
import type { DecodeOptions } from "./tlvModel.ts";

/**
 * The records of a node, in order; a multiple resource or an instance without values has none. Throws `typeMismatch`
 * for a value that is not of its resource's type and arity.
 */
export function senmlRecords(node: ContentNode): SenmlRecord[] {
  switch (node.kind) {
    case "object":
      return [...node.instances].flatMap(([instanceId, values]) =>
        instanceRecords(node.definition, values, { objectId: node.definition.id, instanceId }),
      );
    case "instance":
      return instanceRecords(node.definition, node.values, node.path);
    case "resource":
      return resourceRecords(node.resource, node.value, node.path);
    case "resourceInstance":
      return [singleRecord(node.resource, node.value, node.path)];
  }
}

/**
 * The values that the records below `path` give, by instance and resource; times are left out. Throws `malformed` for
 * a record outside of `path` or one that comes twice, `typeMismatch`, or `unknownResource`.
 */
export function senmlInstances(
  definition: ObjectDefinition,
  path: Path,
  records: readonly SenmlRecord[],
  options: DecodeOptions = {},
): Map<number, Map<number, ResourceValue>> {
  const instances = new Map<number, Map<number, ResourceValue>>();
  for (const { path: at, value } of records) {
    if (!containsPath(path, at)) {
      throw new Lwm2mError("malformed", `SenML: ${formatPath(at)} does not lie in ${formatPath(path)}`, { path: at });
    }
    const { instanceId, resourceId, resourceInstanceId } = at as Required<Path>;
    const resource = findResource(definition, resourceId);
    if (resource === undefined) {
      if (options.unknownResources === "skip") continue;
      throw new Lwm2mError("unknownResource", `object ${definition.id} has no resource ${resourceId}`, { path: at });
    }
    if (resource.multiple !== (resourceInstanceId !== undefined)) {
      const wants = resource.multiple ? "a value for each resource instance" : "one value";
      throw new Lwm2mError("typeMismatch", `${named(resource, at)} wants ${wants}`, { path: at });
    }
    const values = instances.get(instanceId) ?? new Map<number, ResourceValue>();
    instances.set(instanceId, values);
    const single = typedValue(resource, value, at);
    const several = values.get(resourceId) as Map<number, SingleValue> | undefined;
    if (resource.multiple ? several?.has(resourceInstanceId) : several !== undefined) {
      throw new Lwm2mError("malformed", `SenML: ${formatPath(at)} comes twice`, { path: at });
    }
    if (!resource.multiple) values.set(resourceId, single);
    else if (several === undefined) values.set(resourceId, new Map([[resourceInstanceId, single]]));
    else several.set(resourceInstanceId, single);
  }
  return instances;
}

function instanceRecords(definition: ObjectDefinition, values: InstanceValues, path: Path): SenmlRecord[] {
  return [...values].flatMap(([resourceId, value]) => {
    const at = { ...path, resourceId };
    const resource = findResource(definition, resourceId);
    if (resource === undefined) {
      throw new Lwm2mError("unknownResource", `object ${definition.id} has no resource ${resourceId}`, { path: at });
    }
    return resourceRecords(resource, value, at);
  });
}

function resourceRecords(resource: ResourceDefinition, value: ResourceValue, path: Path): SenmlRecord[] {
  if (value instanceof Map !== resource.multiple) {
    const wants = resource.multiple ? "a value for each resource instance" : "one value";
    throw new Lwm2mError("typeMismatch", `${named(resource, path)} wants ${wants}`, { path });
  }
  if (!(value instanceof Map)) return [singleRecord(resource, value as SingleValue, path)];
  return Array.from(value as ReadonlyMap<number, SingleValue>, ([resourceInstanceId, single]) =>
    singleRecord(resource, single, { ...path, resourceInstanceId }),
  );
}

function singleRecord(resource: ResourceDefinition, value: SingleValue, path: Path): SenmlRecord {
  checkType(resource, value, path);
  return { path, value };
}

function typedValue(resource: ResourceDefinition, value: SingleValue, path: Path): SingleValue {
  // JSON does not tell a float without fraction from an integer.
  const typed = resource.type === "float" && typeof value === "bigint" ? Number(value) : value;
  checkType(resource, typed, path);
  return typed;
}
