import { describe, expect, it } from "@jest/globals";
import { createMachine } from "xstate";
import { describeMachine } from "../../inspector/emitter/describeMachine.ts";
import { pathText } from "../../inspector/ui/statechart/drawing.ts";
import { familyOf } from "../../inspector/ui/statechart/family.ts";
import { type Engine, Layouts, MOST_BOXES } from "../../inspector/ui/statechart/layouts.ts";
import { estimatedWidth } from "../../inspector/ui/statechart/measure.ts";
import { pack } from "../../inspector/ui/statechart/pack.ts";
import { boxId } from "../../inspector/ui/statechart/scene.ts";
import type { UnfoldingMode } from "../../inspector/ui/statechart/unfolding.ts";
import { carrierMachine } from "../../machines/carrier.ts";
import { drawingOf, elk, familyAt, holds, overlap, run, sceneOf } from "./statechartSupport.ts";

function working() {
  const plant = run();
  plant.actor.send({ type: "begin" });
  return plant;
}

describe("the statechart's layout", () => {
  it.each<UnfoldingMode>(["focus", "follow", "all", "top"])(
    "places everything within its parent and beside its neighbours: %s",
    async (mode) => {
      const scene = sceneOf(familyAt(working()), mode);
      const drawing = await drawingOf(scene);
      expect([...drawing.boxes.keys()].sort()).toEqual([...scene.boxes.keys()].sort());
      for (const [id, placed] of drawing.boxes) {
        const parent = drawing.boxes.get(scene.parents.get(id) ?? "");
        if (parent !== undefined) expect([id, holds(parent, placed)]).toEqual([id, true]);
        for (const [other, beside] of drawing.boxes) {
          if (other > id && scene.parents.get(other) === scene.parents.get(id)) {
            expect([id, other, overlap(placed, beside)]).toEqual([id, other, false]);
          }
        }
      }
      expect(drawing.wires).toHaveLength(scene.machines[0]!.wires.length);
      for (const { paths, label, wire } of drawing.wires) {
        expect(paths[0]!.length).toBeGreaterThan(1);
        expect(label === undefined).toBe(wire.lines.every(({ text }) => text === ""));
      }
    },
  );

  it("gives the same drawing for the same chart, whoever asks and in whatever order", async () => {
    const plant = working();
    const first = await drawingOf(sceneOf(familyAt(plant), "follow"));
    const layouts = new Layouts(elk, estimatedWidth);
    await layouts.layout({ scene: sceneOf(familyAt(plant), "all"), direction: "DOWN", across: false });
    const again = await layouts.layout({ scene: sceneOf(familyAt(plant), "follow"), direction: "auto", across: false });
    expect(again).toMatchObject({ kind: "drawing", failed: false });
    expect(again.kind === "drawing" && again.drawing).toEqual(first);
  });

  it("leaves the inside of a state as it was when another is folded", async () => {
    const plant = working();
    const open = await drawingOf(sceneOf(familyAt(plant), "follow"));
    const chosen = new Map([[boxId("plant", "working.lamp"), false]]);
    const folded = await drawingOf(sceneOf(familyAt(plant), "follow", { chosen }));
    const offset = (drawing: typeof open) => {
      const [outer, inner] = ["working.water", "working.water.hot"].map(
        (node) => drawing.boxes.get(boxId("plant", node))!,
      );
      return [inner!.x - outer!.x, inner!.y - outer!.y];
    };
    expect(offset(folded)).toEqual(offset(open));
  });

  it("parts the regions of a parallel state by dashed lines", async () => {
    const drawing = await drawingOf(sceneOf(familyAt(working()), "follow"));
    const { separators, ...outer } = drawing.boxes.get(boxId("plant", "working"))!;
    expect(separators).toHaveLength(1);
    const [water, lamp] = ["working.water", "working.lamp"].map((node) => drawing.boxes.get(boxId("plant", node))!);
    const { from, to } = separators[0]!;
    const between = { x: from.x, y: from.y, width: to.x - from.x, height: to.y - from.y };
    expect(holds(outer, between)).toBe(true);
    expect(
      from.x === to.x
        ? [from.x > water!.x + water!.width, from.x < lamp!.x]
        : [from.y > water!.y + water!.height, from.y < lamp!.y],
    ).toEqual([true, true]);
  });

  it("asks ELK once for each level, and remembers the answers", async () => {
    let asked = 0;
    const counting: Engine = {
      layout: (graph) => {
        asked += 1;
        return elk.layout(graph);
      },
    };
    const layouts = new Layouts(counting, estimatedWidth);
    const plant = working();
    const request = { scene: sceneOf(familyAt(plant)), direction: "DOWN", across: false } as const;
    expect(layouts.known(request)).toBeUndefined();
    const made = await layouts.layout(request);
    // The root, both regions, and the pump in one of them.
    expect(asked).toBe(4);
    expect(layouts.known({ ...request, scene: sceneOf(familyAt(plant)) })).toEqual(made);
    expect(asked).toBe(4);
  });

  it("draws without lines where ELK fails, and says so", async () => {
    const layouts = new Layouts({ layout: () => Promise.reject(new Error("broken")) }, estimatedWidth);
    const scene = sceneOf(familyAt(working()), "follow");
    for (const across of [false, true]) {
      const layout = await layouts.layout({ scene, direction: "auto", across });
      expect(layout).toMatchObject({ kind: "drawing", failed: true, drawing: { wires: [] } });
      expect(layout.kind === "drawing" && layout.drawing.boxes.size).toBe(scene.boxes.size);
    }
  });

  it("does not try a machine that is too large, and says why", async () => {
    const states = Object.fromEntries(Array.from({ length: MOST_BOXES + 10 }, (_, n) => [`s${n}`, {}]));
    const scene = sceneOf(familyAt(run(createMachine({ id: "plant", initial: "s0", states }) as never)), "all");
    const layouts = new Layouts({ layout: () => Promise.reject(new Error("never asked")) }, estimatedWidth);
    const layout = await layouts.layout({ scene, direction: "auto", across: false });
    expect(layout).toEqual({
      kind: "none",
      reason: expect.stringMatching(/^\d+ states are too many to draw at once; fold some\.$/),
    });
    expect(layouts.known({ scene, direction: "auto", across: false })).toEqual(layout);
  });

  it.each(["DOWN", "RIGHT"] as const)("lays out the carrier with lines across all levels, %s", async (direction) => {
    const { hash, definition } = describeMachine(carrierMachine as never);
    const plant = run();
    plant.session.append([
      { seq: 1, time: 0, device: "other", kind: "definition", hash, definition },
      {
        seq: 2,
        time: 0,
        device: "other",
        kind: "actor",
        actor: "carrier",
        phase: "found",
        id: "carrier",
        logic: "machine",
        definition: hash,
        status: "active",
        value: "starting",
        active: ["", "starting"],
      },
    ] as never);
    const scene = sceneOf(familyOf(plant.session.live, "other"), "all", { far: "wires" });
    const layout = await new Layouts(elk, estimatedWidth).layout({ scene, direction, across: true });
    expect(layout).toMatchObject({ kind: "drawing", failed: false });
    expect(layout.kind === "drawing" && layout.drawing.wires.length).toBe(scene.machines[0]!.wires.length);
  });
});

describe("packing", () => {
  it("keeps the order, overlaps nothing, and aims at the shape of a page", () => {
    const sizes = Array.from({ length: 9 }, (_, n) => ({ width: 100 + n * 10, height: 60 + (n % 3) * 20 }));
    const { at, width, height } = pack(sizes, 10);
    const rects = sizes.map((size, n) => ({ ...size, ...at[n]! }));
    rects.forEach((rect, n) => {
      expect(rect.x + rect.width <= width && rect.y + rect.height <= height).toBe(true);
      for (const other of rects.slice(n + 1)) expect(overlap(rect, other)).toBe(false);
    });
    expect(width / height).toBeGreaterThan(1);
    expect(width / height).toBeLessThan(3);
    expect(pack([], 10)).toEqual({ width: 0, height: 0, at: [], separators: [] });
  });
});

describe("lines", () => {
  it("turn corners roundly, never by more than half of the way", () => {
    const path = pathText(
      [
        { x: 0, y: 0 },
        { x: 0, y: 20 },
        { x: 4, y: 20 },
        { x: 4, y: 40 },
      ],
      6,
    );
    expect(path).toBe("M0 0L0 14Q0 20 2 20L2 20Q4 20 4 26L4 40");
    expect(pathText([], 6)).toBe("");
  });
});
