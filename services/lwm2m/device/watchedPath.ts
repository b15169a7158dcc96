/**
 * One observed place: what the server was told of it last, and when it is looked at again (OMA LwM2M Core 1.1 §7.3.2).
 * On an object or instance, the conditions of the resources in it count for these resources.
 */
import type { Path, ResourceValue, SingleValue } from "../model.ts";
import { findResource } from "../objects/index.ts";
import { childPath, formatPath, parsePath, pathDepth } from "../path.ts";
import type { AttributeStore } from "./attributes.ts";
import { crossesLimit, hasCondition } from "./notificationConditions.ts";
import type { NotificationDefaults } from "./notificationDefaults.ts";
import type { Reader } from "./readNode.ts";
import type { ObjectTree, TreeChange } from "./tree.ts";

/**
 * Places that one server may observe, over all its observations: a change is held against each of them. Enough for two
 * composite observations of the most that one names, or eight places in each of 64.
 */
export const MAX_WATCHED_PATHS = 512;

const RESOURCE_DEPTH = 3;

/** How the server that observes sees the tree. */
export interface View {
  readonly attributes: AttributeStore;
  readonly reader: Reader;
}

export class WatchedPath {
  readonly path: Path;
  /** Something is to be told. */
  pending = false;
  readonly #tree: ObjectTree;
  readonly #view: View;
  /** The instance was the server's to read when it was told last: next it may hear that it no longer is. */
  #wasSeen = false;
  #told: Map<string, ResourceValue | undefined> | undefined;
  /** Changed since it was looked at last: resources, and whether instances came or went. */
  #changed: Set<string> | undefined;
  #instancesChanged = false;
  #evaluatedAtMs: number;

  constructor(tree: ObjectTree, view: View, path: Path, nowMs: number) {
    this.#tree = tree;
    this.#view = view;
    this.path = path;
    this.#evaluatedAtMs = nowMs;
    this.remember();
  }

  /** Notes what a change means here; false when nothing. */
  note(changes: readonly TreeChange[]): boolean {
    let noted = false;
    for (const change of changes) {
      if (!concerns(this.path, change) || !this.#isVisible(change)) continue;
      noted = true;
      const { kind, objectId, instanceId, resourceId } = change;
      const ofResource = pathDepth(this.path) >= RESOURCE_DEPTH;
      if (!ofResource && kind !== "value") {
        this.#instancesChanged = true;
        continue;
      }
      this.#changed ??= new Set();
      this.#changed.add(ofResource ? formatPath(this.path) : `/${objectId}/${instanceId}/${resourceId}`);
    }
    return noted;
  }

  /** When to look again: epmin after the last time where something changed, epmax after it in any case. */
  evaluationDueMs(): number {
    if (this.pending) return Number.POSITIVE_INFINITY;
    const { epmin = 0, epmax } = this.#view.attributes.effective(this.path);
    if (this.#instancesChanged || this.#changed !== undefined) return this.#evaluatedAtMs + epmin * 1_000;
    const looksAgain = epmax !== undefined && epmax > 0 && epmax >= epmin;
    return looksAgain ? this.#evaluatedAtMs + epmax * 1_000 : Number.POSITIVE_INFINITY;
  }

  /** When it is to be told: after pmin where something is pending, after pmax in any case. */
  tellingDueMs(toldAtMs: number, defaults: NotificationDefaults): number {
    const { pmin = defaults.minimumSeconds, pmax = defaults.maximumSeconds } = this.#view.attributes.effective(
      this.path,
    );
    if (this.pending) return toldAtMs + pmin * 1_000;
    // §7.3.2: a pmax below pmin is ignored, and 0 stands for none.
    return pmax > 0 && pmax >= pmin ? toldAtMs + pmax * 1_000 : Number.POSITIVE_INFINITY;
  }

  evaluate(nowMs: number): void {
    const changed = this.#changed ?? (this.#instancesChanged ? [] : this.#known());
    this.pending ||= this.#instancesChanged;
    for (const key of changed) this.pending ||= this.#isWorthTelling(key);
    this.#changed = undefined;
    this.#instancesChanged = false;
    this.#evaluatedAtMs = nowMs;
  }

  /** The server is told what there is now. */
  remember(): void {
    const { objectId, instanceId } = this.path;
    this.#wasSeen = instanceId !== undefined && this.#sees(objectId!, instanceId);
    this.pending = false;
    this.#changed = undefined;
    this.#instancesChanged = false;
    this.#told = undefined;
    this.learn();
  }

  /** Attributes are others: what they make worth remembering is taken as it is now. */
  learn(): void {
    for (const key of this.#tracked()) {
      this.#told ??= new Map();
      if (!this.#told.has(key)) this.#told.set(key, this.#valueAt(parsePath(key)));
    }
  }

  #isWorthTelling(key: string): boolean {
    const told = this.#told;
    if (told?.has(key) !== true) return true;
    const path = parsePath(key);
    const attributesAt = (id?: number) =>
      this.#view.attributes.effective(id === undefined ? path : childPath(path, id));
    return crossesLimit(attributesAt, told.get(key), this.#valueAt(path));
  }

  /** The resources that are told of only if their value asks for it. */
  #tracked(): Iterable<string> {
    if (pathDepth(this.path) >= RESOURCE_DEPTH) return [formatPath(this.path)];
    const { epmax } = this.#view.attributes.effective(this.path);
    return epmax === undefined ? this.#conditioned() : this.#resources();
  }

  /** Those, and what has lost its value since. */
  #known(): Set<string> {
    return new Set([...this.#tracked(), ...(this.#told?.keys() ?? [])]);
  }

  #conditioned(): Set<string> {
    const keys = new Set<string>();
    if (!this.#view.attributes.hasConditions) return keys;
    for (const [path, attributes] of this.#view.attributes.below(this.path)) {
      const { objectId, instanceId, resourceId } = path;
      if (resourceId !== undefined && hasCondition(attributes)) keys.add(`/${objectId}/${instanceId}/${resourceId}`);
    }
    return keys;
  }

  *#resources(): Generator<string> {
    const tree = this.#tree;
    const { objectId, instanceId } = this.path;
    for (const object of objectId === undefined ? tree.objectIds() : [objectId]) {
      for (const instance of instanceId === undefined ? tree.instanceIds(object) : [instanceId]) {
        if (!this.#sees(object, instance)) continue;
        for (const resource of tree.resources(object, instance)) {
          if (this.#view.reader.mayRead(resource)) yield `/${object}/${instance}/${resource.id}`;
        }
      }
    }
  }

  #isVisible({ objectId, instanceId, resourceId }: TreeChange): boolean {
    if (instanceId !== undefined && !this.#wasSeen && !this.#sees(objectId, instanceId)) return false;
    if (resourceId === undefined) return true;
    const definition = this.#tree.definition(objectId);
    const resource = definition && findResource(definition, resourceId);
    return resource === undefined || this.#view.reader.mayRead(resource);
  }

  #sees(objectId: number, instanceId: number): boolean {
    return this.#view.reader.seesInstance?.(objectId, instanceId) !== false;
  }

  #valueAt({ objectId, instanceId, resourceId, resourceInstanceId }: Path): ResourceValue | undefined {
    const value = this.#tree.get(objectId!, instanceId!, resourceId!);
    if (resourceInstanceId === undefined) return value;
    return (value as ReadonlyMap<number, SingleValue> | undefined)?.get(resourceInstanceId);
  }
}

/** Whether a change lies on the way to the observed place, at it, or below it. */
function concerns(path: Path, change: TreeChange): boolean {
  return (
    (path.objectId === undefined || path.objectId === change.objectId) &&
    (path.instanceId === undefined || change.instanceId === undefined || path.instanceId === change.instanceId) &&
    (path.resourceId === undefined || change.resourceId === undefined || path.resourceId === change.resourceId)
  );
}
