/** Several microsteps of one step, and the transitions that regions take together. */
import { describe, expect, it } from "@jest/globals";
import { assign, createMachine, raise, spawnChild } from "xstate";
import { verdicts, watched } from "./support.ts";

describe("a macrostep", () => {
  it("has raised events and eventless transitions as microsteps of one step", () => {
    const machine = createMachine({
      id: "m",
      context: { n: 0 },
      initial: "a",
      states: {
        a: { on: { go: { target: "b", actions: [raise({ type: "on" }), raise({ type: "lost" })] } } },
        b: { on: { on: "c" } },
        c: { always: { guard: ({ context }) => context.n === 0, target: "d" } },
        d: { entry: assign({ n: 1 }) },
      },
    });
    const { seen, actor } = watched(machine);
    actor.send({ type: "go" });
    expect(seen.steps()).toHaveLength(2);
    const step = seen.step("go");
    expect(step.microsteps.map(({ event, edges }) => [event, edges])).toEqual([
      ["go", ["a|go|0"]],
      ["on", ["b|on|0"]],
      ["", ["c||0"]],
      ["lost", []],
    ]);
    expect(step).toMatchObject({ entered: ["b", "c", "d"], left: ["a", "b", "c"], active: ["", "d"] });
    expect(step.microsteps[2]?.candidates[0]?.guard).toMatchObject({ result: true, inputs: { "context.n": 0 } });
    expect(step.actions).toEqual([
      { type: "raise", event: { type: "on" } },
      { type: "raise", event: { type: "lost" } },
    ]);
  });

  it("of the beginning has its eventless transitions with the guards that led on", () => {
    const kid = createMachine({
      id: "kid",
      context: { ready: true },
      initial: "a",
      states: {
        a: { always: [{ guard: ({ context }) => !context.ready, target: "c" }, { target: "b" }] },
        b: {},
        c: {},
      },
    });
    const { seen, actor } = watched(
      createMachine({ id: "m", on: { go: { actions: spawnChild(kid, { id: "kid" }) } } }),
    );
    actor.send({ type: "go" });
    const step = seen.step("xstate.init", "m/kid");
    expect(step.microsteps.map(({ event, edges, active }) => [event, edges, active])).toEqual([
      ["xstate.init", ["|xstate.initial|0"], ["", "a"]],
      ["", ["a||1"], ["", "b"]],
    ]);
    expect(step.microsteps[1]?.candidates[0]).toMatchObject({
      verdict: "refused",
      guard: { inputs: { "context.ready": true } },
    });
    expect(step.entered).toEqual(["", "a", "b"]);
  });

  it("of parallel regions says which transition excluded which", () => {
    const machine = createMachine({
      id: "m",
      initial: "both",
      states: {
        both: {
          type: "parallel",
          states: {
            left: { initial: "a", states: { a: { on: { go: "b", out: "#m.over" } }, b: {} } },
            right: { initial: "a", states: { a: { on: { go: "b", out: "b" } }, b: {} } },
          },
          on: { go: "over" },
        },
        over: {},
      },
    });
    const { seen, actor } = watched(machine);
    actor.send({ type: "go" });
    const together = seen.step("go").microsteps[0];
    expect(together?.edges).toEqual(["both.left.a|go|0", "both.right.a|go|0"]);
    expect(verdicts(together?.candidates)).toEqual([
      "both.left.a|go|0: taken",
      "both.right.a|go|0: taken",
      "both|go|0: notReached",
    ]);

    const other = watched(machine);
    other.actor.send({ type: "out" });
    const alone = other.seen.step("out").microsteps[0];
    expect(alone?.edges).toEqual(["both.left.a|out|0"]);
    expect(verdicts(alone?.candidates)).toEqual(["both.left.a|out|0: taken", "both.right.a|out|0: preempted"]);
    expect(other.seen.step("out").active).toEqual(["", "over"]);
  });

  it("considers descriptors as XState does: the exact one, then wildcards, the longest first", () => {
    const no = { guard: () => false };
    const machine = createMachine({ id: "m", on: { "*": no, "a.*": no, "a.b": no, "a.b.*": no, "b.*": no } });
    const { seen, actor } = watched(machine);
    actor.send({ type: "a.b" });
    expect(verdicts(seen.step("a.b").microsteps[0]?.candidates)).toEqual([
      "|a.b|0: refused",
      "|a.b.*|0: refused",
      "|a.*|0: refused",
      "|*|0: refused",
    ]);
  });

  it("keeps history nodes' past in mind", () => {
    const machine = createMachine({
      id: "m",
      initial: "a",
      states: {
        a: {
          initial: "one",
          states: { one: { on: { next: "two" } }, two: {}, past: { type: "history" } },
          on: { away: "b" },
        },
        b: { on: { back: "a.past" } },
      },
    });
    const { seen, actor } = watched(machine);
    for (const type of ["next", "away", "back"]) actor.send({ type });
    expect(seen.step("back")).toMatchObject({ entered: ["a", "a.two"], left: ["b"], active: ["", "a", "a.two"] });
  });
});

describe("what XState took", () => {
  it("is told in full, in however many regions", () => {
    const region = { initial: "a", states: { a: { on: { go: "b" } }, b: {} } };
    const states = Object.fromEntries(Array.from({ length: 150 }, (_, n) => [`r${n}`, region]));
    const { seen, actor } = watched(createMachine({ id: "m", type: "parallel", states }));
    actor.send({ type: "go" });
    expect(new Set(seen.step("go").microsteps[0]?.edges).size).toBe(150);
  });

  it("is told of an ancestor that only some of its regions asked for an eventless transition", () => {
    const machine = createMachine({
      id: "m",
      context: { n: 0 },
      type: "parallel",
      on: { go: { actions: assign({ n: 1 }) } },
      always: { guard: ({ context }) => context.n === 1, actions: assign({ n: 2 }) },
      states: { one: { always: { guard: ({ context }) => context.n === 1, actions: () => {} } }, other: {} },
    });
    const { seen, actor } = watched(machine);
    actor.send({ type: "go" });
    const [, eventless] = seen.step("go").microsteps;
    expect(eventless?.edges).toEqual(["one||0", "||0"]);
    expect(verdicts(eventless?.candidates)).toEqual(["one||0: taken", "||0: taken"]);
  });

  it("is told where a history without a past and without a default leaves even its parent", () => {
    const machine = createMachine({
      id: "m",
      type: "parallel",
      states: {
        one: { type: "parallel", states: { a: { on: { go: "#m.one.past" } }, b: {}, past: { type: "history" } } },
        two: { initial: "x", states: { x: { on: { go: "y", look: { actions: () => {} } } }, y: {} } },
      },
    });
    const { seen, actor } = watched(machine);
    actor.send({ type: "go" });
    expect(actor.getSnapshot().value).toMatchObject({ two: "x" });
    const step = seen.step("go");
    expect(step.microsteps[0]?.edges).toEqual(["one.a|go|0"]);
    expect(verdicts(step.microsteps[0]?.candidates)).toEqual(["one.a|go|0: taken", "two.x|go|0: preempted"]);

    // XState has left it out of its list of active nodes, and asks it all the same: it goes by the value.
    actor.send({ type: "look" });
    expect(verdicts(seen.step("look").microsteps[0]?.candidates)).toEqual(["two.x|look|0: taken"]);
    expect(seen.step("look")).not.toHaveProperty("ignored");
  });
});
