/** One thing is told in one way: failures in every count, an actor of two runs, the bookmarks of a run in all its pages. */
import { writeFileSync } from "node:fs";
import { expect, it } from "@jest/globals";
import { useBrowser } from "./useBrowser.ts";

const { path, recording } = useBrowser();
const stands = (value: string, context: object) => ({
  ...{ kind: "actor", actor: "light", phase: "found", id: "light", logic: "machine", status: "active" },
  ...{ value, active: ["", value], context },
});
const REFUSED = { kind: "refused", server: "bootstrap", path: "/bs", code: "4.06", detail: "incomplete" };
const TOLD = {
  ...{ kind: "event", from: "library", to: "application", semantic: "error", error: "fotaFailed" },
  ...{ name: "LWM2M_CARRIER_EVENT_ERROR", number: 8 },
};

function linesOf(records: readonly object[]): string {
  return records
    .map((fields, at) => JSON.stringify({ seq: at + 1, time: at * 10, device: "crossing", ...fields }))
    .join("\n");
}

/** Four records tell of a failure, and two things went wrong. */
function run(): string {
  writeFileSync(
    path("run.jsonl"),
    linesOf([
      stands("red", { cars: 1, tired: true }),
      REFUSED,
      { ...TOLD, cause: 2 },
      { kind: "log", line: "again" },
      REFUSED,
      { ...TOLD, cause: 5 },
      { kind: "log", line: "over" },
    ]),
  );
  return path("run.jsonl");
}

it("failures are counted alike by the bar, the panel and the list of devices, wherever one stands", async () => {
  const look = await recording(run());
  const { page } = look;
  const count = page.locator(".top-bar").getByRole("button", { name: "2 failures" });
  await count.waitFor();
  const why = page.getByRole("tabpanel", { name: "Why" });
  for (const place of ["1", "4", "7"]) {
    await page.getByRole("slider", { name: "Moment of the run" }).press("Home");
    for (let at = 1; at < Number(place); at++) await page.keyboard.press("ArrowRight");
    await page.locator(`[role=slider][aria-valuenow="${place}"]`).waitFor();
    await look.panel("Timers");
    await count.click();
    await why.getByRole("heading", { name: "What went wrong (2)" }).waitFor();
    await page.locator(`[role=slider][aria-valuenow="${place}"]`).waitFor();
    await look.picture(`failures-${place}`);
  }
  expect(await page.evaluate("look.focused().name")).toContain('"Why"');
  await page.keyboard.press("D");
  await page.getByRole("dialog", { name: "Devices" }).getByText("2 failures").waitFor();
  expect(look.problems).toEqual([]);
});

it("two runs' contexts stand beside each other, and what is not in the other run is said", async () => {
  const other = [{ kind: "log", line: "not yet" }, stands("green", { cars: 2, wet: 1 })];
  const look = await recording(run());
  const { page } = look;
  const files = await page.evaluateHandle(`(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([${JSON.stringify(linesOf(other))}], "other.jsonl"));
    return transfer;
  })()`);
  await page.dispatchEvent("main", "drop", { dataTransfer: files });
  await page.getByRole("button", { name: "run.jsonl", exact: true }).click();
  await page.keyboard.press("c");
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /^other\.jsonl/ })
    .click();
  await page.getByRole("region", { name: "Run B" }).waitFor();
  await page.getByRole("button", { name: "together" }).click();
  const context = await look.panel("Context");
  const sides = context.getByRole("list", { name: "Compared" }).getByRole("listitem");
  const rows = context.locator(".difference");
  const texts = async () => (await rows.allInnerTexts()).map((text) => text.replace(/\s+/g, " "));
  for (const name of ["A", "B"]) {
    await page
      .getByRole("region", { name: `Run ${name}` })
      .locator(".run-head")
      .click();
    await context.getByRole("heading", { name: `Everything in run ${name}` }).waitFor();
    await sides.nth(0).getByText("run.jsonl").waitFor();
    await sides.nth(1).getByText("other.jsonl").waitFor();
    expect(await texts()).toEqual([
      'value differs A "red" B "green"',
      "context.cars differs A 1 B 2",
      "context.tired in A alone A true B not there",
      "context.wet in B alone A not there B 1",
    ]);
    await look.picture(`contexts-${name}`);
  }
  await page.getByRole("slider", { name: "Moment of the run" }).press("Home");
  await page.getByRole("region", { name: "Run A" }).locator(".run-head").click();
  await context.getByText(/^light is not there in run B at record 1, /).waitFor();
  await context.getByText("At the end of run B it is.").waitFor();
  await page.getByRole("button", { name: "end", exact: true }).click();
  await context.getByRole("list", { name: "Compared" }).waitFor({ state: "detached" });
  expect(look.problems).toEqual([]);
});

it("bookmarks of two pages of one run are one list", async () => {
  const look = await recording(run());
  const { page } = look;
  const other = await page.context().newPage();
  await other.goto(page.url());
  const pages = [page, other] as const;
  for (const [at, { keyboard }] of pages.entries()) {
    const here = pages[at]!;
    await here.bringToFront();
    // What the other one has set is there.
    if (at > 0) await here.getByRole("button", { name: String(at), exact: true }).waitFor();
    await here.getByRole("listbox", { name: "Records" }).getByRole("option").nth(at).click();
    await keyboard.press("b");
    await here.getByRole("button", { name: String(at + 1), exact: true }).waitFor();
  }
  await page.bringToFront();
  await page.getByRole("button", { name: "2", exact: true }).click();
  await page
    .getByRole("button", { name: /^Remove the bookmark/ })
    .first()
    .click();
  await page.getByRole("button", { name: "1", exact: true }).waitFor();
  await other.bringToFront();
  await other.getByRole("button", { name: "1", exact: true }).waitFor();
  expect(look.problems).toEqual([]);
});
