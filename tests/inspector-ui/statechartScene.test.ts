import { describe, expect, it } from "@jest/globals";
import { createMachine, spawnChild } from "xstate";
import { boxId } from "../../inspector/ui/statechart/scene.ts";
import { sceneKey } from "../../inspector/ui/statechart/sceneKey.ts";
import { isOpen, revealing, toggled } from "../../inspector/ui/statechart/unfolding.ts";
import { familyAt, run, sceneOf } from "./statechartSupport.ts";

const box = (node: string) => boxId("plant", node);

describe("what the statechart shows", () => {
  it("opens what is active and folds what is not, telling how much is in it", () => {
    const plant = run();
    const idle = sceneOf(familyAt(plant));
    expect(idle.boxes.get(box("working"))).toMatchObject({ hidden: 8, foldable: true, children: [] });

    plant.actor.send({ type: "begin" });
    const working = sceneOf(familyAt(plant));
    expect(working.boxes.get(box("working"))).toMatchObject({ hidden: 0, kind: "parallel" });
    expect(working.boxes.get(box("working.lamp"))).toMatchObject({ region: true });
    expect(working.boxes.get(box("working.water.before"))).toMatchObject({ kind: "history", deep: false });
    expect(working.boxes.get(box("ended"))).toMatchObject({ kind: "final" });
  });

  it("draws a machine inside the state that invoked it, and no longer once it has ended", () => {
    const plant = run();
    plant.actor.send({ type: "begin" });
    const invoked = sceneOf(familyAt(plant));
    const root = boxId("plant/pump", "");
    expect(invoked.parents.get(root)).toBe(box("working.water.cold"));
    expect(invoked.boxes.get(root)).toMatchObject({ machine: true, title: "pump" });

    plant.actor.send({ type: "heat" });
    expect(sceneOf(familyAt(plant)).boxes.has(root)).toBe(false);
  });

  it("draws a spawned machine in its parent's root", () => {
    const child = createMachine({ id: "child", initial: "a", states: { a: {} } });
    const plant = run(
      createMachine({
        id: "plant",
        entry: spawnChild(child, { id: "child/1" }),
        initial: "one",
        states: { one: {} },
      }) as never,
    );
    const scene = sceneOf(familyAt(plant));
    expect(scene.machines).toHaveLength(1);
    expect(scene.parents.get(boxId("plant/child/1", ""))).toBe(box(""));
    expect(scene.boxes.get(boxId("plant/child/1", ""))?.title).toBe("child/1");
  });

  it("joins neighbours by wires, merges those between the same two, and marks the other branch of a guard", () => {
    const plant = run();
    const { machines } = sceneOf(familyAt(plant));
    const wires = new Map(machines[0]?.wires.map((wire) => [wire.id, wire.lines.map(({ text }) => text)]));
    expect(wires.get(`${box("idle")}>${box("working")}`)).toEqual(["begin [isSafe]"]);
    expect(wires.get(`${box("idle")}>${box("ended")}`)).toEqual(["begin [isBroken]"]);
    // From deep within a folded state, too.
    expect(wires.get(`${box("working")}>${box("ended")}`)).toEqual(["halt", "measure failed"]);
    expect(wires.get(`${box("")}/initial>${box("idle")}`)).toEqual([""]);
    expect(machines[0]?.wires.find(({ initial }) => initial)?.lines[0]?.edges).toHaveLength(1);
    expect(rows(plant, "idle")).toEqual(["↻ begin [else]", "nod"]);
  });

  it("tells transitions that lead far away as rows of their state, or as wires when asked to", () => {
    const plant = run();
    plant.actor.send({ type: "begin" });
    plant.actor.send({ type: "heat" });
    expect(rows(plant, "working.water.warming")).toEqual(["measure", "measure failed → ended"]);
    const far = sceneOf(familyAt(plant), "follow", { far: "wires" });
    expect(far.machines[0]?.wires.map(({ id }) => id)).toContain(`${box("working.water.warming")}>${box("ended")}`);
    expect(far.boxes.get(box("working.water.warming"))?.rows.map(({ text }) => text)).toEqual(["measure"]);
  });

  it("in the focus mode tells what stands beside an open state by its name alone, and draws no wires there", () => {
    const plant = run();
    plant.actor.send({ type: "begin" });
    const { boxes, machines } = sceneOf(familyAt(plant), "focus");
    expect(boxes.get(box(""))).toMatchObject({ context: true, rows: [] });
    expect(boxes.get(box("idle"))).toMatchObject({ brief: true });
    expect(boxes.get(box("working.lamp"))).toMatchObject({ brief: false, context: false });
    expect(machines[0]?.wires.some(({ from, to }) => boxes.get(from)?.brief || boxes.get(to)?.brief)).toBe(false);
  });

  it("in the focus mode shows a large level around its active state", () => {
    const names = Array.from({ length: 20 }, (_, n) => `s${n}`);
    const states = Object.fromEntries(names.map((name, n) => [name, { on: { go: names[n + 1] ?? "s0" } }]));
    const ring = run(createMachine({ id: "plant", initial: "s0", states }) as never);
    ring.actor.send({ type: "go" });
    const full = () =>
      [...sceneOf(familyAt(ring), "focus").boxes.values()].filter((one) => !one.brief && one.node !== "");
    expect(full().map(({ node }) => node)).toEqual(["s0", "s1", "s2"]);
    ring.actor.send({ type: "go" });
    expect(full().map(({ node }) => node)).toEqual(["s1", "s2", "s3"]);
    expect(sceneOf(familyAt(ring), "follow").machines[0]?.wires).toHaveLength(21);
  });

  it("says which box stands for a state that is folded away", () => {
    const plant = run();
    const scene = sceneOf(familyAt(plant));
    expect(scene.boxOf("plant", "working.water.hot")?.id).toBe(box("working"));
    plant.actor.send({ type: "begin" });
    const folded = sceneOf(familyAt(plant), "follow", { chosen: new Map([[box("working"), false]]) });
    expect(folded.boxOf("plant/pump", "running.fast")?.id).toBe(box("working"));
    expect(folded.boxOf("nobody", "")).toBeUndefined();
  });

  it("bounds the machines that are drawn at a time, and says how many are left", () => {
    const [one] = familyAt(run());
    const many = Array.from({ length: 30 }, (_, n) => ({ ...one!, actor: { ...one!.actor, key: `plant${n}` } }));
    const scene = sceneOf(many);
    expect([scene.machines.length, scene.left]).toEqual([8, 22]);
    expect(sceneOf(many, "follow", { only: "plant29" })).toMatchObject({ left: 0 });
  });

  it("is built anew only when what is drawn becomes another", () => {
    const plant = run();
    plant.actor.send({ type: "begin" });
    const options = { unfolding: { mode: "follow", chosen: new Map() }, far: "rows" } as const;
    const before = sceneKey(familyAt(plant), options);
    plant.actor.send({ type: "light" });
    expect(sceneKey(familyAt(plant), options)).toBe(before);
    plant.actor.send({ type: "heat" });
    expect(sceneKey(familyAt(plant), options)).not.toBe(before);
    const open = { ...options, unfolding: toggled(options.unfolding, box("working"), false) };
    expect(sceneKey(familyAt(plant), open)).not.toBe(sceneKey(familyAt(plant), options));
  });

  it("opens everything, the first level alone, or what leads to a state that is searched for", () => {
    const [member] = familyAt(run());
    const chosen = new Map<string, boolean>();
    expect(isOpen({ mode: "all", chosen }, member!, "working.water", 2)).toBe(true);
    expect(isOpen({ mode: "top", chosen }, member!, "", 0)).toBe(true);
    expect(isOpen({ mode: "top", chosen }, member!, "working", 1)).toBe(false);
    const revealed = revealing({ mode: "focus", chosen }, [member!], member!, "working.water.hot");
    expect(sceneOf([member!], "focus", { chosen: revealed.chosen }).boxes.has(box("working.water.hot"))).toBe(true);
  });
});

function rows(plant: ReturnType<typeof run>, node: string): (string | undefined)[] | undefined {
  return sceneOf(familyAt(plant))
    .boxes.get(box(node))
    ?.rows.map(({ text }) => text);
}
