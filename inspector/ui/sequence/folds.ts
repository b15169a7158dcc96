/**
 * Folds what repeats while entries come one by one: parts of a transfer, retransmissions, notifications, and any one to
 * eight rows that come again and again. Only the newest fold is ever open, so that what is above stays as it is.
 */
import { Column } from "./column.ts";
import type { FoldPart, FoldUnit } from "./foldKey.ts";

export interface Fold {
  /** First entry, and the one after the last. */
  readonly start: number;
  end: number;
  readonly unit: FoldUnit;
  readonly key: string;
  /** Entries after which a repeat begins again; 1 for other units. */
  readonly period: number;
  count: number;
  bytes: number;
}

/** Rows that may make up what repeats: Updates to two servers, each with its timer that fires and is set anew. */
const LONGEST_PERIOD = 8;
/** The first time is shown; so many further times make a fold. */
const REPEATS = 2;

/** What is to become of the rows. */
export type FoldChange =
  /** The entry stands for itself. */
  | "alone"
  /** It belongs to the newest fold, which is there already. */
  | "joined"
  /** The newest fold has just come to be and takes in the entries since its start, this one included. */
  | "folded";

export class Folds {
  readonly list: Fold[] = [];
  readonly #signatures = new Column();
  /** For each period: how many entries in a row were the same as the one a period before. */
  readonly #same: number[] = new Array<number>(LONGEST_PERIOD + 1).fill(0);
  /** A part that no second one has followed yet; not in the list. */
  #candidate: Fold | undefined;
  #open: Fold | undefined;

  /** Takes the entry that comes next. */
  push(part: FoldPart | undefined, signature: number): FoldChange {
    const entry = this.#signatures.length;
    this.#signatures.push(signature);
    const going = this.#open ?? this.#candidate;
    if (part !== undefined && going?.key === part.key) return this.#extend(going, entry, part);
    if (part !== undefined && (part.counts === 1 || part.unit === "block")) {
      this.close();
      this.#same.fill(0);
      this.#candidate = {
        start: entry,
        end: entry + 1,
        unit: part.unit,
        key: part.key,
        period: 1,
        count: part.counts,
        bytes: part.bytes,
      };
      return "alone";
    }
    const open = this.#open;
    if (open?.unit === "repeat" && signature === this.#signatures.at(entry - open.period)) {
      open.end = entry + 1;
      open.count = Math.floor((open.end - open.start) / open.period);
      return "joined";
    }
    this.close();
    return this.#repeats(entry, signature) ? "folded" : "alone";
  }

  /**
   * Nothing more belongs to the newest fold: something else is drawn. Of a repeat that broke off half way the half is
   * given back: `Fold.end` is then less than before.
   */
  close(): void {
    const open = this.#open;
    if (open?.unit === "repeat") {
      const rest = (open.end - open.start) % open.period;
      open.end -= rest;
    }
    this.#open = undefined;
    this.#candidate = undefined;
  }

  clear(): void {
    this.list.length = 0;
    this.#signatures.cut(0);
    this.#same.fill(0);
    this.#open = undefined;
    this.#candidate = undefined;
  }

  get newest(): Fold | undefined {
    return this.list.at(-1);
  }

  #extend(fold: Fold, entry: number, part: FoldPart): FoldChange {
    fold.end = entry + 1;
    fold.count += part.counts;
    fold.bytes = part.unit === "part" ? part.bytes : fold.bytes + part.bytes;
    if (fold === this.#open) return "joined";
    this.#candidate = undefined;
    this.#open = fold;
    this.list.push(fold);
    return "folded";
  }

  #repeats(entry: number, signature: number): boolean {
    for (let period = 1; period <= LONGEST_PERIOD; period++) {
      const isSame = entry >= period && this.#signatures.at(entry - period) === signature;
      this.#same[period] = isSame ? this.#same[period]! + 1 : 0;
    }
    for (let period = 1; period <= LONGEST_PERIOD; period++) {
      if (this.#same[period]! < period * REPEATS) continue;
      const start = entry + 1 - period * REPEATS;
      // An entry is in one fold.
      if (start < (this.newest?.end ?? 0)) continue;
      this.#open = { start, end: entry + 1, unit: "repeat", key: "", period, count: REPEATS, bytes: 0 };
      this.list.push(this.#open);
      this.#same.fill(0);
      return true;
    }
    return false;
  }
}
