/** What may be sent to an actor now, and what such an event looked like before. */
import type { MachineDefinition } from "../../../definition.ts";
import type { SessionView } from "../../../model/sessionContract.ts";
import type { Values } from "./eventFields.ts";

export interface EventForm {
  readonly type: string;
  /** Ids of the states that it may lead to; none: it does something where the chart is. */
  readonly targets: readonly string[];
  readonly guards: readonly string[];
}

/** Records looked through for an example. */
const REACH = 20_000;

/** The events that transitions from the active states take, in document order; what XState sends by itself left out. */
export function eventForms(definition: MachineDefinition, active: readonly string[]): readonly EventForm[] {
  const isActive = new Set(active);
  // The innermost state is asked first.
  const forms = new Map<string, { targets: Set<string>; guards: Set<string> }>();
  for (const edge of [...definition.edges].reverse()) {
    if (edge.trigger !== "event" || !isActive.has(edge.source) || edge.event.includes("*")) continue;
    if (edge.event.startsWith("xstate.")) continue;
    const form = forms.get(edge.event) ?? { targets: new Set(), guards: new Set() };
    for (const target of edge.targets) form.targets.add(target);
    if (edge.guard !== undefined) form.guards.add(edge.guard);
    forms.set(edge.event, form);
  }
  return [...forms].map(([type, { targets, guards }]) => ({ type, targets: [...targets], guards: [...guards] }));
}

/** The fields of the newest event of this type that the actor was seen to get, or else another one; none where there was none. */
export function exampleOf(session: SessionView, device: string, actor: string, type: string): Values {
  const from = session.length - 1;
  let elsewhere: Values | undefined;
  for (let at = from; at >= 0 && from - at < REACH; at--) {
    const record = session.at(at);
    if (record.kind !== "step" || record.device !== device) continue;
    const { event } = record;
    if (typeof event !== "object" || event === null || !("type" in event) || event.type !== type) continue;
    const { type: _, ...fields } = event as Record<string, unknown>;
    if (record.actor === actor) return fields;
    elsewhere ??= fields;
  }
  return elsewhere ?? {};
}

/** The event that was typed in, or what is wrong with it. */
export function eventOf(
  type: string,
  fields: string,
): { readonly event: { readonly type: string; readonly [field: string]: unknown } } | { readonly problem: string } {
  if (type.trim() === "") return { problem: "An event needs a type." };
  if (fields.trim() === "") return { event: { type: type.trim() } };
  let parsed: unknown;
  try {
    parsed = JSON.parse(fields);
  } catch (error) {
    return { problem: `The fields are not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    return { problem: 'The fields have to be a JSON object, such as {"reason": "test"}.' };
  }
  return { event: { ...parsed, type: type.trim() } };
}
