/** Breakpoints in words, and what may be chosen for them. */
import { guardNames, missing, nearest, unknownName } from "../../../breakpointNames.ts";
import type { EdgeDefinition, MachineDefinition } from "../../../definition.ts";
import { edgeEventWords } from "../../../model/explainStep.ts";
import { matchesEvent } from "../../../model/matchesEvent.ts";
import type { Breakpoint } from "../../../protocol.ts";

export const STOPS = ["state", "edge", "event", "guard"] as const;
export type Stop = (typeof STOPS)[number];

export const STOP_LABELS: Readonly<Record<Stop, string>> = {
  state: "a state is entered",
  edge: "a transition is taken",
  event: "an event comes",
  guard: "a guard says no",
};

/** `downloading is entered and the event is link.* in carrier/fota`; with the chart, a transition by what it is there. */
export function breakpointText(
  { state, edge, event, guard, actor, device }: Breakpoint,
  definition?: MachineDefinition,
): string {
  const conditions = [
    state === undefined ? "" : `${state === "" ? "the chart" : state} is entered`,
    edge === undefined ? "" : `the transition ${namedEdge(edge, definition)} is taken`,
    event === undefined ? "" : `the event is ${event}`,
    guard === undefined ? "" : `${guard} says no`,
  ].filter((condition) => condition !== "");
  const where = actor === undefined ? "" : ` in ${actor}`;
  return `${conditions.join(" and ")}${where}${device === undefined ? "" : ` of ${device}`}`;
}

function namedEdge(edge: string, definition: MachineDefinition | undefined): string {
  const named = definition === undefined ? undefined : [...edgeNames(definition)].find(([, id]) => id === edge)?.[0];
  return named ?? edgeText(edge);
}

/** `downloading|link.down|0` as `downloading on link.down`. */
export function edgeText(edge: string): string {
  const [source = "", event = "", position = "0"] = edge.split("|");
  const number = position === "0" ? "" : ` (${Number(position) + 1})`;
  return `from ${source === "" ? "the chart" : source} on ${event === "" ? "(always)" : event}${number}`;
}

/** Ids of a chart's transitions by what they are called: `registered – update.due → updating`. */
export function edgeNames({ edges }: MachineDefinition): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const edge of edges) {
    const name = edgeName(edge);
    let own = name;
    for (let n = 2; names.has(own); n++) own = `${name} (${n})`;
    names.set(own, edge.id);
  }
  return names;
}

function edgeName(edge: EdgeDefinition): string {
  const place = (id: string) => (id === "" ? "the chart" : id);
  const targets = edge.targets.length === 0 ? "stays" : edge.targets.map(place).join(", ");
  const guard = edge.guard === undefined ? "" : `, if ${edge.guard}`;
  return `${place(edge.source)} – ${edgeEventWords(edge)}${guard} → ${targets}`;
}

/** What a chart has to stop at, as it is called. */
export function choicesOf(definition: MachineDefinition, stop: Stop): readonly string[] {
  switch (stop) {
    case "state":
      return definition.nodes.filter(({ id }) => id !== "").map(({ id }) => id);
    case "edge":
      return [...edgeNames(definition).keys()];
    case "event":
      return [...new Set(definition.edges.map(({ event }) => event))].filter((event) => event !== "").sort();
    case "guard":
      return guardNames(definition);
  }
}

/** What was typed as what a breakpoint names: a transition by its id. Or what is wrong with it. */
export function namedStop(
  definition: MachineDefinition | undefined,
  stop: Stop,
  typed: string,
  actor: string,
): { readonly name: string; readonly note?: string } | { readonly problem: string } {
  if (definition === undefined) return { name: typed };
  if (stop === "event") return namedEvent(definition, typed, actor);
  if (stop === "edge") {
    const names = edgeNames(definition);
    const name = names.get(typed) ?? [...names.values()].find((id) => id === typed);
    return name === undefined ? { problem: missing(actor, "transition", typed, [...names.keys()])! } : { name };
  }
  const name = stop === "state" ? wholeId(definition, typed) : typed;
  const problem = unknownName(definition, { [stop]: name }, actor);
  return problem === undefined ? { name } : { problem };
}

/** A state may be called by the end of its id, where no other ends so. */
function wholeId({ nodes }: MachineDefinition, typed: string): string {
  const like = nodes.filter(({ id }) => id === typed || id.endsWith(`.${typed}`));
  return like.find(({ id }) => id === typed)?.id ?? (like.length === 1 ? like[0]!.id : typed);
}

/** One that no transition takes may come all the same, and be ignored. */
function namedEvent(definition: MachineDefinition, typed: string, actor: string): ReturnType<typeof namedStop> {
  const events = choicesOf(definition, "event");
  if (events.some((event) => matchesEvent(event, typed) || matchesEvent(typed, event))) return { name: typed };
  const near = nearest(typed, events);
  const better = near.length === 0 ? "" : ` There is ${near.join(", ")}.`;
  return { name: typed, note: `No transition of ${actor} takes ${typed}: it stops where that is ignored.${better}` };
}
