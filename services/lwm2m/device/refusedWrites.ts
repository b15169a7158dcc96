/** Resources that servers could write by their object's table, and this device does not let them. */
import type { ObjectDefinition } from "../model.ts";
import type { Refusal, ResourceBehaviours } from "./behaviour.ts";

/** For every writable resource of an object the refusal of whatever a server writes; the device itself may. */
export function refusedWrites(definition: ObjectDefinition, refusal: Refusal): ResourceBehaviours<never> {
  const check = (_instanceId: number, _value: unknown, caller: string) => (caller === "device" ? undefined : refusal);
  const writable = definition.resources.filter(({ operations }) => operations === "W" || operations === "RW");
  return Object.fromEntries(writable.map(({ id }) => [id, { check }]));
}
