/** What of the tree survives a restart, as plain data without secrets. The store turns octets into text. */
import { Lwm2mError } from "../errors.ts";
import type { ResourceDefinition, ResourceValue, SingleValue } from "../model.ts";
import { ACCESS_CONTROL } from "../objects/accessControl.ts";
import { findResource } from "../objects/index.ts";
import { OSCORE } from "../objects/oscore.ts";
import { SECURITY } from "../objects/security.ts";
import { SERVER } from "../objects/server.ts";
import { type AttributeState, AttributeStore } from "./attributes.ts";
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

/** Accounts and access rights are kept whole; of other objects what a server may have written. */
const KEPT_WHOLE: ReadonlySet<number> = new Set([SECURITY.id, SERVER.id, ACCESS_CONTROL.id]);
const SECURITY_SECRETS: ReadonlySet<number> = new Set([3, 4, 5, 8]);

export function serialiseTree(
  tree: ObjectTree,
  attributes: ReadonlyMap<number, AttributeStore> = new Map(),
): TreeState {
  const objects: Record<string, Record<string, Record<string, StoredValue>>> = {};
  for (const [objectId, instances] of tree.snapshot()) {
    const definition = tree.definition(objectId)!;
    if (objectId === OSCORE.id) continue;
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
  if (state?.version !== TREE_STATE_VERSION || typeof state.objects !== "object" || state.objects === null) {
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
    for (const [object, instances] of Object.entries(state.objects)) {
      for (const [instance, values] of Object.entries(instances)) {
        const [objectId, instanceId] = [Number(object), Number(instance)];
        if (!tree.hasInstance(objectId, instanceId) && tree.definition(objectId)?.multiple === true) {
          attempt(`/${object}/${instance}`, () => tree.create(objectId, instanceId));
        }
        for (const [id, value] of Object.entries(values)) {
          const path = `/${object}/${instance}/${id}`;
          attempt(path, () => tree.set(objectId, instanceId, Number(id), restoredValue(value, path)));
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
  if (resource === undefined) return false;
  if (KEPT_WHOLE.has(objectId)) return objectId !== SECURITY.id || !SECURITY_SECRETS.has(resource.id);
  return resource.operations === "W" || resource.operations === "RW";
}

function storedValue(value: ResourceValue): StoredValue {
  if (!isMultiple(value)) return storedSingle(value);
  return { $instances: Object.fromEntries([...value].map(([id, single]) => [id, storedSingle(single)])) };
}

function storedSingle(value: SingleValue): StoredSingle {
  if (typeof value === "bigint") return { $integer: value.toString() };
  return isObjectLink(value) ? { $link: [value.objectId, value.instanceId] } : value;
}

function restoredValue(value: StoredValue, path: string): ResourceValue {
  const several = typeof value === "object" && value !== null && "$instances" in value;
  if (!several) return restoredSingle(value as StoredSingle, path);
  return new Map(Object.entries(value.$instances).map(([id, single]) => [Number(id), restoredSingle(single, path)]));
}

function restoredSingle(value: StoredSingle, path: string): SingleValue {
  if (typeof value !== "object" || value instanceof Uint8Array) return value;
  if (value !== null && "$link" in value) return { objectId: value.$link[0], instanceId: value.$link[1] };
  if (value !== null && "$integer" in value && /^-?\d{1,20}$/.test(value.$integer)) return BigInt(value.$integer);
  throw new Lwm2mError("malformed", `${path}: no stored value`);
}
