import { describe, expect, it } from "@jest/globals";
import { readStatelyDefinition } from "../../inspector/adapters/statelyDefinition.ts";
import { StatelyReader } from "../../inspector/adapters/statelyReader.ts";
import { createInspector } from "../../inspector/emitter/createInspector.ts";
import { fold } from "../../inspector/model/fold.ts";
import type { StepRecord } from "../../inspector/records.ts";
import { AppNames } from "../../inspector/server/appNames.ts";
import type { TraceRecord } from "../../ports/trace.ts";
import { recordProblems } from "../../trace/index.ts";
import { everything } from "./support/machines.ts";
import { client, follow, serve } from "./support/served.ts";

const CREATED = 1_795_230_014_563;

const base = (sessionId: string, at = 0) => ({
  _version: "0.7.2",
  createdAt: String(CREATED + at),
  id: null,
  sessionId,
  rootId: "x:0",
});
const actorFrame = (sessionId: string, name: string, config: unknown, more: object = {}) => ({
  type: "@xstate.actor",
  ...base(sessionId),
  name,
  definition: JSON.stringify(config),
  snapshot: { status: "active" },
  ...more,
});
const snapshotFrame = (sessionId: string, event: object, snapshot: object, at = 0) => ({
  type: "@xstate.snapshot",
  ...base(sessionId, at),
  event,
  snapshot: { status: "active", context: {}, children: {}, historyValue: {}, tags: [], ...snapshot },
});

const LIGHT = {
  id: "light",
  initial: "red",
  states: { red: { on: { next: "green" } }, green: { on: { next: [{ guard: "isDark", target: "red" }, "red"] } } },
};

function reading(...frames: unknown[]): TraceRecord[] {
  const reader: StatelyReader = new StatelyReader({ nameDevice: (wanted) => ({ name: wanted }) });
  return frames.flatMap((frame) => reader.read(typeof frame === "string" ? frame : JSON.stringify(frame)));
}

describe("frames of @statelyai/inspect", () => {
  it("become records that our schema takes, numbered and timed from the first", () => {
    const records = reading(
      actorFrame("x:0", "light", LIGHT),
      { type: "@xstate.event", ...base("x:0"), event: { type: "xstate.init" } },
      snapshotFrame("x:0", { type: "xstate.init" }, { value: "red" }),
      snapshotFrame("x:0", { type: "next" }, { value: "green" }, 250),
    );
    for (const record of records) expect([record, recordProblems(record)]).toEqual([record, []]);
    expect(records.map(({ seq, time, device, kind }) => [seq, time, device, kind])).toEqual([
      [1, 0, "light", "run"],
      [2, 0, "light", "definition"],
      [3, 0, "light", "actor"],
      [4, 0, "light", "step"],
      [5, 250, "light", "step"],
    ]);
    const actor = fold(records).devices.get("light")?.actors.get("light");
    expect(actor).toMatchObject({ value: "green", active: ["", "green"], status: "active" });
    expect(actor?.nodes.get("red")).toMatchObject({ visits: 1, dwelt: 250 });
  });

  it("tell no edge where two fit, and that an event was ignored where none does", () => {
    const steps = reading(
      actorFrame("x:0", "light", LIGHT),
      snapshotFrame("x:0", { type: "xstate.init" }, { value: "green" }),
      snapshotFrame("x:0", { type: "next" }, { value: "red" }),
      snapshotFrame("x:0", { type: "toString" }, { value: "red" }),
      snapshotFrame("x:0", { type: "next" }, { value: "green" }),
    ).filter(({ kind }) => kind === "step") as StepRecord[];
    expect(steps.map(({ microsteps, ignored }) => [microsteps[0]?.edges, ignored])).toEqual([
      [[], undefined],
      [[], undefined],
      [[], true],
      [["red|next|0"], undefined],
    ]);
  });

  it("tell which guards said no where nothing has changed", () => {
    const config = {
      id: "m",
      initial: "a",
      on: { go: { guard: "outer", target: ".b" } },
      states: { a: { on: { go: { guard: "inner", target: "b" }, stay: {}, leave: "b" } }, b: {} },
    };
    const steps = reading(
      actorFrame("x:0", "m", config),
      snapshotFrame("x:0", { type: "xstate.init" }, { value: "a" }),
      snapshotFrame("x:0", { type: "go" }, { value: "a" }),
      snapshotFrame("x:0", { type: "stay" }, { value: "a" }),
      // Something else has led back.
      snapshotFrame("x:0", { type: "leave" }, { value: "a" }),
    ).filter(({ kind }) => kind === "step") as StepRecord[];
    expect(
      steps.slice(1).map(({ microsteps, ignored }) => [microsteps[0]?.edges, microsteps[0]?.candidates, ignored]),
    ).toEqual([
      [
        [],
        [
          { edge: "a|go|0", verdict: "refused", guard: { name: "inner", result: false } },
          { edge: "|go|0", verdict: "refused", guard: { name: "outer", result: false } },
        ],
        true,
      ],
      [["a|stay|0"], [{ edge: "a|stay|0", verdict: "taken" }], undefined],
      [[], [], undefined],
    ]);
  });

  it("are taken once, though an app sends them again after its connection broke", () => {
    const frame = actorFrame("x:0", "light", LIGHT);
    expect(reading(frame, frame, frame).map(({ kind }) => kind)).toEqual(["run", "definition", "actor"]);
  });

  it("of actors that are told of by hand have their state at once", () => {
    const records = reading(
      actorFrame("mine", "mine", { id: "mine" }, { rootId: "anonymous", snapshot: { status: "active", value: "on" } }),
    );
    expect(records.at(-1)).toMatchObject({ kind: "actor", phase: "started", value: "on", active: ["", "on"] });
  });

  it("of an actor whose registration was lost show what it is in", () => {
    const records = reading(snapshotFrame("x:7", { type: "next" }, { value: { on: "fast" }, context: { n: 1 } }));
    expect(records.map(({ kind, phase, active }) => [kind, phase, active])).toEqual([
      ["run", undefined, undefined],
      ["actor", "found", ["", "on", "on.fast"]],
      ["step", undefined, ["", "on", "on.fast"]],
    ]);
    const late = reading(
      snapshotFrame("x:7", { type: "next" }, { value: "red" }),
      actorFrame("x:7", "light", LIGHT),
      snapshotFrame("x:7", { type: "next" }, { value: "green" }),
    );
    expect(late.at(-1)).toMatchObject({ kind: "step", actor: "light", value: "green" });
  });

  it("say what changed of the context, and no secret of it", () => {
    const step = reading(
      actorFrame("x:0", "light", LIGHT),
      snapshotFrame("x:0", { type: "xstate.init" }, { value: "red", context: { a: 1, b: { c: 2 }, psk: "CANARY" } }),
      snapshotFrame("x:0", { type: "next", key: "CANARY" }, { value: "red", context: { b: { c: 3 }, psk: "CANARY" } }),
    );
    expect(step.at(-1)).toMatchObject({ context: { set: { b: { c: 3 } }, removed: ["a"] } });
    expect(JSON.stringify(step)).not.toContain("CANARY");
  });

  it("of kinds that are not known are passed over", () => {
    expect(reading({ type: "@xstate.transition", sessionId: "x:0" }, { type: "@statelyai.disconnected" })).toEqual([]);
  });

  it.each([
    ["{", "a frame is JSON, and this is not"],
    ["[]", 'a frame is an object with a "type"'],
    ["{}", 'a frame is an object with a "type"'],
    ['{"type":"@xstate.event"}', "a frame of type @xstate.event has a sessionId"],
  ])("are refused when they are none: %s", (text, reason) => {
    expect(() => reading(text)).toThrow(reason);
  });

  it("with anything in them harm nothing", () => {
    const odd = [null, 7, "x", [], {}, { status: 7, value: 7, context: [] }, { value: { a: { b: null } } }];
    const frames = odd.flatMap((snapshot) => [
      { ...actorFrame("x:1", "odd", null), snapshot, name: snapshot, definition: snapshot, parentId: snapshot },
      { ...snapshotFrame("x:1", {}, {}), snapshot, event: snapshot, createdAt: snapshot },
      { type: "@xstate.event", sessionId: "x:1", event: snapshot, sourceId: "x:1" },
    ]);
    for (const record of reading(...frames)) expect([record, recordProblems(record)]).toEqual([record, []]);
  });
});

describe("a definition from elsewhere", () => {
  it("gives its chart", () => {
    const config = JSON.parse(JSON.stringify(everything.config));
    const read = readStatelyDefinition(JSON.stringify(config));
    expect(read?.definition.nodes.map(({ id }) => id)).toEqual(
      expect.arrayContaining(["", "idle", "work.was", "both.right.d", "last"]),
    );
    expect(read?.definition.edges.find(({ id }) => id === "idle|go|0")?.guard).toBe("isLate");
  });

  it("that was cut off below a depth gives what is left of it", () => {
    const read = readStatelyDefinition(
      JSON.stringify({
        id: "deep",
        initial: "a",
        states: {
          a: { initial: "b", states: { b: "[Object]", c: { on: { go: "[Array]", stay: "b" } } } },
          d: "[Object]",
        },
      }),
    );
    expect(read?.definition.nodes.map(({ id }) => id)).toEqual(["", "a", "a.b", "a.c", "d"]);
    expect(read?.definition.edges.map(({ id }) => id)).toContain("a.c|stay|0");
  });

  it("whose transitions lead nowhere gives its states", () => {
    const read = readStatelyDefinition(JSON.stringify({ id: "m", states: { a: { on: { go: "#nowhere" } }, b: {} } }));
    expect(read?.definition.nodes.map(({ id }) => id)).toEqual(["", "a", "b"]);
    expect(read?.definition.edges.filter(({ trigger }) => trigger !== "initial")).toEqual([]);
  });

  it.each(["", "null", "[]", '"text"', '{"id":"promise"}', '{"states":[]}'])(
    "that is none gives nothing: %s",
    (text) => {
      expect(readStatelyDefinition(text)).toBeUndefined();
    },
  );

  it("is bounded", () => {
    const states = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`s${n}`, {}]));
    expect(readStatelyDefinition(JSON.stringify({ id: "wide", states }))?.definition.nodes.length).toBe(2_000);
    const deep = `${'{"states":{"a":'.repeat(500)}{}${"}}".repeat(500)}`;
    expect(readStatelyDefinition(deep)?.definition.nodes.length).toBeLessThan(50);
  });
});

describe("the inlet for apps", () => {
  it("lets go of who sends what is no frame, and goes on with others", async () => {
    const { url } = await serve();
    const ends = [];
    for (const message of ["{", Uint8Array.of(1)]) {
      const app = client(`${url}stately`, {}, "");
      await app.open;
      app.send(message);
      ends.push(await app.ended);
    }
    expect(ends).toEqual([
      { code: 1008, reason: "a frame is JSON, and this is not" },
      { code: 1008, reason: "a frame is text" },
    ]);
    const { frames, until } = await follow(url);
    const app = client(`${url}stately`, {}, "");
    await app.open;
    app.send(actorFrame("x:0", "light", LIGHT));
    await until(() => JSON.stringify(frames).includes('"light"'));
  });

  it("keeps what an app is in for a page that comes later", async () => {
    const inspector = createInspector();
    const { url } = await serve(inspector);
    const app = client(`${url}stately`, {}, "");
    await app.open;
    app.send(actorFrame("x:0", "light", LIGHT));
    app.send(snapshotFrame("x:0", { type: "xstate.init" }, { value: "red", context: { cars: 2 } }));
    app.send(snapshotFrame("x:0", { type: "next" }, { value: "green", context: { cars: 3 } }));
    await app.heard();
    const { frames, until } = await follow(url);
    await until(() => JSON.stringify(frames).includes('"green"'));
    const { actors } = fold(frames.flatMap((frame) => ("records" in frame ? frame.records : []))).devices.get("light")!;
    expect(actors.get("light")).toMatchObject({ value: "green", active: ["", "green"], context: { cars: 3 } });
    inspector.close();
  });

  it("takes apps of other origins that were named, and no others", async () => {
    const { url } = await serve(undefined, { origins: ["http://localhost:5173"] });
    const named = client(`${url}stately`, { origin: "http://localhost:5173" }, "");
    await named.open;
    const other = client(`${url}stately`, { origin: "http://localhost:5174" }, "");
    expect((await other.ended).code).toBe(403);
  });
});

describe("names of apps", () => {
  it("are each app's own, and given again", () => {
    const names = new AppNames();
    const reader = () => new StatelyReader({ nameDevice: () => ({ name: "" }) });
    const first = reader();
    expect(names.take("app", first)).toEqual({ name: "app", before: undefined });
    expect(names.take("app", reader()).name).toBe("app 2");
    names.release("app");
    expect(names.take("app", reader())).toEqual({ name: "app", before: first });
  });
});
