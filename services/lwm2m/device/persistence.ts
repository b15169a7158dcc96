/** What of the tree survives a restart, as plain data without secrets. The store turns octets into text. */
import { Lwm2mError } from "../errors.ts";
import type { ResourceDefinition, ResourceValue, SingleValue } from "../model.ts";
import { ACCESS_CONTROL } from "../objects/accessControl.ts";
import { findResource } from "../objects/index.ts";
import { OSCORE } from "../objects/oscore.ts";
import { SECURITY } from "../objects/security.ts";
import { SERVER } from "../objects/server.ts";
import { parsePathSegments } from "../path.ts";
import { type AttributeState, AttributeStore } from "./attributes.ts";
import { isTable } from "./isTable.ts";
import { isMultiple, isObjectLink } from "./resourceValue.ts";
import type { ObjectTree } from "./tree.ts";

export const TREE_STATE_VERSION = 1;

type StoredSingle =
  | string
  | number
  | boolean
  | Uint8Array
  | { $integer: string }
  | { $link: readonly [number, number] };
type StoredValue = StoredSingle | { $instances: Readonly<Record<string, StoredSingle>> };

export interface TreeState {
  readonly version: typeof TREE_STATE_VERSION;
  /** By object, instance and resource id. */
  readonly objects: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, StoredValue>>>>>>;
  /** Notification attributes by short server id. */
  readonly attributes: Readonly<Record<string, AttributeState>>;
}

/** Accounts and access rights are kept whole, but for secrets; of other objects what a server may have written. */
const KEPT_WHOLE: ReadonlySet<number> = new Set([SECURITY.id, SERVER.id, ACCESS_CONTROL.id, OSCORE.id]);
/** By object: left out even where no behaviour keeps them from the tree. */
const SECRETS: ReadonlyMap<number, ReadonlySet<number>> = new Map([
  [SECURITY.id, new Set([3, 4, 5, 8])],
  [OSCORE.id, new Set([0, 5])],
]);

const INTEGER = /^-?\d{1,20}$/;

export function serialiseTree(
  tree: ObjectTree,
  attributes: ReadonlyMap<number, AttributeStore> = new Map(),
): TreeState {
  const objects: Record<string, Record<string, Record<string, StoredValue>>> = {};
  for (const [objectId, instances] of tree.snapshot()) {
    const definition = tree.definition(objectId)!;
    for (const [instanceId, values] of instances) {
      const kept = [...values].filter(([id]) => isKept(objectId, findResource(definition, id)));
      if (kept.length === 0 && !definition.multiple) continue;
      objects[objectId] ??= {};
      objects[objectId][instanceId] = Object.fromEntries(kept.map(([id, value]) => [id, storedValue(value)]));
    }
  }
  return {
    version: TREE_STATE_VERSION,
    objects,
    attributes: Object.fromEntries([...attributes].map(([ssid, store]) => [ssid, store.serialise()])),
  };
}

/**
 * Puts back what `serialiseTree` gave into a tree that has its objects. Instances of multiple objects are created, of
 * single ones only what is there is set. Returns the paths that no longer fit and were left out. Throws `malformed`
 * for what is no state of this version.
 */
export function restoreTree(tree: ObjectTree, state: TreeState): readonly string[] {
  if (state?.version !== TREE_STATE_VERSION || !isTable(state.objects)) {
    throw new Lwm2mError("malformed", `no tree state of version ${TREE_STATE_VERSION}`);
  }
  const leftOut: string[] = [];
  const attempt = (path: string, work: () => void): void => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof Lwm2mError)) throw error;
      leftOut.push(path);
    }
  };
  tree.batch(() => {
    for (const [objectId, instances, object] of membersOf(state.objects, "", leftOut) ?? []) {
      for (const [instanceId, values, instance] of membersOf(instances, object, leftOut) ?? []) {
        const resources = membersOf(values, instance, leftOut);
        if (resources === undefined) continue;
        if (!tree.hasInstance(objectId, instanceId) && tree.definition(objectId)?.multiple === true) {
          attempt(instance, () => tree.create(objectId, instanceId));
        }
        for (const [id, value, path] of resources) {
          attempt(path, () => tree.set(objectId, instanceId, id, restoredValue(value, path)));
        }
      }
    }
  });
  return leftOut;
}

/** The attributes of one server from a state. */
export function restoredAttributes(state: TreeState, shortServerId: number): AttributeStore {
  const store = new AttributeStore();
  store.restore(state.attributes?.[shortServerId] ?? {});
  return store;
}

function isKept(objectId: number, resource: ResourceDefinition | undefined): boolean {
  if (resource === undefined || SECRETS.get(objectId)?.has(resource.id) === true) return false;
  return KEPT_WHOLE.has(objectId) || resource.operations === "W" || resource.operations === "RW";
}

function storedValue(value: ResourceValue): StoredValue {
  if (!isMultiple(value)) return storedSingle(value);
  return { $instances: Object.fromEntries([...value].map(([id, single]) => [id, storedSingle(single)])) };
}

function storedSingle(value: SingleValue): StoredSingle {
  if (typeof value === "bigint") return { $integer: value.toString() };
  return isObjectLink(value) ? { $link: [value.objectId, value.instanceId] } : value;
}

type Member = readonly [id: number, value: unknown, path: string];

/** What a stored table has by id; undefined for what is no table. Paths of what is none are added to those left out. */
function membersOf(table: unknown, path: string, leftOut: string[]): readonly Member[] | undefined {
  if (!isTable(table)) {
    leftOut.push(path);
    return undefined;
  }
  return Object.entries(table).flatMap(([key, value]) => {
    if (isId(key)) return [[Number(key), value, `${path}/${key}`]];
    leftOut.push(`${path}/${key}`);
    return [];
  });
}

function isId(key: string): boolean {
  return parsePathSegments([key]) !== undefined;
}

function restoredValue(value: unknown, path: string): ResourceValue {
  if (!isTable(value) || !("$instances" in value)) return restoredSingle(value, path);
  const { $instances } = value;
  if (!isTable($instances) || !Object.keys($instances).every(isId)) throw noStoredValue(path);
  return new Map(Object.entries($instances).map(([id, single]) => [Number(id), restoredSingle(single, path)]));
}

/** Whether it is a value of the resource is the tree's to say. */
function restoredSingle(value: unknown, path: string): SingleValue {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (value instanceof Uint8Array) return value;
  const { $integer, $link } = isTable(value) ? value : {};
  if (typeof $integer === "string" && INTEGER.test($integer)) return BigInt($integer);
  if (Array.isArray($link)) return { objectId: $link[0], instanceId: $link[1] };
  throw noStoredValue(path);
}

function noStoredValue(path: string): Lwm2mError {
  return new Lwm2mError("malformed", `${path}: no stored value`);
}
