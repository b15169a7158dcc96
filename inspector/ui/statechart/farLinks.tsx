/** Lines that are shown while the state that they lead from or to is looked at. */
import type { Drawing } from "./drawing.ts";
import { linkFrom, rowLink } from "./links.ts";
import { edgeKey, type Places } from "./places.ts";
import type { Scene } from "./scene.ts";
import { tip } from "./wireView.tsx";

/** More lines than these at once would tell nothing. */
const MOST_FAR = 24;

/** All that leads from a state and to it and is not drawn as a wire. */
export function FarLinks({ id, scene, drawing, places }: FarProps) {
  const box = scene.boxes.get(id);
  if (box === undefined || box.kind === "initial" || box.kind === "note") return null;
  const links = new Map<string, NonNullable<ReturnType<typeof linkFrom>>>();
  for (const edge of scene.edges(box.actor)) {
    const key = edgeKey(box.actor, edge.id);
    if (edge.trigger === "initial" || places.wires.has(key)) continue;
    const from = scene.boxOf(box.actor, edge.source);
    for (const node of edge.targets) {
      const to = scene.boxOf(box.actor, node);
      if (from === undefined || to === undefined || from === to || (from.id !== id && to.id !== id)) continue;
      const [start, end] = [drawing.boxes.get(from.id), drawing.boxes.get(to.id)];
      const row = places.rows.get(key)?.[0];
      const link =
        start === undefined || end === undefined
          ? undefined
          : ((row === undefined ? undefined : rowLink(drawing, scene, start, row.row)) ?? linkFrom(start, end));
      if (link !== undefined) links.set(link.path, link);
    }
  }
  return (
    <g class="sc-far">
      {[...links.values()].slice(0, MOST_FAR).map(({ path, end }) => (
        <g key={path}>
          <path class="sc-line" d={path} />
          <path class="sc-tip" d={tip(end)} />
        </g>
      ))}
    </g>
  );
}

interface FarProps {
  readonly id: string;
  readonly scene: Scene;
  readonly drawing: Drawing;
  readonly places: Places;
}
