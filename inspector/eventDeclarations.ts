/** What a machine's author says of its events in `meta.events` of the root: whatever else may stand there says nothing. */
import type { MachineDefinition } from "./definition.ts";

/** By type of event. */
export type EventDeclarations = Readonly<Record<string, EventDeclaration>>;

/** By name of field, as a form shows them; a `?` after the name: it may be left out. No fields: the event has none. */
export type EventDeclaration = Readonly<Record<string, FieldDeclaration>>;

/** A list is of the texts to choose from. */
export type FieldDeclaration = "text" | "number" | "flag" | "json" | readonly string[];

const MOST_FIELDS = 20;
const MOST_CHOICES = 50;
const LONGEST_NAME = 100;
const KINDS: ReadonlySet<unknown> = new Set(["text", "number", "flag", "json"]);

/** The fields of an event; undefined where they are not declared, or not as they have to be. */
export function eventDeclaration({ nodes }: MachineDefinition, type: string): EventDeclaration | undefined {
  const events = nodes.find(({ parent }) => parent === undefined)?.meta?.events;
  if (!isGroup(events) || !Object.hasOwn(events, type)) return undefined;
  const fields = events[type];
  return isDeclaration(fields) ? fields : undefined;
}

function isDeclaration(fields: unknown): fields is EventDeclaration {
  if (!isGroup(fields)) return false;
  const all = Object.entries(fields);
  return all.length <= MOST_FIELDS && all.every(([name, kind]) => isField(name) && isKind(kind));
}

function isKind(kind: unknown): kind is FieldDeclaration {
  if (!Array.isArray(kind)) return KINDS.has(kind);
  return kind.length > 0 && kind.length <= MOST_CHOICES && kind.every(isName);
}

/** The type of an event is none of its fields. */
function isField(declared: string): boolean {
  const name = declared.replace(/\?$/, "");
  return isName(name) && name !== "type" && name !== "__proto__";
}

function isName(name: unknown): boolean {
  return typeof name === "string" && name !== "" && name.length <= LONGEST_NAME;
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
