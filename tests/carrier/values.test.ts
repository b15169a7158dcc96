/** What the application says of its device, as the server reads and observes it; what the server writes to it. */
import { describe, expect, it } from "@jest/globals";
import { EDITIONS, type EditionId } from "../../machines/editions/index.ts";
import type { InstanceNode } from "../../services/lwm2m/model.ts";
import { World } from "./support/world.ts";

const read = async (world: World, path: string) =>
  ((await world.result(world.management.read(path))) as InstanceNode).values;

describe("what the application says of its device", () => {
  it("is what the server reads of object 3", async () => {
    const world = await World.registered({
      carrier: { device: { manufacturer: "Acme", modelNumber: "X1", deviceType: "Sensor", softwareVersion: "7.1" } },
    });
    const { values } = world.carrier;
    values.setPowerSources(["dc", "internalBattery", "usb"]);
    values.setVoltage("internalBattery", 3700);
    values.setCurrent("usb", 450);
    values.setBatteryLevel(77);
    values.setBatteryStatus("charging");
    values.setMemory({ freeKilobytes: 100, totalKilobytes: 256 });
    values.addErrorCode("lowSignal");
    values.setUtcOffset("+01:00");
    values.setTimezone("Europe/Oslo");
    values.setHardwareVersion("rev B");
    const device = await read(world, "/3/0");
    expect(Object.fromEntries(device)).toMatchObject({
      0: "Acme",
      1: "X1",
      2: expect.stringMatching(/^\d{15}$/),
      3: "mfw_sim_1.0.0",
      6: new Map([
        [0, 0],
        [1, 1],
        [2, 5],
      ]),
      7: new Map([[1, 3700]]),
      8: new Map([[2, 450]]),
      9: 77,
      10: 100,
      11: new Map([[0, 4]]),
      14: "+01:00",
      15: "Europe/Oslo",
      17: "Sensor",
      18: "rev B",
      19: "7.1",
      20: 1,
      21: 256,
    });
    expect(Number(device.get(13))).toBe(Math.floor(world.clock.wall() / 1000));
  });

  it("comes from the modem where the application says nothing", async () => {
    const world = await World.registered();
    const device = await read(world, "/3/0");
    expect([device.get(0), device.get(1), device.get(18)]).toEqual(["Simulated", "nRF91-SIM", "nRF91 SIM A0A"]);
    const connectivity = await read(world, "/4/0");
    expect(Number(connectivity.get(2))).toBeLessThan(-50);
    expect(connectivity.get(4)).toEqual(
      new Map([
        [0, expect.stringMatching(/^10\./)],
        [1, expect.stringMatching(/^2001:/)],
      ]),
    );
  });

  describe("of its battery's voltage", () => {
    const voltages = async (world: World) => {
      await world.pass(2);
      return (await read(world, "/3/0")).get(7);
    };
    const measured = async (world: World) => (await world.modem.batteryVoltage()).millivolts;

    it("is nothing while no battery is listed", async () => {
      const world = await World.registered();
      expect(await voltages(world)).toBeUndefined();
      world.carrier.values.setPowerSources(["dc", "usb"]);
      expect(await voltages(world)).toBeUndefined();
    });

    for (const battery of ["internalBattery", "externalBattery"] as const) {
      it(`is what the modem measures when a server reads it, of the one that is listed, ${battery}`, async () => {
        const world = await World.registered();
        world.carrier.values.setPowerSources(["dc", battery]);
        world.carrier.values.setVoltage("dc", 5000);
        const before = await measured(world);
        const beside = (millivolts: number) =>
          new Map([
            [0, 5000],
            [1, millivolts],
          ]);
        expect(await voltages(world)).toEqual(beside(before));
        world.modem.inject({ name: "batteryLow" });
        expect(await measured(world)).toBeLessThan(before);
        await world.pass(2);
        expect(await world.result(world.management.ask("GET", "/3/0/7/1"))).toBe(`2.05 ${await measured(world)}`);
        expect(await voltages(world)).toEqual(beside(await measured(world)));
      });
    }

    it("is known from the beginning where the list is", async () => {
      const world = await World.make();
      world.carrier.start();
      await world.reaches("the device object", () => world.carrier.objects.hasInstance(3, 0));
      world.carrier.values.setPowerSources(["internalBattery"]);
      await world.until("registered");
      expect((await read(world, "/3/0")).get(7)).toEqual(new Map([[0, await measured(world)]]));
    });

    it("is the application's where it says it, and the modem's again with a new list", async () => {
      const world = await World.registered();
      const { values } = world.carrier;
      values.setPowerSources(["internalBattery"]);
      values.setVoltage("internalBattery", await measured(world));
      const own = new Map([[0, await measured(world)]]);
      world.modem.inject({ name: "batteryLow" });
      expect(await voltages(world)).toEqual(own);
      values.setPowerSources(["internalBattery"]);
      expect(await voltages(world)).toEqual(new Map([[0, await measured(world)]]));
    });

    it("is not guessed for one of two", async () => {
      const world = await World.registered();
      world.carrier.values.setPowerSources(["internalBattery", "externalBattery"]);
      expect(await voltages(world)).toBeUndefined();
    });

    it("is nothing on a modem that cannot measure", async () => {
      const world = await World.make();
      const capabilities = { ...world.modem.capabilities, batteryVoltage: false };
      const modem = new Proxy(world.modem, {
        get(target, property) {
          if (property === "capabilities") return capabilities;
          const value = Reflect.get(target, property, target);
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
      world.replace({ modem }).start();
      await world.until("registered");
      world.carrier.values.setPowerSources(["internalBattery"]);
      expect(await voltages(world)).toBeUndefined();
    });
  });

  it("loses its readings with a new list of power sources, and takes none of a source that is not listed", async () => {
    const world = await World.registered();
    const { values } = world.carrier;
    expect(() => values.setBatteryLevel(50)).toThrow(/internalBattery is not listed/);
    values.setPowerSources(["internalBattery"]);
    values.setBatteryLevel(50);
    expect(() => values.setVoltage("usb", 5000)).toThrow(/usb is not listed/);
    expect(() => values.setBatteryLevel(101)).toThrow(/101/);
    values.setPowerSources(["internalBattery", "usb"]);
    const device = await read(world, "/3/0");
    expect([device.has(7), device.has(9), device.has(20)]).toEqual([false, false, false]);
  });

  it("is where the device is: object 6, told by an Update when it comes", async () => {
    const world = await World.registered();
    world.carrier.values.setPosition({ latitude: 63.42, longitude: 10.39, radius: 5, timestamp: 1_700_000_000.7 });
    world.carrier.values.setVelocity({ heading: 90, horizontalSpeed: 36 });
    await world.settle();
    expect(world.management.of("POST /rd/1")[0]?.text).toContain("</6/0>");
    expect(Object.fromEntries(await read(world, "/6/0"))).toMatchObject({
      0: 63.42,
      1: 10.39,
      3: 5,
      5: 1_700_000_000,
      6: 10,
    });
    expect(() => world.carrier.values.setPosition({ latitude: 91, longitude: 0, timestamp: 0 })).toThrow(/latitude/);
  });

  it("is kept over a restart by the application, not by the carrier: it says it again", async () => {
    const world = await World.registered();
    world.carrier.values.setPowerSources(["internalBattery"]);
    world.carrier.values.setBatteryLevel(42);
    world.carrier.restart();
    await world.until("registered");
    world.carrier.values.setPowerSources(["internalBattery"]);
    world.carrier.values.setBatteryLevel(43);
    expect((await read(world, "/3/0")).get(9)).toBe(43);
  });
});

describe("an observation", () => {
  it("hears of each change, not before pmin and not after pmax", async () => {
    const world = await World.registered();
    const { values } = world.carrier;
    values.setPowerSources(["internalBattery"]);
    values.setBatteryLevel(100);
    expect(await world.result(world.management.ask("PUT", "/3/0/9?pmin=10&pmax=60"))).toBe("2.04");
    const heard = await world.result(world.management.observe("/3/0/9"));
    for (let level = 99; level > 79; level--) {
      values.setBatteryLevel(level);
      await world.pass(1);
    }
    await world.pass(100);
    expect(heard.values).toEqual(["100", "90", "80", "80"]);
    const apart = heard.times.slice(1).map((time, index) => time - heard.times[index]!);
    expect(apart).toEqual([10, 10, 60]);
  });

  it("goes on over a lost network and ends with the registration", async () => {
    const world = await World.registered();
    const { values } = world.carrier;
    values.setPowerSources(["internalBattery"]);
    values.setBatteryLevel(100);
    const heard = await world.result(world.management.observe("/3/0/9"));
    world.modem.inject({ name: "registrationLost", times: 1 });
    await world.pass(5);
    values.setBatteryLevel(90);
    await world.pass(5);
    expect(heard.values).toEqual(["100", "90"]);
    world.carrier.request("deregister");
    await world.until("deregistered");
    world.carrier.request("register");
    await world.until("registered");
    values.setBatteryLevel(80);
    await world.pass(5);
    expect(heard.values).toEqual(["100", "90"]);
  });

  it("keeps its attributes over a new registration and a loss of power", async () => {
    const world = await World.registered();
    const charge = () => {
      world.carrier.values.setPowerSources(["internalBattery"]);
      world.carrier.values.setBatteryLevel(100);
    };
    const expectSlow = async () => {
      const heard = await world.result(world.management.observe("/3/0/9"));
      world.carrier.values.setBatteryLevel(99);
      await world.pass(5);
      expect(heard.values).toEqual(["100"]);
      await world.pass(6);
      expect(heard.values).toEqual(["100", "99"]);
    };
    charge();
    expect(await world.result(world.management.ask("PUT", "/3/0/9?pmin=10"))).toBe("2.04");
    world.carrier.request("deregister");
    await world.until("deregistered");
    world.carrier.request("register");
    await world.until("registered");
    await expectSlow();
    await world.carrier.cutPower();
    world.replace().start();
    await world.until("registered");
    charge();
    await expectSlow();
  });
});

describe("what a server writes into the Binary App Data Container", () => {
  const expected: Readonly<Record<EditionId, unknown[]>> = {
    "0.10": [],
    "0.21": [],
    "0.30-pre": [],
    "0.30": [{ number: 13, payload: { buffer: Uint8Array.of(7, 8) } }],
    "3.3": [{ number: 11, payload: { buffer: Uint8Array.of(7, 8) } }],
    "3.6": [{ number: 12, payload: { operation: 0, path: "/19/0/0/0", buffer: Uint8Array.of(7, 8) } }],
  };
  for (const edition of Object.keys(EDITIONS) as EditionId[]) {
    it(`is ${expected[edition].length === 0 ? "not told" : "APP_DATA"} in edition ${edition}`, async () => {
      const world = await World.registered({ edition });
      world.carrier.values.setAppData(0, 0, Uint8Array.of(1));
      await world.settle();
      const before = world.events.length;
      expect(await world.result(world.management.push("/19/0/0/0", Uint8Array.of(7, 8)))).toBe("2.04");
      const said = world.events.slice(before).map(({ number, payload }) => ({ number, payload }));
      expect(said).toEqual(expected[edition]);
    });
  }

  it("tells only the resource instance that was written", async () => {
    const world = await World.registered();
    world.carrier.values.setAppData(0, 0, Uint8Array.of(1));
    world.carrier.values.setAppData(0, 1, Uint8Array.of(2));
    await world.settle();
    const before = world.events.length;
    await world.result(world.management.push("/19/0/0/1", Uint8Array.of(9)));
    expect(world.events.slice(before).map(({ payload }) => payload?.path)).toEqual(["/19/0/0/1"]);
  });

  it("is told again when the same octets are written again", async () => {
    const world = await World.registered();
    world.carrier.values.setAppData(0, 0, Uint8Array.of(9));
    await world.settle();
    const before = world.events.length;
    await world.result(world.management.push("/19/0/0/0", Uint8Array.of(9)));
    await world.result(world.management.push("/19/0/0/0", Uint8Array.of(9)));
    expect(world.events.slice(before)).toHaveLength(2);
  });

  it("is not what the application put there itself", async () => {
    const world = await World.registered();
    world.carrier.values.setAppData(0, 0, Uint8Array.of(9));
    await world.settle();
    expect(world.heard.at(-1)).toBe("registered");
  });

  it("tells in 3.6 that the server begins and ends to observe it", async () => {
    const world = await World.registered();
    world.carrier.values.setAppData(0, 0, Uint8Array.of(1));
    await world.settle();
    const before = world.events.length;
    const observation = await world.result(world.management.observe("/19/0/0"));
    await world.result(observation.cancel());
    await world.settle();
    expect(world.events.slice(before)).toMatchObject([
      { name: "LWM2M_CARRIER_EVENT_APP_DATA", payload: { operation: 1, path: "/19/0/0" } },
      { name: "LWM2M_CARRIER_EVENT_APP_DATA", payload: { operation: 2, path: "/19/0/0" } },
    ]);
  });
});
