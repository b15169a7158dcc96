/** How wide text is. The page asks a canvas; without one a table of Helvetica's widths serves. */
export type TextStyle = "title" | "text";
export type Measure = (text: string, style: TextStyle) => number;

export const TITLE_SIZE = 13;
export const TEXT_SIZE = 11;

// Thousandths of the size: what differs much from the average.
const NARROW = new Set("ijlI.,:;|'!()[]{}ft/ -r*");
const WIDE = new Set("mwMWOQGD@%…→↻");

export function estimatedWidth(text: string, style: TextStyle): number {
  let sum = 0;
  for (const letter of text) sum += NARROW.has(letter) ? 0.31 : WIDE.has(letter) ? 0.83 : 0.57;
  return sum * (style === "title" ? TITLE_SIZE * 1.06 : TEXT_SIZE);
}
