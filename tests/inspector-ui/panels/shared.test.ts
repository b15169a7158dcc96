import { describe, expect, it } from "@jest/globals";
import { Session } from "../../../inspector/model/session.ts";
import { RecordIndex } from "../../../inspector/ui/panels/shared/recordIndex.ts";
import { eventName, recordLine, shortActor } from "../../../inspector/ui/panels/shared/recordLine.ts";
import { spanText, timeText } from "../../../inspector/ui/panels/shared/time.ts";
import { joinPath, MOST_ENTRIES, summaryOf, valueNode } from "../../../inspector/ui/panels/shared/valueTree.ts";
import type { RecordKind, TraceRecord } from "../../../ports/trace.ts";
import { KINDS } from "../../../trace/schema.ts";

describe("a record in one line", () => {
  it("exists for every kind, however little the record holds", () => {
    for (const kind of Object.keys(KINDS) as RecordKind[]) {
      expect(recordLine({ seq: 1, time: 0, device: "d", kind }).text).not.toBe("");
    }
  });

  it("exists for kinds that are newer than this page", () => {
    expect(recordLine({ seq: 1, time: 0, device: "d", kind: "satellite" as RecordKind }).text).toBe("satellite");
  });

  it("names no edition of an app that has none", () => {
    const run = { seq: 1, time: 0, device: "lamp", kind: "run", edition: "", version: "" } as const;
    expect(recordLine(run).text).toBe("lamp runs");
  });

  it("says where a chart went, or that it ignored the event", () => {
    const step = {
      seq: 1,
      time: 0,
      device: "d",
      kind: "step",
      actor: "carrier/fota",
      event: { type: "link.down" },
    } as const;
    expect(recordLine({ ...step, entered: ["downloading", "downloading.paused"] }).text).toBe(
      "fota: link.down → downloading.paused",
    );
    expect(recordLine({ ...step, ignored: true })).toMatchObject({ text: "fota: link.down ignored", tone: "warning" });
    const output = { kind: "failed", failure: "notFound" };
    expect(recordLine({ ...step, event: { type: "xstate.done.actor.0.fota.loading", output } })).toMatchObject({
      text: "fota: loading ended stays",
      detail: "failed, notFound",
    });
  });

  it("has XState's own events in words", () => {
    expect(eventName("xstate.done.actor.0.fota.downloading.transferring")).toBe("transferring ended");
    expect(eventName("xstate.error.actor.session")).toBe("session failed");
    expect(eventName("xstate.after.500.light.red")).toBe("after 500 ms");
    expect(eventName("link.down")).toBe("link.down");
    expect(shortActor("carrier/register/1")).toBe("register/1");
    expect(shortActor("carrier")).toBe("carrier");
    expect(shortActor("register/1")).toBe("register/1");
  });
});

describe("times", () => {
  it.each([
    [0, "0 ms"],
    [340.4, "340 ms"],
    [4260, "4.2 s"],
    [59_999, "59 s"],
    [200_000, "3 min 20 s"],
    [3_900_000, "1 h 05 min"],
    [183_600_000, "2 d 3 h"],
    [-1500, "-1.5 s"],
  ])("a span of %p ms is %p", (ms, text) => {
    expect(spanText(ms)).toBe(text);
  });

  it("of the run's clock count from the session's first record, as everywhere on the page", () => {
    const session = new Session();
    session.append([{ seq: 1, time: 1000, device: "d", kind: "log" }]);
    expect(timeText(session, 3500)).toBe("2.500");
    expect(timeText(session, 900)).toBe("-0.100");
    expect(timeText(new Session(), 900)).toBe("0.900");
  });
});

describe("a value", () => {
  it("is summed up in one line that does not grow with it", () => {
    expect(summaryOf({ kind: "failed", list: [1, "a"] })).toBe('{ kind: "failed", list: [1, "a"] }');
    expect(summaryOf(Array.from({ length: 100_000 }, (_, index) => index)).length).toBeLessThan(80);
  });

  it("is shown up to a bound", () => {
    const node = valueNode(Array.from({ length: MOST_ENTRIES + 7 }, () => 1));
    expect([node.entries.length, node.left]).toEqual([MOST_ENTRIES, 7]);
  });

  it("that was redacted is no text", () => {
    expect(valueNode("[redacted]").kind).toBe("redacted");
    expect(valueNode("redacted").kind).toBe("text");
  });

  it("stands at a path", () => {
    expect(joinPath("", "a")).toBe("a");
    expect(joinPath("a", "b")).toBe("a.b");
    expect(joinPath("a", "0")).toBe("a[0]");
    expect(joinPath("a", "x y")).toBe('a["x y"]');
  });
});

describe("an index over records", () => {
  const record = (seq: number, kind: RecordKind): TraceRecord => ({ seq, time: seq, device: "d", kind });

  it("grows with the session and begins anew with it", () => {
    const faults = new RecordIndex(({ kind }) => kind === "fault");
    const session = new Session();
    session.append([record(1, "fault"), record(2, "log")]);
    expect(faults.of(session)).toEqual([0]);
    session.append([record(3, "fault")]);
    expect(faults.of(session)).toEqual([0, 2]);
    session.clear();
    session.append([record(9, "log"), record(10, "fault"), record(11, "fault"), record(12, "log")]);
    expect(faults.of(session)).toEqual([1, 2]);
  });
});
