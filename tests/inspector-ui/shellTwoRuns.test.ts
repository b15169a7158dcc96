import { describe, expect, it } from "@jest/globals";
import { describeDifference } from "../../inspector/ui/shell/describeDifference.ts";
import { fileName } from "../../inspector/ui/shell/fileName.ts";
import { firstDifference } from "../../inspector/ui/state/firstDifference.ts";
import { SecondApp } from "../../inspector/ui/state/secondApp.ts";
import { StepIndex } from "../../inspector/ui/state/stepIndex.ts";
import type { RecordFields } from "../../ports/trace.ts";
import { chartRecords, recordsOf, sessionOf, storeOf } from "./shellSupport.ts";

const log = (line: string): RecordFields => ({ kind: "log", line });
const stepsOf = (fields: readonly RecordFields[]) => new StepIndex(sessionOf(fields), "d", "chart").update();

describe("two runs beside each other", () => {
  it("are alike when their statecharts go through the same states, whatever else happened", () => {
    const first = stepsOf([...chartRecords("c", ["a", "b"]), log("x")]);
    const second = stepsOf([log("y"), ...chartRecords("c", ["a", "a", "b"])]);
    expect(firstDifference(first, second)).toBeUndefined();
  });

  it("part at the first statechart that goes another way", () => {
    const first = stepsOf([...chartRecords("c", ["a", "b", "done"]), ...chartRecords("late", ["x"])]);
    const second = stepsOf([...chartRecords("c", ["a", "b", "failed"])]);
    expect(firstDifference(first, second)).toEqual({
      actor: "c",
      alike: 2,
      first: { index: 2, value: '"done"', event: "e2" },
      second: { index: 2, value: '"failed"', event: "e2" },
    });
  });

  it("part where one of them goes no further", () => {
    const first = stepsOf(chartRecords("c", ["a"]));
    const second = stepsOf(chartRecords("c", ["a", "b"]));
    expect(firstDifference(first, second)).toEqual({
      actor: "c",
      alike: 1,
      second: { index: 1, value: '"b"', event: "e1" },
    });
  });

  it("find a place of one in the other by the steps before it", () => {
    const first = stepsOf([...chartRecords("c", ["a", "b"]), log("x"), ...chartRecords("c", ["c"])]);
    const second = stepsOf([log("1"), log("2"), ...chartRecords("c", ["a"]), log("3"), ...chartRecords("c", ["b"])]);
    expect([0, 1, 2, 3].map((index) => second.counterpartOf(index, first))).toEqual([2, 4, 4, 4]);
  });

  it("find a place before all steps by the time since the beginning", () => {
    const at = (time: number, line: string) => ({ ...log(line), time });
    const first = stepsOf([at(100, "x"), at(150, "y")]);
    const second = stepsOf([at(0, "x"), at(20, "y"), at(70, "z")]);
    expect(second.counterpartOf(1, first)).toBe(1);
    expect(second.counterpartOf(0, first)).toBe(0);
  });
});

describe("the sentence about where two runs part", () => {
  it("names the statechart, how far it went alike, and both ways on", () => {
    const done = "xstate.done.actor.0.fota.downloading.transferring";
    expect(
      describeDifference({
        actor: "carrier/fota",
        alike: 2,
        first: { index: 7, value: '{"downloading":"verifying"}', event: done },
        second: { index: 9, value: '"failed"', event: done },
      }),
    ).toBe(
      "fota moves alike 2 times, then in A it goes to downloading.verifying (transferring ended), in B it goes to failed (transferring ended).",
    );
    expect(describeDifference({ actor: "c", alike: 0, second: { index: 0, value: '"on"', event: "go" } })).toBe(
      "c differs from its beginning: in A it goes no further, in B it goes to on (go).",
    );
  });
});

describe("the name of a saved file", () => {
  it("comes from the session's title, without what file systems dislike", () => {
    expect(fileName("life.jsonl", "", "pcapng")).toBe("life.pcapng");
    expect(fileName("demo: success, edition 3.6", "-sequence", "svg")).toBe("demo-success-edition-3.6-sequence.svg");
    expect(fileName("../../etc", "", "msc")).toBe("etc.msc");
    expect(fileName("", "", "jsonl")).toBe("run.jsonl");
  });
});

describe("the second run's app", () => {
  function two() {
    const { store, draw } = storeOf();
    const fields = [log("x"), ...chartRecords("c", ["a", "b", "c"])];
    store.update({ session: store.add({ title: "A", session: sessionOf(fields), state: "file" }) });
    store.add({ title: "B", session: sessionOf([log("1"), log("2"), ...fields]), state: "file" });
    store.update({ compare: { session: 1, device: "d" } });
    return { store, draw, second: new SecondApp(store, store.view.compare!) };
  }

  it("looks at the other session, and shares filter, view and panel", () => {
    const { store, second } = two();
    store.update({ filter: "x", panel: "wire" });
    expect(second.entry.title).toBe("B");
    expect(second.view).toMatchObject({ session: 1, device: "d", filter: "x", panel: "wire" });
    expect(second.view.compare).toBeUndefined();
    second.update({ panel: "why", filter: "" });
    expect(store.view).toMatchObject({ filter: "", panel: "why" });
  });

  it("goes along with the first run, and the first with it", () => {
    const { store, second } = two();
    store.select(2);
    expect(second.view).toMatchObject({ cursor: { index: 4 }, selected: 4 });
    second.select(5);
    expect(store.view).toMatchObject({ cursor: { index: 3 }, selected: 3 });
    expect(second.index).toBe(5);
    store.update({ cursor: { index: "live" }, selected: undefined });
    expect(second.view.cursor).toEqual({ index: "live" });
    expect(second.view.selected).toBeUndefined();
  });

  it("stays where it is when the two do not go together", () => {
    const { store, second } = two();
    store.select(1);
    second.linked = false;
    second.select(5);
    expect(store.index).toBe(1);
    store.select(2);
    expect(second.index).toBe(5);
    second.relink();
    expect(second.index).toBe(5);
    store.select(1);
    expect(second.index).toBe(3);
  });

  it("has bookmarks and a focus of its own", () => {
    const { store, second } = two();
    second.update({ actor: "c", node: "a", bookmarks: [{ index: 2, label: "here" }] });
    expect(store.view.actor).toBeUndefined();
    expect(store.view.bookmarks).toEqual([]);
    expect(second.view).toMatchObject({ actor: "c", node: "a" });
    second.update({ node: undefined, actor: undefined });
    expect(second.view.actor).toBeUndefined();
  });

  it("keeps its bookmarks for when it is looked at alone", () => {
    const { store, second } = two();
    second.update({ bookmarks: [{ index: 2, label: "here" }] });
    store.update({ compare: undefined });
    store.update({ session: 1 });
    expect(store.view.bookmarks).toEqual([{ index: 2, label: "here" }]);
    store.update({ session: 0, compare: { session: 1, device: "d" } });
    expect(new SecondApp(store, store.view.compare!).view.bookmarks).toEqual([{ index: 2, label: "here" }]);
  });

  it("moves its places when its oldest records go", () => {
    const { store, second } = two();
    second.linked = false;
    second.select(4);
    second.update({ bookmarks: [{ index: 3, label: "here" }] });
    store.recordsWent(second.entry, 2);
    expect(second.view).toMatchObject({ cursor: { index: 2 }, selected: 2, bookmarks: [{ index: 1, label: "here" }] });
  });

  it("has room for one chart of each; both are there again when it goes", () => {
    const { store } = two();
    expect(store.view.view).toBe("sequence");
    store.update({ compare: undefined });
    expect(store.view.view).toBe("split");
    store.update({ view: "chart" });
    store.update({ compare: { session: 1, device: "d" } });
    expect(store.view.view).toBe("chart");
    store.update({ view: "sequence" });
    store.update({ compare: undefined });
    expect(store.view.view).toBe("sequence");
  });

  it("becomes the first, with all its places, when the two are swapped", () => {
    const { store, second } = two();
    second.linked = false;
    store.select(1);
    second.select(5);
    second.update({ bookmarks: [{ index: 5, label: "here" }] });
    store.swap();
    expect(store.entry.title).toBe("B");
    expect(store.view).toMatchObject({ selected: 5, bookmarks: [{ index: 5, label: "here" }] });
    const other = new SecondApp(store, store.view.compare!);
    other.linked = false;
    expect(other.entry.title).toBe("A");
    expect(other.view).toMatchObject({ selected: 1, bookmarks: [] });
    store.swap();
    expect(store.view).toMatchObject({ session: 0, selected: 1, compare: { session: 1, device: "d" } });
  });

  it("looks at another device of its run, and is compared by that", () => {
    const { store } = storeOf();
    store.update({ session: store.add({ title: "A", session: sessionOf(chartRecords("c", ["a"])), state: "file" }) });
    const both = sessionOf(chartRecords("c", ["a"]), "one");
    both.append(recordsOf(chartRecords("c", ["b"]), "two"));
    store.add({ title: "B", session: both, state: "file" });
    store.update({ compare: { session: 1, device: "one" } });
    const second = new SecondApp(store, store.view.compare!);
    const difference = () => firstDifference(second.steps.first, second.steps.second);
    expect(difference()).toBeUndefined();
    second.select(1);
    expect(second.view.device).toBe("two");
    expect(difference()).toMatchObject({ second: { value: '"b"' } });
  });

  it("tells its listeners when it alone has changed", () => {
    const { draw, second } = two();
    draw();
    let told = 0;
    second.subscribe(() => told++);
    second.update({ node: "a" });
    draw();
    expect(told).toBe(1);
  });

  it("lets nobody steer", async () => {
    const { second } = two();
    await expect(second.request({ request: "pause" })).rejects.toThrow("first of two runs");
  });
});
