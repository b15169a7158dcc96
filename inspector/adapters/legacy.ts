/**
 * Our records as the messages of `@xstate/inspect` 0.8.0, in XState 4's shape: for receivers like a self-hosted
 * xstate-viz. What is inside the messages is JSON in strings.
 */
import type { TraceRecord } from "../../ports/trace.ts";
import type { World } from "../model/world.ts";
import { eventOf, isJson, type Json, sessionOf, type Told, tagsOf, toldBy } from "./foreignActors.ts";
import { machineConfig, XSTATE_4 } from "./machineConfig.ts";

/** `world` as it is after the record. Actors that are no machines have no place there. */
export function legacyFrames(record: TraceRecord, world: World): Json[] {
  const told = toldBy(record, world);
  if (told === undefined || !isDrawn(told, world)) return [];
  const sessionId = sessionOf(told.device, told.actor.key);
  if (record.kind === "actor")
    return record.phase === "ended" ? [{ type: "service.stop", sessionId }] : [registerFrame(told, world)];
  const origin = typeof record.sender === "string" ? sessionOf(told.device, record.sender) : undefined;
  const event = scxmlEvent(eventOf(record), origin);
  return [
    { type: "service.event", event: JSON.stringify(event), sessionId },
    { type: "service.state", state: JSON.stringify(stateOf(told, world, event)), sessionId },
  ];
}

/** Registers every machine that runs. */
export function legacyGreeting(world: World): Json[] {
  return [...world.devices.values()].flatMap((device) =>
    [...device.actors.values()]
      .map((actor) => ({ device, actor }))
      .filter((told) => told.actor.status === "active" && isDrawn(told, world))
      .map((told) => registerFrame(told, world)),
  );
}

/** What a receiver says: that it is there, or that an event is to be sent. */
export type LegacyRequest =
  | { readonly type: "inspecting" }
  | { readonly type: "send"; readonly session: string; readonly event: Json & { readonly type: string } };

/** Undefined: it is none of what is known. */
export function readLegacyRequest(text: string): LegacyRequest | undefined {
  const message = parsed(text);
  if (message?.type === "xstate.inspecting") return { type: "inspecting" };
  if (message?.type !== "xstate.event") return undefined;
  // Whom the event is for is in it, as its origin; the message's own `service` says nothing.
  const { origin, data } = (typeof message.event === "string" ? parsed(message.event) : undefined) ?? {};
  if (typeof origin !== "string" || !isJson(data) || typeof data.type !== "string") return undefined;
  return { type: "send", session: origin, event: { ...data, type: data.type } };
}

function registerFrame(told: Told, world: World): Json {
  const { device, actor } = told;
  return {
    type: "service.register",
    machine: JSON.stringify(machineConfig(world.definitions.get(actor.definition!)!, XSTATE_4)),
    state: JSON.stringify(stateOf(told, world, scxmlEvent({ type: "xstate.init" }))),
    id: actor.id,
    sessionId: sessionOf(device, actor.key),
    ...(actor.parent !== undefined && { parent: sessionOf(device, actor.parent) }),
    ...(actor.parent !== undefined && actor.src !== undefined && { source: actor.src }),
  };
}

function isDrawn({ actor }: Told, world: World): boolean {
  return actor.definition !== undefined && actor.value !== undefined && world.definitions.has(actor.definition);
}

function stateOf({ device, actor }: Told, world: World, event: Json): Json {
  return {
    value: actor.value,
    context: actor.context ?? {},
    event: event.data,
    _event: event,
    _sessionid: sessionOf(device, actor.key),
    actions: [],
    activities: {},
    meta: {},
    events: [],
    configuration: [],
    transitions: [],
    children: {},
    done: actor.status === "done",
    changed: true,
    tags: tagsOf(world, actor),
  };
}

function scxmlEvent(event: Json & { type: string }, origin?: string): Json {
  return {
    name: event.type,
    data: event,
    $$type: "scxml",
    type: "external",
    ...(origin !== undefined && { origin }),
  };
}

function parsed(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJson(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
