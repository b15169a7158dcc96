/** Recordings that conform to a chart, made from the chart and its bindings alone. */
import type { BoundArc } from "../../charts/bind.ts";
import type { Chart } from "../../charts/chart.ts";
import { ConformanceCheck, type ConformanceOptions } from "../../charts/conform.ts";
import { loadChart } from "../../charts/loadChart.ts";
import type { Edition } from "../../machines/edition.ts";
import { EDITIONS } from "../../machines/editions/index.ts";
import type { SemanticEventType } from "../../machines/semanticEvent.ts";
import type { RecordFields, TraceRecord } from "../../ports/trace.ts";

/** One record, and the arcs that it is. */
export interface Step {
  readonly fields: RecordFields;
  readonly arcs: readonly BoundArc[];
}

/** Every chart with every edition that runs as it. */
export const CHARTS_IN_EDITIONS: readonly { readonly chart: string; readonly edition: Edition }[] = Object.values(
  EDITIONS,
).flatMap((edition) => Object.values(edition.charts).map((chart) => ({ chart, edition })));

/** One record for each arc; neighbouring boxes that mean the same share one. */
export function stepsOf(arcs: readonly BoundArc[], edition: Edition): Step[] {
  const steps: Step[] = [];
  for (const bound of arcs) {
    const last = steps.at(-1);
    const previous = last?.arcs.at(-1);
    if (
      last !== undefined &&
      previous?.arc.kind === "box" &&
      bound.arc.kind === "box" &&
      sameFact(previous, bound, edition)
    ) {
      steps[steps.length - 1] = { ...last, arcs: [...last.arcs, bound] };
    } else {
      steps.push({ fields: bound.binding.sample(edition), arcs: [bound] });
    }
  }
  return steps;
}

export function sameFact(a: BoundArc, b: BoundArc, edition: Edition): boolean {
  return JSON.stringify(a.binding.sample(edition)) === JSON.stringify(b.binding.sample(edition));
}

/** The records of a run that consists of these steps, between other records of no importance. */
export function recordingOf(fields: readonly RecordFields[]): TraceRecord[] {
  const whole: RecordFields[] = [{ kind: "run", wall: 0, edition: "", version: "" }];
  for (const one of fields) whole.push(one, { kind: "timer", operation: "set", name: "x", owner: "carrier" });
  whole.push({ kind: "result", ok: true, reason: "done" });
  return whole.map(({ cause: _, ...one }, index) => ({ ...one, seq: index + 1, time: index * 10, device: "test" }));
}

/** The verdict on these steps, by a check that is made once and used for many. */
export function verdictOn(chart: string, options: ConformanceOptions, fields: readonly RecordFields[]) {
  const check = new ConformanceCheck(parsed(chart), options);
  for (const record of recordingOf(fields)) check.push(record);
  return check.finish();
}

const charts = new Map<string, Chart>();

function parsed(name: string): Chart {
  const chart = charts.get(name) ?? loadChart(name);
  charts.set(name, chart);
  return chart;
}

/** The records of a conforming run, by chart and edition. */
export function conforming(chart: string, edition: Edition): RecordFields[] {
  return stepsOf(new ConformanceCheck(chart, { edition }).arcs, edition).map(({ fields }) => fields);
}

/** What the edition tells of a semantic event, without payload. */
export function tell(edition: Edition, type: SemanticEventType): RecordFields {
  const word = edition.events[type];
  if (word === undefined) throw new Error(`${edition.id} does not tell ${type}`);
  return {
    kind: "event",
    semantic: type,
    name: `LWM2M_CARRIER_EVENT_${word.name}`,
    number: word.number,
    from: "library",
    to: "application",
  };
}

/** The carrier's chart enters a state. */
export function enters(state: string): RecordFields {
  return { kind: "chart", actor: "carrier", event: "x", value: {}, entered: [state] };
}
