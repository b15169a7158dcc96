import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { VirtualClock } from "../../carrier/clock/virtualClock.ts";
import { openCarrier } from "../../carrier/config/openCarrier.ts";
import { readConfig } from "../../carrier/config/readConfig.ts";
import type { Modem } from "../../ports/modem.ts";
import { readSmartcard } from "../../services/smartcard/readSmartcard.ts";
import { smartcardFile } from "../../testbed/account.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "config-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function configured(more: object) {
  const file = join(folder, "carrier.json");
  writeFileSync(file, JSON.stringify({ servers: [{ uri: "coap://192.0.2.2" }], ...more }));
  return readConfig(file);
}

const identityOf = async (modem: Modem) => {
  await modem.init();
  return modem.identity();
};

describe("a carrier of a configuration", () => {
  it("has the device's values in place once its objects are there", async () => {
    const clock = new VirtualClock(5_000_000);
    const { carrier, cutPower } = await openCarrier(
      await configured({
        device: {
          voltage: { usb: 5000 },
          current: { internalBattery: 120 },
          batteryLevel: 80,
          batteryStatus: "charging",
          memoryTotal: 512,
          memoryFree: 100,
          errorCodes: ["gpsFailure"],
          utcOffset: "+02:00",
          timezone: "Europe/Oslo",
          location: { latitude: 59.9, longitude: 10.7, radius: 5 },
          velocity: { heading: 90, horizontalSpeed: 36 },
          portfolio: ["a", "b"],
        },
      }),
      { clock },
    );
    carrier.start();
    await new Promise<void>((resolve) =>
      carrier.objects.onChange(() => carrier.objects.hasInstance(16, 0) && resolve()),
    );
    const value = (object: number, resource: number) => {
      const found = carrier.objects.get(object, 0, resource);
      return found instanceof Map ? Object.fromEntries(found) : found;
    };
    expect([6, 7, 8, 9, 10, 11, 14, 15, 20, 21].map((id) => value(3, id))).toEqual([
      { 0: 1, 1: 5 },
      { 1: 5000 },
      { 0: 120 },
      80,
      100,
      { 0: 3 },
      "+02:00",
      "Europe/Oslo",
      1,
      512,
    ]);
    expect([0, 1, 3, 5, 6].map((id) => value(6, id))).toEqual([59.9, 10.7, 5, 5_000, 10]);
    expect(value(16, 0)).toEqual({ 0: "a", 1: "b" });
    await cutPower();
  });

  it("has the modem that its seed and its options make", async () => {
    const open = async (modem: object) => {
      const { carrier, close } = await openCarrier(await configured({ modem: { kind: "simulated", ...modem } }));
      const identity = await identityOf(carrier.modem);
      await close();
      return identity;
    };
    const [first, again, other] = [await open({ seed: 1 }), await open({ seed: 1 }), await open({ seed: 2 })];
    expect(first).toEqual(again);
    expect(other.imei).not.toBe(first.imei);
    expect(await open({ imei: "351358811124772", firmwareVersion: "mfw_sim_7" })).toMatchObject({
      imei: "351358811124772",
      firmwareVersion: "mfw_sim_7",
    });
  });

  it("has the faults of the configuration", async () => {
    const { carrier, close } = await openCarrier(
      await configured({ modem: { kind: "simulated", faults: { initFails: { times: 1 } } } }),
    );
    await expect(carrier.modem.init()).rejects.toMatchObject({ code: "fault" });
    await expect(carrier.modem.init()).resolves.toMatchObject({ kind: "ok" });
    await close();
  });

  it("has its store to itself until it is closed", async () => {
    const configuration = await configured({ store: "./state" });
    const first = await openCarrier(configuration);
    await expect(openCarrier(configuration)).rejects.toMatchObject({ name: "StoreError", code: "locked" });
    await first.close();
    const again = await openCarrier(configuration);
    await again.cutPower();
    await (await openCarrier(configuration)).close();
  });

  it("gives the store back when the carrier cannot be made", async () => {
    const configuration = await configured({ store: "./given-back" });
    const impossible = { ...configuration, options: {} };
    await expect(openCarrier(impossible)).rejects.toMatchObject({ name: "CarrierOptionError" });
    await (await openCarrier(configuration)).close();
  });

  it("has a SIM of the operator that it names", async () => {
    const configuration = await configured({ carriers: ["verizon"], modem: { kind: "simulated", operator: "311480" } });
    const { carrier, cutPower } = await openCarrier(configuration, { clock: new VirtualClock() });
    await carrier.modem.init();
    expect(await carrier.modem.sim()).toMatchObject({ operator: "311480" });
    await cutPower();
  });

  it("has a card with the bootstrap data of the file, which it reads", async () => {
    const card = smartcardFile({ servers: [{ uri: "coap://192.0.2.3", shortServerId: 9 }] });
    writeFileSync(join(folder, "card.bin"), card);
    const configuration = await configured({
      servers: undefined,
      bootstrapFromSmartcard: true,
      modem: { kind: "simulated", smartcard: "./card.bin" },
    });
    expect(configuration.smartcard).toEqual(card);
    const clock = new VirtualClock();
    const { carrier, cutPower } = await openCarrier(configuration, { clock });
    await carrier.modem.init();
    expect((await readSmartcard(carrier.modem))?.map(({ objectId }) => objectId)).toEqual([0, 1]);
    await cutPower();
  });
});
