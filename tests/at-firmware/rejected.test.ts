import { describe, expect, it } from "@jest/globals";
import { seededRandom } from "../../carrier/random.ts";
import { DEFAULT_FIRMWARE_VERSION, encodeFirmwareImage } from "../../modem/index.ts";
import { type Rig, rig } from "./support/rig.ts";

const VERSION = "mfw_sim_2.0.0";
const sizeBytes = 20_000;
const random = seededRandom(7);

const good = encodeFirmwareImage({ version: VERSION, sizeBytes, random });
const forAnother = encodeFirmwareImage({ version: VERSION, baseVersion: "mfw_sim_1.9.9", sizeBytes, random });
const damaged = good.map((octet, at) => (at === 10_000 ? octet ^ 1 : octet));
const noImage = new Uint8Array(5_000).fill(0x41);

describe("an image that the modem does not take leaves the old firmware running", () => {
  it("is none: refused with its first chunk", async () => {
    const device = await started();
    await expect(device.settle(push(device, noImage))).rejects.toMatchObject({ code: "dfu" });
    expect(await restart(device)).toEqual({ kind: "ok", firmwareVersion: DEFAULT_FIRMWARE_VERSION });
    await replace(device);
  });

  it("was damaged on its way: refused when the modem checks it", async () => {
    const device = await started();
    await device.settle(push(device, damaged));
    await expect(device.settle(device.modem.firmware.finish())).rejects.toMatchObject({ code: "dfu" });
    await device.settle(device.modem.firmware.erase());
    expect(await restart(device)).toEqual({ kind: "ok", firmwareVersion: DEFAULT_FIRMWARE_VERSION });
    await replace(device);
  });

  it("is for another base version: refused by the update itself, with the modem's own number", async () => {
    const device = await started();
    await load(device, forAnother);
    expect(await restart(device)).toEqual({
      kind: "updateFailed",
      firmwareVersion: DEFAULT_FIRMWARE_VERSION,
      code: 0x04400004,
    });
    await replace(device);
  });

  it("is not authentic: refused by the update itself", async () => {
    const device = await started();
    await load(device, good);
    device.front.inject({ name: "firmwareRejected", times: 1 });
    expect(await restart(device)).toMatchObject({ kind: "updateFailed", code: 0x04400003 });
    expect((await device.settle(device.modem.identity())).firmwareVersion).toBe(DEFAULT_FIRMWARE_VERSION);
    await replace(device);
  });

  it("waits while the voltage is low, and is applied by a later restart", async () => {
    const device = await started();
    await load(device, good);
    device.front.inject({ name: "batteryLow" });
    expect(await restart(device)).toMatchObject({ kind: "updateFailed", code: 0x04400005 });
    device.front.clear("batteryLow");
    expect(await restart(device)).toEqual({ kind: "updated", firmwareVersion: VERSION });
  });
});

describe("an area with a part of an image", () => {
  it("takes another image from its first octet when it was erased, though the modem keeps the part until then", async () => {
    const device = await started();
    await device.settle(device.modem.firmware.write(0, forAnother.subarray(0, 8_192)));
    await device.settle(device.modem.firmware.erase());
    expect(await device.settle(device.simulated.firmware.offset())).toBe(8_192);
    await replace(device);
  });
});

describe("a line that fails during an image", () => {
  it("has the chunk sent again that the modem did not hear of", async () => {
    const device = await started();
    device.front.inject({ name: "silence", command: "#XDFUWRITE", times: 1 });
    await replace(device);
  });

  it.each(["garbage", "lostByte"] as const)("costs nothing but time with %s in an answer", async (name) => {
    const device = await started();
    device.front.inject({ name, command: "#XFOTA", times: 1 });
    await device.settle(device.modem.firmware.offset()).catch(() => undefined);
    await replace(device);
  });

  it("has the image begun anew when the modem took other words for its octets", async () => {
    const device = await started();
    await device.settle(device.modem.firmware.write(0, good.subarray(0, 4_096)));
    // The modem begins when the host has given the chunk up and asks whether anybody is there.
    device.front.inject({ name: "lateAnswer", command: "#XDFUWRITE", times: 1 });
    const refused = device.settle(device.modem.firmware.write(4_096, good.subarray(4_096, 8_192)));
    await expect(refused).rejects.toMatchObject({ code: "dfu", dfu: 20 });
    await replace(device);
  });

  it("lets the image go on after the application has restarted in the middle of it", async () => {
    const device = await started();
    await device.settle(device.modem.firmware.write(0, good.subarray(0, 8_192)));
    device.front.inject({ name: "restart", command: "#XDFUWRITE", times: 1 });
    const refused = device.settle(device.modem.firmware.write(8_192, good.subarray(8_192)));
    await expect(refused).rejects.toMatchObject({ code: "fault" });
    await device.settle(device.front.ready);
    await load(device, good);
    expect(await restart(device)).toEqual({ kind: "updated", firmwareVersion: VERSION });
  });
});

async function started(): Promise<Rig> {
  const device = rig();
  await device.settle(device.modem.init());
  return device;
}

/** What the area does not hold of it. */
async function push({ modem }: Rig, image: Uint8Array): Promise<void> {
  const offset = await modem.firmware.offset();
  await modem.firmware.write(offset, image.subarray(offset));
}

async function load(device: Rig, image: Uint8Array): Promise<void> {
  await device.settle(push(device, image));
  await device.settle(device.modem.firmware.finish());
  await device.settle(device.modem.firmware.schedule());
}

async function restart({ modem, settle }: Rig): Promise<unknown> {
  await settle(modem.shutdown());
  return settle(modem.init());
}

/** The modem is none the worse: a good image becomes its firmware. */
async function replace(device: Rig): Promise<void> {
  expect(await device.settle(device.modem.firmware.offset())).toBe(0);
  await load(device, good);
  expect(await restart(device)).toEqual({ kind: "updated", firmwareVersion: VERSION });
}
