/** How wide words are: in the letters of the page, each measured once; about so wide where there is no page. */

/** px; of everything in the chart. */
export const TEXT_SIZE = 12;
/** px of a letter where nothing can be measured. */
const ABOUT = { plain: 6.8, bold: 7.6 } as const;
/** Letters that are remembered of each weight: whatever is said, in whichever script. */
const MAX_LETTERS = 4_096;

export type Weight = keyof typeof ABOUT;
/** px of one letter. */
export type MeasureLetter = (letter: string, weight: Weight) => number;

const known: Readonly<Record<Weight, Map<string, number>>> = { plain: new Map(), bold: new Map() };
let measure: MeasureLetter = (_, weight) => ABOUT[weight];

/** From now on letters are as wide as `by` says. */
export function measureLetters(by: MeasureLetter): void {
  measure = by;
  for (const widths of Object.values(known)) widths.clear();
}

/** px. */
export function textWidth(text: string, bold = false): number {
  const weight = bold ? "bold" : "plain";
  let width = 0;
  for (const letter of text) width += letterWidth(letter, weight);
  return width;
}

/** The text, shortened to so many px: the words that all events begin with go first. */
export function shorten(text: string, px: number, bold = false): string {
  if (textWidth(text, bold) <= px) return text;
  const bare = text.replace(/LWM2M_CARRIER_(EVENT_|ERROR_|DEFERRED_)?/g, "");
  if (textWidth(bare, bold) <= px) return bare;
  const weight = bold ? "bold" : "plain";
  let left = px - letterWidth("…", weight);
  let kept = "";
  for (const letter of bare) {
    left -= letterWidth(letter, weight);
    if (left < 0 && kept !== "") break;
    kept += letter;
  }
  return `${kept.trimEnd()}…`;
}

function letterWidth(letter: string, weight: Weight): number {
  const widths = known[weight];
  let width = widths.get(letter);
  if (width === undefined) {
    width = measure(letter, weight);
    if (widths.size >= MAX_LETTERS) widths.clear();
    widths.set(letter, width);
  }
  return width;
}
