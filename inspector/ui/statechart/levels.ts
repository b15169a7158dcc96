/**
 * A machine laid out level by level, the innermost first. Each level is asked for by itself, so that unfolding one state
 * leaves the inside of the others as it was, and a level that ELK fails at is packed without it.
 */
import type { ElkNode } from "elkjs/lib/elk-api.js";
import type { Drawing, Line, PlacedBox, PlacedWire, Point } from "./drawing.ts";
import { type Route, routeOf, separatorsOf } from "./elkAnswer.ts";
import { type Direction, levelGraph, type Sized } from "./elkGraph.ts";
import type { Measure } from "./measure.ts";
import { badness, pack } from "./pack.ts";
import type { Box, SceneMachine, Wire } from "./scene.ts";
import { ASPECT, CHIP_HEIGHT, chipsOf, type Extent, headOf, PADDING, TITLE_HEIGHT } from "./sizes.ts";

export interface Question {
  readonly key: string;
  readonly graph: ElkNode;
}

/** What is known of a question: ELK's answer, that it failed, or nothing yet. */
export type Answers = (key: string) => ElkNode | "failed" | undefined;

export interface LevelOptions {
  readonly measure: Measure;
  /** `auto`: whichever has the better shape. */
  readonly direction: Direction | "auto";
  readonly answers: Answers;
}

export type Attempt =
  | { readonly drawing: Drawing; readonly failed: boolean }
  | { readonly missing: readonly Question[] };

interface Placed extends Extent {
  readonly box: Box;
  readonly head: number;
  readonly children: readonly (Point & { readonly placed: Placed })[];
  readonly routes: readonly (Route & { readonly wire: Wire })[];
  readonly separators: readonly Line[];
  readonly origin: Point;
}

const REGION_GAP = 20;

/** The drawing, as far as the answers allow; else what is to be asked first. */
export function attempt({ root, wires }: SceneMachine, options: LevelOptions): Attempt {
  const missing: Question[] = [];
  const wiresIn = grouped(root, wires);
  let failed = false;

  const place = (box: Box): Placed | undefined => {
    const head = headOf(box, options.measure);
    const chips = chipPlaces(box, options.measure, head.height);
    const inner = box.children.filter((child) => !child.brief).map(place);
    if (inner.some((child) => child === undefined)) return undefined;
    const sized = (inner as Placed[]).map((child): Sized => child);
    if (sized.length === 0) {
      return { box, ...head, head: head.height, children: chips, routes: [], separators: [], origin: NOWHERE };
    }
    const level = levelOf(box, sized, wiresIn.get(box.id) ?? []);
    if (level === undefined) return undefined;
    const origin = { x: PADDING, y: head.height + 4 };
    const width = Math.max(head.width, level.width + 2 * PADDING);
    return {
      box,
      head: head.height,
      width,
      height: origin.y + level.height + PADDING,
      origin,
      children: [
        ...chips,
        ...level.at.map((point, at) => ({ x: point.x + origin.x, y: point.y + origin.y, placed: inner[at]! })),
      ],
      routes: level.routes,
      separators: level.separators,
    };
  };

  const levelOf = (box: Box, sized: readonly Sized[], inside: readonly Wire[]): Level | undefined => {
    if (inside.length === 0) return { ...pack(sized, box.kind === "parallel" ? REGION_GAP : 14), routes: [] };
    const ask = (direction: Direction): Level | "failed" | undefined => {
      const graph = levelGraph(box.id, sized, inside, options.measure, direction);
      const key = JSON.stringify(graph);
      const answer = options.answers(key);
      if (answer === undefined) missing.push({ key, graph });
      return answer === undefined || answer === "failed" ? answer : levelFrom(answer, sized, inside);
    };
    const first = ask(options.direction === "RIGHT" ? "RIGHT" : "DOWN");
    if (first === undefined) return undefined;
    if (first === "failed") {
      failed = true;
      return { ...pack(sized, 24), separators: [], routes: [] };
    }
    // Downward reads better: rightward is tried where downward is tall, and has to be clearly the better shape.
    if (options.direction !== "auto" || first.height * ASPECT < first.width * 1.3) return first;
    const second = ask("RIGHT");
    if (second === undefined) return undefined;
    return second !== "failed" && badness(second) < badness(first) * 0.85 ? second : first;
  };

  const placed = place(root);
  return placed === undefined ? { missing } : { drawing: drawingOf(placed), failed };
}

interface Level extends Extent {
  readonly at: readonly Point[];
  readonly routes: readonly (Route & { readonly wire: Wire })[];
  readonly separators: readonly Line[];
}

const NOWHERE: Point = { x: 0, y: 0 };

function levelFrom(answer: ElkNode, sized: readonly Sized[], wires: readonly Wire[]): Level {
  const nodes = new Map((answer.children ?? []).map((node) => [node.id, node]));
  const edges = new Map((answer.edges ?? []).map((edge) => [edge.id, edge]));
  const { width = 0, height = 0 } = answer;
  const at = sized.map(({ box }) => ({ x: nodes.get(box.id)?.x ?? 0, y: nodes.get(box.id)?.y ?? 0 }));
  const regions = sized.flatMap(({ box, ...extent }, n) => (box.region ? [{ ...at[n]!, ...extent }] : []));
  return {
    width,
    height,
    at,
    routes: wires.flatMap((wire) => {
      const route = routeOf(edges.get(wire.id));
      return route === undefined ? [] : { wire, ...route };
    }),
    separators: separatorsOf(regions, { x: 0, y: 0, width, height }),
  };
}

function chipPlaces(box: Box, measure: Measure, head: number): (Point & { placed: Placed })[] {
  const chips = chipsOf(box, measure);
  const top = head - chips.height;
  return chips.at.map((chip) => ({
    x: PADDING + chip.x,
    y: top + chip.y,
    placed: {
      box: chip.box,
      width: chip.width,
      height: CHIP_HEIGHT,
      head: TITLE_HEIGHT,
      children: [],
      routes: [],
      separators: [],
      origin: NOWHERE,
    },
  }));
}

function grouped(root: Box, wires: readonly Wire[]): ReadonlyMap<string, readonly Wire[]> {
  const parents = new Map<string, string>();
  const visit = (box: Box): void => {
    for (const child of box.children) {
      parents.set(child.id, box.id);
      visit(child);
    }
  };
  visit(root);
  const groups = new Map<string, Wire[]>();
  for (const wire of wires) {
    const parent = parents.get(wire.from);
    // A wire across levels is not for this layout.
    if (parent === undefined || parent !== parents.get(wire.to)) continue;
    const group = groups.get(parent);
    if (group === undefined) groups.set(parent, [wire]);
    else group.push(wire);
  }
  return groups;
}

/** From places within parents to places on the page. */
function drawingOf(root: Placed): Drawing {
  const boxes = new Map<string, PlacedBox>();
  const wires: PlacedWire[] = [];
  const visit = (placed: Placed, x: number, y: number, depth: number): void => {
    const { box, width, height, head, origin, separators } = placed;
    const left = x + origin.x;
    const top = y + origin.y;
    const move = (point: Point): Point => ({ x: point.x + left, y: point.y + top });
    // Lines that part regions reach from edge to edge.
    const inner = { width: width - 2 * PADDING, height: height - origin.y - PADDING };
    boxes.set(box.id, {
      box,
      x,
      y,
      width,
      height,
      head,
      depth,
      separators:
        box.kind === "parallel"
          ? separators.map((line) => reaching(line, inner)).map(({ from, to }) => ({ from: move(from), to: move(to) }))
          : [],
    });
    for (const { wire, paths, label } of placed.routes) {
      wires.push({
        wire,
        depth,
        paths: paths.map((path) => path.map(move)),
        ...(label !== undefined && { label: { ...label, ...move(label) } }),
      });
    }
    for (const child of placed.children) visit(child.placed, x + child.x, y + child.y, depth + shade(child.placed.box));
  };
  visit(root, 0, 0, 0);
  return { width: root.width, height: root.height, boxes, wires };
}

/** Nested boxes take turns in their shade; a region is seen through. */
function shade({ region }: Box): number {
  return region ? 0 : 1;
}

function reaching({ from, to }: Line, { width, height }: Extent): Line {
  const flat = from.y === to.y;
  return flat
    ? { from: { x: -PADDING, y: from.y }, to: { x: width + PADDING, y: to.y } }
    : {
        from: { x: from.x, y: from.y - (from.y === 0 ? 4 : REGION_GAP / 2) },
        to: { x: to.x, y: to.y >= height - 1 ? height + PADDING : to.y + REGION_GAP / 2 },
      };
}
