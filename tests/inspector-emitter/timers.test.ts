/** Delayed events of XState as timers: set, fired, cleared, and what XState itself loses track of. */
import { describe, expect, it } from "@jest/globals";
import { cancel, createMachine, raise, spawnChild, stopChild } from "xstate";
import { fold } from "../../inspector/model/fold.ts";
import { settled, watched } from "./support.ts";

describe("timers of XState", () => {
  const clocked = createMachine({
    id: "m",
    initial: "a",
    states: {
      a: {
        after: { 1000: "b" },
        on: {
          later: { actions: raise({ type: "now" }, { delay: 50, id: "soon" }) },
          never: { actions: cancel("soon") },
        },
      },
      b: { after: { 1000: { guard: () => false, target: "a" } } },
    },
  });
  const told = (records: readonly { operation?: unknown; name?: unknown; cause?: unknown }[]) =>
    records.map(({ operation, name }) => `${operation} ${name}`);

  it("are set, fired and cleared, each time with the record that led to it", () => {
    const { seen, actor, clock } = watched(clocked);
    const set = seen.of("timer")[0];
    expect(set).toMatchObject({ operation: "set", owner: "m", delay: 1000, purpose: "delayed transition" });
    expect(set?.cause).toBe(seen.step("xstate.init").seq);
    actor.send({ type: "later" });
    clock.advance(10);
    actor.send({ type: "never" });
    clock.advance(990);
    expect(told(seen.of("timer"))).toEqual([
      "set xstate.after.1000.m.a",
      "set now",
      "cleared now",
      "fired xstate.after.1000.m.a",
      "set xstate.after.1000.m.b",
    ]);
    const fired = seen.of("timer")[3];
    expect(fired?.cause).toBe(set?.seq);
    expect(seen.step("xstate.after.1000.m.a")).toMatchObject({ cause: fired?.seq, active: ["", "b"], time: 1000 });
  });

  it("that are set again under the same id fire both, as XState has it: what it has forgotten it cannot cancel", () => {
    const machine = createMachine({
      types: { events: {} as { type: "arm"; n: number } | { type: "disarm" } | { type: "now"; n: number } },
      id: "m",
      on: {
        arm: { actions: raise(({ event }) => ({ type: "now", n: event.n }), { delay: 100, id: "soon" }) },
        disarm: { actions: cancel("soon") },
        now: {},
      },
    });
    const { seen, actor, clock } = watched(machine);
    actor.send({ type: "arm", n: 1 });
    clock.advance(50);
    actor.send({ type: "arm", n: 2 });
    actor.send({ type: "arm", n: 3 });
    actor.send({ type: "disarm" });
    clock.advance(50);
    actor.send({ type: "disarm" });
    clock.advance(100);
    expect(told(seen.of("timer"))).toEqual(["set now", "set now", "set now", "cleared now", "fired now", "fired now"]);
    const [first, second, third, cleared, ...fired] = seen.of("timer");
    expect([cleared?.cause, ...fired.map(({ cause }) => cause)]).toEqual([third?.seq, first?.seq, second?.seq]);
    expect(seen.steps().flatMap(({ event }) => (event.type === "now" ? [event.n] : []))).toEqual([1, 2]);
  });

  it("that send the same event object are told apart by their ids", () => {
    const now = { type: "now" };
    const machine = createMachine({
      id: "m",
      entry: [raise(now, { delay: 200, id: "late" }), raise(now, { delay: 100, id: "soon" })],
      on: { now: {} },
    });
    const { seen, clock } = watched(machine);
    clock.advance(300);
    const [late, soon, ...fired] = seen.of("timer");
    expect(fired.map(({ cause }) => cause)).toEqual([soon?.seq, late?.seq]);
  });

  it("that an ended actor has left behind are not said to be cleared", () => {
    const machine = createMachine({
      id: "m",
      on: { arm: { actions: raise({ type: "now" }, { delay: 100, id: "soon" }) } },
    });
    const { seen, actor, clock } = watched(machine);
    actor.send({ type: "arm" });
    actor.send({ type: "arm" });
    actor.stop();
    clock.advance(100);
    expect(told(seen.of("timer"))).toEqual(["set now", "set now", "cleared now", "fired now"]);
    const [first, second, cleared, fired] = seen.of("timer");
    expect([cleared?.cause, fired?.cause]).toEqual([second?.seq, first?.seq]);
  });

  it("that a stopped child has left behind do not end the one that has its name now", async () => {
    const twice = ["first", "second"].map((type) => raise({ type }, { delay: 100, id: "soon" }));
    const child = createMachine({ id: "child", entry: twice });
    const machine = createMachine({
      id: "m",
      entry: spawnChild(child, { id: "kid" }),
      on: { again: { actions: [stopChild("kid"), spawnChild(child, { id: "kid" })] } },
    });
    const { seen, actor, clock } = watched(machine);
    actor.send({ type: "again" });
    clock.advance(100);
    await settled();
    // XState cancels the second, which has the id, and lets the first fire.
    expect(seen.actors("ended")).toHaveLength(1);
    expect(seen.of("timer").filter(({ operation }) => operation === "fired")).toHaveLength(3);
    const [device] = fold(seen.records).devices.values();
    expect(device?.actors.get("m/kid")).toMatchObject({ status: "active" });
  });
});
