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
  readonly #known: Map<string, ElkNode | "failed">;

  /** `known`: answers of the same ELK from before. */
  constructor(engine: Engine, measure: Measure, known: Iterable<readonly [question: string, answer: ElkNode]> = []) {
    this.#engine = engine;
    this.#measure = measure;
    this.#known = new Map(known);
  }

  /** Answers by what was asked, the newest last. */
  get answers(): ReadonlyMap<string, ElkNode | "failed"> {
    return this.#known;
  }

  /** The layout, where it is known already. */
  known(request: LayoutRequest): Layout | undefined {
    const made = this.#make(request);
    return "missing" in made ? undefined : made;
  }

  /** Never rejects. */
  async layout(request: LayoutRequest): Promise<Layout> {
    for (;;) {
      const made = this.#make(request);
      if (!("missing" in made)) {
        this.#forget();
        return made;
      }
      await Promise.all(made.missing.map((question) => this.#ask(question)));
    }
  }

  /** The layout, as far as the answers allow; else what is to be asked first. */
  #make(request: LayoutRequest): Layout | { readonly missing: readonly Question[] } {
    const { boxes } = request.scene;
    if (boxes.size > MOST_BOXES) {
      const states = [...boxes.values()].filter(({ kind }) => kind !== "initial" && kind !== "note").length;
      return { kind: "none", reason: `${states} states are too many to draw at once; fold some.` };
    }
    try {
      const outcomes = request.scene.machines.map((machine) => this.#attempt(machine, request));
      const missing = outcomes.flatMap((outcome) => ("missing" in outcome ? outcome.missing : []));
      if (missing.length > 0) return { missing };
      const parts = outcomes.flatMap((outcome) => ("drawing" in outcome ? [outcome] : []));
      const drawing = sideBySide(
        parts.map((part) => part.drawing),
        GAP,
      );
      return { kind: "drawing", drawing, failed: parts.some(({ failed }) => failed) };
    } catch (error) {
      return { kind: "none", reason: `No places could be found: ${error instanceof Error ? error.message : error}.` };
    }
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
