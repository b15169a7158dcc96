/** The lifelines of a drawing, in the order in which arrows cross the least. */
import type { Lifeline } from "../ports/trace.ts";
import type { SequenceItem } from "./item.ts";

const ORDER: readonly Lifeline[] = ["modem", "link", "application", "library", "bootstrap"];

/** The lifelines that appear; application and library always do. */
export function participantsOf(items: readonly SequenceItem[]): readonly Lifeline[] {
  const seen = new Set<Lifeline>(["application", "library"]);
  for (const item of items) {
    if (item.shape === "box") seen.add(item.at);
    else if (item.shape !== "divider") seen.add(item.from).add(item.to);
  }
  const rank = (lifeline: Lifeline) => {
    const place = ORDER.indexOf(lifeline);
    if (place !== -1) return place;
    return lifeline === "firmwareHost"
      ? Number.MAX_SAFE_INTEGER
      : ORDER.length + Number(lifeline.slice("server/".length));
  };
  return [...seen].sort((a, b) => rank(a) - rank(b));
}
