/** Shortest paths through a chart, generated from its event table. */
import type { AnyEventObject, AnyMachineSnapshot, AnyStateMachine, StateNode } from "xstate";
import { getShortestPaths } from "xstate/graph";
import type { EventTable, Scene } from "../../../machines/eventTables/eventTable.ts";
import { withPuppets } from "./puppet.ts";
import { isBuiltIn, type Transition } from "./runningChart.ts";

export interface ChartPath {
  readonly events: readonly AnyEventObject[];
  readonly value: unknown;
  readonly status: string;
}

/** Far above what any scene needs; a chart that does not converge is told, not waited for. */
const LIMIT = 100_000;

/** Paths to every state and through every transition that the scene's events lead to. */
export function pathsOf(machine: AnyStateMachine, table: EventTable<unknown>, scene: Scene<unknown>): ChartPath[] {
  const keyOf = (snapshot: AnyMachineSnapshot) =>
    JSON.stringify([snapshot.value, table.context.map((name) => snapshot.context[name])]);
  const paths = getShortestPaths(modelOf(machine), {
    input: scene.input,
    events: scene.events,
    limit: LIMIT,
    filterEvents: (snapshot, event) => isTaken(snapshot, event),
    // Without the event and the state before it, only states would be visited, not transitions.
    serializeState: (snapshot, event, previous) =>
      `${keyOf(snapshot)} ${JSON.stringify(event)} ${previous === undefined ? "" : keyOf(previous)}`,
  });
  return paths.map(({ steps, state: { value, status } }) => ({
    events: steps.slice(1).map(({ event }) => event),
    ...{ value, status },
  }));
}

/** The chart with nothing around it: no parent to report to, and children that do nothing. */
function modelOf(machine: AnyStateMachine): AnyStateMachine {
  const silent = Object.entries(machine.implementations.actions)
    .filter(([, action]) => !isBuiltIn(action) || (action as { type?: string }).type === "xstate.sendTo")
    .map(([name]) => [name, () => {}]);
  return withPuppets(machine).provide({ actions: Object.fromEntries(silent) });
}

/** Something but the catch-all takes the event; that one is entered by its own event alone. */
function isTaken(snapshot: AnyMachineSnapshot, event: AnyEventObject): boolean {
  if (snapshot.status !== "active") return false;
  const ended = /^xstate\.(?:done|error)\.actor\./.test(event.type);
  if (ended && snapshot.children[event.actorId as string] === undefined) return false;
  const taken = snapshot.machine.getTransitionData(snapshot, event) ?? [];
  return taken.some(({ eventType }) => eventType !== "*" || event.type === "unheard.of");
}

/** `link.offline on link.bringUp` and its place among the branches. */
export function transitionKey(transition: Transition): string {
  const source = transition.source as StateNode;
  const branches =
    transition.eventType === "" ? (source.always ?? []) : (source.transitions.get(transition.eventType) ?? []);
  const index = (branches as readonly unknown[]).indexOf(transition);
  const event = transition.eventType === "" ? "always" : `on ${transition.eventType}`;
  return `${source.id} ${event} [${index}]`;
}

/** Every transition that the chart has. */
export function allTransitions(machine: AnyStateMachine): string[] {
  return nodesOf(machine).flatMap((node) =>
    [...[...node.transitions.values()].flat(), ...(node.always ?? [])].map((transition) =>
      transitionKey(transition as Transition),
    ),
  );
}

/** Every state below the root. */
export function allStates(machine: AnyStateMachine): string[] {
  return nodesOf(machine)
    .filter(({ path }) => path.length > 0)
    .map(({ id }) => id);
}

export function nodesOf({ root }: AnyStateMachine): StateNode[] {
  const below = (node: StateNode): StateNode[] => [node, ...Object.values(node.states).flatMap(below)];
  return below(root);
}
