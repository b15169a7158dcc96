/** What lies under the pointer. */
import type { ActorKey } from "../../records.ts";
import type { Drawing, Rect } from "./drawing.ts";
import type { Scene } from "./scene.ts";

export interface Picked {
  readonly actor: ActorKey;
  readonly node: string;
  /** Id of its box, for a state. */
  readonly box?: string;
  /** Transitions. */
  readonly edges?: readonly string[];
  readonly place: Rect;
}

export function pick(target: EventTarget | null, scene: Scene, drawing: Drawing): Picked | undefined {
  if (!(target instanceof Element)) return undefined;
  const row = target.closest<SVGElement>("[data-row]");
  const wire = target.closest<SVGElement>("[data-wire]");
  const box = target.closest<SVGElement>("[data-box]");
  if (row !== null) {
    const placed = drawing.boxes.get(row.dataset.box ?? "");
    const edges = placed?.box.rows[Number(row.dataset.row)]?.edges;
    if (placed !== undefined && edges !== undefined) {
      return { actor: placed.box.actor, node: sourceOf(scene, placed.box.actor, edges), edges, place: placed };
    }
  }
  if (wire !== null) {
    const placed = drawing.wires[Number(wire.dataset.wire)];
    if (placed === undefined) return undefined;
    const { actor, lines } = placed.wire;
    const line = wire.dataset.line === undefined ? undefined : lines[Number(wire.dataset.line)];
    const edges = line?.edges ?? lines.flatMap((one) => one.edges);
    const start = placed.paths[0]?.[0];
    const place = placed.label ?? { x: start?.x ?? 0, y: start?.y ?? 0, width: 0, height: 0 };
    return { actor, node: sourceOf(scene, actor, edges), edges, place };
  }
  const placed = drawing.boxes.get(box?.dataset.box ?? "");
  if (placed === undefined) return undefined;
  return { actor: placed.box.actor, node: placed.box.node, box: placed.box.id, place: placed };
}

function sourceOf(scene: Scene, actor: ActorKey, [edge]: readonly string[]): string {
  return (edge === undefined ? undefined : scene.edge(actor, edge)?.source) ?? "";
}
