/** Octets as they are, content format 42 (OMA LwM2M Core 1.1 §7.4.2): resources of type opaque only. */
import { checkType, named } from "./checkValue.ts";
import { Lwm2mError } from "./errors.ts";
import type { Path, ResourceDefinition, SingleValue } from "./model.ts";

/** Throws `unsupportedFormat` for a resource that is not opaque, `typeMismatch` for a value that is not. */
export function encodeOpaque(resource: ResourceDefinition, value: SingleValue, path?: Path): Uint8Array {
  wantOpaque(resource, path);
  checkType(resource, value, path);
  return value as Uint8Array;
}

/** The result is a copy. Throws `unsupportedFormat` for a resource that is not opaque. */
export function decodeOpaque(resource: ResourceDefinition, bytes: Uint8Array, path?: Path): Uint8Array {
  wantOpaque(resource, path);
  return new Uint8Array(bytes);
}

function wantOpaque(resource: ResourceDefinition, path?: Path): void {
  if (resource.type !== "opaque") {
    throw new Lwm2mError("unsupportedFormat", `${named(resource, path)} is not opaque but ${resource.type}`, { path });
  }
}
