/** Two values compared: one row for everything that differs. */

export interface DifferenceRow {
  /** Keys from the top on; empty: the values themselves. */
  readonly path: readonly (string | number)[];
  readonly change: "added" | "removed" | "changed";
  readonly before?: unknown;
  readonly after?: unknown;
}

export interface DifferenceOptions {
  /** Default 1000. */
  readonly maxRows?: number;
  /** Levels that are gone into; below, values differ as a whole. Default 12. */
  readonly maxDepth?: number;
}

/** In the order of the keys of `before`, added ones last. Stops at `maxRows`. */
export function difference(before: unknown, after: unknown, options: DifferenceOptions = {}): DifferenceRow[] {
  const rows: DifferenceRow[] = [];
  compare(before, after, [], rows, options.maxRows ?? 1000, options.maxDepth ?? 12);
  return rows;
}

function compare(
  before: unknown,
  after: unknown,
  path: readonly (string | number)[],
  rows: DifferenceRow[],
  maxRows: number,
  depth: number,
): void {
  if (rows.length >= maxRows || Object.is(before, after)) return;
  if (!isTree(before) || !isTree(after) || Array.isArray(before) !== Array.isArray(after)) {
    rows.push(row(path, before, after));
    return;
  }
  if (depth === 0) {
    if (JSON.stringify(before) !== JSON.stringify(after)) rows.push(row(path, before, after));
    return;
  }
  const old = before as Record<string, unknown>;
  const now = after as Record<string, unknown>;
  for (const key of new Set([...Object.keys(old), ...Object.keys(now)])) {
    const inner = [...path, Array.isArray(before) ? Number(key) : key];
    compare(old[key], now[key], inner, rows, maxRows, depth - 1);
  }
}

function row(path: readonly (string | number)[], before: unknown, after: unknown): DifferenceRow {
  if (before === undefined) return { path, change: "added", after };
  if (after === undefined) return { path, change: "removed", before };
  return { path, change: "changed", before, after };
}

function isTree(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
