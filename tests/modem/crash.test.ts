/** Killed at any operation of the file system, or without power there, the modem goes on where it was. */
import { describe, expect, it } from "@jest/globals";
import { seededRandom } from "../../carrier/random.ts";
import { createSimulatedModem, encodeFirmwareImage, type SimulatedModem } from "../../modem/index.ts";
import type { FileOperations } from "../../services/store/fileOperations.ts";
import { openFileStorage } from "../../services/store/fileStorage.ts";
import { crashingFiles } from "../store/crashingFiles.ts";
import { type Loss, PowerLossFiles } from "../store/powerLossFiles.ts";
import { VirtualClock } from "../support/virtualClock.ts";
import { CA_PEM } from "./certificate.ts";
import { utf8 } from "./support.ts";

const OLD = "mfw_sim_1.0.0";
const NEW = "mfw_sim_1.1.0";
const IMAGE = encodeFirmwareImage({ version: NEW, baseVersion: OLD, sizeBytes: 67_000, random: seededRandom(3) });
const BLOCK = 32_768;

let pid = 1000;

async function powerUp(files: FileOperations): Promise<{ modem: SimulatedModem; off: () => Promise<void> }> {
  const view = { self: { pid: ++pid, started: pid }, isAlive: () => false };
  const storage = await openFileStorage({ folder: "/state", key: new Uint8Array(32).fill(1) }, files, view);
  const modem = createSimulatedModem({
    clock: new VirtualClock(),
    random: seededRandom(pid),
    storage,
    timing: "instant",
    initialCa: [{ tag: 411, pem: CA_PEM }],
  });
  return {
    modem,
    async off() {
      await modem.close();
      await storage.close();
    },
  };
}

/** What a device does that wants the new firmware, from wherever it is; `confirmed` hears of each step that is done. */
async function live(modem: SimulatedModem, confirmed: (step: string) => void): Promise<void> {
  const { kind } = await modem.init();
  if ((await modem.credentials.list(25)).length === 0) {
    await modem.credentials.write(25, "psk", utf8("00112233"));
    confirmed("credential");
  }
  if (kind === "updated") confirmed("told");
  if ((await modem.identity()).firmwareVersion === OLD) {
    for (let at = await modem.firmware.offset(); at < IMAGE.length; at += BLOCK) {
      await modem.firmware.write(at, IMAGE.subarray(at, at + BLOCK));
      confirmed(`octet ${Math.min(at + BLOCK, IMAGE.length)}`);
    }
    await modem.firmware.finish();
    await modem.firmware.schedule();
    confirmed("scheduled");
    await modem.reset();
    if (modem.initialised?.kind === "updated") confirmed("told");
  }
  await modem.setFunctionalMode("normal");
  confirmed("working");
}

/** @returns the operations that the life took, were it not for the end. */
async function lifeEndingAt(stopAt: number, loss: Loss): Promise<number> {
  const medium = new PowerLossFiles();
  const { files, count } = crashingFiles(medium, stopAt);
  const steps: string[] = [];
  try {
    const { modem, off } = await powerUp(files);
    await live(modem, (step) => steps.push(step));
    await off();
  } catch (error) {
    expect(["StoreError", "ModemError"]).toContain((error as Error).name);
  }
  medium.losePower(loss);

  const { modem, off } = await powerUp(medium);
  const result = await modem.init();
  const offset = await modem.firmware.offset();
  const credentials = await modem.credentials.list();
  // The factory's certificate is there from the first start, a confirmed key for ever.
  expect(credentials.map(({ tag }) => tag)).toEqual(
    expect.arrayContaining(steps.includes("credential") ? [25, 411] : [411]),
  );
  expect((await modem.identity()).imei).toMatch(/^\d{15}$/);
  if (result.firmwareVersion === OLD) {
    const accepted = steps.filter((step) => step.startsWith("octet")).map((step) => Number(step.slice(6)));
    expect(offset).toBeGreaterThanOrEqual(Math.max(0, ...accepted));
    expect(steps).not.toContain("scheduled");
    expect(result.kind).toBe("ok");
  } else {
    expect(result.firmwareVersion).toBe(NEW);
    // Whoever has not heard of the update hears of it now.
    if (!steps.includes("told")) expect(result.kind).toBe("updated");
    expect(offset).toBe(0);
  }
  await modem.shutdown();
  await live(modem, () => undefined);
  expect((await modem.identity()).firmwareVersion).toBe(NEW);
  await off();
  return count();
}

describe("a modem whose device dies at any operation of the file system", () => {
  for (const loss of ["everything", "nothingMore", "names", "halfTheOctets"] as const) {
    it(`goes on with its keys, its image and its update, when ${loss} is left beside the synced`, async () => {
      let stopAt = 1;
      while ((await lifeEndingAt(stopAt, loss)) >= stopAt) stopAt++;
      expect(stopAt).toBeGreaterThan(60);
    });
  }
});
