import { describe, expect, it } from "@jest/globals";
import { leafLabel, treeOf } from "../../../inspector/ui/panels/objects/tree.ts";

const LEAVES = new Map([
  ["/5/0/3", { value: 0, label: "Firmware Update: State", changedAt: 7 }],
  ["/5/0/10", { value: "x", label: "Firmware Update: URI", changedAt: 2 }],
  ["/3/0/0", { value: "Maker", label: "Device: Manufacturer", changedAt: 1 }],
  ["/10/0/1", { value: "[redacted]", changedAt: 1 }],
]);

describe("the tree of objects", () => {
  const tree = treeOf(LEAVES);

  it("has groups and leaves in the order of their numbers", () => {
    expect(tree.groups.map(({ path }) => path)).toEqual(["/3", "/5", "/10"]);
    expect(tree.groups[1]?.groups[0]?.leaves.map(({ key }) => key)).toEqual(["3", "10"]);
  });

  it("names a group by what its leaves' names begin with, and a leaf by the rest", () => {
    expect(tree.groups.map(({ label }) => label)).toEqual(["Device", "Firmware Update", undefined]);
    expect(tree.groups[1]?.groups[0]?.label).toBeUndefined();
    expect(leafLabel(tree.groups[1]!.groups[0]!.leaves[0]!)).toBe("State");
  });

  it("says how much is in a group and when that changed last", () => {
    expect(tree).toMatchObject({ size: 4, changedAt: 7 });
    expect(tree.groups[0]).toMatchObject({ size: 1, changedAt: 1 });
  });

  it.each([
    ["/5/", 2],
    ["state", 1],
    ["maker", 1],
    ["nothing", 0],
    ["  ", 4],
  ])("keeps what fits the filter %p", (filter, size) => {
    expect(treeOf(LEAVES, filter).size).toBe(size);
  });
});
