/** An actor that does nothing until a test ends it: what takes the place of every leaf actor of a chart. */
import type { ActorLogic, AnyActorRef, AnyStateMachine, Snapshot } from "xstate";

type PuppetEvent =
  | { type: "puppet.done"; output: unknown }
  | { type: "puppet.failed"; error: unknown }
  // What a chart says to an invoked chart that a puppet stands for.
  | { type: string };

type PuppetSnapshot = Snapshot<unknown> & { readonly input: unknown; readonly received: readonly { type: string }[] };

export const puppet: ActorLogic<PuppetSnapshot, PuppetEvent, unknown> = {
  getInitialSnapshot: (_, input) => ({ status: "active", output: undefined, error: undefined, input, received: [] }),
  transition: (snapshot, event) => ({ ...snapshot, ...changeOf(snapshot, event) }) as PuppetSnapshot,
  getPersistedSnapshot: (snapshot) => snapshot,
};

function changeOf({ received }: PuppetSnapshot, event: PuppetEvent) {
  if (event.type === "xstate.stop") return { status: "stopped" };
  if ("output" in event) return { status: "done", output: event.output };
  if ("error" in event) return { status: "error", error: event.error };
  return { received: [...received, event] };
}

/** `machine` with a puppet for each of its actors. */
export function withPuppets(machine: AnyStateMachine): AnyStateMachine {
  const { actors } = machine.implementations;
  return machine.provide({ actors: Object.fromEntries(Object.keys(actors).map((name) => [name, puppet])) });
}

/** Ends the invoked actor that `event` (`xstate.done.actor.*`, `xstate.error.actor.*`) is about; false for any other event. */
export function endPuppet(
  chart: AnyActorRef,
  event: { readonly type: string; readonly [key: string]: unknown },
): boolean {
  if (!event.type.startsWith("xstate.done.actor.") && !event.type.startsWith("xstate.error.actor.")) return false;
  const child = chart.getSnapshot().children[event.actorId as string] as AnyActorRef | undefined;
  if (child === undefined)
    throw new Error(`${event.type}: no such actor in ${JSON.stringify(chart.getSnapshot().value)}`);
  child.send(
    event.type.startsWith("xstate.done.")
      ? { type: "puppet.done", output: event.output }
      : { type: "puppet.failed", error: event.error },
  );
  return true;
}
