/** Values out of records by path. */

/** What stands at a dotted path, going through lists: `microsteps.edges` gives the edges of all microsteps. */
export function valuesAt(value: unknown, path: readonly string[], from = 0): unknown[] {
  if (Array.isArray(value)) return value.flatMap((item) => valuesAt(item, path, from));
  if (from === path.length) return value === undefined ? [] : [value];
  if (typeof value !== "object" || value === null) return [];
  const key = path[from]!;
  return Object.hasOwn(value, key) ? valuesAt((value as Record<string, unknown>)[key], path, from + 1) : [];
}

/** A value as it is searched and compared: text as it is, everything else as JSON. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}
