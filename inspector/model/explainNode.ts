/** A state explained: since when it is active, what it waits for, and until when. */
import type { EdgeDefinition, MachineDefinition, NodeDefinition } from "../definition.ts";
import { activeNodes, innermostNodes } from "./activeNodes.ts";
import { edgeEventWords, edgeTitle } from "./explainStep.ts";
import { dwellOf } from "./visits.ts";
import { durationWords, lastName, listWords } from "./words.ts";
import type { ActorWorld, DeviceWorld, TimerWorld, World } from "./world.ts";

export interface NodeExplanation {
  readonly node?: NodeDefinition;
  readonly active: boolean;
  /** Run time of its last entry, ms. */
  readonly since?: number;
  readonly visits: number;
  /** ms in all. */
  readonly dwelt: number;
  readonly sentences: readonly string[];
  /** Those of the node itself, then of what is active in it, then of what it lies in. */
  readonly waits: readonly Wait[];
}

export interface Wait {
  readonly edge: EdgeDefinition;
  readonly relation: "own" | "inner" | "outer";
  readonly title: string;
  readonly sentence: string;
  readonly timer?: TimerWorld;
  /** Run time at which the timer fires, ms. */
  readonly until?: number;
  /** Key of the actor whose end is waited for. */
  readonly actor?: string;
}

/** Events named in a sentence. */
const MAX_NAMED = 8;
const RELATIONS = ["own", "inner", "outer"] as const;

/** Undefined when there is no such actor. `now`: ms of the run's clock; default: the time of the last record. */
export function explainNode(
  world: World,
  device: string,
  key: string,
  node: string,
  now?: number,
): NodeExplanation | undefined {
  const last = world.devices.get(device);
  const actor = last?.actors.get(key);
  if (last === undefined || actor === undefined) return undefined;
  const here = now === undefined ? last : { ...last, time: now };
  const machine = actor.definition === undefined ? undefined : world.definitions.get(actor.definition);
  const definition = machine?.nodes.find(({ id }) => id === node);
  const active = actor.status === "active" && (actor.active.includes(node) || node === "");
  const visits = actor.nodes.get(node);
  const waits = active && machine !== undefined ? waitsOf(here, actor, machine, node) : [];
  return {
    ...(definition !== undefined && { node: definition }),
    active,
    ...(visits !== undefined && { since: visits.enteredAt }),
    visits: visits?.visits ?? 0,
    dwelt: dwellOf(actor, node, here.time),
    sentences: sentencesOf(here, actor, machine, node, active, waits),
    waits,
  };
}

/** Timers that belong to the actor; a chart's record names the chart, XState's the actor. */
export function timersOf(device: DeviceWorld, actor: ActorWorld): TimerWorld[] {
  return [...device.timers.values()].filter(
    ({ owner }) => owner === actor.key || actor.key.endsWith(`/${owner}`) || owner === actor.id,
  );
}

function waitsOf(device: DeviceWorld, actor: ActorWorld, machine: MachineDefinition, node: string): Wait[] {
  const timers = timersOf(device, actor);
  const waits: Wait[] = [];
  for (const edge of machine.edges) {
    if (edge.trigger === "always" || edge.trigger === "initial") continue;
    if (edge.source !== "" && !actor.active.includes(edge.source)) continue;
    const relation = relationOf(node, edge.source);
    if (relation !== undefined) waits.push(waitFor(device, actor, machine, edge, relation, timers));
  }
  return RELATIONS.flatMap((relation) => waits.filter((wait) => wait.relation === relation));
}

function relationOf(node: string, source: string): Wait["relation"] | undefined {
  if (node === source) return "own";
  if (node === "" || source.startsWith(`${node}.`)) return "inner";
  return source === "" || node.startsWith(`${source}.`) ? "outer" : undefined;
}

function waitFor(
  device: DeviceWorld,
  actor: ActorWorld,
  machine: MachineDefinition,
  edge: EdgeDefinition,
  relation: Wait["relation"],
  timers: readonly TimerWorld[],
): Wait {
  const title = edgeTitle(edge, edge.id);
  const timer = timers.find((one) => belongs(one, edge, machine));
  const child = edge.trigger === "done" || edge.trigger === "error" ? childOf(device, actor, machine, edge) : undefined;
  const until = timer?.delay === undefined ? undefined : timer.setAt + timer.delay;
  const condition = edge.guard === undefined ? "" : `, if ${edge.guard}`;
  let sentence = `${edgeEventWords(edge)}${condition}`;
  if (until !== undefined) sentence += `: ${dueWords(until - device.time)}`;
  else if (edge.trigger === "after" && edge.delay !== undefined) {
    const since = actor.nodes.get(edge.source)?.enteredAt;
    if (typeof edge.delay === "number" && since !== undefined)
      sentence += `: ${dueWords(since + edge.delay - device.time)}`;
  } else if (child !== undefined) {
    const states = child.value === undefined ? [] : innermostOf(child);
    if (states.length > 0) sentence += `; ${child.id} is in ${listWords(states.map(lastName))}`;
  }
  return {
    edge,
    relation,
    title,
    sentence,
    ...(timer !== undefined && { timer }),
    ...(until !== undefined && { until }),
    ...(child !== undefined && { actor: child.key }),
  };
}

function dueWords(ms: number): string {
  return ms >= 0 ? `due in ${durationWords(ms)}` : `overdue by ${durationWords(-ms)}`;
}

/** XState's own delayed events, and timers that send an event of their own name. */
function belongs(timer: TimerWorld, edge: EdgeDefinition, machine: MachineDefinition): boolean {
  if (edge.event === timer.name) return true;
  if (edge.trigger !== "after" || edge.delay === undefined) return false;
  const path = edge.source === "" ? machine.id : `${machine.id}.${edge.source}`;
  return timer.name.endsWith(`after.${edge.delay}.${path}`) || timer.name === `after ${edge.delay}`;
}

/** The actor whose end this transition waits for. */
function childOf(
  device: DeviceWorld,
  actor: ActorWorld,
  machine: MachineDefinition,
  edge: EdgeDefinition,
): ActorWorld | undefined {
  const invokes = machine.nodes.find(({ id }) => id === edge.source)?.invokes ?? [];
  const invoke = invokes.find(({ id }) => edge.event.endsWith(`.actor.${id}`)) ?? invokes[0];
  if (invoke === undefined) return undefined;
  for (const other of device.actors.values()) {
    const isIt = other.id === invoke.id || other.id === invoke.src || other.src === invoke.src;
    if (other.parent === actor.key && other.status === "active" && isIt) return other;
  }
  return undefined;
}

function innermostOf(actor: ActorWorld): string[] {
  return innermostNodes(actor.active.length > 0 ? actor.active : activeNodes(actor.value));
}

function sentencesOf(
  device: DeviceWorld,
  actor: ActorWorld,
  machine: MachineDefinition | undefined,
  node: string,
  active: boolean,
  waits: readonly Wait[],
): string[] {
  const name = node === "" ? actor.id : lastName(node);
  const visits = actor.nodes.get(node);
  if (!active) {
    if (actor.status !== "active") return [`${actor.key} has ended (${actor.status}).`];
    if (visits === undefined) return [`${name} has not been entered yet.`];
    const times = visits.visits === 1 ? "once" : `${visits.visits} times`;
    return [`${name} is not active; it was entered ${times}, for ${durationWords(visits.dwelt)} in all.`];
  }
  const sentences: string[] = [];
  if (visits !== undefined)
    sentences.push(`${name} has been active for ${durationWords(device.time - visits.enteredAt)}.`);
  if (machine === undefined)
    return [...sentences, "What it waits for is not known: this recording does not hold the chart."];
  const own = waits.filter(({ relation, edge }) => relation !== "outer" && edge.trigger !== "error");
  const events = [...new Set(own.map(({ edge }) => edgeEventWords(edge)))];
  if (events.length === 0) sentences.push(`${name} waits for nothing of its own.`);
  else
    sentences.push(
      `It waits for ${listWords(events.length > MAX_NAMED ? [...events.slice(0, MAX_NAMED), `${events.length - MAX_NAMED} more`] : events, "or")}.`,
    );
  for (const { edge, until } of own)
    if (until !== undefined) sentences.push(`${edgeEventWords(edge)} is ${dueWords(until - device.time)}.`);
  for (const key of new Set(own.map(({ actor: child }) => child))) {
    const child = key === undefined ? undefined : device.actors.get(key);
    const states = child === undefined ? [] : innermostOf(child).map(lastName);
    if (child !== undefined && states.length > 0) sentences.push(`${child.id} is in ${listWords(states)} now.`);
  }
  return sentences;
}
