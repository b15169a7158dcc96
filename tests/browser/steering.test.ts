/** What the page lets somebody do to the running carrier; all of it stands in the run as done by hand. */
import { describe, expect, it } from "@jest/globals";
import type { Look } from "./look.ts";
import { useBrowser } from "./useBrowser.ts";

const { command, look: lookAt } = useBrowser();

/** The page of a demo whose life is over, and that goes on. */
async function registered(): Promise<Look> {
  const demo = command("demo");
  await demo.until(/The carrier goes on/);
  const look = await lookAt(await demo.address());
  await look.untilActive("registered");
  return look;
}

/** Resolves when what was done stands there as it is recorded. */
async function isInjected(look: Look, what: RegExp): Promise<void> {
  const done = (await look.panel("Steer")).locator("section", { hasText: "What was done" });
  await done.getByRole("button").filter({ hasText: what }).first().waitFor();
}

describe("somebody at the page", () => {
  it("has the application ask for something", async () => {
    const look = await registered();
    const steer = await look.panel("Steer");
    await steer.getByLabel("Request", { exact: true }).selectOption("deregister");
    await steer.getByRole("button", { name: /Request of the application/ }).click();
    await look.untilActive("deregistered");
    await look.picture("steering-request");
    await isInjected(look, /request/);
    expect(look.problems).toEqual([]);
  });

  it("is told why something was not done", async () => {
    const look = await registered();
    const steer = await look.panel("Steer");
    await steer.getByLabel("Request", { exact: true }).selectOption("link-up");
    await steer.getByRole("button", { name: /Request of the application/ }).click();
    await steer.getByText(/-EBADR/).waitFor();
    expect(look.problems).toEqual([]);
  });

  it("fires a timer", async () => {
    const look = await registered();
    const timers = await look.panel("Timers");
    await timers
      .getByRole("listitem")
      .filter({ hasText: "update.due" })
      .getByRole("button", { name: "Fire now" })
      .click();
    await look.records().filter({ hasText: "update.due → updating" }).last().waitFor();
    await isInjected(look, /timer/);
    expect(look.problems).toEqual([]);
  });

  it("stops time where a state is entered, goes a step further, and lets time go on", async () => {
    const look = await registered();
    const { page } = look;
    await page.getByRole("navigation", { name: "Where every machine stands" }).getByText("register/123").click();
    const steer = await look.panel("Steer");
    const breakpoints = steer.locator("section", { hasText: "Breakpoints" });
    await breakpoints.getByLabel(/^Which/).fill("updating");
    await breakpoints.getByRole("button", { name: "Add" }).click();
    await breakpoints
      .getByText(/when .*updating/)
      .first()
      .waitFor();
    const timers = await look.panel("Timers");
    await timers
      .getByRole("listitem")
      .filter({ hasText: "update.due" })
      .getByRole("button", { name: "Fire now" })
      .click();
    const frozen = page.getByRole("button", { name: /time is frozen: continue/ });
    await frozen.waitFor();
    await look.untilActive("updating");
    await (await look.panel("Steer")).getByText(/Stopped, because .*updating/).waitFor();
    await look.picture("steering-frozen");
    await steer.getByRole("button", { name: "Step", exact: true }).click();
    await steer.getByText("updating ended → registered").first().waitFor();
    await frozen.waitFor();
    await breakpoints.getByRole("button", { name: "Remove" }).click();
    await frozen.click();
    await frozen.waitFor({ state: "detached" });
    await look.active("updating").first().waitFor({ state: "detached" });
    await isInjected(look, /timer/);
    expect(look.problems).toEqual([]);
  });
});
