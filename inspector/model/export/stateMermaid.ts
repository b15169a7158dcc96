/** A statechart as a state diagram in Mermaid's language. */
import type { EdgeDefinition, MachineDefinition, NodeDefinition } from "../../definition.ts";
import { eventWords, lastName } from "../words.ts";

export interface StateMermaidOptions {
  /** Ids of nodes that are shown as active. */
  readonly active?: readonly string[];
}

export function exportStateMermaid(machine: MachineDefinition, options: StateMermaidOptions = {}): string {
  const chart = new StateDiagram(machine);
  const active = (options.active ?? []).filter((id) => id !== "" && chart.isLeaf(id)).map(idOf);
  return [
    "stateDiagram-v2",
    ...chart.drawn(),
    ...(active.length === 0
      ? []
      : ["  classDef active fill:#f0e442,stroke:#000,color:#000", `  class ${active.join(",")} active`]),
    "",
  ].join("\n");
}

class StateDiagram {
  readonly #children = new Map<string, NodeDefinition[]>();
  readonly #nodes = new Map<string, NodeDefinition>();
  /** By the node whose inside they are drawn in. */
  readonly #edges = new Map<string, { readonly from: string; readonly line: string }[]>();

  constructor({ nodes, edges }: MachineDefinition) {
    for (const node of nodes) {
      this.#nodes.set(node.id, node);
      if (node.parent === undefined) continue;
      const siblings = this.#children.get(node.parent);
      if (siblings === undefined) this.#children.set(node.parent, [node]);
      else siblings.push(node);
    }
    for (const edge of edges) if (edge.trigger !== "initial") this.#place(edge);
  }

  isLeaf(id: string): boolean {
    return this.#nodes.has(id) && !this.#children.has(id);
  }

  /** Without its root, unless that has regions: Mermaid takes those inside a state only. */
  drawn(): string[] {
    const root = this.#nodes.get("");
    return root?.type === "parallel" ? this.#node(root, "  ") : this.#inside("", "  ");
  }

  #inside(parent: string, indent: string): string[] {
    const children = this.#children.get(parent) ?? [];
    const { type, initial } = this.#nodes.get(parent) ?? {};
    const edges = this.#edges.get(parent) ?? [];
    const lines: string[] = [];
    for (const [index, child] of children.entries()) {
      if (type === "parallel" && index > 0) lines.push(`${indent}--`);
      lines.push(...this.#node(child, indent));
      // A region ends with its own: what is told of it after the next one has begun would move it there.
      if (type === "parallel")
        lines.push(...edges.flatMap(({ from, line }) => (from === child.id ? indent + line : [])));
    }
    if (type === "compound" && initial !== undefined) lines.push(`${indent}[*] --> ${idOf(initial)}`);
    if (type !== "parallel") for (const { line } of edges) lines.push(`${indent}${line}`);
    for (const child of children) if (child.type === "final") lines.push(`${indent}${idOf(child.id)} --> [*]`);
    return lines;
  }

  #node(node: NodeDefinition, indent: string): string[] {
    const id = idOf(node.id);
    const name = node.type === "history" ? (node.history === "deep" ? "H*" : "H") : node.key;
    const lines = [`${indent}state "${escaped(name)}" as ${id}`];
    if (!this.#children.has(node.id)) return lines;
    return [...lines, `${indent}state ${id} {`, ...this.#inside(node.id, `${indent}  `), `${indent}}`];
  }

  /**
   * Mermaid takes a transition only between states of the same composite state: both ends are raised to where their
   * common ancestor has them, and the label says what is meant.
   */
  #place(edge: EdgeDefinition): void {
    for (const target of edge.targets.length === 0 ? [edge.source] : edge.targets) {
      const scope = commonAncestor(edge.source, target);
      const from = childOf(scope, edge.source);
      // Regions have no transitions between one another: the label says where it leads.
      const to = this.#nodes.get(scope)?.type === "parallel" ? from : childOf(scope, target);
      const isRaised = from !== edge.source || to !== target;
      const meant = isRaised ? ` (${nameOf(edge.source)} to ${nameOf(target)})` : "";
      const line = `${idOf(from)} --> ${idOf(to)}: ${escaped(`${labelOf(edge)}${meant}`)}`;
      // The root itself is not drawn.
      if (from === "" || to === "") continue;
      const lines = this.#edges.get(scope);
      if (lines === undefined) this.#edges.set(scope, [{ from, line }]);
      else if (!lines.some((other) => other.line === line)) lines.push({ from, line });
    }
  }
}

function labelOf({ trigger, event, delay, guard }: EdgeDefinition): string {
  const what =
    trigger === "always"
      ? "always"
      : trigger === "after" && delay !== undefined
        ? `after ${delay}${typeof delay === "number" ? " ms" : ""}`
        : eventWords(event);
  return guard === undefined ? what : `${what} [${guard}]`;
}

/** The innermost node that both lie in, neither of them itself. */
function commonAncestor(one: string, other: string): string {
  const left = one.split(".");
  const right = other.split(".");
  const path: string[] = [];
  for (let at = 0; at < Math.min(left.length, right.length) - 1 && left[at] === right[at]; at++) path.push(left[at]!);
  return path.join(".");
}

/** The ancestor-or-self of a node that stands directly in `scope`. */
function childOf(scope: string, id: string): string {
  const depth = scope === "" ? 1 : scope.split(".").length + 1;
  return id.split(".").slice(0, depth).join(".");
}

function nameOf(id: string): string {
  return id === "" ? "the machine" : lastName(id);
}

function idOf(id: string): string {
  return `s_${id.replace(/[^a-zA-Z0-9]/g, "_")}`;
}

function escaped(text: string): string {
  return text.replace(/[#;<>%":]/g, (character) => `#${character.charCodeAt(0)};`).replace(/\s+/g, " ");
}
