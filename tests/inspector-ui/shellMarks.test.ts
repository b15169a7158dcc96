/** Bookmarks of a run that a page watches: kept for when it is loaded again, and one list for all pages of the run. */
import { describe, expect, it } from "@jest/globals";
import type { NamedMark } from "../../inspector/ui/state/awaitedPlaces.ts";
import { bookmarkMemory } from "../../inspector/ui/state/bookmarkMemory.ts";
import type { BookmarkMemory } from "../../inspector/ui/state/keptMarks.ts";
import { isAlike, mergedMarks } from "../../inspector/ui/state/mergedMarks.ts";
import { hello, watched } from "./liveSupport.ts";
import { chartRecords, recordsOf, sessionOf } from "./shellSupport.ts";

const RECORDS = recordsOf(chartRecords("c", ["a", "b", "c", "d"]));
const mark = (seq: number, label = `#${seq}`): NamedMark => ({ device: "d", seq, label });

/** What pages of one address share: who keeps something tells all others, not itself. */
class SharedMemory {
  readonly kept = new Map<string, readonly NamedMark[]>();
  writes = 0;
  readonly #listeners = new Set<() => void>();

  forPage(): BookmarkMemory {
    let own: (() => void) | undefined;
    return {
      of: (instance) => this.kept.get(instance),
      keep: (instance, marks) => {
        this.writes++;
        this.kept.set(instance, marks);
        this.tell(own);
      },
      onOther: (listener) => {
        own = listener;
        this.#listeners.add(listener);
      },
    };
  }

  /** All but one, at once: a browser tells them a moment later, but in this order. */
  tell(not?: () => void): void {
    for (const listener of this.#listeners) if (listener !== not) listener();
  }

  /** A page of the run, with the first `count` of its records. */
  page(count = RECORDS.length, run = "i1", most?: number) {
    const page = watched(most, this.forPage());
    page.socket().onopen?.();
    page.socket().tell(hello(run), { frame: "records", first: 0, records: RECORDS.slice(0, count) });
    return {
      ...page,
      labels: () => page.store.view.bookmarks.map(({ index, label }) => `${index} ${label}`),
      /** Bookmarks at these records, and a frame later. */
      set: (...bookmarks: readonly (readonly [index: number, label: string])[]) => {
        page.store.update({ bookmarks: bookmarks.map(([index, label]) => ({ index, label })) });
        page.draw();
      },
    };
  }
}

describe("the bookmarks of a run", () => {
  it("are there again after the page was loaded again, those of another run of the app not", () => {
    const memory = new SharedMemory();
    const before = watched(undefined, memory.forPage());
    before.socket().onopen?.();
    before.socket().tell(hello("i1"), { frame: "records", first: 0, records: RECORDS });
    before.store.update({ bookmarks: [1, 3].map((index) => ({ index, label: `#${index + 1}` })) });
    before.draw();
    expect(memory.kept.get("i1")).toEqual([mark(2), mark(4)]);

    const { store, draw, socket, due } = watched(undefined, { ...memory.forPage(), onOther: () => {} });
    socket().onopen?.();
    socket().tell(hello("i1"), { frame: "records", first: 1, records: RECORDS.slice(1, 3) });
    expect(store.view.bookmarks).toEqual([{ index: 0, label: "#2" }]);
    draw();
    // The other one's record has not come yet.
    expect(memory.kept.get("i1")).toHaveLength(2);
    socket().tell({ frame: "records", first: 3, records: RECORDS.slice(3) });
    store.update({ bookmarks: store.view.bookmarks.filter(({ label }) => label === "#4") });
    draw();
    expect(memory.kept.get("i1")).toEqual([mark(4)]);

    socket().break();
    due.shift()!.work();
    socket().onopen?.();
    socket().tell(hello("i2"), { frame: "records", first: 0, records: RECORDS });
    draw();
    expect(store.view.bookmarks).toEqual([]);
    expect(memory.kept.get("i1")).toHaveLength(1);
    expect(memory.kept.has("i2")).toBe(false);
  });

  it("are one list in all its pages: what one sets, names or removes, the others have as well", () => {
    const memory = new SharedMemory();
    const [one, other] = [memory.page(), memory.page()];
    one.set([0, "first"]);
    expect(other.labels()).toEqual(["0 first"]);
    other.set([0, "first"], [2, "third"]);
    expect(one.labels()).toEqual(["0 first", "2 third"]);
    one.set([0, "renamed"], [2, "third"]);
    expect(other.labels()).toEqual(["0 renamed", "2 third"]);
    other.set([2, "third"]);
    expect(one.labels()).toEqual(["2 third"]);
    one.set();
    expect(other.labels()).toEqual([]);
    // Each change was written once, by who made it: nobody answers.
    for (const { draw } of [one, other, one, other]) draw();
    expect(memory.writes).toBe(5);
  });

  it("of a page that was not told of the others' are merged with them", () => {
    const memory = new SharedMemory();
    const [one, other] = [memory.page(), memory.page()];
    // Both are set before either page is drawn.
    one.store.update({ bookmarks: [{ index: 0, label: "first" }] });
    other.store.update({ bookmarks: [{ index: 3, label: "fourth" }] });
    one.draw();
    other.draw();
    for (const page of [one, other]) expect(page.labels()).toEqual(["0 first", "3 fourth"]);
    expect(memory.kept.get("i1")).toEqual(expect.arrayContaining([mark(1, "first"), mark(4, "fourth")]));
  });

  it("wait in a page for a record that it does not have yet", () => {
    const memory = new SharedMemory();
    const [one, late] = [memory.page(), memory.page(2)];
    one.set([0, "first"], [3, "fourth"]);
    expect(late.labels()).toEqual(["0 first"]);
    late.set([0, "first"], [1, "second"]);
    late.socket().tell({ frame: "records", first: 2, records: RECORDS.slice(2) });
    expect(late.labels()).toEqual(["0 first", "1 second", "3 fourth"]);
    expect(one.labels()).toEqual(["0 first", "1 second", "3 fourth"]);
  });

  it("are not removed by a page that lets their records go, nor by one that closes the session", () => {
    const memory = new SharedMemory();
    const [one, short] = [memory.page(), memory.page(3, "i1", 3)];
    one.set([0, "first"], [3, "fourth"]);
    short.socket().tell({ frame: "records", first: 3, records: RECORDS.slice(3) });
    short.draw();
    expect(short.store.entry.session.length).toBe(2);
    expect(short.labels()).toEqual(["1 fourth"]);
    short.set([1, "renamed"]);
    expect(one.labels()).toEqual(["0 first", "3 renamed"]);

    short.socket().break();
    short.store.remove(0);
    short.draw();
    expect(one.labels()).toEqual(["0 first", "3 renamed"]);
    short.due.shift()!.work();
    short.socket().onopen?.();
    short.socket().tell(hello("i1"));
    expect(short.labels()).toEqual(["1 renamed"]);
  });

  it("stay in their pages when the memory has no more room for the run", () => {
    const memory = new SharedMemory();
    const [one, other] = [memory.page(), memory.page()];
    one.set([0, "first"]);
    memory.kept.clear();
    memory.tell();
    for (const page of [one, other]) expect(page.labels()).toEqual(["0 first"]);
    expect(memory.kept.size).toBe(0);
    other.set([0, "first"], [1, "second"]);
    expect(memory.kept.get("i1")).toEqual([mark(1, "first"), mark(2, "second")]);
    expect(one.labels()).toEqual(["0 first", "1 second"]);
  });

  it("are kept while the run stands beside another one, and when that is over", () => {
    const memory = new SharedMemory();
    const [one, other] = [memory.page(), memory.page()];
    const { store, draw } = one;
    const file = store.add({ title: "file", session: sessionOf(chartRecords("c", ["a"])), state: "file" });
    store.update({ session: file, compare: { session: 0, device: "d" } });
    other.set([2, "theirs"]);
    expect(store.placeBeside.bookmarks).toEqual([{ index: 2, label: "theirs" }]);
    store.standBeside({ bookmarks: [...store.placeBeside.bookmarks, { index: 3, label: "mine" }] });
    draw();
    expect(other.labels()).toEqual(["2 theirs", "3 mine"]);
    // By its tab, as one leaves a comparison.
    store.update({ session: 0, compare: undefined });
    draw();
    for (const page of [one, other]) expect(page.labels()).toEqual(["2 theirs", "3 mine"]);
  });

  it("are one list of a session of which two devices stand beside each other", () => {
    const memory = new SharedMemory();
    const one = memory.page();
    const { store, draw } = one;
    one.set([0, "first"]);
    store.update({ compare: { session: 0, device: "other" } });
    expect(store.placeBeside.bookmarks).toEqual([{ index: 0, label: "first" }]);
    store.standBeside({ bookmarks: [...store.placeBeside.bookmarks, { index: 1, label: "second" }] });
    store.swap();
    draw();
    store.update({ compare: undefined });
    draw();
    expect(one.labels()).toEqual(["0 first", "1 second"]);
    expect(memory.kept.get("i1")).toHaveLength(2);
  });
});

describe("what two pages have changed", () => {
  it("is all done: set, removed and renamed by either", () => {
    const before = [mark(1), mark(2), mark(3), mark(4)];
    // Here 1 was removed, 2 renamed and 5 set; there 3 was removed, 4 renamed and 6 set.
    const now = [mark(2, "two"), mark(3), mark(4), mark(5)];
    const kept = [mark(1), mark(2), mark(4, "four"), mark(6)];
    const merged = mergedMarks(before, now, kept);
    expect(isAlike(merged, [mark(2, "two"), mark(4, "four"), mark(5), mark(6)])).toBe(true);
  });

  it("keeps a mark that one has renamed and the other removed", () => {
    expect(mergedMarks([mark(1)], [mark(1, "one")], [])).toEqual([mark(1, "one")]);
  });

  it("is alike in any order, and not where a name or a device differs", () => {
    expect(isAlike([mark(1), mark(2)], [mark(2), mark(1)])).toBe(true);
    expect(isAlike([mark(1)], [mark(1, "one")])).toBe(false);
    expect(isAlike([mark(1)], [{ ...mark(1), device: "e" }])).toBe(false);
    expect(isAlike([mark(1)], [])).toBe(false);
  });
});

describe("the memory of bookmarks", () => {
  function remembering(written?: unknown) {
    let value = written;
    return bookmarkMemory({
      read: () => value,
      write: (runs) => {
        value = JSON.parse(JSON.stringify(runs));
      },
      onOther: () => {},
    });
  }

  it("has room for eight runs: the one that was changed longest ago goes", () => {
    const memory = remembering();
    for (let run = 0; run < 9; run++) memory.keep(`i${run}`, [mark(run)]);
    memory.keep("i1", [mark(1, "again")]);
    memory.keep("i9", [mark(9)]);
    const kept = Array.from({ length: 10 }, (_, run) => memory.of(`i${run}`)?.[0]?.label);
    expect(kept).toEqual([undefined, "again", undefined, "#3", "#4", "#5", "#6", "#7", "#8", "#9"]);
  });

  it("tells a run whose bookmarks were all removed from one that it does not know, as long as nothing else is kept", () => {
    const memory = remembering();
    memory.keep("i1", [mark(1)]);
    memory.keep("i1", []);
    expect(memory.of("i1")).toEqual([]);
    memory.keep("i2", [mark(1)]);
    expect(memory.of("i1")).toBeUndefined();
  });

  it("knows nothing where something else lies in its place", () => {
    for (const written of [undefined, null, "text", {}, [["i1"]], [["i1", [{ seq: 1 }]]]])
      expect(remembering(written).of("i1")).toBeUndefined();
    expect(remembering([["i1", [mark(1)]]]).of("i1")).toEqual([mark(1)]);
  });
});
