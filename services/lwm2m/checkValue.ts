/** A value against its resource's definition: type, arity, range, enumeration (OMA LwM2M Core 1.1 Appendix C). */
import { Lwm2mError } from "./errors.ts";
import { decodeLinks } from "./linkFormat.ts";
import type { ObjectLink, Path, ResourceDefinition, ResourceType, ResourceValue, SingleValue } from "./model.ts";
import { formatPath, MAX_ID } from "./path.ts";
import { utf8Length } from "./utf8.ts";

export const INT64_MIN = -(2n ** 63n);
export const INT64_MAX = 2n ** 63n - 1n;
export const UINT64_MAX = 2n ** 64n - 1n;

const MAX_UINT16 = 65_535;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Throws `typeMismatch` or `outOfRange`; `path` is the resource's and goes into the error. */
export function checkValue(resource: ResourceDefinition, value: ResourceValue, path?: Path): void {
  if (!(value instanceof Map)) {
    if (resource.multiple) throw mismatch(resource, "wants one value for each resource instance", path);
    checkSingleValue(resource, value as SingleValue, path);
    return;
  }
  if (!resource.multiple) throw mismatch(resource, "has one value, not resource instances", path);
  for (const [id, single] of value as ReadonlyMap<number, SingleValue>) {
    if (!Number.isInteger(id) || id < 0 || id > MAX_ID) {
      throw new Lwm2mError("outOfRange", `${named(resource, path)}: resource instance ids go from 0 to ${MAX_ID}`, {
        path,
      });
    }
    checkSingleValue(resource, single, path);
  }
}

/** The same for one value: a single resource's, or that of one resource instance. */
export function checkSingleValue(resource: ResourceDefinition, value: SingleValue, path?: Path): void {
  checkType(resource, value, path);
  const { size, octets } = measure(value);
  // An empty string or opaque stands for "none": bootstrap servers write such keys of no length.
  if (octets && size === 0) return;
  const what = octets ? `is ${size} octets long` : `is ${size}`;
  const { min, max } = resource.range ?? {};
  if (size !== undefined && ((min !== undefined && size < min) || (max !== undefined && size > max))) {
    throw new Lwm2mError("outOfRange", `${named(resource, path)} ${what}, allowed are ${min ?? ""}..${max ?? ""}`, {
      path,
    });
  }
  const { values } = resource;
  if (values !== undefined && !values.some((allowed) => allowed === value || allowed === Number(size))) {
    throw new Lwm2mError("outOfRange", `${named(resource, path)} is none of the values allowed: ${values.join(", ")}`, {
      path,
    });
  }
}

/** Throws `typeMismatch` when the value is not of the resource's type; looks at neither arity nor range. */
export function checkType(resource: ResourceDefinition, value: SingleValue, path?: Path): void {
  const type = TYPES[resource.type];
  if (!type.accepts(value)) throw mismatch(resource, `wants ${type.wants}`, path);
}

/** Resource and place as an error names them. */
export function named(resource: ResourceDefinition, path?: Path): string {
  return `${path === undefined ? `resource ${resource.id}` : formatPath(path)} "${resource.name}"`;
}

const isInt64 = (value: SingleValue): boolean =>
  typeof value === "bigint" ? value >= INT64_MIN && value <= INT64_MAX : Number.isSafeInteger(value);

const TYPES: Readonly<Record<ResourceType, { readonly wants: string; accepts(value: SingleValue): boolean }>> = {
  string: {
    wants: "a string of well-formed Unicode",
    accepts: (value) => typeof value === "string" && !LONE_SURROGATE.test(value),
  },
  integer: { wants: "an integer of 64 bits, a bigint beyond 2^53", accepts: isInt64 },
  unsigned: {
    wants: "an unsigned integer of 64 bits, a bigint beyond 2^53",
    accepts: (value) =>
      typeof value === "bigint"
        ? value >= 0n && value <= UINT64_MAX
        : Number.isSafeInteger(value) && (value as number) >= 0,
  },
  float: { wants: "a finite number", accepts: (value) => Number.isFinite(value) },
  boolean: { wants: "a boolean", accepts: (value) => typeof value === "boolean" },
  opaque: { wants: "octets (Uint8Array)", accepts: (value) => value instanceof Uint8Array },
  time: { wants: "whole seconds since 1970, a bigint beyond 2^53", accepts: isInt64 },
  objlnk: { wants: `an object link with ids 0 to ${MAX_UINT16}`, accepts: isObjectLink },
  corelnk: { wants: "links in CoRE link format", accepts: (value) => typeof value === "string" && isLinkFormat(value) },
  none: { wants: "no value: it can only be executed", accepts: () => false },
};

function isObjectLink(value: SingleValue): value is ObjectLink {
  if (typeof value !== "object" || value instanceof Uint8Array) return false;
  return [value.objectId, value.instanceId].every((id) => Number.isInteger(id) && id >= 0 && id <= MAX_UINT16);
}

function isLinkFormat(text: string): boolean {
  try {
    decodeLinks(text);
    return true;
  } catch {
    return false;
  }
}

/** What a range bounds: a number itself, the length of a string or opaque; nothing for the rest. */
function measure(value: SingleValue): { size: number | bigint | undefined; octets: boolean } {
  if (typeof value === "number" || typeof value === "bigint") return { size: value, octets: false };
  if (typeof value === "string") return { size: utf8Length(value), octets: true };
  if (value instanceof Uint8Array) return { size: value.length, octets: true };
  return { size: undefined, octets: false };
}

function mismatch(resource: ResourceDefinition, wants: string, path?: Path): Lwm2mError {
  return new Lwm2mError("typeMismatch", `${named(resource, path)} ${wants}`, { path });
}
