/** A run held against the sequence charts of its edition: which arcs have come, and where it first is otherwise. */
import { type BoundArc, describeArc } from "../../../charts/bind.ts";
import type { Arc } from "../../../charts/chart.ts";
import type { ChartCheck } from "../../../charts/chartCheck.ts";
import { editionChecks } from "../../../charts/editionChecks.ts";
import { fieldText } from "../../../charts/fieldText.ts";
import { oneLine } from "../../../charts/oneLine.ts";
import type { Deviation, DeviationKind } from "../../../charts/verdict.ts";
import type { TraceRecord } from "../../../ports/trace.ts";
import type { SessionView } from "../../model/sessionContract.ts";
import { timeText } from "../panels/shared/time.ts";

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

/**
 * `disturbed`: it deviates after somebody who looked on did something to the run. `cutOff`: the device began anew in the
 * midst of it. `otherCourse`: it deviates, but another chart that begins at the same record goes on: the run took that
 * course.
 */
export type ExpectedState = "notBegun" | "under way" | "conforms" | "deviates" | "disturbed" | "cutOff" | "otherCourse";

export interface ChartDeviation {
  /** Index of the record; absent when something never came. */
  readonly index?: number;
  /** What was expected and what happened, in one sentence or two. */
  readonly sentence: string;
  /** The chart was not expected to hold any more. */
  readonly excused: boolean;
}

/** One chart and how far the run is through it. */
export class ExpectedChart {
  readonly name: string;
  readonly #check: ChartCheck;
  readonly #arcs: ExpectedArc[];
  readonly #byRecord = new Map<number, string>();
  #state: Exclude<ExpectedState, "otherCourse"> = "notBegun";
  #otherCourse = false;
  #deviation: ChartDeviation | undefined;
  /** Indices of the first record that was found in it and of the one that decided. */
  #first = -1;
  #decided = Number.POSITIVE_INFINITY;
  /** Index of the first record that tells of something done by hand while the chart was under way. */
  #disturbed: number | undefined;

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
    return this.#otherCourse ? "otherCourse" : this.#state;
  }

  get deviation(): ChartDeviation | undefined {
    return this.#deviation;
  }

  /** Index of the first record that was found in it; -1: none yet. */
  get begunAt(): number {
    return this.#first;
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
   * Sees whether one of the others goes on where this one deviates: from the same beginning, or, where only the beginning
   * of this one was ever seen, from another. That is what happened instead.
   */
  compare(others: readonly ExpectedChart[]): void {
    this.#otherCourse =
      this.#deviation !== undefined &&
      (this.#wasNotAskedFor() || others.some((other) => other !== this && this.#yieldsTo(other)));
  }

  #yieldsTo(other: ExpectedChart): boolean {
    if (other.#first !== this.#first)
      return (this.through === 1 && other.#byRecord.has(this.#decided)) || this.#ledInto(other);
    if (this.#first < 0) return false;
    // How far they were says nothing: any of them might have gone on.
    if (this.#state === "cutOff") return other.#state === "conforms";
    if (other.#deviation === undefined || other.through !== this.through) {
      return other.#deviation === undefined || other.through > this.through;
    }
    return other.#decided > this.#decided;
  }

  /** The other began later, shares a part of it, and went on to its end where nothing of this one came any more. */
  #ledInto(other: ExpectedChart): boolean {
    if (other.#state !== "conforms" || other.#first < this.#first || other.#last <= this.#last) return false;
    return [...this.#byRecord.keys()].some((index) => other.#byRecord.has(index));
  }

  /** Index of the last record that was found in it. */
  get #last(): number {
    return Math.max(...this.#byRecord.keys());
  }

  /** Only its beginning came, and then the application would have had to ask for something: it did not choose to. */
  #wasNotAskedFor(): boolean {
    const expected = this.#check.deviation?.expected ?? [];
    return this.through === 1 && expected.length > 0 && expected.every(({ lanes }) => asks(lanes));
  }

  /** `byHand`: index of the newest record that tells of something done by hand. */
  push(session: SessionView, index: number, byHand: number | undefined): void {
    if (this.isDecided) return;
    const record = session.at(index);
    const { state, found } = this.#check.push(record);
    for (const bound of found) {
      const place = this.#check.arcs.indexOf(bound);
      this.#arcs[place] = { ...this.#arcs[place]!, index };
      this.#byRecord.set(index, describeArc(bound));
      if (this.#first < 0) this.#first = index;
    }
    if (state === "before") return;
    // What was done before the chart began may strike only now: a fault tells.
    if (record.kind === "injected" || record.kind === "fault") this.#disturbed ??= byHand;
    if (state === "within") this.#state = "under way";
    else this.#decide(session, index, byHand);
  }

  /** The device began anew, which no chart shows: what comes from this record on is not held against it. */
  cutOff(session: SessionView, index: number): void {
    if (this.isDecided || this.#first < 0) return;
    this.#decided = index;
    const verdict = this.#check.finish();
    this.#state = verdict.conforms ? "conforms" : "cutOff";
    if (verdict.conforms) return;
    const at = timeText(session, session.at(index).time);
    const hand = this.#disturbed;
    const why =
      hand === undefined ? "without its library's doing, as after a loss of power" : `after ${handText(session, hand)}`;
    const due = dueText(verdict.deviation.expected);
    const sentence = `At ${at} the device began anew, ${why}. No chart shows that: what came then is not held against this one. Next would have been: ${due}.`;
    this.#deviation = { sentence, excused: true, index };
  }

  #decide(session: SessionView, index: number, byHand: number | undefined): void {
    this.#decided = index;
    this.#state = "conforms";
    const { deviation } = this.#check;
    if (deviation === undefined) return;
    const disturbed = this.#disturbed;
    this.#state = disturbed === undefined ? "deviates" : "disturbed";
    const at =
      deviation.record === undefined ? undefined : session.indexOf(session.at(index).device, deviation.record.seq);
    const said = sentenceOf(deviation);
    const sentence =
      disturbed !== undefined
        ? `Since ${handText(session, disturbed)}, the chart is not expected to hold. ${said}`
        : byHand !== undefined
          ? `${said} Before, ${handText(session, byHand)}.`
          : said;
    this.#deviation = { sentence, excused: disturbed !== undefined, ...(at !== undefined && { index: at }) };
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
  #byHand: number | undefined;
  /** The library is about to begin anew by itself: some charts show it. */
  #restarting = false;

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

  /** How many arcs of all charts have their record. */
  get through(): number {
    return this.#charts.reduce((sum, { through }) => sum + through, 0);
  }

  /** Whether these are of that device's records, which have not begun anew. */
  isOf(session: SessionView, device: string): boolean {
    if (session !== this.#session || device !== this.#device || this.#next > session.length) return false;
    return this.#next === 0 || session.at(this.#next - 1) === this.#newest;
  }

  /** The arc of a chart that holds which the record is: `edition-3-bootstrap, line 7: …`. */
  arcOf(index: number): string | undefined {
    for (const chart of this.#charts) {
      const arc = chart.state === "otherCourse" ? undefined : chart.arcOf(index);
      if (arc !== undefined) return `${chart.name}, ${arc}`;
    }
    return undefined;
  }

  /** Takes up to `budget` of the records that have come since; false when there are more. */
  sync(budget = Number.POSITIVE_INFINITY): boolean {
    const session = this.#session;
    const end = Math.min(session.length, this.#next + budget);
    for (; this.#next < end; this.#next++) {
      const record = session.at(this.#next);
      this.#newest = record;
      if (record.device !== this.#device) continue;
      if (record.kind === "run" && record.guess !== true) this.#begin(String(record.edition));
      if (record.kind === "run" && !this.#restarting)
        for (const chart of this.#charts) chart.cutOff(session, this.#next);
      if (record.kind === "chart" && record.actor === "carrier") this.#restarting = record.value === "restarting";
      if (record.kind === "injected") this.#byHand = this.#next;
      for (const chart of this.#charts) chart.push(session, this.#next, this.#byHand);
    }
    for (const chart of this.#charts) chart.compare(this.#charts);
    return end === session.length;
  }

  #begin(id: string): void {
    // A device that starts anew goes on in the same edition.
    if (id === this.#edition) return;
    this.#edition = id;
    this.#charts = editionChecks(id, this.#texts).map((check) => new ExpectedChart(check));
  }
}

/** From the application to the library: an arc has its ends in its direction. */
function asks(lanes: BoundArc["lanes"]): boolean {
  if (lanes === "all") return false;
  const [from, to] = lanes;
  return from === "application" && to === "library";
}

const REASONS: Readonly<Record<DeviationKind, string>> = {
  outOfPlace: "This comes out of its place in the chart.",
  unlisted: "The chart does not show this event.",
  missing: "The chart's part of the run has ended and something never came.",
  notBegun: "The chart's part of the run never began.",
};

function sentenceOf({ kind, record, expected }: Deviation): string {
  const happened = record === undefined ? "" : ` Instead: ${oneLine(record).trim().split(/\s+/).slice(1).join(" ")}.`;
  return `${REASONS[kind]} Expected: ${dueText(expected)}.${happened}`;
}

/** `“a” or “b”` */
function dueText(expected: Deviation["expected"]): string {
  return expected.length === 0 ? "nothing more" : expected.map(({ arc }) => `“${arc.label}”`).join(" or ");
}

/** `“link.pull” was done by hand at 1:02.345` */
function handText(session: SessionView, index: number): string {
  const { name, time } = session.at(index);
  return `“${fieldText(name)}” was done by hand at ${timeText(session, time)}`;
}
