/** docs/interop.md says what passed against Eclipse Leshan, and the same each time. */
import { describe, expect, it } from "@jest/globals";
import { interopReport, MATRIX } from "./support/interopReport.mjs";

const FILES = ["leshan.test.ts", MATRIX];
const test = (status: string, ...titles: readonly string[]) => ({
  ancestorTitles: titles.slice(0, -1),
  title: titles.at(-1)!,
  status,
});
const matrix = [
  test("passed", "NoSec", "Read a resource", "text"),
  test("passed", "NoSec", "Read a resource", "CBOR"),
  test("passed", "NoSec", "Delete", "none given"),
  test("passed", "PSK", "Read a resource", "text"),
];
const sentences = [test("passed", "a device", "that sleeps", "says so"), test("passed", "a device", "registers")];
const report = (entries: readonly [string, typeof matrix][]) => interopReport(new Map(entries), FILES, ["`server` 1"]);

describe("the report", () => {
  const text = report([
    [MATRIX, matrix],
    ["leshan.test.ts", sentences],
  ])!;

  it("has a cell for each operation and format: all security modes, or those that there are", () => {
    expect(text.split("\n").filter((line) => line.startsWith("|"))).toEqual([
      "|  | none given | text 0 | CBOR 60 |",
      "| --- | --- | --- | --- |",
      "| Read a resource |  | yes | NoSec |",
      "| Delete | NoSec |  |  |",
    ]);
  });

  it("has a sentence for each other test", () => {
    expect(text).toContain("## A device\n\n- that sleeps says so\n- registers\n");
  });

  it("is the same in whichever order the files ended", () => {
    expect(
      report([
        ["leshan.test.ts", sentences],
        [MATRIX, matrix],
      ]),
    ).toBe(text);
  });

  it("is none when a file did not run", () => {
    expect(report([[MATRIX, matrix]])).toBeUndefined();
  });

  it.each(["failed", "pending", "todo"])("is none when a test is %s", (status) => {
    const other = [...sentences, test(status, "a device", "lasts")];
    expect(
      report([
        [MATRIX, matrix],
        ["leshan.test.ts", other],
      ]),
    ).toBeUndefined();
  });

  it("is none when a file could not be loaded", () => {
    expect(
      report([
        [MATRIX, matrix],
        ["leshan.test.ts", []],
      ]),
    ).toBeUndefined();
  });
});
