/** The verdict on a run: it conforms to its chart, or where it first does not. */
import type { TraceRecord } from "../ports/trace.ts";
import { type BoundArc, describeArc } from "./bind.ts";
import { oneLine } from "./oneLine.ts";

export type DeviationKind =
  /** The record is an arc of the chart, but not one that is due. */
  | "outOfPlace"
  /** An application event that the chart does not show. */
  | "unlisted"
  /** The window has ended and an arc is left without record. */
  | "missing"
  /** The record that the window begins with never came. */
  | "notBegun";

export interface Deviation {
  readonly kind: DeviationKind;
  /** The record that deviates, or the one that ended the window; absent when the recording ended. */
  readonly record?: TraceRecord;
  /** The arcs that the record is, out of their place. */
  readonly bound: readonly BoundArc[];
  /** The arcs that were due. */
  readonly expected: readonly BoundArc[];
  /** What happened just before and after, without messages on the wire, timers and storage. */
  readonly before: readonly TraceRecord[];
  readonly after: readonly TraceRecord[];
}

export type Verdict =
  | {
      readonly conforms: true;
      readonly chart: string;
      readonly edition: string;
      readonly arcs: number;
      /** `seq` of the first and the last record that were found in the chart. */
      readonly window: { readonly from: number; readonly to: number };
    }
  | { readonly conforms: false; readonly chart: string; readonly edition: string; readonly deviation: Deviation };

/** The verdict for people, one or more lines. */
export function formatVerdict(verdict: Verdict): string {
  const subject = `${verdict.chart} (edition ${verdict.edition})`;
  if (verdict.conforms) {
    return `${subject}: conforms, ${verdict.arcs} arcs in records ${verdict.window.from} to ${verdict.window.to}`;
  }
  const { kind, record, bound, expected, before, after } = verdict.deviation;
  return [
    `${subject}: deviates${record === undefined ? "" : ` at record ${record.seq}`}: ${REASONS[kind]}`,
    ...(expected.length === 0 ? ["  expected  nothing more"] : []),
    ...expected.map((arc, index) => `  ${index === 0 ? "expected" : "      or"}  ${describeArc(arc)}`),
    ...(record === undefined ? [] : [`  happened  ${show(record)}`]),
    ...bound.map((arc) => `  which is  ${describeArc(arc)}`),
    ...(before.length + after.length === 0 ? [] : ["  around it"]),
    ...before.map((near) => `            ${show(near)}`),
    ...(record === undefined ? [] : [`          > ${show(record)}`]),
    ...after.map((near) => `            ${show(near)}`),
  ].join("\n");
}

const REASONS: Readonly<Record<DeviationKind, string>> = {
  outOfPlace: "out of its place",
  unlisted: "an application event that the chart does not show",
  missing: "the chart's window ended and something is missing",
  notBegun: "the chart's window never began",
};

function show(record: TraceRecord): string {
  return `#${record.seq}  ${oneLine(record)}`;
}
