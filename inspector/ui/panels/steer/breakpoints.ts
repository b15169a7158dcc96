/** Breakpoints in words, and what may be chosen for them. */
import type { MachineDefinition } from "../../../definition.ts";
import type { Breakpoint } from "../../../protocol.ts";

export const STOPS = ["state", "edge", "event", "guard"] as const;
export type Stop = (typeof STOPS)[number];

export const STOP_LABELS: Readonly<Record<Stop, string>> = {
  state: "a state is entered",
  edge: "a transition is taken",
  event: "an event comes",
  guard: "a guard says no",
};

/** `when downloading is entered in carrier/fota, if the event is link.*` */
export function breakpointText({ state, edge, event, guard, actor, device }: Breakpoint): string {
  const conditions = [
    state === undefined ? "" : `${state === "" ? "the chart" : state} is entered`,
    edge === undefined ? "" : `the transition ${edgeText(edge)} is taken`,
    event === undefined ? "" : `the event is ${event}`,
    guard === undefined ? "" : `${guard} says no`,
  ].filter((condition) => condition !== "");
  const where = actor === undefined ? "" : ` in ${actor}`;
  return `${conditions.join(" and ")}${where}${device === undefined ? "" : ` of ${device}`}`;
}

/** `downloading|link.down|0` as `downloading on link.down`. */
export function edgeText(edge: string): string {
  const [source = "", event = "", position = "0"] = edge.split("|");
  const number = position === "0" ? "" : ` (${Number(position) + 1})`;
  return `from ${source === "" ? "the chart" : source} on ${event === "" ? "(always)" : event}${number}`;
}

/** What a chart has to stop at. */
export function choicesOf(definition: MachineDefinition, stop: Stop): readonly string[] {
  switch (stop) {
    case "state":
      return definition.nodes.filter(({ id }) => id !== "").map(({ id }) => id);
    case "edge":
      return definition.edges.map(({ id }) => id);
    case "event":
      return unique(definition.edges.map(({ event }) => event));
    case "guard":
      return unique(definition.edges.flatMap(({ guard }) => (guard === undefined ? [] : guardNames(guard))));
  }
}

/** The guards that a guard is made of: `and(not(isDeferred), isUp)` has two. */
function guardNames(guard: string): string[] {
  return guard.match(/[^\s(),]+(?!\()(?=[\s),]|$)/g) ?? [];
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].filter((text) => text !== "").sort();
}
