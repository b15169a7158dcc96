/** A machine's definition, ready to be asked. */
import type { EdgeDefinition, MachineDefinition, NodeDefinition } from "../../definition.ts";

export interface DefinitionIndex {
  readonly definition: MachineDefinition;
  readonly root: NodeDefinition;
  readonly nodes: ReadonlyMap<string, NodeDefinition>;
  readonly edges: ReadonlyMap<string, EdgeDefinition>;
  children(node: string): readonly NodeDefinition[];
  edgesFrom(node: string): readonly EdgeDefinition[];
  /** Number of states below a node. */
  sizeOf(node: string): number;
  /** A guarded transition of the same node for the same event is considered before this one. */
  isElse(edge: EdgeDefinition): boolean;
  /** Ids of the nodes that invoke something of this id. */
  hostsOf(invocation: string): readonly string[];
}

const indices = new WeakMap<MachineDefinition, DefinitionIndex>();

export function indexOf(definition: MachineDefinition): DefinitionIndex {
  let index = indices.get(definition);
  if (index === undefined) {
    index = build(definition);
    indices.set(definition, index);
  }
  return index;
}

function build(definition: MachineDefinition): DefinitionIndex {
  const nodes = treeOf(definition);
  const children = grouped([...nodes.values()], (node) => node.parent);
  const from = grouped(definition.edges, (edge) => edge.source);
  const hosts = new Map<string, string[]>();
  for (const { id, invokes } of nodes.values()) {
    for (const invoke of invokes ?? []) hosts.set(invoke.id, [...(hosts.get(invoke.id) ?? []), id]);
  }
  const sizes = new Map<string, number>();
  // Children come after their parents.
  for (const node of [...nodes.values()].reverse()) {
    const size = (children.get(node.id) ?? []).reduce((sum, child) => sum + 1 + (sizes.get(child.id) ?? 0), 0);
    sizes.set(node.id, size);
  }
  const others = new Set<string>();
  const guarded = new Set<string>();
  for (const edge of definition.edges) {
    const family = `${edge.source}|${edge.trigger}|${edge.event}|${edge.delay ?? ""}`;
    if (guarded.has(family)) others.add(edge.id);
    if (edge.guard !== undefined) guarded.add(family);
  }
  return {
    definition,
    root: [...nodes.values()][0]!,
    nodes,
    edges: new Map(definition.edges.map((edge) => [edge.id, edge])),
    children: (node) => children.get(node) ?? [],
    edgesFrom: (node) => from.get(node) ?? [],
    sizeOf: (node) => sizes.get(node) ?? 0,
    isElse: (edge) => others.has(edge.id),
    hostsOf: (invocation) => hosts.get(invocation) ?? [],
  };
}

/** The nodes by id, each after its parent. Definitions come from anywhere: a node whose parent is none before it lies in the root. */
function treeOf({ id, nodes: [root = { id: "", key: id, type: "atomic" }, ...others] }: MachineDefinition) {
  const { parent: _, ...alone } = root;
  const nodes = new Map<string, NodeDefinition>([[root.id, alone]]);
  for (const node of others) {
    if (nodes.has(node.id)) continue;
    const isPlaced = node.parent !== undefined && nodes.has(node.parent);
    nodes.set(node.id, isPlaced ? node : { ...node, parent: root.id });
  }
  return nodes;
}

function grouped<T>(values: readonly T[], keyOf: (value: T) => string | undefined): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}
