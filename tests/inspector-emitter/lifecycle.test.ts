/** Watching that begins and ends again and again, twice at once, too late, and inside of a machine of the app's own. */
import { setImmediate as turn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "@jest/globals";
import { createActor, createMachine, fromPromise, raise } from "xstate";
import { createInspector, inspect } from "../../inspector/emitter/createInspector.ts";
import { fold } from "../../inspector/model/fold.ts";
import type { TraceRecord } from "../../ports/trace.ts";
import { TestViewer } from "./support.ts";

const worker = createMachine({
  id: "worker",
  initial: "idle",
  on: { later: { actions: raise({ type: "now" }, { delay: 60_000, id: "soon" }) } },
  states: { idle: { on: { go: "busy" } }, busy: { after: { 60000: "idle" }, on: { go: "idle" } } },
});
const factory = createMachine({
  id: "factory",
  invoke: [
    { id: "worker", src: worker },
    { id: "once", src: fromPromise(async () => 1) },
  ],
  initial: "open",
  states: { open: { on: { shut: "over" } }, over: { type: "final" } },
});

const CYCLES = 2_000;
/** Octets; what the compiler learns takes one million, and what is watched five thousand each time. */
const MOST_GROWTH = 4_000_000;

function usedHeap(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  for (let times = 0; times < 3; times++) collect();
  return process.memoryUsage().heapUsed;
}

const pictureOf = ({ checkpoints, records }: TestViewer) =>
  fold([...checkpoints.flatMap((one) => one.records), ...records.map(([, record]) => record)]);

describe("watching", () => {
  it("that begins and ends thousands of times leaves nothing behind", async () => {
    const actor = createActor(factory).start();
    const child = actor.getSnapshot().children.worker!;
    child.send({ type: "later" });
    let installed = 0;
    let subscribed = 0;
    let most = 0;
    const { system } = actor;
    const install = system.inspect.bind(system);
    // No mock of jest's: it would hold on to whatever it was called with.
    system.inspect = (observer) => {
      const { unsubscribe } = install(observer);
      installed++;
      return {
        unsubscribe() {
          unsubscribe();
          installed--;
        },
      };
    };
    const inspector = createInspector();
    const subscribe = () => {
      subscribed++;
      return () => void subscribed--;
    };
    inspector.watch(actor, { trees: { values: { leaves: () => [{ path: "/1", value: 1, label: "" }], subscribe } } });
    const cycle = () => {
      const viewer = new TestViewer();
      const { detach } = inspector.attach(viewer);
      most = Math.max(most, installed, subscribed);
      child.send({ type: "go" });
      detach();
      return viewer;
    };
    const first = cycle();
    const cycles = async (count: number) => {
      for (let n = 0; n < count; n++) {
        cycle();
        if (n % 100 === 99) await turn();
      }
      return usedHeap();
    };
    const before = await cycles(1_000);
    expect((await cycles(CYCLES)) - before).toBeLessThan(MOST_GROWTH);
    expect([most, installed, subscribed]).toEqual([1, 0, 0]);
    // In the state of the first again.
    cycle();
    const last = cycle();
    expect(last.records.length).toBe(first.records.length);
    expect(last.checkpoints[0]!.records.length).toBe(first.checkpoints[0]!.records.length);
    actor.stop();
  });

  it("of one actor twice tells it twice, each time whole, and each ends by itself", () => {
    const actor = createActor(worker).start();
    const inspector = inspect(actor, { device: "a" });
    const other = inspect(actor, { inspector, device: "b" });
    expect(other).toBe(inspector);
    const end = inspector.watch(actor);
    const viewer = new TestViewer();
    inspector.attach(viewer);
    actor.send({ type: "go" });
    end();
    actor.send({ type: "go" });
    const steps = viewer.records.flatMap(([, { kind, device }]) => (kind === "step" ? [device] : []));
    expect(steps.filter((device) => device !== "worker").sort()).toEqual(["a", "a", "b", "b"]);
    expect(steps.filter((device) => device === "worker")).toHaveLength(1);
    const { devices } = pictureOf(viewer);
    expect(["a", "b"].map((device) => devices.get(device)?.actors.get("worker")?.value)).toEqual(["idle", "idle"]);
    actor.stop();
  });

  it("of an actor that has ended shows how it ended", () => {
    for (const end of [(one: { stop(): void }) => one.stop(), (one: never) => (one as Ender).send({ type: "shut" })]) {
      const actor = createActor(factory).start();
      end(actor as never);
      const inspector = inspect(actor);
      const viewer = new TestViewer();
      const { detach } = inspector.attach(viewer);
      const shown = pictureOf(viewer).devices.get("factory")?.actors.get("factory");
      expect(shown).toMatchObject({ status: actor.getSnapshot().status, value: actor.getSnapshot().value });
      detach();
    }
  });

  it("of an actor that begins later tells its beginning", () => {
    const actor = createActor(worker);
    const viewer = new TestViewer();
    inspect(actor).attach(viewer);
    actor.start();
    const told = viewer.records.map(([, { kind, phase }]) => `${kind} ${phase ?? ""}`.trim());
    expect(told).toEqual(["definition", "actor started", "step"]);
    actor.stop();
  });
});

type Ender = { send(event: { readonly type: string }): void };

describe("a record that nobody understands", () => {
  const odd = [
    { kind: "step", actor: "m" },
    { kind: "step", actor: "m", microsteps: [null], entered: 1, left: {}, active: "x", event: null },
    { kind: "actor", phase: "started", actor: {}, active: 5 },
    { kind: "timer", operation: "set", name: Symbol("s"), owner: null },
    { kind: "chart", actor: "m", value: circle(), entered: null },
    { kind: "definition", hash: 1, definition: { nodes: null } },
    { kind: "resource", tree: 7, path: null },
    { kind: "nothing" },
  ].map((fields, n) => ({ seq: n, time: n, device: "thing", ...fields }) as unknown as TraceRecord);

  it.each([0, 3])("of an app's own making harms nothing, with a history of %p", async (history) => {
    const freeze = { pause: () => {}, resume: () => {} };
    const inspector = createInspector({ history, steering: { freeze } });
    await inspector.steer({ id: 1, request: "addBreakpoint", breakpoint: { state: "s", device: "thing" } });
    const viewer = new TestViewer();
    const { catchUp } = inspector.attach(viewer);
    for (let times = 0; times < 3; times++) for (const record of odd) inspector.sink(record);
    inspector.sink({ seq: 100, time: 100, device: "thing", kind: "result", ok: true, reason: "done" });
    expect(viewer.records).toHaveLength(3 * odd.length + 1);
    catchUp();
    expect(viewer.checkpoints).toHaveLength(2);
    expect(fold(viewer.checkpoints[1]!.records).devices.get("thing")?.result).toEqual({ ok: true, reason: "done" });
  });

  function circle(): unknown {
    const value: Record<string, unknown> = {};
    value.in = value;
    return value;
  }
});

describe("what came while nobody looked", () => {
  it("is missed by who comes back, and said to be", () => {
    const inspector = createInspector();
    const log = (seq: number) => inspector.sink({ seq, time: seq, device: "thing", kind: "log", line: "x" });
    const first = new TestViewer();
    const { detach } = inspector.attach(first);
    for (let seq = 1; seq <= 3; seq++) log(seq);
    detach();
    const at = first.records.at(-1)![0];
    const same = new TestViewer({ instance: inspector.instance, after: at });
    inspector.attach(same).detach();
    expect([same.gaps, same.checkpoints]).toEqual([[], []]);
    for (let seq = 4; seq <= 8; seq++) log(seq);
    const back = new TestViewer({ instance: inspector.instance, after: at });
    inspector.attach(back);
    expect(back.gaps).toEqual([[at + 1, 5]]);
    expect(back.checkpoints.map(({ before }) => before)).toEqual([at + 6]);
  });
});
