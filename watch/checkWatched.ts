/** The verdict on the recording of a watch: what of a chart can be seen from outside is there, in its order. */
import { bindingsOf, type Chart, ChartError, ConformanceCheck, type Verdict } from "../charts/index.ts";
import type { Edition } from "../machines/edition.ts";
import type { TraceRecord } from "../ports/trace.ts";
import { observe } from "./observedChart.ts";

/** True for the recording of a watch. */
export function isWatched(records: readonly TraceRecord[]): boolean {
  return records.some(({ kind, watched }) => kind === "run" && watched === true);
}

/** What counts of it: the last run tells everything in the words of the edition that the device turned out to have. */
export function lastRun(records: readonly TraceRecord[]): readonly TraceRecord[] {
  return records.slice(
    Math.max(
      0,
      records.findLastIndex(({ kind }) => kind === "run"),
    ),
  );
}

/**
 * Of all places where the chart may begin the first that it is run through from; else the one that went furthest.
 * Throws `ChartError` when the edition does not run as the chart, or it cannot be told from outside.
 */
export function checkWatched(chart: Chart, records: readonly TraceRecord[], edition: Edition): Verdict {
  const name = chart.name ?? "";
  const bindings = bindingsOf(name);
  if (bindings === undefined || !Object.values(edition.charts).includes(name)) {
    throw new ChartError("notInEdition", `edition ${edition.id} does not run as ${name}`);
  }
  const observed = observe(chart, bindings);
  if (observed === undefined) {
    throw new ChartError("unboundLabel", `${name}: from outside of the device this chart cannot be told`);
  }
  const run = lastRun(records).filter(({ semantic }) => semantic !== "deferred" || observed.showsDeferrals);
  let best: { readonly verdict: Verdict; readonly through: number } | undefined;
  for (let from = 0; from < run.length; from++) {
    const check = new ConformanceCheck(observed.chart, { edition, bindings: observed.bindings });
    const [first, ...rest] = run.slice(from);
    if (first === undefined || check.push(first).state === "before") continue;
    let through = 1;
    for (const record of rest) {
      through = Math.max(through, check.push(record).through);
      if (check.decided) break;
    }
    const verdict = check.finish();
    if (verdict.conforms) return verdict;
    if (best === undefined || through > best.through) best = { verdict, through };
  }
  return best?.verdict ?? new ConformanceCheck(observed.chart, { edition, bindings: observed.bindings }).finish();
}
