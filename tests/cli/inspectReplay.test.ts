/** `charts replay`, and what a recording is saved as beside a chart. */
import { readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { cli } from "./support/cli.ts";
import { testFolder } from "./support/folder.ts";

const path = testFolder();
const rich = path("rich.jsonl");
const deferred = path("deferred.jsonl");

beforeAll(async () => {
  await cli("demo", "--once", "--inspect", "--record", rich);
  // Its charts run by times and counts of their own.
  await cli("demo", "--once", "--scenario", "bootstrap-deferred", "--record", deferred);
}, 60_000);

describe("charts replay", () => {
  it.each([
    ["that the inspector saw", rich],
    ["whose charts had settings of their own", deferred],
  ])("finds the same steps and events in a recording %s", async (_, file) => {
    const { code, stdout } = await cli("charts", "replay", file);
    expect(stdout.text).toMatch(/^✔ the same \d+ steps of the charts and \d+ events$/m);
    expect(code).toBe(0);
  });

  it("shows where the charts do something else", async () => {
    const changed = path("changed.jsonl");
    const lines = readFileSync(rich, "utf8").split("\n");
    // The modem refuses the keys instead of taking them.
    const at = lines.findIndex(
      (line) => line.includes('"kind":"chart"') && line.includes('"output":{"kind":"written"'),
    );
    expect(at).toBeGreaterThan(0);
    lines[at] = lines[at]!.replace('"output":{"kind":"written"', '"output":{"kind":"refused"');
    writeFileSync(changed, lines.join("\n"));
    const { code, stdout } = await cli("charts", "replay", changed);
    expect(stdout.text).toMatch(/✖ deviates at #\d+\n {2}recorded {2}.+\n {2}replayed {2}.+/);
    expect(code).toBe(1);
  });

  it("refuses a recording without steps of charts", async () => {
    const file = path("none.jsonl");
    writeFileSync(
      file,
      `${readFileSync(rich, "utf8")
        .split("\n")
        .filter((line) => line.includes('"kind":"run"'))
        .join("\n")}\n`,
    );
    const { code, stderr } = await cli("charts", "replay", file);
    expect([code, stderr.text]).toEqual([2, expect.stringContaining("there is nothing to replay")]);
  });
});

describe("charts export", () => {
  it("writes a capture, and a test that replays the recording", async () => {
    const capture = path("life.pcapng");
    expect((await cli("charts", "export", rich, "--format", "pcapng", "--output", capture)).code).toBe(0);
    expect(readFileSync(capture).readUInt32LE(0)).toBe(0x0a0d0d0a);
    const { code, stdout } = await cli("charts", "export", rich, "--format", "test");
    expect(code).toBe(0);
    expect(stdout.text).toContain('import { replayCharts } from "lwm2m-carrier";');
    expect(stdout.text).toContain("LWM2M_CARRIER_EVENT_FOTA_SUCCESS");
  });

  it("says why a recording cannot be made a test", async () => {
    const file = path("middle.jsonl");
    const lines = readFileSync(rich, "utf8")
      .split("\n")
      .filter((line) => !line.includes('"kind":"run"'));
    writeFileSync(file, lines.join("\n"));
    const { code, stderr } = await cli("charts", "export", file, "--format", "test");
    expect([code, stderr.text]).toEqual([2, expect.stringContaining("cannot be made a test.")]);
  });
});
