/** Bookmarks of one run that several pages set: what one page has changed is done to what all of them have kept. */
import type { NamedMark } from "./awaitedPlaces.ts";

/**
 * `now`: a page's marks, and `before` those that it had when it last took over `kept`, which other pages may have
 * changed since. Marks that nobody has taken away stay, and a name that this page has not changed is the others'.
 */
export function mergedMarks(
  before: readonly NamedMark[],
  now: readonly NamedMark[],
  kept: readonly NamedMark[],
): readonly NamedMark[] {
  const had = byName(before);
  const has = byName(now);
  const merged = byName(kept.filter((mark) => has.has(nameOf(mark)) || !had.has(nameOf(mark))));
  for (const [name, mark] of has) {
    const isNew = !had.has(name);
    const isRenamed = !isNew && had.get(name)?.label !== mark.label;
    if (isNew || isRenamed) merged.set(name, mark);
  }
  return [...merged.values()];
}

/** Whether they are the same marks by the same names, in whichever order. */
export function isAlike(one: readonly NamedMark[], other: readonly NamedMark[]): boolean {
  const there = byName(other);
  return one.length === other.length && one.every((mark) => there.get(nameOf(mark))?.label === mark.label);
}

/** Of two marks at one record the later one counts. */
function byName(marks: readonly NamedMark[]): Map<string, NamedMark> {
  return new Map(marks.map((mark) => [nameOf(mark), mark]));
}

function nameOf({ device, seq }: NamedMark): string {
  return `${seq} ${device}`;
}
