/**
 * TLV entries and typed values: what a payload means for an object definition (OMA LwM2M Core 1.1 §7.4.4). Decoding
 * checks types and arity; ranges are for `checkValue`, since a reader must take what a server or device has.
 */
import { named } from "./checkValue.ts";
import { Lwm2mError } from "./errors.ts";
import type {
  InstanceValues,
  ObjectDefinition,
  Path,
  ResourceDefinition,
  ResourceValue,
  SingleValue,
} from "./model.ts";
import { findResource } from "./objects/index.ts";
import { decodeTlv, encodeTlv, type TlvBranch, type TlvEntry, type TlvLeaf } from "./tlv.ts";
import { decodeTlvValue, encodeTlvValue } from "./tlvValue.ts";

export interface DecodeOptions {
  /** What a resource that the definition does not have is: an error (default), or left out, as in Bootstrap-Write. */
  readonly unknownResources?: "refuse" | "skip";
}

/** One instance's resources, without an entry for the instance itself. */
export function encodeInstanceTlv(definition: ObjectDefinition, values: InstanceValues): Uint8Array {
  return encodeTlv(resourceEntries(definition, values, { objectId: definition.id }));
}

/** All instances, each as one entry. */
export function encodeObjectTlv(
  definition: ObjectDefinition,
  instances: ReadonlyMap<number, InstanceValues>,
): Uint8Array {
  return encodeTlv(
    Array.from(instances, ([id, values]) => ({
      kind: "objectInstance",
      id,
      entries: resourceEntries(definition, values, { objectId: definition.id, instanceId: id }),
    })),
  );
}

/** The resources of one instance. Throws `malformed`, `typeMismatch`, `unknownResource` or `tooLarge`. */
export function decodeResourcesTlv(
  definition: ObjectDefinition,
  bytes: Uint8Array,
  options: DecodeOptions = {},
): Map<number, ResourceValue> {
  return resourcesOf(definition, decodeTlv(bytes), { objectId: definition.id }, options);
}

/** The instances of an object. Throws as `decodeResourcesTlv` does. */
export function decodeObjectTlv(
  definition: ObjectDefinition,
  bytes: Uint8Array,
  options: DecodeOptions = {},
): Map<number, Map<number, ResourceValue>> {
  return instancesOf(definition, decodeTlv(bytes), options);
}

export function instancesOf(
  definition: ObjectDefinition,
  entries: readonly TlvEntry[],
  options: DecodeOptions = {},
): Map<number, Map<number, ResourceValue>> {
  const instances = new Map<number, Map<number, ResourceValue>>();
  for (const entry of entries) {
    const path = { objectId: definition.id, instanceId: entry.id };
    if (entry.kind !== "objectInstance") throw unexpected(entry, "object instances", path);
    if (instances.has(entry.id)) throw twice(path);
    instances.set(entry.id, resourcesOf(definition, entry.entries, path, options));
  }
  return instances;
}

export function resourcesOf(
  definition: ObjectDefinition,
  entries: readonly TlvEntry[],
  instancePath: Path,
  options: DecodeOptions = {},
): Map<number, ResourceValue> {
  const values = new Map<number, ResourceValue>();
  for (const entry of entries) {
    const path = resourcePath(instancePath, entry.id);
    if (entry.kind === "objectInstance" || entry.kind === "resourceInstance")
      throw unexpected(entry, "resources", path);
    const resource = findResource(definition, entry.id);
    if (resource === undefined) {
      if (options.unknownResources === "skip") continue;
      throw new Lwm2mError("unknownResource", `object ${definition.id} has no resource ${entry.id}`, { path });
    }
    if (values.has(entry.id)) throw twice(path);
    values.set(entry.id, resourceOf(resource, entry, path));
  }
  return values;
}

/** The value of a `resource` or `multipleResource` entry, whichever the definition wants. */
export function resourceOf(resource: ResourceDefinition, entry: TlvEntry, path: Path): ResourceValue {
  if (resource.multiple && entry.kind === "multipleResource") return resourceInstancesOf(resource, entry.entries, path);
  if (!resource.multiple && entry.kind === "resource") return decodeTlvValue(resource, entry.value, path);
  const wants = resource.multiple ? "a multiple resource" : "a single value";
  throw new Lwm2mError("typeMismatch", `${named(resource, path)} wants ${wants}, not a TLV ${entry.kind}`, { path });
}

export function resourceInstancesOf(
  resource: ResourceDefinition,
  entries: readonly TlvEntry[],
  resourcePath: Path,
): Map<number, SingleValue> {
  const values = new Map<number, SingleValue>();
  for (const entry of entries) {
    const path = { ...resourcePath, resourceInstanceId: entry.id };
    if (entry.kind !== "resourceInstance") throw unexpected(entry, "resource instances", path);
    if (values.has(entry.id)) throw twice(path);
    values.set(entry.id, decodeTlvValue(resource, entry.value, path));
  }
  return values;
}

export function resourceEntries(definition: ObjectDefinition, values: InstanceValues, instancePath: Path): TlvEntry[] {
  return Array.from(values, ([id, value]) => {
    const path = resourcePath(instancePath, id);
    const resource = findResource(definition, id);
    if (resource === undefined) {
      throw new Lwm2mError("unknownResource", `object ${definition.id} has no resource ${id}`, { path });
    }
    return resourceEntry(resource, value, path);
  });
}

/** Throws `typeMismatch` when the value is not of the resource's type and arity. */
export function resourceEntry(resource: ResourceDefinition, value: ResourceValue, path: Path): TlvLeaf | TlvBranch {
  if (value instanceof Map !== resource.multiple) {
    const wants = resource.multiple ? "a value for each resource instance" : "one value";
    throw new Lwm2mError("typeMismatch", `${named(resource, path)} wants ${wants}`, { path });
  }
  if (!(value instanceof Map)) {
    return { kind: "resource", id: resource.id, value: encodeTlvValue(resource, value as SingleValue, path) };
  }
  const entries = Array.from(value as ReadonlyMap<number, SingleValue>, ([id, single]) =>
    resourceInstanceEntry(resource, id, single, { ...path, resourceInstanceId: id }),
  );
  return { kind: "multipleResource", id: resource.id, entries };
}

export function resourceInstanceEntry(
  resource: ResourceDefinition,
  id: number,
  value: SingleValue,
  path: Path,
): TlvLeaf {
  return { kind: "resourceInstance", id, value: encodeTlvValue(resource, value, path) };
}

/** A resource below an instance whose id may still be open (Create). */
function resourcePath(instancePath: Path, resourceId: number): Path {
  const { objectId, instanceId } = instancePath;
  return objectId === undefined || instanceId === undefined ? instancePath : { objectId, instanceId, resourceId };
}

function unexpected(entry: TlvEntry, wanted: string, path: Path): Lwm2mError {
  return new Lwm2mError("malformed", `TLV: ${entry.kind} ${entry.id} where ${wanted} belong`, { path });
}

function twice(path: Path): Lwm2mError {
  const id = path.resourceInstanceId ?? path.resourceId ?? path.instanceId;
  return new Lwm2mError("malformed", `TLV: id ${id} comes twice`, { path });
}
