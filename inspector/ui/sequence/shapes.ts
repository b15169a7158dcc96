/** A row of the chart as lines, boxes and letters: where they stand and what they are painted with. Drawn and exported alike. */
import type { ItemArrow, Tone } from "../../../charts/item.ts";
import type { LaneItem, LaneMessage, LaneTimer } from "./laneItem.ts";
import type { LaneLayout } from "./lanes.ts";
import { shorten, textWidth } from "./letters.ts";

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
      /** What it says in full, where that is too long. */
      readonly whole?: string;
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
/** px that words over an arrow may take, where the arrow is no longer. */
const MOST_WORDS = 560;
/** px between a lost message's cross and the lane that it did not reach, at most. */
const LOST_BEFORE = 22;

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
    case "timer":
      return timerShapes(item, layout);
  }
}

/** A line across all lanes with words in its middle. */
export function dividerShapes(
  item: { readonly label: string; readonly detail?: string; readonly tone: Tone },
  layout: LaneLayout,
): readonly Shape[] {
  const { left, right, shown } = layout;
  const words = wordsOf(withDetail(item), roomOf(layout) - 40, true);
  const half = textWidth(words.text, true) / 2 + 10;
  const x = (shown.left + shown.right) / 2;
  const stroke = PAINTS[item.tone];
  return [
    { type: "line", x1: left + 6, y1: MIDDLE, x2: x - half, y2: MIDDLE, stroke, dash: "2 4" },
    { type: "line", x1: x + half, y1: MIDDLE, x2: right - 6, y2: MIDDLE, stroke, dash: "2 4" },
    { type: "text", x, y: MIDDLE + 4, ...words, fill: stroke, bold: true, halo: true },
  ];
}

function boxShapes(item: LaneItem & { readonly shape: "box" | "state" }, layout: LaneLayout): readonly Shape[] {
  const lane = layout.at(item.at);
  if (lane === undefined) return [];
  const isState = item.shape === "state";
  const words = wordsOf(withDetail(item), Math.min(roomOf(layout) - 24, MOST_WORDS));
  const width = Math.ceil(textWidth(words.text)) + 16;
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
    { type: "text", x, y: MIDDLE + 4, ...words, fill: isState ? "ink" : PAINTS[item.tone] },
  ];
}

function messageShapes(item: LaneMessage, layout: LaneLayout, look: RowLook): readonly Shape[] {
  const from = layout.at(item.from);
  const to = layout.at(item.to);
  if (from === undefined || to === undefined) return [];
  const stroke = look.unanswered === true ? "bad" : PAINTS[item.tone];
  const said = withDetail(item);
  const told = look.unanswered === true ? `${said} (no answer: sent again)` : said;
  if (from === to) return selfShapes(from.x, told, stroke, layout, item.arrow === "-x");
  const bold = item.arrow === "=>>";
  const distance = Math.abs(to.x - from.x);
  const words = wordsOf(told, Math.min(roomOf(layout) - 8, Math.max(distance - 10, MOST_WORDS)), bold);
  const x = within((from.x + to.x) / 2, textWidth(words.text, bold) / 2, layout);
  const lost = item.arrow === "-x" || look.unanswered === true;
  const letters: Shape = { type: "text", x, y: LABEL_Y, ...words, fill: stroke, halo: true, ...(bold && { bold }) };
  return [...arrowShapes(from.x, to.x, lost ? "-x" : item.arrow, stroke, look.folded === true), letters];
}

/** To oneself: a hook at the lane. */
function selfShapes(x: number, said: string, stroke: Paint, layout: LaneLayout, lost: boolean): readonly Shape[] {
  const { right, words, x: wordsX } = besideOf(said, x, layout, textWidth(said));
  const side = right ? 1 : -1;
  const end = x + side * 2;
  const hook = `M${x} 8H${x + side * 14}a4 4 0 0 ${right ? 1 : 0} ${side * 4} 4v6a4 4 0 0 ${right ? 1 : 0} ${-side * 4} 4H${end}`;
  return [
    { type: "path", d: hook, stroke, fill: "none" },
    lost ? cross(end + side * 4, 22, stroke) : head(end, 22, -side as 1 | -1, stroke, true),
    {
      type: "text",
      x: wordsX,
      y: MIDDLE + 4,
      ...words,
      fill: stroke,
      halo: true,
      anchor: right ? "start" : "end",
    },
  ];
}

/**
 * ITU-T Z.120 §4.7: a timer is an hourglass at its owner's line when it is set, one with an arrow to the line when it has
 * expired, and a cross when it is stopped.
 */
function timerShapes({ at, label, operation }: LaneTimer, layout: LaneLayout): readonly Shape[] {
  const lane = layout.at(at);
  if (lane === undefined) return [];
  const { x } = lane;
  const { right, words, x: wordsX } = besideOf(label, x, layout, TIMER_WORDS);
  const side = right ? 1 : -1;
  const centre = x + side * 15;
  const stroke = operation === "fired" ? "warning" : "ink-soft";
  const hourglass = `M${centre - 4} ${MIDDLE - 6}H${centre + 4}L${centre - 4} ${MIDDLE + 6}H${centre + 4}Z`;
  return [
    { type: "line", x1: x, y1: MIDDLE, x2: centre, y2: MIDDLE, stroke },
    operation === "cleared" ? cross(centre, MIDDLE, stroke) : { type: "path", d: hourglass, stroke, fill: "none" },
    ...(operation === "fired" ? [head(x, MIDDLE, -side as 1 | -1, stroke, true)] : []),
    {
      type: "text",
      x: wordsX,
      y: MIDDLE + 4,
      ...words,
      fill: operation === "fired" ? "warning" : "ink-soft",
      halo: true,
      anchor: right ? "start" : "end",
    },
  ];
}

/** px from a lane to words beside it: a hook or a timer stands between. */
const BESIDE = 26;
/** px that most timers want: all of a lane shall stand on one side. */
const TIMER_WORDS = 280;
/** px that words are given even where their lane is out of sight. */
const LEAST_WORDS = 120;

/** What is said beside a lane: to its right if `wanted` px are there, or if there is more room than to its left. */
function besideOf(said: string, at: number, { shown }: LaneLayout, wanted: number) {
  const room = shown.right - shown.left - 8;
  const after = Math.min(room, shown.right - at - BESIDE - 6);
  const before = Math.min(room, at - shown.left - BESIDE - 6);
  const right = after >= before || wanted <= after;
  const words = wordsOf(said, Math.max(right ? after : before, Math.min(room, LEAST_WORDS)));
  const width = textWidth(words.text);
  const x = right
    ? Math.max(shown.left + 4, Math.min(at + BESIDE, shown.right - width - 4))
    : Math.min(shown.right - 4, Math.max(at - BESIDE, shown.left + width + 4));
  return { right, words, x };
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
    // Lost on its way: it ends before it is there, and near enough to tell where it was going.
    const end = to - side * Math.min(LOST_BEFORE, Math.abs(to - from) * 0.28);
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

function wordsOf(said: string, px: number, bold = false): { readonly text: string; readonly whole?: string } {
  const text = shorten(said, px, bold);
  return text === said ? { text } : { text, whole: said };
}

/** px that words may take. */
function roomOf({ shown }: LaneLayout): number {
  return shown.right - shown.left;
}

function within(x: number, half: number, { shown: { left, right } }: LaneLayout): number {
  return Math.min(Math.max(x, left + half + 4), Math.max(left + half + 4, right - half - 4));
}
