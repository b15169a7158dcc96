/** The chart as a drawing of its own, with its colours in it: a file that any program shows. */
import type { SessionView } from "../../model/sessionContract.ts";
import { type LaneId, type LaneLayout, layOutLanes, leastWidth } from "./lanes.ts";
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
  readonly range?: SvgRange;
  /** What a custom property is now. */
  readonly paint: (name: string) => string;
}

/** Rows drawn at most: a taller picture no program opens. */
export const MAX_SVG_ROWS = 1000;
const SVG = "http://www.w3.org/2000/svg";
const TIME_WIDTH = 92;
const HEAD = 44;
const LEAST_WIDTH = 1000;

export function drawSvg(options: SvgOptions): SVGElement {
  const { rows, session, order, paint } = options;
  const first = options.range === undefined ? 0 : Math.max(0, rows.rowOf(options.range.from));
  const end = options.range === undefined ? rows.length : rows.rowOf(options.range.to) + 1;
  const shown = Math.min(end, first + MAX_SVG_ROWS);
  const width = Math.max(LEAST_WIDTH, TIME_WIDTH + leastWidth(order.length));
  const height = HEAD + (shown - first + (shown < end ? 1 : 0)) * ROW_HEIGHT + 12;
  const layout = layOutLanes(order, TIME_WIDTH, width);
  const svg = element("svg", { xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}`, "font-size": 12 });
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
    group.append(textElement({ x: TIME_WIDTH - 10, y: 19, "text-anchor": "end", fill: paint("ink-faint") }, text));
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

function drawLanes(svg: SVGElement, { lanes }: LaneLayout, height: number, paint: (name: string) => string): void {
  for (const { x, name, colour } of lanes) {
    const stroke = paint(`lane-${colour}`);
    svg.append(element("line", { x1: x, y1: HEAD - 10, x2: x, y2: height, stroke, "stroke-opacity": 0.55 }));
    svg.append(textElement({ x, y: 24, "text-anchor": "middle", "font-weight": 600, fill: stroke }, name));
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
      const { x, y, text, fill, bold, halo, anchor = "middle" } = shape;
      const around = halo === true ? { stroke: paint("paper"), "stroke-width": 4, "paint-order": "stroke" } : {};
      const weight = bold === true ? { "font-weight": 600 } : {};
      return textElement({ x, y, "text-anchor": anchor, fill: colour(fill), ...weight, ...around }, text);
    }
  }
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
