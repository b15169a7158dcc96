/** Which of the transitions that regions chose are taken together: SCXML's removeConflictingTransitions, as XState does it. */
import type { AnyMachineSnapshot, AnyStateNode, AnyTransitionDefinition } from "xstate";

type History = AnyMachineSnapshot["historyValue"];

/** The transitions that are left out. */
export function preempted(
  transitions: readonly AnyTransitionDefinition[],
  snapshot: AnyMachineSnapshot,
): ReadonlySet<AnyTransitionDefinition> {
  const left = new Set<AnyTransitionDefinition>();
  if (transitions.length < 2) return left;
  const { _nodes: active, historyValue } = snapshot;
  const kept: AnyTransitionDefinition[] = [];
  for (const transition of new Set(transitions)) {
    const exits = exitSet(transition, active, historyValue);
    const conflicts = kept.filter((other) => exitSet(other, active, historyValue).some((node) => exits.includes(node)));
    if (conflicts.some((other) => !isBelow(transition.source, other.source))) {
      left.add(transition);
      continue;
    }
    for (const other of conflicts) {
      left.add(other);
      kept.splice(kept.indexOf(other), 1);
    }
    kept.push(transition);
  }
  return left;
}

/** The nodes that these transitions leave together, those they enter again at once included. */
export function exitSetOf(
  transitions: readonly AnyTransitionDefinition[],
  snapshot: AnyMachineSnapshot,
): ReadonlySet<AnyStateNode> {
  const left = preempted(transitions, snapshot);
  const kept = transitions.filter((transition) => !left.has(transition));
  return new Set(kept.flatMap((transition) => exitSet(transition, snapshot._nodes, snapshot.historyValue)));
}

/** Nodes that the transition leaves. */
function exitSet(
  transition: AnyTransitionDefinition,
  active: readonly AnyStateNode[],
  history: History,
): readonly AnyStateNode[] {
  if (transition.target === undefined || transition.target.length === 0) return [];
  const domain = domainOf(transition, history);
  return active.filter(
    (node) => isBelow(node, domain) || (node === domain && transition.reenter && transition.source === domain),
  );
}

/** The innermost node that stays active all through. Undefined: even the root is left. */
function domainOf(transition: AnyTransitionDefinition, history: History): AnyStateNode | undefined {
  const { source, reenter } = transition;
  const targets = [...(transition.target ?? [])].flatMap((target) => effective(target, history, 0));
  if (!reenter && targets.every((target) => target === source || isBelow(target, source))) return source;
  for (let at = targets[0]?.parent; at !== undefined; at = at.parent) {
    const above = at;
    if (isBelow(source, above) && targets.every((target) => isBelow(target, above))) return above;
  }
  return reenter ? undefined : source.machine.root;
}

function effective(target: AnyStateNode, history: History, depth: number): readonly AnyStateNode[] {
  if (target.type !== "history") return [target];
  const remembered = history[target.id];
  // Where a history without a past leads is below its parent; that is all that is asked here.
  if (remembered === undefined || depth > 8) return target.parent === undefined ? [] : [target];
  return remembered as readonly AnyStateNode[];
}

function isBelow(node: AnyStateNode, above: AnyStateNode | undefined): boolean {
  if (above === undefined) return true;
  for (let at = node.parent; at !== undefined; at = at.parent) if (at === above) return true;
  return false;
}
