/** Lines that are drawn only while they matter: from a row of a state to the far state that it leads to. */
import type { Drawing, PlacedBox, Point } from "./drawing.ts";
import type { Scene } from "./scene.ts";
import { ROW_HEIGHT, TITLE_HEIGHT } from "./sizes.ts";

export interface Link {
  readonly path: string;
  /** Last two points of it, for the arrow head. */
  readonly end: readonly [Point, Point];
}

/** From a row to the box that stands for its target. */
export function rowLink(drawing: Drawing, scene: Scene, from: PlacedBox, row: number): Link | undefined {
  const target = from.box.rows[row]?.target;
  if (target === undefined) return undefined;
  const shown = scene.boxOf(from.box.actor, target.slice(from.box.actor.length + 1));
  const to = shown === undefined ? undefined : drawing.boxes.get(shown.id);
  return to === undefined ? undefined : linkFrom(from, to, from.y + TITLE_HEIGHT + (row + 0.5) * ROW_HEIGHT);
}

/** From the title of a box to another box; to the same one: none. `inner`: where it begins when it leads inside. */
export function linkFrom(
  from: PlacedBox,
  to: PlacedBox,
  y = from.y + Math.min(from.height, TITLE_HEIGHT) / 2,
  inner = from.x + 6,
): Link | undefined {
  if (from === to) return undefined;
  if (from.box.brief && to.box.brief && from.y === to.y) return arc(from, to);
  const inside = contains(from, to);
  const rightward = !inside && to.x + to.width / 2 >= from.x + from.width / 2;
  // Out of an open state to one beside it the way is from the state's edge.
  const x = inside ? inner : rightward ? from.x + from.width : from.x;
  return curve({ x, y }, inside || rightward ? 1 : -1, to);
}

/** Over the heads of the chips between. */
function arc(from: PlacedBox, to: PlacedBox): Link {
  const start = { x: from.x + from.width / 2, y: from.y };
  const end = { x: to.x + to.width / 2, y: to.y };
  const lift = 12 + Math.min(20, Math.abs(end.x - start.x) / 12);
  const top = { x: end.x + (start.x - end.x) / 5, y: end.y - lift };
  const first = { x: start.x + (end.x - start.x) / 5, y: start.y - lift };
  const text = (point: Point) => `${Math.round(point.x)} ${Math.round(point.y)}`;
  return { path: `M${text(start)}C${text(first)} ${text(top)} ${text(end)}`, end: [top, end] };
}

function curve(start: Point, side: 1 | -1, to: PlacedBox): Link {
  const end = nearest(to, start);
  const reach = Math.max(30, Math.min(140, Math.hypot(end.at.x - start.x, end.at.y - start.y) / 2));
  const one = { x: start.x + side * reach, y: start.y };
  const two = { x: end.at.x + end.out.x * reach, y: end.at.y + end.out.y * reach };
  const text = (point: Point) => `${Math.round(point.x)} ${Math.round(point.y)}`;
  return { path: `M${text(start)}C${text(one)} ${text(two)} ${text(end.at)}`, end: [two, end.at] };
}

/** The middle of the side of a box that is nearest to a point, and the way out of it. */
function nearest(box: PlacedBox, point: Point): { at: Point; out: Point } {
  const middle = { x: box.x + Math.min(box.width / 2, 60), y: box.y + Math.min(box.height / 2, TITLE_HEIGHT / 2) };
  const sides = [
    { at: { x: box.x, y: middle.y }, out: { x: -1, y: 0 } },
    { at: { x: box.x + box.width, y: middle.y }, out: { x: 1, y: 0 } },
    { at: { x: middle.x, y: box.y }, out: { x: 0, y: -1 } },
    { at: { x: middle.x, y: box.y + box.height }, out: { x: 0, y: 1 } },
  ];
  const distance = ({ at }: { at: Point }) => Math.hypot(at.x - point.x, at.y - point.y);
  return sides.reduce((best, side) => (distance(side) < distance(best) ? side : best));
}

function contains(outer: PlacedBox, inner: PlacedBox): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}
