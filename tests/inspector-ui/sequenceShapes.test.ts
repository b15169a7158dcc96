import { describe, expect, it } from "@jest/globals";
import type { LaneItem } from "../../inspector/ui/sequence/laneItem.ts";
import { type LaneId, layOutLanes, leastWidth, moveLane, orderLanes } from "../../inspector/ui/sequence/lanes.ts";
import { rowWindow, scrollTopFor, TALLEST } from "../../inspector/ui/sequence/rowWindow.ts";
import { isSettings, timeText, USUAL } from "../../inspector/ui/sequence/settings.ts";
import { shapesOf } from "../../inspector/ui/sequence/shapes.ts";

const LANES: readonly LaneId[] = ["modem", "application", "library", "server/1"];
const layout = layOutLanes(LANES, 100, 900);

describe("lanes", () => {
  it("stand in the order in which arrows cross the least, servers by their number", () => {
    expect(
      orderLanes(["server/12", "library", "firmwareHost", "server/2", "modem", "endpoint", "application"]),
    ).toEqual(["modem", "application", "library", "endpoint", "server/2", "server/12", "firmwareHost"]);
  });

  it("stand as somebody put them, new ones beside their usual neighbours", () => {
    expect(orderLanes(["modem", "application", "library"], ["library", "modem"])).toEqual([
      "library",
      "modem",
      "application",
    ]);
    expect(orderLanes(["modem", "library"], ["server/9", "library"])).toEqual(["modem", "library"]);
  });

  it("move by places, not beyond the ends", () => {
    expect(moveLane(LANES, "library", -2)).toEqual(["library", "modem", "application", "server/1"]);
    expect(moveLane(LANES, "modem", -1)).toBe(LANES);
    expect(moveLane(LANES, "modem", 9)).toEqual(["application", "library", "server/1", "modem"]);
  });

  it("spread over the room there is, and never stand too close", () => {
    const xs = layout.lanes.map(({ x }) => x);
    expect([...xs].sort((a, b) => a - b)).toEqual(xs);
    expect(xs[0]!).toBeGreaterThan(100);
    expect(xs.at(-1)!).toBeLessThan(900);
    const tight = layOutLanes(LANES, 0, 10).lanes.map(({ x }) => x);
    expect(Math.min(...tight.slice(1).map((x, index) => x - tight[index]!))).toBeGreaterThanOrEqual(66);
    expect(tight.at(-1)!).toBeLessThan(leastWidth(LANES.length));
  });
});

describe("shapes", () => {
  const base = { level: "events", label: "hello", tone: "event" } as const;
  const message = (arrow: "=>>" | "-x" | "<=>" | ">>", more: Partial<LaneItem> = {}) =>
    ({ ...base, shape: "message", arrow, from: "library", to: "application", ...more }) as LaneItem;
  const linesOf = (item: LaneItem, look = {}) => shapesOf(item, layout, look).filter(({ type }) => type === "line");
  const textOf = (item: LaneItem, look = {}) => shapesOf(item, layout, look).find(({ type }) => type === "text");

  it("draw a message from lane to lane, one that is lost only part of the way", () => {
    const [library, application] = [layout.at("library")!.x, layout.at("application")!.x];
    expect(linesOf(message("=>>"))[0]).toMatchObject({ x1: library, x2: application + 6 });
    const [lost] = linesOf(message("-x"));
    expect(lost).toMatchObject({ x1: library });
    expect((lost as { x2: number }).x2).toBeGreaterThan(application + 20);
    expect(linesOf(message("=>>"), { unanswered: true })[0]).toMatchObject({
      x2: (lost as { x2: number }).x2,
      stroke: "bad",
    });
    expect(linesOf(message("<=>"))).toHaveLength(2);
    expect(linesOf(message(">>"))[0]).toHaveProperty("dash");
  });

  it("keep all words within the chart and shorten what does not fit", () => {
    for (const lane of LANES) {
      const box = shapesOf({ ...base, shape: "box", at: lane, label: "a state with quite a long name" }, layout)[0];
      if (box?.type !== "rect") throw new Error("a box begins with its frame");
      expect(box.x).toBeGreaterThanOrEqual(100);
      expect(box.x + box.width).toBeLessThanOrEqual(900);
    }
    expect(textOf(message("=>>", { label: "x".repeat(500) }))).toMatchObject({
      text: expect.stringMatching(/^x{50,70}…$/),
    });
    const event = textOf(
      message("=>>", { label: `LWM2M_CARRIER_EVENT_ERROR LWM2M_CARRIER_ERROR_FOTA_FAIL ${"y".repeat(20)} (EINVAL)` }),
    );
    expect(event).toMatchObject({ text: `ERROR FOTA_FAIL ${"y".repeat(20)} (EINVAL)` });
  });

  it("draw nothing at a lane that is not there", () => {
    expect(shapesOf({ ...base, shape: "box", at: "bootstrap" }, layout)).toEqual([]);
    expect(shapesOf(message("=>>", { to: "bootstrap" } as never), layout)).toEqual([]);
  });

  it("draw a hook for what an actor sends itself, to the side where there is room", () => {
    const self = (lane: LaneId) => textOf(message("=>>", { from: lane, to: lane } as never));
    expect(self("modem")).toMatchObject({ anchor: "start" });
    expect(self("server/1")).toMatchObject({ anchor: "end" });
  });
});

describe("the window of a long list", () => {
  const list = { count: 100_000, rowHeight: 30, viewport: 600 };

  it("covers what is visible and little more", () => {
    for (const scrollTop of [0, 1, 999, 1_500_000, 100_000 * 30 - 600]) {
      const { first, end, height, shift } = rowWindow({ ...list, scrollTop });
      expect(first * 30).toBeLessThanOrEqual(scrollTop);
      expect(end * 30).toBeGreaterThanOrEqual(scrollTop + 600);
      expect(end - first).toBeLessThanOrEqual(45);
      expect([height, shift]).toEqual([3_000_000, 0]);
    }
  });

  it("reaches the last row of a list that is taller than browsers can", () => {
    const tall = { ...list, count: 1_000_000 };
    const { end, height, shift } = rowWindow({ ...tall, scrollTop: TALLEST - 600 });
    expect(height).toBe(TALLEST);
    expect(end).toBe(1_000_000);
    expect(999_999 * 30 + shift).toBeCloseTo(TALLEST - 30, 3);
    const { first } = rowWindow({ ...tall, scrollTop: scrollTopFor(500_000, { ...tall, scrollTop: 0 })! });
    expect(500_000 - first).toBeLessThan(25);
  });

  it("scrolls no further than it has to", () => {
    expect(scrollTopFor(10, { ...list, scrollTop: 0 })).toBeUndefined();
    expect(scrollTopFor(20, { ...list, scrollTop: 0 })).toBe(30);
    expect(scrollTopFor(9, { ...list, scrollTop: 300 })).toBe(270);
    expect(scrollTopFor(500, { ...list, scrollTop: 0 })).toBe(500 * 30 - 285);
    expect(scrollTopFor(99_999, { ...list, scrollTop: 0 })).toBe(100_000 * 30 - 600);
  });

  it("is empty for an empty list", () => {
    expect(rowWindow({ ...list, count: 0, scrollTop: 0 })).toEqual({ first: 0, end: 0, height: 0, shift: 0 });
  });
});

describe("what is remembered", () => {
  it("is taken only as it was kept", () => {
    expect(isSettings(JSON.parse(JSON.stringify(USUAL)))).toBe(true);
    for (const broken of [
      null,
      3,
      {},
      { ...USUAL, level: "some" },
      { ...USUAL, order: [1] },
      { ...USUAL, fold: "yes" },
    ])
      expect(isSettings(broken)).toBe(false);
  });

  it("says times to the ms, however long the run is", () => {
    const of = { start: 1000, before: 1_000, wallAtZero: undefined };
    expect(timeText("start", 1_250.4, of)).toBe("0.250");
    expect(timeText("start", 60_999.7, of)).toBe("1:00.000");
    expect(timeText("start", 3_723_456 + 1000, of)).toBe("1:02:03.456");
    expect(timeText("previous", 1_012, of)).toBe("+0.012");
    expect(timeText("previous", 1_012, { ...of, before: undefined })).toBe("");
    expect(timeText("clock", 1_012, of)).toBe("0.012");
    expect(timeText("clock", 1_012, { ...of, wallAtZero: Date.UTC(2026, 0, 1) })).toMatch(/^\d\d:\d\d:01\.012$/);
  });
});
