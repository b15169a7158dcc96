/** `charts replay`, and what a recording is saved as beside a chart. */
import { readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { replayCharts } from "../../carrier/replay.ts";
import { EDITIONS } from "../../machines/editions/index.ts";
import { reviver } from "../../trace/index.ts";
import { cli } from "./support/cli.ts";
import { testFolder } from "./support/folder.ts";

const path = testFolder();
const rich = path("rich.jsonl");
const deferred = path("deferred.jsonl");

beforeAll(async () => {
  await cli("demo", "--once", "--inspect", "--record", rich);
  // Its charts run by times and counts of their own.
  await cli("demo", "--once", "--scenario", "bootstrap-deferred", "--record", deferred);
});

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

describe("a test that a recording was saved as", () => {
  const restarted = path("restarted.jsonl");
  beforeAll(() => cli("demo", "--once", "--scenario", "power-loss", "--edition", "0.30", "--record", restarted));

  /** Runs the text as Jest would. Throws what its test throws. */
  async function runSaved(recording: string): Promise<void> {
    const { stdout } = await cli("charts", "export", recording, "--format", "test");
    const body = stdout.text.replaceAll(/^import .*$/gm, "");
    const run = new Function("expect", "test", "replayCharts", "EDITIONS", "reviver", body);
    let work = () => {};
    const test = (_: string, itsWork: () => void) => {
      work = itsWork;
    };
    run(expect, test, replayCharts, EDITIONS, reviver);
    work();
  }

  it("passes, of a device that was restarted too", async () => {
    expect(readFileSync(restarted, "utf8").match(/"kind":"run"/g)).toHaveLength(2);
    for (const file of [rich, deferred, restarted]) await runSaved(file);
  });

  it.each(["another event", "an event less", "another state", "a step less"])("fails with %s", async (what) => {
    const wanted = what.includes("event") ? '"kind":"event"' : '"kind":"chart"';
    const lines = readFileSync(restarted, "utf8").trimEnd().split("\n");
    // What comes to the charts is not what they do.
    const places = lines.flatMap((line, at) => (line.includes(wanted) && !line.includes('"input":true') ? [at] : []));
    for (const at of places.filter((_, index) => index % 5 === 2)) {
      const record = JSON.parse(lines[at] ?? "");
      const changed = {
        ...record,
        ...(record.kind === "event" ? { name: "LWM2M_CARRIER_EVENT_OTHER" } : { value: "other" }),
      };
      const file = path("mutated.jsonl");
      writeFileSync(
        file,
        lines.toSpliced(at, 1, ...(what.includes("less") ? [] : [JSON.stringify(changed)])).join("\n"),
      );
      await expect(runSaved(file)).rejects.toThrow();
    }
    expect(places.length).toBeGreaterThan(10);
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
