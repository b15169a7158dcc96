/** Maps that are copied only when something changes them after somebody was given them. */

/** What was made between two snapshots of a fold: whatever is of an older generation is copied before it is written to. */
export type Generation = object;

export class Owned<K, V> extends Map<K, V> {
  readonly generation: Generation;

  constructor(generation: Generation, entries?: Iterable<readonly [K, V]>) {
    super(entries);
    this.generation = generation;
  }
}

/** The map itself where it belongs to this generation, else a copy that does. */
export function own<K, V>(map: ReadonlyMap<K, V>, generation: Generation): Owned<K, V> {
  return map instanceof Owned && map.generation === generation ? map : new Owned(generation, map);
}
