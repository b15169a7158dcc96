/**
 * Frames of `@statelyai/inspect` 0.7.2 as our records: one reader for each app. The frames tell of no guards, timers,
 * actions or microsteps; the edge of a step is told where only one fits.
 */
import type { RecordFields, TraceRecord } from "../../ports/trace.ts";
import { plain } from "../emitter/plain.ts";
import { activeNodes } from "../model/activeNodes.ts";
import type { ActorStatus, ContextChange } from "../records.ts";
import { isJson, type Json } from "./foreignActors.ts";
import { inferEdges } from "./inferEdges.ts";
import { type Definition, type Foreign, StatelyActors } from "./statelyActors.ts";

export interface StatelyReaderOptions {
  /** Gives the device a name that no other has; `wanted` is that of the app's root actor. */
  readonly nameDevice: (wanted: string) => DeviceName;
  /** As in `InspectorOptions`. */
  readonly redact?: ((path: string, value: unknown) => unknown) | undefined;
}

export interface DeviceName {
  readonly name: string;
  /** Reader of the app that had the name before, and has gone. */
  readonly before?: StatelyReader | undefined;
}

const LONGEST_NAME = 64;
const STATUSES: ReadonlySet<unknown> = new Set(["active", "done", "error", "stopped"]);

export class StatelyReader {
  readonly #options: StatelyReaderOptions;
  readonly #actors = new StatelyActors();
  readonly #toldDefinitions = new Set<string>();
  #device: string | undefined;
  #nextSeq = 1;
  /** ms since 1970 of the first frame, and the newest record's time after it. */
  #startedAt = 0;
  #time = 0;

  constructor(options: StatelyReaderOptions) {
    this.#options = options;
  }

  /** Undefined until an actor was told of. */
  get device(): string | undefined {
    return this.#device;
  }

  /** The records that a frame gives, none for kinds that are not known. Throws a `FrameError` for what is no frame. */
  read(text: string): TraceRecord[] {
    const frame = parsed(text);
    const { type, sessionId } = frame;
    if (type !== "@xstate.actor" && type !== "@xstate.event" && type !== "@xstate.snapshot") return [];
    if (typeof sessionId !== "string") throw new FrameError(`a frame of type ${type} has a sessionId`);
    const records: TraceRecord[] = [];
    const record = (fields: RecordFields) => records.push(this.#record(fields));
    this.#at(frame, record);
    if (type === "@xstate.actor") this.#register(sessionId, frame, record);
    else if (type === "@xstate.event") this.#event(sessionId, frame);
    else this.#snapshot(sessionId, frame, record);
    return records;
  }

  /** The app has gone. */
  end(): TraceRecord[] {
    if (this.#device === undefined) return [];
    return [this.#record({ kind: "result", ok: true, reason: "the app has gone" })];
  }

  #at(frame: Json, record: (fields: RecordFields) => void): void {
    const told = Number(frame.createdAt);
    if (this.#device === undefined) this.#begin(frame, Number.isFinite(told) ? told : 0, record);
    // The frames are told after the fact, and not always in order.
    if (Number.isFinite(told)) this.#time = Math.max(this.#time, told - this.#startedAt);
  }

  #begin({ name, parentId, _version }: Json, wall: number, record: (fields: RecordFields) => void): void {
    const device = this.#options.nameDevice(parentId === undefined ? nameOf(name, "app") : "app");
    this.#device = device.name;
    this.#startedAt = wall;
    const { before } = device;
    if (before !== undefined) {
      // It goes on where the app was that had the name: a device numbers its records once.
      this.#nextSeq = before.#nextSeq;
      this.#startedAt = before.#startedAt;
      this.#time = Math.max(before.#time, wall - before.#startedAt);
    }
    const version = typeof _version === "string" ? _version : "";
    record({ kind: "run", wall: this.#startedAt + this.#time, edition: "", version, watched: true });
    for (const actor of before === undefined ? [] : before.#actors.live)
      record({ kind: "actor", phase: "ended", ...this.#identity(actor), status: "stopped" });
  }

  #record(fields: RecordFields): TraceRecord {
    return { seq: this.#nextSeq++, time: this.#time, device: this.#device!, ...fields };
  }

  #register(session: string, frame: Json, record: (fields: RecordFields) => void): void {
    // An app sends again what it had told before a connection broke.
    if (this.#actors.of(session)?.registered === true) return;
    const { name, parentId, rootId, definition: text, snapshot } = frame;
    const definition = typeof text === "string" ? this.#actors.definition(text) : undefined;
    const parent = typeof parentId === "string" ? this.#actors.of(parentId) : undefined;
    const actor = this.#actors.add({ session, id: nameOf(name, session), parent, definition, registered: true });
    if (actor === undefined) return;
    if (definition !== undefined && !this.#toldDefinitions.has(definition.hash)) {
      this.#toldDefinitions.add(definition.hash);
      record({ kind: "definition", hash: definition.hash, definition: definition.definition });
    }
    const state = isJson(snapshot) ? snapshot : {};
    actor.isMachine = definition !== undefined || "value" in state;
    // Of an XState actor, a first snapshot follows. Of one that the app tells of by hand, this is it.
    const isAll = rootId === "anonymous" || typeof rootId !== "string";
    record({ kind: "actor", phase: "started", ...this.#identity(actor), ...(isAll && this.#stateOf(actor, state)) });
  }

  #event(session: string, { event, sourceId }: Json): void {
    const actor = this.#actors.of(session);
    if (actor === undefined || !isJson(event) || typeof sourceId !== "string") return;
    actor.queue.push({ type: String(event.type), sender: this.#actors.of(sourceId)?.key });
    if (actor.queue.length > 100) actor.queue.shift();
  }

  #snapshot(session: string, frame: Json, record: (fields: RecordFields) => void): void {
    const state = isJson(frame.snapshot) ? frame.snapshot : {};
    let actor = this.#actors.of(session);
    if (actor === undefined) {
      // Its registration was lost in the app's ring.
      actor = this.#actors.add({ session, id: session, parent: undefined, definition: undefined, registered: false });
      if (actor === undefined) return;
      actor.isMachine = "value" in state;
      record({ kind: "actor", phase: "found", ...this.#identity(actor), ...this.#stateOf(actor, state) });
    }
    if (actor.ended) return;
    const event = isJson(frame.event) ? frame.event : {};
    const type = String(event.type ?? "");
    if (actor.isMachine && type !== "xstate.stop") this.#step(actor, { ...event, type }, state, record);
    const status = statusOf(state);
    if (status === "active" || status === undefined) return;
    this.#actors.end(actor);
    const end = { status, ...this.#plainFields(state, ["output", "error"]) };
    record({ kind: "actor", phase: "ended", ...this.#identity(actor), ...end });
  }

  #step(actor: Foreign, event: Json & { type: string }, state: Json, record: (fields: RecordFields) => void): void {
    const before = actor.active;
    const known = actor.context;
    const told = this.#stateOf(actor, state);
    const context = changeOf(known, actor.context);
    const inferred =
      event.type === "xstate.init" || actor.definition === undefined
        ? undefined
        : inferEdges(actor.definition.definition, event.type, before, actor.active, context !== undefined);
    const { edges = [], candidates = [], ignored = false } = inferred ?? {};
    const sender = senderOf(actor, event.type);
    record({
      kind: "step",
      actor: actor.key,
      event: this.#plain(event, "event"),
      ...(sender !== undefined && { sender }),
      ...(ignored && { ignored }),
      microsteps: [{ event: event.type, edges, active: actor.active, candidates }],
      value: told.value,
      active: actor.active,
      entered: actor.active.filter((id) => !before.includes(id)),
      left: before.filter((id) => !actor.active.includes(id)),
      ...(context !== undefined && { context }),
      ...(told.status !== "active" && { status: told.status }),
      ...this.#plainFields(state, ["output", "error"]),
    });
  }

  #identity({ key, id, parent, definition, isMachine, session }: Foreign): Json {
    return {
      actor: key,
      id,
      logic: isMachine ? "machine" : "other",
      ...(parent !== undefined && { parent: parent.key }),
      ...(definition !== undefined && { definition: definition.hash }),
      sessionId: session,
    };
  }

  /** Takes over what the snapshot says. */
  #stateOf(actor: Foreign, state: Json): Json & { value?: unknown; status: ActorStatus } {
    const status = statusOf(state) ?? "active";
    if (!actor.isMachine) return { status };
    actor.active = sorted(activeNodes(state.value), actor.definition);
    if (isJson(state.context)) actor.context = this.#plain(state.context, "context") as Json;
    const value = this.#plain(state.value, "value");
    return { status, value, active: actor.active, ...(actor.context !== undefined && { context: actor.context }) };
  }

  #plainFields(state: Json, names: readonly string[]): Json {
    const given = names.filter((name) => state[name] !== undefined && state[name] !== null);
    return Object.fromEntries(given.map((name) => [name, this.#plain(state[name], name)]));
  }

  #plain(value: unknown, path: string): unknown {
    return plain(value, path, { redact: this.#options.redact });
  }
}

/** What came is no frame; the message says why. */
export class FrameError extends Error {
  override readonly name = "FrameError";
}

function parsed(text: string): Json {
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch {
    throw new FrameError("a frame is JSON, and this is not");
  }
  if (!isJson(frame) || typeof frame.type !== "string") throw new FrameError('a frame is an object with a "type"');
  return frame;
}

/** Ids in the order of the document, which a value's keys need not have. */
function sorted(active: string[], definition: Definition | undefined): string[] {
  const places = definition?.places;
  if (places === undefined) return active;
  return active.sort((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0));
}

function senderOf(actor: Foreign, event: string): string | undefined {
  const place = actor.queue.findIndex(({ type }) => type === event);
  return place < 0 ? undefined : actor.queue.splice(0, place + 1).at(-1)?.sender;
}

function changeOf(before: Json | undefined, after: Json | undefined): ContextChange | undefined {
  if (after === undefined || after === before) return undefined;
  const changed = Object.entries(after).filter(([key, value]) => !isSame(value, before?.[key]));
  const removed = Object.keys(before ?? {}).filter((key) => !Object.hasOwn(after, key));
  if (changed.length === 0 && removed.length === 0) return undefined;
  return {
    ...(changed.length > 0 && { set: Object.fromEntries(changed) }),
    ...(removed.length > 0 && { removed }),
  };
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function statusOf({ status }: Json): ActorStatus | undefined {
  return STATUSES.has(status) ? (status as ActorStatus) : undefined;
}

function nameOf(name: unknown, otherwise: string): string {
  return typeof name === "string" && name !== "" ? name.slice(0, LONGEST_NAME) : otherwise;
}
