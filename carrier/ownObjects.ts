/** Objects of the application's own: a definition, what the object does, and the instances that it begins with. */
import type { ObjectBehaviour } from "../services/lwm2m/device/behaviour.ts";
import type { ObjectTree } from "../services/lwm2m/device/tree.ts";
import type { InstanceValues, ObjectDefinition, ResourceValue } from "../services/lwm2m/model.ts";

export interface OwnObject {
  /** From `loadObjectXml`, `loadObjectFolder` or `defineObject`. */
  readonly definition: ObjectDefinition;
  /** Callbacks by resource id: `read`, `write`, `check`, `written`, `execute`. Without them the tree holds values. */
  readonly behaviour?: ObjectBehaviour;
  /**
   * Values by resource id, by instance id. They are there from the start and come back after a bootstrap that took them
   * away; what a server wrote to those that stayed is kept.
   */
  readonly instances?: Readonly<Record<number, Readonly<Record<number, ResourceValue>>>>;
}

/** A definition alone is an object without behaviour and instances. */
export type ObjectOption = ObjectDefinition | OwnObject;

export function ownObjectOf(option: ObjectOption): OwnObject {
  return "definition" in option ? option : { definition: option };
}

/** Adds the objects with their instances. Throws `Lwm2mError` for values that a definition does not allow. */
export function addOwnObjects(tree: ObjectTree, options: readonly ObjectOption[] = []): void {
  for (const option of options) {
    const { definition, behaviour } = ownObjectOf(option);
    tree.add(definition, behaviour);
  }
  ensureOwnInstances(tree, options);
}

/** Makes the instances that are not there. */
export function ensureOwnInstances(tree: ObjectTree, options: readonly ObjectOption[] = []): void {
  for (const option of options) {
    const { definition, instances = {} } = ownObjectOf(option);
    // One that the application has taken away at run time stays away.
    if (tree.definition(definition.id) === undefined) continue;
    for (const [id, values] of Object.entries(instances)) {
      if (!tree.hasInstance(definition.id, Number(id))) tree.create(definition.id, Number(id), valuesOf(values));
    }
  }
}

function valuesOf(values: Readonly<Record<number, ResourceValue>>): InstanceValues {
  return new Map(Object.entries(values).map(([id, value]) => [Number(id), value]));
}
