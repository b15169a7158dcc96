/** The commands `demo` and `run` with a modem behind AT commands. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { DATA_PATHS } from "../../cli/scenarios/scenario.ts";
import type { Testbed } from "../../testbed/index.ts";
import { isRecord } from "../../trace/index.ts";
import { cli, type RunningCli, startCli } from "../cli/support/cli.ts";
import { testFolder } from "../cli/support/folder.ts";
import { startServers, writeConfig } from "../cli/support/testbed.ts";

const path = testFolder();

describe("demo --modem at", () => {
  it("lives the whole life over a pseudo terminal, with the modem's DTLS", async () => {
    const { code, stdout } = await cli("demo", "--once", "--modem", "at");
    expect(code).toBe(0);
    expect(stdout.text).toContain("✔ bootstrapped, registered, updated to mfw_sim_1.1.0, registered again");
    expect(stdout.text).toMatch(/modem +AT commands over \/dev\/\S+, data path modem/);
    expect(stdout.text).toMatch(/security +DTLS 1\.2, by the modem, keys in security tags 25 and 26/);
    expect(stdout.text).toMatch(/traffic .* AT commands/);
  });

  it("has DTLS on this host with --data-path host", async () => {
    const { code, stdout } = await cli("demo", "--once", "--modem", "at", "--data-path", "host", "--json");
    expect(code).toBe(0);
    expect(stdout.records.every(isRecord)).toBe(true);
    expect(stdout.records.some(({ kind }) => kind === "dtls")).toBe(true);
    expect(stdout.records.some(({ line }) => String(line).startsWith("AT#XSSOCKET"))).toBe(false);
  });

  it("deregisters over the line when Ctrl-C reaches all of its processes", async () => {
    const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
    const demo = spawn(process.execPath, [main, "demo", "--modem", "at", "--json"], { detached: true });
    let text = "";
    let interrupted = false;
    for await (const octets of demo.stdout) {
      text += octets;
      if (interrupted || text.split('"semantic":"registered"').length < 3) continue;
      interrupted = true;
      // As a terminal does: to the whole process group.
      process.kill(-(demo.pid ?? 0), "SIGINT");
    }
    expect(text).toContain('"semantic":"deregistered"');
  });

  it("says what --data-path is for without it", async () => {
    const { code, stderr } = await cli("demo", "--once", "--data-path", "host");
    expect(code).toBe(2);
    expect(stderr.text).toBe("✖ --data-path host is for a modem behind AT commands.\n  Give --modem at as well.\n");
  });
});

describe("run with an AT modem", () => {
  let testbed: Testbed;
  let modem: RunningCli;
  beforeAll(async () => {
    testbed = await startServers();
  });
  afterAll(() => testbed.close());
  afterEach(async () => {
    modem.interrupt();
    await modem.exit;
  });

  /** The port of `lwm2m-carrier modem`. */
  async function port(...options: string[]): Promise<string> {
    modem = startCli(["modem", "--json", ...options]);
    await modem.stdout.until(/\n/);
    const { device, tcp } = modem.stdout.records[0] as unknown as { readonly device?: string; readonly tcp?: string };
    return device ?? `tcp://${tcp}`;
  }

  it.each([
    ["pseudo terminal", [], DATA_PATHS[0]],
    ["pseudo terminal", [], DATA_PATHS[1]],
    ["TCP port", ["--tcp"], DATA_PATHS[0]],
  ] as const)(
    "registers through a %s (%j), with the sockets of the %s, and gives the port back",
    async (_what, options, dataPath) => {
      const at = { kind: "at", port: await port(...options), dataPath };
      const config = writeConfig(path("carrier.json"), testbed, { modem: at });
      // Twice: the port is free again, and the modem as it was left.
      for (let life = 0; life < 2; life++) {
        const running = startCli(["run", "--config", config, "--json"]);
        await running.stdout.until('"semantic":"registered"');
        expect(testbed.management.devices).toHaveLength(1);
        running.interrupt();
        expect(await running.exit).toBe(0);
        expect(testbed.management.devices).toHaveLength(0);
        expect(running.stderr.text).toBe("");
      }
    },
  );
});

describe("run says in one sentence", () => {
  const complaint = async (port: string) => {
    const modem = { kind: "at", port };
    const config = path("carrier.json");
    writeFileSync(config, JSON.stringify({ bootstrap: { uri: "coap://127.0.0.1" }, modem }));
    const { code, stderr } = await cli("run", "--config", config, "--speed", "100");
    expect(code).toBe(1);
    return stderr.text;
  };

  it("that there is no such port", async () => {
    expect(await complaint("/dev/ttyNOBODY")).toMatch(/^✖ \/dev\/ttyNOBODY is not there; [^\n]+\n$/);
  });

  it("that what is there is no modem", async () => {
    const silent = createServer(() => {}).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const port = `tcp://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    expect(await complaint(port)).toBe(`✖ ${port} does not answer AT; give the modem's port and its baud rate\n`);
    silent.close();
  });
});
