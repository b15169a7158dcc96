/** The transitions that a machine considered for an event, in the order of SCXML's selection, and what became of each. */
import type { AnyMachineSnapshot, AnyStateNode, AnyTransitionDefinition } from "xstate";
import type { Candidate } from "../records.ts";
import { preempted } from "./conflicts.ts";
import { answerOf, type GuardQuestion } from "./guardAnswers.ts";
import type { Guard } from "./guardNames.ts";

/** More are not told: a wildcard in hundreds of regions says nothing more. */
const MOST_CANDIDATES = 100;

export interface Consideration extends GuardQuestion {
  /** What XState chose. */
  readonly chosen: readonly AnyTransitionDefinition[];
  /**
   * Whether `chosen` is all that was enabled: XState leaves out of eventless transitions what others exclude, and tells
   * nothing when one of them fails. Then the guards' second answers decide.
   */
  readonly isAll: boolean;
  /** What an enabled transition is that XState did not choose: another excluded it, or all of it was given up. */
  readonly unchosen: "preempted" | "taken";
  readonly edgeOf: (transition: object) => string | undefined;
  /** False: guards are not asked a second time. */
  readonly asks: boolean;
}

/** For an event: from the innermost active nodes outwards, each node's own transitions in the order of their configuration. */
export function candidatesForEvent(consideration: Consideration): Candidate[] {
  const { snapshot, event } = consideration;
  const list = new CandidateList(consideration);
  const active = new Set<AnyStateNode>(snapshot._nodes);
  const consider = (node: AnyStateNode): boolean => {
    let taken = false;
    for (const child of Object.values(node.states)) if (active.has(child) && consider(child)) taken = true;
    return list.consider(transitionsFor(node, event.type), taken);
  };
  consider(snapshot.machine.root);
  return list.candidates;
}

/** Eventless: from each innermost active node outwards. */
export function candidatesForAlways(consideration: Consideration): Candidate[] {
  const list = new CandidateList(consideration);
  const seen = new Map<AnyStateNode, boolean>();
  for (const leaf of consideration.snapshot._nodes as AnyStateNode[]) {
    if (leaf.type !== "atomic" && leaf.type !== "final") continue;
    let taken = false;
    for (let node: AnyStateNode | undefined = leaf; node !== undefined; node = node.parent) {
      const known = seen.get(node);
      if (known === undefined) {
        const always = node.always ?? [];
        const before = taken;
        taken = list.consider(always, taken);
        // Another region may ask the same ancestor again; it is told once.
        seen.set(node, taken && !before);
      } else taken ||= known;
    }
  }
  return list.candidates;
}

/** Whether any active node has eventless transitions. */
export function hasAlways(snapshot: AnyMachineSnapshot): boolean {
  return (snapshot._nodes as AnyStateNode[]).some(({ always }) => always !== undefined && always.length > 0);
}

class CandidateList {
  readonly candidates: Candidate[] = [];
  readonly #consideration: Consideration;
  readonly #chosen: ReadonlySet<object>;
  readonly #preempted: ReadonlySet<object>;

  constructor(consideration: Consideration) {
    this.#consideration = consideration;
    this.#chosen = new Set(consideration.chosen);
    this.#preempted = preempted(consideration.chosen, consideration.snapshot);
  }

  /** Returns whether one of them, or `taken` before, was chosen. */
  consider(transitions: readonly AnyTransitionDefinition[], taken: boolean): boolean {
    let over = taken;
    for (const transition of transitions) {
      const candidate = over ? this.#notReached(transition) : this.#judge(transition);
      over ||= candidate.verdict !== "refused";
      if (this.candidates.length < MOST_CANDIDATES) this.candidates.push(candidate);
    }
    return over;
  }

  #notReached(transition: AnyTransitionDefinition): Candidate {
    return { edge: this.#edge(transition), verdict: "notReached" };
  }

  #judge(transition: AnyTransitionDefinition): Candidate {
    const edge = this.#edge(transition);
    const { isAll, asks, unchosen } = this.#consideration;
    const chosen = this.#chosen.has(transition);
    const verdict = chosen ? (this.#preempted.has(transition) ? "preempted" : "taken") : "refused";
    const { guard } = transition;
    if (guard === undefined) return { edge, verdict: chosen || isAll ? verdict : unchosen };
    if (!asks) return { edge, verdict };
    const answer = answerOf(guard as Guard, this.#consideration, isAll || chosen ? chosen : undefined);
    if (chosen || isAll) return { edge, verdict, guard: answer };
    return {
      edge,
      verdict: answer.error === undefined ? (answer.result ? unchosen : "refused") : "failed",
      guard: answer,
    };
  }

  #edge(transition: AnyTransitionDefinition): string {
    return this.#consideration.edgeOf(transition) ?? "";
  }
}

/** As XState orders them: the exact descriptor first, then wildcards, the longest first. */
export function transitionsFor(node: AnyStateNode, type: string): readonly AnyTransitionDefinition[] {
  const exact = node.transitions.get(type) ?? [];
  const wild = [...node.transitions.keys()].filter((descriptor) => descriptor !== type && matches(type, descriptor));
  if (wild.length === 0) return exact;
  wild.sort((one, other) => other.length - one.length);
  return [...exact, ...wild.flatMap((descriptor) => node.transitions.get(descriptor) ?? [])];
}

/** Whether an event is one of a descriptor: `link.up`, `link.*`, `*`. */
export function matches(type: string, descriptor: string): boolean {
  if (descriptor === type || descriptor === "*") return true;
  if (!descriptor.endsWith(".*")) return false;
  const tokens = descriptor.split(".");
  const given = type.split(".");
  return tokens.every((token, index) => (token === "*" ? index === tokens.length - 1 : token === given[index]));
}
