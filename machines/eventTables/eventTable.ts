/**
 * What path generation (`xstate/graph`) has to be told of a chart: inputs and events that between them make every guard
 * true and false. Pure data; one table a chart.
 */
import type { AnyEventObject } from "xstate";

export interface EventTable<Input> {
  /** Parts of the context that guards read: they tell states of the same value apart. */
  readonly context: readonly string[];
  readonly scenes: readonly Scene<Input>[];
}

/** A part of the chart's life. Several small ones cover a chart in a fraction of the paths that a large one needs. */
export interface Scene<Input> {
  readonly name: string;
  readonly input: Input;
  readonly events: readonly AnyEventObject[];
}

/** The end of an invoked actor. An invoke without an id of its own is named by the path of its state, `init.ready`. */
export function done(invoke: string, output?: unknown): AnyEventObject {
  const actorId = idOf(invoke);
  return { type: `xstate.done.actor.${actorId}`, output, actorId };
}

/** An invoked actor met a defect. */
export function failed(invoke: string): AnyEventObject {
  const actorId = idOf(invoke);
  return { type: `xstate.error.actor.${actorId}`, error: "defect", actorId };
}

/** XState's name for the first invoke of a state, or `name#1` for the second. */
function idOf(invoke: string): string {
  if (!invoke.includes(".")) return invoke;
  const [path = "", index = "0"] = invoke.split("#");
  return `${index}.${path}`;
}

/** An event that has nothing to say but its type. */
export function plain(...types: readonly string[]): AnyEventObject[] {
  return types.map((type) => ({ type }));
}
