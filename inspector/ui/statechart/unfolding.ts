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

/** What is nested deeper stays folded: nobody could read it, and it may go down for ever. */
const DEEPEST = 60;

export function isOpen({ mode, chosen }: Unfolding, member: Member, node: string, depth: number): boolean {
  if (depth >= DEEPEST) return false;
  const choice = chosen.get(boxId(member.actor.key, node));
  if (choice !== undefined) return choice;
  if (mode === "all") return true;
  const isRoot = node === member.index.root.id;
  if (mode === "top") return depth === 0;
  return isRoot || member.active.has(node);
}

/** `unfolding` with everything open that a node lies in, other machines included, so that it is seen. */
export function revealing(unfolding: Unfolding, family: readonly Member[], member: Member, node: string): Unfolding {
  const chosen = new Map(unfolding.chosen);
  const open = ({ actor, index }: Member, from: string | undefined): void => {
    for (let id = from; id !== undefined; id = index.nodes.get(id)?.parent) chosen.set(boxId(actor.key, id), true);
  };
  open(member, member.index.nodes.get(node)?.parent);
  for (const { around, host } of hostsOf(family, member)) open(around, host);
  return { ...unfolding, chosen };
}

/** The machines around a machine, outermost first, and the state of each that it runs in. */
function hostsOf(family: readonly Member[], sought: Member): readonly { around: Member; host: string }[] {
  const search = (around: Member): { around: Member; host: string }[] | undefined => {
    if (around.actor.key === sought.actor.key) return [];
    for (const [host, guests] of around.guests) {
      for (const guest of guests) {
        const inner = search(guest);
        if (inner !== undefined) return [{ around, host }, ...inner];
      }
    }
    return undefined;
  };
  for (const root of family) {
    const hosts = search(root);
    if (hosts !== undefined) return hosts;
  }
  return [];
}

export function toggled(unfolding: Unfolding, box: string, open: boolean): Unfolding {
  return { ...unfolding, chosen: new Map(unfolding.chosen).set(box, open) };
}
