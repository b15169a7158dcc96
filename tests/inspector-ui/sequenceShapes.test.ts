import { describe, expect, it } from "@jest/globals";
import type { LaneItem } from "../../inspector/ui/sequence/laneItem.ts";
import {
  headLines,
  type LaneId,
  laneName,
  layOutLanes,
  leastWidth,
  moveLane,
  orderLanes,
} from "../../inspector/ui/sequence/lanes.ts";
import { shorten, textWidth } from "../../inspector/ui/sequence/letters.ts";
import { rowWindow, scrollTopFor, TALLEST } from "../../inspector/ui/sequence/rowWindow.ts";
import { isSettings, rememberable, timeText, USUAL } from "../../inspector/ui/sequence/settings.ts";
import { shapesOf } from "../../inspector/ui/sequence/shapes.ts";
import { type Talk, Traffic } from "../../inspector/ui/sequence/traffic.ts";

const LANES: readonly LaneId[] = ["modem", "application", "library", "server/1"];
const layout = layOutLanes(LANES, { left: 100, right: 900 });

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
    const tight = layOutLanes(LANES, { left: 0, right: 10 }).lanes.map(({ x }) => x);
    expect(Math.min(...tight.slice(1).map((x, index) => x - tight[index]!))).toBeGreaterThanOrEqual(48);
    expect(tight.at(-1)!).toBeLessThan(leastWidth(LANES));
  });
});

describe("room between lanes", () => {
  const gapsOf = (talks: readonly Talk[]) => {
    const xs = layOutLanes(LANES, { left: 0, right: 700, talks }).lanes.map(({ x }) => x);
    return xs.slice(1).map((x, index) => x - xs[index]!);
  };

  it("goes where something is said", () => {
    const [one, two, three] = gapsOf([{ ends: ["library", "application"], width: 224 }]) as [number, number, number];
    expect(two).toBeGreaterThanOrEqual(224);
    expect(Math.max(one, three)).toBeLessThan(two);
  });

  it("is shared by what is said across several lanes, which few lanes said already do", () => {
    const wide = gapsOf([{ ends: ["modem", "server/1"], width: 600 }]);
    expect(wide.reduce((sum, gap) => sum + gap, 0)).toBeGreaterThanOrEqual(600);
    expect(gapsOf([{ ends: ["modem", "bootstrap"], width: 600 }])).toEqual(gapsOf([]));
  });

  it("is wanted by the longest words of each pair, up to a bound, whichever way they go", () => {
    const traffic = new Traffic();
    const say = (from: LaneId, to: LaneId, length: number) =>
      traffic.note({ ...base, shape: "message", arrow: "->", from, to, label: "x".repeat(length) });
    say("modem", "library", 10);
    say("library", "modem", 5);
    expect([...traffic.talks]).toEqual([{ ends: ["modem", "library"], width: 96 }]);
    const { version } = traffic;
    say("library", "modem", 12);
    expect(traffic.version).toBe(version);
    say("library", "modem", 900);
    expect([...traffic.talks]).toEqual([{ ends: ["library", "modem"], width: 224 }]);
    expect(traffic.version).toBe(version + 1);
  });

  it("is enough for each name in two lines", () => {
    const all: readonly LaneId[] = ["modem", "link", "application", "library", "endpoint", "bootstrap", "server/123"];
    const { lanes } = layOutLanes([...all, "firmwareHost"], { left: 90, right: 717 });
    for (const lane of lanes) expect(headLines(lane).join(" ").replace("\u00a0", " ")).toBe(lane.name);
    const actor = layOutLanes(["actor:a/0.carrier.takingLinkDownToDeleteWhatWasDownloaded"], { left: 0, right: 300 });
    expect(headLines(actor.lanes[0]!)).toHaveLength(2);
    expect(laneName("actor:carrier/register/123")).toBe("register/123");
    expect(laneName("actor:carrier/0.carrier.closing")).toBe("carrier.closing");
  });
});

const base = { level: "events", label: "hello", tone: "event" } as const;

describe("shapes", () => {
  const message = (arrow: "=>>" | "-x" | "<=>" | ">>", more: Partial<LaneItem> = {}) =>
    ({ ...base, shape: "message", arrow, from: "library", to: "application", ...more }) as LaneItem;
  const timer = (operation: "set" | "fired" | "cleared") =>
    ({ ...base, shape: "timer", at: "modem", operation }) as const;
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
      text: expect.stringMatching(/^x{60,82}…$/),
    });
    const event = textOf(
      message("=>>", { label: `LWM2M_CARRIER_EVENT_ERROR LWM2M_CARRIER_ERROR_FOTA_FAIL ${"y".repeat(20)} (EINVAL)` }),
    );
    expect(event).toMatchObject({ text: `ERROR FOTA_FAIL ${"y".repeat(20)} (EINVAL)` });
  });

  it("hold what was cut, in full", () => {
    const label = "y".repeat(500);
    expect(textOf(message("=>>", { label }))).toMatchObject({ whole: label });
    expect(textOf(message("=>>"))).not.toHaveProperty("whole");
    expect(textWidth(shorten(label, 200))).toBeLessThanOrEqual(200);
    expect(shorten("👍👍👍", 2)).toBe("👍…");
  });

  it("keep words in sight where the lanes are scrolled to the side", () => {
    const shown = { left: 600, right: 800 };
    const scrolled = layOutLanes(LANES, { left: 100, right: 2000, shown });
    for (const item of [message("=>>"), { ...base, shape: "box", at: "server/1" } as const, timer("set")]) {
      const text = shapesOf(item, scrolled).find(({ type }) => type === "text") as { x: number };
      expect(text.x).toBeGreaterThanOrEqual(600);
      expect(text.x).toBeLessThanOrEqual(800);
    }
  });

  it("draw a timer that is set as an hourglass, one that fired with an arrow, one that was stopped as a cross", () => {
    const { x } = layout.at("modem")!;
    const kinds = (operation: "set" | "fired" | "cleared") =>
      shapesOf(timer(operation), layout).flatMap((shape) => (shape.type === "path" ? [shape.d] : []));
    const [hourglass] = kinds("set");
    expect(hourglass).toMatch(/Z$/);
    expect(kinds("fired")).toEqual([hourglass, expect.stringContaining(`L${x} `)]);
    expect(kinds("cleared")).toEqual([expect.not.stringContaining("Z")]);
    expect(kinds("cleared")).not.toEqual([hourglass]);
    expect(shapesOf({ ...timer("set"), at: "bootstrap" }, layout)).toEqual([]);
  });

  it("leave no doubt which lane a lost message was for", () => {
    const wide = layOutLanes(["modem", "application", "library", "server/1", "firmwareHost"], { left: 0, right: 1200 });
    const item = { ...base, shape: "message", arrow: "-x", from: "firmwareHost", to: "application" } as const;
    const line = shapesOf(item, wide).find(({ type }) => type === "line") as { x2: number };
    expect(line.x2 - wide.at("application")!.x).toBeLessThan(40);
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
      { ...USUAL, expected: 3 },
    ])
      expect(isSettings(broken)).toBe(false);
  });

  it("is not forgotten for the very many actors of some app", () => {
    const order = Array.from({ length: 500 }, (_, n): LaneId => `actor:${n}`);
    expect(isSettings({ ...USUAL, order })).toBe(false);
    expect(isSettings(rememberable({ ...USUAL, order, hidden: order }))).toBe(true);
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
