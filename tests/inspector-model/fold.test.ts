/** Records into the world that they tell of. */
import { describe, expect, it } from "@jest/globals";
import { checkpointOf } from "../../inspector/model/checkpoint.ts";
import { fold, WorldFold } from "../../inspector/model/fold.ts";
import { dwellOf } from "../../inspector/model/visits.ts";
import type { World } from "../../inspector/model/world.ts";
import type { ActorRecord } from "../../inspector/records.ts";
import type { TraceRecord } from "../../ports/trace.ts";
import { lamp, lampRun } from "./lamp.ts";

const record = (seq: number, fields: Record<string, unknown>): TraceRecord =>
  ({ seq, time: 10 * seq, device: "d", ...fields }) as TraceRecord;
const chart = (seq: number, actor: string, value: unknown, entered: string[], event = "x") =>
  record(seq, { kind: "chart", actor, event, value, entered });
const device = (world: World, name = "d") => world.devices.get(name)!;
const actor = (world: World, key: string, name = "d") => device(world, name).actors.get(key)!;

describe("The fold", () => {
  it("follows a machine: value, active nodes, context, visits, dwell time and transitions", () => {
    const world = fold(lampRun());
    const told = actor(world, "lamp", "lamp");
    expect(told).toMatchObject({
      ...{ status: "active", value: { on: "bright" }, active: ["", "on", "on.bright"], definition: lamp.hash },
      context: { turns: 1 },
    });
    expect(told.context).not.toHaveProperty("spare");
    expect(told.nodes.get("off")).toMatchObject({ visits: 1, dwelt: 20 });
    expect(dwellOf(told, "on.bright", 100)).toBe(60);
    expect([...told.edges]).toEqual([["off|press|0", 1]]);
  });

  it("keeps timers that pend, and leaves of trees until they are gone", () => {
    const records = [
      record(1, { kind: "timer", operation: "set", name: "a", owner: "o", delay: 5 }),
      record(2, { kind: "timer", operation: "set", name: "b", owner: "o" }),
      record(3, { kind: "timer", operation: "fired", name: "a", owner: "o", cause: 1 }),
      record(4, { kind: "resource", tree: "objects", path: "/3/0/0", value: 1, label: "Manufacturer" }),
      record(5, { kind: "resource", tree: "objects", path: "/3/0/1", value: 1 }),
      record(6, { kind: "resource", tree: "objects", path: "/3/0/0", value: 2 }),
      record(7, { kind: "resource", tree: "objects", path: "/3/0/1" }),
    ];
    const { timers, trees } = device(fold(records));
    expect([...timers.values()]).toEqual([{ seq: 2, name: "b", owner: "o", setAt: 20 }]);
    expect([...trees.get("objects")!]).toEqual([["/3/0/0", { value: 2, label: "Manufacturer", changedAt: 60 }]]);
  });

  it("tells edition, time of day, whether the run is frozen, and its result", () => {
    const records = [
      record(1, { kind: "run", wall: 5000, edition: "3.6", version: "1" }),
      record(2, { kind: "breakpoint", phase: "paused" }),
    ];
    expect(device(fold(records))).toMatchObject({ edition: "3.6", wallAtZero: 4990, frozen: true, time: 20 });
    const world = fold([
      ...records,
      record(3, { kind: "breakpoint", phase: "continued" }),
      record(4, { kind: "result", ok: false, reason: "no" }),
    ]);
    expect(device(world)).toMatchObject({ frozen: false, result: { ok: false, reason: "no" } });
  });

  it("ends actors with what they gave, and lets no time pass in them", () => {
    const ended = {
      kind: "actor",
      phase: "ended",
      actor: "lamp",
      id: "lamp",
      logic: "machine",
      status: "done",
      output: 7,
    };
    const world = fold([...lampRun(), { ...record(7, ended), device: "lamp" }]);
    const told = actor(world, "lamp", "lamp");
    expect(told).toMatchObject({ status: "done", output: 7, active: ["", "on", "on.bright"] });
    expect(dwellOf(told, "on.bright", 10_000)).toBe(30);
  });

  it("keeps a bounded number of actors that have ended", () => {
    const records = Array.from({ length: 1000 }, (_, n) => [
      record(2 * n, { kind: "actor", phase: "started", actor: `r/${n}`, id: `${n}`, logic: "promise", parent: "r" }),
      record(2 * n + 1, {
        kind: "actor",
        phase: "ended",
        actor: `r/${n}`,
        id: `${n}`,
        logic: "promise",
        status: "done",
      }),
    ]).flat();
    const { actors } = device(fold(records));
    expect(actors.size).toBe(256);
    expect(actors.has("r/999")).toBe(true);
    expect(actors.has("r/0")).toBe(false);
  });

  it("stands records that hold something else than they should", () => {
    const odd = [null, 1, "x", [], {}, [1], { edges: 1 }];
    const kinds = [
      "definition",
      "actor",
      "step",
      "chart",
      "timer",
      "resource",
      "breakpoint",
      "run",
      "result",
      "unheardOf",
    ];
    for (const kind of kinds) {
      for (const value of odd) {
        const fields = ["hash", "definition", "actor", "event", "microsteps", "active", "entered", "left", "context"];
        const all = Object.fromEntries([...fields, "tree", "path", "value", "nodes"].map((field) => [field, value]));
        expect(() =>
          fold([record(1, { ...all, kind }), record(2, { ...all, kind, actor: "a", hash: "h", tree: "t" })]),
        ).not.toThrow();
      }
    }
  });
});

describe("A recording of charts alone", () => {
  const definitions = [
    {
      id: "carrier",
      nodes: [
        { id: "", key: "carrier", type: "compound", initial: "idle" },
        { id: "idle", key: "idle", parent: "", type: "atomic" },
        { id: "busy", key: "busy", parent: "", type: "atomic", invokes: [{ id: "register/1", src: "register" }] },
      ],
      edges: [],
    },
    {
      id: "register",
      nodes: [
        { id: "", key: "register", type: "compound" },
        { id: "over", key: "over", parent: "", type: "final" },
      ],
      edges: [],
    },
  ].map((definition, n) => record(0, { kind: "definition", hash: `00000000000000a${n}`, definition }));
  const charts = [
    chart(1, "carrier", "idle", ["idle"], "xstate.init"),
    chart(2, "carrier", "busy", ["busy"]),
    chart(3, "register/1", { deep: { in: "it" } }, ["deep", "deep.in", "deep.in.it"], "xstate.init"),
    chart(4, "register/1", { deep: { in: "it" } }, ["deep.in.it"]),
    chart(5, "carrier", "idle", ["idle"]),
  ];

  it("shows its charts as actors, with active nodes, visits and dwell time", () => {
    const world = fold(charts);
    expect(actor(world, "register/1")).toMatchObject({
      logic: "machine",
      active: ["", "deep", "deep.in", "deep.in.it"],
    });
    expect(actor(world, "register/1").nodes.get("deep.in.it")!.visits).toBe(2);
    expect(actor(world, "carrier").nodes.get("busy")).toMatchObject({ visits: 1, dwelt: 30 });
    expect(actor(world, "carrier").nodes.get("idle")).toMatchObject({ visits: 2, dwelt: 10 });
  });

  it.each([
    ["before", [...definitions, ...charts]],
    ["after", [...charts, ...definitions]],
  ])("finds its machines by name in definitions that come %s, and who invokes them", (_when, records) => {
    const world = fold([...records, chart(6, "register/1", "over", ["over"])]);
    expect(actor(world, "carrier").definition).toBe("00000000000000a0");
    expect(actor(world, "register/1")).toMatchObject({
      definition: "00000000000000a1",
      parent: "carrier",
      status: "done",
    });
  });

  it("gives way to the actors that the inspector tells of", () => {
    const world = fold([
      ...charts,
      record(6, { kind: "actor", phase: "found", actor: "carrier", id: "carrier", logic: "machine", value: "busy" }),
      chart(7, "register/1", "over", ["over"]),
    ]);
    expect([...device(world).actors.keys()]).toEqual(["carrier"]);
    expect(actor(world, "carrier")).toMatchObject({ value: "busy", active: ["", "busy"] });
  });
});

describe("A recording that another process goes on with", () => {
  const watched: Partial<ActorRecord>[] = [
    { actor: "carrier", phase: "started", id: "carrier", logic: "machine" },
    { actor: "carrier/register", phase: "started", id: "register", logic: "machine", parent: "carrier" },
  ];
  const timer = { kind: "timer", operation: "set", name: "update.due", owner: "register", delay: 60_000 };

  it("shows nothing of what was killed, and its own time", () => {
    const world = fold(
      [
        ...watched.map((one) => ({ kind: "actor", ...one })),
        timer,
        { kind: "breakpoint", phase: "paused" },
        { kind: "actor", ...watched[0] },
      ].map(
        (fields, at) => ({ seq: at + 1, time: at === 4 ? 5 : 1000 * at, device: "demo", ...fields }) as TraceRecord,
      ),
    );
    const device = world.devices.get("demo")!;
    expect([...device.actors.keys()]).toEqual(["carrier"]);
    expect(device).toMatchObject({ time: 5, frozen: false });
    expect(device.timers.size).toBe(0);
  });

  it("does so where charts alone tell of it", () => {
    const run = { kind: "run", wall: 0, edition: "3.6", version: "1" };
    const chart = {
      kind: "chart",
      actor: "register/1",
      event: "xstate.init",
      value: "registering",
      entered: ["registering"],
    };
    const lives = [run, chart, timer, run].map(
      (fields, at) => ({ seq: at + 1, time: at === 3 ? 5 : 1000 * at, device: "demo", ...fields }) as TraceRecord,
    );
    const device = fold(lives).devices.get("demo")!;
    expect([device.actors.size, device.timers.size, device.time]).toEqual([0, 0, 5]);
    expect(fold([...lives.slice(0, 3), { ...lives[3]!, time: 4000 }]).devices.get("demo")!.actors.size).toBe(1);
  });
});

describe("A checkpoint", () => {
  const records = [
    record(1, { kind: "run", wall: 5000, edition: "3.6", version: "1" }),
    ...lampRun().map((one) => ({ ...one, seq: one.seq + 1, device: "d" })),
    record(8, {
      kind: "actor",
      phase: "started",
      actor: "lamp/job",
      id: "job",
      logic: "promise",
      parent: "lamp",
      src: "job",
    }),
    record(9, {
      kind: "actor",
      phase: "ended",
      actor: "lamp/job",
      id: "job",
      logic: "promise",
      error: { message: "no" },
    }),
    record(10, { kind: "breakpoint", phase: "paused" }),
  ];

  it("makes the same world of a fresh fold, counts included", () => {
    const world = fold(records);
    const again = fold(checkpointOf(world));
    expect(plain(again)).toEqual(plain(world));
  });

  it("goes on as the world does that it is of", () => {
    const rest = lampRun(1).map((one) => ({ ...one, seq: one.seq + 20, time: one.time + 200, device: "d" }));
    const on = new WorldFold(fold(records));
    const again = new WorldFold(fold(checkpointOf(fold(records))));
    for (const one of rest) {
      on.apply(one);
      again.apply(one);
    }
    expect(plain(again.snapshot())).toEqual(plain(on.snapshot()));
  });

  it("lets charts go on that `chart` records alone tell of", () => {
    const chart = (seq: number, event: string, value: string) =>
      record(seq, { kind: "chart", actor: "link", event, value, entered: [value] });
    const again = new WorldFold(fold(checkpointOf(fold([chart(1, "xstate.init", "offline")]))));
    again.apply(chart(2, "link.up", "connected"));
    expect(again.snapshot().devices.get("d")?.actors.get("link")).toMatchObject({ active: ["", "connected"] });
  });

  it("is of JSON", () => {
    const checkpoint = checkpointOf(fold(records));
    expect(plain(fold(JSON.parse(JSON.stringify(checkpoint)) as TraceRecord[]))).toEqual(plain(fold(checkpoint)));
  });
});

function plain(world: World): unknown {
  return JSON.parse(
    JSON.stringify(world, (key, value) =>
      key === "generation" ? undefined : value instanceof Map ? [...value] : value,
    ),
  );
}
