/** What is to be drawn, before anything has a place: boxes within boxes, and the wires between them. */
import type { EdgeDefinition } from "../../definition.ts";
import type { ActorKey } from "../../records.ts";

/** Names a box on the page: actor and node. */
export function boxId(actor: ActorKey, node: string): string {
  return `${actor}#${node}`;
}

export type BoxKind = "atomic" | "compound" | "parallel" | "final" | "history" | "initial" | "note";

export interface Box {
  readonly id: string;
  readonly actor: ActorKey;
  /** Id of the node; of a dot or a note the node that it is in. */
  readonly node: string;
  readonly kind: BoxKind;
  readonly title: string;
  /** The box of a whole machine: its root node. */
  readonly machine: boolean;
  /** One of several regions of a parallel state. */
  readonly region: boolean;
  /** Of a history state: it restores the states below as well. */
  readonly deep: boolean;
  /** Told by its name alone, because what happens is beside it. */
  readonly brief: boolean;
  /** What is inside matters more than itself: neither its rows nor the wires among its children are shown. */
  readonly context: boolean;
  /** Lines below the title. */
  readonly rows: readonly Row[];
  readonly children: readonly Box[];
  /** How many states are folded away in it; 0: none. */
  readonly hidden: number;
  /** It may be folded or unfolded. */
  readonly foldable: boolean;
}

export interface Row {
  readonly text: string;
  readonly tone: "action" | "invoke" | "stays" | "leaves" | "more";
  /** Edges that the row stands for. */
  readonly edges: readonly string[];
  /** Id of the box that a transition leads to. */
  readonly target?: string;
  /** Id of the invocation that the row stands for. */
  readonly invoke?: string;
}

export interface Wire {
  readonly id: string;
  readonly actor: ActorKey;
  /** Ids of boxes. */
  readonly from: string;
  readonly to: string;
  readonly lines: readonly WireLine[];
  /** It leads from the dot to the initial state. */
  readonly initial: boolean;
}

export interface WireLine {
  readonly text: string;
  readonly edges: readonly string[];
}

/** A root machine and all that runs in it; drawn by itself beside the others. */
export interface SceneMachine {
  readonly root: Box;
  readonly wires: readonly Wire[];
}

export interface Scene {
  readonly machines: readonly SceneMachine[];
  readonly boxes: ReadonlyMap<string, Box>;
  /** Id of the box around a box. */
  readonly parents: ReadonlyMap<string, string>;
  /** The box that stands for a node: its own, or the folded one that it is in. */
  boxOf(actor: ActorKey, node: string): Box | undefined;
  edge(actor: ActorKey, edge: string): EdgeDefinition | undefined;
  edges(actor: ActorKey): readonly EdgeDefinition[];
  /** Root machines that are not drawn because there are too many. */
  readonly left: number;
}
