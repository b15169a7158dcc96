/** Values and what a schema allows, in words. */
import type { Schema } from "./schema.ts";

const LONGEST_SHOWN = 60;

/** A value as JSON, cut where it is long; of lists and objects only what they are. */
export function show(value: unknown): string {
  if (typeof value === "object") return kindOf(value);
  const text = JSON.stringify(value) ?? String(value);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}

export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  const kinds: Readonly<Record<string, string>> = { object: "an object", string: "a string", number: "a number" };
  return kinds[typeof value] ?? String(value);
}

/** `a whole number from 1 to 65534` */
export function describeSchema(schema: Schema): string {
  const { type, minLength = 0, maxLength, minItems = 0, maxItems, examples } = schema;
  if (schema.enum !== undefined) return schema.enum.join(", ");
  switch (type) {
    case "integer":
    case "number":
      return describeNumber(schema);
    case "string": {
      const length = maxLength === undefined ? "" : ` of ${minLength} to ${maxLength} characters`;
      return `a string${length}${examples === undefined ? "" : `, for example ${examples.join(" or ")}`}`;
    }
    case "array":
      return maxItems === undefined ? "a list" : `a list of ${minItems} to ${maxItems}`;
    case "boolean":
      return "true or false";
    default:
      return "an object";
  }
}

function describeNumber({ type, minimum, exclusiveMinimum, maximum }: Schema): string {
  const number = type === "integer" ? "a whole number" : "a number";
  const from = minimum === undefined ? "" : ` from ${minimum}`;
  const above = exclusiveMinimum === undefined ? "" : ` above ${exclusiveMinimum}`;
  return `${number}${from}${above}${maximum === undefined ? "" : ` to ${maximum}`}`;
}
