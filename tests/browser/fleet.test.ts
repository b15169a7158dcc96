/** Many devices in one page, and a view that fails. */
import { writeFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { useBrowser } from "./useBrowser.ts";

const { path, recording } = useBrowser();
const DEVICES = 200;
const MOVE = { kind: "chart", actor: "carrier", event: "e", input: true };
const FAILURE = {
  ...{ kind: "event", from: "library", to: "application", semantic: "error", error: "fotaFailed" },
  ...{ name: "LWM2M_CARRIER_EVENT_ERROR", number: 8 },
};

/** Devices that start one after the other; of each tenth the update fails. */
function fleetRecording(): string {
  const lines: string[] = [];
  const add = (device: string, fields: object) => {
    const seq = lines.length + 1;
    lines.push(JSON.stringify({ seq, time: seq, device, ...fields }));
  };
  for (let number = 0; number < DEVICES; number++) {
    const device = `urn:imei:35${String(number).padStart(13, "0")}`;
    add(device, { kind: "run", wall: 1_800_000_000_000, edition: "3.6", version: "0.1.0" });
    for (const value of ["starting", "faulted"]) add(device, { ...MOVE, value, entered: [value] });
    if (number % 10 === 9) {
      add(device, FAILURE);
    }
  }
  return lines.join("\n");
}

describe("a page with many devices", () => {
  it("finds one of them by name, state and failure, by keyboard alone", async () => {
    writeFileSync(path("fleet.jsonl"), fleetRecording());
    const look = await recording(path("fleet.jsonl"));
    const { page } = look;
    const choice = page.getByRole("button", { name: `of ${DEVICES}` });
    await choice.waitFor();
    await page.keyboard.press("D");
    const dialog = page.getByRole("dialog", { name: "Devices" });
    await dialog.getByText(`${DEVICES} of ${DEVICES}`).waitFor();
    await look.picture("fleet");
    await dialog.getByRole("checkbox").check();
    await dialog.getByText(`20 of ${DEVICES}`).waitFor();
    await dialog.getByRole("searchbox").fill("0119 faulted");
    await dialog.getByText(`1 of ${DEVICES}`).waitFor();
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "urn:imei:350000000000119" }).waitFor();
    await page.getByRole("button", { name: "1 failure" }).waitFor();
    expect(look.problems).toEqual([]);
  });
});

describe("a view that throws", () => {
  it("says so in its place, leaves the others alone, and is drawn when it is asked again", async () => {
    writeFileSync(path("fleet.jsonl"), fleetRecording());
    const look = await recording(path("fleet.jsonl"));
    const { page } = look;
    // Stands for a defect: the panel Record alone asks for all that is in a whole record.
    await page.evaluate(`{
      const { entries } = Object;
      const fails = (value) => { if (value?.kind === "run") throw new Error("no entries"); return entries(value); };
      Object.entries = fails;
      window.mend = () => { Object.entries = entries; };
    }`);
    await look.records().first().click();
    await look.panel("Record");
    const alert = page.getByRole("alert");
    await alert.getByText("The panel Record could not be drawn").waitFor();
    await alert.getByText("Error: no entries").waitFor();
    await look.picture("view-failed");
    await look.records().nth(2).click();
    await look.untilActive("faulted");
    await page.evaluate("mend()");
    await page.getByRole("button", { name: "Try again" }).click();
    await alert.waitFor({ state: "detached" });
    await page.getByText("Record 3 of").waitFor();
    expect(look.problems).toEqual([]);
  });
});
