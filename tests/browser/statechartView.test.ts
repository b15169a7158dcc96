/** How the statechart is looked at in a real browser: what follows stays in view, and what is pressed does what it says. */
import { describe, expect, it } from "@jest/globals";
import type { Locator, Page } from "playwright-core";
import { createActor, createMachine } from "xstate";
import { inspect, serveInspector } from "../../inspector/index.ts";
import { PAGE_FOLDER } from "./built.ts";
import type { Look } from "./look.ts";
import { useBrowser } from "./useBrowser.ts";

const { look: lookAt, later } = useBrowser();

/** A ring of states, each of which leads to the next; far too many to be drawn whole. */
function ring(id: string, size: number) {
  const states = Object.fromEntries(
    Array.from({ length: size }, (_, at) => [`s${at}`, { on: { next: `s${(at + 1) % size}`, end: "over" } }]),
  );
  return createActor(createMachine({ id, initial: "s0", states: { ...states, over: { type: "final" } } })).start();
}

async function shown(size: number): Promise<{ readonly look: Look; send(type: string): void }> {
  const actor = ring("ring", size);
  const inspector = inspect(actor, { title: "ring", history: 1_000 });
  const served = await serveInspector(inspector, { uiFolder: PAGE_FOLDER });
  later(async () => {
    await served.close();
    inspector.close();
    actor.stop();
  });
  return { look: await lookAt(served.url, { reducedMotion: "reduce" }), send: (type) => actor.send({ type }) };
}

const unfolded = ({ page }: Look) => page.getByRole("combobox", { name: "What is unfolded" });
const view = (page: Page) => page.getByRole("tree", { name: /^States of/ });

async function isInside(inner: Locator, outer: Locator): Promise<boolean> {
  const [one, other] = [await inner.boundingBox(), await outer.boundingBox()];
  if (one === null || other === null) return false;
  return (
    one.x >= other.x &&
    one.y >= other.y &&
    one.x + one.width <= other.x + other.width &&
    one.y + one.height <= other.y + other.height
  );
}

/** Resolves with the first frame in which it is so. */
async function until(page: Page, isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await page.evaluate("new Promise(requestAnimationFrame)");
}

describe("following", () => {
  it("keeps the active state in view and its words legible, wherever it goes", async () => {
    const { look, send } = await shown(60);
    const { page } = look;
    await unfolded(look).selectOption("all");
    for (let at = 1; at <= 40; at++) {
      send("next");
      if (at % 8 !== 0) continue;
      await look.untilActive(`s${at}`);
      const active = page.locator(".sc-innermost > .sc-frame");
      await page.locator(".sc-innermost > .sc-title").getByText(`s${at}`, { exact: true }).waitFor();
      expect([at, await isInside(active, view(page))]).toEqual([at, true]);
      // Its frame as it is seen against its frame as it is drawn.
      const { width = 0 } = (await active.boundingBox()) ?? {};
      expect(width / Number(await active.getAttribute("width"))).toBeGreaterThan(0.7);
    }
    expect(look.problems).toEqual([]);
  });

  it("ends where a press began that was let go elsewhere: the drawing does not stick to the pointer", async () => {
    const { look } = await shown(60);
    const { page } = look;
    await unfolded(look).selectOption("all");
    await page.locator(".sc-innermost").waitFor();
    const stage = page.locator("svg.sc > g");
    const { x, y, width, height } = (await view(page).boundingBox())!;
    const place = await stage.getAttribute("transform");
    await page.mouse.move(x + width / 2, y + 2);
    await page.mouse.down();
    await page.mouse.move(x + width / 2, y - 30, { steps: 1 });
    await page.mouse.up();
    await page.mouse.move(x + width / 2, y + height / 2, { steps: 5 });
    expect(await stage.getAttribute("transform")).toBe(place);
  });
});

describe("a machine that ends", () => {
  it("is told of as ended, and nothing of it as active", async () => {
    const { look, send } = await shown(5);
    send("end");
    const state = look.state("over");
    await look.page
      .locator('[role=treeitem][aria-label="over, final state, ended here"]')
      .waitFor({ state: "attached" });
    expect(await state.count()).toBe(1);
    await look.page.locator(".sc-ended").waitFor();
    expect(await look.page.locator(".sc-active, .sc-innermost, .sc-lasting").count()).toBe(0);
    expect(await look.page.locator(".sc-ended").allTextContents()).toEqual(["done"]);
    await look.picture("statechart-ended");
  });
});

describe("a tree instead of a drawing", () => {
  it("is walked by keys from a name that was clicked, with what is selected in view, and scrolls", async () => {
    const { look } = await shown(1_200);
    const { page } = look;
    await unfolded(look).selectOption("all");
    const tree = page.locator(".statechart-tree");
    const name = (state: string) => tree.getByRole("button", { name: state, includeHidden: true }).first();
    await name("s3 state").click();
    // Faster than it is drawn.
    for (let times = 0; times < 3; times++) await page.keyboard.press("ArrowDown");
    await page.locator('[role=treeitem][aria-selected=true][aria-label="s6, state"]').waitFor({ state: "attached" });
    await page.keyboard.press("End");
    await page.locator('[role=treeitem][aria-selected=true][aria-label="over, final state"]').waitFor();
    const last = page.locator('[role=treeitem][aria-label="over, final state"]');
    await until(page, () => isInside(last, view(page)));
    const { y } = (await last.boundingBox())!;
    await tree.hover();
    await page.mouse.wheel(0, -5_000);
    // It moves out of view as it is scrolled back.
    await until(page, async () => ((await last.boundingBox())?.y ?? 0) > y + 1_000);
    expect(look.problems).toEqual([]);
  });
});

describe("the bars above the statechart", () => {
  it("say in words what they do, and cut nothing", async () => {
    const { look } = await shown(5);
    const { page } = look;
    for (const width of [1280, 900, 640]) {
      await page.setViewportSize({ width, height: 720 });
      const bar = page.getByRole("toolbar", { name: "Statechart" });
      for (const name of ["Follow", "Visits", "Far lines", "Direction: whichever way fits"]) {
        const button = bar.getByRole("button", { name, exact: true });
        expect([width, name, await isInside(button, bar)]).toEqual([width, name, true]);
        expect(await button.evaluate((element) => element.scrollWidth <= element.clientWidth)).toBe(true);
      }
    }
    expect(await page.getByRole("toolbar", { name: "Statechart" }).getByRole("button").allTextContents()).toEqual([
      "Follow",
      "Visits",
      "Far lines",
      "Flow: auto",
    ]);
  });
});
