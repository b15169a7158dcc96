/** Machines and runs as nobody would draw them: what comes from elsewhere, too late, too large or no more. */
import { describe, expect, it } from "@jest/globals";
import type { MachineDefinition, NodeDefinition } from "../../inspector/definition.ts";
import { Session } from "../../inspector/model/session.ts";
import { MOST_ROOTS } from "../../inspector/ui/statechart/family.ts";
import { find } from "../../inspector/ui/statechart/find.ts";
import { Layouts } from "../../inspector/ui/statechart/layouts.ts";
import { lookAt } from "../../inspector/ui/statechart/lookAt.ts";
import { activeBoxes } from "../../inspector/ui/statechart/marks.ts";
import { estimatedWidth } from "../../inspector/ui/statechart/measure.ts";
import { boxId } from "../../inspector/ui/statechart/scene.ts";
import { sceneKey } from "../../inspector/ui/statechart/sceneKey.ts";
import { revealing, type Unfolding } from "../../inspector/ui/statechart/unfolding.ts";
import { walkable } from "../../inspector/ui/statechart/walk.ts";
import { drawingOf, elk, familyAt, run, sceneOf } from "./statechartSupport.ts";

type Told = Readonly<Record<string, unknown>>;

/** A session with these records, of the device `far`. */
function told(...records: readonly Told[]): Session {
  const session = new Session();
  session.append(records.map((record, at) => ({ seq: at + 1, time: at, device: "far", ...record })) as never);
  return session;
}

function definition(id: string, nodes: readonly NodeDefinition[], more: Partial<MachineDefinition> = {}): Told {
  return { kind: "definition", hash: `hash of ${id}`, definition: { id, nodes, edges: [], ...more } };
}

function actor(key: string, machine: string | undefined, active: readonly string[], more: Told = {}): Told {
  const of = machine === undefined ? { logic: "callback" } : { logic: "machine", definition: `hash of ${machine}` };
  const id = key.split("/").at(-1);
  return { kind: "actor", actor: key, phase: "found", id, status: "active", active, ...of, ...more };
}

const lookedAt = (session: Session, index = session.length - 1) => lookAt(session, "far", index, false);

const light: readonly NodeDefinition[] = [
  { id: "", key: "light", type: "compound", initial: "red" },
  { id: "red", key: "red", parent: "", type: "atomic" },
];

describe("odd definitions", () => {
  it.each<[string, readonly NodeDefinition[]]>([
    ["a root that is its own parent", [{ id: "", key: "loop", type: "compound", parent: "" }, ...light.slice(1)]],
    [
      "states that hold each other",
      [
        { id: "", key: "loop", type: "compound", parent: "a" },
        { id: "a", key: "a", parent: "b", type: "compound" },
        { id: "b", key: "b", parent: "a", type: "compound" },
      ],
    ],
    ["two states of one name", [...light, ...light]],
    ["a parent that is not told", [...light, { id: "lost", key: "lost", parent: "nowhere", type: "atomic" }]],
    ["no states at all", []],
  ])("are drawn all the same: %s", async (_, nodes) => {
    const session = told(definition("loop", nodes), actor("loop", "loop", [""]));
    const { family } = lookedAt(session);
    for (const mode of ["focus", "follow", "all", "top"] as const) {
      const scene = sceneOf(family, mode);
      expect(walkable(scene).length).toBe(
        scene.boxes.size - [...scene.boxes.keys()].filter((id) => /\/initial$/.test(id)).length,
      );
      expect((await drawingOf(scene)).boxes.size).toBe(scene.boxes.size);
    }
    // Every state that was told is there.
    expect(new Set(walkable(sceneOf(family, "all")).map(({ box }) => box.node))).toEqual(
      new Set(nodes.length === 0 ? [""] : nodes.map(({ id }) => id)),
    );
  });

  it("are folded where they are nested deeper than anything that can be read", () => {
    const nodes = Array.from({ length: 6_000 }, (_, at): NodeDefinition => {
      const id = Array.from({ length: Math.min(at, 1) }, () => `n${at}`).join("");
      return { id, key: id || "deep", type: "compound", ...(at > 0 && { parent: at === 1 ? "" : `n${at - 1}` }) };
    });
    const session = told(
      definition("deep", nodes),
      actor(
        "deep",
        "deep",
        nodes.map(({ id }) => id),
      ),
    );
    const scene = sceneOf(lookedAt(session).family, "all");
    expect(scene.boxes.size).toBeLessThan(200);
    expect([...scene.boxes.values()].at(-1)?.hidden).toBeGreaterThan(5_000);
  });

  it("of thousands of transitions are shown around what is active", () => {
    const count = 1_000;
    const nodes = [
      light[0]!,
      ...Array.from(
        { length: count },
        (_, at): NodeDefinition => ({ id: `s${at}`, key: `s${at}`, parent: "", type: "atomic" }),
      ),
    ];
    const edges = Array.from({ length: 10_000 }, (_, at) => ({
      ...{ id: `e${at}`, source: `s${at % count}`, targets: [`s${(at * 7) % count}`], event: `go${at}` },
      trigger: "event" as const,
    }));
    const session = told(definition("wide", nodes, { edges }), actor("wide", "wide", ["", "s1"]));
    const { family } = lookedAt(session);
    const scene = sceneOf(family, "focus");
    expect(scene.boxes.get(boxId("wide", "s1"))?.brief).toBe(false);
    expect(scene.boxes.get(boxId("wide", "s2"))?.brief).toBe(true);
    expect(sceneKey(family, { unfolding: { mode: "focus", chosen: new Map() }, far: "rows" })).toContain("s1");
  });
});

describe("machines of other apps", () => {
  it("are drawn that an actor has begun which is no machine itself, or whose own chart is not known", () => {
    const session = told(
      definition("light", light),
      actor("host", undefined, []),
      actor("host/light", "light", ["", "red"], { parent: "host" }),
      actor("unknown", "unheard of", [""]),
      actor("unknown/deep", undefined, [], { parent: "unknown" }),
      actor("unknown/deep/light", "light", ["", "red"], { parent: "unknown/deep" }),
    );
    expect(lookedAt(session).family.map((member) => member.actor.key)).toEqual(["host/light", "unknown/deep/light"]);
  });

  it("are drawn whose chart is told after them, also when one goes back to before it was told", () => {
    const session = told(actor("light", "light", ["", "red"]));
    expect(lookedAt(session).family).toEqual([]);
    session.append([{ seq: 2, time: 2, device: "far", ...definition("light", light) }] as never);
    expect(lookedAt(session).family).toHaveLength(1);
    expect(lookedAt(session, 0).family).toHaveLength(1);
  });

  it("that still run are drawn before those that have ended, where there are too many", () => {
    const many = Array.from({ length: MOST_ROOTS + 4 }, (_, at) =>
      actor(`m${at}`, "light", ["", "red"], at < 6 ? { status: "stopped" } : {}),
    );
    const { family } = lookedAt(told(definition("light", light), ...many));
    const scene = sceneOf(family);
    const drawn = scene.machines.map(({ root }) => root.actor);
    expect(drawn).toHaveLength(MOST_ROOTS);
    expect(drawn).toEqual(expect.arrayContaining(["m6", "m7", "m8", "m9", "m10", "m11"]));
    expect(scene.left).toBe(4);
  });

  it("one of which was chosen are all drawn again when that one is no more", () => {
    const session = told(definition("light", light), actor("light", "light", ["", "red"]));
    const scene = sceneOf(lookedAt(session).family, "focus", { only: "another device's" });
    expect(scene.machines).toHaveLength(1);
  });
});

describe("a machine that has ended", () => {
  const session = told(definition("light", light), actor("light", "light", ["", "red"]), {
    kind: "actor",
    actor: "light",
    phase: "ended",
    id: "light",
    logic: "machine",
    status: "stopped",
  });

  it("shows what it was in last, but as nothing that is active", () => {
    const { family } = lookedAt(session);
    const { active, innermost, last } = activeBoxes(family, sceneOf(family));
    expect([...active, ...innermost]).toEqual([]);
    expect([...last]).toEqual([boxId("light", ""), boxId("light", "red")]);
  });

  it("is active again when one goes back", () => {
    const { family } = lookedAt(session, 1);
    const { innermost, last } = activeBoxes(family, sceneOf(family));
    expect([...innermost]).toEqual([boxId("light", "red")]);
    expect([...last]).toEqual([]);
  });
});

describe("what a search found", () => {
  it("is unfolded also where it lies in a machine that a folded state has invoked", () => {
    const plant = run();
    plant.actor.send({ type: "begin" });
    const family = familyAt(plant);
    const [found] = find(family, "slow");
    expect(found).toMatchObject({ node: "running.slow" });
    const top: Unfolding = { mode: "top", chosen: new Map() };
    expect(sceneOf(family, "top").boxes.has(boxId("plant/pump", "running.slow"))).toBe(false);
    const { chosen } = revealing(top, family, found!.member, found!.node);
    expect(sceneOf(family, "top", { chosen }).boxes.has(boxId("plant/pump", "running.slow"))).toBe(true);
  });
});

describe("a layout that goes wrong", () => {
  it("says so where the answer is none that can be used", async () => {
    const layouts = new Layouts(
      { layout: () => Promise.resolve({ id: "nonsense", edges: 7 } as never) },
      estimatedWidth,
    );
    const plant = run();
    const request = { scene: sceneOf(familyAt(plant)), direction: "DOWN", across: false } as const;
    expect(await layouts.layout(request)).toMatchObject({ kind: "none", reason: expect.any(String) });
    expect(layouts.known(request)).toMatchObject({ kind: "none" });
  });

  it("parts the regions of a parallel state also where transitions lead from one to the other", async () => {
    const nodes: readonly NodeDefinition[] = [
      { id: "", key: "both", type: "parallel" },
      { id: "a", key: "a", parent: "", type: "compound", initial: "a.one" },
      { id: "a.one", key: "one", parent: "a", type: "atomic" },
      { id: "b", key: "b", parent: "", type: "atomic" },
    ];
    const edges = [{ id: "a|go|0", source: "a", targets: ["b"], event: "go", trigger: "event" as const }];
    const session = told(definition("both", nodes, { edges }), actor("both", "both", ["", "a", "a.one", "b"]));
    const scene = sceneOf(lookedAt(session).family, "all");
    expect(scene.machines[0]!.wires.some(({ initial }) => !initial)).toBe(true);
    const layout = await new Layouts(elk, estimatedWidth).layout({ scene, direction: "DOWN", across: false });
    expect(layout.kind === "drawing" && layout.drawing.boxes.get(boxId("both", ""))!.separators).toHaveLength(1);
  });
});
