/** XState's own delayed events as `timer` records: what `after`, and `raise` and `sendTo` with a delay, set. */
import type { AnyActorRef } from "xstate";
import type { Trace } from "../../ports/trace.ts";
import { eventType } from "./plain.ts";
import type { PendingTimer, WatchedActor, WatchedActors } from "./watchedActors.ts";

/** XState's own entry of a delayed event. */
interface Scheduled {
  readonly id: string;
  readonly event: { readonly type: string };
  readonly delay: number;
  /** ms since 1970. */
  readonly startedAt: number;
  readonly source: AnyActorRef;
  readonly target: AnyActorRef;
}

/** What an action said, to be recorded after the step that it belongs to. */
type Change =
  | { readonly set: { readonly type: string }; readonly id: string | undefined; readonly delay: number; to: unknown }
  | { readonly cancel: string };

export class ScheduledEvents {
  readonly #root: AnyActorRef;
  readonly #trace: Trace;
  readonly #actors: WatchedActors;
  readonly #changes = new Map<WatchedActor, Change[]>();
  readonly #bySeq = new Map<number, { readonly actor: WatchedActor; readonly timer: PendingTimer }>();

  constructor(root: AnyActorRef, trace: Trace, actors: WatchedActors) {
    this.#root = root;
    this.#trace = trace;
    this.#actors = actors;
  }

  /** Which pend, by `seq` of their record. */
  get pending(): ReadonlySet<number> {
    return new Set(this.#bySeq.keys());
  }

  noteAction(actor: WatchedActor, { type, params }: { readonly type: string; readonly params: unknown }): void {
    const change = changeOf(type, params);
    if (change === undefined) return;
    const changes = this.#changes.get(actor);
    if (changes === undefined) this.#changes.set(actor, [change]);
    else changes.push(change);
  }

  /** The actor's step has been told. */
  settle(actor: WatchedActor): void {
    const changes = this.#changes.get(actor);
    if (changes === undefined) return;
    this.#changes.delete(actor);
    for (const change of changes) {
      const id = "cancel" in change ? change.cancel : change.id;
      const known = id === undefined ? undefined : actor.timers.find((timer) => timer.held && timer.id === id);
      if ("set" in change) {
        // XState forgets the one that had the id, and lets it fire all the same.
        if (known !== undefined) known.held = false;
        this.#set(actor, change.set, change.id, change.delay, this.#actors.of(change.to));
      } else if (known !== undefined) this.#over(actor, known, "cleared");
    }
  }

  /** `seq` of the record that says so, when this event is a delayed one of the actor's. */
  fired(actor: WatchedActor, event: object): number | undefined {
    const timer = this.#firing(actor.timers.filter((one) => one.event === event));
    if (timer === undefined) return undefined;
    for (const other of actor.timers) if (timer.id !== undefined && other.id === timer.id) other.held = false;
    return this.#over(actor, timer, "fired");
  }

  /** Of an actor's timers with the same event object the one whose id XState has just forgotten. */
  #firing(timers: readonly PendingTimer[]): PendingTimer | undefined {
    if (timers.length < 2) return timers[0];
    const { ref } = this.#bySeq.get(timers[0]!.seq)!.actor;
    const kept = Object.values(scheduled(this.#root)).filter(({ source }) => source === ref);
    return timers.find(({ id }) => id !== undefined && !kept.some((one) => one.id === id)) ?? timers[0];
  }

  /** XState says nothing when an actor ends: it cancels what it can. */
  clearAll(actor: WatchedActor): void {
    this.#changes.delete(actor);
    for (const timer of actor.timers.filter(({ held }) => held)) this.#over(actor, timer, "cleared");
  }

  /** Those that were set before somebody looked. `startedAt` is the processor's time, whatever clock drives the app. */
  tellFound(): void {
    const now = Date.now();
    for (const { source, target, event, id, delay, startedAt } of Object.values(scheduled(this.#root))) {
      const actor = this.#actors.of(source);
      if (actor === undefined) continue;
      const left = Math.max(0, Math.min(delay, delay - (now - startedAt)));
      this.#set(actor, event, id, left, this.#actors.of(target));
    }
  }

  /** Lets a delayed event come now; false when it does not pend any more. */
  fireNow(seq: number): boolean {
    const found = this.#bySeq.get(seq);
    if (found === undefined) return false;
    const { actor, timer } = found;
    // The event object is the machine's: all its actors send the same one.
    const isIt = (one: Scheduled) =>
      one.source === actor.ref && one.event === timer.event && (timer.id === undefined || one.id === timer.id);
    const pending = timer.held ? Object.values(scheduled(this.#root)).find(isIt) : undefined;
    if (pending === undefined) return false;
    const { source, target, event, id } = pending;
    const { scheduler, _relay } = this.#root.system as unknown as {
      readonly scheduler: { cancel(source: AnyActorRef, id: string): void };
      _relay(source: AnyActorRef, target: AnyActorRef, event: { readonly type: string }): void;
    };
    scheduler.cancel(source, id);
    _relay(source, target, event);
    return true;
  }

  #set(
    actor: WatchedActor,
    event: { readonly type: string },
    id: string | undefined,
    delay: number,
    target: WatchedActor | undefined,
  ): void {
    const isAfter = event.type.startsWith("xstate.after.");
    const to = target === undefined || target === actor ? undefined : target.key;
    const seq = this.#trace.record({
      kind: "timer",
      operation: "set",
      name: eventType(event),
      owner: actor.key,
      delay: Math.max(0, delay),
      purpose: isAfter ? "delayed transition" : to === undefined ? "delayed event" : `delayed event to ${to}`,
      cause: actor.lastSeq,
    });
    const timer = { seq, id, event, held: true };
    actor.timers.push(timer);
    this.#bySeq.set(seq, { actor, timer });
  }

  #over(actor: WatchedActor, timer: PendingTimer, operation: "fired" | "cleared"): number {
    actor.timers.splice(actor.timers.indexOf(timer), 1);
    this.#bySeq.delete(timer.seq);
    const name = eventType(timer.event);
    return this.#trace.record({ kind: "timer", operation, name, owner: actor.key, cause: timer.seq });
  }
}

function changeOf(type: string, params: unknown): Change | undefined {
  if (typeof params !== "object" || params === null) return undefined;
  const { event, id, delay, sendId, to } = params as Record<string, unknown>;
  if (type === "xstate.cancel" && typeof sendId === "string") return { cancel: sendId };
  if ((type !== "xstate.raise" && type !== "xstate.sendTo") || typeof delay !== "number") return undefined;
  if (typeof event !== "object" || event === null || !("type" in event)) return undefined;
  return { set: event as { type: string }, id: typeof id === "string" ? id : undefined, delay, to };
}

function scheduled(root: AnyActorRef): Readonly<Record<string, Scheduled>> {
  const { _scheduledEvents } = root.system.getSnapshot() as unknown as {
    readonly _scheduledEvents?: Readonly<Record<string, Scheduled>>;
  };
  return _scheduledEvents ?? {};
}
