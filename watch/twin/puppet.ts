/**
 * What stands in the twin for everything that a chart has done: an actor that begins, says so, and waits until the
 * twin's driver decides how it ended. It is data alone, so that a twin can be copied while it runs.
 */
import type { ActorLogic, ActorSystem, Snapshot } from "xstate";

export type PuppetEvent =
  | { readonly type: "puppet.done"; readonly output: unknown }
  | { readonly type: "puppet.failed" }
  // What a chart says to a source of events, an alarm for example.
  | { readonly type: string };

export type PuppetSnapshot = Snapshot<unknown> & {
  readonly input: unknown;
  /** It began before its twin was copied: nothing to say any more. */
  readonly begun: boolean;
};

/** @param begins is told the input of one that begins. */
export function puppet(
  begins: (system: ActorSystem<never>, input: unknown) => void = () => {},
): ActorLogic<PuppetSnapshot, PuppetEvent, unknown> {
  return {
    getInitialSnapshot: (_, input) => ({ status: "active", output: undefined, error: undefined, input, begun: false }),
    start: (snapshot, { system }) => {
      if (!snapshot.begun) begins(system as never, snapshot.input);
    },
    transition: (snapshot, event) => ({ ...snapshot, ...ending(event) }) as PuppetSnapshot,
    getPersistedSnapshot: (snapshot) => ({ ...snapshot, begun: true }) as PuppetSnapshot,
  };
}

function ending(event: PuppetEvent): object {
  if (event.type === "xstate.stop") return { status: "stopped" };
  if (event.type === "puppet.failed") return { status: "error", error: new Error("it fails") };
  return "output" in event ? { status: "done", output: event.output } : {};
}
