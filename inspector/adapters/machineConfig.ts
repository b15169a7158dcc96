/** Our definitions as configurations of XState, 5 or 4: what other inspectors draw a chart from. */
import type { EdgeDefinition, InvokeDefinition, MachineDefinition, NodeDefinition } from "../definition.ts";

/** What the two versions of XState write differently. */
export interface ConfigDialect {
  readonly guard: "guard" | "cond";
  /** Whether a transition leaves and enters its source again. */
  readonly reenter: (reenters: boolean) => Readonly<Record<string, boolean>>;
  /** Text that names a node from anywhere in its machine. */
  readonly target: (machine: string, node: string) => string;
}

export const XSTATE_5: ConfigDialect = {
  guard: "guard",
  reenter: (reenters) => (reenters ? { reenter: true } : {}),
  // Dots part the keys, those of a machine's id do not.
  target: (machine, node) => `#${machine.replaceAll(".", "\\.")}${node === "" ? "" : `.${node}`}`,
};

export const XSTATE_4: ConfigDialect = {
  guard: "cond",
  reenter: (reenters) => ({ internal: !reenters }),
  target: (machine, node) => `#${machine}${node === "" ? "" : `.${node}`}`,
};

type Json = Record<string, unknown>;

interface Parts {
  readonly machine: MachineDefinition;
  readonly dialect: ConfigDialect;
  readonly children: ReadonlyMap<string, readonly NodeDefinition[]>;
  readonly edges: ReadonlyMap<string, readonly EdgeDefinition[]>;
}

/** A configuration for `createMachine`, of nothing but names: no guard or action can be run. */
export function machineConfig(machine: MachineDefinition, dialect: ConfigDialect): Json {
  const children = groupBy(machine.nodes, ({ parent }) => parent);
  const edges = groupBy(machine.edges, ({ source }) => source);
  const root = machine.nodes.find(({ parent }) => parent === undefined);
  if (root === undefined) return { id: machine.id };
  return { id: machine.id, ...nodeConfig(root, { machine, dialect, children, edges }) };
}

function nodeConfig(node: NodeDefinition, parts: Parts): Json {
  const children = parts.children.get(node.id) ?? [];
  const initial = children.find(({ id }) => id === node.initial || node.initial?.startsWith(`${id}.`));
  const config: Json = {
    ...(node.type !== "atomic" && node.type !== "compound" && { type: node.type }),
    ...(node.history !== undefined && { history: node.history }),
    ...(initial !== undefined && { initial: initial.key }),
    ...pick(node, ["description", "tags", "meta", "entry", "exit"]),
    ...transitions(node, parts),
  };
  if (children.length > 0)
    config.states = Object.fromEntries(children.map((child) => [child.key, nodeConfig(child, parts)]));
  return config;
}

function transitions(node: NodeDefinition, parts: Parts): Json {
  const config: Json = {};
  const on: Record<string, Json[]> = {};
  const after: Record<string, Json[]> = {};
  const always: Json[] = [];
  const onDone: Json[] = [];
  const invoke = (node.invokes ?? []).map(({ id, src }): Json => ({ id, src }));
  for (const edge of parts.edges.get(node.id) ?? []) {
    const transition = transitionConfig(edge, parts);
    if (edge.trigger === "initial") {
      if (node.type === "history") config.target = transition.target;
    } else if (edge.trigger === "always") always.push(transition);
    else if (edge.trigger === "after") push(after, String(edge.delay ?? 0), transition);
    else {
      const invoked = invokeOf(edge, node.invokes ?? []);
      if (invoked !== undefined) push(invoke[invoked]!, edge.trigger === "done" ? "onDone" : "onError", transition);
      else if (edge.event.startsWith("xstate.done.state.")) onDone.push(transition);
      else push(on, edge.event, transition);
    }
  }
  if (Object.keys(on).length > 0) config.on = on;
  if (Object.keys(after).length > 0) config.after = after;
  if (always.length > 0) config.always = always;
  if (onDone.length > 0) config.onDone = onDone;
  if (invoke.length > 0) config.invoke = invoke;
  return config;
}

function transitionConfig(edge: EdgeDefinition, { machine, dialect }: Parts): Json {
  return {
    ...(edge.targets.length > 0 && { target: edge.targets.map((id) => dialect.target(machine.id, id)) }),
    ...(edge.guard !== undefined && { [dialect.guard]: edge.guard }),
    ...pick(edge, ["actions", "description", "meta"]),
    ...dialect.reenter(edge.reenter === true),
  };
}

/** Place of the actor whose end the edge waits for. */
function invokeOf({ event }: EdgeDefinition, invokes: readonly InvokeDefinition[]): number | undefined {
  const place = invokes.findIndex(
    ({ id }) => event === `xstate.done.actor.${id}` || event === `xstate.error.actor.${id}`,
  );
  return place < 0 ? undefined : place;
}

function push(lists: Json, name: string, item: Json): void {
  const list = lists[name] as Json[] | undefined;
  if (list === undefined) lists[name] = [item];
  else list.push(item);
}

function pick<T extends object>(from: T, names: readonly (keyof T)[]): Partial<T> {
  return Object.fromEntries(
    names.filter((name) => from[name] !== undefined).map((name) => [name, from[name]]),
  ) as Partial<T>;
}

function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K & string, T[]> {
  const groups = new Map<K & string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (typeof key !== "string") continue;
    const group = groups.get(key as K & string);
    if (group === undefined) groups.set(key as K & string, [item]);
    else group.push(item);
  }
  return groups;
}
