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
/** Width of a line of chips, at the least: many take the shape of a page. */
const CHIP_LINE = 430;
/** Width against height that is aimed at: that of a page. */
export const ASPECT = 1.75;
const DOT = 10;

export interface Extent {
  readonly width: number;
  readonly height: number;
}

/** Of a box's title and rows, and of the chips below them. */
export function headOf(box: Box, measure: Measure): Extent {
  if (box.kind === "initial") return { width: DOT, height: DOT };
  if (box.kind === "history") return { width: 24, height: 24 };
  const title = measure(box.title, "title") + 2 * PADDING + 9 + beside(box) + (tellsTime(box) ? LASTING : 0);
  const rows = box.rows.map(({ text, tone }) => measure(text, "text") + 2 * PADDING + (tone === "invoke" ? 14 : 0));
  const chips = chipsOf(box, measure);
  return {
    width: Math.ceil(Math.max(64, title, chips.width + 2 * PADDING, ...rows)),
    height: TITLE_HEIGHT + box.rows.length * ROW_HEIGHT + (box.rows.length > 0 ? 6 : 2) + chips.height,
  };
}

/** Room for how long a state has been active, at the end of its title: it changes, and nothing is to move for it. */
const LASTING = 46;

/** It may be innermost, or says how its machine has ended. */
function tellsTime({ kind, children, machine }: Box): boolean {
  return machine || (children.length === 0 && kind !== "note");
}

/** Of the button that folds and unfolds a box. */
export function foldWidth({ hidden }: Box): number {
  return hidden > 0 ? 10 + `+${hidden}`.length * 6.5 : 16;
}

/** What the end of a title leaves free for the button. */
export function beside(box: Box): number {
  return box.foldable ? foldWidth(box) + 5 : 0;
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
  const brief = box.children.filter((child) => child.brief);
  const widths = brief.map(({ title }) => Math.ceil(measure(title, "text")) + 18);
  const area = widths.reduce((sum, width) => sum + (width + CHIP_GAP) * (CHIP_HEIGHT + CHIP_GAP), 0);
  const line = Math.max(CHIP_LINE, Math.sqrt(area * ASPECT));
  for (const [n, child] of brief.entries()) {
    const width = widths[n]!;
    if (x > 0 && x + width > line) {
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
