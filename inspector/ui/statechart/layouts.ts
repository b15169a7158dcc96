/** Places for scenes: asks ELK, remembers its answers, and says so where no drawing can be had. */
import type { ElkNode } from "elkjs/lib/elk-api.js";
import { type Drawing, sideBySide } from "./drawing.ts";
import { wholeDrawing } from "./elkAnswer.ts";
import { type Direction, wholeGraph } from "./elkGraph.ts";
import { attempt, type Question } from "./levels.ts";
import type { Measure } from "./measure.ts";
import type { Scene, SceneMachine } from "./scene.ts";

/** What lays a graph out: ELK in a worker; in Node ELK itself. */
export interface Engine {
  layout(graph: ElkNode): Promise<ElkNode>;
}

export interface LayoutRequest {
  readonly scene: Scene;
  readonly direction: Direction | "auto";
  /** Wires cross levels. */
  readonly across: boolean;
}

export type Layout =
  | { readonly kind: "drawing"; readonly drawing: Drawing; readonly failed: boolean }
  | { readonly kind: "none"; readonly reason: string };

/** Boxes that are drawn at a time; more are shown as a tree. */
export const MOST_BOXES = 700;
/** Answers kept: each is a level of some machine, folded in some way. */
const MOST_REMEMBERED = 600;
const GAP = 28;

type Outcome = { readonly drawing: Drawing; readonly failed: boolean } | { readonly missing: readonly Question[] };

export class Layouts {
  readonly #engine: Engine;
  readonly #measure: Measure;
  /** ELK's answers by what it was asked: states, what is folded and how wide the words are. */
  readonly #known = new Map<string, ElkNode | "failed">();

  constructor(engine: Engine, measure: Measure) {
    this.#engine = engine;
    this.#measure = measure;
  }

  /** The layout, where it is known already. */
  known(request: LayoutRequest): Layout | undefined {
    const tooLarge = tooLargeOf(request);
    if (tooLarge !== undefined) return tooLarge;
    const parts: Drawing[] = [];
    let failed = false;
    for (const machine of request.scene.machines) {
      const outcome = this.#attempt(machine, request);
      if ("missing" in outcome) return undefined;
      failed ||= outcome.failed;
      parts.push(outcome.drawing);
    }
    return { kind: "drawing", drawing: sideBySide(parts, GAP), failed };
  }

  /** Never rejects. */
  async layout(request: LayoutRequest): Promise<Layout> {
    const tooLarge = tooLargeOf(request);
    if (tooLarge !== undefined) return tooLarge;
    const parts: Drawing[] = [];
    let failed = false;
    for (const machine of request.scene.machines) {
      let outcome = this.#attempt(machine, request);
      while ("missing" in outcome) {
        await Promise.all(outcome.missing.map((question) => this.#ask(question)));
        outcome = this.#attempt(machine, request);
      }
      failed ||= outcome.failed;
      parts.push(outcome.drawing);
    }
    this.#forget();
    return { kind: "drawing", drawing: sideBySide(parts, GAP), failed };
  }

  #attempt(machine: SceneMachine, request: LayoutRequest): Outcome {
    const answers = (key: string) => this.#known.get(key);
    if (request.across) {
      const direction = request.direction === "auto" ? "DOWN" : request.direction;
      const graph = wholeGraph(machine.root, machine.wires, this.#measure, direction);
      const key = JSON.stringify(graph);
      const answer = answers(key);
      if (answer === undefined) return { missing: [{ key, graph }] };
      if (answer !== "failed") return { drawing: wholeDrawing(machine, answer, this.#measure), failed: false };
    }
    const outcome = attempt(machine, { measure: this.#measure, direction: request.direction, answers });
    return request.across && "drawing" in outcome ? { ...outcome, failed: true } : outcome;
  }

  async #ask({ key, graph }: Question): Promise<void> {
    let answer: ElkNode | "failed";
    try {
      answer = await this.#engine.layout(graph);
    } catch {
      answer = "failed";
    }
    this.#known.set(key, answer);
  }

  /** Not while a layout is under way: it needs all that it has asked for. */
  #forget(): void {
    for (const key of this.#known.keys()) {
      if (this.#known.size <= MOST_REMEMBERED) return;
      this.#known.delete(key);
    }
  }
}

function tooLargeOf({ scene }: LayoutRequest): Layout | undefined {
  if (scene.boxes.size <= MOST_BOXES) return undefined;
  return { kind: "none", reason: `${scene.boxes.size} states are too many to draw at once; fold some.` };
}
