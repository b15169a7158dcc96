/**
 * The bookmarks of the runs that this address has shown: a page that is loaded again has them again. By the names of
 * the records, whose places are others then.
 */
import type { NamedMark } from "./awaitedPlaces.ts";
import { remember, remembered } from "./remembered.ts";
import type { BookmarkMemory } from "./watchLive.ts";

type Run = readonly [instance: string, marks: readonly NamedMark[]];

/** Runs whose bookmarks are kept at most; the oldest goes. */
const MOST_RUNS = 8;

export const bookmarkMemory: BookmarkMemory = {
  of: (instance) => runs().find(([other]) => other === instance)?.[1] ?? [],
  keep(instance, marks) {
    const others = runs().filter(([other]) => other !== instance);
    remember("bookmarks", (marks.length === 0 ? others : [...others, [instance, marks]]).slice(-MOST_RUNS));
  },
};

function runs(): readonly Run[] {
  return remembered<readonly Run[]>("bookmarks", [], isRuns);
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
