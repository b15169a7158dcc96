/** A run held against every chart that its edition runs as. */
import { findEdition } from "../machines/editions/index.ts";
import { ChartCheck } from "./chartCheck.ts";
import { parseChart } from "./parse.ts";

/**
 * A check for each chart of the edition with this id, in the edition's order. `texts` holds mscgen by the charts' names;
 * a chart whose text is not among them is left out. Empty for an edition that nobody knows.
 */
export function editionChecks(id: string, texts: Readonly<Record<string, string>>): readonly ChartCheck[] {
  const edition = findEdition(id);
  if (edition === undefined) return [];
  return [...new Set(Object.values(edition.charts))].flatMap((name) => {
    const text = Object.hasOwn(texts, name) ? texts[name] : undefined;
    return text === undefined ? [] : [new ChartCheck(parseChart(text, name), { edition })];
  });
}
