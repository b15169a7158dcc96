/** The statechart in a real browser: the same for every viewer, legible by keyboard and by name, never empty. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Browser } from "playwright-core";
import { run } from "../inspector-ui/statechartSupport.ts";
import { Command } from "./command.ts";
import { Look, openBrowser } from "./look.ts";

let browser: Browser;
let folder: string;
let command: Command;
let address: string;

beforeAll(async () => {
  browser = await openBrowser();
  folder = await mkdtemp(join(tmpdir(), "statechart-"));
  const plant = run();
  for (const type of ["nod", "begin", "light", "heat", "nonsense"]) {
    plant.actor.send({ type });
    plant.clock.advance(1_000);
  }
  const lines = Array.from({ length: plant.session.length }, (_, index) => JSON.stringify(plant.session.at(index)));
  const file = join(folder, "plant.jsonl");
  await writeFile(file, `${lines.join("\n")}\n`);
  command = new Command(["inspect", file]);
  address = await command.address();
});
afterAll(async () => {
  await command.end();
  await browser.close();
  await rm(folder, { recursive: true, force: true });
});

async function look(
  options: { readonly withoutElk?: boolean; readonly colorScheme?: "light" | "dark" } = {},
): Promise<Look> {
  const { withoutElk = false, ...context } = options;
  const seen = await Look.at(browser, "about:blank", { reducedMotion: "reduce", ...context });
  if (withoutElk) await seen.page.route("**/elk-worker*", (route) => route.abort());
  await seen.page.goto(address);
  await seen.page.keyboard.press("1");
  await seen.page.locator(".sc-innermost").first().waitFor();
  return seen;
}

/** Where each state is drawn. */
function places({ page }: Look): Promise<string[]> {
  return page
    .locator(".sc [data-box] > .sc-frame")
    .evaluateAll((frames) =>
      frames.map((frame) =>
        [(frame.parentNode as unknown as { dataset: { box: string } }).dataset.box]
          .concat(["x", "y", "width", "height"].map((name) => frame.getAttribute(name) ?? ""))
          .join(" "),
      ),
    );
}

describe("the statechart on the page", () => {
  it("is drawn alike for every viewer, light and dark", async () => {
    const [light, dark] = [await look(), await look({ colorScheme: "dark" })];
    const drawn = await places(light);
    expect(drawn.length).toBeGreaterThan(8);
    expect(await places(dark)).toEqual(drawn);
    await light.picture("statechart-light");
    await dark.picture("statechart-dark");
    expect([...light.problems, ...dark.problems]).toEqual([]);
    await light.close();
    await dark.close();
  });

  it("marks what is active, and the event that nothing took", async () => {
    const seen = await look();
    const active = seen.page.getByRole("treeitem", { name: /, active$/ });
    expect((await active.evaluateAll((items) => items.map((item) => item.getAttribute("aria-label")))).sort()).toEqual([
      "bright, state, active",
      "lamp, region, active",
      "plant, machine, active",
      "warming, state, active",
      "water, region, active",
      "working, parallel state, active",
    ]);
    expect(await seen.page.locator(".sc-ignored text").allTextContents()).toEqual([
      "ignored: nonsense",
      "ignored: nonsense",
    ]);
    await seen.close();
  });

  it("is walked, folded and read by keyboard alone", async () => {
    const seen = await look();
    const { page } = seen;
    const tree = page.getByRole("tree");
    await tree.focus();
    /** Resolves when the tree says that it stands there. */
    const standsAt = async (label: string): Promise<void> => {
      const item = page.getByRole("treeitem", { name: label, exact: true });
      const id = await item.getAttribute("id");
      await page.locator(`[role="tree"][aria-activedescendant="${id}"]`).waitFor();
    };
    await page.keyboard.press("Home");
    await standsAt("plant, machine, active");
    await page.keyboard.press("ArrowRight");
    await standsAt("idle, state");
    // What its author wrote about it comes by itself.
    const card = page.getByRole("tooltip");
    await card.getByText("Nothing is asked for.").waitFor();
    await card.getByText("Plant manual 2.1").waitFor();
    const idle = page.getByRole("treeitem", { name: "idle, state" });
    expect(await idle.getAttribute("aria-describedby")).toBe(await card.getAttribute("id"));
    await page.keyboard.press("ArrowDown");
    await standsAt("working, parallel state, active");
    const working = page.getByRole("treeitem", { name: /^working,/ });
    expect(await working.getAttribute("aria-expanded")).toBe("true");
    await page.keyboard.press(" ");
    await page
      .locator('[role="treeitem"][aria-label^="working,"][aria-expanded="false"]')
      .waitFor({ state: "attached" });
    await page.keyboard.press("ArrowRight");
    await page
      .locator('[role="treeitem"][aria-label^="working,"][aria-expanded="true"]')
      .waitFor({ state: "attached" });
    expect(seen.problems).toEqual([]);
    await seen.close();
  });

  it("finds a state by what its author wrote, and unfolds what it is in", async () => {
    const seen = await look();
    const field = seen.page.getByRole("searchbox", { name: /Find a state/ });
    await field.fill("manual 2.1");
    await field.press("Enter");
    await seen.page
      .locator('[role="treeitem"][aria-selected="true"][aria-label^="idle,"]')
      .waitFor({ state: "attached" });
    await field.fill("hot");
    await seen.page
      .getByText("1/1")
      .or(seen.page.getByText(/^0\/\d/))
      .first()
      .waitFor();
    await field.press("Enter");
    await seen.page
      .locator('[role="treeitem"][aria-selected="true"][aria-label^="hot,"]')
      .waitFor({ state: "attached" });
    await seen.close();
  });

  it("is drawn without its lines, and says so, where the layout cannot be had", async () => {
    const seen = await look({ withoutElk: true });
    await seen.page.getByText(/could not be laid out well/).waitFor();
    expect((await places(seen)).length).toBeGreaterThan(8);
    expect(await seen.page.locator(".sc-wire").count()).toBe(0);
    await seen.picture("statechart-without-layout");
    await seen.close();
  });
});
