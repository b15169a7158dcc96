/** What ELK answered, as places. */
import type { ElkExtendedEdge, ElkNode } from "elkjs/lib/elk-api.js";
import type { Drawing, Line, PlacedBox, PlacedWire, Point, Rect } from "./drawing.ts";
import { containerOf, parentsOf } from "./elkGraph.ts";
import type { Measure } from "./measure.ts";
import type { Box, SceneMachine, Wire } from "./scene.ts";
import { headOf } from "./sizes.ts";

export interface Route {
  readonly paths: readonly (readonly Point[])[];
  readonly label?: Rect;
}

export function routeOf(edge: ElkExtendedEdge | undefined): Route | undefined {
  const paths = (edge?.sections ?? []).map(({ startPoint, bendPoints = [], endPoint }): Point[] => [
    startPoint,
    ...bendPoints,
    endPoint,
  ]);
  if (paths.length === 0) return undefined;
  const { x, y, width = 0, height = 0 } = edge?.labels?.[0] ?? {};
  return { paths, ...(x !== undefined && y !== undefined && { label: { x, y, width, height } }) };
}

/** A whole machine that was laid out at once. */
export function wholeDrawing({ root, wires }: SceneMachine, graph: ElkNode, measure: Measure): Drawing {
  const nodes = new Map<string, ElkNode>();
  const edges = new Map<string, ElkExtendedEdge>();
  collect(graph, nodes, edges);
  const parents = parentsOf(root);
  const boxes = new Map<string, PlacedBox>();
  const place = (box: Box, depth: number): void => {
    const node = nodes.get(box.id);
    if (node === undefined) return;
    const { x = 0, y = 0, width = 0, height = 0 } = node;
    boxes.set(box.id, { box, x, y, width, height, head: headOf(box, measure).height, depth, separators: [] });
    for (const child of box.children) place(child, depth + 1);
    if (box.kind === "parallel") part(box, boxes);
  };
  place(root, 0);
  const placedWire = (wire: Wire): PlacedWire | [] => {
    const route = routeOf(edges.get(wire.id));
    if (route === undefined) return [];
    return { wire, ...route, depth: boxes.get(containerOf(wire, parents))?.depth ?? -1 };
  };
  return { width: graph.width ?? 0, height: graph.height ?? 0, boxes, wires: wires.flatMap(placedWire) };
}

function collect(node: ElkNode, nodes: Map<string, ElkNode>, edges: Map<string, ElkExtendedEdge>): void {
  nodes.set(node.id, node);
  for (const edge of node.edges ?? []) edges.set(edge.id, edge);
  for (const child of node.children ?? []) collect(child, nodes, edges);
}

/** Dashed lines between the regions of a parallel state, where they stand in one line. */
function part(parent: Box, boxes: Map<string, PlacedBox>): void {
  const around = boxes.get(parent.id);
  const regions = parent.children.flatMap((child) => (child.region ? (boxes.get(child.id) ?? []) : []));
  if (around === undefined) return;
  const inside = { x: around.x, y: around.y + around.head, width: around.width, height: around.height - around.head };
  boxes.set(parent.id, { ...around, separators: separatorsOf(regions, inside) });
}

/** Lines across `inside` between boxes that stand in one line; none where they do not. */
export function separatorsOf(boxes: readonly Rect[], inside: Rect): readonly Line[] {
  for (const [axis, size] of [
    ["x", "width"],
    ["y", "height"],
  ] as const) {
    const sorted = [...boxes].sort((a, b) => a[axis] - b[axis]);
    const middles = sorted.slice(1).map((box, at) => {
      const before = sorted[at]!;
      const end = before[axis] + before[size];
      return end <= box[axis] ? (end + box[axis]) / 2 : undefined;
    });
    if (middles.includes(undefined)) continue;
    const [right, bottom] = [inside.x + inside.width, inside.y + inside.height];
    return (middles as number[]).map((middle) =>
      axis === "x"
        ? { from: { x: middle, y: inside.y }, to: { x: middle, y: bottom } }
        : { from: { x: inside.x, y: middle }, to: { x: right, y: middle } },
    );
  }
  return [];
}
