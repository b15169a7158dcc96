/**
 * Records into the world that they tell of. What `snapshot` returns never changes: the fold copies what it writes to
 * once after each snapshot, so that a snapshot costs nothing and neighbouring ones share what is the same in both.
 */
import type { TraceRecord } from "../../ports/trace.ts";
import type { MachineDefinition } from "../definition.ts";
import type { ActorKey, ActorRecord, ContextChange, DefinitionRecord, StepRecord } from "../records.ts";
import { activeNodes } from "./activeNodes.ts";
import { definitionProblems } from "./nestedProblems.ts";
import { type Generation, own } from "./owned.ts";
import { enterNodes, leaveNodes, takeEdges } from "./visits.ts";
import type { ActorWorld, DeviceWorld, TimerWorld, World } from "./world.ts";

/** Actors of one device that have ended and are still shown; the oldest go first. */
const MAX_ENDED = 256;

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Leaf = { readonly value: unknown; readonly label?: string; readonly changedAt: number };

interface DeviceState extends Writable<DeviceWorld> {
  generation: Generation;
  ended: number;
}

interface ActorState extends Writable<ActorWorld> {
  generation: Generation;
}

/** The world after these records. */
export function fold(records: Iterable<TraceRecord>): World {
  const fold = new WorldFold();
  for (const record of records) fold.apply(record);
  return fold.snapshot();
}

export class WorldFold {
  #definitions: ReadonlyMap<string, MachineDefinition>;
  #devices: ReadonlyMap<string, DeviceWorld>;
  #generation: Generation = {};
  #snapshot: World | undefined;

  /** Goes on from a world that a fold has given. */
  constructor(from?: World) {
    this.#definitions = from?.definitions ?? new Map();
    this.#devices = from?.devices ?? new Map();
    this.#snapshot = from;
  }

  snapshot(): World {
    if (this.#snapshot === undefined) {
      this.#snapshot = { definitions: this.#definitions, devices: this.#devices };
      this.#generation = {};
    }
    return this.#snapshot;
  }

  /** `index` is the record's place in its session. Of kinds that tell nothing of the world, and of broken ones, the time counts alone. */
  apply(record: TraceRecord, index?: number): void {
    this.#snapshot = undefined;
    // A chart belongs to whoever lives it.
    if (record.kind === "definition") {
      this.#define(record as DefinitionRecord);
      return;
    }
    const device = this.#device(record.device);
    if (record.time > device.time) device.time = record.time;
    switch (record.kind) {
      case "run":
        // Another process went on with the recording. Where the inspector watches, the root actor has told so already.
        if (device.chartsOnly && record.time < device.time) beginAnew(device, record.time);
        if (typeof record.wall === "number" && record.wall > 0) device.wallAtZero = record.wall - record.time;
        if (typeof record.edition === "string") device.edition = record.edition;
        delete device.result;
        break;
      case "actor":
        this.#tellActor(device, record as ActorRecord);
        break;
      case "step":
        this.#step(device, record as StepRecord, index);
        break;
      case "chart":
        this.#chart(device, record, index);
        break;
      case "timer":
        this.#timer(device, record);
        break;
      case "resource":
        this.#resource(device, record);
        break;
      case "breakpoint":
        device.frozen = record.phase !== "continued";
        break;
      case "result":
        device.result = { ok: record.ok === true, reason: String(record.reason) };
        break;
    }
  }

  #define({ hash, definition }: DefinitionRecord): void {
    if (typeof hash !== "string" || definitionProblems(definition).length > 0) return;
    this.#definitions = own(this.#definitions, this.#generation).set(hash, definition);
    for (const { device, actors } of this.#devices.values()) {
      if (this.#devices.get(device)?.chartsOnly !== true) continue;
      for (const { key } of actors.values()) {
        if (chartName(key) === definition.id) this.#placeChart(this.#device(device), key);
      }
    }
  }

  #tellActor(device: DeviceState, told: ActorRecord): void {
    if (typeof told.actor !== "string") return;
    // A checkpoint of what `chart` records told: they go on.
    if (told.chartsOnly !== true) this.#leaveCharts(device);
    if (told.phase === "ended") {
      const actor = this.#actor(device, told.actor);
      if (actor === undefined) return;
      this.#setStatus(device, actor, told.status ?? (told.error === undefined ? "stopped" : "error"), told.time);
      if (told.output !== undefined) actor.output = told.output;
      if (told.error !== undefined) actor.error = told.error;
      this.#forgetEnded(device);
      return;
    }
    const before = device.actors.get(told.actor);
    if (told.phase === "started" && told.parent === undefined && before !== undefined) this.#bury(device, told);
    if (before !== undefined && before.status !== "active") device.ended--;
    const counts = before?.definition === told.definition ? before : undefined;
    const actor: ActorState = {
      generation: this.#generation,
      key: told.actor,
      id: told.id,
      logic: told.logic,
      status: "active",
      active: [],
      // What was counted goes on over the lives of an actor.
      nodes: counted(told.nodes) ?? counts?.nodes ?? new Map(),
      edges: counted(told.edges) ?? counts?.edges ?? new Map(),
    };
    for (const field of ["parent", "src", "definition", "value", "output", "error"] as const)
      if (told[field] !== undefined) (actor as unknown as Record<string, unknown>)[field] = told[field];
    if (isObject(told.context)) actor.context = told.context;
    const active = told.active ?? (told.value === undefined ? [] : activeNodes(told.value));
    if (told.nodes === undefined) enterNodes(actor, active, told.time, this.#generation);
    actor.active = active;
    this.#setStatus(device, actor, told.status ?? "active", told.time);
    const actors = own(device.actors, this.#generation);
    if (told.phase === "started") actors.delete(told.actor);
    device.actors = actors.set(told.actor, actor);
    this.#forgetEnded(device);
  }

  /** The root lives again, and its process may have been killed: nobody told the end of what was below it. */
  #bury(device: DeviceState, { actor: root, time }: ActorRecord): void {
    const actors = own(device.actors, this.#generation);
    for (const [key, { status }] of actors) {
      if (!key.startsWith(`${root}/`)) continue;
      actors.delete(key);
      if (status !== "active") device.ended--;
    }
    device.actors = actors;
    const isAlone = [...actors.values()].every(({ key, parent }) => key === root || parent !== undefined);
    if (!isAlone) return;
    device.timers = new Map();
    device.frozen = false;
    device.time = time;
  }

  #step(device: DeviceState, step: StepRecord, index?: number): void {
    if (typeof step.actor !== "string") return;
    this.#leaveCharts(device);
    const actor = this.#actor(device, step.actor) ?? this.#newActor(device, step.actor);
    if (index !== undefined) actor.lastStep = index;
    if (isObject(step.context)) actor.context = changedContext(actor.context, step.context);
    if (step.ignored !== true) {
      actor.value = step.value;
      leaveNodes(actor, listOf(step.left), step.time, this.#generation);
      enterNodes(actor, listOf(step.entered), step.time, this.#generation);
      actor.active = listOf(step.active);
      for (const microstep of listOf(step.microsteps)) takeEdges(actor, listOf(microstep?.edges), this.#generation);
    }
    if (step.output !== undefined) actor.output = step.output;
    if (step.error !== undefined) actor.error = step.error;
    if (step.status !== undefined) this.#setStatus(device, actor, step.status, step.time);
  }

  #chart(device: DeviceState, record: TraceRecord, index?: number): void {
    const { actor: key, value, time } = record;
    if (!device.chartsOnly || typeof key !== "string") return;
    const actor = this.#actor(device, key) ?? this.#newActor(device, key);
    if (index !== undefined) actor.lastStep = index;
    if (record.event === "xstate.init") {
      leaveNodes(actor, actor.status === "active" ? actor.active : [], time, this.#generation);
      actor.active = [];
      actor.status = "active";
    }
    const active = activeNodes(value);
    const before = new Set(actor.active);
    const after = new Set(active);
    const told = new Set(listOf(record.entered as string[] | undefined));
    const left = actor.active.filter((id) => !after.has(id) || told.has(id));
    const entered = active.filter((id) => !before.has(id) || told.has(id));
    leaveNodes(actor, left, time, this.#generation);
    enterNodes(actor, entered, time, this.#generation);
    actor.active = active;
    actor.value = value;
    if (this.#isOver(actor)) this.#setStatus(device, actor, "done", time);
  }

  #timer(device: DeviceState, record: TraceRecord): void {
    const timers = own(device.timers, this.#generation);
    device.timers = timers;
    if (record.operation !== "set") {
      if (record.cause !== undefined) timers.delete(record.cause);
      return;
    }
    const timer: Writable<TimerWorld> = {
      seq: record.seq,
      name: String(record.name),
      owner: String(record.owner),
      setAt: record.time,
    };
    if (typeof record.purpose === "string") timer.purpose = record.purpose;
    if (typeof record.delay === "number") timer.delay = record.delay;
    timers.set(record.seq, timer);
  }

  #resource(device: DeviceState, record: TraceRecord): void {
    const { tree, path, value, label, time } = record;
    if (typeof tree !== "string" || typeof path !== "string") return;
    const trees = own(device.trees, this.#generation);
    const leaves = own<string, Leaf>(trees.get(tree) ?? new Map(), this.#generation);
    const known = typeof label === "string" ? label : leaves.get(path)?.label;
    if (value === undefined) leaves.delete(path);
    else leaves.set(path, { value, changedAt: time, ...(known !== undefined && { label: known }) });
    device.trees = trees.set(tree, leaves);
  }

  #device(name: string): DeviceState {
    const known = this.#devices.get(name) as DeviceState | undefined;
    if (known?.generation === this.#generation) return known;
    const device: DeviceState = { ...(known ?? newDevice(name)), generation: this.#generation };
    this.#devices = own(this.#devices, this.#generation).set(name, device);
    return device;
  }

  #actor(device: DeviceState, key: ActorKey): ActorState | undefined {
    const known = device.actors.get(key) as ActorState | undefined;
    if (known === undefined || known.generation === this.#generation) return known;
    const actor: ActorState = { ...known, generation: this.#generation };
    device.actors = own(device.actors, this.#generation).set(key, actor);
    return actor;
  }

  /** One that only a step or a chart record tells of. */
  #newActor(device: DeviceState, key: ActorKey): ActorState {
    const actor: ActorState = {
      generation: this.#generation,
      key,
      id: device.chartsOnly ? key : key.slice(key.lastIndexOf("/") + 1),
      logic: "machine",
      status: "active",
      active: [],
      nodes: new Map(),
      edges: new Map(),
    };
    device.actors = own(device.actors, this.#generation).set(key, actor);
    if (device.chartsOnly) this.#placeChart(device, key);
    return actor;
  }

  /** Which machine a chart is, and who invoked it, as far as the definitions tell. */
  #placeChart(device: DeviceState, key: ActorKey): void {
    const actor = this.#actor(device, key)!;
    const name = chartName(key);
    for (const [hash, { id }] of this.#definitions) if (id === name) actor.definition = hash;
    for (const other of device.actors.values()) {
      if (this.#invokes(other.definition, name)) actor.parent = other.key;
      else if (this.#invokes(actor.definition, chartName(other.key))) this.#actor(device, other.key)!.parent = key;
    }
  }

  #invokes(hash: string | undefined, name: string): boolean {
    const nodes = hash === undefined ? undefined : this.#definitions.get(hash)?.nodes;
    return nodes?.some(({ invokes }) => invokes?.some(({ id, src }) => id === name || src === name)) ?? false;
  }

  #isOver({ definition, value }: ActorState): boolean {
    if (definition === undefined || typeof value !== "string") return false;
    return this.#definitions.get(definition)?.nodes.find(({ id }) => id === value)?.type === "final";
  }

  /** The inspector has begun to watch: its own records tell more than the charts'. */
  #leaveCharts(device: DeviceState): void {
    if (!device.chartsOnly) return;
    device.chartsOnly = false;
    device.actors = new Map();
    device.ended = 0;
  }

  #setStatus(device: DeviceState, actor: ActorState, status: ActorWorld["status"], time: number): void {
    if (status === actor.status) return;
    if (actor.status === "active") {
      device.ended++;
      // What it was in last stays to be seen, but no time passes in it any more.
      leaveNodes(actor, actor.active, time, this.#generation);
    }
    if (status === "active") device.ended--;
    actor.status = status;
  }

  #forgetEnded(device: DeviceState): void {
    if (device.ended <= MAX_ENDED) return;
    const actors = own(device.actors, this.#generation);
    for (const [key, { status }] of actors) {
      if (device.ended <= MAX_ENDED) break;
      if (status === "active") continue;
      actors.delete(key);
      device.ended--;
    }
    device.actors = actors;
  }
}

function newDevice(device: string): Omit<DeviceState, "generation"> {
  return {
    device,
    actors: new Map(),
    timers: new Map(),
    trees: new Map(),
    time: 0,
    frozen: false,
    chartsOnly: true,
    ended: 0,
  };
}

/** Another life of a device that only its charts tell of; its clock has begun anew. */
function beginAnew(device: DeviceState, time: number): void {
  Object.assign(device, { actors: new Map(), timers: new Map(), trees: new Map(), ended: 0, frozen: false, time });
}

/** `register/1` is a chart of the machine `register`. */
function chartName(key: string): string {
  return key.split("/", 1)[0]!;
}

function changedContext(
  before: Readonly<Record<string, unknown>> | undefined,
  change: ContextChange,
): Readonly<Record<string, unknown>> {
  const context = { ...before, ...change.set };
  for (const key of listOf(change.removed)) delete context[key];
  return context;
}

/** A checkpoint's counts (checkpoint.ts). */
function counted<V>(entries: unknown): Map<string, V> | undefined {
  return Array.isArray(entries) && entries.every(Array.isArray) ? new Map(entries as [string, V][]) : undefined;
}

/** Recordings may hold anything. */
function listOf<T>(value: readonly T[] | undefined): readonly T[] {
  return Array.isArray(value) ? value : [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
