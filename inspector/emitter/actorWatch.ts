/**
 * Makes records of what a system of XState actors does, out of XState's own inspection stream. The stream tells of a
 * macrostep in pieces, in the order of the call stack; a piece is kept in the actor's open step until the macrostep is over,
 * which shows in the actor's snapshot, and at the latest in the next microtask.
 */
import type { AnyActorRef, AnyMachineSnapshot, AnyTransitionDefinition, InspectionEvent } from "xstate";
import type { Trace } from "../../ports/trace.ts";
import type { ActorKey, ActorStatus } from "../records.ts";
import { ActorRecords } from "./actorRecords.ts";
import { hasStarted, tellFound } from "./foundActors.ts";
import { type EarlyStep, initialSteps } from "./initialSteps.ts";
import { OpenStep, type StepOptions } from "./openStep.ts";
import { ScheduledEvents } from "./scheduledEvents.ts";
import { type SentEvent, type WatchedActor, WatchedActors } from "./watchedActors.ts";

export interface ActorWatchOptions extends Omit<StepOptions, "actorKey"> {
  readonly root: AnyActorRef;
  /** Like no other's of the device. */
  readonly rootKey: ActorKey;
  readonly trace: Trace;
  /** The trace is the app's: what it recorded last may have led to what an actor outside of the watch does. */
  readonly isShared: boolean;
}

type AnyEvent = { readonly type: string };

/** Events that wait in front of an actor; the oldest are forgotten, not the app's, but whom they came from. */
const LONGEST_QUEUE = 1_000;

export class ActorWatch {
  readonly actors: WatchedActors;
  readonly timers: ScheduledEvents;
  readonly options: ActorWatchOptions;
  readonly #step: StepOptions;
  readonly records: ActorRecords;
  /** Steps that an actor takes before it starts. */
  readonly #early = new WeakMap<AnyActorRef, EarlyStep[]>();
  /** What is sent to an actor before it starts. */
  readonly #ahead = new WeakMap<AnyActorRef, SentEvent[]>();
  /** Actors in the middle of a step. */
  readonly #open = new Set<WatchedActor>();
  /** Actors with something to look after once the app's call stack is empty. */
  readonly #unsettled = new Set<WatchedActor>();
  #subscription: { unsubscribe(): void } | undefined;
  /** What went wrong in here; the app is not to notice. */
  faults = 0;

  constructor(options: ActorWatchOptions) {
    this.options = options;
    this.actors = new WatchedActors(options.root, options.rootKey);
    const actorKey = (ref: AnyActorRef) => this.actors.of(ref)?.key;
    const named = { ...options.plain, actor: (ref: object) => actorKey(ref as AnyActorRef) };
    this.#step = { ...options, plain: named, actorKey };
    this.records = new ActorRecords(options.trace, options.describer, named);
    this.timers = new ScheduledEvents(options.root, options.trace, this.actors);
  }

  /** Goes in, and tells of all that is there. */
  install(): void {
    const { root } = this.options;
    this.#subscription = root.system.inspect({ next: (event: InspectionEvent) => this.#next(event) });
    this.#safely(() => {
      tellFound(root, this);
      this.timers.tellFound();
    });
  }

  uninstall(): void {
    this.#subscription?.unsubscribe();
    this.#subscription = undefined;
    this.#unsettled.clear();
    this.#open.clear();
  }

  #safely(work: () => void): void {
    try {
      work();
    } catch {
      this.faults++;
    }
  }

  #next(event: InspectionEvent): void {
    try {
      this.#hear(event);
    } catch {
      this.faults++;
    }
  }

  #hear(event: InspectionEvent): void {
    const ref = event.actorRef as AnyActorRef;
    switch (event.type) {
      case "@xstate.event":
        this.#closeSteps();
        if (event.event.type === "xstate.init") this.#begin(ref, event.event);
        else this.#sent(ref, event.event, event.sourceRef as AnyActorRef | undefined);
        break;
      case "@xstate.action":
        this.#action(this.actors.of(ref), event.action);
        break;
      case "@xstate.microstep":
        this.#microstep(ref, event.event, event._transitions, event.snapshot as AnyMachineSnapshot);
        break;
      case "@xstate.snapshot":
        this.#closeSteps();
        this.#rest(this.actors.of(ref), event.event);
        break;
    }
  }

  #begin(ref: AnyActorRef, event: AnyEvent): void {
    const actor = this.actors.of(ref) ?? this.actors.add(ref);
    if (actor === undefined) return;
    const snapshot = ref.getSnapshot() as AnyMachineSnapshot;
    this.records.started(actor, snapshot, (event as { input?: unknown }).input);
    actor.queue.push(...(this.#ahead.get(ref) ?? []));
    this.#ahead.delete(ref);
    this.#unsettle(actor);
    if (actor.machine === undefined) {
      actor.snapshot = snapshot;
      return;
    }
    const step = this.#openStep(actor);
    step.sent = { event, sender: actor.parent?.key, cause: actor.lastSeq };
    initialSteps(step, event, snapshot, this.#early.get(ref) ?? [], this.options.describer);
    this.#early.delete(ref);
  }

  #openStep(actor: WatchedActor): OpenStep {
    if (actor.step === undefined) {
      actor.step = new OpenStep(actor.snapshot, this.#step);
      this.#open.add(actor);
      this.#unsettle(actor);
    }
    return actor.step;
  }

  #sent(ref: AnyActorRef, event: AnyEvent, source: AnyActorRef | undefined): void {
    const sender = this.actors.of(source);
    if (sender !== undefined) this.#checkEnd(sender);
    const fired = sender === undefined ? undefined : this.timers.fired(sender, event);
    const sent = { event, sender: sender?.key, cause: fired ?? this.#causeOf(sender) };
    let actor = this.actors.of(ref);
    if (actor === undefined && this.actors.of(ref._parent) !== undefined) {
      if (!hasStarted(ref)) {
        const ahead = this.#ahead.get(ref) ?? [];
        if (ahead.push(sent) <= LONGEST_QUEUE) this.#ahead.set(ref, ahead);
        return;
      }
      // Nobody's child by its parent's snapshot: made by hand.
      tellFound(ref, this);
      actor = this.actors.of(ref);
    }
    if (actor === undefined) return;
    actor.queue.push(sent);
    if (actor.queue.length > LONGEST_QUEUE) actor.queue.shift();
    this.#unsettle(actor);
  }

  /** Of what happens now: the sender's own step where it is a machine, which the ambient cause lies behind. */
  #causeOf(sender: WatchedActor | undefined): number | undefined {
    const { trace, isShared } = this.options;
    if (sender?.machine !== undefined || sender?.ended === true) return sender.lastSeq;
    return trace.cause ?? (isShared ? trace.last : sender?.lastSeq);
  }

  #action(actor: WatchedActor | undefined, action: { readonly type: string; readonly params: unknown }): void {
    if (actor === undefined || actor.ended) return;
    const step = actor.rested ? this.#openStep(actor) : actor.step;
    step?.action(action.type, action.params);
    this.timers.noteAction(actor, action);
    // A machine that begins with children acts only after they have begun: its first step has been told by then.
    if (step === undefined) this.timers.settle(actor);
  }

  #microstep(
    ref: AnyActorRef,
    event: AnyEvent,
    transitions: readonly AnyTransitionDefinition[],
    snapshot: AnyMachineSnapshot,
  ): void {
    if (event.type === "xstate.stop") return;
    const actor = this.actors.of(ref);
    if (actor === undefined) {
      if (event.type !== "xstate.init" && transitions.length === 0) return;
      const early = this.#early.get(ref) ?? [];
      early.push([event, transitions, snapshot]);
      if (early.length < LONGEST_QUEUE) this.#early.set(ref, early);
      return;
    }
    if (actor.ended) return;
    const step = this.#openStep(actor);
    step.sent ??= takeFrom(actor.queue, event);
    step.microstep(event, transitions, snapshot);
  }

  /** The actor has come to rest after an event. */
  #rest(actor: WatchedActor | undefined, event: AnyEvent): void {
    if (actor === undefined || actor.ended) return;
    if (actor.machine === undefined) this.#tellValue(actor, event);
    else this.#close(actor);
    actor.rested = true;
    if (event.type === "xstate.stop") this.#end(actor, "stopped");
    else this.#checkEnd(actor);
  }

  /** Tells the steps that are over: XState has given the actor the snapshot that the last microstep led to. */
  #closeSteps(): void {
    for (const actor of this.#open) {
      const { step } = actor;
      if (step?.after !== undefined && step.sent !== undefined && actor.ref.getSnapshot() === step.after)
        this.#close(actor);
    }
  }

  #close(actor: WatchedActor): void {
    const { step } = actor;
    actor.step = undefined;
    this.#open.delete(actor);
    if (step?.sent === undefined) return;
    if (!actor.rested) step.assumeEntryActions(this.options.describer);
    this.#tellStep(actor, step, step.sent);
  }

  /** Of logic without states that has a value: what it is now. */
  #tellValue(actor: WatchedActor, event: AnyEvent): void {
    const sent = takeFrom(actor.queue, event);
    const snapshot = actor.ref.getSnapshot() as AnyMachineSnapshot;
    const before = actor.snapshot?.context;
    actor.snapshot = snapshot;
    if (!actor.rested || event.type === "xstate.stop" || !("context" in snapshot)) return;
    const isSame = Object.is(before, snapshot.context);
    this.records.value(actor, sent, snapshot, isSame);
  }

  #tellStep(actor: WatchedActor, step: OpenStep, sent: SentEvent): void {
    const snapshot = actor.ref.getSnapshot() as AnyMachineSnapshot;
    actor.snapshot = snapshot._nodes === undefined ? step.after : snapshot;
    actor.status = snapshot.status;
    this.records.step(actor, step, sent, snapshot);
    this.timers.settle(actor);
  }

  /** Whether the actor has ended since it was last heard of. What threw in a step leaves no other sign. */
  #checkEnd(actor: WatchedActor): void {
    if (actor.ended) return;
    const { status } = actor.ref.getSnapshot() as AnyMachineSnapshot;
    if (status === "active") return;
    if (status === "error" && actor.status !== "error" && actor.machine !== undefined) this.#fail(actor);
    this.#end(actor, status);
  }

  #fail(actor: WatchedActor): void {
    const step = actor.step ?? new OpenStep(actor.snapshot, this.#step);
    const sent = step.sent ?? actor.queue[0];
    actor.step = undefined;
    this.#open.delete(actor);
    if (sent === undefined) return;
    takeFrom(actor.queue, sent.event);
    step.fail(sent.event);
    this.#tellStep(actor, step, sent);
  }

  #end(actor: WatchedActor, status: ActorStatus): void {
    if (actor.ended) return;
    const { trace, isShared } = this.options;
    const own = status === "stopped" ? (actor.parent?.lastSeq ?? actor.lastSeq) : actor.lastSeq;
    // What a service waited for has just been recorded, where the app records.
    const isService = actor.machine === undefined && status !== "stopped";
    const cause = isService ? (trace.cause ?? (isShared ? trace.last : own)) : own;
    this.timers.clearAll(actor);
    this.records.ended(actor, actor.ref.getSnapshot() as AnyMachineSnapshot, status, cause);
    this.actors.end(actor);
  }

  #unsettle(actor: WatchedActor): void {
    if (this.#unsettled.size === 0) queueMicrotask(() => this.#safely(() => this.#settle()));
    this.#unsettled.add(actor);
  }

  /** The app's call stack is empty: what has not been taken by now waits for an actor that does not run. */
  #settle(): void {
    this.#closeSteps();
    const unsettled = [...this.#unsettled];
    this.#unsettled.clear();
    if (this.#subscription === undefined) return;
    for (const actor of unsettled) {
      this.#checkEnd(actor);
      if (!actor.ended || actor.machine === undefined) continue;
      const unread = actor.queue.splice(0);
      // Another actor has the name by now, and would be taken to have ended.
      if (this.actors.byKey(actor.key) !== undefined) continue;
      const snapshot = actor.ref.getSnapshot() as AnyMachineSnapshot;
      for (const sent of unread) this.records.dead(actor, sent, snapshot);
    }
  }
}

/** What was sent in the same event object; an event that nobody sent was raised. */
function takeFrom(queue: SentEvent[], event: AnyEvent): SentEvent {
  const at = queue.findIndex((sent) => sent.event === event);
  return at < 0 ? { event, cause: undefined } : queue.splice(at, 1)[0]!;
}
