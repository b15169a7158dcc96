import { describe, expect, it } from "@jest/globals";
import {
  assign,
  createActor,
  createMachine,
  fromCallback,
  fromObservable,
  fromPromise,
  fromTransition,
  sendTo,
  setup,
  spawnChild,
  stopChild,
} from "xstate";
import { createInspector } from "../../inspector/emitter/createInspector.ts";
import type { ActorRecord, StepRecord } from "../../inspector/records.ts";
import { VirtualClock } from "../support/virtualClock.ts";
import { clockOf, settled, TestViewer, watched } from "./support.ts";

const kid = createMachine({
  id: "kid",
  context: ({ input }) => ({ given: input }),
  initial: "here",
  states: { here: { after: { 500: "late" }, on: { end: "over" } }, late: {}, over: { type: "final" } },
  output: { said: "bye" },
});

const family = setup({
  actors: {
    kid,
    answer: fromPromise<number, void>(async () => 42),
    failing: fromPromise<number, void>(async () => Promise.reject(new Error("no answer"))),
    source: fromCallback(({ sendBack }) => sendBack({ type: "told" })),
    counter: fromTransition(
      (state: { n: number }, event: { type: string }) => ({ n: event.type === "up" ? state.n + 1 : state.n }),
      { n: 0 },
    ),
    stream: fromObservable<number, void>(() => ({
      subscribe: ((observer: { next?: (value: number) => void }) => {
        observer.next?.(5);
        return { unsubscribe() {} };
      }) as never,
    })),
  },
}).createMachine({
  id: "family",
  invoke: [
    { id: "kid", src: "kid", input: { name: "Ann" } },
    { id: "answer", src: "answer" },
    { id: "failing", src: "failing", onError: { actions: () => {} } },
    { id: "source", src: "source" },
    { id: "counter", src: "counter" },
    { id: "stream", src: "stream" },
  ],
  on: {
    up: { actions: sendTo("counter", { type: "up" }) },
    end: { actions: sendTo("kid", { type: "end" }) },
    stop: { actions: stopChild("kid") },
    spawn: {
      actions: [
        assign(({ spawn }) => {
          spawn("kid");
          spawn("kid");
          return {};
        }),
        spawnChild("kid", { id: "named", systemId: "theNamed" }),
      ],
    },
  },
});

describe("actors", () => {
  it("begin with their logic, place, source and input", () => {
    const { seen } = watched(family);
    expect(seen.actors("started").map(({ actor, logic, parent, src }) => [actor, logic, parent, src])).toEqual([
      ["family", "machine", undefined, "family"],
      ["family/kid", "machine", "family", "kid"],
      ["family/answer", "promise", "family", "answer"],
      ["family/failing", "promise", "family", "failing"],
      ["family/source", "callback", "family", "source"],
      ["family/counter", "transition", "family", "counter"],
      ["family/stream", "observable", "family", "stream"],
    ]);
    expect(seen.actor("family/kid", "started")).toMatchObject({ input: { name: "Ann" }, id: "kid" });
    const hashes = seen.of("definition").map(({ hash }) => hash);
    expect(hashes).toContain(seen.actor("family", "started").definition);
    expect(hashes).toContain(seen.actor("family/kid", "started").definition);
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it("end with output or error, before what their end leads to", async () => {
    const { seen, actor } = watched(family);
    await settled();
    actor.send({ type: "end" });
    expect(seen.actor("family/answer", "ended")).toMatchObject({ status: "done", output: 42 });
    expect(seen.actor("family/failing", "ended")).toMatchObject({
      status: "error",
      error: { $error: "Error", message: "no answer" },
    });
    const end = seen.actor("family/kid", "ended");
    expect(end).toMatchObject({ status: "done", output: { said: "bye" }, cause: seen.step("end", "family/kid").seq });
    expect(seen.step("xstate.done.actor.kid")).toMatchObject({ sender: "family/kid", cause: end.seq });
    expect(seen.step("xstate.done.actor.kid").seq).toBeGreaterThan(end.seq);
  });

  it("are told to have been stopped, and their timers cleared", () => {
    const { seen, actor } = watched(family);
    actor.send({ type: "stop" });
    expect(seen.actor("family/kid", "ended")).toMatchObject({ status: "stopped", cause: seen.step("stop").seq });
    expect(seen.of("timer").map(({ operation, owner }) => [operation, owner])).toEqual([
      ["set", "family/kid"],
      ["cleared", "family/kid"],
    ]);
    actor.stop();
    expect(seen.actors("ended").map(({ actor }) => actor)).toEqual(expect.arrayContaining(["family/source", "family"]));
  });

  it("without a name are numbered by their source, the same in every run", () => {
    const keys = () => {
      const { seen, actor } = watched(family);
      actor.send({ type: "spawn" });
      return seen
        .actors("started")
        .slice(7)
        .map(({ actor }) => actor);
    };
    expect(keys()).toEqual(["family/kid#1", "family/kid#2", "family/named"]);
    expect(keys()).toEqual(keys());
  });

  it("that have a value but no states tell it with every event", () => {
    const { seen, actor } = watched(family);
    expect(seen.actor("family/counter", "started").context).toEqual({ n: 0 });
    actor.send({ type: "up" });
    expect(seen.step("up", "family/counter")).toMatchObject({ sender: "family", context: { set: { n: 1 } } });
    expect(seen.steps("family/stream").at(-1)?.context).toEqual({ set: { value: 5 } });
  });

  it("of an app's system that are not below the watched one are left out", () => {
    const { seen } = watched(createMachine({ id: "outer", invoke: { id: "inner", src: family } }));
    const outer = seen.actors("started").length;
    const app = createActor(
      createMachine({
        id: "outer",
        invoke: [
          { id: "inner", src: kid },
          { id: "other", src: kid },
        ],
      }),
    );
    app.start();
    const records: unknown[] = [];
    createInspector({ sink: (record) => records.push(record) }).watch(app.getSnapshot().children.inner!);
    app.getSnapshot().children.other!.send({ type: "end" });
    app.getSnapshot().children.inner!.send({ type: "end" });
    expect(outer).toBe(8);
    expect(
      (records as ActorRecord[]).filter(({ kind }) => kind === "actor").map(({ actor, phase }) => [actor, phase]),
    ).toEqual([
      ["kid", "found"],
      ["kid", "ended"],
    ]);
  });
});

describe("somebody who comes late", () => {
  it("finds every actor with all of its state, and the timers that pend", async () => {
    const clock = new VirtualClock();
    const actor = createActor(family, { clock: clockOf(clock) }).start();
    actor.send({ type: "up" });
    actor.send({ type: "spawn" });
    await settled();
    const inspector = createInspector();
    inspector.watch(actor, { clock, device: "home" });
    const viewer = new TestViewer();
    inspector.attach(viewer);
    const [checkpoint] = viewer.checkpoints;
    const found = checkpoint?.records.filter(({ kind }) => kind === "actor") as ActorRecord[];
    expect(found.map(({ actor }) => actor)).toEqual([
      "family",
      "family/kid",
      "family/answer",
      "family/failing",
      "family/source",
      "family/counter",
      "family/stream",
      "family/kid#1",
      "family/kid#2",
      "family/named",
    ]);
    expect(found.every(({ phase, device }) => phase === "found" && device === "home")).toBe(true);
    expect(found[1]).toMatchObject({
      value: "here",
      active: ["", "here"],
      context: { given: { name: "Ann" } },
      status: "active",
    });
    expect(found[2]).toMatchObject({ status: "done", output: 42 });
    expect(found[3]).toMatchObject({ status: "error", error: { message: "no answer" } });
    expect(found[5]).toMatchObject({ context: { n: 1 } });
    const timers = checkpoint?.records.filter(({ kind }) => kind === "timer");
    expect(timers?.map(({ owner, name }) => [owner, name])).toEqual([
      ["family/kid", "xstate.after.500.kid.here"],
      ["family/kid#1", "xstate.after.500.kid.here"],
      ["family/kid#2", "xstate.after.500.kid.here"],
      ["family/named", "xstate.after.500.kid.here"],
    ]);
    expect(checkpoint?.records.some(({ kind }) => kind === "definition")).toBe(true);

    clock.advance(500);
    const steps = viewer.records.map(([, record]) => record).filter(({ kind }) => kind === "step") as StepRecord[];
    expect(steps.map(({ actor, active }) => [actor, active])).toEqual([
      ["family/kid", ["", "late"]],
      ["family/kid#1", ["", "late"]],
      ["family/kid#2", ["", "late"]],
      ["family/named", ["", "late"]],
    ]);
    const fired = viewer.records.map(([, record]) => record).find(({ operation }) => operation === "fired");
    expect(fired?.cause).toBe(timers?.[0]?.seq);
    expect(steps[0]?.cause).toBe(fired?.seq);
  });
});

describe("what goes wrong in the app", () => {
  const brittle = setup({
    guards: {
      fine: () => false,
      breaks: () => {
        throw new Error("the guard broke");
      },
    },
    actions: {
      breaks: () => {
        throw new Error("the action broke");
      },
    },
  }).createMachine({
    id: "m",
    context: { n: 0 },
    initial: "a",
    states: {
      a: {
        on: {
          guard: [{ guard: "fine", target: "b" }, { guard: "breaks", target: "b" }, { target: "b" }],
          action: { target: "b", actions: [assign({ n: 1 }), "breaks"] },
        },
      },
      b: {},
    },
  });

  it.each([
    [
      "guard",
      ["a|guard|0: refused", "a|guard|1: failed", "a|guard|2: notReached"],
      "Unable to evaluate guard 'breaks'",
    ],
    ["action", ["a|action|0: taken"], "the action broke"],
  ] as const)("in a %s is told with what was considered", async (type, candidates, message) => {
    const { seen, actor } = watched(brittle);
    actor.send({ type });
    await settled();
    const step = seen.step(type);
    expect(step).toMatchObject({ status: "error", value: "a", active: ["", "a"], entered: [] });
    expect(step.error).toMatchObject({ $error: "Error", message: expect.stringContaining(message) });
    expect(step).not.toHaveProperty("ignored");
    expect(step.microsteps[0]?.edges).toEqual([]);
    const verdicts = step.microsteps[0]?.candidates.map(({ edge, verdict }) => `${edge}: ${verdict}`);
    expect(verdicts).toEqual(candidates);
    expect(seen.actor("m", "ended")).toMatchObject({ status: "error", cause: step.seq });
  });

  it("after some microsteps leaves the actor where it was before them, as XState does", async () => {
    const machine = createMachine({
      id: "m",
      context: { n: 0 },
      initial: "a",
      states: {
        a: { on: { go: { target: "b", actions: assign({ n: 1 }) } } },
        b: {
          always: {
            guard: () => {
              throw new Error("broken");
            },
          },
        },
      },
    });
    const { seen, actor } = watched(machine);
    actor.send({ type: "go" });
    await settled();
    const step = seen.step("go");
    expect(step).toMatchObject({ status: "error", value: "a", active: ["", "a"], entered: [], left: [] });
    expect(step).not.toHaveProperty("context");
    expect(step.microsteps.map(({ active }) => active.at(-1))).toEqual(["b", "b"]);
    expect(actor.getSnapshot()).toMatchObject({ status: "error", value: "a", context: { n: 0 } });
  });

  it("in a child is told before its parent hears of it", () => {
    const parent = createMachine({
      id: "parent",
      invoke: { id: "m", src: brittle, onError: { actions: "noteError" } },
      on: { go: { actions: sendTo("m", { type: "action" }) } },
    });
    const { seen, actor } = watched(parent);
    actor.send({ type: "go" });
    const failed = seen.step("action");
    expect(failed).toMatchObject({ actor: "parent/m", status: "error", sender: "parent" });
    expect(seen.step("xstate.error.actor.m").cause).toBe(seen.actor("parent/m", "ended").seq);
    expect(seen.step("xstate.error.actor.m").seq).toBeGreaterThan(failed.seq);
    expect(seen.step("xstate.error.actor.m").microsteps[0]?.edges).toHaveLength(1);
  });

  it("and that nobody handles ends the parent too", () => {
    const parent = createMachine({
      id: "parent",
      invoke: { id: "m", src: brittle },
      on: { go: { actions: sendTo("m", { type: "action" }) } },
    });
    const { seen, actor } = watched(parent);
    actor.send({ type: "go" });
    expect(seen.step("xstate.error.actor.m")).toMatchObject({ status: "error", ignored: true });
    expect(seen.actor("parent", "ended")).toMatchObject({ status: "error" });
    expect(seen.steps("parent").filter(({ event }) => event.type === "xstate.error.actor.m")).toHaveLength(1);
  });

  it("at the very beginning is told as well", async () => {
    const born = createMachine({
      id: "m",
      context: () => {
        throw new Error("no context");
      },
    });
    const { seen } = watched(born);
    await settled();
    expect(seen.actor("m", "started")).toMatchObject({ logic: "machine" });
    expect(seen.actor("m", "ended")).toMatchObject({ status: "error", error: { message: "no context" } });
  });

  it("leaves events to ended actors without a receiver", async () => {
    const { seen, actor } = watched(kid);
    actor.send({ type: "end" });
    actor.send({ type: "after all" });
    await settled();
    expect(seen.step("after all")).toMatchObject({ ignored: true, status: "done", active: [] });
  });
});
