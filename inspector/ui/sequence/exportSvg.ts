/** The chart as a drawing of its own, with its colours in it: a file that any program shows. */
import type { SessionView } from "../../model/sessionContract.ts";
import { headLines, type LaneId, type LaneLayout, layOutLanes, leastWidth } from "./lanes.ts";
import { TEXT_SIZE } from "./letters.ts";
import type { Mark } from "./rowFacts.ts";
import { rowShapes } from "./rowShapes.ts";
import type { SequenceRows } from "./rows.ts";
import { type TimeStyle, timeText } from "./settings.ts";
import { dividerShapes, ROW_HEIGHT, type Shape } from "./shapes.ts";

/** Indices of the first and the last record to draw. */
export interface SvgRange {
  readonly from: number;
  readonly to: number;
}

export interface SvgOptions {
  readonly session: SessionView;
  readonly rows: SequenceRows;
  readonly order: readonly LaneId[];
  readonly time: TimeStyle;
  readonly start: number;
  readonly wallAtZero: number | undefined;
  /** px of the times. */
  readonly timeWidth: number;
  readonly marks: (row: number) => readonly Mark[];
  readonly range?: SvgRange;
  /** What a custom property is now. */
  readonly paint: (name: string) => string;
}

/** Rows drawn at most: a taller picture no program opens. */
export const MAX_SVG_ROWS = 1000;
const SVG = "http://www.w3.org/2000/svg";
/** px between times and lanes, and of each mark there. */
const MARKS_WIDTH = 34;
const MARK_WIDTH = 14;
const HEAD = 50;
/** px of the lower line of a lane's name, and between its two. */
const HEAD_Y = 34;
const LINE_HEIGHT = 14;
const LEAST_WIDTH = 1000;

export function drawSvg(options: SvgOptions): SVGElement {
  const { rows, session, order, paint, range, timeWidth } = options;
  const [first, end] = range === undefined ? [0, rows.length] : rowsOf(rows, range);
  const shown = Math.min(end, first + MAX_SVG_ROWS);
  const left = timeWidth + MARKS_WIDTH;
  const width = Math.max(LEAST_WIDTH, left + leastWidth(order));
  const height = HEAD + (shown - first + (shown < end ? 1 : 0)) * ROW_HEIGHT + 12;
  const layout = layOutLanes(order, {
    left,
    right: width,
    seen: [...rows.lanes],
    talks: rows.traffic.talks,
  });
  const svg = element("svg", { xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}`, "font-size": TEXT_SIZE });
  svg.setAttribute("font-family", paint("sans"));
  svg.append(element("rect", { width, height, fill: paint("paper") }));
  drawLanes(svg, layout, height, paint);
  let before: number | undefined;
  for (let row = first; row < shown; row++) {
    const shownRow = rows.at(row);
    const time = session.at(shownRow.index).time;
    const y = HEAD + (row - first) * ROW_HEIGHT;
    const group = element("g", { transform: `translate(0 ${y})` });
    const text = timeText(options.time, time, { start: options.start, before, wallAtZero: options.wallAtZero });
    group.append(textElement({ x: timeWidth, y: 19, "text-anchor": "end", fill: paint("ink-faint") }, text));
    // What is selected is no part of the run.
    const marks = options.marks(row).filter(({ tone }) => tone !== "chain");
    for (const [place, { sign, tone, words }] of marks.entries()) {
      const fill = paint(tone);
      const mark = textElement({ x: timeWidth + 6 + place * MARK_WIDTH, y: 19, "font-weight": 600, fill }, sign);
      mark.append(titled(words));
      group.append(mark);
    }
    for (const shape of rowShapes(shownRow, layout)) group.append(shapeElement(shape, paint));
    svg.append(group);
    before = time;
  }
  if (shown < end) {
    const group = element("g", { transform: `translate(0 ${HEAD + (shown - first) * ROW_HEIGHT})` });
    const note = { label: `${end - shown} further rows are not in this picture`, tone: "quiet" } as const;
    for (const shape of dividerShapes(note, layout)) group.append(shapeElement(shape, paint));
    svg.append(group);
  }
  return svg;
}

/** The first row of the range's records and the one after the last: a fold counts for all its records. */
function rowsOf(rows: SequenceRows, { from, to }: SvgRange): readonly [number, number] {
  const end = rows.rowOf(to) + 1;
  let first = Math.max(0, rows.rowOf(from));
  const row = first < rows.length ? rows.at(first) : undefined;
  if (row !== undefined && (row.kind === "fold" ? row.last : row.index) < from) first++;
  return [Math.min(first, end), end];
}

function drawLanes(svg: SVGElement, { lanes }: LaneLayout, height: number, paint: (name: string) => string): void {
  for (const lane of lanes) {
    const { x, colour } = lane;
    const stroke = paint(`lane-${colour}`);
    svg.append(element("line", { x1: x, y1: HEAD - 10, x2: x, y2: height, stroke, "stroke-opacity": 0.55 }));
    const lines = headLines(lane);
    for (const [place, line] of lines.entries()) {
      const y = HEAD_Y - (lines.length - 1 - place) * LINE_HEIGHT;
      svg.append(textElement({ x, y, "text-anchor": "middle", "font-weight": 600, fill: stroke }, line));
    }
  }
}

function shapeElement(shape: Shape, paint: (name: string) => string): SVGElement {
  const colour = (name: string) => (name === "none" ? "none" : paint(name));
  switch (shape.type) {
    case "line": {
      const { x1, y1, x2, y2, dash, width = 1.3 } = shape;
      const line = { x1, y1, x2, y2, stroke: colour(shape.stroke), "stroke-width": width };
      return element("line", dash === undefined ? line : { ...line, "stroke-dasharray": dash });
    }
    case "path":
      return element("path", {
        d: shape.d,
        stroke: colour(shape.stroke),
        fill: colour(shape.fill),
        "stroke-width": 1.3,
      });
    case "rect": {
      const { x, y, width, height, radius } = shape;
      return element("rect", {
        x,
        y,
        width,
        height,
        rx: radius,
        stroke: colour(shape.stroke),
        fill: colour(shape.fill),
      });
    }
    case "text": {
      const { x, y, text, whole, fill, bold, halo, anchor = "middle" } = shape;
      const around = halo === true ? { stroke: paint("paper"), "stroke-width": 4, "paint-order": "stroke" } : {};
      const weight = bold === true ? { "font-weight": 600 } : {};
      const words = textElement({ x, y, "text-anchor": anchor, fill: colour(fill), ...weight, ...around }, text);
      if (whole !== undefined) words.append(titled(whole));
      return words;
    }
  }
}

/** What a program that shows the picture tells on hovering. */
function titled(text: string): SVGElement {
  const title = element("title", {});
  title.textContent = text;
  return title;
}

function textElement(attributes: Readonly<Record<string, string | number>>, text: string): SVGElement {
  const made = element("text", attributes);
  made.textContent = text;
  return made;
}

function element(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const made = document.createElementNS(SVG, name) as SVGElement;
  for (const [key, value] of Object.entries(attributes)) if (key !== "xmlns") made.setAttribute(key, String(value));
  return made;
}
