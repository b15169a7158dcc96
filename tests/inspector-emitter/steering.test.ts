import { describe, expect, it, jest } from "@jest/globals";
import { createActor, createMachine } from "xstate";
import { createInspector } from "../../inspector/emitter/createInspector.ts";
import { SteeringError } from "../../inspector/emitter/steeringError.ts";
import type { Steering } from "../../inspector/options.ts";
import type { Breakpoint, Request } from "../../inspector/protocol.ts";
import { recordProblems } from "../../trace/schema.ts";
import { createTrace } from "../../trace/trace.ts";
import { VirtualClock } from "../support/virtualClock.ts";
import { Seen, watched } from "./support.ts";

const gate = createMachine({
  id: "gate",
  initial: "shut",
  states: {
    shut: { on: { open: { guard: "mayOpen", target: "open" }, force: "open" }, after: { 1000: "open" } },
    open: { on: { close: "shut" } },
  },
}).provide({ guards: { mayOpen: () => false } });

type Body = Request extends infer R ? (R extends unknown ? Omit<R, "id"> : never) : never;

function steered(steering?: Steering) {
  const app = watched(gate, steering === undefined ? {} : { steering });
  return { ...app, ask: (body: Body) => app.inspector.steer({ id: 1, ...body } as Request) };
}

const freezer = () => ({ pause: jest.fn(), resume: jest.fn() });

describe("sending an event", () => {
  const send = { request: "send", device: "gate", actor: "gate", event: { type: "force", by: "hand" } } as const;

  it("reaches the actor, and is recorded as injected and as the cause", async () => {
    const { ask, seen, actor } = steered({ send: true });
    const answer = await ask(send);
    expect(actor.getSnapshot().value).toBe("open");
    const [injected] = seen.of("injected");
    expect(answer).toBe(injected?.seq);
    expect(injected).toMatchObject({ what: "event", name: "force", actor: "gate", values: { by: "hand" } });
    expect(seen.step("force").cause).toBe(injected?.seq);
  });

  it.each([
    ["an app that does not allow it", undefined, send, "notAllowed"],
    ["a device that is not there", { send: true }, { ...send, device: "other" }, "unknown"],
    ["an actor that is not there", { send: true }, { ...send, actor: "gate/kid" }, "unknown"],
    ["an event of XState's own", { send: true }, { ...send, event: { type: "xstate.stop" } }, "invalid"],
    ["an event without type", { send: true }, { ...send, event: { type: "" } }, "invalid"],
  ] as const)("is refused for %s", async (_, steering, request, code) => {
    const { ask, seen } = steered(steering);
    const error = await ask(request).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(SteeringError);
    expect(error).toMatchObject({ code });
    expect(seen.of("injected")).toEqual([]);
  });

  it("is refused for an actor that has ended", async () => {
    const { ask, actor } = steered({ send: true });
    actor.stop();
    await expect(ask(send)).rejects.toMatchObject({ code: "unknown" });
  });
});

describe("firing a timer", () => {
  it("of XState's lets its event come now, once", async () => {
    const { ask, seen, actor, clock } = steered({ send: true });
    const timer = seen.of("timer")[0]!.seq;
    await ask({ request: "fire", device: "gate", timer });
    expect(actor.getSnapshot().value).toBe("open");
    expect(
      seen.of("timer").map(({ operation, cause }) => [operation, operation === "fired" ? cause : undefined]),
    ).toEqual([
      ["set", undefined],
      ["fired", timer],
    ]);
    expect(seen.of("injected")).toMatchObject([{ what: "timer", name: "xstate.after.1000.gate.shut", actor: "gate" }]);
    const steps = seen.steps().length;
    clock.advance(2_000);
    expect(seen.steps()).toHaveLength(steps);
    await expect(ask({ request: "fire", device: "gate", timer })).rejects.toMatchObject({ code: "notAllowed" });
  });

  it("of one actor leaves that of another with the same machine alone", async () => {
    const machine = createMachine({ initial: "shut", states: { shut: { after: { 1000: "open" } }, open: {} } });
    const root = createMachine({ id: "yard", invoke: ["north", "south"].map((id) => ({ id, src: machine })) });
    const { seen, inspector, actor } = watched(root, { steering: { send: true } });
    const timer = seen.of("timer").find(({ owner }) => owner === "yard/south")!.seq;
    await inspector.steer({ id: 1, request: "fire", device: "yard", timer });
    const { north, south } = actor.getSnapshot().children;
    expect([north?.getSnapshot().value, south?.getSnapshot().value]).toEqual(["shut", "open"]);
  });

  it("of the app's asks the app, as long as it pends", async () => {
    const seen = new Seen();
    const fire = jest.fn((_device: string, _timer: number) => true);
    const clock = new VirtualClock();
    const inspector = createInspector({ sink: (record) => seen.records.push(record), steering: { fire } });
    const trace = createTrace({ sink: inspector.sink, clock, device: "gate" });
    inspector.watch(createActor(gate).start(), { trace });
    const timer = trace.record({ kind: "timer", operation: "set", name: "update", owner: "register" });
    const ask = () => inspector.steer({ id: 1, request: "fire", device: "gate", timer });
    await ask();
    expect(fire).toHaveBeenCalledWith("gate", timer);
    expect(seen.of("injected")).toMatchObject([{ what: "timer", name: "update", actor: "register" }]);
    trace.record({ kind: "timer", operation: "fired", name: "update", owner: "register", cause: timer });
    await expect(ask()).rejects.toMatchObject({ code: "notNow" });
    expect(fire).toHaveBeenCalledTimes(1);
  });
});

describe("a control", () => {
  const fields = [
    { name: "ms", label: "Delay", type: "number", minimum: 0, maximum: 100, default: 5 },
    { name: "how", label: "How", type: "choice", choices: ["drop", "delay"], default: "drop" },
    { name: "why", label: "Why", type: "text", default: "" },
    { name: "all", label: "All", type: "flag", default: false },
  ] as const;
  const control = (run: (...asked: unknown[]) => unknown) => ({
    name: "disturb",
    label: "Disturb",
    group: "Network",
    fields,
    run,
  });
  const ask = { request: "control", name: "disturb", device: "gate" } as const;

  it("runs with checked values and defaults, and gives back what it returned", async () => {
    const run = jest.fn(async (..._asked: unknown[]) => ({ psk: "SECRET", done: 1 }));
    const app = steered({ controls: [control(run)] });
    await expect(app.ask({ ...ask, values: { ms: 7 } })).resolves.toEqual({ psk: "[redacted]", done: 1 });
    expect(run).toHaveBeenCalledWith({ ms: 7, how: "drop", why: "", all: false }, "gate");
    const [injected, ...others] = app.seen.of("injected");
    expect(injected).toMatchObject({ what: "control", name: "disturb", label: "Disturb", values: { ms: 7 } });
    expect(injected).not.toHaveProperty("outcome");
    expect(others).toEqual([]);
  });

  it.each([
    [{ ms: 101 }, '"Delay" has to be 100 or less'],
    [{ ms: -1 }, '"Delay" has to be 0 or more'],
    [{ ms: "7" }, '"Delay" has to be a number'],
    [{ how: "burn" }, '"How" has to be one of drop, delay'],
    [{ why: "x".repeat(20_000) }, '"Why" is longer than 10000 characters'],
    [{ why: 1 }, '"Why" has to be a text'],
    [{ all: 1 }, '"All" has to be true or false'],
    [{ other: 1 }, 'There is no field "other"'],
  ])("refuses %j", async (values, message) => {
    const run = jest.fn();
    const app = steered({ controls: [control(run)] });
    await expect(app.ask({ ...ask, values: values as never })).rejects.toMatchObject({ code: "invalid", message });
    expect(run).not.toHaveBeenCalled();
    expect(app.seen.of("injected")).toEqual([]);
  });

  it("that throws or rejects says so, and one that is not there too", async () => {
    const app = steered({ controls: [control(() => Promise.reject(new Error("the link is down")))] });
    await expect(app.ask({ ...ask, values: {} })).rejects.toMatchObject({
      code: "failed",
      message: "the link is down",
    });
    await expect(app.ask({ ...ask, name: "x", values: {} })).rejects.toMatchObject({ code: "unknown" });
  });

  it.each([
    ["rejects", () => Promise.reject(new Error("the link is down"))],
    [
      "throws",
      () => {
        throw new Error("the link is down");
      },
    ],
  ])("that %s is recorded as refused, with why, and what was asked for as the cause", async (_, run) => {
    const app = steered({ controls: [control(run)] });
    await app.ask({ ...ask, values: {} }).catch(() => {});
    const [asked, outcome, ...others] = app.seen.of("injected");
    expect(asked).toMatchObject({ name: "disturb", values: { ms: 5 } });
    expect(outcome).toMatchObject({
      what: "control",
      name: "disturb",
      label: "Disturb",
      outcome: "refused",
      detail: "the link is down",
      cause: asked?.seq,
    });
    expect(others).toEqual([]);
    expect(app.seen.records.flatMap(recordProblems)).toEqual([]);
  });
});

describe("a breakpoint", () => {
  const set = (breakpoint: Breakpoint) => ({ request: "addBreakpoint", breakpoint }) as const;

  it.each([
    [{ state: "open" }, ["force"]],
    [{ edge: "shut|force|0" }, ["force"]],
    [{ event: "forc*" }, []],
    [{ event: "*" }, ["close"]],
    [{ guard: "mayOpen" }, ["open"]],
    [{ actor: "gate", device: "gate", state: "open", event: "force" }, ["force"]],
    [{ state: "open", event: "close" }, []],
    [{ device: "other", state: "open" }, []],
  ] as const)("%j stops at %j", async (breakpoint, stopsAt) => {
    const freeze = freezer();
    const { ask, seen, actor } = steered({ freeze });
    await ask(set(breakpoint));
    const stops: string[] = [];
    for (const type of ["close", "open", "force"]) {
      actor.send({ type });
      if (freeze.pause.mock.calls.length > stops.length) stops.push(type);
    }
    expect(stops).toEqual(stopsAt);
    expect(seen.of("breakpoint")).toMatchObject(
      stopsAt.map((type) => ({ phase: "paused", breakpoint, actor: "gate", cause: seen.step(type).seq })),
    );
  });

  it("lets go on, or on to the next step", async () => {
    const freeze = freezer();
    const { ask, seen, actor } = steered({ freeze });
    await ask(set({ state: "open" }));
    actor.send({ type: "force" });
    await ask({ request: "step" });
    expect(freeze.resume).toHaveBeenCalledTimes(1);
    actor.send({ type: "close" });
    await ask({ request: "continue" });
    actor.send({ type: "unheard" });
    expect(freeze.pause).toHaveBeenCalledTimes(2);
    expect(freeze.resume).toHaveBeenCalledTimes(2);
    expect(seen.of("breakpoint").map(({ phase }) => phase)).toEqual(["paused", "continued", "stepped", "continued"]);
    await expect(ask({ request: "continue" })).rejects.toMatchObject({ code: "notNow" });
  });

  it("that a step is on its way to can be given up: time goes on, or stands still at once", async () => {
    const freeze = freezer();
    const { ask, seen, actor } = steered({ freeze });
    await ask({ request: "pause" });
    await ask({ request: "step" });
    await ask({ request: "continue" });
    actor.send({ type: "force" });
    expect(freeze.pause).toHaveBeenCalledTimes(1);
    await ask({ request: "pause" });
    await ask({ request: "step" });
    await ask({ request: "pause" });
    expect(freeze.pause).toHaveBeenCalledTimes(3);
    const phases = ["paused", "continued", "paused", "continued", "paused"];
    expect(seen.of("breakpoint").map(({ phase }) => phase)).toEqual(phases);
  });

  it.each([
    [{ state: "ajar" }, "gate has no state ajar; there is "],
    [{ edge: "shut|force|1" }, "gate has no transition shut|force|1; there is "],
    [{ guard: "mayClose" }, "gate has no guard mayClose; there is mayOpen"],
  ])("%j is refused for an actor whose chart has no such thing", async (breakpoint, message) => {
    const { ask, inspector } = steered({ freeze: freezer() });
    await expect(ask(set({ actor: "gate", ...breakpoint }))).rejects.toMatchObject({
      code: "invalid",
      message: expect.stringContaining(message),
    });
    // Of another actor, or of any, nobody knows yet.
    await ask(set({ actor: "gate/later", ...breakpoint }));
    await ask(set({ device: "other", actor: "gate", ...breakpoint }));
    await ask(set(breakpoint));
    expect(inspector.breakpoints).toHaveLength(3);
  });

  it("is not needed for a pause", async () => {
    const freeze = freezer();
    const { ask, seen } = steered({ freeze });
    await ask({ request: "pause" });
    expect(freeze.pause).toHaveBeenCalledTimes(1);
    await expect(ask({ request: "pause" })).rejects.toMatchObject({ code: "notNow" });
    expect(seen.of("breakpoint")).toMatchObject([{ phase: "paused" }]);
  });

  it.each([
    [{}, 'needs one of "state"'],
    [{ device: "gate" }, "needs one of"],
    [{ state: 1 }, '"state" of a breakpoint is a string'],
    [{ colour: "red" }, 'has no "colour"'],
    [null, "is an object"],
  ])("%j is refused", async (breakpoint, message) => {
    const { ask } = steered({ freeze: freezer() });
    await expect(ask(set(breakpoint as never))).rejects.toMatchObject({
      code: "invalid",
      message: expect.stringContaining(message),
    });
  });

  it("is refused by an app that cannot be frozen, or is not right now", async () => {
    await expect(steered({}).ask(set({ state: "open" }))).rejects.toMatchObject({ code: "notAllowed" });
    const freeze = {
      pause: () => {
        throw new Error("busy");
      },
      resume: () => {},
    };
    const { ask, actor } = steered({ freeze });
    await expect(ask({ request: "pause" })).rejects.toMatchObject({ code: "failed", message: "busy" });
    await ask(set({ state: "open" }));
    actor.send({ type: "force" });
    expect(actor.getSnapshot().value).toBe("open");
  });

  it("is the app's: pages add and remove one at a time, each once, and all are told what holds", async () => {
    const { ask, inspector } = steered({ freeze: freezer() });
    const told: (readonly Breakpoint[])[] = [];
    const viewer = { checkpoint() {}, record() {}, gap() {} };
    inspector.attach({ ...viewer, breakpoints: (breakpoints) => told.push(breakpoints) });
    // One that does not listen is no trouble, nor is one that throws.
    inspector.attach(viewer);
    inspector.attach({
      ...viewer,
      breakpoints() {
        throw new Error("no");
      },
    });
    await ask(set({ state: "open" }));
    await ask(set({ guard: "mayOpen", actor: "gate" }));
    await ask(set({ state: "open" }));
    await ask({ request: "removeBreakpoint", breakpoint: { state: "open", actor: "gate" } });
    await ask({ request: "removeBreakpoint", breakpoint: { state: "open" } });
    const guard = { guard: "mayOpen", actor: "gate" };
    expect(told).toEqual([[{ state: "open" }], [{ state: "open" }, guard], [guard]]);
    expect(inspector.breakpoints).toEqual([guard]);
  });

  it("is one of a hundred at most", async () => {
    const { ask, inspector } = steered({ freeze: freezer() });
    for (let n = 0; n < 100; n++) await ask(set({ state: `s${n}` }));
    await ask(set({ state: "s7" }));
    await expect(ask(set({ state: "more" }))).rejects.toMatchObject({ code: "invalid" });
    expect(inspector.breakpoints).toHaveLength(100);
  });

  it("does not leave an app frozen whose inspector is closed", async () => {
    const freeze = freezer();
    const { ask, inspector } = steered({ freeze });
    await ask({ request: "pause" });
    inspector.close();
    expect(freeze.resume).toHaveBeenCalledTimes(1);
  });
});

it("What is no request to an app is refused", async () => {
  await expect(steered({ send: true }).ask({ request: "resume" })).rejects.toMatchObject({ code: "invalid" });
});
