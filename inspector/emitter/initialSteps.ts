/**
 * How a machine begins. XState takes the first steps when an actor is made and tells of the eventless ones alone, so where
 * they began is computed: all initial nodes.
 */
import type { AnyMachineSnapshot, AnyStateNode, AnyTransitionDefinition } from "xstate";
import type { Describer } from "./describeMachine.ts";
import type { OpenStep } from "./openStep.ts";

export type EarlyStep = readonly [
  event: { readonly type: string },
  transitions: readonly AnyTransitionDefinition[],
  after: AnyMachineSnapshot,
];

/** `snapshot` is what the actor begins with in the end, `early` the eventless steps before. */
export function initialSteps(
  step: OpenStep,
  event: { readonly type: string },
  snapshot: AnyMachineSnapshot,
  early: readonly EarlyStep[],
  describer: Describer,
): void {
  const [first] = early;
  if (snapshot._nodes === undefined) return;
  const begun = first === undefined ? snapshot : beginningOf(first[2]);
  step.begin(event, begun, initialEdges(begun, describer));
  for (const [event, transitions, after] of early) step.microstep(event, transitions, after);
  step.after = snapshot;
}

/** The context is that after the first step: what it was before is not told. */
function beginningOf(after: AnyMachineSnapshot): AnyMachineSnapshot {
  return after.machine.resolveState({ value: {}, context: after.context }) as AnyMachineSnapshot;
}

/** The transitions to the initial children that are active, of a restored actor as well. */
function initialEdges({ _nodes }: AnyMachineSnapshot, describer: Describer): string[] {
  const active = new Set<AnyStateNode>(_nodes);
  const edges: string[] = [];
  for (const node of [...active].sort((one, other) => one.order - other.order)) {
    if (node.type !== "compound" || !node.initial.target.every((target) => active.has(target))) continue;
    const edge = describer.edgeOf(node.initial);
    if (edge !== undefined) edges.push(edge);
  }
  return edges;
}
