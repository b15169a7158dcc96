/** The actors that are watched, each with a key that is the same in every run. */
import type { AnyActorRef, AnyMachineSnapshot, AnyStateMachine } from "xstate";
import type { ActorKey, ActorLogic, ActorStatus } from "../records.ts";
import { logicOf } from "./actorLogic.ts";
import { isMachine } from "./describeMachine.ts";
import type { OpenStep } from "./openStep.ts";

export interface SentEvent {
  readonly event: { readonly type: string };
  readonly sender?: ActorKey | undefined;
  readonly cause: number | undefined;
}

export interface PendingTimer {
  readonly seq: number;
  /** XState's id of it, within its source; absent: drawn at random. */
  readonly id: string | undefined;
  readonly event: { readonly type: string };
  /** XState can still cancel it: it cannot once the id has been given again, or one that had it has fired. */
  held: boolean;
}

export interface WatchedActor {
  readonly ref: AnyActorRef;
  readonly key: ActorKey;
  readonly id: string;
  readonly logic: ActorLogic;
  readonly machine: AnyStateMachine | undefined;
  readonly parent: WatchedActor | undefined;
  /** Hash of its definition. */
  definition: string | undefined;
  /** As its last record left it. */
  snapshot: AnyMachineSnapshot | undefined;
  /** `seq` of its last record. */
  lastSeq: number | undefined;
  /** As its last record told it. */
  status: ActorStatus;
  /** It has come to rest once: all that belongs to its beginning has happened. */
  rested: boolean;
  ended: boolean;
  /** Sent to it, and not yet taken. */
  readonly queue: SentEvent[];
  readonly timers: PendingTimer[];
  step: OpenStep | undefined;
}

/** More than an app can have in view; those beyond are not told. */
const MOST_ACTORS = 50_000;

export class WatchedActors {
  readonly #root: AnyActorRef;
  readonly #rootKey: ActorKey;
  readonly #all = new WeakMap<AnyActorRef, WatchedActor>();
  readonly #live = new Map<ActorKey, WatchedActor>();
  /** How many children without a name of their own a parent has had, by parent and source. */
  readonly #unnamed = new Map<string, number>();

  constructor(root: AnyActorRef, key: ActorKey) {
    this.#root = root;
    this.#rootKey = key;
  }

  /** Ended ones included, as long as the app holds them. */
  of(ref: unknown): WatchedActor | undefined {
    return typeof ref === "object" && ref !== null ? this.#all.get(ref as AnyActorRef) : undefined;
  }

  byKey(key: ActorKey): WatchedActor | undefined {
    return this.#live.get(key);
  }

  get live(): Iterable<WatchedActor> {
    return this.#live.values();
  }

  /** Undefined for an actor that is not below the root. */
  add(ref: AnyActorRef): WatchedActor | undefined {
    const parent = ref === this.#root ? undefined : this.of(ref._parent);
    if ((ref !== this.#root && parent === undefined) || this.#live.size >= MOST_ACTORS) return undefined;
    const { logic } = ref as { logic?: unknown };
    const machine = isMachine(logic) ? logic : undefined;
    const id = parent === undefined ? rootKey(ref) : this.#childId(ref, parent);
    const wanted = parent === undefined ? this.#rootKey : `${parent.key}/${id}`;
    let key = wanted;
    for (let n = 2; this.#live.has(key); n++) key = `${wanted}~${n}`;
    const actor: WatchedActor = {
      ref,
      key,
      id,
      logic: logicOf(ref),
      machine,
      parent,
      definition: undefined,
      snapshot: undefined,
      lastSeq: undefined,
      status: "active",
      rested: false,
      ended: false,
      queue: [],
      timers: [],
      step: undefined,
    };
    this.#all.set(ref, actor);
    this.#live.set(key, actor);
    return actor;
  }

  end(actor: WatchedActor): void {
    actor.ended = true;
    actor.snapshot = undefined;
    this.#live.delete(actor.key);
  }

  /** XState draws a name from a counter of the process where the app gives none. */
  #childId(ref: AnyActorRef, parent: WatchedActor): string {
    if (ref.id !== ref.sessionId) return ref.id;
    const name = `${parent.key}/${sourceName(ref) ?? "actor"}`;
    const n = (this.#unnamed.get(name) ?? 0) + 1;
    this.#unnamed.set(name, n);
    return `${sourceName(ref) ?? "actor"}#${n}`;
  }
}

export function sourceName(ref: AnyActorRef): string | undefined {
  const { src } = ref as { src?: unknown };
  if (typeof src === "string") return src.startsWith("xstate.invoke.") ? undefined : src;
  return isMachine(src) ? src.id : undefined;
}

/** XState's own names of an actor. */
export function namesOf(ref: AnyActorRef): { readonly sessionId: string; readonly systemId?: string } {
  const { systemId } = ref as { systemId?: unknown };
  return { ...(typeof systemId === "string" && { systemId }), sessionId: ref.sessionId };
}

/** What a root actor is called: its machine's id, if it has one. */
export function rootKey(ref: AnyActorRef): string {
  const { logic } = ref as { logic?: unknown };
  if (isMachine(logic) && logic.id !== "(machine)") return logic.id;
  return ref.id === ref.sessionId ? "root" : ref.id;
}
