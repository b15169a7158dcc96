import { describe, expect, it } from "@jest/globals";
import { EventLog } from "../../testbed/eventLog.ts";
import { VirtualClock } from "../support/virtualClock.ts";

type Event = { readonly type: "came"; readonly who: string } | { readonly type: "went" };

describe("the event log", () => {
  it("numbers entries, stamps them by the clock and hands them to listeners of their type", () => {
    const clock = new VirtualClock();
    const entries: unknown[] = [];
    const log = new EventLog<Event>(clock, (entry) => entries.push(entry));
    const came: string[] = [];
    const stop = log.on("came", ({ who }) => came.push(who));
    log.record({ type: "came", who: "a" });
    clock.advance(5);
    log.record({ type: "went" });
    stop();
    log.record({ type: "came", who: "b" });
    expect(entries).toEqual([
      { type: "came", who: "a", seq: 1, time: 0 },
      { type: "went", seq: 2, time: 5 },
      { type: "came", who: "b", seq: 3, time: 5 },
    ]);
    expect(log.entries).toEqual(entries);
    expect(came).toEqual(["a"]);
  });

  it("finds an entry that is there already, or waits for the next that fits", async () => {
    const log = new EventLog<Event>(new VirtualClock());
    log.record({ type: "came", who: "a" });
    expect((await log.until("came")).who).toBe("a");
    const later = log.until("came", ({ who }) => who === "c", { after: log.seq });
    log.record({ type: "came", who: "b" });
    log.record({ type: "came", who: "c" });
    expect((await later).seq).toBe(3);
  });

  it("is iterated from the first entry to its close", async () => {
    const log = new EventLog<Event>(new VirtualClock());
    log.record({ type: "came", who: "a" });
    const seen: number[] = [];
    for await (const { seq } of log) {
      seen.push(seq);
      if (seq === 1) setImmediate(() => log.record({ type: "went" }));
      if (seq === 2) setImmediate(() => log.close());
    }
    expect(seen).toEqual([1, 2]);
  });

  it("keeps the newest 10 000 entries", async () => {
    const log = new EventLog<Event>(new VirtualClock());
    for (let count = 0; count < 10_005; count++) log.record({ type: "went" });
    expect(log.entries).toHaveLength(10_000);
    expect(log.entries[0]?.seq).toBe(6);
    const first = await log[Symbol.asyncIterator]().next();
    expect(first.value?.seq).toBe(6);
  });

  it("ends what waits for it when it is closed, and records nothing more", async () => {
    const log = new EventLog<Event>(new VirtualClock());
    const waiting = log.until("went");
    log.close();
    await expect(waiting).rejects.toMatchObject({ code: "closed" });
    await expect(log.until("went")).rejects.toMatchObject({ code: "closed" });
    log.record({ type: "went" });
    expect(log.entries).toEqual([]);
  });
});
