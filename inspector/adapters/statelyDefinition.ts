/**
 * The definition in a frame of `@statelyai/inspect`, which is a machine's configuration after `JSON.stringify`, cut off
 * below a depth: whatever of it XState still makes a machine of.
 */
import { type AnyStateMachine, createMachine } from "xstate";
import { type DescribedMachine, describeMachine } from "../emitter/describeMachine.ts";
import { isJson, type Json } from "./foreignActors.ts";

/** How deep states may be nested. */
const DEEPEST = 32;
/** Nodes of one machine. */
const MOST_NODES = 2_000;

/** Undefined: there are no states in it, or none that can be read. */
export function readStatelyDefinition(text: string): DescribedMachine | undefined {
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isJson(config)) return undefined;
  if (!isJson(config.states) && !isJson(config.on)) return undefined;
  const whole = described(config, true);
  // States without their transitions are better than nothing.
  return whole ?? described(config, false);
}

function described(config: Json, withTransitions: boolean): DescribedMachine | undefined {
  const count = { nodes: 0 };
  const machine = stateConfig(config, withTransitions, 0, count);
  if (machine === undefined) return undefined;
  try {
    // Nothing in it is a function: guards, actions and actors are names, and nothing is run.
    return describeMachine(createMachine(machine) as unknown as AnyStateMachine);
  } catch {
    return undefined;
  }
}

const KEPT = ["id", "type", "history", "initial", "description", "tags", "meta"] as const;
const TRANSITIONS = ["on", "after", "always", "onDone", "target", "entry", "exit", "invoke"] as const;

function stateConfig(
  config: Json,
  withTransitions: boolean,
  depth: number,
  count: { nodes: number },
): Json | undefined {
  count.nodes++;
  if (depth > DEEPEST) return undefined;
  const kept: Json = {};
  for (const name of KEPT) if (name in config) kept[name] = config[name];
  if (withTransitions) for (const name of TRANSITIONS) if (name in config) kept[name] = withoutCuts(config[name]);
  if (isJson(config.states)) {
    const states: Json = {};
    for (const [key, state] of Object.entries(config.states)) {
      if (count.nodes >= MOST_NODES) break;
      states[key] = (isJson(state) && stateConfig(state, withTransitions, depth + 1, count)) || {};
    }
    kept.states = states;
    if (typeof kept.initial !== "string" || !(kept.initial in states)) delete kept.initial;
    if (kept.initial === undefined && kept.type !== "parallel") kept.initial = Object.keys(states)[0];
  }
  return kept;
}

/** What stands for an object that was cut off names nothing. */
function withoutCuts(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => !isCut(item)).map(withoutCuts);
  if (!isJson(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => !isCut(inner))
      .map(([key, inner]) => [key, withoutCuts(inner)]),
  );
}

function isCut(value: unknown): boolean {
  return value === "[Object]" || value === "[Array]" || value === "[Circular]" || value === "[...]";
}
