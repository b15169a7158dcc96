/**
 * How the object tables are written: one row a resource, in the registry's order. The rows' literal types survive, so
 * that ids and values are checked when compiling (`instanceValues(DEVICE, { 9: 80 })`).
 */
import type {
  InstanceValues,
  ObjectDefinition,
  ObjectLink,
  Operations,
  Path,
  ResourceDefinition,
  ResourceType,
  ResourceValue,
} from "../model.ts";

type Limits = Pick<ResourceDefinition, "range" | "values" | "units">;

type Row = readonly [
  id: number,
  name: string,
  operations: Operations,
  instances: "single" | "multiple",
  presence: "mandatory" | "optional",
  type: ResourceType,
  limits?: Limits,
];

interface ObjectTable {
  readonly id: number;
  readonly name: string;
  readonly version: string;
  readonly lwm2mVersion: string;
  readonly instances: "single" | "multiple";
  readonly presence: "mandatory" | "optional";
  readonly resources: readonly Row[];
}

declare const TABLE: unique symbol;

/** A definition that remembers the literal types of its table. */
export interface TypedObject<Table extends ObjectTable> extends ObjectDefinition {
  readonly id: Table["id"];
  readonly [TABLE]?: Table;
}

interface Values {
  string: string;
  integer: number | bigint;
  unsigned: number | bigint;
  float: number;
  boolean: boolean;
  opaque: Uint8Array;
  time: number | bigint;
  objlnk: ObjectLink;
  corelnk: string;
  none: never;
}

type RowValue<R extends Row> = R[3] extends "multiple" ? ReadonlyMap<number, Values[R[5]]> : Values[R[5]];

/** The resources that have a value: executables are left out. */
type ValueRow<R extends Row> = R extends Row ? (R[5] extends "none" ? never : R) : never;

/** Values by resource id, each of its resource's type. */
export type ValuesOf<Definition> =
  Definition extends TypedObject<infer Table>
    ? { readonly [R in ValueRow<Table["resources"][number]> as R[0]]?: RowValue<R> | undefined }
    : never;

/** The ids of an object's resources. */
export type ResourceIdOf<Definition> =
  Definition extends TypedObject<infer Table> ? Table["resources"][number][0] : never;

export function defineObject<const Table extends ObjectTable>(table: Table): TypedObject<Table> {
  return {
    id: table.id,
    name: table.name,
    urn: urnOf(table),
    version: table.version,
    lwm2mVersion: table.lwm2mVersion,
    multiple: table.instances === "multiple",
    mandatory: table.presence === "mandatory",
    resources: table.resources.map(([id, name, operations, instances, presence, type, limits]) => ({
      id,
      name,
      operations,
      multiple: instances === "multiple",
      mandatory: presence === "mandatory",
      type,
      ...limits,
    })),
  };
}

/** Last ids of OMA's own objects and of those of other organisations; vendors' follow (OMA LwM2M registry, "Object classes"). */
const LAST_ID = { oma: 2_047, ext: 10_240 };

function urnOf({ id, version }: ObjectTable): string {
  const objectClass = id <= LAST_ID.oma ? "oma" : id <= LAST_ID.ext ? "ext" : "x";
  return `urn:oma:lwm2m:${objectClass}:${id}${version === "1.0" ? "" : `:${version}`}`;
}

/** One instance's values, checked against the object's table when compiling; undefined ones are left out. */
export function instanceValues<Definition extends ObjectDefinition>(
  _definition: Definition,
  values: ValuesOf<Definition>,
): InstanceValues {
  const byId = new Map<number, ResourceValue>();
  for (const [id, value] of Object.entries(values as Record<string, ResourceValue | undefined>)) {
    if (value !== undefined) byId.set(Number(id), value);
  }
  return byId;
}

/** The path of a resource, its id checked against the object's table when compiling. */
export function resourcePath<Definition extends ObjectDefinition>(
  definition: Definition,
  instanceId: number,
  resourceId: ResourceIdOf<Definition>,
): Path {
  return { objectId: definition.id, instanceId, resourceId };
}
