/** A chart whose arcs know which records they are. */

import type { Binding, ChartBindings, Lane } from "./bindings/binding.ts";
import type { Arc, Chart } from "./chart.ts";
import { ChartError } from "./errors.ts";

/** An arc that a record must be found for: gaps without label are none. */
export interface BoundArc {
  readonly arc: Arc;
  readonly binding: Binding;
  /** The lifelines that the arc lies on; a divider lies on all. */
  readonly lanes: ReadonlySet<Lane> | "all";
}

/** What charts call their lifelines. */
const LANE_NAMES: Readonly<Record<string, Lane>> = {
  application: "application",
  "lwm2m carrier library": "library",
  "lte link controller": "link",
  modem: "modem",
  "modem library": "modem",
  "lwm2m bootstrap server": "bootstrap",
  "lwm2m management server": "server",
};

/** Finds the binding of every arc. Throws `ChartError` for a label or lifeline that has none. */
export function bindChart(chart: Chart, bindings: ChartBindings): readonly BoundArc[] {
  const lanes = new Map(chart.entities.map(({ id, label }) => [id, LANE_NAMES[label.toLowerCase()]]));
  const laneOf = (id: string, arc: Arc): Lane => {
    const lane = lanes.get(id);
    if (lane === undefined)
      throw new ChartError(
        "unboundLifeline",
        `${where(chart, arc)}: nothing is bound to the lifeline ${JSON.stringify(id)}`,
      );
    return lane;
  };
  return chart.arcs.flatMap((arc): BoundArc[] => {
    if (arc.kind === "gap" && arc.label === "") return [];
    if (arc.label === "")
      throw new ChartError("unlabelled", `${where(chart, arc)}: an arc without label cannot be bound`);
    if (arc.kind === "divider" || arc.kind === "gap") {
      return [{ arc, binding: bindingOf(chart, arc, bindings, undefined), lanes: "all" }];
    }
    const ends = [laneOf(arc.from, arc), laneOf(arc.to, arc)] as const;
    return [{ arc, binding: bindingOf(chart, arc, bindings, ends), lanes: new Set(ends) }];
  });
}

/** `line 12: lib =>> app [label="…"]` */
export function describeArc({ arc }: BoundArc): string {
  return `line ${arc.position.line}: ${arc.source}`;
}

function bindingOf(chart: Chart, arc: Arc, bindings: ChartBindings, ends: readonly [Lane, Lane] | undefined): Binding {
  const bound = Object.hasOwn(bindings.labels, arc.label) ? bindings.labels[arc.label]! : [];
  const candidates: readonly Binding[] = Array.isArray(bound) ? bound : [bound as Binding];
  const found = candidates.find(({ lanes }) => lanes?.[0] === ends?.[0] && lanes?.[1] === ends?.[1]);
  if (found !== undefined) return found;
  const lifelines = ends === undefined ? "across all lifelines" : `from ${ends[0]} to ${ends[1]}`;
  throw new ChartError(
    "unboundLabel",
    `${where(chart, arc)}: nothing is bound to ${JSON.stringify(arc.label)} ${lifelines}`,
  );
}

function where(chart: Chart, arc: Arc): string {
  return `${chart.name ?? "chart"}:${arc.position.line}:${arc.position.column}`;
}
