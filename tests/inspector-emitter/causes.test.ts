/** Who sent what led to a step, and which record it came of. */
import { describe, expect, it } from "@jest/globals";
import { createActor, createMachine, enqueueActions, sendTo, setup } from "xstate";
import { createInspector } from "../../inspector/emitter/createInspector.ts";
import { createTrace } from "../../trace/trace.ts";
import { VirtualClock } from "../support/virtualClock.ts";
import { Seen, watched } from "./support.ts";

describe("who and why", () => {
  const child = createMachine({
    id: "kid",
    on: { ping: { actions: enqueueActions(({ enqueue }) => enqueue("note")) } },
  });
  const parent = setup({ actors: { child } }).createMachine({
    id: "parent",
    invoke: { id: "kid", src: "child" },
    on: { go: { actions: sendTo("kid", { type: "ping" }) } },
  });

  it("tells a step's sender, and the sender's step as its cause", () => {
    const { seen, actor } = watched(parent);
    actor.send({ type: "go" });
    const go = seen.step("go");
    expect(go).not.toHaveProperty("sender");
    expect(go.actions).toEqual([{ type: "sendTo", to: "parent/kid", event: { type: "ping" } }]);
    expect(seen.step("ping")).toMatchObject({ actor: "parent/kid", sender: "parent", cause: go.seq });
    expect(seen.step("ping").seq).toBeGreaterThan(go.seq);
    expect(seen.step("ping").actions).toEqual([{ type: "note" }]);
  });

  it("tells an actor's step before those of the actors that it begins", () => {
    const { seen } = watched(parent);
    const [first, second] = seen.steps();
    expect([first?.actor, second?.actor]).toEqual(["parent", "parent/kid"]);
    expect(seen.actor("parent/kid", "started").cause).toBe(first?.seq);
  });

  it("takes the cause that the app's trace knows for an event from outside", () => {
    const records = new Seen();
    const inspector = createInspector({ sink: (record) => records.records.push(record) });
    const clock = new VirtualClock();
    const trace = createTrace({ sink: inspector.sink, clock, device: "gate", detailed: inspector.detailed });
    const actor = createActor(parent);
    inspector.watch(actor, { trace });
    actor.start();
    actor.send({ type: "go" });
    const pressed = trace.record({ kind: "application", action: "press" });
    trace.causedBy(pressed, () => actor.send({ type: "go" }));
    const [unknown, known] = records.steps().filter(({ event }) => event.type === "go");
    expect(known).toMatchObject({ cause: pressed, device: "gate" });
    // Nothing says what led to the other: the newest record is the best guess.
    expect(unknown?.cause).toBe((unknown?.seq ?? 0) - 1);
    expect(records.records.map(({ seq }) => seq)).toEqual(records.records.map((_, index) => index + 1));
  });
});
