/** How large boxes and words are before anything has a place. */
import { type Measure, TEXT_SIZE } from "./measure.ts";
import type { Box, Wire } from "./scene.ts";

export const TITLE_HEIGHT = 26;
export const ROW_HEIGHT = TEXT_SIZE + 5;
export const LINE_HEIGHT = TEXT_SIZE + 4;
/** Between a box and what is in it. */
export const PADDING = 10;
export const CHIP_HEIGHT = 22;
export const CHIP_GAP = 6;
const CHIP_LINE = 430;
const DOT = 10;

export interface Extent {
  readonly width: number;
  readonly height: number;
}

/** Of a box's title and rows, and of the chips below them. */
export function headOf(box: Box, measure: Measure): Extent {
  if (box.kind === "initial") return { width: DOT, height: DOT };
  if (box.kind === "history") return { width: 24, height: 24 };
  const badge = box.hidden > 0 ? measure(`+${box.hidden}`, "text") + 18 : box.foldable ? 20 : 0;
  const title = measure(box.title, "title") + 2 * PADDING + 9 + badge;
  const rows = box.rows.map(({ text, tone }) => measure(text, "text") + 2 * PADDING + (tone === "invoke" ? 14 : 0));
  const chips = chipsOf(box, measure);
  return {
    width: Math.ceil(Math.max(64, title, chips.width + 2 * PADDING, ...rows)),
    height: TITLE_HEIGHT + box.rows.length * ROW_HEIGHT + (box.rows.length > 0 ? 6 : 2) + chips.height,
  };
}

export interface Chips extends Extent {
  readonly at: readonly { readonly box: Box; readonly x: number; readonly y: number; readonly width: number }[];
}

/** States that are told by their name alone: lines of chips in the head of their parent. */
export function chipsOf(box: Box, measure: Measure): Chips {
  const at: { box: Box; x: number; y: number; width: number }[] = [];
  let x = 0;
  let y = 0;
  let widest = 0;
  for (const child of box.children) {
    if (!child.brief) continue;
    const width = Math.ceil(measure(child.title, "text")) + 18;
    if (x > 0 && x + width > CHIP_LINE) {
      x = 0;
      y += CHIP_HEIGHT + CHIP_GAP;
    }
    at.push({ box: child, x, y, width });
    x += width + CHIP_GAP;
    widest = Math.max(widest, x - CHIP_GAP);
  }
  return { at, width: widest, height: at.length === 0 ? 0 : y + CHIP_HEIGHT + 12 };
}

/** Of the words on a wire; undefined: it has none. */
export function wordsOf(wire: Wire, measure: Measure): Extent | undefined {
  const texts = wire.lines.filter(({ text }) => text !== "");
  if (texts.length === 0) return undefined;
  const width = Math.max(...texts.map(({ text }) => measure(text, "text")));
  return { width: Math.ceil(width) + 8, height: texts.length * LINE_HEIGHT + 2 };
}
