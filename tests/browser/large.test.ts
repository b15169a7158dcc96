/** Machines larger than anybody would draw by hand: there is always something to see. */
import { describe, expect, it } from "@jest/globals";
import { createActor, createMachine } from "xstate";
import { inspect, serveInspector } from "../../inspector/index.ts";
import { PAGE_FOLDER } from "./built.ts";
import type { Look } from "./look.ts";
import { useBrowser } from "./useBrowser.ts";

const { look: lookAt, later } = useBrowser();

/** The page of a machine that goes round through so many states, each with a way to the next and back to the first. */
async function ring(size: number): Promise<{ readonly look: Look; next(): void }> {
  const states = Object.fromEntries(
    Array.from({ length: size }, (_, at) => [
      `s${at}`,
      { on: { next: `s${(at + 1) % size}`, home: { target: "s0", guard: () => true } } },
    ]),
  );
  const actor = createActor(createMachine({ id: "ring", initial: "s0", states })).start();
  const inspector = inspect(actor, { title: `ring of ${size}`, history: 1_000 });
  const served = await serveInspector(inspector, { uiFolder: PAGE_FOLDER });
  later(async () => {
    await served.close();
    inspector.close();
    actor.stop();
  });
  return { look: await lookAt(served.url), next: () => actor.send({ type: "next" }) };
}

/** Whether something of the machine can be seen: drawn, or in the tree. */
async function isSeen({ page }: Look, state: string): Promise<void> {
  const drawn = page.locator("svg.sc").getByText(state, { exact: true });
  const told = page.locator(".statechart-tree").getByText(state);
  await drawn.or(told).first().waitFor();
}

describe("a machine of 500 states", () => {
  it("is drawn around what is active, and follows it", async () => {
    const { look, next } = await ring(500);
    await isSeen(look, "s0");
    next();
    await look.wentThrough(["s0", "s1"]);
    await isSeen(look, "s1");
    await look.picture("large-500");
    await look.page.getByRole("combobox", { name: "What is unfolded" }).selectOption("all");
    await isSeen(look, "s499");
    expect(look.problems).toEqual([]);
  });
});

describe("a machine that is too large to draw", () => {
  it("is shown as a tree, which says why", async () => {
    const { look, next } = await ring(1_200);
    await look.page.getByRole("combobox", { name: "What is unfolded" }).selectOption("all");
    await look.page.getByText(/Shown as a tree\. .* too many to draw at once/).waitFor();
    await isSeen(look, "s1199");
    next();
    await look.untilActive("s1");
    await look.picture("large-tree");
    expect(look.problems).toEqual([]);
  });
});
