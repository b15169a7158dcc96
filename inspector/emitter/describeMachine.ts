/** Makes of an XState machine the definition that is drawn and explained, with an id for each of its transitions. */
import { createHash } from "node:crypto";
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from "xstate";
import type { EdgeDefinition, InvokeDefinition, MachineDefinition, NodeDefinition } from "../definition.ts";
import { actionName } from "./actionNames.ts";
import { type Guard, guardName } from "./guardNames.ts";
import { type PlainOptions, plain } from "./plain.ts";

export interface DescribedMachine {
  /** 16 hexadecimal digits; the same for the same definition. */
  readonly hash: string;
  readonly definition: MachineDefinition;
  /** The machines that this one invokes or may spawn, as far as they are known before it runs. */
  readonly invoked: readonly DescribedMachine[];
}

export function describeMachine(machine: AnyStateMachine): DescribedMachine {
  return new Describer().describe(machine);
}

/** Describes each machine once, and knows the edges of those it has described. */
export class Describer {
  readonly #options: PlainOptions;
  readonly #described = new WeakMap<AnyStateMachine, DescribedMachine>();
  readonly #edges = new WeakMap<object, string>();
  /** Machines being described: one may invoke itself. */
  readonly #under = new Set<AnyStateMachine>();

  constructor(options: PlainOptions = {}) {
    this.#options = options;
  }

  describe(machine: AnyStateMachine): DescribedMachine {
    const known = this.#described.get(machine);
    if (known !== undefined) return known;
    this.#under.add(machine);
    const invoked = new Map<string, DescribedMachine>();
    const nodes: NodeDefinition[] = [];
    const edges: EdgeDefinition[] = [];
    for (const node of nodesOf(machine.root)) {
      nodes.push(this.#node(node, invoked));
      edges.push(...this.#edgesOf(node));
    }
    for (const logic of Object.values(machine.implementations.actors)) {
      if (!isMachine(logic) || this.#under.has(logic)) continue;
      const behind = this.describe(logic);
      invoked.set(behind.hash, behind);
    }
    this.#under.delete(machine);
    const { description } = machine.root;
    const definition = { id: machine.id, ...(description !== undefined && { description }), nodes, edges };
    const described: DescribedMachine = {
      hash: definitionHash(definition),
      definition,
      invoked: [...invoked.values()],
    };
    this.#described.set(machine, described);
    return described;
  }

  /** Id of a transition of a machine that has been described. */
  edgeOf(transition: object): string | undefined {
    return this.#edges.get(transition);
  }

  #node(node: AnyStateNode, invoked: Map<string, DescribedMachine>): NodeDefinition {
    const invokes = node.invoke.map((invoke, index) => this.#invoke(node, invoke, index, invoked));
    const entry = namesOf(node.entry);
    const exit = namesOf(node.exit);
    const initial = node.type === "compound" ? node.initial.target[0] : undefined;
    return {
      id: nodeId(node),
      key: node.key,
      ...(node.parent !== undefined && { parent: nodeId(node.parent) }),
      type: node.type,
      ...(node.type === "history" && { history: node.history === "deep" ? "deep" : "shallow" }),
      ...(initial !== undefined && { initial: nodeId(initial) }),
      ...(node.description !== undefined && { description: node.description }),
      ...(node.tags.length > 0 && { tags: node.tags }),
      ...this.#meta(node.meta, nodeId(node)),
      ...(entry.length > 0 && { entry }),
      ...(exit.length > 0 && { exit }),
      ...(invokes.length > 0 && { invokes }),
    };
  }

  #invoke(
    node: AnyStateNode,
    invoke: { readonly id: string; readonly src: unknown },
    index: number,
    invoked: Map<string, DescribedMachine>,
  ): InvokeDefinition {
    const configured: unknown = [node.config.invoke].flat()[index]?.src;
    const logic = typeof configured === "string" ? node.machine.implementations.actors[configured] : configured;
    const src = typeof configured === "string" ? configured : isMachine(logic) ? logic.id : "inline";
    if (!isMachine(logic) || this.#under.has(logic)) return { id: invoke.id, src };
    const described = this.describe(logic);
    invoked.set(described.hash, described);
    return { id: invoke.id, src, definition: described.hash };
  }

  #edgesOf(node: AnyStateNode): EdgeDefinition[] {
    const edges: EdgeDefinition[] = [];
    if (node.type === "compound") edges.push(this.#edge(node, node.initial, INITIAL, "initial", 0));
    if (node.type === "history") edges.push(...historyDefault(node));
    for (const [n, transition] of (node.always ?? []).entries()) {
      edges.push(this.#edge(node, transition, "", "always", n));
    }
    for (const [event, transitions] of node.transitions) {
      for (const [n, transition] of transitions.entries()) {
        edges.push(this.#edge(node, transition, event, triggerOf(event), n));
      }
    }
    return edges;
  }

  #edge(
    node: AnyStateNode,
    transition: Pick<AnyTransitionDefinition, "target" | "actions" | "reenter" | "description" | "meta" | "guard">,
    event: string,
    trigger: EdgeDefinition["trigger"],
    n: number,
  ): EdgeDefinition {
    const source = nodeId(node);
    const id = `${source}|${event}|${n}`;
    this.#edges.set(transition, id);
    const actions = namesOf(transition.actions);
    const { delay } = transition as { delay?: number | string };
    return {
      id,
      source,
      targets: (transition.target ?? []).map(nodeId),
      event: trigger === "initial" ? "" : event,
      trigger,
      ...(delay !== undefined && { delay }),
      ...(transition.guard !== undefined && { guard: guardName(transition.guard as Guard) }),
      ...(actions.length > 0 && { actions }),
      ...(transition.reenter && { reenter: true }),
      ...(transition.description !== undefined && { description: transition.description }),
      ...this.#meta(transition.meta, id),
    };
  }

  #meta(meta: unknown, path: string): { meta?: { readonly spec?: string; readonly [field: string]: unknown } } {
    if (typeof meta !== "object" || meta === null) return {};
    return { meta: plain(meta, `meta.${path}`, this.#options) as Record<string, unknown> };
  }
}

/** Names a definition: 16 hexadecimal digits. */
export function definitionHash(definition: MachineDefinition): string {
  return createHash("sha256").update(JSON.stringify(definition)).digest("hex").slice(0, 16);
}

/** Path below the root, joined by dots. */
export function nodeId(node: AnyStateNode): string {
  let id = ids.get(node);
  if (id === undefined) {
    id = node.path.join(".");
    ids.set(node, id);
  }
  return id;
}

const ids = new WeakMap<AnyStateNode, string>();

const INITIAL = "xstate.initial";

function* nodesOf(node: AnyStateNode): Generator<AnyStateNode> {
  yield node;
  for (const child of Object.values(node.states)) yield* nodesOf(child);
}

function namesOf(actions: readonly unknown[]): string[] {
  return actions.map(actionName).filter((name) => name !== undefined);
}

function triggerOf(event: string): EdgeDefinition["trigger"] {
  if (event.startsWith("xstate.after.")) return "after";
  if (event.startsWith("xstate.done.")) return "done";
  return event.startsWith("xstate.error.") ? "error" : "event";
}

export function isMachine(logic: unknown): logic is AnyStateMachine {
  return typeof logic === "object" && logic !== null && "__xstatenode" in logic && "root" in logic;
}

/** Where a history node leads when there is no history yet. */
function historyDefault(node: AnyStateNode): EdgeDefinition[] {
  const targets = historyTargets(node);
  if (targets.length === 0) return [];
  const source = nodeId(node);
  return [{ id: `${source}|${INITIAL}|0`, source, targets: targets.map(nodeId), event: "", trigger: "initial" }];
}

/** What a history node's author named for when there is no history yet; none: whatever its parent begins with. */
export function historyTargets(node: AnyStateNode): AnyStateNode[] {
  const { target } = node.config as { target?: unknown };
  const names = [target].flat().filter((name) => typeof name === "string" && name !== "");
  return names.map((name) => nodeBehind(node, String(name))).filter((found) => found !== undefined);
}

function nodeBehind(history: AnyStateNode, target: string): AnyStateNode | undefined {
  try {
    if (target.startsWith("#")) return history.machine.getStateNodeById(target);
    return target.split(".").reduce<AnyStateNode | undefined>((at, key) => at?.states[key], history.parent);
  } catch {
    return undefined;
  }
}
