/** Which of the expected charts is shown. */
import type { ExpectedChart, ExpectedCharts } from "./expected.ts";

/** What is told first, where nothing was chosen: the furthest of those. */
const TELLING = ["deviates", "disturbed", "under way"] as const;

/** The chart that somebody chose; else one that deviates or is under way; else the last that the run went through. */
export function chosenChart(charts: ExpectedCharts | undefined, name: string): ExpectedChart | undefined {
  const all = charts?.charts ?? [];
  const chosen = all.find((chart) => chart.name === name);
  if (chosen !== undefined) return chosen;
  for (const wanted of TELLING) {
    const [furthest] = all.filter(({ state }) => state === wanted).sort((a, b) => b.through - a.through);
    if (furthest !== undefined) return furthest;
  }
  return all.findLast(({ state }) => state === "conforms") ?? all[0];
}
