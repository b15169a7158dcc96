/** What a step tells: its candidates with their guards, its nodes, its context. */
import { describe, expect, it } from "@jest/globals";
import { and, assign, createMachine, not, or, setup, stateIn } from "xstate";
import { recordProblems } from "../../trace/schema.ts";
import { settled, verdicts, watched } from "./support.ts";

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
