import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { seededRandom } from "../../carrier/random.ts";
import { encodeFirmwareImage } from "../../modem/index.ts";
import type { Testbed } from "../../testbed/index.ts";
import { isRecord } from "../../trace/index.ts";
import { cli, startCli } from "./support/cli.ts";
import { testFolder } from "./support/folder.ts";
import { startServers, writeConfig } from "./support/testbed.ts";

const path = testFolder();
const REGISTERED = '"semantic":"registered"';

let testbed: Testbed;
beforeAll(async () => {
  const image = encodeFirmwareImage({ version: "v2", sizeBytes: 20_000, random: seededRandom(1) });
  testbed = await startServers({ image });
});
afterAll(() => testbed.close());

/** A carrier that is registered, with `--json`. */
async function startRegistered(more: object = {}, ...options: readonly string[]) {
  const config = writeConfig(path("carrier.json"), testbed, more);
  const running = startCli(["run", "--config", config, "--json", ...options]);
  await running.stdout.until(REGISTERED);
  const answers = () => running.stdout.records.filter(({ kind }) => kind === "answer");
  const ask = async (line: string) => {
    const before = answers().length;
    running.stdin.write(`${line}\n`);
    await running.stdout.until(() => answers().length > before);
    return answers().at(-1);
  };
  return { ...running, ask };
}

describe("run", () => {
  it("registers, deregisters when it is told to end, and exits with 0", async () => {
    const { exit, stdout, stderr, interrupt } = await startRegistered();
    expect(testbed.management.devices).toHaveLength(1);
    interrupt();
    expect(await exit).toBe(0);
    expect(testbed.management.devices).toHaveLength(0);
    expect(stderr.text).toBe("");
    expect(stdout.records.every(isRecord)).toBe(true);
    expect(stdout.records.at(-1)).toMatchObject({ kind: "result", ok: true, reason: "stopped by SIGINT" });
  });

  it("answers every command with one record", async () => {
    const { ask, exit } = await startRegistered({ device: { batteryLevel: 80, manufacturer: "Acme" } });
    const endpoint = testbed.management.devices[0]?.endpoint;
    expect(await ask("get /3/0/9")).toMatchObject({ ok: true, value: 80 });
    expect(await ask("set /3/0/9 55")).toMatchObject({ ok: true });
    expect(await testbed.management.read(endpoint ?? "", "/3/0/9")).toMatchObject({ value: 55 });
    expect(await ask("set /3/0/9 101")).toMatchObject({
      ok: false,
      error: expect.stringContaining("allowed are 0..100"),
    });
    expect(await ask("create /16")).toMatchObject({ ok: true, value: "/16/0" });
    expect(await ask("create /16/0")).toMatchObject({ ok: false, error: expect.stringContaining("/16/0 exists") });
    expect(await ask("delete /16/0")).toMatchObject({ ok: true });
    expect(await ask("delete /16/0")).toMatchObject({ ok: false, error: "there is no instance /16/0" });
    expect(await ask("delete /3/0")).toMatchObject({ ok: false, error: "object 3 is mandatory: a device has it" });
    expect(await ask("request link-up")).toMatchObject({ ok: false, error: expect.stringContaining("-EBADR") });
    expect(await ask("status")).toMatchObject({
      ok: true,
      value: { endpoint, edition: "3.6", state: "registered", servers: [{ shortServerId: 123 }] },
    });
    expect(await ask("help")).toMatchObject({ ok: true, value: expect.arrayContaining([expect.any(Object)]) });
    expect(await ask("nonsense")).toMatchObject({ ok: false, error: expect.stringContaining("there is no command") });
    expect(await ask("quit")).toMatchObject({ ok: true });
    expect(await exit).toBe(0);
  });

  it("sends values to the server, and does what it is requested to", async () => {
    const { ask, exit, interrupt, stdout } = await startRegistered();
    const sent = testbed.management.events.until("sent");
    expect(await ask("send /3/0/0 /3/0/1")).toMatchObject({ ok: true, value: 0 });
    expect(new TextDecoder().decode((await sent).payload)).toContain("Simulated");
    expect(await ask("send /3/0/9")).toMatchObject({ ok: false, error: expect.stringContaining("-ENOENT") });
    expect(await ask("request deregister")).toMatchObject({ ok: true, value: 0 });
    await stdout.until('"semantic":"deregistered"');
    interrupt();
    expect(await exit).toBe(0);
  });

  it("puts the values of the configuration back when the device restarts", async () => {
    const { ask, exit, stdout, interrupt } = await startRegistered({ device: { batteryLevel: 80, portfolio: ["a"] } });
    await ask("set /3/0/9 55");
    expect(await ask("request reboot")).toMatchObject({ ok: true });
    await stdout.until(/"semantic":"reboot"[\s\S]*"semantic":"registered"/);
    expect(await ask("get /3/0/9")).toMatchObject({ value: 80 });
    expect(await ask("get /16/0/0")).toMatchObject({ value: { 0: "a" } });
    interrupt();
    expect(await exit).toBe(0);
  });

  it("goes on at the end of a script, and begins commands before it is registered", async () => {
    const config = writeConfig(path("carrier.json"), testbed);
    const { stdin, stdout, exit, interrupt } = startCli(["run", "--config", config, "--json"]);
    stdin.end("get /3/0/16\n# a comment\n\nget /3/0/17\n");
    await stdout.until(REGISTERED);
    const answers = stdout.records.filter(({ kind }) => kind === "answer");
    expect(answers.map(({ value }) => value)).toEqual(["U", "Module"]);
    expect(testbed.management.devices).toHaveLength(1);
    interrupt();
    expect(await exit).toBe(0);
  });

  it("bootstraps once, keeps its store for itself, and goes on with a recording", async () => {
    const more = { store: "./state" };
    const record = path("run.jsonl");
    const first = await startRegistered(more, "--record", record);
    const config = path("carrier.json");
    const second = await cli("run", "--config", config);
    expect(second).toMatchObject({ code: 1 });
    expect(second.stderr.text).toMatch(/the folder is in use by this process \(\d+\); stop that process/);
    first.interrupt();
    await first.exit;

    const again = await startRegistered(more, "--record", record);
    again.interrupt();
    expect(await again.exit).toBe(0);
    expect(first.stdout.text).toContain("LWM2M_CARRIER_EVENT_BOOTSTRAPPED");
    expect(again.stdout.text).not.toContain("LWM2M_CARRIER_EVENT_BOOTSTRAPPED");
    expect(again.stdout.records[0]?.seq).toBe((first.stdout.records.at(-1)?.seq ?? 0) + 1);
    expect(readFileSync(record, "utf8")).toBe(first.stdout.text + again.stdout.text);
  });

  it("is killed by a fault that takes its supply away, and comes back from the store", async () => {
    const faults = { powerLossDuringWrite: { afterBytes: 10_000, times: 1 } };
    const { exit, stdout } = await startRegistered({ store: "./lost", modem: { kind: "simulated", seed: 1, faults } });
    const [device] = testbed.management.devices;
    const updating = testbed.management.updateFirmware(device?.endpoint ?? "", { uri: testbed.urls.plainImage });
    expect(await exit).toBe(1);
    expect(stdout.records.at(-1)).toMatchObject({
      kind: "result",
      ok: false,
      reason: expect.stringContaining("supply"),
    });
    expect(stdout.text).not.toContain('"semantic":"deregistered"');

    const again = await startRegistered({ store: "./lost" });
    expect(await updating).toMatchObject({ result: 1, version: "v2" });
    again.interrupt();
    expect(await again.exit).toBe(0);
  });

  it("lists everything that is wrong with its configuration and ends with 2", async () => {
    const config = writeConfig(path("wrong.json"), testbed, { endpiont: "x", coap: { ackTimeout: -1 } });
    const { code, stdout, stderr } = await cli("run", "--config", config);
    expect(code).toBe(2);
    expect(stdout.text).toBe("");
    expect(stderr.lines).toEqual([
      `✖ ${config}:`,
      "  endpiont is not a known key; did you mean endpoint?",
      "  coap.ackTimeout is -1; allowed is a number from 0.001 to 86400",
    ]);
  });

  it("keeps a key that was typed out of its records", async () => {
    const { stdin, stdout, exit, interrupt } = await startRegistered();
    stdin.write("set /0/0/5 hex:00112233\n");
    await stdout.until('"command":"set /0/0/5 [redacted]","ok":false');
    interrupt();
    await exit;
    expect(stdout.text).not.toContain("00112233");
  });
});

describe("run for people", () => {
  it("draws the chart and answers in words", async () => {
    const config = writeConfig(path("carrier.json"), testbed);
    const { stdin, stdout, exit } = startCli(["run", "--config", config]);
    await stdout.until("─ REGISTERED ─");
    stdin.write("get /3/0/17\n");
    await stdout.until("/3/0/17  Device Type  Module");
    stdin.write("set /3/0/17 Meter\n");
    await stdout.until("✔ done");
    stdin.write("set /3/0/9 much\n");
    await stdout.until('✖ /3/0/9 "Battery Level" wants a decimal integer');
    stdin.write("status\n");
    await stdout.until(/^state {9}registered \(phase serving\.registered, firmware idle, reboot none\)$/m);
    stdin.write("help\n");
    await stdout.until(/^ {2}send PATH\.\.\. +tells values to the servers \(Send\)$/m);
    stdin.write("quit\n");
    expect(await exit).toBe(0);
    expect(stdout.text).toContain("done: stopped by quit");
  });

  it("has a prompt on a terminal, with completion, and ends with Ctrl-D", async () => {
    const config = writeConfig(path("carrier.json"), testbed);
    const { stdin, stdout, exit } = startCli(["run", "--config", config], {}, { terminal: true });
    await stdout.until("REGISTERED");
    for (const keys of ["sta", "\t", "\n"]) stdin.write(keys);
    await stdout.until(/^state {9}registered/m);
    expect(stdout.text).toContain("❯");
    stdin.write("\u0004");
    expect(await exit).toBe(0);
  });
});
