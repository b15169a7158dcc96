/** What stands in a control's fields, checked before the app is asked. */
import type { ControlField, ControlOffer } from "../../../protocol.ts";

export type ControlValue = string | number | boolean;

export function firstValues({ fields }: ControlOffer): Readonly<Record<string, ControlValue>> {
  return Object.fromEntries(fields.map((field) => [field.name, field.default ?? emptyOf(field)]));
}

function emptyOf(field: ControlField): ControlValue {
  if (field.type === "flag") return false;
  if (field.type === "choice") return field.choices?.[0] ?? "";
  return field.type === "number" ? (field.minimum ?? 0) : "";
}

export function controlValues(
  { fields }: ControlOffer,
  typed: Readonly<Record<string, ControlValue>>,
): { readonly values: Readonly<Record<string, ControlValue>> } | { readonly problem: string } {
  const values: Record<string, ControlValue> = {};
  for (const field of fields) {
    const value = typed[field.name] ?? emptyOf(field);
    if (field.type !== "number") {
      values[field.name] = value;
      continue;
    }
    const number = typeof value === "string" && value.trim() === "" ? Number.NaN : Number(value);
    const { label, minimum = -Infinity, maximum = Infinity } = field;
    if (!Number.isFinite(number)) return { problem: `${label} has to be a number.` };
    if (number < minimum) return { problem: `${label} has to be ${minimum} or more.` };
    if (number > maximum) return { problem: `${label} has to be ${maximum} or less.` };
    values[field.name] = number;
  }
  return { values };
}
