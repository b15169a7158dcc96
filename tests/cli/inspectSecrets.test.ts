/** Keys and identities of a run that is inspected and steered: in no frame, record, output or error, whatever modem it has. */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "@jest/globals";
import { FastClock } from "../../carrier/clock/fastClock.ts";
import { steeringOf } from "../../cli/inspector/steering.ts";
import { type ModemChoice, type RunningScenario, startScenario } from "../../cli/scenarios/index.ts";
import { createInspector } from "../../inspector/emitter/createInspector.ts";
import { serveInspector } from "../../inspector/server/serveInspector.ts";
import { EDITIONS } from "../../machines/editions/index.ts";
import type { TraceRecord } from "../../ports/trace.ts";
import { replacer } from "../../trace/index.ts";
import { itWithTerminal } from "../support/terminalPrograms.ts";
import { cli, startCli } from "./support/cli.ts";
import { testFolder } from "./support/folder.ts";
import { attach, pageAddress } from "./support/page.ts";

const path = testFolder();

/** In whichever form it may show. */
function forms(secret: Uint8Array): readonly string[] {
  const buffer = Buffer.from(secret);
  const hex = buffer.toString("hex");
  return [hex, hex.toUpperCase(), buffer.toString("base64").replace(/=+$/, ""), [...buffer].join(",")];
}

const EDITION = "3.6";

/** A life with the inspector beside it, two pages attached, and what a page may ask for asked. */
async function inspectedLife(modem: ModemChoice): Promise<void> {
  const records: TraceRecord[] = [];
  let life: RunningScenario | undefined;
  const inspector = createInspector({
    history: 50_000,
    steering: steeringOf({
      edition: EDITIONS[EDITION],
      hasSimulatedModem: true,
      hasTestbed: true,
      device: () => life?.steered,
    }),
  });
  const server = await serveInspector(inspector, { live: true });
  const page = await attach(server.url);
  const sink = (record: TraceRecord) => {
    records.push(record);
    inspector.sink(record);
  };
  const clock = new FastClock({ skipIdle: true });
  const playing = { scenario: "success", edition: EDITION, seed: 1, timing: "instant", imageBytes: 64 * 1024 } as const;
  life = await startScenario({ ...playing, clock, modem, sink, inspector });
  expect(await life.ended).toMatchObject({ ok: true });
  const answers: unknown[] = [];
  const control = async (name: string, values = {}) =>
    answers.push(
      await page.request({ request: "control", name, device: "demo", values }).catch(({ message }: Error) => message),
    );
  for (const at of ["/0", "/0/0/5", "/0/1/3", "/21", "/1", "/"]) await control("server.read", { path: at });
  await control("set", { path: "/3/0/9", value: "12" });
  await control("send", { paths: "/0/0/5" });
  const late = await attach(server.url);
  await late.until(({ kind, semantic }) => kind === "event" && semantic === "registered");
  const { keys } = life.testbed;
  const issued = [keys!.bootstrap.issue("device"), keys!.management.issue(life.carrier.endpoint)];
  const canaries = issued.flatMap(({ identity, key }) => [identity, ...forms(Buffer.from(identity)), ...forms(key)]);
  await life.close();
  page.close();
  late.close();
  await server.close();
  inspector.close();
  expect(answers).toHaveLength(8);
  for (const text of [page.text, late.text, JSON.stringify(records, replacer), JSON.stringify(answers)]) {
    for (const canary of canaries) expect(text).not.toContain(canary);
  }
  const kinds = new Set(records.map(({ kind }) => kind));
  expect([kinds.has("packet"), kinds.has("keyLog")]).toEqual([false, false]);
}

it("are not told of a simulated modem", () => inspectedLife({ kind: "simulated" }));
itWithTerminal("are not told of an AT modem with its own sockets", () =>
  inspectedLife({ kind: "at", dataPath: "modem" }),
);
itWithTerminal("are not told of an AT modem with the host's", () => inspectedLife({ kind: "at", dataPath: "host" }));

it("are not told of private keys and of the store's", async () => {
  const device = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const server = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = device.privateKey.export({ type: "pkcs8", format: "der" });
  const scalar = Buffer.from(device.privateKey.export({ format: "jwk" }).d ?? "", "base64url");
  const storeKey = randomBytes(32);
  const pem = (name: string, text: string | Buffer) => {
    writeFileSync(path(name), text);
    return path(name);
  };
  const security = {
    mode: "rpk",
    privateKey: pem("key.pem", device.privateKey.export({ type: "pkcs8", format: "pem" })),
    serverPublicKey: pem("server.pem", server.publicKey.export({ type: "spki", format: "pem" })),
  };
  const config = path("rpk.json");
  const write = (more: object) =>
    writeFileSync(config, JSON.stringify({ endpoint: "dev", local: { host: "127.0.0.1" }, ...more }));
  const record = path("rpk.jsonl");
  write({
    bootstrap: { uri: "coaps://127.0.0.1:9", security },
    store: path("store"),
    storeKey: `hex:${storeKey.toString("hex")}`,
    modem: { kind: "simulated", seed: 1 },
  });
  const { stdout, stderr, exit, interrupt } = startCli([
    ...["run", "--config", config, "--inspect", "--record", record, "--speed", "200"],
  ]);
  const page = await attach(await pageAddress(stdout));
  await page.until(({ kind, operation }) => kind === "modem" && operation === "credentials.write");
  await page.until(({ kind, semantic }) => kind === "event" && semantic === "deferred");
  interrupt();
  expect(await exit).toBe(0);
  const tail = await cli("inspect", "--tail", record);
  const canaries = [key, scalar, storeKey].flatMap(forms).concat(scalar.toString("base64url"));
  for (const text of [page.text, stdout.text, stderr.text, readFileSync(record, "utf8"), tail.stdout.text]) {
    for (const canary of canaries) expect(text).not.toContain(canary);
  }
});
