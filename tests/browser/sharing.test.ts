/** Several pages and several runs: what pages share, what a page keeps when it is loaded again, two runs side by side. */
import { readFileSync } from "node:fs";
import { beforeAll, expect, it } from "@jest/globals";
import { Command } from "./command.ts";
import type { Look } from "./look.ts";
import { useBrowser } from "./useBrowser.ts";

const { command, look: lookAt, path } = useBrowser();

let good: string;
beforeAll(async () => {
  good = path("good.jsonl");
  await new Command(["demo", "--once", "--inspect", "--record", good]).done();
});

/** A demo whose firmware update has failed, for as many pages as are asked for. */
async function failing(): Promise<() => Promise<Look>> {
  const demo = command("demo", "--scenario", "bad-ca");
  const url = await demo.address();
  return async () => {
    const look = await lookAt(url);
    await look.page.getByRole("button", { name: /failures?$/ }).waitFor();
    return look;
  };
}

async function breakpointsOf(look: Look) {
  const section = (await look.panel("Steer")).locator("section", { hasText: "Breakpoints" });
  return {
    add: async (state: string) => {
      await section.getByLabel(/^Which/).fill(state);
      await section.getByRole("button", { name: "Add" }).click();
    },
    has: (state: string) => section.getByRole("listitem").filter({ hasText: `${state} is entered` }),
  };
}

it("breakpoints are the app's: what one page adds or removes, the others see", async () => {
  const open = await failing();
  const looks = [await open(), await open()] as const;
  const [one, other] = [await breakpointsOf(looks[0]), await breakpointsOf(looks[1])];
  await one.add("restarting");
  await other.has("restarting").waitFor();
  await other.add("registering");
  await one.has("registering").waitFor();
  await one.has("restarting").waitFor();
  await other.has("restarting").getByRole("button", { name: "Remove" }).click();
  await one.has("restarting").waitFor({ state: "detached" });
  await one.has("registering").waitFor();
  const late = await breakpointsOf(await open());
  await late.has("registering").waitFor();
  for (const look of looks) expect(look.problems).toEqual([]);
});

it("bookmarks are there again, under their names, when the page is loaded again", async () => {
  const look = await (await failing())();
  const { page } = look;
  await page.keyboard.press("n");
  await page.keyboard.press("b");
  const list = page.getByRole("button", { name: "1", exact: true });
  await list.click();
  await page.getByLabel(/^Name of the bookmark/).fill("here it failed");
  const place = await page.getByRole("slider").getAttribute("aria-valuenow");
  await page.reload();
  await list.click();
  await expect(page.getByLabel(/^Name of the bookmark/).inputValue()).resolves.toBe("here it failed");
  await page.keyboard.press("Escape");
  await page.keyboard.press("m");
  await page.locator(`[role=slider][aria-valuenow="${place}"]`).waitFor();
  expect(look.problems).toEqual([]);
});

it("two runs stand side by side: where they part, which one failed, one time for both, either as the first", async () => {
  const look = await (await failing())();
  const { page } = look;
  const files = await page.evaluateHandle(`(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([${JSON.stringify(readFileSync(good, "utf8"))}], "good.jsonl"));
    return transfer;
  })()`);
  await page.dispatchEvent("main", "drop", { dataTransfer: files });
  await page.getByRole("navigation", { name: "Sessions" }).getByRole("button", { name: "Compare …" }).click();
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /bad-ca/ })
    .click();
  const runs = (name: string) => page.getByRole("region", { name: `Run ${name}` }).locator(".run-head");
  await runs("A").getByText("good.jsonl").waitFor();
  await runs("A").getByText("✓ done").waitFor();
  await runs("B")
    .getByRole("button", { name: /failures?$/ })
    .waitFor();
  const parting = page.getByText(/^fota .* in A it goes to verifying .* in B it goes to failed/);
  await parting.waitFor();
  await page.getByRole("button", { name: "Go there" }).click();
  const time = (name: string) => runs(name).locator(".mono").innerText();
  const before = [await time("A"), await time("B")];
  await look.picture("compared");
  // What is saved is of the run that the panels are about.
  for (const [name, failed] of [
    ["B", true],
    ["A", false],
  ] as const) {
    await runs(name).getByText("demo", { exact: true }).click();
    await runs(name).getByText("in the panels").waitFor();
    await page.keyboard.press("e");
    const download = page.waitForEvent("download");
    await page
      .getByRole("dialog")
      .getByRole("button", { name: /^Sequence chart, SVG/ })
      .click();
    const file = path(`${name}.svg`);
    await (await download).saveAs(file);
    expect(readFileSync(file, "utf8").includes("FOTA_FAIL")).toBe(failed);
  }
  // The second goes along with the first.
  await page.keyboard.press("K");
  await look.untilTrue(
    `[...document.querySelectorAll(".run-head .mono")].every((time, at) => time.textContent !== ${JSON.stringify(before)}[at])`,
  );
  await page.getByRole("button", { name: "swap" }).click();
  await runs("B").getByText("good.jsonl").waitFor();
  await page.getByText(/^fota .* in A it goes to failed .* in B it goes to verifying/).waitFor();
  // The first can be steered.
  await (await look.panel("Steer")).getByText("Breakpoints").waitFor();
  await page.getByRole("button", { name: "end", exact: true }).click();
  await page.getByRole("button", { name: "Both", pressed: true }).waitFor();
  expect(look.problems).toEqual([]);
});
