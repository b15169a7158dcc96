import { describe, expect, it, jest } from "@jest/globals";
import { type AnyActorRef, createActor, createMachine, fromPromise } from "xstate";
import { createInspector, inspect } from "../../inspector/emitter/createInspector.ts";
import { describeMachine } from "../../inspector/emitter/describeMachine.ts";
import { fold } from "../../inspector/model/fold.ts";
import type { TreeSource } from "../../inspector/options.ts";
import type { ActorRecord } from "../../inspector/records.ts";
import type { TraceRecord } from "../../ports/trace.ts";
import { createTrace } from "../../trace/trace.ts";
import { VirtualClock } from "../support/virtualClock.ts";
import { settled, TestViewer } from "./support.ts";

const counter = createMachine({
  id: "counter",
  initial: "even",
  invoke: { id: "work", src: fromPromise(async () => 1) },
  states: { even: { on: { next: "odd" } }, odd: { on: { next: "even" } } },
});

const next = { type: "next" };

function ports(actor: AnyActorRef) {
  return {
    inspect: jest.spyOn(actor.system, "inspect"),
    subscribe: jest.spyOn(actor, "subscribe"),
    on: jest.spyOn(actor, "on"),
    send: jest.spyOn(actor, "send"),
    getSnapshot: jest.spyOn(actor, "getSnapshot"),
  };
}

const numbers = ({ records }: TestViewer) => records.map(([number]) => number);
const kinds = (records: readonly TraceRecord[]) => records.map(({ kind }) => kind);
const valueTold = (records: readonly TraceRecord[], key = "counter") =>
  (records as ActorRecord[]).find(({ kind, actor }) => kind === "actor" && actor === key)?.value;

describe("while nobody looks", () => {
  it("nothing is installed in XState, and nothing asked of it", () => {
    const actor = createActor(counter).start();
    const spies = ports(actor);
    const inspector = createInspector();
    inspector.watch(actor);
    expect(inspector.detailed()).toBe(false);
    for (const spy of Object.values(spies)) expect(spy).not.toHaveBeenCalled();

    const { detach } = inspector.attach(new TestViewer());
    expect(spies.inspect).toHaveBeenCalledTimes(1);
    expect(inspector.detailed()).toBe(true);
    const unsubscribe = jest.spyOn(spies.inspect.mock.results[0]?.value as { unsubscribe(): void }, "unsubscribe");
    detach();
    expect(unsubscribe).toHaveBeenCalledTimes(1);
    expect(inspector.detailed()).toBe(false);
    for (const spy of Object.values(spies)) spy.mockClear();
    actor.send(next);
    expect(spies.inspect).not.toHaveBeenCalled();
    expect(spies.getSnapshot).not.toHaveBeenCalled();
  });

  it("a second viewer installs nothing more, and the last one's leaving removes it", () => {
    const actor = createActor(counter).start();
    const { inspect } = ports(actor);
    const inspector = createInspector();
    inspector.watch(actor);
    const one = inspector.attach(new TestViewer());
    const two = inspector.attach(new TestViewer());
    expect(inspect).toHaveBeenCalledTimes(1);
    one.detach();
    expect(inspector.detailed()).toBe(true);
    two.detach();
    expect(inspector.detailed()).toBe(false);
  });

  it("the app's trace goes by, and what is needed of it is known when somebody comes", () => {
    const clock = new VirtualClock();
    const inspector = createInspector();
    const trace = createTrace({ sink: inspector.sink, clock, device: "d", detailed: inspector.detailed });
    trace.record({ kind: "run", edition: "3.6", version: "1" });
    const fired = trace.record({ kind: "timer", operation: "set", name: "a", owner: "o", delay: 5 });
    trace.record({ kind: "timer", operation: "fired", name: "a", owner: "o", cause: fired });
    const pending = trace.record({ kind: "timer", operation: "set", name: "b", owner: "o", delay: 5 });
    trace.record({ kind: "application", action: "nothing" });
    const viewer = new TestViewer();
    inspector.attach(viewer);
    const { records } = viewer.checkpoints[0]!;
    expect(kinds(records)).toEqual(["run", "timer"]);
    expect(records[1]).toMatchObject({ seq: pending, name: "b" });
    expect(viewer.records).toEqual([]);
  });

  it("actors that went meanwhile are not in the next viewer's checkpoint", async () => {
    const machine = createMachine({
      id: "m",
      initial: "a",
      states: { a: { on: { next: "b" }, invoke: { id: "kid", src: counter } }, b: {} },
    });
    const actor = createActor(machine).start();
    const inspector = createInspector();
    inspector.watch(actor);
    inspector.attach(new TestViewer()).detach();
    actor.send(next);
    const viewer = new TestViewer();
    inspector.attach(viewer);
    const found = viewer.checkpoints[0]?.records.filter(({ kind }) => kind === "actor") as ActorRecord[];
    expect(found.map(({ actor, value }) => [actor, value])).toEqual([["m", "b"]]);
  });
});

describe("who looks", () => {
  it("gets a checkpoint of now and then every record, in one numbering over all devices", async () => {
    const inspector = createInspector();
    const actors = ["one", "two", "two"].map((device) => {
      const actor = createActor(counter).start();
      inspector.watch(actor, { device });
      return actor;
    });
    const viewer = new TestViewer();
    inspector.attach(viewer);
    for (const actor of actors) actor.send(next);
    const [checkpoint] = viewer.checkpoints;
    const devices = (checkpoint!.records as ActorRecord[])
      .filter(({ actor }) => actor === "counter")
      .map(({ device }) => device);
    expect(devices).toEqual(["one", "two", "two 2"]);
    expect(numbers(viewer)[0]).toBe(checkpoint?.before);
    expect(numbers(viewer)).toEqual(viewer.records.map((_, n) => checkpoint!.before + n));
    const steps = viewer.records.map(([, record]) => record).filter(({ kind }) => kind === "step");
    expect(steps.map(({ device }) => device)).toEqual(["one", "two", "two 2"]);
  });

  it("late gets the history that was kept, after a checkpoint of what was before", () => {
    const inspector = createInspector({ history: 4 });
    const actor = createActor(counter).start();
    inspector.watch(actor);
    for (let n = 0; n < 11; n++) actor.send(next);
    const viewer = new TestViewer();
    inspector.attach(viewer);
    expect(viewer.records).toHaveLength(4);
    expect(viewer.checkpoints[0]?.before).toBe(numbers(viewer)[0]);
    // Eleven steps: seven are folded, four are told.
    expect(valueTold(viewer.checkpoints[0]!.records)).toBe("odd");
    expect(viewer.records.map(([, { value }]) => value)).toEqual(["even", "odd", "even", "odd"]);
    expect(viewer.records.map(([, { seq }]) => seq)).toEqual(
      [...viewer.records.map(([, { seq }]) => seq)].sort((a, b) => a - b),
    );
  });

  it("again gets what came after, where that is kept", () => {
    const inspector = createInspector({ history: 100 });
    const actor = createActor(counter).start();
    inspector.watch(actor);
    const first = new TestViewer();
    const { detach } = inspector.attach(first);
    const last = numbers(first).at(-1)!;
    detach();
    actor.send(next);
    actor.send(next);
    const again = new TestViewer({ instance: inspector.instance, after: last });
    inspector.attach(again);
    expect(again.checkpoints).toEqual([]);
    expect(numbers(again)).toEqual([last + 1, last + 2]);
  });

  it("again gets a gap and a checkpoint, where it is not", () => {
    const inspector = createInspector({ history: 2 });
    const actor = createActor(counter).start();
    inspector.watch(actor);
    for (let n = 0; n < 10; n++) actor.send(next);
    const again = new TestViewer({ instance: inspector.instance, after: 3 });
    inspector.attach(again);
    const { before } = again.checkpoints[0]!;
    expect(again.gaps).toEqual([[4, before - 4]]);
    expect(numbers(again)).toEqual([before, before + 1]);
  });

  it.each([
    ["another instance", "other", 5],
    ["a number that has not been", undefined, 1_000],
  ])("with %s gets everything anew", (_, instance, after) => {
    const inspector = createInspector({ history: 10 });
    inspector.watch(createActor(counter).start());
    const viewer = new TestViewer({ instance: instance ?? inspector.instance, after });
    inspector.attach(viewer);
    expect(viewer.gaps).toEqual([]);
    expect(viewer.checkpoints).toHaveLength(1);
    expect(viewer.records.length).toBeGreaterThan(2);
  });

  it("too slowly gets a checkpoint of now when it catches up", () => {
    const inspector = createInspector({ history: 50 });
    const actor = createActor(counter).start();
    inspector.watch(actor);
    const viewer = new TestViewer();
    const { catchUp, detach } = inspector.attach(viewer);
    actor.send(next);
    catchUp();
    const checkpoint = viewer.checkpoints[1]!;
    expect(valueTold(checkpoint.records)).toBe("odd");
    expect(checkpoint.before).toBe(numbers(viewer).at(-1)! + 1);
    detach();
    catchUp();
    expect(viewer.checkpoints).toHaveLength(2);
  });

  it("gets as a fold of checkpoint and records what a late one gets as a checkpoint", async () => {
    const inspector = createInspector({ history: 3 });
    const actor = createActor(counter).start();
    inspector.watch(actor);
    await settled();
    for (let n = 0; n < 5; n++) actor.send(next);
    const viewer = new TestViewer();
    inspector.attach(viewer).catchUp();
    const [before, now] = viewer.checkpoints;
    expect(valueTold(before!.records)).toBe("even");
    expect(valueTold(now!.records)).toBe("odd");
    expect(kinds(now!.records)).toEqual(kinds(before!.records));
  });
});

describe("an inspector", () => {
  it("hands every record to its sink, whether anybody looks or not", () => {
    const records: TraceRecord[] = [];
    const actor = createActor(counter);
    const inspector = inspect(actor, { sink: (record) => records.push(record), title: "a title", device: "here" });
    actor.start();
    actor.send(next);
    expect(inspector.options.title).toBe("a title");
    expect(kinds(records)).toEqual(["run", "definition", "actor", "step", "actor", "step"]);
    expect(records.every(({ device }) => device === "here")).toBe(true);
    expect(records[0]).toMatchObject({ wall: expect.any(Number) });
  });

  it("tells a tree of values, and what changes in it, for as long as somebody looks", () => {
    let changed: Parameters<TreeSource["subscribe"]>[0] = () => {};
    const end = jest.fn();
    const subscribe = jest.fn((listener: typeof changed) => {
      changed = listener;
      return end;
    });
    const tree: TreeSource = {
      leaves: () => [
        { path: "/3/0/9", value: 80, label: "Battery Level" },
        { path: "/x", value: { psk: "S" } },
      ],
      subscribe,
    };
    const inspector = createInspector();
    inspector.watch(createActor(counter).start(), { trees: { objects: tree } });
    expect(subscribe).not.toHaveBeenCalled();
    const viewer = new TestViewer();
    const { detach } = inspector.attach(viewer);
    const leaves = viewer.checkpoints[0]?.records.filter(({ kind }) => kind === "resource");
    expect(leaves).toMatchObject([
      { tree: "objects", path: "/3/0/9", value: 80, label: "Battery Level" },
      { path: "/x", value: { psk: "[redacted]" } },
    ]);
    changed({ path: "/3/0/9", value: 79 });
    changed({ path: "/x" });
    expect(viewer.records.map(([, record]) => record)).toMatchObject([{ path: "/3/0/9", value: 79 }, { path: "/x" }]);
    expect(viewer.records[1]?.[1]).not.toHaveProperty("value");
    detach();
    expect(end).toHaveBeenCalledTimes(1);
  });

  it("adds the definitions it was given to those that records tell", () => {
    const { definition, hash } = describeMachine(counter);
    const inspector = createInspector({ definitions: () => ({ counter: definition }), history: 10 });
    inspector.sink({
      seq: 1,
      time: 0,
      device: "d",
      kind: "chart",
      actor: "counter",
      event: "xstate.init",
      value: "even",
      entered: ["even"],
    });
    const viewer = new TestViewer();
    inspector.attach(viewer);
    expect(viewer.checkpoints[0]?.records).toMatchObject([{ kind: "definition", hash, definition }]);
    expect(viewer.records).toHaveLength(1);
  });

  it("tells actors of the same machine apart that one trace tells of, and reaches each", async () => {
    const lamp = createMachine({ id: "lamp", initial: "off", states: { off: { on: { push: "on" } }, on: {} } });
    const clock = new VirtualClock();
    const viewer = new TestViewer();
    const inspector = createInspector({ steering: { send: true } });
    const trace = createTrace({ sink: inspector.sink, clock, device: "house" });
    const one = createActor(lamp).start();
    const other = createActor(lamp).start();
    for (const actor of [one, other]) inspector.watch(actor, { trace });
    inspector.attach(viewer);
    await inspector.steer({ id: 1, request: "send", device: "house", actor: "lamp~2", event: { type: "push" } });
    expect([one.getSnapshot().value, other.getSnapshot().value]).toEqual(["off", "on"]);
    const told = [
      ...viewer.checkpoints.flatMap(({ records }) => records),
      ...viewer.records.map(([, record]) => record),
    ];
    const actors = fold(told).devices.get("house")?.actors.values() ?? [];
    expect([...actors].map(({ key, value }) => [key, value])).toEqual([
      ["lamp", "off"],
      ["lamp~2", "on"],
    ]);
  });

  it("lets go of everything when it is closed, and of an actor when its watching ends", () => {
    const actor = createActor(counter).start();
    const inspector = createInspector({ history: 10 });
    const end = inspector.watch(actor);
    const viewer = new TestViewer();
    inspector.attach(viewer);
    const before = viewer.records.length;
    end();
    actor.send(next);
    end();
    expect(viewer.records.slice(before)).toMatchObject([[expect.any(Number), { kind: "result", ok: true }]]);
    inspector.watch(actor, { device: "again" });
    inspector.close();
    actor.send(next);
    inspector.sink({ seq: 1, time: 0, device: "d", kind: "log", line: "x" });
    expect(viewer.records.filter(([, { kind }]) => kind === "step" || kind === "log")).toEqual([]);
    expect(inspector.detailed()).toBe(false);
  });

  it("ends the run with the watching where the run is its own, and leaves that to the app where the trace is the app's", () => {
    const actor = createActor(
      createMachine({
        id: "m",
        on: {
          fail: {
            actions: () => {
              throw new Error("failed");
            },
          },
        },
      }),
    ).start();
    actor.subscribe({ error: () => {} });
    const records: TraceRecord[] = [];
    const inspector = createInspector({ sink: (record) => records.push(record) });
    const clock = new VirtualClock();
    const endApps = inspector.watch(actor, { trace: createTrace({ clock, device: "app", sink: inspector.sink }) });
    const endOwn = inspector.watch(actor);
    actor.send({ type: "fail" });
    endApps();
    endOwn();
    expect(records.filter(({ kind }) => kind === "result")).toMatchObject([{ device: "m", ok: false }]);
    expect(records.at(-1)).toMatchObject({ kind: "result", reason: "it is no longer watched" });
  });

  it.each([-1, 1.5, 2_000_000])("refuses a history of %p", (history) => {
    expect(() => createInspector({ history })).toThrow(RangeError);
  });
});
