/** What the protocols of other inspectors ask for that ours says differently: names, parents, times, tags. */
import type { TraceRecord } from "../../ports/trace.ts";
import type { ActorWorld, DeviceWorld, World } from "../model/world.ts";

export type Json = Record<string, unknown>;

/** Kinds of records that other inspectors understand. */
const UNDERSTOOD: ReadonlySet<string> = new Set(["actor", "step", "chart"]);

export interface Told {
  readonly device: DeviceWorld;
  readonly actor: ActorWorld;
}

/** The actor that a record speaks of, as it is after the record. */
export function toldBy(record: TraceRecord, world: World): Told | undefined {
  if (!UNDERSTOOD.has(record.kind) || typeof record.actor !== "string") return undefined;
  const device = world.devices.get(record.device);
  const actor = device?.actors.get(record.actor);
  return device === undefined || actor === undefined ? undefined : { device, actor };
}

/** Unlike XState's `x:5` unique over all devices, and the same in every run. */
export function sessionOf({ device }: DeviceWorld, key: string): string {
  return `${device.replace(/[%/]/g, encodeURIComponent)}/${key}`;
}

/** The way back; undefined: it is none of ours. */
export function readSession(session: string): { readonly device: string; readonly actor: string } | undefined {
  const slash = session.indexOf("/");
  if (slash < 0) return undefined;
  const device = session.slice(0, slash).replace(/%2F/g, "/").replace(/%25/g, "%");
  return { device, actor: session.slice(slash + 1) };
}

export function rootOf(device: DeviceWorld, actor: ActorWorld): ActorWorld {
  const above = new Set<ActorWorld>();
  let root = actor;
  while (root.parent !== undefined && !above.has(root)) {
    above.add(root);
    const parent = device.actors.get(root.parent);
    if (parent === undefined) break;
    root = parent;
  }
  return root;
}

export function childrenOf(device: DeviceWorld, key: string): ActorWorld[] {
  return [...device.actors.values()].filter(({ parent, status }) => parent === key && status === "active");
}

export function tagsOf(world: World, actor: ActorWorld): string[] {
  const definition = actor.definition === undefined ? undefined : world.definitions.get(actor.definition);
  const active = new Set(actor.active);
  return (definition?.nodes ?? []).flatMap(({ id, tags }) => (active.has(id) ? (tags ?? []) : []));
}

/** ms since 1970 where the run tells the time of day, of its own clock otherwise. */
export function timeOf(device: DeviceWorld, time: number): number {
  return Math.round((device.wallAtZero ?? 0) + time);
}

/** The event of a step or a chart record. */
export function eventOf(record: TraceRecord): Json & { type: string } {
  const { event, payload } = record;
  if (typeof event === "string") return { ...(isJson(payload) && payload), type: event };
  return isJson(event) ? { ...event, type: String(event.type) } : { type: "" };
}

export function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
