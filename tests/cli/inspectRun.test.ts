/** `run --inspect`: a carrier that has run for a while, looked at by a page that attaches late. */

import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { EXPORT_FORMATS } from "../../inspector/model/export/formats.ts";
import type { Testbed } from "../../testbed/index.ts";
import { recordProblems } from "../../trace/index.ts";
import { cli, startCli } from "./support/cli.ts";
import { testFolder } from "./support/folder.ts";
import { attach, pageAddress } from "./support/page.ts";
import { startServers, writeConfig } from "./support/testbed.ts";

const path = testFolder();
const FULL_STATE_MS = 300;

/** In whichever form it may show. */
function forms(secret: Uint8Array): string[] {
  const buffer = Buffer.from(secret);
  const hex = buffer.toString("hex");
  return [
    hex,
    hex.toUpperCase(),
    buffer.toString("base64").replace(/=+$/, ""),
    [...buffer].join(","),
    Buffer.from(hex).toString("hex"),
    Buffer.from(hex).toString("base64").replace(/=+$/, ""),
  ];
}

let testbed: Testbed;
beforeAll(async () => {
  testbed = await startServers();
});
afterAll(() => testbed.close());

async function shown(more: object = {}, ...options: readonly string[]) {
  const config = writeConfig(path("carrier.json"), testbed, { endpoint: "late", ...more });
  const running = startCli(["run", "--config", config, "--json", "--inspect", ...options]);
  const url = await pageAddress(running.stderr);
  const end = async () => {
    running.interrupt();
    return running.exit;
  };
  return { ...running, url, end };
}

/** Octets as text, one character each. */
function textOf(content: string | Uint8Array): string {
  return typeof content === "string" ? content : Buffer.from(content).toString("latin1");
}

describe("run --inspect", () => {
  it("gives who attaches late the full state within 300 ms", async () => {
    const { url, stdout, end } = await shown();
    await stdout.until('"semantic":"registered"');
    const took: number[] = [];
    for (let page = 0; page < 5; page++) {
      const began = performance.now();
      const attached = await attach(url);
      await attached.until(({ kind, semantic }) => kind === "event" && semantic === "registered");
      took.push(performance.now() - began);
      const device = attached.session.live.devices.get("late");
      expect(device?.actors.get("carrier/register/123")?.active).toContain("registered");
      expect(device?.actors.get("carrier")?.context).toEqual(expect.any(Object));
      expect([...(device?.timers.values() ?? [])]).toContainEqual(expect.objectContaining({ name: "update.due" }));
      expect(device?.trees.get("objects")?.get("/1/0/1")).toMatchObject({ value: 3600 });
      attached.close();
    }
    // Whatever else runs on the machine takes its time too: the best tells what the server is able to.
    expect(Math.min(...took)).toBeLessThan(FULL_STATE_MS);
    expect(await end()).toBe(0);
  });

  it("sends what comes as it comes, every record of the kinds' form", async () => {
    const { url, stdin, stdout, end } = await shown();
    await stdout.until('"semantic":"registered"');
    const page = await attach(url);
    stdin.write("request deregister\n");
    await page.until(({ kind, semantic }) => kind === "event" && semantic === "deregistered");
    expect(page.records.flatMap(recordProblems)).toEqual([]);
    expect(page.hello.steering?.controls.map(({ group }) => group)).not.toContain("Servers");
    expect(await end()).toBe(0);
  });

  it("offers values to set and to send that the device has", async () => {
    const { url, stdout, end } = await shown();
    await stdout.until('"semantic":"registered"');
    const page = await attach(url);
    const controls = page.hello.steering?.controls.filter(({ name }) => name === "set" || name === "send") ?? [];
    expect(controls).toHaveLength(2);
    for (const { name, fields } of controls) {
      const values = Object.fromEntries(fields.map((field) => [field.name, field.default!]));
      await page.request({ request: "control", name, device: "late", values });
    }
    page.close();
    expect(await end()).toBe(0);
  });

  it("refuses a port that is taken, and leaves nothing behind", async () => {
    const { url, end } = await shown();
    const port = new URL(url).port;
    const config = path("carrier.json");
    const { code, stderr } = await cli("run", "--config", config, "--inspect", port);
    expect(code).toBe(2);
    expect(stderr.text).toContain(`port ${port} of 127.0.0.1 is taken`);
    expect(await end()).toBe(0);
  });

  it("shows no page unless it is asked for", async () => {
    const config = writeConfig(path("plain.json"), testbed);
    const { stdout, stderr, exit, interrupt } = startCli(["run", "--config", config, "--json"]);
    await stdout.until('"semantic":"registered"');
    interrupt();
    expect(await exit).toBe(0);
    expect(stderr.text).toBe("");
    expect(stdout.records.map(({ kind }) => kind)).not.toContain("step");
  });
});

describe("a key and an identity of the configuration", () => {
  it("are in no frame, no recording and no export", async () => {
    const secure = await startServers({ security: "psk" });
    try {
      const identities = [secure.keys!.bootstrap, secure.keys!.management].map((keys) => keys.issue("late"));
      const canaries = identities.flatMap(({ identity, key }) => [
        identity,
        ...forms(Buffer.from(identity)),
        ...forms(key),
      ]);
      const [first] = identities;
      const record = path("canary.jsonl");
      const config = writeConfig(path("canary.json"), secure, {
        endpoint: "late",
        bootstrap: {
          uri: secure.bootstrap.uri,
          security: {
            mode: "psk",
            identity: first?.identity,
            key: `hex:${Buffer.from(first?.key ?? []).toString("hex")}`,
          },
        },
      });
      const { stderr, stdout, exit, interrupt } = startCli([
        ...["run", "--config", config, "--json", "--inspect", "--record", record],
      ]);
      const page = await attach(await pageAddress(stderr));
      await page.until(({ kind, semantic }) => kind === "event" && semantic === "registered");
      const late = await attach(await pageAddress(stderr));
      await late.until(({ kind, semantic }) => kind === "event" && semantic === "registered");
      const exported = EXPORT_FORMATS.map(({ make }) => textOf(make(late.session)));
      interrupt();
      await exit;
      for (const text of [page.text, late.text, stdout.text, readFileSync(record, "utf8"), ...exported]) {
        expect(text.length).toBeGreaterThan(0);
        for (const canary of canaries) expect(text).not.toContain(canary);
      }
    } finally {
      await secure.close();
    }
  });
});
