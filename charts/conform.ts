/** Does a run conform to a sequence chart, one of the package or another? */
import type { TraceRecord } from "../ports/trace.ts";
import type { Chart } from "./chart.ts";
import { ChartCheck, type ConformanceOptions } from "./chartCheck.ts";
import { loadChart } from "./loadChart.ts";
import type { Verdict } from "./verdict.ts";

export type { ConformanceOptions, Progress } from "./chartCheck.ts";

/**
 * The verdict on a recording. `chart` is the name of a chart of the package, or a chart. Throws `ChartError` when the
 * chart is not bound or the edition does not run as it, `ChartSyntaxError` when it cannot be parsed.
 */
export function checkConformance(
  chart: string | Chart,
  records: Iterable<TraceRecord>,
  options: ConformanceOptions,
): Verdict {
  const check = new ConformanceCheck(chart, options);
  for (const record of records) {
    check.push(record);
    if (check.decided) break;
  }
  return check.finish();
}

/** The same, record by record, for a run that is under way. */
export class ConformanceCheck extends ChartCheck {
  constructor(chart: string | Chart, options: ConformanceOptions) {
    super(typeof chart === "string" ? loadChart(chart) : chart, options);
  }
}
