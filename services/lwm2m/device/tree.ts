/** The resource tree of one device: objects, their instances and values (OMA LwM2M Core 1.1 §6.1, Appendix C). */
import { checkValue } from "../checkValue.ts";
import { Lwm2mError } from "../errors.ts";
import type {
  DefinitionLookup,
  InstanceValues,
  ObjectDefinition,
  ResourceDefinition,
  ResourceValue,
} from "../model.ts";
import type { ValuesOf } from "../objects/define.ts";
import { findResource } from "../objects/index.ts";
import type { Caller, ObjectBehaviour, Refusal } from "./behaviour.ts";
import {
  checkEdit,
  type InstanceEdit,
  MAX_OBJECT_INSTANCES,
  mayWrite,
  type ObjectEntry,
  type ObjectInstance,
  valueAfter,
} from "./edit.ts";
import { sameValue } from "./resourceValue.ts";
import { findById, idsOf, withEntry, withoutId } from "./sortedById.ts";

export interface TreeChange {
  /** `object`: a kind of object came or went; then there is no instance id. */
  readonly kind: "value" | "created" | "deleted" | "object";
  readonly objectId: number;
  readonly instanceId?: number;
  readonly resourceId?: number;
  readonly caller: Caller;
}

/** Called once for everything that one operation changed. */
export type ChangeListener = (changes: readonly TreeChange[]) => void;

/** All stored values, by object and instance; values are shared, never changed in place. */
export type TreeSnapshot = ReadonlyMap<number, ReadonlyMap<number, InstanceValues>>;

const NO_INSTANCES: readonly ObjectInstance[] = [];
/** Of every instance that holds no value yet; never written to. */
const NO_VALUES = new Map<number, ResourceValue>();

/** What an object hears of a resource whose last instance was taken away. */
const NO_RESOURCE_INSTANCES: ResourceValue = new Map();

export class ObjectTree {
  /** In ascending order of id. */
  #objects: readonly ObjectEntry[] = [];
  #listeners: readonly ChangeListener[] = [];
  #changes: TreeChange[] = [];
  #depth = 0;

  /** The definition of an object in the version that this device has, for the codecs. */
  readonly definition: DefinitionLookup = (objectId) => this.#entry(objectId)?.definition;

  /** Adds a kind of object, without instances. One that is there already is replaced, instances and all. */
  add<Context>(definition: ObjectDefinition, behaviour?: ObjectBehaviour<Context>): void {
    this.batch(() => {
      this.remove(definition.id);
      const { id } = definition;
      this.#objects = withEntry(this.#objects, { id, definition, behaviour, instances: NO_INSTANCES });
      this.#note("object", "device", definition.id);
    });
  }

  /** Takes a kind of object away with its instances. */
  remove(objectId: number): void {
    const entry = this.#entry(objectId);
    if (entry === undefined) return;
    this.batch(() => {
      for (const instanceId of this.instanceIds(objectId)) this.#drop(entry, instanceId, "device");
      this.#objects = withoutId(this.#objects, objectId);
      this.#note("object", "device", objectId);
    });
  }

  /** Ids in ascending order. */
  objectIds(): number[] {
    return idsOf(this.#objects);
  }

  /** Ids in ascending order; none for an object that is not there. */
  instanceIds(objectId: number): number[] {
    return idsOf(this.#entry(objectId)?.instances ?? NO_INSTANCES);
  }

  hasInstance(objectId: number, instanceId: number): boolean {
    return valuesIn(this.#entry(objectId), instanceId) !== undefined;
  }

  behaviour(objectId: number): ObjectBehaviour | undefined {
    return this.#entry(objectId)?.behaviour;
  }

  /** The resources that an instance has now: with a value, or something to write to or to run. In order of id. */
  resources(objectId: number, instanceId: number): ResourceDefinition[] {
    const entry = this.#entry(objectId);
    const values = valuesIn(entry, instanceId);
    if (entry === undefined || values === undefined) return [];
    return entry.definition.resources.filter(({ id }) => {
      const behaviour = entry.behaviour?.resources?.[id];
      if (behaviour?.read !== undefined) return behaviour.read(instanceId, entry.behaviour?.context) !== undefined;
      return values.has(id) || behaviour?.write !== undefined || behaviour?.execute !== undefined;
    });
  }

  /** A value; undefined when there is none. */
  get(objectId: number, instanceId: number, resourceId: number): ResourceValue | undefined {
    const entry = this.#entry(objectId);
    const values = valuesIn(entry, instanceId);
    if (entry === undefined || values === undefined) return undefined;
    const behaviour = entry.behaviour?.resources?.[resourceId];
    if (behaviour?.read === undefined) return values.get(resourceId);
    return behaviour.read(instanceId, entry.behaviour?.context);
  }

  /**
   * Sets a stored value from the device's side; undefined removes it. Any operation may be declared for it.
   * Throws `Lwm2mError`: unknown object or resource, no such instance, wrong type, out of range, not stored.
   */
  set(objectId: number, instanceId: number, resourceId: number, value: ResourceValue | undefined): void {
    const path = { objectId, instanceId, resourceId };
    const entry = this.#entry(objectId);
    const instance = entry && findById(entry.instances, instanceId);
    if (entry === undefined || instance === undefined) {
      throw new Lwm2mError("unknownObject", `no instance /${objectId}/${instanceId}: create it first`, { path });
    }
    const resource = findResource(entry.definition, resourceId);
    const behaviour = entry.behaviour?.resources?.[resourceId];
    if (resource === undefined || behaviour?.read !== undefined || behaviour?.write !== undefined) {
      const why = resource === undefined ? `${entry.definition.name} has none` : "its object provides it";
      throw new Lwm2mError("unknownResource", `/${objectId}/${instanceId}/${resourceId} cannot be set: ${why}`, {
        path,
      });
    }
    if (value !== undefined) checkValue(resource, value, path);
    this.batch(() => this.#store(entry, instance, resourceId, value, "device"));
  }

  /** A value by its object's table: the id is checked and the type known when compiling. */
  value<Definition extends ObjectDefinition, Id extends keyof ValuesOf<Definition> & number>(
    definition: Definition,
    instanceId: number,
    resourceId: Id,
  ): ValuesOf<Definition>[Id] | undefined {
    return this.get(definition.id, instanceId, resourceId) as ValuesOf<Definition>[Id] | undefined;
  }

  /** `set` for several resources, checked against the object's table when compiling. */
  update<Definition extends ObjectDefinition>(
    definition: Definition,
    instanceId: number,
    values: ValuesOf<Definition>,
  ): void {
    this.batch(() => {
      for (const [id, value] of Object.entries(values as Record<string, ResourceValue | undefined>)) {
        this.set(definition.id, instanceId, Number(id), value);
      }
    });
  }

  /** Creates an instance from the device's side and returns its id, the lowest free one unless given. Throws `badPath`. */
  create(objectId: number, instanceId?: number, values: InstanceValues = new Map()): number {
    const id = instanceId ?? this.freeInstanceId(objectId) ?? 0;
    const refusal = this.apply("device", [{ objectId, instanceId: id, values, mode: "create" }]);
    if (refusal !== undefined) {
      throw new Lwm2mError("badPath", `cannot create /${objectId}/${id}: ${refusal.detail}`, { path: { objectId } });
    }
    return id;
  }

  /** Deletes an instance; false when there is none. */
  delete(objectId: number, instanceId: number, caller: Caller = "device"): boolean {
    const entry = this.#entry(objectId);
    if (entry === undefined || valuesIn(entry, instanceId) === undefined) return false;
    this.batch(() => this.#drop(entry, instanceId, caller));
    return true;
  }

  /** The lowest free instance id; undefined when the object is not there or has all it may have. */
  freeInstanceId(objectId: number): number | undefined {
    const entry = this.#entry(objectId);
    const limit = entry?.definition.multiple === true ? MAX_OBJECT_INSTANCES : 1;
    for (let id = 0; entry !== undefined && id < limit; id++) if (valuesIn(entry, id) === undefined) return id;
    return undefined;
  }

  /** Writes to any number of instances, all or nothing; the refusal names the first thing wrong. */
  apply(caller: Caller, edits: readonly InstanceEdit[]): Refusal | undefined {
    const coming = new Map<number, number>();
    for (const edit of edits) {
      const { objectId, mode } = edit;
      const others = coming.get(objectId) ?? 0;
      const refusal = checkEdit(this.#entry(objectId), caller, edit, others);
      if (refusal !== undefined) return refusal;
      if (mode === "create") coming.set(objectId, others + 1);
    }
    const written: (() => void)[] = [];
    this.batch(() => {
      for (const edit of edits) this.#write(caller, edit, written);
    });
    for (const tell of written) tell();
    return undefined;
  }

  /** Says that a live value is another now. */
  touch(objectId: number, instanceId: number, resourceId: number): void {
    this.batch(() => this.#note("value", "device", objectId, instanceId, resourceId));
  }

  /** Changes made inside `work` reach the listeners together, after it. */
  batch<T>(work: () => T): T {
    this.#depth++;
    try {
      return work();
    } finally {
      if (--this.#depth === 0 && this.#changes.length > 0) {
        const changes = this.#changes;
        this.#changes = [];
        for (const listener of this.#listeners) listener(changes);
      }
    }
  }

  /** Listens to changes; returns the function that ends it. */
  onChange(listener: ChangeListener): () => void {
    this.#listeners = this.#listeners.concat(listener);
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener);
    };
  }

  snapshot(): TreeSnapshot {
    const copy = new Map<number, ReadonlyMap<number, InstanceValues>>();
    for (const object of this.#objects) {
      copy.set(object.id, new Map(object.instances.map(({ id, values }) => [id, new Map(values)])));
    }
    return copy;
  }

  /** Puts stored values back to what they were; objects that the snapshot does not know stay as they are. */
  restore(snapshot: TreeSnapshot): void {
    this.batch(() => {
      for (const [objectId, instances] of snapshot) {
        const entry = this.#entry(objectId);
        if (entry === undefined) continue;
        for (const id of this.instanceIds(objectId)) if (!instances.has(id)) this.#drop(entry, id, "device");
        for (const [instanceId, wanted] of instances) {
          const instance = this.#instance(entry, instanceId, "device");
          for (const id of new Set([...instance.values.keys(), ...wanted.keys()])) {
            this.#store(entry, instance, id, wanted.get(id), "device");
          }
        }
      }
    });
  }

  /** Does what `checkEdit` has allowed. */
  #write(caller: Caller, edit: InstanceEdit, written: (() => void)[]): void {
    const { objectId, instanceId, values, mode, removed } = edit;
    const entry = this.#entry(objectId)!;
    const instance = this.#instance(entry, instanceId, caller);
    const context = entry.behaviour?.context;
    if (mode === "replace") {
      entry.behaviour?.cleared?.(instanceId, entry.behaviour.context);
      for (const resource of entry.definition.resources) {
        const stays = values.has(resource.id) || !mayWrite(caller, resource, undefined);
        if (!stays) this.#store(entry, instance, resource.id, undefined, caller);
      }
    }
    for (const id of removed === undefined ? values.keys() : new Set([...values.keys(), ...removed.keys()])) {
      const rules = entry.behaviour?.resources?.[id];
      const before = rules?.read === undefined ? instance.values.get(id) : rules.read(instanceId, context);
      const left = valueAfter(before, edit, id);
      const now = left ?? NO_RESOURCE_INSTANCES;
      if (rules?.write !== undefined) {
        rules.write(instanceId, now, caller, context);
        this.#note("value", caller, objectId, instanceId, id);
        continue;
      }
      this.#store(entry, instance, id, left, caller);
      if (rules?.written !== undefined) {
        written.push(() => rules.written?.({ instanceId, now, before, caller }, context));
      }
    }
  }

  #entry(objectId: number): ObjectEntry | undefined {
    return findById(this.#objects, objectId);
  }

  /** The instance, created when it is not there. */
  #instance(entry: ObjectEntry, instanceId: number, caller: Caller): ObjectInstance {
    const present = findById(entry.instances, instanceId);
    if (present !== undefined) return present;
    const instance: ObjectInstance = { id: instanceId, values: NO_VALUES };
    entry.instances = withEntry(entry.instances, instance);
    this.#note("created", caller, entry.id, instanceId);
    return instance;
  }

  #drop(entry: ObjectEntry, instanceId: number, caller: Caller): void {
    entry.instances = withoutId(entry.instances, instanceId);
    entry.behaviour?.cleared?.(instanceId, entry.behaviour.context);
    this.#note("deleted", caller, entry.id, instanceId);
  }

  #store(
    entry: ObjectEntry,
    instance: ObjectInstance,
    resourceId: number,
    value: ResourceValue | undefined,
    caller: Caller,
  ): void {
    const { values } = instance;
    if (sameValue(values.get(resourceId), value)) return;
    if (value === undefined) values.delete(resourceId);
    else if (values === NO_VALUES) instance.values = new Map([[resourceId, value]]);
    else values.set(resourceId, value);
    this.#note("value", caller, entry.id, instance.id, resourceId);
  }

  #note(kind: TreeChange["kind"], caller: Caller, objectId: number, instanceId?: number, resourceId?: number): void {
    this.#changes.push({
      kind,
      objectId,
      ...(instanceId !== undefined && { instanceId }),
      ...(resourceId !== undefined && { resourceId }),
      caller,
    });
  }
}

/** Undefined for an instance that is not there. */
function valuesIn(entry: ObjectEntry | undefined, instanceId: number): ReadonlyMap<number, ResourceValue> | undefined {
  return entry && findById(entry.instances, instanceId)?.values;
}
