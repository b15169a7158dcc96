/** An event that is being written: in fields, and as JSON by hand; each follows the other. */
import type { MachineDefinition } from "../../../definition.ts";
import { eventDeclaration } from "../../../eventDeclarations.ts";
import {
  declaredFields,
  type FormField,
  fieldValues,
  inferredFields,
  type Typed,
  typedOf,
  type Values,
} from "./eventFields.ts";
import { eventOf } from "./eventForms.ts";

export interface EventDraft {
  readonly type: string;
  readonly fields: readonly FormField[];
  /** The chart declares them; otherwise an event that was seen has them. */
  readonly declared: boolean;
  readonly typed: Typed;
  readonly json: string;
  /** The JSON was written last: it counts, whatever the fields would say. */
  readonly byHand: boolean;
}

export const NO_DRAFT: EventDraft = { type: "", fields: [], declared: false, typed: {}, json: "{}", byHand: false };

/** `example`: the fields of such an event that was seen. */
export function draftOf(type: string, definition: MachineDefinition | undefined, example: Values): EventDraft {
  const declaration = definition === undefined ? undefined : eventDeclaration(definition, type);
  const fields = declaration === undefined ? inferredFields(example) : declaredFields(declaration);
  const typed = typedOf(fields, example);
  const { values } = fieldValues(fields, typed);
  return { type, fields, declared: declaration !== undefined, typed, json: written(values), byHand: false };
}

/** What stands in the JSON beside the fields stays. */
export function withField(draft: EventDraft, name: string, text: string): EventDraft {
  const typed = { ...draft.typed, [name]: text };
  const names = new Set(draft.fields.map((field) => field.name));
  const others = Object.entries(readObject(draft.json) ?? {}).filter(([other]) => !names.has(other));
  const { values } = fieldValues(draft.fields, typed);
  return { ...draft, typed, json: written({ ...values, ...Object.fromEntries(others) }), byHand: false };
}

/** Fields follow as soon as it is JSON. */
export function withJson(draft: EventDraft, json: string): EventDraft {
  const values = readObject(json);
  const typed = values === undefined ? draft.typed : typedOf(draft.fields, values);
  return { ...draft, typed, json, byHand: true };
}

/** The event, or what is wrong with it. What was written by hand is sent as it is, whatever the chart declares. */
export function eventOfDraft(draft: EventDraft): ReturnType<typeof eventOf> {
  const { problem } = fieldValues(draft.fields, draft.typed);
  if (problem !== undefined && !draft.byHand) return { problem };
  return eventOf(draft.type, draft.json);
}

function written(values: Values): string {
  return JSON.stringify(values, null, 2);
}

function readObject(json: string): Values | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Values) : undefined;
  } catch {
    return undefined;
  }
}
