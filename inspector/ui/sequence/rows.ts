/**
 * The rows of the sequence chart: what is drawn of a session's records, one row each, kept up record by record. A row is
 * a few numbers; what it shows is made when it is looked at.
 */
import { SEQUENCE_LEVELS, type SequenceLevel } from "../../../charts/item.ts";
import type { TraceRecord } from "../../../ports/trace.ts";
import type { SessionView } from "../../model/sessionContract.ts";
import { ActorLanes } from "./actorLanes.ts";
import { Column } from "./column.ts";
import { foldPart, signatureOf } from "./foldKey.ts";
import { type Fold, Folds } from "./folds.ts";
import { type LaneItem, type LaneMode, laneItems, lanesOf, tellsLifelines } from "./laneItem.ts";
import type { LaneId } from "./lanes.ts";
import { Traffic } from "./traffic.ts";
import { Unanswered } from "./unanswered.ts";

export interface RowSettings {
  readonly device: string;
  readonly level: SequenceLevel;
  /** `auto`: actors until a record tells of lifelines. */
  readonly mode: LaneMode | "auto";
  readonly fold: boolean;
  readonly hidden: ReadonlySet<LaneId>;
  /** What the page's filter says of a record. */
  readonly matches?: (record: TraceRecord) => boolean;
}

export type SequenceRow =
  /** `inFold`: it is in a fold that is open. `unanswered`: it had to be sent again. */
  | {
      readonly kind: "item";
      readonly index: number;
      readonly item: LaneItem;
      readonly unanswered: boolean;
      readonly inFold: boolean;
    }
  /** `index` to `last`: the records in it. */
  | {
      readonly kind: "fold";
      readonly index: number;
      readonly last: number;
      readonly item: LaneItem;
      readonly fold: Fold;
      readonly open: boolean;
    }
  /** Records that the page did not get. */
  | { readonly kind: "gap"; readonly index: number; readonly count: number };

/** Which item of its record an entry is; of a gap no item. */
const GAP = -1;
const ALL = SEQUENCE_LEVELS.indexOf("all");
/** Rows kept as they were looked at: some windows of them. */
const MAX_SHOWN = 256;

export class SequenceRows {
  readonly settings: RowSettings;
  readonly lanes = new Set<LaneId>();
  readonly traffic = new Traffic();
  readonly #session: SessionView;
  readonly #rank: number;
  /** An entry is something that could have a row: the index of its record, and which of its items. */
  readonly #records = new Column();
  readonly #items = new Column();
  /** An entry, or -1 less the number of a fold. */
  readonly #rows = new Column();
  readonly #folds = new Folds();
  /** Folds that are open, by the record and item they begin with. */
  readonly #opened: Set<string>;
  readonly #unanswered = new Unanswered();
  readonly #actors: ActorLanes;
  /** Rows as they were looked at last. */
  readonly #shown = new Map<number, SequenceRow>();
  #mode: LaneMode;
  #next = 0;
  #gap = 0;
  #newest: TraceRecord | undefined;
  #version = 0;

  /** `opened`: those that were open in rows of the same session before. */
  constructor(session: SessionView, settings: RowSettings, opened: ReadonlySet<string> = new Set()) {
    this.#session = session;
    this.settings = settings;
    this.#rank = SEQUENCE_LEVELS.indexOf(settings.level);
    // An app that is no carrier runs without an edition.
    const isCarrier = (session.live.devices.get(settings.device)?.edition ?? "") !== "";
    this.#mode = settings.mode === "auto" ? (isCarrier ? "lifelines" : "actors") : settings.mode;
    this.#opened = new Set(opened);
    this.#actors = new ActorLanes(this.#rank === ALL, () => session.live.devices.get(settings.device));
  }

  get length(): number {
    return this.#rows.length;
  }

  /** Rises with every change. */
  get version(): number {
    return this.#version;
  }

  get mode(): LaneMode {
    return this.#mode;
  }

  get opened(): ReadonlySet<string> {
    return this.#opened;
  }

  /** True when these are rows of records that are no longer the session's: it began anew. */
  get isStale(): boolean {
    return this.#next > this.#session.length || (this.#next > 0 && this.#session.at(this.#next - 1) !== this.#newest);
  }

  /** Takes up to `budget` further records; false when there are more. */
  sync(budget = Number.POSITIVE_INFINITY): boolean {
    const end = Math.min(this.#session.length, this.#next + budget);
    if (this.#next === end) return true;
    while (this.#next < end) {
      const record = this.#session.at(this.#next);
      this.#takeGaps(this.#next);
      if (record.device === this.settings.device) {
        if (this.settings.mode === "auto" && this.#mode === "actors" && tellsLifelines(record))
          this.#startAnew("lifelines");
        else this.#take(record, this.#next++);
      } else this.#next++;
    }
    this.#newest = this.#session.at(this.#next - 1);
    this.#changed();
    return this.#next === this.#session.length;
  }

  at(row: number): SequenceRow {
    const shown = this.#shown.get(row);
    if (shown !== undefined) return shown;
    if (this.#shown.size === MAX_SHOWN) this.#shown.clear();
    const made = this.#make(row);
    this.#shown.set(row, made);
    return made;
  }

  #make(row: number): SequenceRow {
    const value = this.#rows.at(row);
    if (value >= 0) return this.#entryRow(value, this.#foldOf(value) !== undefined);
    const fold = this.#folds.list[-1 - value]!;
    const index = this.#records.at(fold.start);
    const last = this.#records.at(fold.end - 1);
    const item = this.#itemOf(this.#countedEntry(fold));
    return { kind: "fold", index, last, item, fold, open: this.#isOpen(fold) };
  }

  /** The row that shows the record, or the last one before it; -1 when there is none. */
  rowOf(index: number): number {
    const entry = this.#records.firstAbove(index) - 1;
    if (entry < 0) return -1;
    // Several items of one record: its first.
    let first = entry;
    while (first > 0 && this.#records.at(first - 1) === this.#records.at(entry)) first--;
    return this.#rows.firstAbove(first, (value) => this.#firstEntry(value)) - 1;
  }

  /** Opens or closes the fold in the row; false when there is none. */
  toggle(row: number): boolean {
    const value = this.#rows.at(row);
    const fold = value < 0 ? this.#folds.list[-1 - value] : this.#foldOf(value);
    if (fold === undefined) return false;
    const key = this.#keyOf(fold);
    if (!this.#opened.delete(key)) this.#opened.add(key);
    this.#layRows();
    return true;
  }

  #changed(): void {
    this.#version++;
    this.#shown.clear();
  }

  #take(record: TraceRecord, index: number): void {
    const { settings } = this;
    if (settings.matches !== undefined && !settings.matches(record)) return;
    this.#actors.note(record);
    const items = laneItems(record, this.#mode, this.#actors.of);
    for (const [place, item] of items.entries()) {
      if (SEQUENCE_LEVELS.indexOf(item.level) > this.#rank) continue;
      const lanes = lanesOf(item);
      for (const lane of lanes) this.lanes.add(lane);
      if (lanes.some((lane) => settings.hidden.has(lane))) continue;
      this.#push(record, index, place, item);
    }
  }

  #push(record: TraceRecord, index: number, place: number, item: LaneItem): void {
    const entry = this.#records.length;
    this.#records.push(index);
    this.#items.push(place);
    this.traffic.note(item);
    this.#unanswered.note(record, entry);
    const part = this.settings.fold ? foldPart(record, item) : undefined;
    // Numbers that never are the same: nothing repeats.
    const before = this.#folds.newest?.end;
    const change = this.#folds.push(part, this.settings.fold ? signatureOf(record, item) : entry);
    const { newest } = this.#folds;
    if (newest !== undefined && before !== undefined && newest.end < before) this.#layTail(newest);
    else if (change === "folded") this.#layFold(newest!);
    else if (change === "alone" || this.#isOpen(newest!)) this.#rows.push(entry);
  }

  /** The newest fold's entries, which were rows of their own, become its row. */
  #layFold(fold: Fold): void {
    this.#cutRows(fold.start);
    this.#rows.push(-this.#folds.list.length);
    if (this.#isOpen(fold)) for (let entry = fold.start; entry < fold.end; entry++) this.#rows.push(entry);
  }

  /** The newest fold gave back entries: they are rows of their own again. */
  #layTail(fold: Fold): void {
    this.#cutRows(fold.start - 0.5);
    this.#layFold(fold);
    for (let entry = fold.end; entry < this.#records.length; entry++) this.#rows.push(entry);
  }

  #cutRows(from: number): void {
    let length = this.#rows.length;
    while (length > 0 && this.#firstEntry(this.#rows.at(length - 1)) >= from) length--;
    this.#rows.cut(length);
  }

  #layRows(): void {
    this.#rows.cut(0);
    let entry = 0;
    for (const [number, fold] of this.#folds.list.entries()) {
      while (entry < fold.start) this.#rows.push(entry++);
      this.#rows.push(-1 - number);
      if (this.#isOpen(fold)) while (entry < fold.end) this.#rows.push(entry++);
      entry = fold.end;
    }
    while (entry < this.#records.length) this.#rows.push(entry++);
    this.#changed();
  }

  #takeGaps(index: number): void {
    const { gaps } = this.#session;
    while (this.#gap < gaps.length && gaps[this.#gap]!.before <= index) {
      const { newest } = this.#folds;
      const before = newest?.end;
      // Nothing is like it: a hole ends whatever went on.
      this.#folds.push(undefined, -1 - this.#gap);
      this.#records.push(index);
      this.#items.push(GAP - this.#gap);
      if (newest !== undefined && newest.end < before!) this.#layTail(newest);
      else this.#rows.push(this.#records.length - 1);
      this.#gap++;
    }
  }

  #startAnew(mode: LaneMode): void {
    this.#mode = mode;
    for (const column of [this.#records, this.#items, this.#rows]) column.cut(0);
    this.#folds.clear();
    this.#unanswered.clear();
    this.lanes.clear();
    this.traffic.clear();
    this.#next = 0;
    this.#gap = 0;
  }

  #entryRow(entry: number, inFold: boolean): SequenceRow {
    const index = this.#records.at(entry);
    const place = this.#items.at(entry);
    if (place <= GAP) return { kind: "gap", index, count: this.#session.gaps[GAP - place]!.count };
    return { kind: "item", index, item: this.#itemOf(entry), unanswered: this.#unanswered.has(entry), inFold };
  }

  #itemOf(entry: number): LaneItem {
    return laneItems(this.#session.at(this.#records.at(entry)), this.#mode, this.#actors.of)[this.#items.at(entry)]!;
  }

  /** The first entry that counts: a fold of blocks may begin with the request for one. */
  #countedEntry(fold: Fold): number {
    for (let entry = fold.start; entry < Math.min(fold.end, fold.start + 2); entry++) {
      const item = this.#itemOf(entry);
      if (foldPart(this.#session.at(this.#records.at(entry)), item)?.counts === 1) return entry;
    }
    return fold.start;
  }

  #foldOf(entry: number): Fold | undefined {
    const { list } = this.#folds;
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (list[middle]!.start > entry) high = middle;
      else low = middle + 1;
    }
    const fold = list[low - 1];
    return fold !== undefined && entry < fold.end ? fold : undefined;
  }

  #firstEntry(row: number): number {
    return row >= 0 ? row : this.#folds.list[-1 - row]!.start - 0.5;
  }

  #isOpen(fold: Fold): boolean {
    return this.#opened.has(this.#keyOf(fold));
  }

  #keyOf(fold: Fold): string {
    return `${this.#records.at(fold.start)} ${this.#items.at(fold.start)}`;
  }
}
