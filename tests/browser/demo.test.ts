/** The page of a demo: every phase of a carrier's life comes by, and what failed is explained. */
import { readFile } from "node:fs/promises";
import { describe, expect, it } from "@jest/globals";
import { XMLValidator } from "fast-xml-parser";
import type { Look } from "./look.ts";
import { useBrowser } from "./useBrowser.ts";

const { command, demo, look: lookAt } = useBrowser();

/** Octets with which a file of the kind begins. */
const PCAPNG = "0a0d0d0a";
const PNG = "89504e470d0a1a0a";

/** Saves the run as what the dialog calls so. */
async function save({ page }: Look, label: string): Promise<Buffer> {
  await page.keyboard.press("e");
  const download = page.waitForEvent("download");
  const dialog = page.getByRole("dialog", { name: "Save and export" });
  await dialog.getByRole("button", { name: label }).click();
  const content = await readFile(await (await download).path());
  await dialog.waitFor({ state: "detached" });
  return content;
}

function isDrawing(content: Buffer): boolean {
  const text = content.toString();
  return XMLValidator.validate(text) === true && /<svg [^>]*width="\d/.test(text) && /<text/.test(text);
}

/** Pixels, from the picture's first chunk. */
function sizeOfPng(content: Buffer): readonly number[] {
  expect(content.subarray(0, 8).toString("hex")).toBe(PNG);
  return [content.readUInt32BE(16), content.readUInt32BE(20)];
}

describe("the page of a demo", () => {
  it("shows each phase of a life as it comes", async () => {
    const look = await demo("--timing", "realistic", "--speed", "3");
    await look.wentThrough(["bootstrapping"]);
    await look.picture("phase-bootstrapping");
    // The server asks for the update at once: between the two the page may have had no picture to draw.
    await look.wentThrough(["bootstrapping", "updatingFirmware", "poweredOff"]);
    await look.picture("phase-updating-firmware");
    await look.wentThrough(["updatingFirmware", "poweredOff", "registered"]);
    await look.picture("phase-updated");
    expect(look.problems).toEqual([]);
  });

  it("names the certificate that a firmware update failed by, without a click", async () => {
    const look = await demo("--scenario", "bad-ca");
    await look.page
      .getByRole("tabpanel", { name: "Why" })
      .getByText(/certificate/i)
      .first()
      .waitFor();
    await look.picture("why-bad-certificate");
    expect(look.problems).toEqual([]);
  });

  it("goes back to any moment and forward again", async () => {
    const look = await demo();
    const { page } = look;
    await look.untilActive("registered");
    const moment = page.getByRole("slider", { name: "Moment of the run" });
    await moment.press("Home");
    await look.active("registered").first().waitFor({ state: "detached" });
    await page.locator('[role=slider][aria-valuenow="1"]').waitFor();
    await page.getByText("runs yet at this moment").waitFor();
    await page.getByRole("option", { name: /^demo, edition/ }).waitFor();
    await look.picture("back-at-the-start");
    // Step by step into what a page that came a moment later has missed.
    for (let steps = 0; steps < 60 && (await look.active("initialising").count()) === 0; steps++) {
      await page.keyboard.press("J");
      await page.evaluate("new Promise(requestAnimationFrame)");
    }
    await look.untilActive("initialising");
    await look.picture("phase-initialising");
    await page.getByRole("button", { name: "Live", exact: true }).click();
    await look.untilActive("registered");
    expect(Number(await moment.getAttribute("aria-valuenow"))).toBeGreaterThan(100);
    expect(look.problems).toEqual([]);
  });

  it("saves the run as everything that it offers", async () => {
    const running = command("demo");
    await running.until(/The carrier goes on/);
    const look = await lookAt(await running.address());
    await look.untilActive("registered");
    const recording = (await save(look, "Recording")).toString();
    const kinds = recording
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).kind);
    expect(kinds).toEqual(expect.arrayContaining(["definition", "step", "coap", "dtls", "event", "resource"]));
    expect((await save(look, "Wireshark capture")).subarray(0, 4).toString("hex")).toBe(PCAPNG);
    expect((await save(look, "Sequence chart, mscgen")).toString()).toMatch(/^msc \{.*REGISTERED.*\}\s*$/s);
    expect((await save(look, "Sequence chart, Mermaid")).toString()).toMatch(/^sequenceDiagram.*REGISTERED/s);
    expect((await save(look, "Statechart, Mermaid")).toString()).toMatch(/^stateDiagram-v2.*bootstrapping/s);
    expect((await save(look, "Jest test")).toString()).toMatch(/from "@jest\/globals".*replay.*expect\(/s);
    expect(isDrawing(await save(look, "Statechart, SVG"))).toBe(true);
    expect(isDrawing(await save(look, "Sequence chart, SVG"))).toBe(true);
    for (const name of ["Statechart, PNG", "Sequence chart, PNG"])
      for (const side of sizeOfPng(await save(look, name))) expect(side).toBeGreaterThan(400);
    await look.page.keyboard.press("e");
    const offered = look.page.getByRole("dialog").locator(".export");
    await offered.first().waitFor();
    expect(await offered.count()).toBe(10);
    await look.picture("export");
    expect(look.problems).toEqual([]);
  });
});
