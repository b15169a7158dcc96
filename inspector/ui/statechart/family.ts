/** The machines among a device's actors: which runs in which state of which other. */
import type { MachineDefinition } from "../../definition.ts";
import type { ActorWorld, World } from "../../model/world.ts";
import type { ActorKey } from "../../records.ts";
import { type DefinitionIndex, indexOf } from "./definitionIndex.ts";

/** Root machines drawn at a time, and machines that run in one state. */
export const MOST_ROOTS = 8;
export const MOST_GUESTS = 12;

export interface Member {
  readonly actor: ActorWorld;
  readonly index: DefinitionIndex;
  /** Ids of the active nodes. */
  readonly active: ReadonlySet<string>;
  /** Machines by the node of this one that they run in; the root has those that were spawned. */
  readonly guests: ReadonlyMap<string, readonly Member[]>;
  /** Invocations, by id, whose actor runs, whatever its logic. */
  readonly running: ReadonlySet<string>;
}

/** Active nodes of an actor in the middle of a step. */
export interface Within {
  readonly actor: ActorKey;
  readonly active: readonly string[];
}

/** `definitions`: those that are known by now, a few maybe told after the moment that is looked at. */
export function familyOf(
  world: World,
  device: string,
  within?: Within,
  definitions: World["definitions"] = world.definitions,
): readonly Member[] {
  const actors = world.devices.get(device)?.actors ?? new Map<ActorKey, ActorWorld>();
  const definitionOf = ({ definition: hash }: ActorWorld): MachineDefinition | undefined =>
    hash === undefined ? undefined : (world.definitions.get(hash) ?? definitions.get(hash));
  const children = new Map<ActorKey, ActorWorld[]>();
  const roots: ActorWorld[] = [];
  for (const actor of actors.values()) {
    const parent = actor.parent === undefined ? undefined : actors.get(actor.parent);
    // What no machine has begun that can be drawn stands by itself.
    if (parent === undefined || definitionOf(parent) === undefined) {
      if (definitionOf(actor) !== undefined) roots.push(actor);
    } else {
      const siblings = children.get(parent.key);
      if (siblings === undefined) children.set(parent.key, [actor]);
      else siblings.push(actor);
    }
  }
  return roots.flatMap((root) => member({ definitionOf, children, within }, root, 0) ?? []);
}

interface Relations {
  readonly definitionOf: (actor: ActorWorld) => MachineDefinition | undefined;
  readonly children: ReadonlyMap<ActorKey, readonly ActorWorld[]>;
  readonly within: Within | undefined;
}

function member(relations: Relations, actor: ActorWorld, depth: number): Member | undefined {
  const { definitionOf, children, within } = relations;
  const definition = definitionOf(actor);
  // Actors nested deeper than anything that can be read are left out, not followed for ever.
  if (definition === undefined || depth > 16) return undefined;
  const index = indexOf(definition);
  const active = new Set(within?.actor === actor.key ? within.active : actor.active);
  const guests = new Map<string, Member[]>();
  const running = new Set<string>();
  for (const child of children.get(actor.key) ?? []) {
    if (child.status !== "active") continue;
    running.add(child.id);
    const guest = member(relations, child, depth + 1);
    if (guest === undefined) continue;
    const host = hostOf(index, active, child.id);
    const others = guests.get(host);
    if (others === undefined) guests.set(host, [guest]);
    else others.push(guest);
  }
  return { actor, index, active, guests, running };
}

/** The state that invoked an actor; the root where none did: it was spawned. */
function hostOf(index: DefinitionIndex, active: ReadonlySet<string>, id: string): string {
  const hosts = index.hostsOf(id);
  return hosts.find((node) => active.has(node)) ?? hosts[0] ?? index.root.id;
}
