import { describe, expect, it } from "@jest/globals";
import type { RecordFields } from "../../ports/trace.ts";
import { chartRecords, recordsOf, sessionOf, storeOf } from "./shellSupport.ts";

const log = (line: string): RecordFields => ({ kind: "log", line });
const step: RecordFields = {
  kind: "step",
  actor: "root/child",
  event: { type: "go" },
  microsteps: [{ event: "go", edges: [], active: [""], candidates: [] }],
  value: "a",
  active: ["", "a"],
  entered: ["a"],
  left: [],
};
const textOf = (fields: readonly RecordFields[], device?: string) =>
  recordsOf(fields, device)
    .map((record) => JSON.stringify(record))
    .join("\n");

describe("the page's store", () => {
  it("tells its listeners once a frame, however much has changed", () => {
    const { store, draw } = storeOf();
    let told = 0;
    store.subscribe(() => told++);
    store.update({ filter: "a" });
    store.update({ filter: "b" });
    store.notify("something");
    expect(told).toBe(0);
    draw();
    expect(told).toBe(1);
    draw();
    expect(told).toBe(1);
  });

  it("tells nobody when a change changes nothing", () => {
    const { store, draw } = storeOf();
    let told = 0;
    store.subscribe(() => told++);
    store.update({ filter: "", view: store.view.view, selected: undefined });
    draw();
    expect(told).toBe(0);
  });

  it("opens a recording, looks at it and at its first device", () => {
    const { store } = storeOf();
    store.open("run.jsonl", textOf([log("one"), log("two")], "modem-1"));
    expect(store.entry).toMatchObject({ title: "run.jsonl", state: "file" });
    expect(store.view.device).toBe("modem-1");
    expect(store.index).toBe(1);
  });

  it("opens a torn recording as far as it goes and says what was skipped", () => {
    const { store } = storeOf();
    store.open("torn.jsonl", `${textOf([log("one"), log("two")])}\n{"seq":3,"ti`);
    expect(store.entry.session.length).toBe(2);
    expect(store.view.notices).toHaveLength(1);
    expect(store.view.notices[0]).toMatchObject({ tone: "bad" });
    expect(store.view.notices[0]!.text).toContain("torn.jsonl");
  });

  it("does not open what holds no records, and keeps what it looked at", () => {
    const { store } = storeOf();
    store.open("run.jsonl", textOf([log("one")]));
    store.open("picture.png", "\u0089PNG\n\u0000\u0000");
    expect(store.sessions).toHaveLength(1);
    expect(store.entry.title).toBe("run.jsonl");
    expect(store.view.notices.at(-1)!.text).toContain("picture.png");
  });

  it("stands at a record that is selected, and goes over to its device and statechart", () => {
    const { store } = storeOf();
    store.open("run.jsonl", textOf([log("one"), step, log("two")]));
    store.update({ actor: "root", node: "a.b" });
    store.select(1);
    expect(store.view).toMatchObject({ cursor: { index: 1 }, selected: 1, actor: "root/child" });
    expect(store.view.node).toBeUndefined();
    expect(store.index).toBe(1);
  });

  it("selects nothing that is not there", () => {
    const { store } = storeOf();
    store.open("run.jsonl", textOf([log("one")]));
    const before = store.view;
    store.select(-1);
    store.select(1);
    expect(store.view).toBe(before);
  });

  it("leaves places with their session, and comes back to them", () => {
    const { store } = storeOf();
    store.open("a.jsonl", textOf([log("one"), step, log("two")], "a"));
    store.select(1);
    store.update({ node: "a", bookmarks: [{ index: 2, label: "here" }] });
    const place = store.view;
    store.open("b.jsonl", textOf([log("one")], "b"));
    expect(store.view).toMatchObject({ device: "b", cursor: { index: "live" }, bookmarks: [] });
    expect(store.view.actor).toBeUndefined();
    expect(store.view.selected).toBeUndefined();
    store.update({ session: 0 });
    expect(store.view).toEqual(place);
  });

  it("moves places with records that go, in sessions that nobody looks at too", () => {
    const { store } = storeOf();
    store.open("a.jsonl", textOf([log("one"), step, log("two")], "a"));
    const { entry } = store;
    store.update({
      cursor: { index: 2, microstep: 1 },
      bookmarks: [0, 1].map((index) => ({ index, label: `${index}` })),
    });
    store.open("b.jsonl", textOf([log("one")], "b"));
    store.recordsWent(entry, 1);
    expect(store.view).toMatchObject({ cursor: { index: "live" }, bookmarks: [] });
    store.update({ session: 0 });
    expect(store.view).toMatchObject({ cursor: { index: 1, microstep: 1 }, bookmarks: [{ index: 0, label: "1" }] });
    store.recordsWent(entry, 2);
    expect(store.view).toMatchObject({ cursor: { index: 0 }, bookmarks: [] });
    expect(store.view.cursor.microstep).toBeUndefined();
  });

  it("begins another session at its end, and the other session's close leads back", () => {
    const { store } = storeOf();
    store.open("a.jsonl", textOf([log("one"), log("two")], "a"));
    store.open("b.jsonl", textOf([log("one"), log("two")], "b"));
    store.select(0);
    store.update({ bookmarks: [{ index: 1, label: "here" }] });
    store.update({ session: 0 });
    expect(store.view).toMatchObject({ session: 0, device: "a", cursor: { index: "live" }, bookmarks: [] });
    store.update({ session: 1 });
    store.remove(1);
    expect(store.view).toMatchObject({ session: 0, device: "a" });
    expect(store.sessions.map(({ title }) => title)).toEqual(["a.jsonl"]);
  });

  it("keeps looking at the same run when an earlier session is closed", () => {
    const { store } = storeOf();
    for (const name of ["a", "b", "c"]) store.open(`${name}.jsonl`, textOf([log("one")], name));
    store.update({ compare: { session: 1, device: "b" } });
    store.remove(0);
    expect(store.entry.title).toBe("c.jsonl");
    expect(store.view.compare).toEqual({ session: 0, device: "b" });
    store.remove(0);
    expect(store.view.compare).toBeUndefined();
    expect(store.entry.title).toBe("c.jsonl");
  });

  it("keeps a bounded number of sessions: the oldest that nobody looks at goes", () => {
    const { store } = storeOf();
    for (let n = 0; n < 20; n++) store.open(`${n}.jsonl`, textOf([log("one")]));
    expect(store.sessions.length).toBeLessThanOrEqual(8);
    expect(store.entry.title).toBe("19.jsonl");
  });

  it("never lets the live app go to make room", () => {
    const { store } = storeOf();
    store.add({ title: "app", session: sessionOf(chartRecords("c", ["x"])), state: "live" });
    for (let n = 0; n < 20; n++) store.open(`${n}.jsonl`, textOf([log("one")]));
    expect(store.sessions[0]!.title).toBe("app");
  });

  it("keeps a bounded number of notices, says nothing twice, and lets them be dismissed", () => {
    const { store } = storeOf();
    for (let n = 0; n < 10; n++) store.notify(`notice ${n}`);
    store.notify("notice 9");
    expect(store.view.notices).toHaveLength(5);
    expect(store.view.notices.filter(({ text }) => text === "notice 9")).toHaveLength(1);
    for (const { id } of store.view.notices) store.dismiss(id);
    expect(store.view.notices).toEqual([]);
  });

  it("refuses a request where no app runs", async () => {
    const { store } = storeOf();
    store.setRequester(() => Promise.resolve("done"));
    store.open("run.jsonl", textOf([log("one")]));
    await expect(store.request({ request: "pause" })).rejects.toThrow("no running app");
    store.update({ session: store.add({ title: "app", session: sessionOf([]), state: "live" }) });
    await expect(store.request({ request: "pause" })).resolves.toBe("done");
  });
});
