/** Small questions about values of resources. */
import type { ObjectLink, ResourceValue, SingleValue } from "../model.ts";

export function isMultiple(value: ResourceValue): value is ReadonlyMap<number, SingleValue> {
  return value instanceof Map;
}

export function isObjectLink(value: ResourceValue): value is ObjectLink {
  return typeof value === "object" && "objectId" in value;
}

/** True for the same value, octet by octet and instance by instance. */
export function sameValue(a: ResourceValue | undefined, b: ResourceValue | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object") return false;
  if (a instanceof Uint8Array) return b instanceof Uint8Array && sameBytes(a, b);
  if (isMultiple(a)) {
    return isMultiple(b) && a.size === b.size && [...a].every(([id, value]) => sameValue(value, b.get(id)));
  }
  return isObjectLink(a) && isObjectLink(b) && a.objectId === b.objectId && a.instanceId === b.instanceId;
}

/** A number for what has an order: integers, floats, times; undefined for everything else. */
export function numberOf(value: ResourceValue | undefined): number | undefined {
  return typeof value === "number" || typeof value === "bigint" ? Number(value) : undefined;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, index) => octet === b[index]);
}
