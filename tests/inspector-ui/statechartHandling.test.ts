import { describe, expect, it } from "@jest/globals";
import { aimAt, focusOf, standing } from "../../inspector/ui/statechart/aim.ts";
import {
  carried,
  centred,
  FARTHEST,
  fitted,
  following,
  isWithin,
  LEGIBLE,
  NEAREST,
  panned,
  zoomed,
} from "../../inspector/ui/statechart/camera.ts";
import { chartCommand } from "../../inspector/ui/statechart/chartKeys.ts";
import { boxAt } from "../../inspector/ui/statechart/drawing.ts";
import { find } from "../../inspector/ui/statechart/find.ts";
import { activeBoxes, movesAt } from "../../inspector/ui/statechart/marks.ts";
import { boxId } from "../../inspector/ui/statechart/scene.ts";
import { membersOf } from "../../inspector/ui/statechart/traits.ts";
import { walkable, walked } from "../../inspector/ui/statechart/walk.ts";
import { durationText, edgeText, eventName, invokeText, shortened } from "../../inspector/ui/statechart/words.ts";
import { drawingOf, familyAt, holds, run, sceneOf } from "./statechartSupport.ts";

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

  const drawing = { width: 4_000, height: 3_000 };
  const target = { x: 3_000, y: 2_000, width: 100, height: 50 };
  const aim = { needed: target, wanted: { x: 2_900, y: 1_900, width: 300, height: 250 } };
  const moved = (by: number) => ({
    needed: { ...aim.needed, x: aim.needed.x + by },
    wanted: { ...aim.wanted, x: aim.wanted.x + by },
  });

  it("follows at a zoom that can be read, with all that is wanted in view", () => {
    const first = following(undefined, drawing, aim, view);
    expect(first.zoom).toBeGreaterThanOrEqual(LEGIBLE);
    expect(isWithin(first, aim.wanted, view)).toBe(true);
    const wide = { needed: target, wanted: { x: 2_000, y: 1_900, width: 1_060, height: 250 } };
    expect(following(undefined, drawing, wide, view).zoom).toBeCloseTo(768 / 1_060);
  });

  it("stands still while what is needed is in view, and moves when it is not", () => {
    const first = following(undefined, drawing, aim, view);
    expect(following(first, drawing, moved(200), view, false)).toEqual(first);
    const after = following(first, drawing, moved(-2_000), view, false);
    expect(after.zoom).toBe(first.zoom);
    expect(isWithin(after, moved(-2_000).wanted, view)).toBe(true);
    // Looked at from farther than can be read, it comes nearer.
    expect(following({ ...first, zoom: 0.2 }, drawing, aim, view, false).zoom).toBeGreaterThanOrEqual(LEGIBLE);
  });

  it("keeps what it was on where it was seen when all is laid out anew", () => {
    const first = following(undefined, drawing, aim, view);
    const [before, after] = [target, { ...target, x: 120, y: 2_600 }];
    const camera = carried(first, before, after);
    const seenAt = ({ left, top, zoom }: typeof first, { x, y }: typeof before) => [x * zoom + left, y * zoom + top];
    const [x, y] = seenAt(first, before);
    expect(seenAt(camera, after)[0]).toBeCloseTo(x!);
    expect(seenAt(camera, after)[1]).toBeCloseTo(y!);
  });

  it("shows the whole drawing as long as that can be read", () => {
    const small = { width: 900, height: 400 };
    const corner = { x: 0, y: 0, width: 10, height: 10 };
    expect(following(undefined, small, { needed: corner, wanted: corner }, view)).toEqual(fitted(small, view));
  });
});

describe("what the camera is aimed at", () => {
  const at = (...types: readonly string[]) => {
    const plant = run();
    for (const type of ["begin", ...types]) {
      plant.clock.advance(1_000);
      plant.actor.send({ type });
    }
    const family = familyAt(plant);
    const scene = sceneOf(family);
    const moves = movesAt(plant.session, "plant", plant.index(), (actor) => membersOf(family).get(actor)?.index, scene);
    return { scene, marks: { ...activeBoxes(family, scene), ...moves, chosen: [] } };
  };

  it("is what the newest step entered, or where its event was ignored", () => {
    const light = at("light");
    expect(focusOf(light.scene, light.marks)).toEqual([box("working.lamp.bright")]);
    const nonsense = at("light", "nonsense");
    expect(focusOf(nonsense.scene, nonsense.marks)).toContain(box("working.lamp.bright"));
  });

  it("is nothing new where a step stays in all that is open around", () => {
    const { scene, marks } = at("light");
    const outside = { actor: "plant", edge: "working|halt|0", index: 0, newest: true };
    expect(focusOf(scene, { ...marks, entered: [], ignored: [], taken: [outside] })).toEqual([]);
    expect(standing(scene, marks, "plant")).toEqual([box("working.lamp.bright")]);
    expect(standing(scene, marks, "nobody")).toEqual([...marks.innermost]);
  });

  it("has as much beside it as can be read at once, and what is needed in any case", async () => {
    const { scene, marks } = at("light", "light");
    const drawing = await drawingOf(scene);
    const focus = [box("working.lamp.dark")];
    const all = aimAt(drawing, scene, marks, focus, { width: 9_999, height: 9_999 })!;
    expect(holds(all.wanted, drawing.boxes.get(box(""))!)).toBe(true);
    const little = aimAt(drawing, scene, marks, focus, { width: 60, height: 40 })!;
    expect(little.needed).toMatchObject({ x: drawing.boxes.get(focus[0]!)!.x });
    expect(holds(little.wanted, little.needed)).toBe(true);
    expect(holds(little.wanted, drawing.boxes.get(box("working.lamp"))!)).toBe(false);
    expect(aimAt(drawing, scene, marks, [], { width: 60, height: 40 })).toBeUndefined();
  });

  it("is found below a point: the innermost box", async () => {
    const { scene } = at("light");
    const drawing = await drawingOf(scene);
    const { x, y } = drawing.boxes.get(box("working.lamp.dark"))!;
    expect(boxAt(drawing, { x: x + 1, y: y + 1 })?.box.id).toBe(box("working.lamp.dark"));
    expect(boxAt(drawing, { x: -50, y: 0 })).toBeUndefined();
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
