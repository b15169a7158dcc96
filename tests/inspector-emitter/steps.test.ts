import { describe, expect, it } from "@jest/globals";
import {
  and,
  assign,
  createActor,
  createMachine,
  enqueueActions,
  not,
  or,
  raise,
  sendTo,
  setup,
  spawnChild,
  stateIn,
} from "xstate";
import { createInspector } from "../../inspector/emitter/createInspector.ts";
import type { Candidate } from "../../inspector/records.ts";
import { recordProblems } from "../../trace/schema.ts";
import { createTrace } from "../../trace/trace.ts";
import { VirtualClock } from "../support/virtualClock.ts";
import { Seen, settled, watched } from "./support.ts";

const verdicts = (candidates: readonly Candidate[] | undefined) =>
  candidates?.map(({ edge, verdict }) => `${edge}: ${verdict}`);

describe("a step", () => {
  const door = setup({
    types: {
      context: {} as { lock: { code: number }; tries: number; note?: string },
      events: {} as { type: string; code?: number },
    },
    guards: {
      isRight: ({ context, event }) => context.lock.code === event.code,
      mayTry: ({ context }, params: { most: number }) => context.tries < params.most,
      isOpen: stateIn("open"),
      mayNot: or([not({ type: "mayTry", params: { most: 2 } }), "isOpen"]),
    },
  }).createMachine({
    id: "door",
    context: { lock: { code: 7 }, tries: 0, note: "new" },
    initial: "shut",
    states: {
      shut: {
        on: {
          key: [
            { guard: "mayNot", target: "stuck" },
            { guard: and(["isRight", { type: "mayTry", params: { most: 5 } }]), target: "open" },
            { actions: assign({ tries: ({ context }) => context.tries + 1 }) },
          ],
          again: { target: "shut", reenter: true },
          forbidden: {},
        },
      },
      open: {
        entry: assign({ note: undefined as never }),
        always: { guard: ({ context }) => context.tries > 90, target: "stuck" },
      },
      stuck: {},
    },
  });

  it("tells each candidate in order with guard, inputs and verdict", async () => {
    const { seen, actor } = watched(door);
    actor.send({ type: "key", code: 1 });
    actor.send({ type: "key", code: 7 });
    const [wrong, right] = seen.steps().filter(({ event }) => event.type === "key");
    expect(wrong?.microsteps).toHaveLength(1);
    expect(wrong?.microsteps[0]).toEqual({
      event: "key",
      edges: ["shut|key|2"],
      active: ["", "shut"],
      candidates: [
        {
          edge: "shut|key|0",
          verdict: "refused",
          guard: {
            name: "mayNot",
            result: false,
            parts: [
              {
                name: "not(mayTry)",
                result: false,
                parts: [{ name: "mayTry", params: { most: 2 }, result: true, inputs: { "context.tries": 0 } }],
              },
              { name: "isOpen", result: false },
            ],
          },
        },
        {
          edge: "shut|key|1",
          verdict: "refused",
          guard: {
            name: "and(isRight, mayTry)",
            result: false,
            parts: [{ name: "isRight", result: false, inputs: { "context.lock.code": 7, "event.code": 1 } }],
          },
        },
        { edge: "shut|key|2", verdict: "taken" },
      ],
    });
    expect(wrong?.context).toEqual({ set: { tries: 1 } });
    expect(verdicts(right?.microsteps[0]?.candidates)).toEqual([
      "shut|key|0: refused",
      "shut|key|1: taken",
      "shut|key|2: notReached",
    ]);
    expect(right).toMatchObject({ entered: ["open"], left: ["shut"], active: ["", "open"], value: "open" });
    expect(right?.context).toEqual({ removed: ["note"] });
  });

  it("tells that eventless transitions were asked at the end and refused", () => {
    const { seen, actor } = watched(door);
    actor.send({ type: "key", code: 7 });
    expect(seen.step("key").microsteps[1]).toEqual({
      event: "",
      edges: [],
      active: ["", "open"],
      candidates: [
        {
          edge: "open||0",
          verdict: "refused",
          guard: { name: "inline", result: false, inputs: { "context.tries": 0 } },
        },
      ],
    });
  });

  it("tells of events that nothing takes, and tells them from those that are taken without effect", () => {
    const { seen, actor } = watched(door);
    actor.send({ type: "unheard" });
    actor.send({ type: "forbidden" });
    expect(seen.step("unheard")).toMatchObject({
      ignored: true,
      microsteps: [{ edges: [], candidates: [] }],
      entered: [],
    });
    expect(seen.step("forbidden")).not.toHaveProperty("ignored");
    expect(seen.step("forbidden").microsteps[0]?.edges).toEqual(["shut|forbidden|0"]);
  });

  it("leaves and enters a node again that a transition re-enters", () => {
    const { seen, actor } = watched(door);
    actor.send({ type: "again" });
    expect(seen.step("again")).toMatchObject({ entered: ["shut"], left: ["shut"], active: ["", "shut"] });
  });

  it("begins with the initial transitions and the whole context", () => {
    const { seen } = watched(door);
    expect(seen.actor("door", "started")).not.toHaveProperty("active");
    expect(seen.step("xstate.init")).toMatchObject({
      microsteps: [{ event: "xstate.init", edges: ["|xstate.initial|0"], active: ["", "shut"] }],
      entered: ["", "shut"],
      left: [],
      context: { set: { lock: { code: 7 }, tries: 0, note: "new" } },
      cause: seen.actor("door", "started").seq,
    });
  });

  it("does not ask guards a second time where the app says they are not to be", () => {
    let asked = 0;
    const machine = createMachine({ id: "m", on: { go: { guard: () => ++asked > 0, actions: () => {} } } });
    const { seen, actor } = watched(machine, { guards: false });
    actor.send({ type: "go" });
    expect(asked).toBe(1);
    expect(seen.step("go").microsteps[0]?.candidates).toEqual([{ edge: "|go|0", verdict: "taken" }]);
  });

  it("keeps XState's answer where a guard depends on more than context and event", () => {
    let answer = true;
    const machine = createMachine({
      id: "m",
      on: {
        go: {
          guard: ({ context }) => {
            void (context as { n?: number }).n;
            answer = !answer;
            return !answer;
          },
        },
      },
    });
    const { seen, actor } = watched(machine);
    actor.send({ type: "go" });
    expect(seen.step("go").microsteps[0]?.candidates).toEqual([
      { edge: "|go|0", verdict: "taken", guard: { name: "inline", result: true } },
    ]);
  });

  it("makes records that the schema knows", async () => {
    const { seen, actor } = watched(door);
    actor.send({ type: "key", code: 7 });
    actor.stop();
    await settled();
    expect(seen.records.length).toBeGreaterThan(5);
    expect(seen.records.flatMap(recordProblems)).toEqual([]);
    expect(JSON.parse(seen.text)).toEqual(seen.records);
  });
});

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
