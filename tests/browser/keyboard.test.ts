/** The page without a mouse, on a small screen, in light and dark, and without motion. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { BrowserContextOptions } from "playwright-core";
import { Command } from "./command.ts";
import type { Look } from "./look.ts";
import { useBrowser } from "./useBrowser.ts";

const { look: lookAt, path } = useBrowser();

let shown: Command;
beforeAll(async () => {
  const file = path("life.jsonl");
  await new Command(["demo", "--once", "--inspect", "--scenario", "bad-ca", "--record", file]).done();
  shown = new Command(["inspect", file]);
});
afterAll(() => shown.end());

async function life(options: BrowserContextOptions = {}): Promise<Look> {
  const look = await lookAt(await shown.address(), options);
  await look.state("carrier").waitFor({ state: "attached" });
  await look.rows().first().waitFor();
  return look;
}

const VIEWS = { "1": "Statechart", "2": "Sequence", "3": "Both" } as const;
const PANELS = ["Why", "Timers", "Wire", "Context", "Objects", "Steer", "Record"] as const;

/** Shows each view in turn, by its key. */
async function inEachView({ page }: Look, seen: (view: string) => Promise<void>): Promise<void> {
  for (const [key, name] of Object.entries(VIEWS)) {
    await page.keyboard.press(key);
    await page.getByRole("button", { name, exact: true, pressed: true }).waitFor();
    await seen(name);
  }
}

describe("by the keyboard", () => {
  it("everything is reached with Tab, and what has the focus can be seen", async () => {
    const look = await life();
    const { page } = look;
    await inEachView(look, async (view) => {
      const wanted = await page.evaluate<string[]>("look.tabStops()");
      const reached = new Set<string>();
      const unseen: string[] = [];
      // Once around, and whatever the browser itself has.
      for (let stop = 0; stop < wanted.length + 5; stop++) {
        await page.keyboard.press("Tab");
        const { name, isSeen } = await page.evaluate<{ name: string; isSeen: boolean }>("look.focused()");
        reached.add(name);
        if (!isSeen) unseen.push(name);
      }
      const missed = wanted.filter((name) => !reached.has(name));
      expect({ view, missed, unseen }).toEqual({ view, missed: [], unseen: [] });
    });
    expect(look.problems).toEqual([]);
  });

  it("help is opened and closed, and the focus is where it was", async () => {
    const look = await life();
    const { page } = look;
    const help = page.getByRole("button", { name: "Keys (?)" });
    await help.focus();
    await page.keyboard.press("?");
    const dialog = page.getByRole("dialog", { name: "Keys" });
    await dialog.getByText("next failure, and why").waitFor();
    await look.picture("help");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(await help.evaluate((button) => button.matches(":focus"))).toBe(true);
  });

  it("one dialog follows the other as fast as keys are pressed", async () => {
    const look = await life();
    const { page } = look;
    for (let times = 0; times < 20; times++) {
      await page.keyboard.press("?");
      await page.getByRole("dialog", { name: "Keys" }).waitFor();
      await page.keyboard.press("Escape");
    }
    await page.keyboard.press("c");
    await page.getByRole("dialog", { name: "Compare with another run" }).waitFor();
    expect(look.problems).toEqual([]);
  });

  it("failures are gone to, panels are chosen, and records walked", async () => {
    const look = await life();
    const { page } = look;
    // The recording has come as far as there.
    await page.getByRole("button", { name: /failures?$/ }).waitFor();
    await page.keyboard.press("n");
    await page.getByRole("tabpanel", { name: "Why" }).getByText("How it came to this").first().waitFor();
    await look.picture("keyboard-failure");
    const failure = Number(await page.getByRole("slider").getAttribute("aria-valuenow"));
    // What charts tell is not walked where steps tell the same: the next one may be another.
    const standsBeyond = (sign: "<" | ">") =>
      look.untilTrue(`document.querySelector("[role=slider]").ariaValueNow ${sign} ${failure}`);
    await page.keyboard.press("j");
    await standsBeyond(">");
    await page.keyboard.press("k");
    await page.keyboard.press("k");
    await standsBeyond("<");
    await page.keyboard.press("g");
    await page.locator('.records-list [aria-posinset="1"][aria-selected="true"]').waitFor();
    for (const panel of [...PANELS.slice(1), PANELS[0]]) {
      await page.keyboard.press("]");
      await page.getByRole("tabpanel", { name: panel }).waitFor();
    }
    await page.getByRole("tab", { name: "Why" }).focus();
    await page.keyboard.press("ArrowRight");
    await page.getByRole("tabpanel", { name: "Timers" }).waitFor();
    expect(look.problems).toEqual([]);
  });

  it("records are walked faster than they are drawn", async () => {
    const look = await life();
    const { page } = look;
    await page.getByRole("listbox", { name: "Records" }).focus();
    await page.keyboard.press("Home");
    for (let times = 0; times < 7; times++) await page.keyboard.press("ArrowDown");
    await page.locator('.records-list [aria-posinset="8"][aria-selected="true"]').waitFor();
  });

  it("the states are walked", async () => {
    const look = await life();
    const { page } = look;
    const chart = page.getByRole("tree");
    await chart.focus();
    await page.keyboard.press("Home");
    await page.getByRole("treeitem", { selected: true, name: /^carrier, machine/ }).waitFor({ state: "attached" });
    await page.keyboard.press("ArrowRight");
    await page
      .getByRole("treeitem", { selected: true, name: /^(?!carrier,)/ })
      .first()
      .waitFor({ state: "attached" });
    const id = await chart.getAttribute("aria-activedescendant");
    expect(await page.getByRole("treeitem", { selected: true }).first().getAttribute("id")).toBe(id);
  });

  it("a filter is written with what is offered, and what is wrong with it is said", async () => {
    const look = await life();
    const { page } = look;
    await page.keyboard.press("/");
    await page.keyboard.type("kind==coa");
    const offers = page.getByRole("listbox", { name: "What may come next" });
    await offers.getByRole("option", { name: /coap/ }).first().waitFor();
    await look.picture("filter");
    await page.keyboard.press("ArrowDown");
    await offers.getByRole("option", { name: /coap/, selected: true }).waitFor();
    await page.keyboard.press("Enter");
    await page
      .locator("#filter-answer")
      .getByText(/^[1-9]\d* of \d+$/)
      .waitFor();
    const field = page.getByRole("combobox", { name: "Filter" });
    expect(await field.inputValue()).toMatch(/^kind==coap/);
    await field.fill("kind==coap ) code");
    await page.locator(".offers-problem").waitFor();
    expect(await field.getAttribute("aria-invalid")).toBe("true");
    await look.picture("filter-wrong");
  });

  it("the run is saved", async () => {
    const look = await life();
    const { page } = look;
    await page.keyboard.press("e");
    const dialog = page.getByRole("dialog", { name: "Save and export" });
    await dialog.getByRole("button", { name: /^Recording/ }).focus();
    const download = page.waitForEvent("download");
    await page.keyboard.press("Enter");
    expect((await download).suggestedFilename()).toBe("life.jsonl");
  });
});

describe.each(["light", "dark"] as const)("in %s colours at 1280 x 720", (colorScheme) => {
  it("everything has room, in every view and panel", async () => {
    const look = await life({ colorScheme });
    const { page } = look;
    await page.keyboard.press("n");
    await inEachView(look, async (view) => {
      for (const panel of PANELS) {
        await look.panel(panel);
        expect([view, panel, await page.evaluate("look.crowded()")]).toEqual([view, panel, []]);
      }
    });
    for (const [key, name] of [
      ["?", "help"],
      ["e", "export"],
      ["c", "compare"],
    ] as const) {
      await page.keyboard.press(key);
      await page.getByRole("dialog").waitFor();
      expect([name, await page.evaluate("look.crowded()")]).toEqual([name, []]);
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
    }
    await look.panel("Why");
    await look.picture(`whole-${colorScheme}`);
    const [red, green, blue] = await page.evaluate<number[]>(
      `getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)`,
    );
    expect((red! + green! + blue!) / 3 < 128).toBe(colorScheme === "dark");
  });
});

describe("who wants less motion", () => {
  /** What moves or glows while one goes through the run. */
  async function motion(reducedMotion: "reduce" | "no-preference"): Promise<readonly string[]> {
    const { page } = await life({ reducedMotion });
    await page.locator("svg.sc").getByText("stopped", { exact: true }).first().waitFor();
    await page.keyboard.press("g");
    for (let step = 0; step < 30; step++) {
      await page.keyboard.press("J");
      await page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))");
    }
    await page.getByRole("tab", { name: "Objects" }).click();
    const moved = await page.evaluate<string[]>("[...look.moved]");
    // Only has something come later, at once.
    return moved.filter((name) => name !== "statechart-late");
  }

  it("gets none, and who does not say so sees the step that was taken", async () => {
    expect(await motion("reduce")).toEqual([]);
    expect(await motion("no-preference")).toEqual(expect.arrayContaining(["sc-draw", "sc-glow"]));
  });
});
