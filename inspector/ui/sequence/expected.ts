/** A run held against the sequence charts of its edition: which arcs have come, and where it first is otherwise. */
import { describeArc } from "../../../charts/bind.ts";
import type { Arc } from "../../../charts/chart.ts";
import type { ChartCheck } from "../../../charts/chartCheck.ts";
import { editionChecks } from "../../../charts/editionChecks.ts";
import { oneLine } from "../../../charts/oneLine.ts";
import type { Deviation, DeviationKind } from "../../../charts/verdict.ts";
import type { TraceRecord } from "../../../ports/trace.ts";
import type { SessionView } from "../../model/sessionContract.ts";

/** mscgen text of a chart by its name. */
export type ChartTexts = Readonly<Record<string, string>>;

export interface ExpectedArc {
  readonly label: string;
  /** As the chart has it: `line 7: app => lib [label="…"]`. */
  readonly source: string;
  readonly kind: Arc["kind"];
  /** Index of its record; absent: not yet. */
  readonly index?: number;
}

/** `otherCourse`: it deviates, but another chart that begins at the same record goes on: the run took that course. */
export type ExpectedState = "notBegun" | "under way" | "conforms" | "deviates" | "otherCourse";

export interface ChartDeviation {
  /** Index of the record; absent when something never came. */
  readonly index?: number;
  /** What was expected and what happened, in one sentence. */
  readonly sentence: string;
}

/** One chart and how far the run is through it. */
export class ExpectedChart {
  readonly name: string;
  readonly #check: ChartCheck;
  readonly #arcs: ExpectedArc[];
  readonly #byRecord = new Map<number, string>();
  #state: ExpectedState = "notBegun";
  #deviation: ChartDeviation | undefined;
  /** Indices of the first record that was found in it and of the one that decided. */
  #first = -1;
  #decided = Number.POSITIVE_INFINITY;

  constructor(check: ChartCheck) {
    this.name = check.chart;
    this.#check = check;
    this.#arcs = check.arcs.map((bound) => ({
      label: bound.arc.label,
      source: describeArc(bound),
      kind: bound.arc.kind,
    }));
  }

  get arcs(): readonly ExpectedArc[] {
    return this.#arcs;
  }

  get state(): ExpectedState {
    return this.#state;
  }

  get deviation(): ChartDeviation | undefined {
    return this.#deviation;
  }

  get through(): number {
    return this.#arcs.filter(({ index }) => index !== undefined).length;
  }

  /** The arc that the record is, as the chart has it. */
  arcOf(index: number): string | undefined {
    return this.#byRecord.get(index);
  }

  get isDecided(): boolean {
    return Number.isFinite(this.#decided);
  }

  /**
   * The other goes on where this one deviates: from the same beginning, or, where only the beginning of this one was
   * ever seen, from another. It is what happened instead.
   */
  yieldTo(other: ExpectedChart): void {
    if (this.#state !== "deviates" || other === this || this.#first < 0) return;
    const sameBeginning = other.#first === this.#first;
    const goesFurther = other.#state === "conforms" || other.#decided > this.#decided;
    const isThere = other.#byRecord.has(this.#decided);
    if (sameBeginning ? goesFurther : this.through === 1 && isThere) this.#state = "otherCourse";
  }

  push(session: SessionView, index: number): void {
    if (this.isDecided) return;
    const record = session.at(index);
    const { state, found } = this.#check.push(record);
    for (const bound of found) {
      const place = this.#check.arcs.indexOf(bound);
      this.#arcs[place] = { ...this.#arcs[place]!, index };
      this.#byRecord.set(index, describeArc(bound));
      if (this.#first < 0) this.#first = index;
    }
    if (state === "within") this.#state = "under way";
    if (state !== "ended") return;
    const { deviation } = this.#check;
    this.#decided = index;
    this.#state = deviation === undefined ? "conforms" : "deviates";
    if (deviation === undefined) return;
    const at = deviation.record === undefined ? undefined : session.indexOf(record.device, deviation.record.seq);
    this.#deviation = { sentence: sentenceOf(deviation), ...(at !== undefined && { index: at }) };
  }
}

/** All charts that the edition of a device's run has, kept up record by record. */
export class ExpectedCharts {
  readonly #session: SessionView;
  readonly #device: string;
  readonly #texts: ChartTexts;
  #charts: readonly ExpectedChart[] = [];
  #edition: string | undefined;
  #next = 0;
  #newest: TraceRecord | undefined;

  constructor(session: SessionView, device: string, texts: ChartTexts) {
    this.#session = session;
    this.#device = device;
    this.#texts = texts;
  }

  /** Empty for a run that tells no edition, or one that nobody knows. */
  get charts(): readonly ExpectedChart[] {
    return this.#charts;
  }

  get edition(): string | undefined {
    return this.#edition;
  }

  /** Whether these are of that device's records, which have not begun anew. */
  isOf(session: SessionView, device: string): boolean {
    if (session !== this.#session || device !== this.#device || this.#next > session.length) return false;
    return this.#next === 0 || session.at(this.#next - 1) === this.#newest;
  }

  /** Takes the records that have come since. */
  sync(): void {
    for (; this.#next < this.#session.length; this.#next++) {
      const record = this.#session.at(this.#next);
      this.#newest = record;
      if (record.device !== this.#device) continue;
      if (record.kind === "run" && record.guess !== true) this.#begin(String(record.edition));
      for (const chart of this.#charts) chart.push(this.#session, this.#next);
    }
    for (const chart of this.#charts) for (const other of this.#charts) chart.yieldTo(other);
  }

  #begin(id: string): void {
    // A device that starts anew goes on in the same edition.
    if (id === this.#edition) return;
    this.#edition = id;
    this.#charts = editionChecks(id, this.#texts).map((check) => new ExpectedChart(check));
  }
}

const REASONS: Readonly<Record<DeviationKind, string>> = {
  outOfPlace: "This comes out of its place in the chart.",
  unlisted: "The chart does not show this event.",
  missing: "The chart's part of the run has ended and something never came.",
  notBegun: "The chart's part of the run never began.",
};

function sentenceOf({ kind, record, expected }: Deviation): string {
  const wanted = expected.map(({ arc }) => `“${arc.label}”`);
  const due = wanted.length === 0 ? "nothing more" : wanted.join(" or ");
  const happened =
    record === undefined
      ? ""
      : ` Instead: ${oneLine(record)
          .trim()
          .replace(/^\S+\s+/, "")}.`;
  return `${REASONS[kind]} Expected: ${due}.${happened}`;
}
