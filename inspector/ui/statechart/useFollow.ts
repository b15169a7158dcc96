/** Keeps in view what is active, what was selected elsewhere, and what was folded or unfolded by hand. */
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { aimAt, aimAtBox, ancestors, focusOf, standing } from "./aim.ts";
import { following, isWithin, room } from "./camera.ts";
import { boxAt, type Drawing } from "./drawing.ts";
import type { Marks } from "./marks.ts";
import type { Scene } from "./scene.ts";
import type { CameraControl } from "./useCamera.ts";

export interface FollowOptions {
  readonly camera: CameraControl;
  readonly drawing: Drawing | undefined;
  readonly scene: Scene;
  /** Names what is looked at: another run, another device. */
  readonly place: string;
  readonly follow: boolean;
  readonly marks: Marks;
  /** Ids of the boxes that are to be seen. */
  readonly focus: readonly string[];
  /** Id of the selected box. */
  readonly selected: string | undefined;
  /** Id of the box that was folded or unfolded by hand since the drawing was made. */
  readonly touched: { current: string | undefined };
}

/** Boxes that who follows looks at: where the newest step happened, else what was looked at before. */
export function useFocus(scene: Scene, marks: Marks, actor: string): readonly string[] {
  const before = useRef<readonly string[]>([]);
  const newest = focusOf(scene, marks);
  if (newest.length > 0) before.current = newest;
  const left = before.current.filter((id) => marks.innermost.has(id));
  if (newest.length === 0) before.current = left.length > 0 ? left : standing(scene, marks, actor);
  return before.current;
}

export function useFollow({
  camera,
  drawing,
  scene,
  place,
  follow,
  marks,
  focus,
  selected,
  touched,
}: FollowOptions): void {
  const { size } = camera;
  const key = `${follow} ${focus.join(" ")}`;
  const lookedAt = useRef("");
  const last = useRef<Drawing | undefined>(undefined);
  useLayoutEffect(() => {
    if (drawing === undefined || size.width === 0) return;
    // The first look at a device is taken in any case, and at once.
    const isFirst = lookedAt.current !== place;
    const before = last.current;
    const isNew = isFirst || before !== drawing;
    const byHand = touched.current;
    lookedAt.current = place;
    last.current = drawing;
    if (isNew) touched.current = undefined;
    const { current } = camera.target;
    if (isNew && !isFirst && before !== undefined && current !== undefined) {
      // What one looks at stays where it is, though all around it is laid out anew.
      const middle = {
        x: (size.width / 2 - current.left) / current.zoom,
        y: (size.height / 2 - current.top) / current.zoom,
      };
      const chosen = selected === undefined ? undefined : before.boxes.get(selected);
      const stood = chosen !== undefined && isWithin(current, chosen, size) ? chosen : boxAt(before, middle);
      const looked = byHand !== undefined ? [byHand] : follow ? focus : [stood?.box.id ?? ""];
      const kept = looked
        .flatMap((id) => ancestors(scene, id))
        .find((id) => before.boxes.has(id) && drawing.boxes.has(id));
      if (kept !== undefined) camera.carry(before.boxes.get(kept)!, drawing.boxes.get(kept)!);
    }
    if (!follow && !isFirst) return;
    const aim =
      isNew && !isFirst && byHand !== undefined
        ? aimAtBox(drawing, scene, byHand, room(size))
        : aimAt(drawing, scene, marks, focus, room(size));
    camera.go(following(isFirst ? undefined : camera.target.current, drawing, aim, size, isNew), !isFirst);
  }, [drawing, size, key, place]);

  const chosen = useRef(selected);
  useEffect(() => {
    if (drawing === undefined || selected === undefined || chosen.current === selected) return;
    chosen.current = selected;
    const { current } = camera.target;
    const aim = aimAtBox(drawing, scene, selected, room(size));
    if (aim === undefined || current === undefined || size.width === 0 || isWithin(current, aim.needed, size)) return;
    camera.go(following(current, drawing, aim, size));
  }, [drawing, selected]);
}
