/** Where one looks at the drawing from, and how near. */
import type { Aim } from "./aim.ts";
import type { Point, Rect } from "./drawing.ts";

/** A point of the drawing is seen at `x * zoom + left`, `y * zoom + top`. */
export interface Camera {
  readonly left: number;
  readonly top: number;
  readonly zoom: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const NEAREST = 3;
export const FARTHEST = 0.08;
/** Below this zoom words cannot be read. */
export const LEGIBLE = 0.72;
/** Following, it comes no nearer. */
const NEAR = 0.9;
/** To see all at once a little less will do. */
const WHOLE = 0.62;
const MARGIN = 16;

/** Everything is seen, no nearer than life-size. */
export function fitted(drawing: Size, view: Size): Camera {
  const zoom = clamp(
    Math.min((view.width - 2 * MARGIN) / drawing.width, (view.height - 2 * MARGIN) / drawing.height, 1.25),
  );
  return centred({ x: 0, y: 0, ...drawing }, view, zoom);
}

export function centred(rect: Rect, view: Size, zoom: number): Camera {
  return {
    left: view.width / 2 - (rect.x + rect.width / 2) * zoom,
    top: view.height / 2 - (rect.y + rect.height / 2) * zoom,
    zoom,
  };
}

/** `by` times as near, with the point of the view that is told staying where it is. */
export function zoomed(camera: Camera, by: number, at: Point): Camera {
  const zoom = clamp(camera.zoom * by);
  const part = zoom / camera.zoom;
  return { left: at.x - (at.x - camera.left) * part, top: at.y - (at.y - camera.top) * part, zoom };
}

export function panned({ left, top, zoom }: Camera, x: number, y: number): Camera {
  return { left: left + x, top: top + y, zoom };
}

/** What can be read at once, in units of the drawing. */
export function room(view: Size): Size {
  return { width: (view.width - 2 * MARGIN) / LEGIBLE, height: (view.height - 2 * MARGIN) / LEGIBLE };
}

/**
 * The camera that follows. Where the whole drawing can be read at once it is shown whole; else it stays where it is as
 * long as what is needed is in view and nothing was laid out anew, and else shows what is wanted, moved as little as need be.
 */
export function following(
  camera: Camera | undefined,
  drawing: Size,
  aim: Aim | undefined,
  view: Size,
  isNew = true,
): Camera {
  const steady = camera !== undefined && camera.zoom >= LEGIBLE && camera.zoom <= NEAR ? camera : undefined;
  if (steady !== undefined && !isNew && aim !== undefined && isWithin(steady, aim.needed, view)) return steady;
  const whole = fitted(drawing, view);
  if (whole.zoom >= WHOLE || aim === undefined) return whole;
  const { wanted } = aim;
  const fit = Math.min((view.width - 2 * MARGIN) / wanted.width, (view.height - 2 * MARGIN) / wanted.height);
  const zoom = Math.min(Math.max(LEGIBLE, fit), steady?.zoom ?? NEAR, NEAR);
  const from = steady?.zoom === zoom ? steady : centred(wanted, view, zoom);
  const left = shifted(from.left, wanted.x * zoom, wanted.width * zoom, view.width);
  const top = shifted(from.top, wanted.y * zoom, wanted.height * zoom, view.height);
  return {
    left: held(left, drawing.width * zoom, view.width),
    top: held(top, drawing.height * zoom, view.height),
    zoom,
  };
}

/** It is seen whole. */
export function isWithin({ left, top, zoom }: Camera, { x, y, width, height }: Rect, view: Size): boolean {
  const [from, to] = [x * zoom + left, (x + width) * zoom + left];
  const [above, below] = [y * zoom + top, (y + height) * zoom + top];
  return from >= 0 && to <= view.width && above >= 0 && below <= view.height;
}

/** The camera moved with a box that has another place in a drawing that was made anew: it stays where it was seen. */
export function carried(camera: Camera, before: Point, after: Point): Camera {
  return panned(camera, (before.x - after.x) * camera.zoom, (before.y - after.y) * camera.zoom);
}

/** `offset` changed so that the stretch from `start` of `length` is in view with a margin. */
function shifted(offset: number, start: number, length: number, view: number): number {
  const margin = MARGIN;
  if (length > view - 2 * margin) return margin - start;
  if (offset + start < margin) return margin - start;
  if (offset + start + length > view - margin) return view - margin - start - length;
  return offset;
}

/** No empty space beside a drawing that is larger than the view; one that is smaller stands in the middle. */
function held(offset: number, length: number, view: number): number {
  if (length + 2 * MARGIN <= view) return (view - length) / 2;
  return Math.min(MARGIN, Math.max(view - MARGIN - length, offset));
}

/** Between two cameras; `part` from 0 to 1. */
export function between(from: Camera, to: Camera, part: number): Camera {
  const mixed = (a: number, b: number) => a + (b - a) * part;
  return { left: mixed(from.left, to.left), top: mixed(from.top, to.top), zoom: mixed(from.zoom, to.zoom) };
}

function clamp(zoom: number): number {
  return Number.isFinite(zoom) && zoom > 0 ? Math.min(NEAREST, Math.max(FARTHEST, zoom)) : 1;
}
