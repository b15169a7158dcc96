/** A device's course in one edition: its twin follows it, and its charts are checked against it. */
import type { Verdict } from "../charts/index.ts";
import type { Edition } from "../machines/edition.ts";
import type { TraceRecord } from "../ports/trace.ts";
import { ChartFollower, type Conformance } from "./chartFollower.ts";
import type { ObservedEvent } from "./observedEvent.ts";
import { Twin } from "./twin/twin.ts";
import type { TwinCharts } from "./twin/twinMachine.ts";

/** An event that no statechart of the edition would have told then. */
export interface CourseDeviation {
  /** Of the event. */
  readonly record: TraceRecord;
  readonly happened: ObservedEvent;
  /** What might have come in its place. */
  readonly expected: readonly ObservedEvent[];
  /** What should have come before it; absent when the device cannot have come here from where it was. */
  readonly missing?: readonly ObservedEvent[];
  /** A device that has started again would have told it: a reset that the log does not show. */
  readonly mayHaveRestarted: boolean;
  /** The sequence chart that it broke with, when one was under way. */
  readonly verdict?: Verdict;
}

export interface CourseStep {
  /** Charts that the device has now run through. */
  readonly conforms: readonly Conformance[];
  /** The device began again without having said so. */
  readonly restarted: boolean;
}

export class Course {
  readonly edition: Edition;
  readonly twin: Twin;
  readonly #follower: ChartFollower;
  constructor(edition: Edition, charts: TwinCharts) {
    this.edition = edition;
    this.twin = new Twin(edition, charts);
    this.#follower = new ChartFollower(edition);
  }

  /** Charts that are under way, the furthest first. */
  get underWay() {
    return this.#follower.underWay;
  }

  start(): void {
    this.twin.booted();
  }

  /** Follows the device; undefined, and nothing has changed, when the statecharts cannot explain the event. */
  observe(happened: ObservedEvent, record: TraceRecord): CourseStep | undefined {
    const followed = this.twin.observe(happened);
    if (followed === undefined) return undefined;
    const conforms = followed === "incidental" ? [] : this.#follower.follow(record);
    return { conforms, restarted: followed === "restarted" };
  }

  /** Goes on after an event that `observe` could not explain. */
  depart(happened: ObservedEvent, record: TraceRecord): CourseDeviation {
    const { missing, ...departure } = this.twin.depart(happened);
    const verdict = this.#follower.breaks(record);
    // From here on charts may begin anew.
    this.#follower.follow(record);
    return { record, happened, ...departure, ...(missing && { missing }), ...(verdict && { verdict }) };
  }
}
