/** The records of one run or recording, and the world at any of them. */
import type { TraceRecord } from "../../ports/trace.ts";
import { WorldFold } from "./fold.ts";
import type { Gap, SessionView } from "./sessionContract.ts";
import type { World } from "./world.ts";

/** Records between two worlds that are kept. */
const KEEP_EVERY = 256;
/** Folds that stand where somebody looked last: two cursors, the row under the pointer, a comparison. */
const MAX_CURSORS = 4;
const NONE: readonly number[] = [];

interface Kept {
  /** The world before the record of this index. */
  readonly before: number;
  readonly world: World;
  /** It was told anew: after the record before this index it was another one. */
  readonly afterGap?: boolean;
}

interface Cursor {
  readonly fold: WorldFold;
  /** Index of the record that it takes next. */
  next: number;
}

export class Session implements SessionView {
  #records: TraceRecord[] = [];
  #causes: number[] = [];
  #effects = new Map<number, number[]>();
  /** By device and `seq`; of several runs in one recording the newest counts. */
  #places = new Map<string, Map<number, number>>();
  #gaps: Gap[] = [];
  #missing = 0;
  /** Number of the record that comes next. */
  #number: number | undefined;
  #kept: Kept[];
  #live: WorldFold;
  #cursors: Cursor[] = [];
  #version = 0;
  readonly #nothing: World;

  /** `definitions`: statecharts by hash that records of charts may speak of without having told them. */
  constructor(definitions: World["definitions"] = new Map()) {
    this.#nothing = { definitions, devices: new Map() };
    this.#live = new WorldFold(this.#nothing);
    this.#kept = [{ before: 0, world: this.#nothing }];
  }

  get length(): number {
    return this.#records.length;
  }

  get gaps(): readonly Gap[] {
    return this.#gaps;
  }

  get version(): number {
    return this.#version;
  }

  get live(): World {
    return this.#live.snapshot();
  }

  /** Number that the newest record has over all devices, for resuming after it; undefined before all. */
  get lastNumber(): number | undefined {
    return this.#number === undefined ? undefined : this.#number - 1;
  }

  /**
   * Takes records in the order in which they came; `first` is the number of the first. Some that are here already are
   * left out, missing ones leave a gap.
   */
  append(records: readonly TraceRecord[], first?: number): void {
    let skip = 0;
    if (first !== undefined && this.#number !== undefined) {
      if (first > this.#number) this.#miss(first - this.#number);
      skip = Math.max(0, this.#number - first);
    }
    this.#number = (first ?? this.#number ?? 0) + records.length;
    for (let at = skip; at < records.length; at++) this.#take(records[at]!);
    this.#version++;
  }

  /**
   * Everything as it was before record number `before`. What is here stays when the numbers go on, with a gap where
   * some are missing; else it is forgotten.
   */
  checkpoint(records: readonly TraceRecord[], before: number): void {
    if (this.#number !== undefined && before < this.#number) this.clear();
    if (this.#number !== undefined && before > this.#number) this.#miss(before - this.#number);
    this.#number = before;
    this.#live = new WorldFold(this.#nothing);
    for (const record of records) this.#live.apply(record);
    const at = this.#records.length;
    if (at === 0 || (this.#kept.at(-1)!.before === at && this.#kept.at(-1)!.afterGap)) this.#kept.pop();
    this.#kept.push({ before: at, world: this.#live.snapshot(), afterGap: at > 0 });
    this.#cursors = this.#cursors.filter(({ next }) => next < at);
    this.#version++;
  }

  /** Records that are missing from the newest one on. */
  gap(first: number, count: number): void {
    if (this.#number === undefined) this.#miss(count);
    else this.#miss(Math.max(0, first + count - this.#number));
    this.#number = Math.max(this.#number ?? 0, first + count);
    this.#version++;
  }

  /** Forgets everything. */
  clear(): void {
    this.#records = [];
    this.#causes = [];
    this.#effects.clear();
    this.#places.clear();
    this.#gaps = [];
    this.#missing = 0;
    this.#number = undefined;
    this.#live = new WorldFold(this.#nothing);
    this.#kept = [{ before: 0, world: this.#nothing }];
    this.#cursors = [];
    this.#version++;
  }

  /** Throws `RangeError` for an index that is not here. */
  at(index: number): TraceRecord {
    const record = this.#records[index];
    if (record === undefined) throw new RangeError(`record ${index} of ${this.#records.length}`);
    return record;
  }

  indexOf(device: string, seq: number): number | undefined {
    return this.#places.get(device)?.get(seq);
  }

  causeOf(index: number): number | undefined {
    const cause = this.#causes[index];
    return cause === undefined || cause < 0 ? undefined : cause;
  }

  effectsOf(index: number): readonly number[] {
    return this.#effects.get(index) ?? NONE;
  }

  worldAt(index: number): World {
    const next = Math.min(Math.max(index, -1), this.#records.length - 1) + 1;
    if (next === this.#records.length) return this.live;
    const kept = this.#keptBefore(next);
    if (kept.before === next) return kept.world;
    const cursor = this.#cursorBefore(next, kept);
    for (; cursor.next < next; cursor.next++) cursor.fold.apply(this.#records[cursor.next]!, cursor.next);
    return cursor.fold.snapshot();
  }

  #take(record: TraceRecord): void {
    const index = this.#records.length;
    if (this.#missing > 0) {
      this.#gaps.push({ before: index, count: this.#missing });
      this.#missing = 0;
    }
    if (index - this.#kept.at(-1)!.before >= KEEP_EVERY)
      this.#kept.push({ before: index, world: this.#live.snapshot() });
    const places = this.#places.get(record.device) ?? new Map<number, number>();
    if (places.size === 0) this.#places.set(record.device, places);
    const cause = record.cause === undefined ? undefined : places.get(record.cause);
    this.#causes.push(cause ?? -1);
    if (cause !== undefined) {
      const effects = this.#effects.get(cause);
      if (effects === undefined) this.#effects.set(cause, [index]);
      else effects.push(index);
    }
    places.set(record.seq, index);
    this.#records.push(record);
    this.#live.apply(record, index);
  }

  #miss(count: number): void {
    this.#missing += count;
  }

  #keptBefore(next: number): Kept {
    let low = 0;
    let high = this.#kept.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      const { before, afterGap } = this.#kept[middle]!;
      if (before < next || (before === next && afterGap !== true)) low = middle;
      else high = middle - 1;
    }
    return this.#kept[low]!;
  }

  /** The nearest one that need not go back, or one that begins at what is kept; the one used last stands first. */
  #cursorBefore(next: number, kept: Kept): Cursor {
    let nearest: Cursor | undefined;
    for (const cursor of this.#cursors)
      if (cursor.next <= next && cursor.next >= kept.before && cursor.next >= (nearest?.next ?? 0)) nearest = cursor;
    const cursor = nearest ?? { fold: new WorldFold(kept.world), next: kept.before };
    this.#cursors = [cursor, ...this.#cursors.filter((other) => other !== cursor)].slice(0, MAX_CURSORS);
    return cursor;
  }
}
