/** Checks what somebody typed into a control's form against its fields. */
import type { ControlField } from "../protocol.ts";
import { SteeringError } from "./steeringError.ts";

type Value = string | number | boolean;

/** With the defaults of what was left out. Throws SteeringError `invalid`. */
export function controlValues(
  fields: readonly ControlField[],
  values: Readonly<Record<string, unknown>>,
): Record<string, Value> {
  const known = new Set(fields.map(({ name }) => name));
  const foreign = Object.keys(values).find((name) => !known.has(name));
  if (foreign !== undefined) throw new SteeringError("invalid", `There is no field "${foreign}"`);
  const checked: Record<string, Value> = {};
  for (const field of fields) {
    const value = Object.hasOwn(values, field.name) ? values[field.name] : field.default;
    const problem = problemOf(field, value);
    if (problem !== undefined) throw new SteeringError("invalid", `"${field.label}" ${problem}`);
    checked[field.name] = value as Value;
  }
  return checked;
}

/** Characters of a text at most. */
const LONGEST_TEXT = 10_000;

function problemOf({ type, choices = [], minimum, maximum }: ControlField, value: unknown): string | undefined {
  switch (type) {
    case "text":
      if (typeof value !== "string") return "has to be a text";
      return value.length > LONGEST_TEXT ? `is longer than ${LONGEST_TEXT} characters` : undefined;
    case "number":
      if (typeof value !== "number" || !Number.isFinite(value)) return "has to be a number";
      if (minimum !== undefined && value < minimum) return `has to be ${minimum} or more`;
      return maximum !== undefined && value > maximum ? `has to be ${maximum} or less` : undefined;
    case "choice":
      return choices.some((choice) => choice === value) ? undefined : `has to be one of ${choices.join(", ")}`;
    case "flag":
      return typeof value === "boolean" ? undefined : "has to be true or false";
  }
}
