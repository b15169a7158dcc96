import { describe, expect, it } from "@jest/globals";
import { seededRandom } from "../../carrier/random.ts";
import { encodeFirmwareImage } from "../../modem/index.ts";
import { isModemError } from "../../modem/modemError.ts";
import type { Modem } from "../../ports/modem.ts";
import { type Rig, rig } from "../at-firmware/support/rig.ts";

const CHUNK = 4_096;
const MIB = 1_048_576;
const VERSION = "mfw_sim_2.0.0";

const image = encodeFirmwareImage({ version: VERSION, sizeBytes: 2 * MIB, random: seededRandom(7) });
const BOUNDARIES = image.length / CHUNK;

describe("an image of 2 MiB, pushed over AT commands", () => {
  it("arrives chunk by chunk with progress, and runs after the modem's restart", async () => {
    const device = rig();
    await device.settle(device.modem.init());
    const progress: number[] = [];
    await device.settle(push(device.modem, (octets) => progress.push(octets)));
    expect(progress).toEqual(Array.from({ length: BOUNDARIES }, (_, index) => (index + 1) * CHUNK));
    expect(await apply(device)).toEqual({ kind: "updated", firmwareVersion: VERSION });
  });

  it("survives a loss of the modem's power at every chunk boundary: each time it goes on where it was", async () => {
    const device = rig();
    await device.settle(device.modem.init());
    const resumed: number[] = [];
    for (let boundary = 1; boundary <= BOUNDARIES; boundary++) {
      // The chunk's last octet is the one with which the supply breaks down.
      device.front.inject({ name: "powerLossDuringWrite", afterBytes: boundary * CHUNK, times: 1 });
      await expect(device.settle(push(device.modem))).rejects.toMatchObject({ code: "fault" });
      await device.settle(recovered(device));
      resumed.push(await device.settle(device.modem.firmware.offset()));
    }
    expect(resumed).toEqual(Array.from({ length: BOUNDARIES }, (_, index) => (index + 1) * CHUNK));
    expect(await apply(device)).toEqual({ kind: "updated", firmwareVersion: VERSION });
  });

  it("survives the loss of all power at every chunk boundary: host and modem start anew and go on", async () => {
    let device = rig();
    for (let boundary = 0; boundary < BOUNDARIES; boundary++) {
      await device.settle(device.modem.init());
      // The supply breaks down with the chunk's first octet.
      device.front.inject({ name: "powerLossDuringWrite", afterBytes: boundary * CHUNK + 1, times: 1 });
      await expect(device.settle(push(device.modem))).rejects.toMatchObject({ code: "fault" });
      const { storage } = device;
      await device.close();
      device = rig({ storage });
    }
    await device.settle(device.modem.init());
    expect(await device.settle(device.modem.firmware.offset())).toBe((BOUNDARIES - 1) * CHUNK + 1);
    await device.settle(push(device.modem));
    expect(await apply(device)).toEqual({ kind: "updated", firmwareVersion: VERSION });
  });
});

/** Everything that the area does not hold yet, to each chunk's end. */
async function push({ firmware }: Modem, onProgress?: (octets: number) => void): Promise<void> {
  for (let at = await firmware.offset(), end = at; at < image.length; at = end) {
    end = at + CHUNK - (at % CHUNK);
    await firmware.write(at, image.subarray(at, end));
    onProgress?.(end);
  }
}

async function apply({ modem, settle }: Rig): Promise<unknown> {
  await settle(modem.firmware.finish());
  await settle(modem.firmware.schedule());
  await settle(modem.shutdown());
  return settle(modem.init());
}

/** The driver has noticed and can work again. */
async function recovered({ modem }: Rig): Promise<void> {
  for (;;) {
    try {
      await modem.identity();
      return;
    } catch (error) {
      if (!isModemError(error) || error.code !== "fault") throw error;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
