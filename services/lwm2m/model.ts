/** The data model of LwM2M: objects, resources, their values and paths (OMA LwM2M Core 1.1 §5, Appendix C). */

export type ResourceType =
  | "string"
  | "integer"
  | "unsigned"
  | "float"
  | "boolean"
  | "opaque"
  | "time"
  | "objlnk"
  | "corelnk"
  | "none";

/** What a management server may do; empty for resources that only the bootstrap server reaches. */
export type Operations = "" | "R" | "W" | "RW" | "E";

export interface ResourceDefinition {
  readonly id: number;
  readonly name: string;
  readonly operations: Operations;
  readonly multiple: boolean;
  readonly mandatory: boolean;
  readonly type: ResourceType;
  /** Inclusive bounds of a number, or of a string's or opaque's length in octets. */
  readonly range?: { readonly min?: number; readonly max?: number };
  /** The values allowed, where the registry enumerates them; of a string or opaque, numbers are lengths in octets. */
  readonly values?: readonly (number | string)[];
  /** Unit symbol as the registry spells it. */
  readonly units?: string;
}

export interface ObjectDefinition {
  readonly id: number;
  readonly name: string;
  /** `urn:oma:lwm2m:oma:3:1.2`; version 1.0 has no suffix. */
  readonly urn: string;
  readonly version: string;
  /** The enabler version that the definition asks for. */
  readonly lwm2mVersion: string;
  readonly multiple: boolean;
  readonly mandatory: boolean;
  readonly resources: readonly ResourceDefinition[];
}

/** Link to an object instance; 65535/65535 is the null link. */
export interface ObjectLink {
  readonly objectId: number;
  readonly instanceId: number;
}

/** A single value. 64-bit integers beyond the safe range are bigint; a time is seconds since 1970. */
export type SingleValue = string | number | bigint | boolean | Uint8Array | ObjectLink;

/** A resource's value: one, or several by resource instance id. */
export type ResourceValue = SingleValue | ReadonlyMap<number, SingleValue>;

/** `/`, `/3`, `/3/0`, `/3/0/1` or `/3/0/6/0`; ids 0 to 65534. */
export interface Path {
  readonly objectId?: number;
  readonly instanceId?: number;
  readonly resourceId?: number;
  readonly resourceInstanceId?: number;
}

/** Finds the definition that governs an object id, in the version that this device has. */
export type DefinitionLookup = (objectId: number) => ObjectDefinition | undefined;

/** The values of one object instance by resource id. */
export type InstanceValues = ReadonlyMap<number, ResourceValue>;

/**
 * What a payload says of one place in the tree: the shape between every data format and the tree. A format encodes
 * such a node and decodes a payload to one; `path` is where it stands and goes as deep as `kind` says. An `instance`
 * whose path ends at the object is one to be created with an id of the device's choice.
 */
export type ContentNode = ObjectNode | InstanceNode | ResourceNode | ResourceInstanceNode;

export interface ObjectNode {
  readonly kind: "object";
  readonly path: Path;
  readonly definition: ObjectDefinition;
  readonly instances: ReadonlyMap<number, InstanceValues>;
}

export interface InstanceNode {
  readonly kind: "instance";
  readonly path: Path;
  readonly definition: ObjectDefinition;
  readonly values: InstanceValues;
}

export interface ResourceNode {
  readonly kind: "resource";
  readonly path: Path;
  readonly definition: ObjectDefinition;
  readonly resource: ResourceDefinition;
  /** A map exactly when the resource is multiple. */
  readonly value: ResourceValue;
}

export interface ResourceInstanceNode {
  readonly kind: "resourceInstance";
  readonly path: Path;
  readonly definition: ObjectDefinition;
  readonly resource: ResourceDefinition;
  readonly value: SingleValue;
}
