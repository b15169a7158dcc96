/** Where one looks at the drawing from, and how near. */
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

/**
 * The camera that shows `target`, moved as little as need be. Where the whole drawing can be read at once it is shown
 * whole; else at a legible zoom, with what does not fit kept at the near edge.
 */
export function following(camera: Camera | undefined, drawing: Size, target: Rect | undefined, view: Size): Camera {
  const whole = fitted(drawing, view);
  if (whole.zoom >= WHOLE || target === undefined) return whole;
  const zoom = camera === undefined ? LEGIBLE : Math.min(0.9, Math.max(LEGIBLE, camera.zoom));
  const from = camera?.zoom === zoom ? camera : centred(target, view, zoom);
  const left = shifted(from.left, target.x * zoom, target.width * zoom, view.width);
  const top = shifted(from.top, target.y * zoom, target.height * zoom, view.height);
  return {
    left: held(left, drawing.width * zoom, view.width),
    top: held(top, drawing.height * zoom, view.height),
    zoom,
  };
}

/** `offset` changed so that the stretch from `start` of `length` is in view with a margin. */
function shifted(offset: number, start: number, length: number, view: number): number {
  const margin = Math.min(48, view / 8);
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
