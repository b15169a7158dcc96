/** Records as lines of a terminal. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { createInspector } from "../../inspector/emitter/createInspector.ts";
import { exportRecords } from "../../inspector/model/export/records.ts";
import { serveInspector } from "../../inspector/server/serveInspector.ts";
import type { TraceRecord } from "../../ports/trace.ts";
import { cli, startCli } from "../cli/support/cli.ts";
import { lampRun } from "./lamp.ts";

const folder = mkdtempSync(join(tmpdir(), "tail-"));
afterAll(() => rmSync(folder, { recursive: true }));

const record = (seq: number, fields: Record<string, unknown>): TraceRecord =>
  ({ seq, time: 1000 * seq, device: "lamp", ...fields }) as TraceRecord;

const MORE = [
  record(7, { kind: "http", phase: "error", url: "u", detail: "CERT_HAS_EXPIRED" }),
  {
    ...record(8, {
      kind: "step",
      actor: "lamp",
      event: { type: "shake" },
      microsteps: [],
      ignored: true,
      value: "broken",
    }),
    ...{ active: ["", "on"], entered: [], left: [] },
  },
  record(9, { kind: "chart", actor: "lamp", event: "press", value: "off", entered: ["off"] }),
  record(10, { kind: "log", line: "says \u001b[31mred\u0007" }),
];

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const recording = file("run.jsonl", exportRecords([...lampRun(), ...MORE]));

describe("inspect --tail", () => {
  it("prints what is worth a line, one a record", async () => {
    const { code, stdout } = await cli("inspect", "--tail", recording);
    expect(code).toBe(0);
    expect(stdout.lines).toEqual([
      "    0.020  actor        lamp (machine) began in off",
      "    0.030  application  the application did press",
      "    0.040  step         lamp took press and went from off to bright",
      "    0.050  timer        the timer dimming of lamp (dims the light) was set to 60 ms",
      "    7.000  http         ✖ the download failed: CERT_HAS_EXPIRED – the host's certificate is out of date, or the clock of the device is wrong",
      "    8.000  step         lamp ignored shake: nothing in on takes it, and no other state of lamp does",
      expect.stringMatching(/^ {3}10\.000 {2}log {10}.*says .*red/),
    ]);
    for (const control of ["\u001b", "\u0007"]) expect(stdout.text).not.toContain(control);
  });

  it("prints everything that a filter asks for, what is else left out included", async () => {
    const { stdout } = await cli("inspect", "--tail", recording, "--filter", "kind==definition || kind==chart");
    expect(stdout.lines).toEqual([
      "    0.010  definition   the statechart lamp has 6 states",
      "    9.000  chart        lamp took press and went to off",
    ]);
  });

  it("names devices once there are several", async () => {
    const path = file("two.jsonl", exportRecords([MORE[0]!, { ...MORE[0]!, device: "other" }]));
    const { stdout } = await cli("inspect", "--tail", path);
    expect(stdout.lines[0]).not.toMatch(/lamp/);
    expect(stdout.lines[1]).toMatch(/^ {4}7\.000 {2}other {2}http/);
  });

  it("shows where a filter is wrong", async () => {
    const { code, stderr } = await cli("inspect", "--tail", recording, "--filter", "kind == (");
    expect(code).toBe(2);
    expect(stderr.text).toMatch(/A value is missing after ==\.\n.*kind == \(\n +\^/);
  });

  it("reads what can be read, and says what was skipped", async () => {
    const broken = await cli("inspect", "--tail", file("broken.jsonl", `{\n${exportRecords(lampRun())}{"seq":`));
    expect(broken.code).toBe(0);
    expect(broken.stdout.lines).toHaveLength(4);
    expect(broken.stderr.text).toMatch(/2 of 8 lines were skipped \(line 1: not JSON/);
    const none = await cli("inspect", "--tail", file("none.txt", "hello\n"));
    expect([none.code, none.stderr.text]).toEqual([1, expect.stringContaining("is no recording (line 1: not JSON")]);
    const missing = await cli("inspect", "--tail", join(folder, "missing"));
    expect(missing.code).not.toBe(0);
    expect(missing.stderr.text).toMatch(/no such file/);
  });

  it("follows a run with its past, and tells an address where nobody is", async () => {
    const inspector = createInspector({ history: 100 });
    const server = await serveInspector(inspector);
    for (const one of lampRun()) inspector.sink(one);
    const running = startCli(["inspect", "--tail", server.url]);
    await running.stdout.until("dimming");
    for (const one of MORE) inspector.sink(one);
    await running.stdout.until("red");
    expect(running.stdout.text).toContain("lamp ignored shake: nothing in on takes it");
    running.interrupt();
    expect(await running.exit).toBe(0);
    await server.close();
    inspector.close();
    const gone = await cli("inspect", "--tail", server.url);
    expect([gone.code, gone.stderr.text]).toEqual([1, expect.stringContaining("no inspector at")]);
  });
});
