import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { Path } from "../../services/lwm2m/model.ts";
import {
  childPath,
  comparePaths,
  containsPath,
  formatPath,
  parentPath,
  parsePath,
  parsePathSegments,
  pathDepth,
  pathOf,
  samePath,
} from "../../services/lwm2m/path.ts";
import { expectRefused, refusal } from "./support.ts";

const rows: { text: string; path: Path; depth: number }[] = [
  { text: "/", path: {}, depth: 0 },
  { text: "/3", path: { objectId: 3 }, depth: 1 },
  { text: "/3/0", path: { objectId: 3, instanceId: 0 }, depth: 2 },
  { text: "/3/0/9", path: { objectId: 3, instanceId: 0, resourceId: 9 }, depth: 3 },
  {
    text: "/65534/65534/65534/65534",
    path: { objectId: 65_534, instanceId: 65_534, resourceId: 65_534, resourceInstanceId: 65_534 },
    depth: 4,
  },
];
const anyPath = fc.array(fc.integer({ min: 0, max: 65_534 }), { maxLength: 4 }).map(pathOf);

describe("a path", () => {
  for (const { text, path, depth } of rows) {
    it(`is parsed from and printed as ${text}`, () => {
      expect(parsePath(text)).toEqual(path);
      expect(formatPath(path)).toBe(text);
      expect(pathDepth(path)).toBe(depth);
    });
  }

  for (const text of [
    "",
    "3",
    "//",
    "/3/",
    "/-1",
    "/03",
    "/3/x",
    "/65535",
    "/99999",
    "/1/2/3/4/5",
    "/3 ",
    "/３",
    "/1e1",
  ]) {
    it(`is not "${text}"`, () => expectRefused(() => parsePath(text), "badPath"));
  }

  it("is undefined for segments that are none", () => {
    expect(parsePathSegments(["3", "0"])).toEqual({ objectId: 3, instanceId: 0 });
    expect(parsePathSegments([])).toEqual({});
    expect(parsePathSegments(["rd"])).toBeUndefined();
    expect(parsePathSegments(["3", ""])).toBeUndefined();
    expect(parsePathSegments(["1", "2", "3", "4", "5"])).toBeUndefined();
  });

  it("is not repeated whole in an error when it is long", () => {
    expect(refusal(() => parsePath(`/${"9".repeat(10_000)}`)).message.length).toBeLessThan(200);
  });

  it("survives printing and parsing", () => {
    fc.assert(fc.property(anyPath, (path) => expect(parsePath(formatPath(path))).toEqual(path)));
  });

  it("has its parent above it and contains what lies below", () => {
    fc.assert(
      fc.property(anyPath, (path) => {
        const parent = parentPath(path);
        if (parent === undefined) {
          expect(pathDepth(path)).toBe(0);
          return;
        }
        expect(pathDepth(parent)).toBe(pathDepth(path) - 1);
        expect(containsPath(parent, path)).toBe(true);
        expect(containsPath(path, parent)).toBe(false);
        expect(comparePaths(parent, path)).toBeLessThan(0);
      }),
    );
    expect(childPath({ objectId: 3 }, 0)).toEqual({ objectId: 3, instanceId: 0 });
    expect(containsPath({ objectId: 3, instanceId: 0 }, { objectId: 3, instanceId: 1, resourceId: 0 })).toBe(false);
  });

  it("is ordered by id on each level, not as text", () => {
    const sorted = ["/", "/3", "/3/0", "/3/0/2", "/3/0/10", "/3/1", "/10"];
    expect(sorted.toReversed().map(parsePath).sort(comparePaths).map(formatPath)).toEqual(sorted);
    expect(samePath(parsePath("/3/0"), { objectId: 3, instanceId: 0 })).toBe(true);
    expect(samePath(parsePath("/3/0"), { objectId: 3 })).toBe(false);
  });
});
