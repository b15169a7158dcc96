/** What binds a chart's labels to records. */
import type { Edition } from "../../machines/edition.ts";
import type { RecordFields, TraceRecord } from "../../ports/trace.ts";

/** A lifeline of a chart. All management servers share one. */
export type Lane = "application" | "library" | "link" | "modem" | "bootstrap" | "server";

/** Something that happened, as one record tells it. */
export interface Fact {
  /** For messages to people: `event LWM2M_CARRIER_EVENT_REGISTERED`. */
  readonly means: string;
  readonly matches: (record: TraceRecord, edition: Edition) => boolean;
  /** A record that matches. */
  readonly sample: (edition: Edition) => RecordFields;
}

/** A fact at its place in a chart. */
export interface Binding extends Fact {
  /** A message's lifelines in its direction, a box's twice; absent for a divider, which lies on all. */
  readonly lanes?: readonly [Lane, Lane];
  /**
   * Names of application events that may follow, each once and in this order, although the chart does not show them,
   * until an application event that the chart shows and this list does not.
   */
  readonly allows?: (edition: Edition) => readonly string[];
}

export interface ChartBindings {
  /** File name without `.msc`. */
  readonly chart: string;
  /** Label of the arc whose record begins the window; the first such record in a recording counts. */
  readonly begins: string;
  /**
   * The window ends before the first record that is this and bound to no arc that is due. The last record of a run
   * (kind `result`) ends it always.
   */
  readonly endsBefore?: Fact;
  /** Once all arcs are through, the next application event but the last arc's own ends the window. */
  readonly endsAtNextEvent: boolean;
  /** A label on different lifelines has several bindings. */
  readonly labels: Readonly<Record<string, Binding | readonly Binding[]>>;
}
