/** What the camera is to show: what has to be seen, and as much around it as can be read at once. */
import type { Size } from "./camera.ts";
import { around, type Drawing, type Rect } from "./drawing.ts";
import type { Marks } from "./marks.ts";
import type { Scene } from "./scene.ts";

export interface Aim {
  readonly needed: Rect;
  /** Holds what is needed. */
  readonly wanted: Rect;
}

/** Around what is shown, so that one sees where it stands. */
const BESIDE = { x: 24, y: 18 };

/** Boxes that are to be seen, with as much of what matters beside them as `room` holds: what can be read at once. */
export function aimAt(
  drawing: Drawing,
  scene: Scene,
  marks: Marks,
  focus: readonly string[],
  room: Size,
): Aim | undefined {
  const inner = [...marks.innermost];
  const actors = new Set(focus.map((id) => scene.boxes.get(id)?.actor));
  return aimed(drawing, room, focus, [
    ...endsOf(scene, marks),
    ...focus.flatMap((id) => ancestors(scene, id)),
    ...inner.filter((id) => actors.has(scene.boxes.get(id)?.actor)),
    ...inner,
    ...focus.flatMap((id) => neighbours(drawing, id)),
  ]);
}

/** One box with what it stands in. */
export function aimAtBox(drawing: Drawing, scene: Scene, id: string, room: Size): Aim | undefined {
  return aimed(drawing, room, [id], [...ancestors(scene, id), ...neighbours(drawing, id)]);
}

/**
 * Where the newest step happened: what it entered, else the innermost states whose transition stayed in them, or that
 * ignored the event. Nothing where it happened to all that is open around: who looks on keeps looking where they do.
 */
export function focusOf(scene: Scene, { entered, innermost, taken, ignored }: Marks): readonly string[] {
  const inner = entered.filter((id) => innermost.has(id));
  if (inner.length > 0) return inner;
  if (entered.length > 0) return entered.slice(-1);
  const stayed = taken.flatMap(({ actor, edge, newest }) => {
    const source = newest ? scene.edge(actor, edge)?.source : undefined;
    return source === undefined ? [] : (scene.boxOf(actor, source)?.id ?? []);
  });
  const here = [...stayed, ...ignored.map(({ box }) => box)];
  return [...new Set(here.filter((id) => innermost.has(id)))];
}

/** Where nothing has happened yet: where this actor stands, else all; before anything is active, where it will begin. */
export function standing(scene: Scene, { innermost }: Pick<Marks, "innermost">, actor: string): readonly string[] {
  const own = [...innermost].filter((id) => scene.boxes.get(id)?.actor === actor);
  if (own.length > 0) return own;
  if (innermost.size > 0) return [...innermost];
  return scene.machines.slice(0, 1).map(({ root }) => (root.children[0] ?? root).id);
}

/** From what is needed outward: of the boxes, the first first, all that leave everything legible. */
function aimed(drawing: Drawing, room: Size, focus: readonly string[], more: readonly string[]): Aim | undefined {
  const rectOf = (id: string): Rect | [] => drawing.boxes.get(id) ?? [];
  const needed = around(focus.flatMap(rectOf));
  if (needed === undefined) return undefined;
  let wanted = widened(needed);
  for (const rect of more.flatMap(rectOf)) {
    const larger = around([wanted, widened(rect)])!;
    if (larger.width <= room.width && larger.height <= room.height) wanted = larger;
  }
  return { needed, wanted };
}

function widened({ x, y, width, height }: Rect): Rect {
  return { x: x - BESIDE.x, y: y - BESIDE.y, width: width + 2 * BESIDE.x, height: height + 2 * BESIDE.y };
}

/** Boxes between which the newest step led. */
function endsOf(scene: Scene, { taken }: Marks): readonly string[] {
  return taken.flatMap(({ actor, edge: id, newest }) => {
    const edge = newest ? scene.edge(actor, id) : undefined;
    return edge === undefined
      ? []
      : [edge.source, ...edge.targets].flatMap((node) => scene.boxOf(actor, node)?.id ?? []);
  });
}

function neighbours({ wires }: Drawing, id: string): readonly string[] {
  return wires.flatMap(({ wire: { from, to } }) => (from === id ? [to] : to === id ? [from] : []));
}

/** A box and those that it lies in, the innermost first. */
export function ancestors({ parents }: Pick<Scene, "parents">, id: string): readonly string[] {
  const ids: string[] = [];
  for (let one: string | undefined = id; one !== undefined; one = parents.get(one)) ids.push(one);
  return ids;
}
