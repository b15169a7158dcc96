import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { TraceRecord } from "../../ports/trace.ts";
import { isRecord, KINDS, recordJsonSchema, recordProblems } from "../../trace/index.ts";
import { SAMPLE_RECORDS } from "./sampleRecords.ts";

const file = JSON.parse(readFileSync(new URL("../../schema/record.schema.json", import.meta.url), "utf8"));
const validate = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true }).compile(file);
const good = SAMPLE_RECORDS.find(({ kind }) => kind === "coap")!;

describe("schema of records", () => {
  it("is the file that the package ships", () => {
    expect(recordJsonSchema()).toEqual(file);
  });

  it("has a sample of every kind in the tests", () => {
    expect(new Set(SAMPLE_RECORDS.map(({ kind }) => kind))).toEqual(new Set(Object.keys(KINDS)));
  });

  it.each(SAMPLE_RECORDS.map((record) => ({ name: `${record.kind} ${record.seq}`, record })))(
    "accepts $name",
    ({ record }) => {
      expect(recordProblems(record)).toEqual([]);
      expect(isRecord(record)).toBe(true);
      const written = JSON.parse(
        JSON.stringify(record, (_, value) => (value instanceof Uint8Array ? { $bytes: "" } : value)),
      );
      expect([validate(written), validate.errors]).toEqual([true, null]);
    },
  );

  it.each(Object.entries(KINDS))("misses each required field of %s by name", (kind, { required }) => {
    for (const field of [...Object.keys(required), "seq", "time", "device"]) {
      for (const { [field]: _, ...rest } of SAMPLE_RECORDS.filter((record) => record.kind === kind)) {
        expect(recordProblems(rest)).toContain(`"${field}" is missing`);
        expect(validate(rest)).toBe(false);
      }
    }
  });

  const wrong: readonly [string, Record<string, unknown>, string][] = [
    ["a kind that there is not", { kind: "dtls13" }, '"kind" is "dtls13", must be one of run, event'],
    ["a kind from an object's prototype", { kind: "toString" }, '"kind" is "toString", must be one of'],
    ["a seq that is no integer", { seq: 1.5 }, '"seq" is 1.5, must be an integer'],
    ["a negative cause", { cause: -1 }, '"cause" is -1, must be 0 or more'],
    ["time that is no number", { time: "1" }, '"time" is "1", must be a number'],
    ["a lifeline that there is not", { from: "server" }, '"from" is "server", must be like'],
    ["a message id out of range", { mid: 65_536 }, '"mid" is 65536, must be 65535 or less'],
    ["a code in another form", { code: "205" }, '"code" is "205", must be like'],
    ["a direction that there is not", { direction: "up" }, '"direction" is "up", must be one of in, out'],
    ["a path that is no string", { path: ["rd"] }, '"path" is ["rd"], must be a string'],
    ["a block that is no object", { block1: 3 }, '"block1" is 3, must be an object'],
  ];
  it.each(wrong)("refuses %s and says so", (_, change, problem) => {
    const record = { ...good, ...change };
    expect(recordProblems(record).join("; ")).toContain(problem);
    expect(validate(record)).toBe(false);
  });

  it("refuses what is in a list, with its place", () => {
    const chart = SAMPLE_RECORDS.find(({ kind }) => kind === "chart")!;
    expect(recordProblems({ ...chart, entered: ["a", 1] })).toEqual(['"entered[1]" is 1, must be a string']);
    expect(recordProblems({ ...chart, entered: "a" })).toEqual(['"entered" is "a", must be a list']);
    expect(validate({ ...chart, entered: ["a", 1] })).toBe(false);
  });

  it("wants a modem record to say what it is about", () => {
    const empty: Partial<TraceRecord> = { seq: 1, time: 0, device: "d", kind: "modem" };
    expect(recordProblems(empty)).toEqual(['one of "operation", "notification", "action" is missing']);
    expect(validate(empty)).toBe(false);
  });

  it.each([null, 3, "x", [], undefined])("refuses %p, which is no object", (value) => {
    expect(recordProblems(value)).toEqual([expect.stringContaining("must be an object")]);
  });
});
