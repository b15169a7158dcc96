/** Whether a new value is worth a notification: gt, lt and st (OMA LwM2M Core 1.1 §7.3.2). */
import type { ResourceValue, SingleValue } from "../model.ts";
import type { AttributeName, Attributes } from "./attributes.ts";
import { isMultiple, numberOf, sameValue } from "./resourceValue.ts";

type Condition = (limit: number, told: number, now: number) => boolean;

/** One true row is enough. A limit counts when it is crossed, in either direction. */
const CONDITIONS = [
  ["gt", (limit, told, now) => told > limit !== now > limit],
  ["lt", (limit, told, now) => told < limit !== now < limit],
  ["st", (step, told, now) => Math.abs(now - told) >= step],
] as const satisfies readonly (readonly [AttributeName, Condition])[];

/**
 * Without a condition every change counts; what is no number, or comes or goes, always does.
 *
 * @param attributesAt what counts at the resource itself, or at one of its instances.
 */
export function crossesLimit(
  attributesAt: (resourceInstanceId?: number) => Attributes,
  told: ResourceValue | undefined,
  now: ResourceValue | undefined,
): boolean {
  if (sameValue(told, now)) return false;
  if (told !== undefined && now !== undefined && isMultiple(told) && isMultiple(now)) {
    if (told.size !== now.size) return true;
    for (const [id, value] of now) if (crossesSingle(attributesAt(id), told.get(id), value)) return true;
    return false;
  }
  return crossesSingle(attributesAt(), told as SingleValue | undefined, now as SingleValue | undefined);
}

/** True when a change of the value may go untold. */
export function hasCondition(attributes: Attributes): boolean {
  return CONDITIONS.some(([name]) => attributes[name] !== undefined);
}

function crossesSingle(attributes: Attributes, told: SingleValue | undefined, now: SingleValue | undefined): boolean {
  if (sameValue(told, now)) return false;
  const before = numberOf(told);
  const after = numberOf(now);
  if (!hasCondition(attributes) || before === undefined || after === undefined) return true;
  return CONDITIONS.some(([name, holds]) => {
    const limit = attributes[name];
    return limit !== undefined && holds(limit, before, after);
  });
}
