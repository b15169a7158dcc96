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
    await steer
      .getByRole("status")
      .filter({ hasText: /-EBADR/ })
      .waitFor();
    await isInjected(look, /request: link-up.*was not done: .*-EBADR/);
    expect(look.problems).toEqual([]);
  });

  it("sends an event in a form of the fields that it has, and is told what came of it", async () => {
    const look = await registered();
    const send = (await look.panel("Steer")).locator("section", { hasText: "Send an event" });
    await send.getByLabel(/^To/).selectOption("carrier");
    await send.getByLabel(/^Event/).fill("server.failed");
    await send.getByRole("button", { name: "Send", exact: true }).click();
    await send.getByText("server has to be a number.").waitFor();
    await send.getByLabel(/^server/).fill("123");
    await send.getByText("Fields, as JSON", { exact: true }).click();
    expect(JSON.parse(await send.getByLabel("Fields, as JSON").inputValue())).toEqual({ server: 123 });
    await send.getByRole("button", { name: "Send", exact: true }).click();
    await send.getByText(/server\.failed was sent to carrier\. carrier took server\.failed/).waitFor();
    await isInjected(look, /event server\.failed to carrier \(server: 123\)/);
    expect(look.problems).toEqual([]);
  });

  it("is told that time runs while a step is awaited, and may stop it or let it run on", async () => {
    const look = await registered();
    const time = (await look.panel("Steer")).locator("section", { hasText: "Time" }).first();
    const press = (name: string) => time.getByRole("button", { name, exact: true }).click();
    await press("Pause");
    await time.getByText("time is frozen", { exact: true }).waitFor();
    await press("Step");
    await time
      .getByText(/Time runs until something moves a chart: .* next timer, update\.due, is due in 5\d min/)
      .waitFor();
    await press("Pause");
    await time.getByText("time is frozen", { exact: true }).waitFor();
    await press("Step");
    await time.getByText("runs until the next step", { exact: true }).waitFor();
    await press("Continue");
    await time.getByText("running", { exact: true }).waitFor();
    expect(look.problems).toEqual([]);
  });

  it("is told which transition there is where a breakpoint names none", async () => {
    const look = await registered();
    await look.page.getByRole("navigation", { name: "Where every machine stands" }).getByText("register/123").click();
    const breakpoints = (await look.panel("Steer")).locator("section", { hasText: "Breakpoints" });
    await breakpoints.getByLabel("Stop when").selectOption("edge");
    await breakpoints.getByLabel(/^Which/).fill("update.due");
    await breakpoints.getByRole("button", { name: "Add" }).click();
    await breakpoints
      .getByText(/register\/123 has no transition update\.due; there is registered – update\.due/)
      .waitFor();
    await breakpoints.getByLabel(/^Which/).fill("registered – update.due → updating");
    await breakpoints.getByRole("button", { name: "Add" }).click();
    await breakpoints.getByText("when the transition registered – update.due → updating is taken").waitFor();
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
