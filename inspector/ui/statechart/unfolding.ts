/** Which boxes stand open: what is active, or everything, or what the user opened and closed by hand. */
import type { Member } from "./family.ts";
import { boxId } from "./scene.ts";

/**
 * `focus`: active states are open, and what stands beside an open one is told by its name alone; `follow`: active states
 * are open, with everything between their neighbours; `all`; `top`: the first level alone.
 */
export type UnfoldingMode = "focus" | "follow" | "all" | "top";

export interface Unfolding {
  readonly mode: UnfoldingMode;
  /** Boxes by id that the user opened (true) or closed. */
  readonly chosen: ReadonlyMap<string, boolean>;
}

export function isOpen({ mode, chosen }: Unfolding, member: Member, node: string, depth: number): boolean {
  const choice = chosen.get(boxId(member.actor.key, node));
  if (choice !== undefined) return choice;
  if (mode === "all") return true;
  const isRoot = node === member.index.root.id;
  if (mode === "top") return depth === 0;
  return isRoot || member.active.has(node);
}

/** `unfolding` with every ancestor of a node open, so that it is seen. */
export function revealing(unfolding: Unfolding, member: Member, node: string): Unfolding {
  const chosen = new Map(unfolding.chosen);
  let parent = member.index.nodes.get(node)?.parent;
  while (parent !== undefined) {
    chosen.set(boxId(member.actor.key, parent), true);
    parent = member.index.nodes.get(parent)?.parent;
  }
  return { ...unfolding, chosen };
}

export function toggled(unfolding: Unfolding, box: string, open: boolean): Unfolding {
  return { ...unfolding, chosen: new Map(unfolding.chosen).set(box, open) };
}
