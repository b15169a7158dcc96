/**
 * The bookmarks of the runs that this address has shown: a page that is loaded again has them again. By the names of
 * the records, whose places are others then.
 */
import type { NamedMark } from "./awaitedPlaces.ts";
import type { BookmarkMemory } from "./keptMarks.ts";

type Run = readonly [instance: string, marks: readonly NamedMark[]];

/** Where they lie: one value that all pages of the address share. */
export interface Shelf {
  read(): unknown;
  write(value: unknown): void;
  /** Calls `listener` whenever another page has written. */
  onOther(listener: () => void): void;
}

/** Runs whose bookmarks are kept at most; the oldest goes. */
const MOST_RUNS = 8;

export function bookmarkMemory(shelf: Shelf): BookmarkMemory {
  const runs = (): readonly Run[] => {
    const value = shelf.read();
    return isRuns(value) ? value : [];
  };
  return {
    of: (instance) => runs().find(([other]) => other === instance)?.[1],
    keep(instance, marks) {
      // That a run has none any more is kept for its other pages, until something else is to be kept.
      const others = runs().filter(([other, { length }]) => other !== instance && length > 0);
      shelf.write([...others, [instance, marks]].slice(-MOST_RUNS));
    },
    onOther: (listener) => shelf.onOther(listener),
  };
}

function isRuns(value: unknown): value is readonly Run[] {
  return (
    Array.isArray(value) && value.every((run) => Array.isArray(run) && Array.isArray(run[1]) && run[1].every(isMark))
  );
}

function isMark(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { device, seq, label } = value as Record<string, unknown>;
  return typeof device === "string" && typeof seq === "number" && typeof label === "string";
}
