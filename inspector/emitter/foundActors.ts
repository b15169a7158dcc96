/** What runs already when somebody begins to look: XState tells nothing of the past, so the actors are walked. */
import type { AnyActorRef, AnyMachineSnapshot } from "xstate";
import type { ActorWatch } from "./actorWatch.ts";

/** Tells of the actor and everything below it. One that has not started tells of itself when it does. */
export function tellFound(ref: AnyActorRef, watch: ActorWatch): void {
  if (!hasStarted(ref) || watch.actors.of(ref) !== undefined) return;
  const actor = watch.actors.add(ref);
  if (actor === undefined) return;
  const snapshot = ref.getSnapshot() as AnyMachineSnapshot;
  const { input } = ((ref as { options?: unknown }).options ?? {}) as { input?: unknown };
  actor.rested = true;
  actor.snapshot = snapshot;
  actor.status = snapshot.status;
  watch.records.found(actor, snapshot, input);
  for (const child of Object.values(snapshot.children ?? {})) {
    if (child !== undefined) tellFound(child as AnyActorRef, watch);
  }
  if (snapshot.status !== "active") watch.actors.end(actor);
}

/** XState keeps what an actor does in a field of its own: 0 is not started. */
export function hasStarted(ref: AnyActorRef): boolean {
  return (ref as { _processingStatus?: unknown })._processingStatus !== 0;
}
