/** A row of the chart as lines, boxes and letters: where they stand and what they are painted with. Drawn and exported alike. */
import type { ItemArrow, Tone } from "../../../charts/item.ts";
import type { LaneItem, LaneMessage } from "./laneItem.ts";
import type { LaneLayout } from "./lanes.ts";

/** A custom property of tokens.css without its dashes; `none`. */
export type Paint = string;

export type Shape =
  | {
      readonly type: "line";
      readonly x1: number;
      readonly y1: number;
      readonly x2: number;
      readonly y2: number;
      readonly stroke: Paint;
      readonly width?: number;
      readonly dash?: string;
    }
  | { readonly type: "path"; readonly d: string; readonly stroke: Paint; readonly fill: Paint }
  | {
      readonly type: "rect";
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
      readonly radius: number;
      readonly stroke: Paint;
      readonly fill: Paint;
      readonly dash?: string;
    }
  | {
      readonly type: "text";
      readonly x: number;
      readonly y: number;
      readonly text: string;
      readonly fill: Paint;
      readonly bold?: boolean;
      readonly halo?: boolean;
      /** Which end stands at `x`; its middle by default. */
      readonly anchor?: "start" | "end";
    };

/** px. */
export const ROW_HEIGHT = 30;
const LABEL_Y = 12;
const ARROW_Y = 21;
const MIDDLE = ROW_HEIGHT / 2;
const BOX_HEIGHT = 21;
/** px of a letter, about: of 12 px sans, and of bold. */
const LETTER = 6.8;
const BOLD_LETTER = 7.6;

/** What letters of a tone are painted with. */
const PAINTS: Readonly<Record<Tone, Paint>> = {
  event: "accent",
  good: "good",
  warning: "warning",
  bad: "bad",
  call: "ink",
  link: "lane-6",
  wire: "active",
  phase: "ink-soft",
  quiet: "ink-faint",
};

const SOFT: Readonly<Partial<Record<Tone, Paint>>> = {
  event: "accent-soft",
  good: "good-soft",
  warning: "warning-soft",
  bad: "bad-soft",
  wire: "active-soft",
};

export interface RowLook {
  /** It had to be sent again: drawn as lost. */
  readonly unanswered?: boolean;
  /** Many in one. */
  readonly folded?: boolean;
}

export function shapesOf(item: LaneItem, layout: LaneLayout, look: RowLook = {}): readonly Shape[] {
  switch (item.shape) {
    case "divider":
      return dividerShapes(item, layout);
    case "box":
    case "state":
      return boxShapes(item, layout);
    case "message":
      return messageShapes(item, layout, look);
  }
}

/** A line across all lanes with words in its middle. */
export function dividerShapes(
  item: { readonly label: string; readonly detail?: string; readonly tone: Tone },
  layout: LaneLayout,
): readonly Shape[] {
  const { left, right } = layout;
  const text = shorten(withDetail(item), right - left - 40, BOLD_LETTER);
  const half = (text.length * BOLD_LETTER) / 2 + 10;
  const x = (left + right) / 2;
  const stroke = PAINTS[item.tone];
  return [
    { type: "line", x1: left + 6, y1: MIDDLE, x2: x - half, y2: MIDDLE, stroke, dash: "2 4" },
    { type: "line", x1: x + half, y1: MIDDLE, x2: right - 6, y2: MIDDLE, stroke, dash: "2 4" },
    { type: "text", x, y: MIDDLE + 4, text, fill: stroke, bold: true, halo: true },
  ];
}

function boxShapes(item: LaneItem & { readonly shape: "box" | "state" }, layout: LaneLayout): readonly Shape[] {
  const lane = layout.at(item.at);
  if (lane === undefined) return [];
  const isState = item.shape === "state";
  const text = shorten(withDetail(item), Math.min(layout.right - layout.left - 24, 460));
  const width = widthOf(text) + 20;
  const x = within(lane.x, width / 2, layout);
  const stroke = isState ? `lane-${lane.colour}` : PAINTS[item.tone];
  return [
    {
      type: "rect",
      x: x - width / 2,
      y: MIDDLE - BOX_HEIGHT / 2,
      width,
      height: BOX_HEIGHT,
      radius: isState ? BOX_HEIGHT / 2 : 4,
      stroke,
      fill: isState ? "panel" : (SOFT[item.tone] ?? "panel"),
    },
    { type: "text", x, y: MIDDLE + 4, text, fill: isState ? "ink" : PAINTS[item.tone] },
  ];
}

function messageShapes(item: LaneMessage, layout: LaneLayout, look: RowLook): readonly Shape[] {
  const from = layout.at(item.from);
  const to = layout.at(item.to);
  if (from === undefined || to === undefined) return [];
  const stroke = look.unanswered === true ? "bad" : PAINTS[item.tone];
  const said = withDetail(item);
  const told = look.unanswered === true ? `${said} (no answer: sent again)` : said;
  const room = layout.right - layout.left - 16;
  const fill = stroke;
  if (from === to) return selfShapes(from.x, told, stroke, layout, item.arrow === "-x");
  const text = shorten(told, Math.min(room, Math.max(Math.abs(to.x - from.x) - 10, 420)));
  const x = within((from.x + to.x) / 2, widthOf(text) / 2, layout);
  const lost = item.arrow === "-x" || look.unanswered === true;
  const letters: Shape = {
    type: "text",
    x,
    y: LABEL_Y,
    text,
    fill,
    halo: true,
    ...(item.arrow === "=>>" && { bold: true }),
  };
  return [...arrowShapes(from.x, to.x, lost ? "-x" : item.arrow, stroke, look.folded === true), letters];
}

/** To oneself: a hook at the lane. */
function selfShapes(x: number, said: string, stroke: Paint, layout: LaneLayout, lost: boolean): readonly Shape[] {
  const room = layout.right - x - 40;
  const right = room > 90;
  const text = shorten(said, right ? room : x - layout.left - 40);
  const side = right ? 1 : -1;
  const end = x + side * 2;
  const hook = `M${x} 8H${x + side * 14}a4 4 0 0 ${right ? 1 : 0} ${side * 4} 4v6a4 4 0 0 ${right ? 1 : 0} ${-side * 4} 4H${end}`;
  return [
    { type: "path", d: hook, stroke, fill: "none" },
    lost ? cross(end + side * 4, 22, stroke) : head(end, 22, -side as 1 | -1, stroke, true),
    { type: "text", x: x + side * 24, y: MIDDLE + 4, text, fill: stroke, halo: true, anchor: right ? "start" : "end" },
  ];
}

interface ArrowStyle {
  readonly dash?: string;
  readonly double?: boolean;
  readonly filled: boolean;
}

/** mscgen's arrows as people draw them. */
const ARROW_STYLES: Readonly<Record<ItemArrow, ArrowStyle>> = {
  "=>": { filled: true },
  "=>>": { filled: true },
  ">>": { filled: false, dash: "5 3" },
  "->": { filled: false },
  "-x": { filled: false },
  "<=>": { filled: true, double: true },
};

function arrowShapes(from: number, to: number, arrow: ItemArrow, stroke: Paint, folded: boolean): readonly Shape[] {
  const side = to > from ? 1 : -1;
  const { dash, double, filled } = ARROW_STYLES[arrow];
  const y = ARROW_Y;
  const line = { type: "line", stroke, ...(folded ? { dash: "1 4" } : dash !== undefined && { dash }) } as const;
  if (arrow === "-x") {
    // Lost on its way: it ends before it is there.
    const end = from + (to - from) * 0.72;
    return [{ ...line, x1: from, y1: y, x2: end - side * 6, y2: y }, cross(end, y, stroke)];
  }
  const ends = { x1: double ? from + side * 8 : from, x2: to - side * (filled ? 6 : 1) };
  const lines: Shape[] = double
    ? [
        { ...line, x1: ends.x1, y1: y - 1.5, x2: to - side * 8, y2: y - 1.5 },
        { ...line, x1: ends.x1, y1: y + 1.5, x2: to - side * 8, y2: y + 1.5 },
        head(from, y, -side as 1 | -1, stroke, true),
      ]
    : [{ ...line, ...ends, y1: y, y2: y, ...(arrow === "=>>" && { width: 1.8 }) }];
  return [...lines, head(to, y, side, stroke, filled)];
}

/** An arrow's head that touches `x`. */
function head(x: number, y: number, side: 1 | -1, stroke: Paint, filled: boolean): Shape {
  const back = x - side * 8;
  return {
    type: "path",
    d: `M${back} ${y - 4}L${x} ${y}L${back} ${y + 4}${filled ? "Z" : ""}`,
    stroke,
    fill: filled ? stroke : "none",
  };
}

function cross(x: number, y: number, stroke: Paint): Shape {
  return {
    type: "path",
    d: `M${x - 4} ${y - 4}L${x + 4} ${y + 4}M${x - 4} ${y + 4}L${x + 4} ${y - 4}`,
    stroke,
    fill: "none",
  };
}

function withDetail({ label, detail }: { readonly label: string; readonly detail?: string }): string {
  return detail === undefined ? label : `${label} (${detail})`;
}

function widthOf(text: string): number {
  return text.length * LETTER;
}

/** The text, shortened to so many px: the words that all events begin with go first. */
export function shorten(text: string, px: number, letter = LETTER): string {
  if (text.length * letter <= px) return text;
  const bare = text.replace(/LWM2M_CARRIER_(EVENT_|ERROR_|DEFERRED_)?/g, "");
  const letters = Math.max(1, Math.floor(px / letter) - 1);
  return bare.length <= letters + 1 ? bare : `${bare.slice(0, letters)}…`;
}

function within(x: number, half: number, { left, right }: LaneLayout): number {
  return Math.min(Math.max(x, left + half + 4), Math.max(left + half + 4, right - half - 4));
}
