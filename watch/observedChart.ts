/** A sequence chart as far as it can be seen from outside of the device: what the library tells the application. */
import {
  type Arc,
  type Binding,
  bindChart,
  bindingsOf,
  type Chart,
  type ChartBindings,
  loadChart,
} from "../charts/index.ts";
import type { Edition } from "../machines/edition.ts";
import { EVENT_PREFIX } from "./observedEvent.ts";

export interface ObservedChart {
  readonly chart: Chart;
  readonly bindings: ChartBindings;
  readonly arcs: number;
  readonly showsDeferrals: boolean;
}

/** One event alone does not tell a chart. */
const FEWEST_ARCS = 2;

/** The charts of an edition that can be told from outside. */
export function observedCharts(edition: Edition): readonly ObservedChart[] {
  return [...new Set(Object.values(edition.charts))].flatMap((name) => {
    const chart = loadChart(name);
    const bindings = bindingsOf(name);
    const observed = bindings && observe(chart, bindings);
    return observed === undefined ? [] : [observed];
  });
}

/** Undefined for a chart that does not show enough events to be told by them. */
export function observe(chart: Chart, bindings: ChartBindings): ObservedChart | undefined {
  const arcs: Arc[] = [];
  const labels: Record<string, Binding> = {};
  for (const { arc, binding } of bindChart(chart, bindings)) {
    if (isEvent(arc)) {
      arcs.push(arc);
      labels[arc.label] = { ...binding, ...labels[arc.label] };
    } else if (binding.allows !== undefined) {
      // What may follow a step that nobody sees may follow the event before it.
      const before = arcs.at(-1)?.label;
      if (before !== undefined) labels[before] = { ...labels[before]!, allows: binding.allows };
    }
  }
  const [first] = arcs;
  if (first === undefined || arcs.length < FEWEST_ARCS) return undefined;
  return {
    chart: { ...chart, arcs },
    bindings: { chart: bindings.chart, begins: first.label, endsAtNextEvent: true, labels },
    arcs: arcs.length,
    showsDeferrals: arcs.some(({ label }) => label.startsWith(`${EVENT_PREFIX}DEFERRED`)),
  };
}

function isEvent({ kind, label }: Arc): boolean {
  return kind === "message" && label.startsWith(EVENT_PREFIX);
}
