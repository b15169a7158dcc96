/** The pending timers of a device as rows, the next to fire first. */
import type { EdgeDefinition } from "../../../definition.ts";
import { eventWords } from "../../../model/words.ts";
import type { ActorWorld, DeviceWorld, TimerWorld, World } from "../../../model/world.ts";

export interface TimerRow {
  readonly timer: TimerWorld;
  /** The actor whose timer it is, where one is found. */
  readonly actor?: ActorWorld;
  /** ms; negative: overdue; absent: nobody has told how long it runs. */
  readonly left?: number;
  /** Share of its time that has passed, 0 to 1. */
  readonly passed?: number;
  readonly purpose: string;
}

export function timerRows(world: World, device: string, now: number): readonly TimerRow[] {
  const there = world.devices.get(device);
  if (there === undefined) return [];
  return [...there.timers.values()]
    .map((timer) => rowOf(world, there, timer, now))
    .sort((a, b) => (a.left ?? Infinity) - (b.left ?? Infinity) || a.timer.seq - b.timer.seq);
}

function rowOf(world: World, device: DeviceWorld, timer: TimerWorld, now: number): TimerRow {
  const actor = ownerOf(device, timer.owner);
  const row = { timer, purpose: timer.purpose ?? purposeOf(world, actor, timer.name), ...(actor && { actor }) };
  if (timer.delay === undefined) return row;
  const elapsed = now - timer.setAt;
  return {
    ...row,
    left: timer.delay - elapsed,
    passed: timer.delay === 0 ? 1 : Math.min(1, Math.max(0, elapsed / timer.delay)),
  };
}

/** XState's own timers in words: `xstate.after.600.crossing.light.red` as `600 ms in red`. */
export function timerName(name: string): string {
  return name.startsWith("xstate.") ? eventWords(name) : name;
}

/** Timers name their owner by key, by the end of a key, or by XState's id. */
export function ownerOf(device: DeviceWorld, owner: string): ActorWorld | undefined {
  const exact = device.actors.get(owner);
  if (exact !== undefined) return exact;
  let found: ActorWorld | undefined;
  for (const actor of device.actors.values()) {
    if (actor.status !== "active") continue;
    if (actor.key.endsWith(`/${owner}`) || actor.id === owner) found = actor;
  }
  return found;
}

/** What the timer leads to, read off the owner's chart: the edges that its event takes from where the owner is. */
function purposeOf(world: World, actor: ActorWorld | undefined, name: string): string {
  const definition = actor?.definition === undefined ? undefined : world.definitions.get(actor.definition);
  if (actor === undefined || definition === undefined) return "";
  const active = new Set(actor.active);
  const edges = definition.edges.filter((edge) => edge.event === name && active.has(edge.source));
  const said = edges.find((edge) => edge.description !== undefined)?.description;
  if (said !== undefined) return said;
  const targets = [...new Set(edges.flatMap((edge) => edge.targets.map(lastPart)))];
  if (targets.length > 0) return `then ${targets.join(" or ")}`;
  return edges.length > 0 ? `then ${actionsOf(edges)}` : "";
}

function actionsOf(edges: readonly EdgeDefinition[]): string {
  const actions = [...new Set(edges.flatMap((edge) => edge.actions ?? []))];
  return actions.length > 0 ? actions.join(", ") : "nothing changes";
}

function lastPart(id: string): string {
  return id.slice(id.lastIndexOf(".") + 1);
}
