/** Questions to ELK. A level is the children of one box and the wires among them; a whole is everything at once. */
import type { ElkExtendedEdge, ElkNode } from "elkjs/lib/elk-api.js";
import type { Measure } from "./measure.ts";
import type { Box, Wire } from "./scene.ts";
import { type Extent, headOf, PADDING, wordsOf } from "./sizes.ts";

export type Direction = "DOWN" | "RIGHT";

export interface Sized extends Extent {
  readonly box: Box;
}

const COMMON: Readonly<Record<string, string>> = {
  "elk.algorithm": "layered",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.aspectRatio": "1.75",
  "elk.randomSeed": "1",
  "elk.spacing.nodeNode": "18",
  "elk.spacing.edgeNode": "10",
  "elk.spacing.edgeEdge": "9",
  "elk.spacing.edgeLabel": "2",
  "elk.spacing.componentComponent": "16",
  "elk.layered.spacing.nodeNodeBetweenLayers": "16",
  "elk.layered.spacing.edgeNodeBetweenLayers": "9",
  "elk.layered.spacing.edgeEdgeBetweenLayers": "9",
  "elk.layered.nodePlacement.strategy": "BRANDES_KOEPF",
  "elk.layered.nodePlacement.bk.fixedAlignment": "BALANCED",
  "elk.layered.cycleBreaking.strategy": "DEPTH_FIRST",
};

export function levelGraph(
  id: string,
  children: readonly Sized[],
  wires: readonly Wire[],
  measure: Measure,
  direction: Direction,
): ElkNode {
  return {
    id,
    layoutOptions: {
      ...COMMON,
      // Across levels it makes ELK fail.
      "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
      "elk.direction": direction,
      "elk.padding": "[top=0,left=0,bottom=0,right=0]",
    },
    children: children.map(({ box, width, height }) => ({ id: box.id, width, height, ...firstLayer(box) })),
    edges: wires.map((wire) => elkEdge(wire, measure)),
  };
}

/** Everything in one box. */
export const OUTSIDE = "/";

export function wholeGraph(root: Box, wires: readonly Wire[], measure: Measure, direction: Direction): ElkNode {
  const options = { ...COMMON, "elk.direction": direction, "elk.hierarchyHandling": "INCLUDE_CHILDREN" };
  const edges = new Map<string, ElkExtendedEdge[]>();
  const parents = parentsOf(root);
  for (const wire of wires) {
    const container = containerOf(wire, parents);
    const others = edges.get(container);
    const edge = elkEdge(wire, measure);
    if (others === undefined) edges.set(container, [edge]);
    else others.push(edge);
  }
  const elkNode = (box: Box): ElkNode => {
    const { width, height } = headOf(box, measure);
    if (box.children.length === 0) return { id: box.id, width, height, ...firstLayer(box) };
    return {
      id: box.id,
      children: box.children.map(elkNode),
      edges: edges.get(box.id) ?? [],
      layoutOptions: {
        ...options,
        "elk.padding": `[top=${height + 6},left=${PADDING},bottom=${PADDING},right=${PADDING}]`,
        "elk.nodeSize.constraints": "MINIMUM_SIZE",
        "elk.nodeSize.minimum": `(${width},${height + 2 * PADDING})`,
      },
    };
  };
  return {
    id: OUTSIDE,
    layoutOptions: {
      ...options,
      "elk.padding": "[top=2,left=2,bottom=2,right=2]",
      "org.eclipse.elk.json.shapeCoords": "ROOT",
      "org.eclipse.elk.json.edgeCoords": "ROOT",
    },
    children: [elkNode(root)],
    edges: edges.get(OUTSIDE) ?? [],
  };
}

export function parentsOf(root: Box): ReadonlyMap<string, string> {
  const parents = new Map([[root.id, OUTSIDE]]);
  const visit = (box: Box): void => {
    for (const child of box.children) {
      parents.set(child.id, box.id);
      visit(child);
    }
  };
  visit(root);
  return parents;
}

/** The innermost box that holds both ends of a wire; one end may be that box itself. */
export function containerOf({ from, to }: Wire, parents: ReadonlyMap<string, string>): string {
  const above = new Set<string>();
  for (let id: string | undefined = from; id !== undefined; id = parents.get(id)) above.add(id);
  for (let id: string | undefined = to; id !== undefined; id = parents.get(id)) {
    if (above.has(id)) return id;
  }
  return OUTSIDE;
}

function elkEdge(wire: Wire, measure: Measure): ElkExtendedEdge {
  const words = wordsOf(wire, measure);
  return {
    id: wire.id,
    sources: [wire.from],
    targets: [wire.to],
    ...(words !== undefined && {
      labels: [
        {
          id: `${wire.id}/label`,
          // Without text ELK gives a label no place.
          text: wire.id,
          ...words,
          layoutOptions: { "elk.edgeLabels.inline": "true", "elk.edgeLabels.placement": "CENTER" },
        },
      ],
    }),
    ...(wire.initial && { layoutOptions: { "elk.layered.priority.direction": "10" } }),
  };
}

function firstLayer({ kind }: Box): Pick<ElkNode, "layoutOptions"> {
  return kind === "initial" ? { layoutOptions: { "elk.layered.layering.layerConstraint": "FIRST" } } : {};
}
