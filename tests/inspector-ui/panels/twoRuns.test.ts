/** Two runs beside each other: what an actor of one is in the other. */
import { describe, expect, it } from "@jest/globals";
import { compareRuns } from "../../../inspector/ui/panels/context/twoRuns.ts";
import { SecondApp } from "../../../inspector/ui/state/secondApp.ts";
import type { RecordFields } from "../../../ports/trace.ts";
import { chartRecords, sessionOf, storeOf } from "../shellSupport.ts";

const definition = (id: string): RecordFields => ({
  kind: "definition",
  hash: id,
  definition: { id, nodes: [{ id: "", key: id, type: "atomic" }], edges: [] },
});
const found = (actor: string, value: string, context?: object, machine = "light"): RecordFields => ({
  ...{ kind: "actor", actor, phase: "found", id: actor, logic: "machine", status: "active", definition: machine },
  ...{ value, active: ["", value], ...(context && { context }) },
});
const log: RecordFields = { kind: "log", line: "x" };

/** A, which the panel is about, and B beside it. */
function runs(first: readonly RecordFields[], second: readonly RecordFields[]) {
  const { store } = storeOf();
  store.update({ session: store.add({ title: "one.jsonl", session: sessionOf(first), state: "file" }) });
  store.add({ title: "other.jsonl", session: sessionOf(second), state: "file" });
  store.update({ compare: { session: 1, device: "d" } });
  const beside = new SecondApp(store, store.view.compare!);
  beside.linked = false;
  const actorIn = (app: typeof store | SecondApp, key: string) =>
    app.entry.session.worldAt(app.index).devices.get("d")!.actors.get(key)!;
  return {
    store,
    beside,
    fromA: (key: string) => compareRuns(store, actorIn(store, key), { name: "A", other: { name: "B", app: beside } }),
    fromB: (key: string) => compareRuns(beside, actorIn(beside, key), { name: "B", other: { name: "A", app: store } }),
  };
}

describe("an actor of two runs", () => {
  const first = [definition("light"), found("light", "red", { cars: 1, tired: true }), log];
  const second = [definition("light"), log, found("light", "green", { cars: 2, wet: 1 })];

  it("differs from A to B, whichever of them the panel is about", () => {
    const { fromA, fromB } = runs(first, second);
    const { rows, sides, notes } = fromA("light");
    expect(rows).toEqual([
      { path: ["value"], change: "changed", before: "red", after: "green" },
      { path: ["context", "cars"], change: "changed", before: 1, after: 2 },
      { path: ["context", "tired"], change: "removed", before: true },
      { path: ["context", "wet"], change: "added", after: 1 },
    ]);
    expect(notes).toEqual([]);
    expect(sides).toEqual([
      { name: "A", title: "one.jsonl, d", place: "at record 3, 0.002" },
      { name: "B", title: "other.jsonl, d", place: "at record 3, 0.002" },
    ]);
    expect(fromB("light")).toEqual(fromA("light"));
  });

  it("is compared where somebody stands in each of the runs", () => {
    const changing = [...second, found("light", "red", { cars: 1, tired: true })];
    const { store, beside, fromA } = runs(first, changing);
    expect(fromA("light").rows).toEqual([]);
    beside.select(2);
    expect(fromA("light")).toMatchObject({ rows: { length: 4 }, sides: [{}, { place: "at record 3, 0.002" }] });
    beside.select(3);
    store.select(1);
    expect(fromA("light")).toMatchObject({ rows: [], sides: [{ place: "at record 2, 0.001" }, {}] });
  });

  it("that is not there in the other run is said to be so, and whether it is at that run's end", () => {
    const { beside, fromA } = runs([...first, found("fota", "idle", {}, "fota")], second);
    expect(fromA("fota")).toMatchObject({
      rows: undefined,
      notes: ["fota is not there in run B at record 3, 0.002."],
    });
    beside.select(0);
    expect(fromA("fota").notes).toEqual([
      "fota is not there in run B at record 1, 0.000.",
      "At the end of run B it is not there either.",
    ]);
    expect(fromA("light").notes).toEqual([
      "light is not there in run B at record 1, 0.000.",
      "At the end of run B it is.",
    ]);
  });

  it("is the only one of its machine where the other run calls it otherwise, and that is said", () => {
    const other = [definition("light"), found("lamp/7", "red", { cars: 1, tired: true })];
    const { fromA } = runs(first, other);
    expect(fromA("light")).toMatchObject({ rows: [], notes: ["In run B it is lamp/7."] });
    // Which of two it would be, nobody knows.
    const two = runs(first, [...other, found("lamp/8", "red", {})]);
    expect(two.fromA("light").rows).toBeUndefined();
  });

  it("is found in a recording of charts alone, and what that does not hold is no difference", () => {
    const watched = [definition("light"), found("crossing/light", "red", { cars: 1 })];
    const { fromA, fromB } = runs(watched, [definition("light"), ...chartRecords("light", ["green"])]);
    expect(fromA("crossing/light")).toMatchObject({
      rows: [{ path: ["value"], before: "red", after: "green" }],
      notes: ["In run B it is light.", "Contexts are not compared: run B does not tell that of light."],
    });
    expect(fromB("light")).toMatchObject({
      rows: [{ path: ["value"], before: "red", after: "green" }],
      notes: ["In run A it is light.", "Contexts are not compared: run B does not tell that of light."],
    });
  });
});
