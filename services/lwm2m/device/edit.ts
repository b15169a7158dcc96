/** A write to one instance: what it is and whether it may be done (OMA LwM2M Core 1.1 §6.3.3, §6.3.6, §6.1.7.5). */
import { CODE } from "../../coap/codes.ts";
import { checkValue } from "../checkValue.ts";
import { Lwm2mError } from "../errors.ts";
import type { InstanceValues, ObjectDefinition, Path, ResourceDefinition, ResourceValue } from "../model.ts";
import { findResource } from "../objects/index.ts";
import { MAX_ID } from "../path.ts";
import type { Caller, ObjectBehaviour, Refusal, ResourceBehaviour } from "./behaviour.ts";
import { isMultiple } from "./resourceValue.ts";
import { findById } from "./sortedById.ts";

/** Instances that one object may have, and instances of one resource. */
export const MAX_OBJECT_INSTANCES = 256;
export const MAX_RESOURCE_INSTANCES = 256;

/** One instance's part of a write. */
export interface InstanceEdit {
  readonly objectId: number;
  readonly instanceId: number;
  readonly values: InstanceValues;
  /**
   * `create`: a new instance. `replace`: what the caller may write and does not give goes. `update`: given values are
   * set, given resource instances join the others. `assign`: given resources are replaced whole, others stay.
   */
  readonly mode: "create" | "replace" | "update" | "assign";
  /** Resource instances that go, by resource; those that are not there are gone already. For `update`. */
  readonly removed?: ReadonlyMap<number, ReadonlySet<number>>;
}

/** What the tree holds of one kind of object. */
export interface ObjectEntry {
  readonly id: number;
  readonly definition: ObjectDefinition;
  readonly behaviour: ObjectBehaviour | undefined;
  /** In ascending order of id. */
  instances: readonly ObjectInstance[];
}

export interface ObjectInstance {
  readonly id: number;
  /** By resource. */
  values: Map<number, ResourceValue>;
}

/**
 * Why an edit cannot be done; nothing is changed.
 *
 * @param coming instances of the object that the same write creates besides this one.
 */
export function checkEdit(
  entry: ObjectEntry | undefined,
  caller: Caller,
  edit: InstanceEdit,
  coming: number,
): Refusal | undefined {
  const { objectId, instanceId, values, mode } = edit;
  if (entry === undefined) return { code: CODE.NOT_FOUND, detail: `no object ${objectId}` };
  const { definition, behaviour } = entry;
  const present = findById(entry.instances, instanceId)?.values;
  const at = `/${objectId}/${instanceId}`;
  if (mode === "create") {
    const limit = definition.multiple ? MAX_OBJECT_INSTANCES : 1;
    if (entry.instances.length + coming >= limit) {
      return { code: CODE.BAD_REQUEST, detail: `object ${objectId} takes no more than ${limit}` };
    }
    if (present !== undefined) return { code: CODE.BAD_REQUEST, detail: `${at} exists` };
    if (instanceId > (definition.multiple ? MAX_ID : 0)) {
      return { code: CODE.BAD_REQUEST, detail: `object ${objectId} has no instance ${instanceId}` };
    }
  } else if (present === undefined) return { code: CODE.NOT_FOUND, detail: `no instance ${at}` };

  for (const id of edit.removed?.keys() ?? []) {
    const resource = findResource(definition, id);
    if (resource === undefined) return { code: CODE.NOT_FOUND, detail: `no resource ${at}/${id}` };
    if (!resource.multiple || !mayWrite(caller, resource, behaviour?.resources?.[id])) {
      return { code: CODE.METHOD_NOT_ALLOWED, detail: `nothing of ${at}/${id} can be removed` };
    }
  }
  for (const [id, value] of values) {
    const resource = findResource(definition, id);
    if (resource === undefined) return { code: CODE.NOT_FOUND, detail: `no resource ${at}/${id}` };
    const rules = behaviour?.resources?.[id];
    if (!mayWrite(caller, resource, rules)) {
      return { code: CODE.METHOD_NOT_ALLOWED, detail: `${at}/${id} cannot be written` };
    }
    const path = { objectId, instanceId, resourceId: id };
    const refusal = refusalOf(resource, value, path) ?? rules?.check?.(instanceId, value, caller, behaviour?.context);
    if (refusal !== undefined) return refusal;
    const next = valueAfter(present?.get(id), edit, id) ?? value;
    if (isMultiple(next) && next.size > MAX_RESOURCE_INSTANCES) {
      return { code: CODE.BAD_REQUEST, detail: `${at}/${id} takes ${MAX_RESOURCE_INSTANCES} instances` };
    }
  }
  if (caller !== "server" || (mode !== "create" && mode !== "replace")) return undefined;
  const missing = definition.resources.find(
    (resource) =>
      resource.mandatory &&
      !values.has(resource.id) &&
      mayWrite(caller, resource, undefined) &&
      behaviour?.resources?.[resource.id]?.write === undefined,
  );
  return missing && { code: CODE.BAD_REQUEST, detail: `${at}/${missing.id} is mandatory` };
}

/** Servers write what the object says; the bootstrap server all but executables; nobody what the object computes. */
export function mayWrite(
  caller: Caller,
  { operations, type }: ResourceDefinition,
  rules: ResourceBehaviour | undefined,
): boolean {
  if (rules?.read !== undefined && rules.write === undefined) return false;
  if (caller === "server") return operations === "W" || operations === "RW";
  return type !== "none" && operations !== "E";
}

function refusalOf(resource: ResourceDefinition, value: ResourceValue, path: Path): Refusal | undefined {
  try {
    checkValue(resource, value, path);
    return undefined;
  } catch (error) {
    if (!(error instanceof Lwm2mError)) throw error;
    return { code: CODE.BAD_REQUEST, detail: error.message };
  }
}

/** A resource's value when the edit is done; one that an update leaves no instance of is gone. */
export function valueAfter(
  present: ResourceValue | undefined,
  { mode, values, removed }: InstanceEdit,
  resourceId: number,
): ResourceValue | undefined {
  const given = values.get(resourceId);
  if (mode !== "update" || (given !== undefined && !isMultiple(given))) return given;
  const instances = new Map([...(present !== undefined && isMultiple(present) ? present : []), ...(given ?? [])]);
  for (const id of removed?.get(resourceId) ?? []) instances.delete(id);
  return instances.size === 0 ? undefined : instances;
}
