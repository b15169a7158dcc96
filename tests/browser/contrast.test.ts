/** Every text on the page stands out from what lies under it, in every view and panel, in light and dark. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { Command } from "./command.ts";
import type { Look } from "./look.ts";
import { useBrowser } from "./useBrowser.ts";

const CONTRAST = readFileSync(new URL("./contrast.js", import.meta.url), "utf8");
const PANELS = ["Why", "Timers", "Wire", "Context", "Objects", "Steer", "Record"] as const;
const KINDS = ["coap", "dtls", "http", "step", "modem", "timer", "resource", "event", "store"] as const;

const { look: lookAt, path } = useBrowser();

let shown: Command;
beforeAll(async () => {
  const file = path("life.jsonl");
  await new Command(["demo", "--once", "--inspect", "--scenario", "bad-ca", "--record", file]).done();
  shown = new Command(["inspect", file]);
});
afterAll(() => shown.end());

/** Two pictures later everything that was changed is drawn. */
const DRAWN = "new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))";

it.each(["light", "dark"] as const)(
  "in %s colours",
  async (colorScheme) => {
    const look = await lookAt(await shown.address(), { colorScheme, viewport: { width: 1600, height: 900 } });
    const { page } = look;
    await look.rows().first().waitFor();
    await page.evaluate(CONTRAST);
    const faint = new Set<string>();
    let looks = 0;
    const scan = async (where: string) => {
      await page.evaluate(DRAWN);
      looks++;
      for (const text of await page.evaluate<string[]>("faintTexts()")) faint.add(`${where}: ${text}`);
    };

    for (const view of ["1", "2", "3"]) {
      await page.keyboard.press(view);
      // At the end, at each failure, and at the steps before it.
      for (const key of ["l", "n", "n", "K", "K"]) {
        await page.keyboard.press(key);
        await scan(`view ${view}, ${key}`);
      }
    }
    await page.getByRole("button", { name: "Expected" }).click();
    await scan("expected");
    for (const kind of KINDS) {
      await look.filter(`kind==${kind}`);
      await page.keyboard.press("g");
      await scan(kind);
    }
    await look.filter("");
    await page.keyboard.press("n");
    for (const panel of PANELS) {
      await look.panel(panel);
      await scan(panel);
    }
    for (const key of ["?", "e", "c"]) {
      await page.keyboard.press(key);
      await page.getByRole("dialog").waitFor();
      await scan(`dialog ${key}`);
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
    }
    await page.getByRole("combobox", { name: "Filter" }).fill("kind==coap ) x");
    await page.locator(".offers-problem").waitFor();
    await scan("filter");
    expect(looks).toBeGreaterThan(30);
    expect([...faint]).toEqual([]);

    // It sees what it is to see.
    await page.evaluate(`document.querySelector(".top-title").style.color = "#999"`);
    expect((await page.evaluate<string[]>("faintTexts()")).join()).toMatch(
      colorScheme === "light" ? /top-title/ : /^$/,
    );
  },
  120_000,
);

it("at 200 % everything is still within reach", async () => {
  const { page }: Look = await lookAt(await shown.address(), { viewport: { width: 640, height: 360 } });
  await page.getByRole("listbox", { name: "Records" }).getByRole("option").first().waitFor();
  for (const name of ["Both", "Play the run", "Keys (?)"])
    await page.getByRole("button", { name, exact: true }).click();
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  for (const key of ["?", "e"]) {
    await page.keyboard.press(key);
    await page.getByRole("dialog").waitFor();
    expect(await page.evaluate("look.crowded()")).toEqual([]);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  }
});
