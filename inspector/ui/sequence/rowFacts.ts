/** What the signs beside a row mean, in words: for tooltips, the card and those who hear the chart. */

export interface RowMarks {
  /** Somebody who looked on did it, or it comes of that. */
  readonly injected: boolean;
  /** The arc of the expected chart that it is. */
  readonly arc?: string | undefined;
  /** How it deviates from the expected chart. `excused`: it was not expected to hold any more. */
  readonly deviation?: { readonly sentence: string; readonly excused: boolean } | undefined;
  readonly chain?: "cause" | "selected" | "effect" | undefined;
}

export interface Mark {
  readonly sign: string;
  readonly tone: "good" | "bad" | "warning" | "chain";
  readonly words: string;
}

const CHAIN: Readonly<Record<"cause" | "effect", Mark>> = {
  cause: { sign: "↑", tone: "chain", words: "led to the selected record" },
  effect: { sign: "↓", tone: "chain", words: "comes of the selected record" },
};

export function marksOf({ injected, arc, deviation, chain }: RowMarks): readonly Mark[] {
  const marks: Mark[] = [];
  if (chain === "cause" || chain === "effect") marks.push(CHAIN[chain]);
  if (deviation !== undefined) {
    const { sentence, excused } = deviation;
    marks.push({
      sign: excused ? "≠" : "✗",
      tone: excused ? "warning" : "bad",
      words: excused ? sentence : `deviates: ${sentence}`,
    });
  } else if (arc !== undefined) marks.push({ sign: "✓", tone: "good", words: `as expected, ${arc}` });
  if (injected) marks.push({ sign: "⚡", tone: "warning", words: "done by hand, or comes of it" });
  return marks;
}
