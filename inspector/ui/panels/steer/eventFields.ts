/** The fields of an event as a form: those that its chart declares, else those of an event that was seen; and back to values. */
import type { EventDeclaration, FieldDeclaration } from "../../../eventDeclarations.ts";

export interface FormField {
  readonly name: string;
  readonly kind: "text" | "number" | "flag" | "choice" | "json";
  readonly choices: readonly string[];
  readonly optional: boolean;
}

export type Values = Readonly<Record<string, unknown>>;
/** As they stand in the form, by name: what was typed, `true` or `false`, the choice; empty: nothing. */
export type Typed = Readonly<Record<string, string>>;

export interface FieldValues {
  /** Of those fields that hold something of use. */
  readonly values: Values;
  /** What is wrong with the first of the others. */
  readonly problem?: string;
}

export function declaredFields(declaration: EventDeclaration): readonly FormField[] {
  return Object.entries(declaration).map(([declared, kind]) => {
    const optional = declared.endsWith("?");
    return { name: optional ? declared.slice(0, -1) : declared, optional, ...kindOf(kind) };
  });
}

function kindOf(kind: FieldDeclaration): Pick<FormField, "kind" | "choices"> {
  return typeof kind === "string" ? { kind, choices: [] } : { kind: "choice", choices: kind };
}

/** As far as an example tells: nothing says what may be left out. */
export function inferredFields(example: Values): readonly FormField[] {
  return Object.entries(example).map(([name, value]) => ({ name, kind: likely(value), choices: [], optional: false }));
}

function likely(value: unknown): FormField["kind"] {
  if (typeof value === "string") return "text";
  if (typeof value === "number") return "number";
  return typeof value === "boolean" ? "flag" : "json";
}

/** Of these values what the fields can hold; what has to be chosen begins with the first choice. */
export function typedOf(fields: readonly FormField[], values: Values): Typed {
  return Object.fromEntries(fields.map((field) => [field.name, textOf(field, values[field.name])]));
}

function textOf({ kind, choices, optional }: FormField, value: unknown): string {
  switch (kind) {
    case "text":
      return typeof value === "string" ? value : "";
    case "number":
      return typeof value === "number" ? String(value) : "";
    case "flag":
      return typeof value === "boolean" ? String(value) : optional ? "" : "false";
    case "choice":
      return choices.find((choice) => choice === value) ?? (optional ? "" : (choices[0] ?? ""));
    case "json":
      return value === undefined ? "" : JSON.stringify(value);
  }
}

export function fieldValues(fields: readonly FormField[], typed: Typed): FieldValues {
  const values: Record<string, unknown> = {};
  let problem: string | undefined;
  for (const field of fields) {
    const text = typed[field.name] ?? "";
    if (text === "" && (field.optional || field.kind === "choice")) continue;
    const read = readField(field, text);
    if ("problem" in read) problem ??= `${field.name} ${read.problem}.`;
    else values[field.name] = read.value;
  }
  return { values, ...(problem !== undefined && { problem }) };
}

function readField({ kind }: FormField, text: string): { readonly value: unknown } | { readonly problem: string } {
  switch (kind) {
    case "number": {
      const value = text.trim() === "" ? Number.NaN : Number(text);
      return Number.isFinite(value) ? { value } : { problem: "has to be a number" };
    }
    case "flag":
      return { value: text === "true" };
    case "json":
      try {
        return { value: JSON.parse(text) };
      } catch {
        return { problem: 'has to be JSON, such as 1, "text" or {"kind": "failed"}' };
      }
    default:
      return { value: text };
  }
}
