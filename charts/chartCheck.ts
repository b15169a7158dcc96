/**
 * Does a run conform to a sequence chart? Every arc needs its record, in the order of the lifelines; a record that is
 * bound to an arc must not come out of its place, and the application must not be told what the chart does not show.
 */
import type { Edition } from "../machines/edition.ts";
import type { SemanticEventType } from "../machines/semanticEvent.ts";
import type { TraceRecord } from "../ports/trace.ts";
import { type BoundArc, bindChart } from "./bind.ts";
import type { ChartBindings } from "./bindings/binding.ts";
import { bindingsOf } from "./bindings/index.ts";
import { eventName } from "./bindings/vocabulary.ts";
import type { Chart } from "./chart.ts";
import { ChartError } from "./errors.ts";
import type { Deviation, DeviationKind, Verdict } from "./verdict.ts";

export interface ConformanceOptions {
  readonly edition: Edition;
  /** The run was told to suffer a loss of the link: its events and the new registration may lie between. */
  readonly sufferedLinkLoss?: boolean;
  /** What the labels mean; by default the chart's own table, found by its name. */
  readonly bindings?: ChartBindings;
}

/** What one more record has done. */
export interface Progress {
  readonly state: "before" | "within" | "ended";
  /** The arcs that the record was found to be. */
  readonly found: readonly BoundArc[];
  /** How many arcs have their record. */
  readonly through: number;
  readonly of: number;
  readonly deviation?: Deviation;
}

/** Application events that may come at any time. */
const ANY_TIME: readonly SemanticEventType[] = ["modem.domain", "app.data"];
/** Application events of a link that is lost and comes back. */
const LINK_LOSS: readonly SemanticEventType[] = ["link.down", "link.goingUp", "link.up", "link.free", "registered"];
/** Records shown before and after a deviation. */
const AROUND = 4;
/** Kinds that would only hide what happened around a deviation. */
const NOISE: ReadonlySet<string> = new Set(["coap", "dtls", "store", "timer"]);

/** Takes a run record by record. Reads no file: the inspector's page checks with it too. */
export class ChartCheck {
  readonly chart: string;
  readonly arcs: readonly BoundArc[];
  readonly #edition: Edition;
  readonly #bindings: ChartBindings;
  readonly #beginning: BoundArc;
  readonly #anyTime: ReadonlySet<string>;
  readonly #linkLoss: ReadonlySet<string>;
  readonly #through: boolean[];
  readonly #before: TraceRecord[] = [];
  readonly #after: TraceRecord[] = [];
  /** Names of application events that may come next although the chart does not show them. */
  #allowed: readonly string[] = [];
  #state: Progress["state"] = "before";
  #window: { from: number; to: number } | undefined;
  #deviation: Omit<Deviation, "before" | "after"> | undefined;

  constructor(chart: Chart, options: ConformanceOptions) {
    const { edition } = options;
    this.chart = chart.name ?? "chart";
    const bindings = options.bindings ?? bindingsOf(this.chart);
    if (bindings === undefined)
      throw new ChartError("unknownChart", `nothing is bound to the chart ${JSON.stringify(this.chart)}`);
    const charts = Object.values(edition.charts);
    if (options.bindings === undefined && !charts.includes(this.chart)) {
      throw new ChartError(
        "notInEdition",
        `edition ${edition.id} does not run as ${this.chart}; it runs as ${charts.join(", ")}`,
      );
    }
    this.arcs = bindChart(chart, bindings);
    const beginning = this.arcs.find(({ arc }) => arc.label === bindings.begins);
    if (beginning === undefined) {
      throw new ChartError(
        "unboundLabel",
        `${this.chart}: no arc is labelled ${JSON.stringify(bindings.begins)}, where the window begins`,
      );
    }
    this.#beginning = beginning;
    this.#bindings = bindings;
    this.#edition = edition;
    this.#through = this.arcs.map(() => false);
    this.#anyTime = namesOf(edition, ANY_TIME);
    this.#linkLoss = namesOf(edition, options.sufferedLinkLoss === true ? LINK_LOSS : []);
  }

  /** True when further records cannot change the verdict or what it shows. */
  get decided(): boolean {
    return this.#state === "ended" && (this.#deviation === undefined || this.#after.length >= AROUND);
  }

  push(record: TraceRecord): Progress {
    let found: readonly BoundArc[] = [];
    if (this.#state === "before" && this.#is(this.#beginning, record)) this.#state = "within";
    if (this.#state === "within") found = this.#take(record);
    else if (this.#state === "ended" && this.#deviation !== undefined && worthShowing(record)) this.#after.push(record);
    if (this.#deviation === undefined && worthShowing(record)) {
      this.#before.push(record);
      if (this.#before.length > AROUND) this.#before.shift();
    }
    const deviation = this.deviation;
    return {
      state: this.#state,
      found,
      through: this.#through.filter(Boolean).length,
      of: this.arcs.length,
      ...(deviation && { deviation }),
    };
  }

  /** The first deviation so far; its `after` grows with the records that follow. */
  get deviation(): Deviation | undefined {
    return this.#deviation && { ...this.#deviation, before: [...this.#before], after: this.#after.slice(0, AROUND) };
  }

  /** The verdict when no more records come. */
  finish(): Verdict {
    if (this.#state === "before") this.#deviate("notBegun", undefined, [], [this.#beginning]);
    else if (this.#state === "within") this.#end(undefined);
    const of = { chart: this.chart, edition: this.#edition.id };
    const { deviation } = this;
    return deviation === undefined
      ? { ...of, conforms: true, arcs: this.arcs.length, window: this.#window! }
      : { ...of, conforms: false, deviation };
  }

  #take(record: TraceRecord): readonly BoundArc[] {
    const found = this.#takeArcs(record);
    const endsHere = record.kind === "result" || this.#bindings.endsBefore?.matches(record, this.#edition) === true;
    if (found.length > 0) {
      this.#window = { from: this.#window?.from ?? record.seq, to: record.seq };
      if (endsHere) this.#end(record);
      return found;
    }
    const name = record.kind === "event" ? String(record.name) : undefined;
    if (endsHere || (name !== undefined && this.#endsAtEvent(record))) {
      this.#end(record);
      return [];
    }
    if (name !== undefined && this.#isExcused(name)) return [];
    const bound = this.arcs.filter((arc) => this.#is(arc, record));
    if (bound.length > 0) this.#deviate("outOfPlace", record, bound, this.#due());
    else if (name !== undefined && name === this.#allowed[0]) this.#allowed = this.#allowed.slice(1);
    else if (name !== undefined) this.#deviate("unlisted", record, [], this.#due());
    return [];
  }

  /** The earliest arc that is due and is this record, and the boxes and dividers right after it that are it too. */
  #takeArcs(record: TraceRecord): readonly BoundArc[] {
    const first = this.arcs.findIndex((arc, index) => this.#isDue(index) && this.#is(arc, record));
    if (first === -1) return [];
    const found = [this.#pass(first)];
    for (let next = first + 1; next < this.arcs.length && found.at(-1)!.arc.kind !== "message"; next++) {
      const arc = this.arcs[next]!;
      if (arc.arc.kind === "message" || !this.#isDue(next) || !this.#is(arc, record)) break;
      found.push(this.#pass(next));
    }
    return found;
  }

  #pass(index: number): BoundArc {
    const bound = this.arcs[index]!;
    this.#through[index] = true;
    if (bound.arc.label.startsWith(EVENT_LABEL)) {
      this.#allowed = this.#allowed[0] === bound.arc.label ? this.#allowed.slice(1) : [];
    }
    if (bound.binding.allows !== undefined) this.#allowed = bound.binding.allows(this.#edition);
    return bound;
  }

  /** An arc is due when all earlier arcs that share a lifeline with it have their records. */
  #isDue(index: number): boolean {
    if (this.#through[index]) return false;
    const { lanes } = this.arcs[index]!;
    for (let earlier = 0; earlier < index; earlier++) {
      if (!this.#through[earlier] && share(lanes, this.arcs[earlier]!.lanes)) return false;
    }
    return true;
  }

  #due(): readonly BoundArc[] {
    return this.arcs.filter((_, index) => this.#isDue(index));
  }

  #endsAtEvent(record: TraceRecord): boolean {
    return (
      this.#bindings.endsAtNextEvent &&
      this.#through.every(Boolean) &&
      !this.#is(this.arcs.at(-1)!, record) &&
      !this.#isExcused(String(record.name))
    );
  }

  #isExcused(name: string): boolean {
    return this.#anyTime.has(name) || this.#linkLoss.has(name);
  }

  #is({ binding }: BoundArc, record: TraceRecord): boolean {
    return binding.matches(record, this.#edition);
  }

  #end(record: TraceRecord | undefined): void {
    this.#state = "ended";
    if (this.#through.every(Boolean)) return;
    this.#deviate("missing", record, [], [this.arcs[this.#through.indexOf(false)]!]);
  }

  #deviate(
    kind: DeviationKind,
    record: TraceRecord | undefined,
    bound: readonly BoundArc[],
    expected: readonly BoundArc[],
  ): void {
    this.#state = "ended";
    this.#deviation ??= { kind, ...(record && { record }), bound, expected };
  }
}

const EVENT_LABEL = "LWM2M_CARRIER_EVENT_";

function namesOf(edition: Edition, types: readonly SemanticEventType[]): ReadonlySet<string> {
  return new Set(types.map((type) => eventName(edition, type)).filter((name) => name !== undefined));
}

function share(a: BoundArc["lanes"], b: BoundArc["lanes"]): boolean {
  if (a === "all" || b === "all") return true;
  for (const lane of a) if (b.has(lane)) return true;
  return false;
}

function worthShowing(record: TraceRecord): boolean {
  if (record.kind === "http") return record.phase !== "progress";
  if (record.kind === "chart") return Array.isArray(record.entered) && record.entered.length > 0;
  return !NOISE.has(record.kind);
}
