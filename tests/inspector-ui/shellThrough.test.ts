import { describe, expect, it } from "@jest/globals";
import type { MachineDefinition } from "../../inspector/definition.ts";
import { COMMANDS, commandFor, toFailure } from "../../inspector/ui/shell/commands.ts";
import { formatOffset } from "../../inspector/ui/shell/formatTime.ts";
import { stateText } from "../../inspector/ui/shell/stateText.ts";
import { bandsOf, indexAt, placesOf } from "../../inspector/ui/shell/timeline.ts";
import { Filtered, filteredOf } from "../../inspector/ui/state/filtered.ts";
import { leavesOf, Phases } from "../../inspector/ui/state/phases.ts";
import { neighbour, nextMicrostep, stride } from "../../inspector/ui/state/steps.ts";
import type { RecordFields } from "../../ports/trace.ts";
import { chartRecords, recordsOf, sessionOf, storeOf } from "./shellSupport.ts";

const log = (line: string): RecordFields => ({ kind: "log", line });
const bad: RecordFields = { kind: "result", ok: false, reason: "no network" };
const step = (microsteps: number): RecordFields => ({
  kind: "step",
  actor: "m",
  event: { type: "go" },
  value: "a",
  active: ["", "a"],
  entered: [],
  left: [],
  microsteps: Array.from({ length: microsteps }, () => ({ event: "", edges: [], active: [], candidates: [] })),
});
const node = (id: string) => ({ id, key: id, type: "atomic" }) as const;

function at(fields: readonly RecordFields[]) {
  const { store } = storeOf();
  const session = sessionOf(fields);
  store.update({ session: store.add({ title: "run", session, state: "file" }) });
  return { store, session };
}

describe("the ways through a run", () => {
  it("go from record to record of those that the filter lets through", () => {
    const { store } = at([log("x"), log("y"), log("x"), log("y"), log("x")]);
    store.update({ filter: "line==x" });
    store.select(2);
    expect(stride(store, "record", 1)).toBe(true);
    expect(store.index).toBe(4);
    expect(stride(store, "record", 1)).toBe(false);
    stride(store, "record", -1);
    stride(store, "record", -1);
    expect(store.index).toBe(0);
  });

  it("go back from the end when standing live", () => {
    const { store } = at([log("x"), log("y")]);
    expect(stride(store, "record", -1)).toBe(true);
    expect(store.view.cursor).toEqual({ index: 0 });
  });

  it("go from failure to failure, from the first when nobody has looked yet", () => {
    const { store } = at([log("x"), bad, log("y"), bad, log("z")]);
    stride(store, "failure", 1);
    expect(store.index).toBe(1);
    stride(store, "failure", 1);
    expect(store.index).toBe(3);
    expect(stride(store, "failure", 1)).toBe(false);
    stride(store, "failure", -1);
    expect(store.index).toBe(1);
  });

  it("go on from the last failure to the first, and to why it was", () => {
    const failure: RecordFields = { kind: "event", semantic: "error", event: "E" };
    const { store } = at([log("a"), failure, log("b"), failure, log("c")]);
    store.update({ panel: "wire" });
    const way: number[] = [];
    for (const direction of [1, 1, 1, -1] as const) {
      toFailure(store, direction);
      way.push(store.index);
    }
    expect(way).toEqual([1, 3, 1, 3]);
    expect(store.view.panel).toBe("why");
    const none = at([log("a")]).store;
    toFailure(none, 1);
    expect(none.view.cursor.index).toBe("live");
  });

  it("go from macrostep to macrostep of the device, over everything else", () => {
    const { store } = at([log("x"), ...chartRecords("c", ["a"]), log("y"), log("z"), ...chartRecords("c", ["b"])]);
    store.select(0);
    stride(store, "macrostep", 1);
    expect(store.index).toBe(1);
    stride(store, "macrostep", 1);
    expect(store.index).toBe(4);
    stride(store, "macrostep", -1);
    expect(store.index).toBe(1);
  });

  it("go through a step's microsteps and on to the next step's", () => {
    const session = sessionOf([
      { kind: "definition", hash: "h", definition: { id: "m", nodes: [], edges: [] } },
      step(3),
      log("x"),
      step(1),
      step(2),
    ]);
    const way: unknown[] = [];
    for (let cursor = nextMicrostep(session, "d", { index: 0 }, 1); cursor !== undefined; ) {
      way.push([cursor.index, cursor.microstep ?? "all"]);
      cursor = nextMicrostep(session, "d", { ...cursor, index: cursor.index as number }, 1);
    }
    expect(way).toEqual([
      [1, 1],
      [1, 2],
      [1, "all"],
      [3, "all"],
      [4, 1],
      [4, "all"],
    ]);
    const back: unknown[] = [];
    for (let cursor = nextMicrostep(session, "d", { index: 4 }, -1); cursor !== undefined; ) {
      back.push([cursor.index, cursor.microstep ?? "all"]);
      cursor = nextMicrostep(session, "d", { ...cursor, index: cursor.index as number }, -1);
    }
    expect(back).toEqual([
      [4, 1],
      [3, "all"],
      [1, "all"],
      [1, 2],
      [1, 1],
    ]);
  });

  it("keep the microstep in the cursor", () => {
    const { store } = at([{ kind: "definition", hash: "h", definition: { id: "m", nodes: [], edges: [] } }, step(2)]);
    store.select(0);
    stride(store, "microstep", 1);
    expect(store.view.cursor).toEqual({ index: 1, microstep: 1 });
    stride(store, "microstep", 1);
    expect(store.view.cursor).toEqual({ index: 1 });
  });

  it("find the neighbour of a place that is not among them", () => {
    expect(neighbour([2, 5, 9], 5, 1)).toBe(9);
    expect(neighbour([2, 5, 9], 5, -1)).toBe(2);
    expect(neighbour([2, 5, 9], 6, 1)).toBe(9);
    expect(neighbour([2, 5, 9], 6, -1)).toBe(5);
    expect(neighbour([2, 5, 9], 9, 1)).toBeUndefined();
    expect(neighbour([], 0, -1)).toBeUndefined();
  });
});

describe("the filtered records", () => {
  it("go on as records come, and begin again when the session forgets", () => {
    const session = sessionOf([log("x"), log("y")]);
    const filtered = new Filtered(session, "line==x", "");
    expect(filtered.update().indices).toEqual([0]);
    session.append(recordsOf([log("x")]));
    expect(filtered.update().indices).toEqual([0, 2]);
    session.clear();
    session.append(recordsOf([log("y"), log("x"), log("x"), log("x")]));
    expect(filtered.update().indices).toEqual([1, 2, 3]);
  });

  it("are those of the device that is looked at, where there are several", () => {
    const { store } = storeOf();
    const session = sessionOf([log("x")], "one");
    session.append(recordsOf([log("x"), log("y")], "two"));
    store.update({ session: store.add({ title: "two", session, state: "file" }) });
    store.update({ device: "two" });
    expect(filteredOf(store).indices).toEqual([1, 2]);
  });

  it("leave out what steps say already, and statecharts themselves, where nobody asks for them", () => {
    const definition = { kind: "definition", hash: "h", definition: { id: "m", nodes: [], edges: [] } } as const;
    const fields = [...chartRecords("m", ["a"]), step(1), ...chartRecords("m", ["b"]), log("x"), definition];
    const session = sessionOf(fields);
    expect(new Filtered(session, "", "").update().indices).toEqual([0, 1, 3]);
    expect(new Filtered(session, "kind==chart", "").update().indices).toEqual([0, 2]);
  });

  it("know the last one before any place", () => {
    const filtered = new Filtered(sessionOf([log("y"), log("x"), log("y"), log("x")]), "line==x", "").update();
    expect([0, 1, 2, 3, 9].map((index) => filtered.positionOf(index))).toEqual([-1, 0, 0, 1, 1]);
  });

  it("are all while a filter cannot be understood", () => {
    const filtered = new Filtered(sessionOf([log("x"), log("y")]), "line==(", "").update();
    expect(filtered.filter.problem).toBeDefined();
    expect(filtered.indices).toEqual([0, 1]);
  });
});

describe("the phases of a run", () => {
  it("are the states of the first chart, each from its first record on", () => {
    const session = sessionOf([
      log("x"),
      ...chartRecords("c", ["off", "off", "on"]),
      ...chartRecords("child", ["x", "y"]),
    ]);
    expect(new Phases(session, "d").update()).toEqual([
      {
        name: "c",
        main: true,
        phases: [
          { from: 1, label: "off", path: "off" },
          { from: 3, label: "on", path: "on" },
        ],
      },
    ]);
  });

  it("have a track of their own for each parallel region that changed, the largest first", () => {
    const definition: MachineDefinition = {
      id: "c",
      nodes: ["", "p", "p.small", "p.small.a", "p.big", "p.big.a", "p.big.b", "p.idle", "p.idle.x"].map(node),
      edges: [],
    };
    const value = (small: string, big: string) => ({ p: { small, big, idle: "x" } });
    const session = sessionOf([
      { kind: "definition", hash: "h", definition },
      { kind: "actor", actor: "c", phase: "found", id: "c", logic: "machine", definition: "h", value: value("a", "a") },
      { ...step(1), actor: "c", value: value("a", "b") },
      { ...step(1), actor: "c", value: value("b", "b") },
    ]);
    const tracks = new Phases(session, "d").update();
    expect(tracks.map(({ name, phases }) => [name, phases.map(({ from, path }) => [from, path])])).toEqual([
      [
        "c",
        [
          [1, "p.big.a"],
          [2, "p.big.b"],
        ],
      ],
      [
        "c: p.small",
        [
          [1, "p.small.a"],
          [3, "p.small.b"],
        ],
      ],
    ]);
  });

  it("begin with what was so before, where somebody looked late", () => {
    const session = sessionOf([]);
    session.checkpoint(
      recordsOf([{ kind: "actor", actor: "c", phase: "found", id: "c", logic: "machine", value: "running" }]),
      100,
    );
    session.append([{ seq: 9, time: 5, device: "d", kind: "log", line: "x" }], 100);
    expect(new Phases(session, "d").update()).toEqual([
      { name: "c", main: true, phases: [{ from: 0, label: "running", path: "running" }] },
    ]);
  });

  it("go through a parallel value without a definition by the first region that says anything", () => {
    expect(leavesOf({ alive: { link: {}, work: { running: { phase: "offline", reboot: "none" } } } })).toEqual([
      { region: "alive.link", path: "alive.link" },
      { region: "", path: "alive.work.running.phase.offline" },
      { region: "alive.work.running.reboot", path: "alive.work.running.reboot.none" },
    ]);
    expect(leavesOf(undefined)).toEqual([]);
    expect(leavesOf(7)).toEqual([]);
  });
});

describe("the timeline", () => {
  it("gives every record the same width and every state one colour", () => {
    const phases = ["a", "b", "a"].map((path, index) => ({ from: index * 10, path, label: path }));
    const bands = bandsOf(phases, 40);
    expect(bands.map(({ left, width }) => [left, width])).toEqual([
      [0, 0.25],
      [0.25, 0.25],
      [0.5, 0.5],
    ]);
    expect(bands[0]!.lane).toBe(bands[2]!.lane);
    expect(bands[0]!.lane).not.toBe(bands[1]!.lane);
  });

  it("draws no more marks than there is room for", () => {
    const marks = placesOf(
      Array.from({ length: 5_000 }, (_, index) => index),
      100_000,
      400,
    );
    expect(marks.length).toBeLessThanOrEqual(21);
    expect(marks[0]).toEqual({ index: 0, at: 0.5 / 100_000 });
  });

  it("finds a record at every place, and none beyond the ends", () => {
    expect([-1, 0, 0.5, 0.999, 1, 2].map((part) => indexAt(part, 10))).toEqual([0, 0, 5, 9, 9, 9]);
  });
});

describe("words and keys", () => {
  it("writes times of a run in as many parts as they need", () => {
    expect([0, 12, 12_345, 192_345, 3_792_345, -5].map(formatOffset)).toEqual([
      "0.000",
      "0.012",
      "12.345",
      "3:12.345",
      "1:03:12.345",
      "-0.005",
    ]);
  });

  it("names the leaves of a state", () => {
    expect(stateText('"on"')).toBe("on");
    expect(stateText('{"a":{"b":"x","c":{"d":"y"}}}')).toBe("b.x + d.y");
    expect(stateText("{")).toBe("{");
  });

  it("has one command for a key, each with words for the help", () => {
    const commands = COMMANDS.flatMap(({ commands }) => commands);
    expect(new Set(commands.map(({ key }) => key)).size).toBe(commands.length);
    for (const command of commands) {
      expect(command.label.length).toBeGreaterThan(3);
      expect(commandFor(command.key)).toBe(command);
    }
  });
});
