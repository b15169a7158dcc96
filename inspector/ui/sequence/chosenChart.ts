/** Which of the expected charts is shown. */
import type { ExpectedChart, ExpectedCharts } from "./expected.ts";

/** What is told first, where nothing was chosen. */
const TELLING = ["deviates", "disturbed", "under way", "cutOff"] as const;

/** The chart that somebody chose; else one that deviates or is under way; else the last that the run went through. */
export function chosenChart(charts: ExpectedCharts | undefined, name: string): ExpectedChart | undefined {
  const all = charts?.charts ?? [];
  const chosen = all.find((chart) => chart.name === name);
  if (chosen !== undefined) return chosen;
  for (const wanted of TELLING) {
    const telling = all.filter(({ state }) => state === wanted);
    // Of those that any of may still become true the one that began last; the edition has the usual course first.
    const isOpen = wanted === "under way" || wanted === "cutOff";
    const [first] = telling.sort((a, b) => (isOpen ? b.begunAt - a.begunAt : b.through - a.through));
    if (first !== undefined) return first;
  }
  return all.findLast(({ state }) => state === "conforms") ?? all[0];
}
