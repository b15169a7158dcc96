import { describe, expect, it } from "@jest/globals";
import type { TraceRecord } from "../../ports/trace.ts";
import { createTrace } from "../../trace/index.ts";

function startTrace(firstSeq?: number) {
  const records: TraceRecord[] = [];
  const clock = { time: 5, now: () => clock.time, wall: () => 1_000_000 + clock.time };
  const trace = createTrace({
    sink: (record) => records.push(record),
    clock,
    device: "dev-1",
    ...(firstSeq !== undefined && { firstSeq }),
  });
  return { records, clock, trace };
}

describe("trace", () => {
  it("numbers records, stamps them with the run's time and the device, and returns their seq", () => {
    const { records, clock, trace } = startTrace();
    expect(trace.record({ kind: "fault", name: "a" })).toBe(1);
    clock.time = 7;
    expect(trace.record({ kind: "fault", name: "b", from: "library", to: "modem" })).toBe(2);
    expect(records).toEqual([
      { seq: 1, time: 5, device: "dev-1", kind: "fault", name: "a" },
      { seq: 2, time: 7, device: "dev-1", kind: "fault", name: "b", from: "library", to: "modem" },
    ]);
  });

  it("goes on at the seq it is given", () => {
    expect(startTrace(41).trace.record({ kind: "fault", name: "a" })).toBe(41);
  });

  it("gives the beginning of a run the time of day, and nothing else", () => {
    const { records, trace } = startTrace();
    trace.record({ kind: "run", edition: "3.6", version: "1" });
    trace.record({ kind: "run", edition: "3.6", version: "1", wall: 3 });
    trace.record({ kind: "result", ok: true, reason: "" });
    expect(records.map(({ wall }) => wall)).toEqual([1_000_005, 3, undefined]);
  });

  it("says what caused what, innermost first, and forgets it afterwards", () => {
    const { records, trace } = startTrace();
    const result = trace.causedBy(10, () => {
      trace.record({ kind: "fault", name: "a" });
      trace.causedBy(20, () => {
        expect(trace.cause).toBe(20);
        trace.record({ kind: "fault", name: "b" });
        trace.record({ kind: "fault", name: "c", cause: 30 });
      });
      trace.causedBy(undefined, () => trace.record({ kind: "fault", name: "d" }));
      trace.record({ kind: "fault", name: "e" });
      return "done";
    });
    trace.record({ kind: "fault", name: "f" });
    expect(result).toBe("done");
    expect(records.map(({ name, cause }) => [name, cause])).toEqual([
      ["a", 10],
      ["b", 20],
      ["c", 30],
      ["d", 10],
      ["e", 10],
      ["f", undefined],
    ]);
    expect(records.at(-1)).not.toHaveProperty("cause");
  });

  it("forgets the cause of work that throws", () => {
    const { trace } = startTrace();
    expect(() =>
      trace.causedBy(10, () => {
        throw new Error("oops");
      }),
    ).toThrow("oops");
    expect(trace.cause).toBeUndefined();
  });
});
