/** What of a statechart was seen, how often and for how long: for heat maps and coverage. */
import type { MachineDefinition } from "../definition.ts";
import { dwellOf } from "./visits.ts";
import type { ActorWorld, World } from "./world.ts";

export interface NodeStatistics {
  readonly id: string;
  readonly visits: number;
  /** ms in all until the time asked for. */
  readonly dwelt: number;
}

export interface MachineStatistics {
  readonly machine: string;
  readonly nodes: readonly NodeStatistics[];
  /** By edge id. */
  readonly edges: ReadonlyMap<string, number>;
  /** Of all nodes that can be entered (the root and history left out), and of all edges that can be taken. */
  readonly coverage: { readonly nodes: Share; readonly edges: Share };
  readonly neverEntered: readonly string[];
  readonly neverTaken: readonly string[];
}

export interface Share {
  readonly seen: number;
  readonly of: number;
}

/** Of one machine, all its actors in all devices together; without `device` of every device. */
export function statisticsOf(world: World, hash: string, device?: string): MachineStatistics | undefined {
  const machine = world.definitions.get(hash);
  if (machine === undefined) return undefined;
  const nodes = new Map<string, { visits: number; dwelt: number }>();
  const edges = new Map<string, number>();
  for (const here of world.devices.values()) {
    if (device !== undefined && here.device !== device) continue;
    for (const actor of here.actors.values()) if (actor.definition === hash) add(actor, here.time, nodes, edges);
  }
  return summary(machine, nodes, edges);
}

function add(
  actor: ActorWorld,
  time: number,
  nodes: Map<string, { visits: number; dwelt: number }>,
  edges: Map<string, number>,
): void {
  for (const [id, { visits }] of actor.nodes) {
    const sum = nodes.get(id) ?? { visits: 0, dwelt: 0 };
    nodes.set(id, { visits: sum.visits + visits, dwelt: sum.dwelt + dwellOf(actor, id, time) });
  }
  for (const [id, times] of actor.edges) edges.set(id, (edges.get(id) ?? 0) + times);
}

function summary(
  machine: MachineDefinition,
  nodes: ReadonlyMap<string, { visits: number; dwelt: number }>,
  edges: ReadonlyMap<string, number>,
): MachineStatistics {
  const enterable = machine.nodes.filter(({ id, type }) => id !== "" && type !== "history").map(({ id }) => id);
  const takeable = machine.edges.filter(({ trigger }) => trigger !== "initial").map(({ id }) => id);
  const neverEntered = enterable.filter((id) => (nodes.get(id)?.visits ?? 0) === 0);
  const neverTaken = takeable.filter((id) => (edges.get(id) ?? 0) === 0);
  return {
    machine: machine.id,
    nodes: enterable.map((id) => ({ id, visits: 0, dwelt: 0, ...nodes.get(id) })),
    edges,
    coverage: {
      nodes: { seen: enterable.length - neverEntered.length, of: enterable.length },
      edges: { seen: takeable.length - neverTaken.length, of: takeable.length },
    },
    neverEntered,
    neverTaken,
  };
}
