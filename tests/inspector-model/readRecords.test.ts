/** Recordings that are whole, torn, broken, newer, or none. */
import { describe, expect, it } from "@jest/globals";
import { exportRecords } from "../../inspector/model/export/records.ts";
import { readRecords } from "../../inspector/model/readRecords.ts";
import { lampRun } from "./lamp.ts";

const whole = exportRecords(lampRun());

describe("A recording", () => {
  it("is read as it was written", () => {
    expect(readRecords(whole)).toMatchObject({ records: lampRun(), skippedCount: 0, notices: [] });
  });

  it("may have other line ends, empty lines and a byte order mark", () => {
    const { records, notices } = readRecords(`\ufeff${whole.replaceAll("\n", "\r\n\r\n")}`);
    expect(records).toEqual(lampRun());
    expect(notices).toEqual([]);
  });

  it("is opened without a last line that broke off", () => {
    const { records, notices } = readRecords(whole.slice(0, -20));
    expect(records).toHaveLength(5);
    expect(notices).toEqual(["The last line (6) broke off and was left out."]);
  });

  it("is opened without broken lines, and says which and why", () => {
    const lines = whole.split("\n");
    lines[1] = "{";
    lines[3] = '{"seq":4,"time":1,"device":"x","kind":"http","phase":"sideways","url":"u"}';
    const { records, skipped, notices } = readRecords(lines.join("\n"));
    expect(records.map(({ seq }) => seq)).toEqual([1, 3, 5, 6]);
    expect(skipped.map(({ line }) => line)).toEqual([2, 4]);
    expect(notices[0]).toMatch(/^2 of 6 lines were skipped \(line 2: not JSON.*line 4: "phase" is "sideways"/);
  });

  it("keeps kinds of a newer version and says so", () => {
    const { records, notices, unknownKinds } = readRecords(
      `${whole}{"seq":7,"time":70,"device":"lamp","kind":"hologram","depth":3}\n{"kind":"hologram"}\n`,
    );
    expect(records.at(-1)).toMatchObject({ kind: "hologram", depth: 3 });
    expect([...unknownKinds]).toEqual([["hologram", 1]]);
    expect(notices.join(" ")).toMatch(/hologram \(1\)/);
    expect(notices.join(" ")).toMatch(/line 8: "seq" is missing/);
  });

  it.each([
    ["", "The file is empty."],
    ["hello\nworld", "This is no recording: none of 2 lines is a record. Line 1: not JSON"],
    ["[1,2,3]", "This is no recording: none of 1 lines is a record."],
  ])("says that %j is none", (text, notice) => {
    const { records, notices } = readRecords(text);
    expect(records).toEqual([]);
    expect(notices[0]).toMatch(notice);
  });

  it.each([
    ["a definition without edges", 0, { definition: { id: "x", nodes: [] } }, /"edges"/],
    ["a node without a key", 0, { definition: { id: "x", nodes: [{ id: "" }], edges: [] } }, /"nodes"/],
    ["an actor in no states", 1, { active: "on" }, /"active"/],
    ["a step without an event type", 3, { event: {} }, /"type"/],
    [
      "a step with a guard without a name",
      3,
      { microsteps: [{ event: "x", edges: [], candidates: [{ guard: 1 }] }] },
      /microsteps/,
    ],
    ["a step that left numbers", 3, { left: [1] }, /left/],
  ])("skips what would break whoever looks: %s", (_name, at, fields, reason) => {
    const { records, skipped } = readRecords(JSON.stringify({ ...lampRun()[at], ...fields }));
    expect(records).toEqual([]);
    expect(skipped[0]?.reason).toMatch(reason);
  });

  it("names a few of many broken lines", () => {
    const { skipped, skippedCount, notices } = readRecords(`${whole}${"x\n".repeat(1000)}`);
    expect(skippedCount).toBe(1000);
    expect(skipped).toHaveLength(20);
    expect(notices[0]).toMatch(/and 997 more/);
  });

  it("in UTF-16 is told apart from what is no recording at all", () => {
    // As a browser reads it, which takes every file for UTF-8.
    const text = new TextDecoder().decode(Buffer.from(`\ufeff${whole}`, "utf16le"));
    expect(readRecords(text)).toMatchObject({ records: [] });
    expect(readRecords(text).notices.at(-1)).toMatch(/UTF-16/);
    expect(readRecords("no recording").notices.join()).not.toMatch(/UTF-16/);
  });
});
