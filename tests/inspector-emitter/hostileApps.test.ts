/** An app must not notice that it is watched, whatever it does. */
import { describe, expect, it } from "@jest/globals";
import { assign, createActor, createMachine, fromCallback, raise, sendTo, setup, spawnChild } from "xstate";
import { createInspector } from "../../inspector/emitter/createInspector.ts";
import type { TraceRecord } from "../../ports/trace.ts";
import { settled, TestViewer, watched } from "./support.ts";

const SECRET = "CANARY-51a7";

describe("an app that breaks whoever looks at it", () => {
  const broken = {
    get bad(): never {
      throw new Error("no getter");
    },
  };
  const traps = new Proxy(
    {},
    {
      get(_, key) {
        throw new Error(`no ${String(key)}`);
      },
      ownKeys() {
        throw new Error("no keys");
      },
      has() {
        throw new Error("no has");
      },
    },
  );
  const big = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`k${n}`, "v".repeat(100)]));
  const nasty: Record<string, unknown> = { broken, traps, big, 1: 1n };
  nasty.self = nasty;

  it("with its context goes on, and the record carries the error", () => {
    const machine = createMachine({
      id: "m",
      context: nasty,
      on: { go: { guard: ({ context }) => Object.keys(context).length > 2, actions: assign({ more: () => traps }) } },
    });
    const { seen, actor } = watched(machine);
    actor.send({ type: "go" });
    actor.send({ type: "go", traps, broken } as never);
    expect(actor.getSnapshot().status).toBe("active");
    expect(seen.steps()).toHaveLength(3);
    expect(seen.step("xstate.init").context?.set).toMatchObject({
      broken: { bad: { $threw: "no getter" } },
      traps: { $threw: expect.any(String) },
      1: { $bigint: "1" },
      self: { self: { $cycle: "context.self" } },
    });
    expect(seen.step("go").microsteps[0]?.edges).toEqual(["|go|0"]);
    expect(seen.text.length).toBeLessThan(400_000);
  });

  it("with a whole context of traps goes on", () => {
    const machine = createMachine({ id: "m", context: traps, on: { go: { actions: () => {} } } });
    const actor = createActor(machine);
    const viewer = new TestViewer();
    const inspector = createInspector();
    inspector.watch(actor);
    inspector.attach(viewer);
    actor.start();
    actor.send({ type: "go" });
    expect(actor.getSnapshot().status).toBe("active");
    expect(viewer.records.map(([, { kind }]) => kind)).toEqual(["definition", "actor", "step", "step"]);
  });

  it("with its input, output, errors and meta goes on", async () => {
    const machine = setup({ actors: { kid: fromCallback<{ type: string }, unknown>(() => {}) } }).createMachine({
      id: "m",
      initial: "a",
      states: {
        a: {
          meta: nasty,
          invoke: { src: "kid", input: nasty },
          on: {
            go: "end",
            fail: {
              actions: () => {
                throw traps;
              },
            },
          },
        },
        end: { type: "final" },
      },
      output: nasty,
    });
    const one = watched(machine, { input: nasty });
    one.actor.send({ type: "go" });
    expect(one.seen.actor("m", "ended").output).toMatchObject({ broken: { bad: { $threw: "no getter" } } });
    const two = watched(machine, { input: traps });
    two.actor.send({ type: "fail" });
    await settled();
    expect(two.seen.step("fail")).toMatchObject({ status: "error" });
    expect(two.seen.actor("m", "started")).toMatchObject({ input: { $threw: expect.any(String) } });
  });

  it("with the types of its events goes on, and no record grows with them", async () => {
    const machine = createMachine({ id: "m", on: { "*": { actions: () => {} } } });
    const { seen, actor } = watched(machine);
    actor.send({ type: "x".repeat(1_000_000) });
    const long = seen.steps().at(-1)!;
    expect(long.event.type).toMatch(/^x{2000}… \(1000000 characters\)$/);
    expect(JSON.stringify(long).length).toBeLessThan(10_000);
    const type = {
      toString() {
        throw new Error("no type");
      },
    };
    actor.send({ type: type as never });
    await settled();
    expect(seen.steps().at(-1)?.event.type).toBe("a type that cannot be shown");
  });

  it("by sending from within its actions and from who listens to it is told in order", () => {
    const machine = setup({
      actions: {
        sendAtOnce: ({ self }, type: string) => self.send({ type }),
      },
    }).createMachine({
      id: "m",
      context: { log: [] as string[] },
      on: {
        one: { actions: [{ type: "sendAtOnce", params: "two" }, raise({ type: "inner" })] },
        two: { actions: { type: "sendAtOnce", params: "three" } },
        three: {},
        inner: {},
        heard: {},
      },
    });
    const { seen, actor } = watched(machine);
    let heard = 0;
    actor.subscribe(() => {
      if (heard++ < 2) actor.send({ type: "heard" });
    });
    actor.send({ type: "one" });
    expect(
      seen.steps().map(({ event, microsteps }) => [event.type, ...microsteps.slice(1).map((one) => one.event)]),
    ).toEqual([["xstate.init"], ["one", "inner"], ["two"], ["heard"], ["three"], ["heard"]]);
    expect(new Set(seen.records.map(({ seq }) => seq)).size).toBe(seen.records.length);
  });

  it("by sending to another actor in the middle of its own step has both steps whole", () => {
    const other = createActor(createMachine({ id: "other", on: { ping: { actions: "note" } } })).start();
    const machine = createMachine({
      id: "m",
      initial: "a",
      states: {
        a: { on: { go: { target: "b", actions: [() => other.send({ type: "ping" }), "after"] } } },
        b: { always: "c" },
        c: {},
      },
    });
    const { seen, actor, inspector } = watched(machine);
    inspector.watch(other);
    actor.send({ type: "go" });
    expect(seen.step("ping")).toMatchObject({ device: "other", actions: [{ type: "note" }] });
    expect(seen.step("go").microsteps.map(({ edges }) => edges)).toEqual([["a|go|0"], ["b||0"]]);
    expect(seen.step("go").actions).toEqual([{ type: "inline" }, { type: "after" }]);
  });
});

describe("somebody who looks and breaks", () => {
  it("harms neither the app nor the others", () => {
    const machine = createMachine({
      id: "m",
      context: { n: 0 },
      on: { go: { actions: assign({ n: ({ context }) => context.n + 1 }) } },
    });
    const actor = createActor(machine).start();
    const inspector = createInspector({
      sink: () => {
        throw new Error("a broken sink");
      },
      redact: (path) => {
        if (path.includes("context.n")) throw new Error("a broken redactor");
        return undefined;
      },
    });
    inspector.watch(actor, {
      trees: {
        broken: {
          leaves: () => {
            throw new Error("a broken tree");
          },
          subscribe: () => () => {},
        },
      },
    });
    const bad = {
      checkpoint() {
        throw new Error("a broken viewer");
      },
      record() {
        throw new Error("a broken viewer");
      },
      gap() {},
    };
    const good = new TestViewer();
    const { detach } = inspector.attach(bad);
    inspector.attach(good);
    actor.send({ type: "go" });
    detach();
    actor.send({ type: "go" });
    expect(actor.getSnapshot().context).toEqual({ n: 2 });
    expect(good.records.filter(([, { kind }]) => kind === "step")).toHaveLength(2);
  });
});

describe("an app of thousands of actors", () => {
  it("is told completely", () => {
    const MANY = 400;
    const kid = createMachine({ id: "kid", initial: "a", states: { a: { on: { go: "b" } }, b: {} } });
    const machine = setup({ actors: { kid } }).createMachine({
      id: "m",
      on: {
        spawn: { actions: Array.from({ length: MANY }, (_, n) => spawnChild("kid", { id: `kid ${n}` })) },
        go: { actions: Array.from({ length: MANY }, (_, n) => sendTo(`kid ${n}`, { type: "go" })) },
      },
    });
    const { seen, actor } = watched(machine);
    actor.send({ type: "spawn" });
    actor.send({ type: "go" });
    actor.stop();
    expect(seen.actors("started")).toHaveLength(MANY + 1);
    expect(seen.steps().filter(({ event, value }) => event.type === "go" && value === "b")).toHaveLength(MANY);
    expect(seen.actors("ended")).toHaveLength(MANY + 1);
    // What is listed of an action is bounded.
    expect(seen.step("spawn").actions).toHaveLength(200);
  });

  it("that turns in circles is told as far as it says something", () => {
    const machine = createMachine({
      id: "m",
      context: { n: 0 },
      initial: "a",
      states: {
        a: { on: { go: "b" } },
        b: {
          entry: assign({ n: ({ context }) => context.n + 1 }),
          always: { guard: ({ context }) => context.n < 5_000, target: "b", reenter: true },
        },
      },
    });
    const { seen, actor } = watched(machine);
    actor.send({ type: "go" });
    expect(seen.step("go").microsteps.length).toBeLessThan(110);
    expect(seen.step("go")).toMatchObject({ microstepsLeftOut: expect.any(Number), active: ["", "b"] });
  });
});

describe("what is redacted", () => {
  it("by the app is in no guard's inputs either, nor is what lies below it", () => {
    const machine = createMachine({
      id: "m",
      context: { user: { name: SECRET }, keys: { psk: { hex: SECRET } }, open: 1 },
      on: {
        go: {
          guard: ({ context }) => context.user.name === context.keys.psk.hex && context.open === 1,
          actions: "note",
        },
      },
    });
    const redact = (path: string, value: unknown) => (path === "context.user" ? "somebody" : value);
    const { seen, actor } = watched(machine, { redact });
    actor.send({ type: "go" });
    expect(seen.step("go").microsteps[0]?.candidates[0]?.guard?.inputs).toEqual({
      "context.user.name": "[redacted]",
      "context.keys.psk.hex": "[redacted]",
      "context.open": 1,
    });
    expect(seen.text).not.toContain(SECRET);
  });
});

describe("a secret", () => {
  it("is in no record, wherever the app has it", async () => {
    const psk = SECRET;
    const kid = createMachine({
      id: "kid",
      context: ({ input }) => input as Record<string, unknown>,
      on: {
        end: {
          actions: [
            { type: "note", params: { psk } },
            () => {
              throw Object.assign(new Error("x"), { psk });
            },
          ],
        },
      },
    });
    const machine = setup({
      actors: { kid },
      guards: { fits: ({ event }, params: { psk: string }) => (event as { psk?: string }).psk === params.psk },
    }).createMachine({
      id: "m",
      meta: { psk },
      context: { psk, map: new Map([["psk", psk]]) },
      invoke: { id: "kid", src: "kid", input: { identity: SECRET, inner: { privateKey: SECRET } }, onError: "#over" },
      initial: "a",
      states: {
        a: {
          on: {
            end: { actions: sendTo("kid", ({ event }) => event) },
            check: {
              guard: { type: "fits", params: { psk } },
              actions: raise({ type: "later", psk } as never, { delay: 5 }),
            },
          },
        },
        over: { id: "over", type: "final" },
      },
      output: { passphrase: SECRET },
    });
    const { seen, actor, inspector } = watched(machine, { steering: { send: true } });
    const viewer = new TestViewer();
    inspector.attach(viewer);
    actor.send({ type: "check", psk });
    await inspector.steer({ id: 1, request: "send", device: "m", actor: "m", event: { type: "end", psk } });
    await settled();
    expect(seen.actor("m", "ended").status).toBe("done");
    const told: (readonly TraceRecord[])[] = [seen.records, viewer.checkpoints.flatMap(({ records }) => records)];
    expect(JSON.stringify(told)).toContain("[redacted]");
    expect(JSON.stringify(told)).not.toContain(SECRET);
  });
});
