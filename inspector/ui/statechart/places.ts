/** Where the drawing shows an edge: on wires and in rows. */
import type { ActorKey } from "../../records.ts";
import type { Drawing } from "./drawing.ts";
import { boxId, type Scene } from "./scene.ts";

export interface Places {
  /** Wires and rows that stand for an edge, by `edgeKey`. */
  readonly wires: ReadonlyMap<string, readonly { readonly wire: number; readonly line: number }[]>;
  readonly rows: ReadonlyMap<string, readonly { readonly box: string; readonly row: number }[]>;
}

export function placesOf(scene: Scene, drawing: Drawing): Places {
  const wires = new Map<string, { wire: number; line: number }[]>();
  const rows = new Map<string, { box: string; row: number }[]>();
  const add = <T>(map: Map<string, T[]>, key: string, value: T) => map.set(key, [...(map.get(key) ?? []), value]);
  drawing.wires.forEach(({ wire }, at) => {
    wire.lines.forEach(({ edges }, line) => {
      for (const edge of edges) add(wires, edgeKey(wire.actor, edge), { wire: at, line });
    });
  });
  for (const box of scene.boxes.values()) {
    box.rows.forEach(({ edges }, row) => {
      for (const edge of edges) add(rows, edgeKey(box.actor, edge), { box: box.id, row });
    });
  }
  return { wires, rows };
}

export function edgeKey(actor: ActorKey, edge: string): string {
  return boxId(actor, edge);
}
