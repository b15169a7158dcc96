/** Panning and zooming by pointer and wheel; the camera moves without drawing anything anew. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { between, type Camera, carried, panned, type Size, zoomed } from "./camera.ts";
import type { Point } from "./drawing.ts";

const GLIDE_MS = 260;
/** A press that moves less than this is a click. */
const STILL = 4;

export interface CameraControl {
  /** Of the element that the drawing is seen in. */
  readonly view: { current: HTMLDivElement | null };
  /** Of the group that the camera moves. */
  readonly stage: { current: SVGGElement | null };
  readonly size: Size;
  readonly camera: { current: Camera | undefined };
  /** Where it glides to, or stands. */
  readonly target: { current: Camera | undefined };
  /** Moves the camera, gliding unless motion is unwelcome. */
  go(to: Camera, glide?: boolean): void;
  /** Keeps what was at one place of the drawing before, and is at another now, where it is seen. */
  carry(before: Point, after: Point): void;
  /** True while a drag is under way that is more than a click. */
  readonly dragged: { current: boolean };
}

/** `moved` is called when the user moves the camera by hand. */
export function useCamera(moved: () => void): CameraControl {
  const view = useRef<HTMLDivElement>(null);
  const stage = useRef<SVGGElement>(null);
  const camera = useRef<Camera | undefined>(undefined);
  const target = useRef<Camera | undefined>(undefined);
  const dragged = useRef(false);
  const frame = useRef(0);
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  const latest = useRef(moved);
  latest.current = moved;

  const show = (next: Camera): void => {
    camera.current = next;
    stage.current?.setAttribute("transform", `translate(${next.left} ${next.top}) scale(${next.zoom})`);
  };
  const go = (to: Camera, glide = true): void => {
    cancelAnimationFrame(frame.current);
    target.current = to;
    const from = camera.current;
    if (from === undefined || !glide || matchMedia("(prefers-reduced-motion: reduce)").matches) {
      show(to);
      return;
    }
    const start = performance.now();
    const step = (now: number): void => {
      const part = Math.min(1, (now - start) / GLIDE_MS);
      show(between(from, to, 1 - (1 - part) ** 3));
      if (part < 1) frame.current = requestAnimationFrame(step);
    };
    frame.current = requestAnimationFrame(step);
  };

  const carry = (before: Point, after: Point): void => {
    if (camera.current === undefined) return;
    const to = carried(target.current ?? camera.current, before, after);
    show(carried(camera.current, before, after));
    go(to);
  };

  useLayoutEffect(() => {
    const element = view.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      const { clientWidth, clientHeight } = element;
      setSize((old) =>
        old.width === clientWidth && old.height === clientHeight ? old : { width: clientWidth, height: clientHeight },
      );
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    const element = view.current;
    if (element === null) return;
    let last: Point | undefined;
    let begin: Point | undefined;
    let pointer: number | undefined;
    const at = (event: { clientX: number; clientY: number }): Point => {
      const { left, top } = element.getBoundingClientRect();
      return { x: event.clientX - left, y: event.clientY - top };
    };
    const press = (event: PointerEvent): void => {
      if (event.button !== 0 || (event.target as Element).closest("button, a, input, .statechart-tree") !== null)
        return;
      // Of several fingers the first one drags.
      if (last !== undefined && event.pointerId !== pointer) return;
      pointer = event.pointerId;
      begin = at(event);
      last = begin;
      dragged.current = false;
    };
    const move = (event: PointerEvent): void => {
      if (last === undefined || begin === undefined || camera.current === undefined) return;
      if (event.pointerId !== pointer) return;
      // It was let go where this is not told.
      if ((event.buttons & 1) === 0) {
        release();
        return;
      }
      const now = at(event);
      if (!dragged.current) {
        if (Math.hypot(now.x - begin.x, now.y - begin.y) < STILL) return;
        dragged.current = true;
        element.setPointerCapture(event.pointerId);
        latest.current();
      }
      go(panned(camera.current, now.x - last.x, now.y - last.y), false);
      last = now;
    };
    const release = (): void => {
      last = undefined;
      // The click that follows has to see it.
      setTimeout(() => {
        dragged.current = false;
      }, 0);
    };
    const wheel = (event: WheelEvent): void => {
      // A tree, or what is told instead of a drawing, scrolls by itself.
      if (camera.current === undefined || (event.target as Element).closest("svg.sc") === null) return;
      event.preventDefault();
      latest.current();
      const unit = event.deltaMode === 1 ? 16 : 1;
      if (event.ctrlKey || event.metaKey) {
        go(zoomed(camera.current, Math.exp(-event.deltaY * unit * 0.0035), at(event)), false);
      } else {
        const [x, y] = event.shiftKey ? [event.deltaY, event.deltaX] : [event.deltaX, event.deltaY];
        go(panned(camera.current, -x * unit, -y * unit), false);
      }
    };
    element.addEventListener("pointerdown", press);
    element.addEventListener("pointermove", move);
    element.addEventListener("pointerup", release);
    element.addEventListener("pointercancel", release);
    element.addEventListener("wheel", wheel, { passive: false });
    return () => {
      element.removeEventListener("pointerdown", press);
      element.removeEventListener("pointermove", move);
      element.removeEventListener("pointerup", release);
      element.removeEventListener("pointercancel", release);
      element.removeEventListener("wheel", wheel);
      cancelAnimationFrame(frame.current);
    };
  }, []);

  return { view, stage, size, camera, target, go, carry, dragged };
}
