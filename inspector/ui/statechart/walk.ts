/** Going from state to state by keyboard, in the order of the tree. */
import type { Box, Scene } from "./scene.ts";

export type Move = "up" | "down" | "in" | "out" | "first" | "last";

/** Boxes that stand for states, in document order, with their depth. */
export function walkable(scene: Scene): { readonly box: Box; readonly level: number }[] {
  const list: { box: Box; level: number }[] = [];
  const visit = (box: Box, level: number): void => {
    if (box.kind === "initial" || box.kind === "note") return;
    list.push({ box, level });
    for (const child of box.children) visit(child, level + 1);
  };
  for (const { root } of scene.machines) visit(root, 1);
  return list;
}

/** Where a move leads, or that the box is to be folded or unfolded; undefined: nowhere. */
export function walked(
  scene: Scene,
  from: string | undefined,
  move: Move,
): { readonly to: string } | { readonly open: boolean } | undefined {
  const list = walkable(scene).map(({ box }) => box);
  const at = list.findIndex(({ id }) => id === from);
  const box = list[at];
  if (box === undefined) return to(move === "last" ? list.at(-1) : list[0]);
  if (move === "first") return to(list[0]);
  if (move === "last") return to(list.at(-1));
  if (move === "up") return to(list[at - 1]);
  if (move === "down") return to(list[at + 1]);
  if (move === "in") {
    if (!box.foldable) return undefined;
    return box.hidden > 0 ? { open: true } : to(list[at + 1]);
  }
  if (box.foldable && box.hidden === 0) return { open: false };
  const parent = scene.parents.get(box.id);
  return parent === undefined ? undefined : { to: parent };
}

function to(box: Box | undefined): { readonly to: string } | undefined {
  return box === undefined ? undefined : { to: box.id };
}
