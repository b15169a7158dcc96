/** Keeps in view what is active, or what was selected elsewhere. */
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { ViewState } from "../app.ts";
import { following, LEGIBLE, type Size } from "./camera.ts";
import { around, type Drawing, type Rect } from "./drawing.ts";
import type { Marks } from "./marks.ts";
import type { Scene } from "./scene.ts";
import type { CameraControl } from "./useCamera.ts";

export interface FollowOptions {
  readonly camera: CameraControl;
  readonly drawing: Drawing | undefined;
  readonly scene: Scene;
  readonly view: ViewState;
  readonly marks: Marks;
  /** That took the newest step. */
  readonly actor: string | undefined;
  /** Id of the selected box. */
  readonly selected: string | undefined;
}

export function useFollow({ camera, drawing, scene, view, marks, actor, selected }: FollowOptions): void {
  const { size } = camera;
  const focus = focusOf(marks, actor);
  const key = `${view.follow} ${focus.join(" ")}`;
  const place = `${view.session} ${view.device}`;
  const lookedAt = useRef("");
  useLayoutEffect(() => {
    if (drawing === undefined || size.width === 0) return;
    // The first look at a device is taken in any case, and at once.
    const isFirst = lookedAt.current !== place;
    if (!view.follow && !isFirst) return;
    const target = around(focus.flatMap((id) => surroundings(drawing, scene, id, size) ?? []));
    camera.go(following(isFirst ? undefined : camera.camera.current, drawing, target, size), !isFirst);
    lookedAt.current = place;
  }, [drawing, size, key, place]);

  const chosen = useRef(selected);
  useEffect(() => {
    if (drawing === undefined || selected === undefined || chosen.current === selected) return;
    chosen.current = selected;
    const place = surroundings(drawing, scene, selected, size);
    if (place !== undefined && camera.camera.current !== undefined && size.width > 0) {
      camera.go(following(camera.camera.current, drawing, place, size));
    }
  }, [drawing, selected]);
}

/** A box with as much of what it stands in as can be read at once. */
function surroundings(drawing: Drawing, scene: Scene, id: string, size: Size): Rect | undefined {
  let best: Rect | undefined = drawing.boxes.get(id);
  if (best === undefined) return undefined;
  for (let parent = scene.parents.get(id); parent !== undefined; parent = scene.parents.get(parent)) {
    const box = drawing.boxes.get(parent);
    if (box === undefined || box.width * LEGIBLE > size.width - 40 || box.height * LEGIBLE > size.height - 24) break;
    best = box;
  }
  // Where not even its parent fits: itself with some of what is around it.
  const box = drawing.boxes.get(id);
  if (best !== box || box === undefined) return best;
  return { x: box.x - 150, y: box.y - 70, width: box.width + 300, height: box.height + 140 };
}

/** What the newest step entered; else where its machine stands; else all that is active innermost. */
function focusOf({ entered, innermost }: Marks, actor: string | undefined): readonly string[] {
  const inner = entered.filter((id) => innermost.has(id));
  if (inner.length > 0) return inner;
  if (entered.length > 0) return entered.slice(-1);
  const own = [...innermost].filter((id) => id.startsWith(`${actor ?? ""}#`));
  return own.length > 0 ? own : [...innermost];
}
