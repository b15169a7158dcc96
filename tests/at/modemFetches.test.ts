import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { SystemClock } from "../../carrier/clock/systemClock.ts";
import { seededRandom } from "../../carrier/random.ts";
import { DIALECTS } from "../../modem/at/commands/dialect.ts";
import { encodeFirmwareImage } from "../../modem/index.ts";
import type { ModemDownloadOptions, ModemDownloadOutcome } from "../../ports/modem.ts";
import { type FirmwareHost, startFirmwareHost } from "../../testbed/firmwareHost.ts";
import { type Rig, rig } from "../at-firmware/support/rig.ts";

const VERSION = "mfw_sim_2.0.0";
const random = seededRandom(7);
const good = encodeFirmwareImage({ version: VERSION, sizeBytes: 300_000, random });
const other = encodeFirmwareImage({ version: "mfw_sim_3.0.0", sizeBytes: 200_000, random });
const damaged = good.map((octet, at) => (at === 10_000 ? octet ^ 1 : octet));
const GOOD = "/firmware/good.bin";

let host: FirmwareHost;
beforeAll(async () => {
  const images = { "/firmware/other.bin": other, "/firmware/damaged.bin": damaged, "/text": new Uint8Array(500) };
  host = await startFirmwareHost({ clock: new SystemClock(), images });
});
afterEach(() => host.setImage(GOOD, good));
afterAll(() => host.close());

describe.each(DIALECTS)("an image that the modem fetches itself, told of as %s", (dialect) => {
  it("arrives over HTTP with progress to 100 per cent, and runs after the modem's restart", async () => {
    host.setImage(GOOD, good);
    const device = await registered(dialect);
    const progress: number[] = [];
    const outcome = await fetched(device, { uri: host.url(GOOD, "http"), onProgress: (each) => progress.push(each) });
    expect(outcome).toEqual({ kind: "complete" });
    expect(progress).toEqual([...progress].sort((one, next) => one - next));
    expect(progress.at(-1)).toBe(100);
    expect(await restart(device)).toEqual({ kind: "updated", firmwareVersion: VERSION });
  });

  it("arrives over HTTPS by the CA certificate of a tag, and not by another's", async () => {
    const device = rig({ dialect, downloads: "modem", clock: new SystemClock(), modem: { initialCa: authorities() } });
    await started(device);
    const uri = host.url(GOOD);
    expect(await fetched(device, { uri, securityTag: 412 })).toMatchObject({ kind: "interrupted" });
    expect(await fetched(device, { uri, securityTag: 411 })).toEqual({ kind: "complete" });
    expect(await restart(device)).toEqual({ kind: "updated", firmwareVersion: VERSION });
  });
});

describe("a download of the modem's", () => {
  it("that the host broke off goes on where it stopped", async () => {
    host.setImage(GOOD, { body: good, breakAfter: { bytes: 150_000 } });
    const device = await registered();
    const uri = host.url(GOOD, "http");
    expect(await fetched(device, { uri })).toEqual({ kind: "interrupted", detail: "the modem's download failed" });
    const offset = await device.simulated.firmware.offset();
    expect(offset).toBeGreaterThan(0);
    expect(await fetched(device, { uri })).toEqual({ kind: "complete" });
    expect(host.events.entries.filter(({ type }) => type === "request").at(-1)).toMatchObject({
      range: `bytes=${offset}-`,
    });
    expect(await restart(device)).toEqual({ kind: "updated", firmwareVersion: VERSION });
  });

  it("begins anew with another image", async () => {
    host.setImage(GOOD, { body: good, breakAfter: { bytes: 150_000 } });
    const device = await registered();
    expect(await fetched(device, { uri: host.url(GOOD, "http") })).toMatchObject({ kind: "interrupted" });
    expect(await fetched(device, { uri: host.url("/firmware/other.bin", "http") })).toEqual({ kind: "complete" });
    expect(await restart(device)).toEqual({ kind: "updated", firmwareVersion: "mfw_sim_3.0.0" });
  });

  it("stops when it is no longer wanted, and goes on later", async () => {
    host.setImage(GOOD, { body: good, slow: { chunkBytes: 30_000, intervalMs: 5 } });
    const device = await registered();
    const uri = host.url(GOOD, "http");
    const wanted = new AbortController();
    const onProgress = (percent: number) => percent > 20 && wanted.abort();
    expect(await fetched(device, { uri, signal: wanted.signal, onProgress })).toEqual({ kind: "aborted" });
    expect(await fetched(device, { uri })).toEqual({ kind: "complete" });
  });

  it.each([
    ["/firmware/damaged.bin", "http", "rejected", "the modem rejected the image"],
    ["/text", "http", "rejected", "the image is not of the modem's type"],
    ["/nothing", "http", "interrupted", "the modem's download failed"],
    [GOOD, "https", "refused", "the modem did not begin the download: errno 22"],
  ] as const)("of %s over %s without a tag is %s, and the old firmware runs on", async (path, origin, kind, detail) => {
    const device = await registered();
    expect(await fetched(device, { uri: host.url(path, origin) })).toEqual({ kind, detail });
    expect(await restart(device)).toMatchObject({ kind: "ok" });
  });

  it("is refused while another image waits for the restart", async () => {
    const device = await registered();
    const uri = host.url(GOOD, "http");
    expect(await fetched(device, { uri })).toEqual({ kind: "complete" });
    expect(await fetched(device, { uri })).toMatchObject({ kind: "refused" });
  });

  it("ends with the modem's power, and goes on after it", async () => {
    const device = await registered();
    const uri = host.url(GOOD, "http");
    device.front.inject({ name: "powerLossDuringWrite", afterBytes: 100_000, times: 1 });
    await expect(fetched(device, { uri })).rejects.toMatchObject({ code: "fault" });
    await device.front.ready;
    await started(device);
    expect(await fetched(device, { uri })).toEqual({ kind: "complete" });
    expect(await restart(device)).toEqual({ kind: "updated", firmwareVersion: VERSION });
  });
});

/** A modem refuses CR in a certificate. */
function authorities() {
  return [
    { tag: 411, pem: host.caPem.replaceAll("\r", "") },
    { tag: 412, pem: host.otherCaPem.replaceAll("\r", "") },
  ];
}

async function registered(dialect: (typeof DIALECTS)[number] = "serialModem"): Promise<Rig> {
  const device = rig({ dialect, downloads: "modem", clock: new SystemClock() });
  await started(device);
  return device;
}

/** At work and registered. */
async function started({ modem }: Rig): Promise<void> {
  if (modem.initialised === undefined) await modem.init();
  const attached = new Promise<void>((resolve) => {
    const end = modem.subscribe((notification) => {
      if (notification.kind !== "registration" || notification.status !== "home") return;
      end();
      resolve();
    });
  });
  await modem.shutdown();
  await modem.init();
  await modem.setFunctionalMode("normal");
  await attached;
}

function fetched({ modem }: Rig, options: ModemDownloadOptions): Promise<ModemDownloadOutcome> | undefined {
  return modem.firmware.download?.(options);
}

async function restart({ modem }: Rig): Promise<unknown> {
  await modem.shutdown();
  return modem.init();
}
