/** The device's objects as leaves that somebody can look at: path, value without secrets, and what it is called. */

import type { ObjectTree, TreeChange } from "../../services/lwm2m/device/tree.ts";
import type { ResourceDefinition, SingleValue } from "../../services/lwm2m/model.ts";
import { type ShownValue, shownValue } from "../../services/lwm2m/shownValue.ts";
import { isSecretPath, REDACTED } from "../../trace/redact.ts";

export interface Leaf {
  /** `/3/0/3`, `/3/0/6/0`. */
  readonly path: string;
  readonly value: unknown;
  /** `Device: Firmware Version`, with the unit where there is one. */
  readonly label: string;
}

export interface ObjectLeaves {
  /** Every value that there is now. */
  leaves(): Iterable<Leaf>;
  /** Calls `changed` with each leaf that changes, `value` undefined where it is gone. Returns the function that ends it. */
  subscribe(changed: (leaf: Omit<Leaf, "value"> & { readonly value?: unknown }) => void): () => void;
}

export function objectLeaves(tree: ObjectTree): ObjectLeaves {
  return {
    *leaves() {
      for (const objectId of tree.objectIds()) yield* leavesOfObject(tree, objectId);
    },
    subscribe(changed) {
      const known = new Map<string, Leaf>();
      for (const leaf of this.leaves()) known.set(leaf.path, leaf);
      return tree.onChange((changes) => {
        for (const prefix of new Set(changes.map(pathOfChange))) tellChanges(tree, prefix, known, changed);
      });
    },
  };
}

/** Below this path everything is looked at again. */
function pathOfChange({ objectId, instanceId, resourceId }: TreeChange): string {
  return `/${[objectId, instanceId, resourceId].filter((id) => id !== undefined).join("/")}`;
}

function tellChanges(
  tree: ObjectTree,
  prefix: string,
  known: Map<string, Leaf>,
  changed: Parameters<ObjectLeaves["subscribe"]>[0],
): void {
  const now = new Map<string, Leaf>();
  for (const leaf of leavesBelow(tree, prefix)) now.set(leaf.path, leaf);
  for (const [path, { label }] of known) {
    if (now.has(path) || !(path === prefix || path.startsWith(`${prefix}/`))) continue;
    known.delete(path);
    changed({ path, label });
  }
  for (const [path, leaf] of now) {
    if (sameShown(known.get(path), leaf)) continue;
    known.set(path, leaf);
    changed(leaf);
  }
}

function sameShown(before: Leaf | undefined, now: Leaf): boolean {
  if (before === undefined) return false;
  // A secret that is another one now is a change nobody hears of.
  return before.value === now.value || JSON.stringify(before.value) === JSON.stringify(now.value);
}

function leavesBelow(tree: ObjectTree, prefix: string): Iterable<Leaf> {
  const [objectId = 0, instanceId, resourceId] = prefix.slice(1).split("/").map(Number);
  if (instanceId === undefined) return leavesOfObject(tree, objectId);
  if (resourceId === undefined) return leavesOfInstance(tree, objectId, instanceId);
  const resource = tree.definition(objectId)?.resources.find(({ id }) => id === resourceId);
  return resource === undefined ? [] : leavesOfResource(tree, objectId, instanceId, resource);
}

function* leavesOfObject(tree: ObjectTree, objectId: number): Generator<Leaf> {
  for (const instanceId of tree.instanceIds(objectId)) yield* leavesOfInstance(tree, objectId, instanceId);
}

function* leavesOfInstance(tree: ObjectTree, objectId: number, instanceId: number): Generator<Leaf> {
  for (const resource of tree.resources(objectId, instanceId)) {
    yield* leavesOfResource(tree, objectId, instanceId, resource);
  }
}

function* leavesOfResource(
  tree: ObjectTree,
  objectId: number,
  instanceId: number,
  resource: ResourceDefinition,
): Generator<Leaf> {
  const value = tree.get(objectId, instanceId, resource.id);
  if (value === undefined) return;
  const path = `/${objectId}/${instanceId}/${resource.id}`;
  const unit = resource.units === undefined ? "" : ` [${resource.units}]`;
  const label = `${tree.definition(objectId)?.name ?? objectId}: ${resource.name}${unit}`;
  const shown = (single: SingleValue): ShownValue =>
    isSecretPath(path) ? REDACTED : shownValue(resource.type, single);
  if (!(value instanceof Map)) {
    yield { path, value: shown(value as SingleValue), label };
    return;
  }
  for (const [id, single] of value as ReadonlyMap<number, SingleValue>) {
    yield { path: `${path}/${id}`, value: shown(single), label };
  }
}
