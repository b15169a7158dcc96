/** Many carriers in one process, and what each is given for itself. */
import { describe, expect, it } from "@jest/globals";
import { type Carrier, createCarrier } from "../../carrier/createCarrier.ts";
import type { CarrierOptions } from "../../carrier/options.ts";
import { seededRandom } from "../../carrier/random.ts";
import { EDITIONS, type EditionId } from "../../machines/editions/index.ts";
import { createSimulatedModem } from "../../modem/index.ts";
import { createMemoryStorage } from "../../services/store/memoryStorage.ts";
import { World } from "./support/world.ts";

const COUNT = 100;

function another(world: World, index: number, options: Partial<CarrierOptions> = {}): Carrier {
  const { clock } = world;
  const storage = createMemoryStorage();
  const modem = createSimulatedModem({ clock, random: seededRandom(index), storage, timing: "instant" });
  return createCarrier({
    endpoint: `dev-${index}`,
    bootstrap: { uri: world.bootstrap.uri, security: { mode: "none" } },
    transport: world.transport(`198.51.100.${index + 2}`),
    clock,
    storage,
    modem,
    random: seededRandom(index),
    ...options,
  });
}

describe("a hundred carriers in one process", () => {
  it("bootstrap and register with one server, share nothing, and stop one by one", async () => {
    const world = await World.make();
    const editions = Object.keys(EDITIONS) as EditionId[];
    const carriers = Array.from({ length: COUNT }, (_, index) =>
      another(world, index, { edition: editions[index % editions.length]! }),
    );
    for (const carrier of carriers) carrier.start();
    await world.reaches("all registrations", () => world.management.registrations.size === COUNT);
    await world.result(Promise.all(carriers.map((carrier) => carrier.registered)));

    for (const [index, { values }] of carriers.entries()) {
      values.setPowerSources(["internalBattery"]);
      values.setBatteryLevel(index);
    }
    for (const index of [0, 1, 50, 99]) {
      expect(await world.result(world.management.ask("GET", "/3/0/9", undefined, `dev-${index}`))).toBe(
        `2.05 ${index}`,
      );
    }
    const imeis = await Promise.all(carriers.map(({ modem }) => modem.identity().then(({ imei }) => imei)));
    expect(new Set(imeis).size).toBe(COUNT);

    carriers[7]?.request("reboot");
    const half = carriers.slice(0, COUNT / 2);
    await world.result(Promise.all(half.map((carrier) => carrier.stop())));
    expect(world.management.registrations.size).toBe(COUNT / 2);
    expect(await world.result(world.management.ask("GET", "/3/0/9", undefined, "dev-99"))).toBe("2.05 99");
    await world.result(Promise.all(carriers.map((carrier) => carrier.stop())));
    expect(world.management.registrations.size).toBe(0);
    await world.pass(3600);
    expect(world.clock.nextDue).toBeUndefined();
  });

  it("one that fails does not touch the others", async () => {
    const world = await World.make();
    const broken = another(world, 1, { bootstrap: { uri: "coap://nowhere.example", security: { mode: "none" } } });
    const sound = another(world, 2);
    broken.start();
    sound.start();
    await world.result(sound.registered);
    await world.reaches("the end of the attempts", () => broken.snapshot.hasTag("exhausted"));
    expect(sound.snapshot.hasTag("registered")).toBe(true);
  });
});

describe("what a carrier leaves behind", () => {
  for (const edition of Object.keys(EDITIONS) as EditionId[]) {
    it(`after stop() is no timer, whatever it was doing, edition ${edition}`, async () => {
      const situations: ((world: World) => Promise<void>)[] = [
        async () => {},
        async (world) => void (await world.until("deferred")),
        (world) => world.pass(0.015),
        (world) => world.untilTag("exhausted"),
      ];
      for (const [index, situation] of situations.entries()) {
        const world = await World.make({ edition });
        world.bootstrap.silent = index > 0;
        world.carrier.start();
        if (index === 0) await world.until("registered");
        await situation(world);
        await world.stop();
        await world.pass(3600);
        expect([index, world.clock.nextDue]).toEqual([index, undefined]);
      }
    });
  }

  it("after cutPower() is no timer either", async () => {
    const world = await World.registered();
    await world.carrier.cutPower();
    await world.modem.close();
    await world.pass(3600);
    expect(world.clock.nextDue).toBeUndefined();
  });
});

describe("the PDN that the options ask for", () => {
  for (const edition of Object.keys(EDITIONS) as EditionId[]) {
    it(`is what the modem attaches with, edition ${edition}`, async () => {
      const world = await World.registered({ edition, carrier: { apn: "iot.acme", pdnType: "ipv4" } });
      const pdn = await world.modem.activatePdn();
      expect([pdn.apn, pdn.addresses.length]).toEqual(["iot.acme", 1]);
      expect(world.carrier.objects.get(4, 0, 7)).toEqual(new Map([[0, "iot.acme"]]));
    });
  }
});
