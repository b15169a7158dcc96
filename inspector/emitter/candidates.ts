/** The transitions that a machine considered for an event, in the order of SCXML's selection, and what became of each. */
import type { AnyMachineSnapshot, AnyStateNode, AnyTransitionDefinition } from "xstate";
import type { Candidate } from "../records.ts";
import type { Selection } from "./conflicts.ts";
import { answerOf, type GuardQuestion } from "./guardAnswers.ts";
import type { Guard } from "./guardNames.ts";

/** More are not told, those taken aside: a wildcard in hundreds of regions says nothing more. */
const MOST_CANDIDATES = 100;

export interface Consideration extends GuardQuestion {
  /** What XState chose. */
  readonly chosen: readonly AnyTransitionDefinition[];
  /** Of these, what others exclude. */
  readonly preempted: Selection["preempted"];
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
  // By the value, as XState does: after some histories its list of nodes is not whole.
  const consider = (node: AnyStateNode | undefined, value: unknown): boolean => {
    if (node === undefined) return false;
    let taken = false;
    const inner = typeof value === "string" ? { [value]: {} } : Object(value);
    for (const key of Object.keys(inner)) if (consider(node.states[key], inner[key])) taken = true;
    return list.consider(transitionsFor(node, event.type), taken);
  };
  consider(snapshot.machine.root, snapshot.value);
  return list.candidates;
}

/** Eventless: from each innermost active node outwards. An ancestor that several regions ask is told once. */
export function candidatesForAlways(consideration: Consideration): Candidate[] {
  const list = new CandidateList(consideration);
  const asked = new Map<AnyStateNode, boolean>();
  /** Ancestors that no region has asked so far: the one that took its own transition went no further. */
  const unasked: AnyStateNode[] = [];
  for (const leaf of consideration.snapshot._nodes as AnyStateNode[]) {
    if (leaf.type !== "atomic" && leaf.type !== "final") continue;
    let taken = false;
    for (let node: AnyStateNode | undefined = leaf; node !== undefined; node = node.parent) {
      if (taken) {
        unasked.push(node);
        continue;
      }
      taken = asked.get(node) ?? list.consider(node.always ?? [], false);
      asked.set(node, taken);
    }
  }
  for (const node of new Set(unasked)) if (!asked.has(node)) list.consider(node.always ?? [], true);
  return list.candidates;
}

/** Whether any active node has eventless transitions. */
export function hasAlways(snapshot: AnyMachineSnapshot): boolean {
  return (snapshot._nodes as AnyStateNode[]).some(({ always }) => always !== undefined && always.length > 0);
}

class CandidateList {
  readonly candidates: Candidate[] = [];
  readonly #consideration: Consideration;

  constructor(consideration: Consideration) {
    this.#consideration = consideration;
  }

  /** Returns whether one of them, or `taken` before, was chosen. */
  consider(transitions: readonly AnyTransitionDefinition[], taken: boolean): boolean {
    let over = taken;
    for (const transition of transitions) {
      const candidate = over ? this.#notReached(transition) : this.#judge(transition);
      over ||= candidate.verdict !== "refused";
      if (this.candidates.length < MOST_CANDIDATES || candidate.verdict === "taken") this.candidates.push(candidate);
    }
    return over;
  }

  #notReached(transition: AnyTransitionDefinition): Candidate {
    return { edge: this.#edge(transition), verdict: "notReached" };
  }

  #judge(transition: AnyTransitionDefinition): Candidate {
    const edge = this.#edge(transition);
    const { isAll, asks, unchosen, preempted } = this.#consideration;
    const chosen = this.#consideration.chosen.includes(transition);
    const verdict = chosen ? (preempted.has(transition) ? "preempted" : "taken") : "refused";
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
  const wild = wildcardsOf(node).filter((descriptor) => descriptor !== type && matches(type, descriptor));
  if (wild.length === 0) return exact;
  return [...exact, ...wild.flatMap((descriptor) => node.transitions.get(descriptor) ?? [])];
}

const wildcards = new WeakMap<AnyStateNode, readonly string[]>();

/** Descriptors of more than one event, the longest first. */
function wildcardsOf(node: AnyStateNode): readonly string[] {
  let found = wildcards.get(node);
  if (found === undefined) {
    found = [...node.transitions.keys()].filter((descriptor) => descriptor.endsWith("*"));
    found = found.toSorted((one, other) => other.length - one.length);
    wildcards.set(node, found);
  }
  return found;
}

/** Whether an event is one of a descriptor: `link.up`, `link.*`, `*`. */
export function matches(type: string, descriptor: string): boolean {
  if (descriptor === type || descriptor === "*") return true;
  if (!descriptor.endsWith(".*")) return false;
  const tokens = descriptor.split(".");
  const given = type.split(".");
  return tokens.every((token, index) => (token === "*" ? index === tokens.length - 1 : token === given[index]));
}
