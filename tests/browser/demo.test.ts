/** The page of a demo: every phase of a carrier's life comes by, and what failed is explained. */
import { readFile } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import type { Browser, Locator } from "playwright-core";
import { Command } from "./command.ts";
import { Look, openBrowser } from "./look.ts";

let browser: Browser;
const open: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  browser = await openBrowser();
});
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});
afterAll(() => browser.close());

async function demo(...args: string[]): Promise<Look> {
  const command = new Command(["demo", ...args]);
  open.push({ close: () => command.end() });
  const look = await Look.at(browser, await command.address());
  open.push(look);
  return look;
}

/** A state in the tree that mirrors the statechart, while it is active. */
function activeState(look: Look, name: string): Locator {
  return look.page.getByRole("treeitem", { name: new RegExp(`^${name}, .*active`) }).first();
}

describe("the page of a demo", () => {
  it("shows each phase of a life while it is active", async () => {
    const look = await demo("--speed", "0.25", "--timing", "realistic");
    for (const phase of ["initialising", "bootstrapping", "serving", "registered", "updatingFirmware"]) {
      await activeState(look, phase).waitFor({ state: "attached", timeout: 50_000 });
      await look.picture(`phase-${phase}`);
    }
    expect(look.problems).toEqual([]);
  });

  it("names the certificate that a firmware update failed by, without a click", async () => {
    const look = await demo("--scenario", "bad-ca");
    const why = look.page.getByRole("tabpanel", { name: /why/i });
    await why
      .getByText(/certificate/i)
      .first()
      .waitFor();
    await look.picture("why-bad-certificate");
    expect(look.problems).toEqual([]);
  });

  it("goes back to any moment and forward again", async () => {
    const look = await demo();
    await look.page
      .getByText(/^live$/)
      .first()
      .waitFor();
    await activeState(look, "registered").waitFor({ state: "attached" });
    const time = look.page.getByRole("slider", { name: /record|time|moment/i }).first();
    await time.focus();
    await look.page.keyboard.press("Home");
    await expect(activeState(look, "registered").count()).resolves.toBe(0);
    await look.picture("back-at-the-start");
    await look.page.getByRole("button", { name: /^live/i }).click();
    await activeState(look, "registered").waitFor({ state: "attached" });
    expect(look.problems).toEqual([]);
  });

  it("saves the run as a file that can be opened again", async () => {
    const look = await demo();
    await activeState(look, "registered").waitFor({ state: "attached" });
    await look.page.getByRole("button", { name: /Save and export/ }).click();
    const download = look.page.waitForEvent("download");
    await look.page.getByRole("menuitem", { name: /recording/i }).click();
    const path = await (await download).path();
    const lines = (await readFile(path, "utf8")).trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).kind)).toContain("step");

    const command = new Command(["inspect", path]);
    open.push({ close: () => command.end() });
    const opened = await Look.at(browser, await command.address());
    open.push(opened);
    await activeState(opened, "registered").waitFor({ state: "attached" });
    expect([...look.problems, ...opened.problems]).toEqual([]);
  });
});
