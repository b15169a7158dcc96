import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { isRecord, readRecording } from "../../trace/index.ts";
import { cli, startCli } from "./support/cli.ts";
import { testFolder } from "./support/folder.ts";

const path = testFolder();

const deviceOf = (text: string) => /urn:imei:\d{15}/.exec(text)?.[0];
let device: string | undefined;

describe("demo --once", () => {
  it("lives the whole life, draws it and tells how it went", async () => {
    const { code, stdout, stderr } = await cli("demo", "--once");
    expect(code).toBe(0);
    expect(stderr.text).toBe("");
    for (const word of ["BOOTSTRAPPED", "FOTA_SUCCESS", "DEREGISTERED"]) expect(stdout.text).toContain(word);
    expect(stdout.text.match(/─ REGISTERED ─/g)).toHaveLength(2);
    expect(stdout.text).toContain("✔ bootstrapped, registered, updated to mfw_sim_1.1.0, registered again");
    expect(stdout.text).toContain("✔ conforms to edition-3-bootstrap");
    expect(stdout.text).toMatch(/◀─+ DTLS session ─+▶│ bootstrap/);
    expect(stdout.text).toMatch(/security +DTLS 1\.2, TLS_PSK_WITH_AES_128_CCM_8, keys in security tags 25 and 26/);
    expect(stdout.text).not.toContain("\u001b");
    device = deviceOf(stdout.text);
  });

  it("prints records and nothing else with --json, and the same into a recording", async () => {
    const file = path("life.jsonl");
    writeFileSync(file, "an old recording\n");
    const { code, stdout } = await cli("demo", "--once", "--json", "--edition", "0.10", "--record", file);
    expect(code).toBe(0);
    expect(stdout.records.every(isRecord)).toBe(true);
    expect(stdout.records.map(({ seq }) => seq)).toEqual(stdout.records.map((_, index) => index + 1));
    expect(stdout.records.at(0)).toMatchObject({ kind: "run", edition: "0.10" });
    expect(stdout.records.at(-1)).toMatchObject({ kind: "result", ok: true, reason: expect.any(String) });
    expect(readFileSync(file, "utf8")).toBe(stdout.text);
    await expect(readRecording(file)).resolves.toMatchObject({ records: expect.any(Array) });
  });

  it("ends a scenario that has to fail with 0", async () => {
    const { code, stdout } = await cli("demo", "--once", "--json", "--edition", "0.21", "--scenario", "certs-failure");
    expect(code).toBe(0);
    expect(stdout.records.at(-1)).toMatchObject({ kind: "result", ok: true });
  });

  it("goes without DTLS with --no-security", async () => {
    const { code, stdout } = await cli("demo", "--once", "--no-security");
    expect(code).toBe(0);
    expect(stdout.text).not.toContain("DTLS");
    expect(stdout.text).toContain("bootstrap coap://");
  });

  it("refuses to play a scenario about DTLS without it", async () => {
    const { code, stderr } = await cli("demo", "--once", "--no-security", "--scenario", "server-deferred");
    expect(code).toBe(2);
    expect(stderr.text).toBe("✖ The scenario server-deferred is about DTLS.\n  It does not play with --no-security.\n");
  });

  it("refuses a scenario that the edition does not have, and names those that do", async () => {
    const { code, stdout, stderr } = await cli("demo", "--once", "--edition", "3.6", "--scenario", "certs-failure");
    expect(code).toBe(2);
    expect(stdout.text).toBe("");
    expect(stderr.text).toBe(
      "✖ Edition 3.6 does not have the scenario certs-failure.\n  Editions that have it: 0.21, 0.30-pre.\n",
    );
  });

  it("has the device that follows from the seed", async () => {
    const [same, other] = await Promise.all(["1", "2"].map((seed) => cli("demo", "--once", "--seed", seed)));
    expect(device).toEqual(expect.any(String));
    expect(deviceOf(same?.stdout.text ?? "")).toBe(device);
    expect(deviceOf(other?.stdout.text ?? "")).not.toBe(device);
  });

  it("does not pass for a life that was interrupted", async () => {
    const { exit, stdout, interrupt } = startCli(["demo", "--once", "--json"]);
    await stdout.until("LWM2M_CARRIER_EVENT_BOOTSTRAPPED");
    interrupt();
    expect(await exit).toBe(1);
    expect(stdout.records.at(-1)).toMatchObject({ kind: "result", ok: false, reason: "interrupted before the end" });
  });
});

describe("demo", () => {
  it("stays registered until Ctrl-C, then deregisters", async () => {
    const { exit, stdout, interrupt } = startCli(["demo", "--speed", "50"], { npm_lifecycle_event: "start" });
    await stdout.until("deregisters and ends.");
    await stdout.until("npm start -- --scenario bad-ca");
    expect(stdout.text).not.toContain("DEREGISTERED");
    interrupt();
    expect(await exit).toBe(0);
    expect(stdout.text).toContain("DEREGISTERED");
  });
});
