/**
 * Records and typed values: what a pack of SenML, or a document of LwM2M JSON, means for an object definition (OMA LwM2M
 * Core 1.1 §7.4.4).
 */
import { checkType, named } from "./checkValue.ts";
import { Lwm2mError } from "./errors.ts";
import type {
  ContentNode,
  DefinitionLookup,
  InstanceValues,
  ObjectDefinition,
  Path,
  ResourceDefinition,
  ResourceValue,
  SingleValue,
} from "./model.ts";
import { findResource } from "./objects/index.ts";
import { containsPath, formatPath } from "./path.ts";
import { parseObjectLink } from "./senmlFields.ts";
import type { SenmlRecord } from "./senmlRecord.ts";
import type { DecodeOptions } from "./tlvModel.ts";

/**
 * The records of a node, in order; a multiple resource or an instance without values has none. Throws `typeMismatch`
 * for a value that is not of its resource's type and arity.
 */
export function senmlRecords(node: ContentNode): SenmlRecord[] {
  const records: SenmlRecord[] = [];
  switch (node.kind) {
    case "object":
      for (const [instanceId, values] of node.instances) {
        addInstance(records, node.definition, values, { objectId: node.definition.id, instanceId });
      }
      break;
    case "instance":
      addInstance(records, node.definition, node.values, node.path);
      break;
    case "resource":
      addResource(records, node.resource, node.value, node.path);
      break;
    case "resourceInstance":
      addValue(records, node.resource, node.value, node.path);
  }
  return records;
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
      throw new Lwm2mError("malformed", `${formatPath(at)} does not lie in ${formatPath(path)}`, { path: at });
    }
    const { instanceId, resourceId, resourceInstanceId } = at as Required<Path>;
    if (options.unknownResources === "skip" && findResource(definition, resourceId) === undefined) continue;
    const resource = resourceIn(definition, at);
    const values = instances.get(instanceId) ?? new Map<number, ResourceValue>();
    instances.set(instanceId, values);
    const single = typedValue(resource, value, at);
    const several = values.get(resourceId) as Map<number, SingleValue> | undefined;
    if (resource.multiple ? several?.has(resourceInstanceId) : several !== undefined) {
      throw new Lwm2mError("malformed", `${formatPath(at)} comes twice`, { path: at });
    }
    if (!resource.multiple) values.set(resourceId, single);
    else if (several === undefined) values.set(resourceId, new Map([[resourceInstanceId, single]]));
    else several.set(resourceInstanceId, single);
  }
  return instances;
}

/**
 * The resource that a record speaks of. Throws `unknownObject`, `unknownResource`, or `typeMismatch` when a single
 * resource is given an instance or a multiple one is given none.
 */
export function resourceOfRecord(path: Path, lookup: DefinitionLookup): ResourceDefinition {
  const definition = lookup(path.objectId!);
  if (definition === undefined) throw new Lwm2mError("unknownObject", `there is no object ${path.objectId}`, { path });
  return resourceIn(definition, path);
}

function resourceIn(definition: ObjectDefinition, path: Path): ResourceDefinition {
  const { resourceId, resourceInstanceId } = path as Required<Path>;
  const resource = findResource(definition, resourceId);
  if (resource === undefined) {
    throw new Lwm2mError("unknownResource", `object ${definition.id} has no resource ${resourceId}`, { path });
  }
  if (resource.multiple !== (resourceInstanceId !== undefined)) {
    const wants = resource.multiple ? "a value for each resource instance" : "one value";
    throw new Lwm2mError("typeMismatch", `${named(resource, path)} wants ${wants}`, { path });
  }
  return resource;
}

/** Throws `typeMismatch`. */
export function typedValue(resource: ResourceDefinition, value: SingleValue, path: Path): SingleValue {
  const typed = retyped(resource, value);
  checkType(resource, typed, path);
  return typed;
}

function retyped({ type }: ResourceDefinition, value: SingleValue): SingleValue {
  // A long integer without a fraction may be a float.
  if (type === "float" && typeof value === "bigint") return Number(value);
  // Leshan says an object link as text.
  if (type === "objlnk" && typeof value === "string") return parseObjectLink(value) ?? value;
  return value;
}

function addInstance(
  records: SenmlRecord[],
  definition: ObjectDefinition,
  values: InstanceValues,
  { objectId, instanceId }: Path,
): void {
  for (const [resourceId, value] of values) {
    const path = { objectId, instanceId, resourceId } as Path;
    const resource = findResource(definition, resourceId);
    if (resource === undefined) {
      throw new Lwm2mError("unknownResource", `object ${definition.id} has no resource ${resourceId}`, { path });
    }
    addResource(records, resource, value, path);
  }
}

function addResource(records: SenmlRecord[], resource: ResourceDefinition, value: ResourceValue, path: Path): void {
  if (value instanceof Map !== resource.multiple) {
    const wants = resource.multiple ? "a value for each resource instance" : "one value";
    throw new Lwm2mError("typeMismatch", `${named(resource, path)} wants ${wants}`, { path });
  }
  if (!(value instanceof Map)) {
    addValue(records, resource, value as SingleValue, path);
    return;
  }
  const { objectId, instanceId, resourceId } = path;
  for (const [resourceInstanceId, single] of value as ReadonlyMap<number, SingleValue>) {
    addValue(records, resource, single, { objectId, instanceId, resourceId, resourceInstanceId } as Path);
  }
}

function addValue(records: SenmlRecord[], resource: ResourceDefinition, value: SingleValue, path: Path): void {
  checkType(resource, value, path);
  records.push(resource.type === "float" ? { path, value, float: true } : { path, value });
}
