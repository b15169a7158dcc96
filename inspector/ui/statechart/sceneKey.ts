/** A name for what a scene would show, so that one like it need not be built. */
import type { SceneOptions } from "./buildScene.ts";
import type { Member } from "./family.ts";
import { isLarge } from "./neighbourhood.ts";

const numbers = new WeakMap<object, number>();
let count = 0;

/** Names what `buildScene` would make. */
export function sceneKey(family: readonly Member[], { unfolding, far, only }: SceneOptions): string {
  const parts: string[] = [far, only ?? "", unfolding.mode];
  for (const [box, open] of unfolding.chosen) parts.push(`${open ? "+" : "-"}${box}`);
  const visit = ({ actor, index, active, guests }: Member): void => {
    parts.push(actor.key, actor.status, String(numberOf(index.definition)));
    if (unfolding.mode === "focus" || unfolding.mode === "follow") {
      for (const node of active) {
        const parent = index.nodes.get(node)?.parent;
        const isCentre = unfolding.mode === "focus" && parent !== undefined && isLarge(index, parent);
        if (isCentre || index.children(node).length > 0 || guests.has(node)) parts.push(node);
      }
    }
    for (const [node, inner] of guests) {
      parts.push(">", node);
      for (const guest of inner) visit(guest);
    }
    parts.push("<");
  };
  for (const member of family) visit(member);
  return parts.join("\n");
}

/** Tells an object from all others, for keys. */
export function numberOf(object: object): number {
  let number = numbers.get(object);
  if (number === undefined) {
    count += 1;
    number = count;
    numbers.set(object, number);
  }
  return number;
}
