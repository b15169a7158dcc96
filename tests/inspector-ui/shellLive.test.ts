import { describe, expect, it } from "@jest/globals";
import type { Frame } from "../../inspector/protocol.ts";
import { hello, watched } from "./liveSupport.ts";
import { chartRecords, recordsOf } from "./shellSupport.ts";

describe("the line to a running app", () => {
  it("asks for everything at first, and shows what comes", () => {
    const { store, socket } = watched();
    expect(store.entry.state).toBe("connecting");
    socket().onopen?.();
    expect(socket().asked).toEqual([{ id: 1, request: "resume" }]);
    socket().tell(
      hello("i1"),
      { frame: "checkpoint", before: 10, records: [] },
      { frame: "records", first: 10, records: recordsOf(chartRecords("c", ["a", "b"])) },
    );
    expect(store.entry).toMatchObject({ title: "demo", state: "live" });
    expect(store.entry.session.length).toBe(2);
    expect(store.view.device).toBe("d");
  });

  it("comes back after it broke, later each time, and asks for what it missed alone", () => {
    const { store, sockets, due, socket } = watched();
    socket().onopen?.();
    socket().tell(
      hello("i1"),
      { frame: "checkpoint", before: 0, records: [] },
      { frame: "records", first: 0, records: recordsOf(chartRecords("c", ["a", "b"])) },
    );
    socket().break();
    expect(store.entry.state).toBe("lost");
    expect(store.view.notices.at(-1)!.text).toContain("lost");
    const waits: number[] = [];
    for (let n = 0; n < 8; n++) {
      const { work, ms } = due.shift()!;
      waits.push(ms);
      work();
      if (n < 7) socket().break();
    }
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(waits[0]).toBeLessThan(500);
    expect(Math.max(...waits)).toBeLessThanOrEqual(10_000);
    expect(sockets).toHaveLength(9);
    socket().onopen?.();
    expect(socket().asked[0]).toMatchObject({ request: "resume", instance: "i1", after: 1 });
    socket().tell(hello("i1"), { frame: "records", first: 2, records: recordsOf(chartRecords("c", ["c"])) });
    expect(store.entry.state).toBe("live");
    expect(store.view.notices).toEqual([]);
    expect(store.entry.session.length).toBe(3);
    expect(store.sessions).toHaveLength(1);
  });

  it("says so when the app was started anew under another address, and looks for it all the same", async () => {
    let isStranger = false;
    let asked = 0;
    const { store, due, socket } = watched(undefined, undefined, async () => {
      asked++;
      if (!isStranger) throw new Error("nobody there");
      return true;
    });
    const said = () => store.view.notices.map(({ text }) => text);
    socket().onopen?.();
    socket().tell(hello("i1"));
    socket().break();
    await Promise.resolve();
    expect(said()).toEqual([expect.stringContaining("keeps trying")]);
    isStranger = true;
    due.shift()!.work();
    socket().break();
    await new Promise((done) => setImmediate(done));
    expect(asked).toBe(2);
    expect(said()).toEqual(["demo was started anew and has another page now: open the address that it prints."]);
    due.shift()!.work();
    socket().onopen?.();
    socket().tell(hello("i1"));
    expect(said()).toEqual([]);
  });

  it("takes no record twice when the server begins too early", () => {
    const { store, socket } = watched();
    socket().onopen?.();
    const records = recordsOf(chartRecords("c", ["a", "b", "c"]));
    socket().tell(hello("i1"), { frame: "records", first: 5, records: records.slice(0, 2) });
    socket().tell({ frame: "records", first: 5, records });
    socket().tell({ frame: "records", first: 6, records: records.slice(1) });
    expect(store.entry.session.length).toBe(3);
  });

  it("keeps the earlier run beside the new one when the app has started anew", () => {
    const { store, due, socket } = watched();
    socket().onopen?.();
    socket().tell(hello("i1"), { frame: "records", first: 0, records: recordsOf(chartRecords("c", ["a", "b"])) });
    socket().break();
    due.shift()!.work();
    socket().onopen?.();
    socket().tell(hello("i2"), { frame: "records", first: 0, records: recordsOf(chartRecords("c", ["x"])) });
    expect(store.sessions.map(({ title, state, session }) => [title, state, session.length])).toEqual([
      ["demo (earlier run)", "lost", 2],
      ["demo", "live", 1],
    ]);
    expect(store.entry.title).toBe("demo");
    socket().break();
    due.shift()!.work();
    socket().onopen?.();
    expect(socket().asked[0]).toMatchObject({ instance: "i2", after: 0 });
  });

  it("marks records that it was not given", () => {
    const { store, socket } = watched();
    socket().onopen?.();
    socket().tell(hello("i1"), { frame: "records", first: 0, records: recordsOf(chartRecords("c", ["a"])) });
    socket().tell(
      { frame: "gap", first: 1, count: 40 },
      { frame: "checkpoint", before: 41, records: [] },
      { frame: "records", first: 41, records: [{ seq: 42, time: 99, device: "d", kind: "log", line: "x" }] },
    );
    expect(store.entry.session.length).toBe(2);
    expect(store.entry.session.gaps).toEqual([{ before: 1, count: 40 }]);
    expect(store.view.notices.at(-1)!.text).toContain("40 records");
    // A page that falls behind again and again says so once.
    socket().tell({ frame: "gap", first: 42, count: 2 }, { frame: "checkpoint", before: 44, records: [] });
    expect(store.view.notices.map(({ text }) => text)).toEqual([expect.stringContaining("42 records")]);
  });

  it("gives answers to who asked, and rejects what a broken line leaves open", async () => {
    const { store, socket } = watched();
    socket().onopen?.();
    socket().tell(hello("i1", { steering: { send: true, fire: true, freeze: true, controls: [] } }));
    expect(store.entry.steering).toBeDefined();
    const paused = store.request({ request: "pause" });
    const stepped = store.request({ request: "step" });
    const open = store.request({ request: "continue" });
    const ids = socket()
      .asked.slice(1)
      .map(({ id }) => id as number);
    socket().tell({ frame: "reply", id: ids[1]!, ok: false, error: "not paused" });
    socket().tell({ frame: "reply", id: ids[0]!, ok: true, value: 7 });
    await expect(paused).resolves.toBe(7);
    await expect(stepped).rejects.toThrow("not paused");
    socket().break();
    await expect(open).rejects.toThrow("broke");
    expect(store.entry.steering).toBeUndefined();
    await expect(store.request({ request: "pause" })).rejects.toThrow("no running app");
  });

  it("says so when the server sends what it cannot read, and goes on", () => {
    const { store, socket } = watched();
    socket().onopen?.();
    socket().tell(hello("i1"));
    socket().onmessage?.({ data: "{" });
    socket().onmessage?.({ data: new Uint8Array(3) });
    socket().tell({ frame: "future" } as unknown as Frame);
    expect(store.view.notices.map(({ text }) => text)).toEqual([
      "The server sent a message that this page cannot read.",
      expect.stringContaining("future"),
    ]);
    socket().tell({ frame: "records", first: 0, records: recordsOf(chartRecords("c", ["a"])) });
    expect(store.entry.session.length).toBe(1);
  });

  it("calls a recording that is served by its name, and keeps it when the server goes", () => {
    const { store, socket } = watched();
    socket().onopen?.();
    socket().tell(hello("i1", { live: false, title: "life.jsonl" }), {
      frame: "records",
      first: 0,
      records: recordsOf(chartRecords("c", ["a"])),
    });
    expect(store.entry).toMatchObject({ title: "life.jsonl", state: "file" });
    socket().break();
    expect(store.entry.state).toBe("file");
    expect(store.view.notices).toEqual([]);
  });

  it("follows records through a checkpoint that replaces everything: bookmarks stay with what is still there", () => {
    const { store, socket } = watched();
    socket().onopen?.();
    const records = recordsOf(chartRecords("c", ["a", "b", "c", "d"]));
    socket().tell(hello("i1"), { frame: "records", first: 0, records });
    store.update({ bookmarks: [0, 3].map((index) => ({ index, label: `#${index}` })) });
    store.select(3);
    socket().tell(
      { frame: "checkpoint", before: 2, records: [] },
      { frame: "records", first: 2, records: records.slice(2) },
    );
    expect(store.entry.session.length).toBe(2);
    expect(store.view.bookmarks).toEqual([{ index: 1, label: "#3" }]);
    expect(store.view).toMatchObject({ cursor: { index: 1 }, selected: 1 });
  });

  it("keeps its bookmarks through a checkpoint while another session is looked at", () => {
    const { store, socket } = watched();
    socket().onopen?.();
    const records = recordsOf(chartRecords("c", ["a", "b", "c", "d"]));
    socket().tell(hello("i1"), { frame: "records", first: 0, records });
    store.update({ bookmarks: [0, 3].map((index) => ({ index, label: `#${index}` })) });
    store.select(3);
    store.open("other.jsonl", JSON.stringify(records[0]));
    socket().tell(
      { frame: "checkpoint", before: 2, records: [] },
      { frame: "records", first: 2, records: records.slice(2) },
    );
    expect(store.view.bookmarks).toEqual([]);
    store.update({ session: 0 });
    expect(store.view).toMatchObject({ cursor: { index: 1 }, selected: 1, bookmarks: [{ index: 1, label: "#3" }] });
  });

  it("is told which breakpoints hold, whichever page has set them", () => {
    const { store, socket } = watched();
    const steering = { send: true, fire: true, freeze: true, controls: [], breakpoints: [{ state: "a" }] };
    socket().onopen?.();
    socket().tell(hello("i1", { steering }));
    expect(store.entry.steering?.breakpoints).toEqual([{ state: "a" }]);
    socket().tell({ frame: "breakpoints", breakpoints: [{ state: "a" }, { event: "go" }] });
    expect(store.entry.steering).toEqual({ ...steering, breakpoints: [{ state: "a" }, { event: "go" }] });
    // Of an app that lets nothing be done, nothing follows.
    const other = watched();
    other.socket().onopen?.();
    other.socket().tell(hello("i1"), { frame: "breakpoints", breakpoints: [{ state: "a" }] });
    expect(other.store.entry.steering).toBeUndefined();
  });

  it("looks at a device, not at definitions that belong to none", () => {
    const { store, socket } = watched();
    const definition = {
      seq: 0,
      time: 0,
      device: "",
      kind: "definition",
      hash: "h",
      definition: { id: "c", nodes: [], edges: [] },
    } as const;
    socket().onopen?.();
    socket().tell(hello("i1"), { frame: "checkpoint", before: 0, records: [definition] });
    expect(store.view.device).toBe("");
    socket().tell({ frame: "records", first: 0, records: recordsOf(chartRecords("c", ["a"]), "modem-1") });
    expect(store.view.device).toBe("modem-1");
  });

  it("shows an app again that came back after somebody had closed its session", () => {
    const { store, due, socket } = watched();
    socket().onopen?.();
    socket().tell(hello("i1"), { frame: "records", first: 0, records: recordsOf(chartRecords("c", ["a"])) });
    socket().break();
    store.remove(0);
    expect(store.sessions).toEqual([]);
    due.shift()!.work();
    socket().onopen?.();
    socket().tell(hello("i1"));
    expect(store.entry).toMatchObject({ title: "demo", state: "live" });
  });

  it("lets the oldest records go when there are too many, and everything else follows", () => {
    const { store, socket } = watched(10);
    socket().onopen?.();
    const values = Array.from({ length: 11 }, (_, index) => `s${index}`);
    const records = recordsOf(chartRecords("c", values));
    socket().tell(hello("i1"), { frame: "records", first: 0, records: records.slice(0, 10) });
    store.update({ bookmarks: [2, 8].map((index) => ({ index, label: `#${index}` })) });
    store.select(7);
    socket().tell({ frame: "records", first: 10, records: records.slice(10) });
    const { session } = store.entry;
    expect(session.length).toBe(6);
    expect(session.at(0)).toEqual(records[5]);
    expect(session.live.devices.get("d")?.actors.get("c")?.value).toBe("s10");
    expect(session.worldAt(-1).devices.get("d")?.actors.get("c")?.value).toBe("s4");
    expect(store.view).toMatchObject({ cursor: { index: 2 }, selected: 2, bookmarks: [{ index: 3, label: "#8" }] });
    socket().tell({
      frame: "records",
      first: 11,
      records: [{ seq: 12, time: 12, device: "d", kind: "log", line: "x" }],
    });
    expect(session.length).toBe(7);
    expect(session.gaps).toEqual([]);
  });

  it("says that the app is newer than the page", () => {
    const { store, socket } = watched();
    socket().onopen?.();
    socket().tell(hello("i1", { protocol: 2 }));
    expect(store.view.notices.at(-1)!.text).toContain("newer than this page");
  });

  it("does not come back once it was closed", () => {
    const { sockets, due, connection, socket } = watched();
    connection.close();
    expect(socket().closed).toBe(true);
    socket().break(1000);
    expect(due).toEqual([]);
    expect(sockets).toHaveLength(1);
  });
});
