/** Which of the transitions that regions chose are taken together: SCXML's removeConflictingTransitions, as XState does it. */
import type { AnyMachineSnapshot, AnyStateNode, AnyTransitionDefinition } from "xstate";
import { historyTargets } from "./describeMachine.ts";

/** Histories whose default is another history. */
const DEEPEST = 8;

const NONE: Selection["preempted"] = new Set();

type History = AnyMachineSnapshot["historyValue"];

export interface Selection {
  /** The transitions that are taken together, in the order of the given ones. */
  readonly taken: readonly AnyTransitionDefinition[];
  /** Those that others exclude. */
  readonly preempted: ReadonlySet<AnyTransitionDefinition>;
  /** The nodes that are left, those entered again at once included. */
  readonly left: ReadonlySet<AnyStateNode>;
}

export function select(transitions: readonly AnyTransitionDefinition[], snapshot: AnyMachineSnapshot): Selection {
  const { _nodes: active, historyValue } = snapshot;
  const [only] = transitions;
  if (only !== undefined && transitions.length === 1) {
    return { taken: transitions, preempted: NONE, left: new Set(exitSet(only, active, historyValue)) };
  }
  const preempted = new Set<AnyTransitionDefinition>();
  const kept = new Map<AnyTransitionDefinition, readonly AnyStateNode[]>();
  /** Whose exit set each node is in; no two of those that are kept share one. */
  const leaver = new Map<AnyStateNode, AnyTransitionDefinition>();
  for (const transition of new Set(transitions)) {
    const exits = exitSet(transition, active, historyValue);
    const conflicts = new Set(exits.map((node) => leaver.get(node)).filter((other) => other !== undefined));
    if ([...conflicts].some((other) => !isBelow(transition.source, other.source))) {
      preempted.add(transition);
      continue;
    }
    for (const other of conflicts) {
      preempted.add(other);
      for (const node of kept.get(other) ?? []) leaver.delete(node);
      kept.delete(other);
    }
    kept.set(transition, exits);
    for (const node of exits) leaver.set(node, transition);
  }
  return { taken: [...kept.keys()], preempted, left: new Set(leaver.keys()) };
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

/** `target`, or where it leads if it is a history node. */
function effective(target: AnyStateNode, history: History, depth: number): readonly AnyStateNode[] {
  const { parent } = target;
  if (target.type !== "history" || parent === undefined || depth > DEEPEST) return [target];
  const remembered = history[target.id] as readonly AnyStateNode[] | undefined;
  if (remembered !== undefined) return remembered;
  const named = historyTargets(target);
  const others = parent.type === "parallel" ? [parent] : (parent.initial.target ?? []);
  return (named.length > 0 ? named : others).flatMap((node) => effective(node, history, depth + 1));
}

function isBelow(node: AnyStateNode, above: AnyStateNode | undefined): boolean {
  if (above === undefined) return true;
  for (let at = node.parent; at !== undefined; at = at.parent) if (at === above) return true;
  return false;
}
