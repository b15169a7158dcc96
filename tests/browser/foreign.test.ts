/** An app that is none of ours on its page: a crossing with a light, walkers, a bell and cars that come and go. */
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Look } from "./look.ts";
import { useBrowser } from "./useBrowser.ts";

const { look: lookAt } = useBrowser();

let url: string;
let stop: () => Promise<void>;

beforeAll(async () => {
  jest.spyOn(console, "log").mockImplementation(() => {});
  // It runs against the package as it is built, as it would elsewhere.
  const example = (await import("../../examples/inspectForeign.ts")) as {
    readonly page: { readonly url: string };
    stop(): Promise<void>;
  };
  ({ stop } = example);
  ({ url } = example.page);
});
afterAll(async () => {
  await stop?.();
  jest.restoreAllMocks();
});

async function drawn({ page }: Look, name: string): Promise<void> {
  await page.locator("svg.sc").getByText(name, { exact: true }).first().waitFor();
}

describe("the page of an app that is none of ours", () => {
  it("draws its machines with all states: parallel regions, what is invoked, what is spawned", async () => {
    const look = await lookAt(url);
    const { page } = look;
    await page.getByRole("combobox", { name: "What is unfolded" }).selectOption("all");
    const regions = ["light", "walkers"];
    for (const region of regions) await look.state(region).waitFor({ state: "attached" });
    for (const region of regions)
      expect(await look.state(region).getAttribute("aria-label")).toMatch(/, region, active$/);
    for (const state of ["green", "yellow", "red", "waiting", "walking", "silent", "ringing"]) {
      await look.state(state).first().waitFor({ state: "attached" });
      await drawn(look, state);
    }
    // A car that has gone is not drawn any more, until the next one comes.
    await look.wentThrough(["car", "approaching"]);
    await look.wentThrough(["yellow", "red", "green"]);
    await look.picture("foreign-statechart");
    expect(look.problems).toEqual([]);
  });

  it("draws what its actors say to each other", async () => {
    const look = await lookAt(url);
    for (const message of [/button\.pressed/, /light\.isGreen/, /car\.gone/])
      await look.rows().filter({ hasText: message }).first().waitFor();
    await look.page.keyboard.press("2");
    await look.picture("foreign-sequence");
    expect(look.problems).toEqual([]);
  });

  it("has something of it in every panel", async () => {
    const look = await lookAt(url);
    await look.filter("event==button.pressed && actor==crossing");
    await look.records().first().click();
    const why = await look.panel("Why");
    await why.getByText("refused").or(why.getByText("taken")).first().waitFor();
    await look.picture("foreign-why");
    await look.filter("");
    await look.page.keyboard.press("l");

    const timers = await look.panel("Timers");
    await timers.getByRole("listitem").first().waitFor();
    const context = await look.panel("Context");
    await context.getByText("pressed").first().waitFor();
    const record = await look.panel("Record");
    await record.getByText("crossing").first().waitFor();
    const wire = await look.panel("Wire");
    await wire.getByText("No message before this").waitFor();
    const objects = await look.panel("Objects");
    await objects.getByText("No objects are known.").waitFor();

    const steer = await look.panel("Steer");
    await steer.getByLabel("To").selectOption("crossing/bell");
    await steer.getByLabel("Event", { exact: true }).fill("ring");
    await steer.getByRole("button", { name: "Send", exact: true }).click();
    await look.wentThrough(["silent", "ringing", "silent"]);
    await look.picture("foreign-steer");
    expect(look.problems).toEqual([]);
  });
});
