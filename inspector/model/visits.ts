/** How often the nodes of a chart were entered, and for how long they were active. */
import type { Generation } from "./owned.ts";
import { own } from "./owned.ts";
import type { ActorWorld } from "./world.ts";

/** What is written to of an actor. */
export interface Visited {
  active: readonly string[];
  nodes: ActorWorld["nodes"];
  edges: ActorWorld["edges"];
}

export function enterNodes(actor: Visited, ids: readonly string[], time: number, generation: Generation): void {
  if (ids.length === 0) return;
  const nodes = own(actor.nodes, generation);
  for (const id of ids) {
    const before = nodes.get(id);
    nodes.set(id, { enteredAt: time, visits: (before?.visits ?? 0) + 1, dwelt: before?.dwelt ?? 0 });
  }
  actor.nodes = nodes;
}

/** Adds the time since they were entered; those that were not active count nothing. */
export function leaveNodes(actor: Visited, ids: readonly string[], time: number, generation: Generation): void {
  if (ids.length === 0) return;
  const nodes = own(actor.nodes, generation);
  const active = new Set(actor.active);
  for (const id of ids) {
    const before = nodes.get(id);
    if (before === undefined || !active.has(id)) continue;
    const dwelt = before.dwelt + Math.max(0, time - before.enteredAt);
    nodes.set(id, { enteredAt: time, visits: before.visits, dwelt });
  }
  actor.nodes = nodes;
}

export function takeEdges(actor: Visited, ids: readonly string[], generation: Generation): void {
  if (ids.length === 0) return;
  const edges = own(actor.edges, generation);
  for (const id of ids) edges.set(id, (edges.get(id) ?? 0) + 1);
  actor.edges = edges;
}

/** ms for which a node was active until `time`, all visits together. */
export function dwellOf(actor: ActorWorld, node: string, time: number): number {
  const visits = actor.nodes.get(node);
  if (visits === undefined) return 0;
  const isActive = actor.status === "active" && actor.active.includes(node);
  return visits.dwelt + (isActive ? Math.max(0, time - visits.enteredAt) : 0);
}
