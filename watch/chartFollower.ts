/**
 * Which sequence charts the device runs as. Every chart that begins with what is seen is followed; one that the device
 * turns away from in a way that its library may go is let go of, one that it breaks with is a deviation.
 */
import { type Binding, ConformanceCheck, type Verdict } from "../charts/index.ts";
import type { Edition } from "../machines/edition.ts";
import type { TraceRecord } from "../ports/trace.ts";
import { type ObservedChart, observedCharts } from "./observedChart.ts";

/** A chart that the device has run through. */
export interface Conformance {
  readonly chart: string;
  /** Events of the library in it. */
  readonly events: number;
  /** `seq` of the first and the last of them. */
  readonly window: { readonly from: number; readonly to: number };
  /** Attempts that were put off in between. */
  readonly deferrals: number;
}

interface Open {
  readonly source: ObservedChart;
  readonly check: ConformanceCheck;
  readonly from: number;
  through: number;
  deferrals: number;
}

/** Windows of charts that are open beside each other; the oldest goes first. */
const MOST_OPEN = 24;

export class ChartFollower {
  readonly #edition: Edition;
  #sources: readonly ObservedChart[] | undefined;
  #open: Open[] = [];

  constructor(edition: Edition) {
    this.#edition = edition;
  }

  /** Charts that are under way, the furthest first. */
  get underWay(): readonly { readonly chart: string; readonly through: number; readonly of: number }[] {
    return this.#open
      .toSorted((a, b) => b.through - a.through)
      .map(({ source, through }) => ({ chart: source.bindings.chart, through, of: source.arcs }));
  }

  /** An event that the device may tell here: the charts that it has now run through. */
  follow(record: TraceRecord): readonly Conformance[] {
    const done: Conformance[] = [];
    this.#open = [...this.#open, ...this.#begun(record)].filter((open) => {
      // Any attempt may be put off, whether or not the chart shows it.
      if (record.semantic === "deferred" && !open.source.showsDeferrals) {
        open.deferrals++;
        return true;
      }
      const { state, through, of, deviation } = open.check.push(record);
      if (deviation !== undefined || state !== "within") return false;
      open.through = through;
      if (through < of) return true;
      done.push({
        ...{ chart: open.source.bindings.chart, events: of, deferrals: open.deferrals },
        window: { from: open.from, to: record.seq },
      });
      return false;
    });
    this.#open = this.#open.slice(-MOST_OPEN);
    return done;
  }

  /** An event that the device should not have told: what the chart that was furthest has to say. */
  breaks(record: TraceRecord): Verdict | undefined {
    const furthest = this.#open.toSorted((a, b) => b.through - a.through)[0];
    this.#open = [];
    furthest?.check.push(record);
    const verdict = furthest?.check.finish();
    return verdict?.conforms === false ? verdict : undefined;
  }

  #begun(record: TraceRecord): Open[] {
    this.#sources ??= observedCharts(this.#edition);
    return this.#sources.flatMap((source): Open[] => {
      const { labels, begins } = source.bindings;
      const beginning = labels[begins] as Binding;
      if (!beginning.matches(record, this.#edition)) return [];
      const check = new ConformanceCheck(source.chart, { edition: this.#edition, bindings: source.bindings });
      return [{ source, check, from: record.seq, through: 0, deferrals: 0 }];
    });
  }
}
