/** What the browser keeps of layouts, so that a page opened again draws at once. */
import { describe, expect, it } from "@jest/globals";
import { isKept, kept } from "../../inspector/ui/statechart/keptAnswers.ts";
import { type Engine, type LayoutRequest, Layouts } from "../../inspector/ui/statechart/layouts.ts";
import { estimatedWidth } from "../../inspector/ui/statechart/measure.ts";
import { elk, familyAt, run, sceneOf } from "./statechartSupport.ts";

const silent: Engine = { layout: () => Promise.reject(new Error("nobody is to be asked")) };

function request(across = false): LayoutRequest {
  const plant = run();
  plant.actor.send({ type: "begin" });
  return { scene: sceneOf(familyAt(plant), "follow", { far: across ? "wires" : "rows" }), direction: "auto", across };
}

describe("layouts that the browser keeps", () => {
  it.each([false, true])("give the same drawing without ELK, lines across levels: %s", async (across) => {
    const first = new Layouts(elk, estimatedWidth);
    const made = await first.layout(request(across));
    const read = JSON.parse(JSON.stringify(kept(first.answers, "elk-1"))) as unknown;
    if (!isKept(read)) throw new Error("what was kept is not known again");
    expect(read.by).toBe("elk-1");
    const again = new Layouts(silent, estimatedWidth, read.answers).known(request(across));
    expect(again).toMatchObject({ kind: "drawing", failed: false });
    const drawn = (layout: typeof made) =>
      layout.kind === "drawing" && [[...layout.drawing.boxes], layout.drawing.wires, layout.drawing.width];
    expect(drawn(again!)).toEqual(drawn(made));
  });

  it("are the newest, within bounds; what failed is not among them", async () => {
    const layouts = new Layouts(elk, estimatedWidth);
    await layouts.layout(request());
    const [question, answer] = [...layouts.answers][0]!;
    const many = new Map<string, typeof answer>([["refused", "failed"]]);
    for (let n = 0; n < 2_000; n++) many.set(`${question} ${n}`, answer);
    many.set("x".repeat(100_000), answer);
    const { answers } = kept(many, "elk-1");
    expect(JSON.stringify(answers).length).toBeLessThan(1_000_000);
    expect(answers.length).toBeGreaterThan(20);
    expect(answers.at(-1)?.[0]).toBe(`${question} 1999`);
    expect(answers.some(([asked]) => asked === "refused" || asked.startsWith("xxx"))).toBe(false);
  });

  it.each([
    undefined,
    null,
    7,
    { by: "elk-1" },
    { by: "elk-1", answers: [["question"]] },
    { by: "elk-1", answers: [["question", { id: "a", x: 0, y: 0, width: "wide", height: 1 }]] },
    { by: "elk-1", answers: [["question", { id: "a", x: 0, y: 0, width: 1, height: 1, children: [null] }]] },
    { by: "elk-1", answers: [["question", { id: "a", x: 0, y: 0, width: 1, height: 1, edges: [{ id: "e" }] }]] },
  ])("are forgotten where they are none: %j", (value) => {
    expect(isKept(value)).toBe(false);
  });
});
