import { describe, expect, it } from "@jest/globals";
import {
  centred,
  FARTHEST,
  fitted,
  following,
  LEGIBLE,
  NEAREST,
  panned,
  zoomed,
} from "../../inspector/ui/statechart/camera.ts";
import { chartCommand } from "../../inspector/ui/statechart/chartKeys.ts";
import { find } from "../../inspector/ui/statechart/find.ts";
import { boxId } from "../../inspector/ui/statechart/scene.ts";
import { walkable, walked } from "../../inspector/ui/statechart/walk.ts";
import { durationText, edgeText, eventName, invokeText, shortened } from "../../inspector/ui/statechart/words.ts";
import { familyAt, run, sceneOf } from "./statechartSupport.ts";

const box = (node: string) => boxId("plant", node);

describe("walking the statechart by keys", () => {
  const plant = run();
  plant.actor.send({ type: "begin" });
  const scene = sceneOf(familyAt(plant));

  it("goes through the states in document order, machines within them included, dots left out", () => {
    const list = walkable(scene).map(({ box: { id }, level }) => [level, id]);
    expect(list.slice(0, 7)).toEqual([
      [1, box("")],
      [2, box("idle")],
      [2, box("working")],
      [3, box("working.water")],
      [4, box("working.water.cold")],
      [5, boxId("plant/pump", "")],
      [6, boxId("plant/pump", "off")],
    ]);
    expect(walked(scene, box("idle"), "down")).toEqual({ to: box("working") });
    expect(walked(scene, box("idle"), "up")).toEqual({ to: box("") });
    expect(walked(scene, box(""), "up")).toBeUndefined();
    expect(walked(scene, undefined, "down")).toEqual({ to: box("") });
    expect(walked(scene, box("idle"), "last")).toEqual({ to: box("ended") });
  });

  it("goes in and out of states, unfolding and folding them", () => {
    expect(walked(scene, box("working"), "in")).toEqual({ to: box("working.water") });
    expect(walked(scene, box("working"), "out")).toEqual({ open: false });
    expect(walked(scene, box("idle"), "in")).toBeUndefined();
    expect(walked(scene, box("idle"), "out")).toEqual({ to: box("") });
    const folded = sceneOf(familyAt(plant), "top");
    expect(walked(folded, box("working"), "in")).toEqual({ open: true });
    expect(walked(folded, box(""), "out")).toEqual({ open: false });
  });

  it("has keys for all that the bar does", () => {
    const keys = (...list: string[]) => list.map((key) => chartCommand({ key, shiftKey: false })?.do);
    expect(keys("ArrowUp", "Home", "+", "-", "0", "Enter", " ", "s", "v", "x", "d")).toEqual([
      "walk",
      "walk",
      "zoom",
      "zoom",
      "fit",
      "select",
      "toggle",
      "find",
      "heat",
      "across",
      "direction",
    ]);
    expect(chartCommand({ key: "ArrowUp", shiftKey: true })).toEqual({ do: "pan", x: 0, y: 60 });
    // Those of the page stay the page's.
    expect(keys("j", "k", "f", "l", "?", "/", "Escape")).toEqual(Array(7).fill(undefined));
  });
});

describe("searching the statechart", () => {
  const family = familyAt(run());
  const found = (text: string) => find(family, text).map(({ node }) => node);

  it("finds states by name, by event and guard, by invocation and by what their author wrote", () => {
    expect(found("hot")[0]).toBe("working.water.hot");
    expect(found("LIGHT")).toEqual(
      ["working.lamp.dark"].concat("working.lamp.bright").filter((node) => found("light").includes(node)),
    );
    expect(found("isSafe")).toEqual(["idle"]);
    expect(found("measure")).toEqual(["working.water.warming"]);
    expect(found("manual 2.1")).toEqual(["idle"]);
    expect(found("nothing is asked")).toEqual(["idle"]);
    expect(found("  ")).toEqual([]);
    expect(found("unheard of")).toEqual([]);
  });

  it("puts names before events", () => {
    expect(found("da")[0]).toBe("working.lamp.dark");
  });
});

describe("the camera", () => {
  const view = { width: 800, height: 400 };

  it("shows a small drawing whole and in the middle, and a large one far enough away", () => {
    const small = fitted({ width: 100, height: 50 }, view);
    expect(small.zoom).toBe(1.25);
    expect(100 * small.zoom + 2 * small.left).toBeCloseTo(800);
    const large = fitted({ width: 8_000, height: 400 }, view);
    expect(large.zoom).toBeCloseTo(768 / 8_000);
    expect(fitted({ width: 0, height: 0 }, view).zoom).toBe(1.25);
  });

  it("keeps the point under the pointer where it is, within bounds", () => {
    const camera = centred({ x: 0, y: 0, width: 100, height: 100 }, view, 1);
    const at = { x: 130, y: 70 };
    const near = zoomed(camera, 2, at);
    expect((at.x - near.left) / near.zoom).toBeCloseTo((at.x - camera.left) / camera.zoom);
    expect(zoomed(camera, 1e9, at).zoom).toBe(NEAREST);
    expect(zoomed(camera, 1e-9, at).zoom).toBe(FARTHEST);
    expect(panned(camera, 5, -5)).toMatchObject({ left: camera.left + 5, top: camera.top - 5 });
  });

  it("follows what is active at a legible zoom, and does not move while that is in view", () => {
    const drawing = { width: 4_000, height: 3_000 };
    const target = { x: 3_000, y: 2_000, width: 100, height: 50 };
    const first = following(undefined, drawing, target, view);
    expect(first.zoom).toBe(LEGIBLE);
    const seen = { left: target.x * first.zoom + first.left, top: target.y * first.zoom + first.top };
    expect(seen.left).toBeGreaterThan(0);
    expect(seen.left + 72).toBeLessThan(800);
    expect(seen.top).toBeGreaterThan(0);
    expect(seen.top + 36).toBeLessThan(400);
    expect(following(first, drawing, { ...target, x: target.x + 40 }, view)).toEqual(first);
    expect(following(first, drawing, { ...target, x: 10, y: 10 }, view)).not.toEqual(first);
  });

  it("shows the whole drawing as long as that can be read", () => {
    const drawing = { width: 900, height: 400 };
    expect(following(undefined, drawing, { x: 0, y: 0, width: 10, height: 10 }, view)).toEqual(fitted(drawing, view));
  });
});

describe("words on the statechart", () => {
  const node = {
    id: "a",
    key: "a",
    type: "atomic",
    invokes: [
      { id: "0.m.a", src: "load" },
      { id: "kid", src: "machine" },
    ],
  } as const;
  const edge = (event: string, trigger: "event" | "always" | "after" | "done" | "error", more = {}) =>
    edgeText({ id: "", source: "a", targets: [], event, trigger, ...more }, node, false);

  it("say events as people do", () => {
    expect(edge("link.isUp", "event", { guard: "isReady" })).toBe("link.isUp [isReady]");
    expect(edge("", "always", { guard: "not(isReady)" })).toBe("[not(isReady)]");
    expect(edge("", "always")).toBe("always");
    expect(edgeText({ id: "", source: "a", targets: [], event: "", trigger: "always" }, node, true)).toBe("[else]");
    expect(edge("xstate.after.5000.m.a", "after", { delay: 5_000 })).toBe("after 5 s");
    expect(edge("xstate.after.grace.m.a", "after", { delay: "grace" })).toBe("after grace");
    expect(edge("xstate.done.actor.0.m.a", "done")).toBe("load done");
    expect(edge("xstate.error.actor.kid", "error")).toBe("kid failed");
    expect(edge("xstate.done.state.m.a", "done")).toBe("done");
    expect(eventName("xstate.after.250.m.a")).toBe("after 250 ms");
    expect(eventName("xstate.error.*")).toBe("anything failed");
    expect(invokeText({ id: "0.m.a", src: "load" })).toBe("load");
    expect(invokeText({ id: "kid", src: "machine" })).toBe("kid: machine");
  });

  it("say durations in a unit that fits, and shorten what is long", () => {
    expect([0, 999, 1_000, 1_550, 90_000, 600_000, 7_200_000, 864_000_000].map(durationText)).toEqual([
      "0 ms",
      "999 ms",
      "1 s",
      "1.6 s",
      "90 s",
      "10 min",
      "2 h",
      "10 d",
    ]);
    expect(shortened("abcdef", 4)).toBe("abc…");
    expect(shortened("abcd", 4)).toBe("abcd");
  });
});
