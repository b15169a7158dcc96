import { describe, expect, it } from "@jest/globals";
import { describeMachine } from "../../inspector/emitter/describeMachine.ts";
import { indexOf } from "../../inspector/ui/statechart/definitionIndex.ts";
import { lastTaken } from "../../inspector/ui/statechart/lastTaken.ts";
import { lookAt } from "../../inspector/ui/statechart/lookAt.ts";
import { activeBoxes, likelyEdge, movesAt } from "../../inspector/ui/statechart/marks.ts";
import { boxId } from "../../inspector/ui/statechart/scene.ts";
import { membersOf, traitsOf } from "../../inspector/ui/statechart/traits.ts";
import { familyAt, plant as machine, type Run, run, sceneOf } from "./statechartSupport.ts";

const box = (node: string) => boxId("plant", node);

function looked(plant: Run, index = plant.index(), microstep?: number) {
  const at = lookAt(plant.session, "plant", index, false, microstep);
  const scene = sceneOf(at.family);
  const members = membersOf(at.family);
  const moves = movesAt(plant.session, "plant", at.step!, (actor) => members.get(actor)?.index, scene, microstep);
  return { ...at, scene, members, moves, marks: activeBoxes(at.family, scene) };
}

describe("marks on the statechart", () => {
  it("are on the active states and, apart from them, on the innermost of these", () => {
    const plant = run();
    plant.actor.send({ type: "begin" });
    const { marks } = looked(plant);
    expect([...marks.active].sort()).toEqual(
      ["", "working", "working.lamp", "working.lamp.dark", "working.water", "working.water.cold"]
        .map(box)
        .concat([boxId("plant/pump", ""), boxId("plant/pump", "off")])
        .sort(),
    );
    expect([...marks.innermost].sort()).toEqual([boxId("plant/pump", "off"), box("working.lamp.dark")].sort());
  });

  it("name the exact edge that was taken, and what it entered", () => {
    const plant = run();
    plant.actor.send({ type: "begin" });
    plant.clock.advance(1_000);
    plant.actor.send({ type: "light" });
    const { moves, step } = looked(plant);
    expect(moves.taken).toEqual([{ actor: "plant", edge: "working.lamp.dark|light|0", index: step, newest: true }]);
    expect(moves.entered).toEqual([box("working.lamp.bright")]);
  });

  it("show the steps that one event led to together, the newest apart, and no older ones", () => {
    const plant = run();
    plant.actor.send({ type: "begin" });
    plant.clock.advance(1_000);
    plant.actor.send({ type: "light" });
    plant.clock.advance(10);
    plant.actor.send({ type: "dark" });
    plant.actor.send({ type: "heat" });
    const { taken } = looked(plant).moves;
    expect(taken.map(({ edge, newest }) => [edge, newest])).toEqual([
      ["working.lamp.dark|light|0", false],
      ["working.water.cold|heat|0", true],
    ]);
  });

  it("flash where an event was ignored", () => {
    const plant = run();
    plant.actor.send({ type: "nonsense" });
    expect(looked(plant).moves.ignored).toMatchObject([{ box: box("idle"), event: "nonsense" }]);
  });

  it("go back with the cursor, and stand within a step", () => {
    const plant = run();
    const before = plant.index();
    plant.actor.send({ type: "begin" });
    const step = lastTaken(plant.session, "plant", "plant", ["idle|begin|1"], plant.index())!;
    expect([...looked(plant, before).marks.innermost]).toEqual([box("idle")]);
    expect([...looked(plant, step, 0).marks.innermost]).toEqual([box("idle")]);
    expect(looked(plant, step, 0).moves.taken.filter(({ newest }) => newest)).toEqual([]);
    expect(looked(plant, step, 1).marks.active.has(box("working"))).toBe(true);
  });

  it("tell visits and what runs", () => {
    const plant = run();
    for (const type of ["begin", "rest", "begin"]) plant.actor.send({ type });
    const { scene, members, marks } = looked(plant);
    const traits = traitsOf(scene, members, marks, true);
    expect(traits.of(box("idle"))).toMatchObject({ active: false, visits: 2, heat: 1 });
    expect(traits.of(box("working.water.hot"))).toMatchObject({ visits: 0, heat: 0 });
    expect([...traits.of(box("working.water.cold")).running]).toContain("pump");
    expect(traitsOf(scene, members, marks, false).of(box("idle"))).not.toHaveProperty("heat");
    expect(traitsOf(scene, members, marks, false).key).not.toBe(traits.key);
  });

  it("find when an edge was taken last", () => {
    const plant = run();
    for (const type of ["begin", "rest", "begin"]) plant.actor.send({ type });
    const edges = ["idle|begin|1"];
    const newest = lastTaken(plant.session, "plant", "plant", edges, plant.index())!;
    expect(plant.session.at(newest)).toMatchObject({ kind: "step", event: { type: "begin" } });
    expect(lastTaken(plant.session, "plant", "plant", edges, newest - 1)).toBeLessThan(newest);
    expect(lastTaken(plant.session, "plant", "plant", ["idle|begin|0"], plant.index())).toBeUndefined();
  });

  it("guess the edge of a recording without steps only where one course fits", () => {
    const index = indexOf(describeMachine(machine as never).definition);
    expect(likelyEdge({ event: "light", entered: ["working.lamp.bright"] }, index)).toBe("working.lamp.dark|light|0");
    expect(likelyEdge({ event: "light", entered: [] }, index)).toBeUndefined();
    expect(likelyEdge({ event: "light", entered: ["working.lamp.bright"] }, undefined)).toBeUndefined();
    expect(likelyEdge({ event: "begin", entered: ["ended", "idle"] }, index)).toBeUndefined();
  });

  it("follow the family of actors as it was then", () => {
    const plant = run();
    const before = plant.index();
    plant.actor.send({ type: "begin" });
    expect(familyAt(plant)[0]?.guests.size).toBe(1);
    expect(familyAt(plant, before)[0]?.guests.size).toBe(0);
  });
});
