/** What the records of the inspector's own kinds hold: `definition`, `actor`, `step` (trace/RECORDS.md). */
import type { TraceRecord } from "../ports/trace.ts";
import type { MachineDefinition } from "./definition.ts";

/**
 * Names an actor within its device: the machine's id for a root, then ids downwards, `carrier/register/1`. Stable over
 * runs, unlike XState's `x:5`. An actor that begins again under the same key is another actor.
 */
export type ActorKey = string;

export type ActorLogic = "machine" | "promise" | "callback" | "observable" | "transition" | "other";
export type ActorStatus = "active" | "done" | "error" | "stopped";

export interface DefinitionRecord extends TraceRecord {
  readonly kind: "definition";
  readonly hash: string;
  readonly definition: MachineDefinition;
}

export interface ActorRecord extends TraceRecord {
  readonly kind: "actor";
  readonly actor: ActorKey;
  /** `found`: it was there when somebody began to look; all of its state is told. */
  readonly phase: "started" | "found" | "ended";
  readonly id: string;
  readonly logic: ActorLogic;
  readonly parent?: ActorKey;
  readonly src?: string;
  readonly systemId?: string;
  /** XState's own name, of use beside other tools. */
  readonly sessionId?: string;
  /** Hash of a machine's definition. */
  readonly definition?: string;
  readonly status?: ActorStatus;
  readonly value?: unknown;
  /** Ids of the active nodes, ancestors included, in document order. */
  readonly active?: readonly string[];
  readonly context?: unknown;
  readonly input?: unknown;
  readonly output?: unknown;
  readonly error?: unknown;
}

/**
 * One macrostep of a machine: an event and everything it led to in that machine. Of logic that has a value but no states
 * (`transition`, `observable`): an event and the new value in `context`.
 */
export interface StepRecord extends TraceRecord {
  readonly kind: "step";
  readonly actor: ActorKey;
  readonly event: { readonly type: string; readonly [field: string]: unknown };
  /** Who sent the event; absent: it came from outside of all watched actors. */
  readonly sender?: ActorKey;
  /** No transition took the event; with a `status` other than `active`: the actor had ended before. */
  readonly ignored?: boolean;
  /**
   * At least one; the first is of `event`, later ones of raised events and eventless transitions. A last one without edges and
   * with an empty event: eventless transitions that were asked and all said no.
   */
  readonly microsteps: readonly Microstep[];
  /** How many more there were than are told. */
  readonly microstepsLeftOut?: number;
  readonly value: unknown;
  /** Active nodes after the step, ancestors included, in document order. */
  readonly active: readonly string[];
  readonly entered: readonly string[];
  readonly left: readonly string[];
  /** What changed at the top level of the context; absent: nothing. */
  readonly context?: ContextChange;
  readonly actions?: readonly ActionTaken[];
  readonly status?: ActorStatus;
  readonly output?: unknown;
  readonly error?: unknown;
}

export interface ContextChange {
  readonly set?: Readonly<Record<string, unknown>>;
  readonly removed?: readonly string[];
}

export interface Microstep {
  /** Type of its event; empty for an eventless transition. */
  readonly event: string;
  /** Ids of the edges taken. */
  readonly edges: readonly string[];
  /** Active nodes after it. */
  readonly active: readonly string[];
  /** In the order in which the machine considers them. */
  readonly candidates: readonly Candidate[];
}

/** A transition that the machine considered. */
export interface Candidate {
  readonly edge: string;
  /**
   * `taken` (where its edge is not among those of the microstep, an action of it threw, and nothing came of it);
   * `refused`: its guard said no; `failed`: its guard threw; `notReached`: one before it was taken;
   * `preempted`: enabled, but a transition of a descendant or of another region excluded it.
   */
  readonly verdict: "taken" | "refused" | "failed" | "notReached" | "preempted";
  readonly guard?: GuardAnswer;
}

export interface GuardAnswer {
  /** `certificatesAreKnown`, `not(isDeferred)`, `and(…)`; an inline function's name or `inline`. */
  readonly name: string;
  readonly params?: unknown;
  readonly result?: boolean;
  readonly error?: string;
  /** What the guard read, by path: `context.policy.source`, `event.reason`. */
  readonly inputs?: Readonly<Record<string, unknown>>;
  /** Of `and`, `or` and `not`: their parts as far as they were asked. */
  readonly parts?: readonly GuardAnswer[];
}

/** An action that was executed, `sendTo`, `raise` and `cancel` included. */
export interface ActionTaken {
  readonly type: string;
  readonly params?: unknown;
  /** Of a send: whom to, what, and after how many ms. */
  readonly to?: ActorKey;
  readonly event?: unknown;
  readonly delay?: number;
  readonly id?: string;
}
