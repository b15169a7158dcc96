/** Our records as the frames of `@statelyai/inspect` 0.7.2: for the receivers that it has. */
import type { TraceRecord } from "../../ports/trace.ts";
import type { World } from "../model/world.ts";
import {
  childrenOf,
  eventOf,
  type Json,
  rootOf,
  sessionOf,
  type Told,
  tagsOf,
  timeOf,
  toldBy,
} from "./foreignActors.ts";
import { machineConfig, XSTATE_5 } from "./machineConfig.ts";

/** The package's version is the only one that its frames tell. */
export const STATELY_VERSION = "0.7.2";

/** `world` as it is after the record. What Stately has no frame for gives none. */
export function statelyFrames(record: TraceRecord, world: World): Json[] {
  const told = toldBy(record, world);
  if (told === undefined) return [];
  if (record.kind === "actor" && record.phase !== "ended") return [actorFrame(told, world)];
  const base = baseOf(told, record.time);
  const event = record.kind === "actor" ? { type: "xstate.stop" } : eventOf(record);
  const snapshot = { type: "@xstate.snapshot", ...base, event, snapshot: snapshotOf(told, world) };
  if (record.kind === "actor") return [snapshot];
  const source = typeof record.sender === "string" ? { sourceId: sessionOf(told.device, record.sender) } : {};
  return [{ type: "@xstate.event", ...base, event, ...source }, snapshot];
}

/** Registers everything that runs, parents first. */
export function statelyGreeting(world: World): Json[] {
  return [...world.devices.values()].flatMap((device) =>
    [...device.actors.values()].map((actor) => actorFrame({ device, actor }, world)),
  );
}

function actorFrame(told: Told, world: World): Json {
  const { device, actor } = told;
  const definition = actor.definition === undefined ? undefined : world.definitions.get(actor.definition);
  return {
    type: "@xstate.actor",
    ...baseOf(told, device.time),
    name: actor.id,
    ...(actor.parent !== undefined && { parentId: sessionOf(device, actor.parent) }),
    // A string in the frame, JSON in the string.
    definition: JSON.stringify(definition === undefined ? { id: actor.id } : machineConfig(definition, XSTATE_5)),
    snapshot: snapshotOf(told, world),
  };
}

function snapshotOf({ device, actor }: Told, world: World): Json {
  const { status, output, error } = actor;
  const end = { ...(output !== undefined && { output }), ...(error !== undefined && { error }) };
  if (actor.logic !== "machine") return { status, ...end };
  const children = childrenOf(device, actor.key).map(({ id }) => [id, { xstate$$type: 1, id }]);
  return {
    status,
    value: actor.value,
    context: actor.context ?? {},
    children: Object.fromEntries(children),
    historyValue: {},
    tags: tagsOf(world, actor),
    ...end,
  };
}

function baseOf({ device, actor }: Told, time: number): Json {
  return {
    _version: STATELY_VERSION,
    createdAt: String(timeOf(device, time)),
    id: null,
    sessionId: sessionOf(device, actor.key),
    rootId: sessionOf(device, rootOf(device, actor).key),
  };
}
