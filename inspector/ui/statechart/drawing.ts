/** A machine with a place for everything, in units of the drawing (a pixel at zoom 1). */
import type { Box, Wire } from "./scene.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Rect extends Point {
  readonly width: number;
  readonly height: number;
}

export interface Line {
  readonly from: Point;
  readonly to: Point;
}

export interface PlacedBox extends Rect {
  readonly box: Box;
  /** Height of title and rows. */
  readonly head: number;
  readonly depth: number;
  /** Between the regions of a parallel state. */
  readonly separators: readonly Line[];
}

export interface PlacedWire {
  readonly wire: Wire;
  readonly paths: readonly (readonly Point[])[];
  readonly label?: Rect;
  /** Of the box that it runs in; -1: outside of all. */
  readonly depth: number;
}

export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** In the order in which they are painted: outer ones first. */
  readonly boxes: ReadonlyMap<string, PlacedBox>;
  readonly wires: readonly PlacedWire[];
}

/** Drawings side by side, as one. */
export function sideBySide(drawings: readonly Drawing[], gap: number): Drawing {
  const boxes = new Map<string, PlacedBox>();
  const wires: PlacedWire[] = [];
  let x = 0;
  let height = 0;
  for (const drawing of drawings) {
    for (const [id, box] of drawing.boxes) boxes.set(id, x === 0 ? box : movedBox(box, x));
    for (const wire of drawing.wires) wires.push(x === 0 ? wire : movedWire(wire, x));
    x += drawing.width + gap;
    height = Math.max(height, drawing.height);
  }
  return { width: Math.max(0, x - gap), height, boxes, wires };
}

function movedBox(box: PlacedBox, by: number): PlacedBox {
  return {
    ...box,
    x: box.x + by,
    separators: box.separators.map(({ from, to }) => ({ from: moved(from, by), to: moved(to, by) })),
  };
}

function movedWire({ wire, paths, label, depth }: PlacedWire, by: number): PlacedWire {
  return {
    wire,
    depth,
    paths: paths.map((path) => path.map((point) => moved(point, by))),
    ...(label !== undefined && { label: moved(label, by) }),
  };
}

function moved<T extends Point>(point: T, by: number): T {
  return { ...point, x: point.x + by };
}

/** A line with rounded corners, as SVG wants it. */
export function pathText(points: readonly Point[], radius: number): string {
  const [first, ...rest] = points;
  if (first === undefined) return "";
  let text = `M${round(first.x)} ${round(first.y)}`;
  rest.forEach((point, at) => {
    const next = rest[at + 1];
    if (next === undefined) {
      text += `L${round(point.x)} ${round(point.y)}`;
      return;
    }
    const before = toward(point, at === 0 ? first : rest[at - 1]!, radius);
    const after = toward(point, next, radius);
    text += `L${round(before.x)} ${round(before.y)}Q${round(point.x)} ${round(point.y)} ${round(after.x)} ${round(after.y)}`;
  });
  return text;
}

/** The point `by` away from `from` on the way to `to`, half of the way at most. */
function toward(from: Point, to: Point, by: number): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  if (length === 0) return from;
  const part = Math.min(by, length / 2) / length;
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** The innermost box at a point. */
export function boxAt({ boxes }: Drawing, { x, y }: Point): PlacedBox | undefined {
  // Inner ones come after those that they lie in.
  return [...boxes.values()].findLast(
    (box) => x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height,
  );
}

/** The smallest rectangle around all; undefined around nothing. */
export function around(rects: readonly Rect[]): Rect | undefined {
  if (rects.length === 0) return undefined;
  const x = Math.min(...rects.map((rect) => rect.x));
  const y = Math.min(...rects.map((rect) => rect.y));
  return {
    x,
    y,
    width: Math.max(...rects.map((rect) => rect.x + rect.width)) - x,
    height: Math.max(...rects.map((rect) => rect.y + rect.height)) - y,
  };
}
