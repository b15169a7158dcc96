/** Lists in ascending order of id: for a few entries a fraction of a Map's size, and as fast to look up. */

interface Identified {
  readonly id: number;
}

export function findById<Entry extends Identified>(list: readonly Entry[], id: number): Entry | undefined {
  const entry = list[placeOf(list, id)];
  return entry?.id === id ? entry : undefined;
}

/** In its place, or in that of the one with the same id. */
export function withEntry<Entry extends Identified>(list: readonly Entry[], entry: Entry): readonly Entry[] {
  const place = placeOf(list, entry.id);
  return list.toSpliced(place, list[place]?.id === entry.id ? 1 : 0, entry);
}

export function withoutId<Entry extends Identified>(list: readonly Entry[], id: number): readonly Entry[] {
  return list.filter((entry) => entry.id !== id);
}

export function idsOf(list: readonly Identified[]): number[] {
  return list.map(({ id }) => id);
}

/** Of the first entry whose id is not below this one. */
function placeOf(list: readonly Identified[], id: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]!.id < id) low = middle + 1;
    else high = middle;
  }
  return low;
}
