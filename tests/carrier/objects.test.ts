/** Objects 4, 7, 10, 11, 20 and 21 as servers meet them, what the modem says, and objects of the application's own. */
import { describe, expect, it } from "@jest/globals";
import { createCarrier } from "../../carrier/createCarrier.ts";
import type { InstanceNode } from "../../services/lwm2m/model.ts";
import { defineObject } from "../../services/lwm2m/objects/define.ts";
import { World } from "./support/world.ts";

const read = async (world: World, path: string) =>
  ((await world.result(world.management.read(path))) as InstanceNode).values;
const ask = (world: World, method: string, path: string, text?: string) =>
  world.result(world.management.ask(method as "GET", path, text));

const DOOR = defineObject({
  id: 26250,
  name: "Door",
  version: "1.0",
  lwm2mVersion: "1.1",
  instances: "multiple",
  presence: "optional",
  resources: [
    [0, "Open", "R", "single", "mandatory", "boolean"],
    [1, "Label", "RW", "single", "optional", "string"],
    [2, "Lock", "E", "single", "optional", "none"],
  ],
});

describe("the objects that a server hears of", () => {
  it("are the library's, without those that hold keys", async () => {
    const world = await World.registered({ traced: false });
    const objects = world.management.of("POST /rd")[0]?.text.split(",").slice(1) ?? [];
    expect(objects.map((link) => link.replace(/;.*/, ""))).toEqual(
      ["/1/0", "/2", "/3", "/3/0", "/4", "/4/0", "/5/0", "/6", "/7/0"]
        .concat(["/10", "/10/0", "/11", "/11/0", "/16", "/19", "/20"])
        .map((path) => `<${path}>`),
    );
    expect(world.carrier.objects.objectIds()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 16, 19, 20, 21]);
  });
});

describe("object 4", () => {
  it("is what the modem says at the time of the Read", async () => {
    const world = await World.registered({ traced: false });
    for (let hour = 0; hour < 3; hour++) {
      await world.pass(600);
      const [signal, cell] = await world.result(Promise.all([world.modem.signal(), world.modem.cell()]));
      const values = await read(world, "/4/0");
      expect([2, 3, 8, 10, 12].map((id) => values.get(id))).toEqual(
        [signal.rsrpDbm, signal.rsrqDb, cell.cellId, Number(cell.plmn.slice(0, 3)), cell.trackingArea].map(Math.round),
      );
    }
  });

  it("is asked of the modem once a second at most", async () => {
    const world = await World.registered({ traced: false });
    await world.pass(60);
    let asked = 0;
    const { signal } = world.modem;
    world.modem.signal = () => {
      asked++;
      return signal.call(world.modem);
    };
    for (let time = 0; time < 5; time++) await ask(world, "GET", "/4/0/2");
    expect(asked).toBe(1);
  });

  it("is what was known last while the modem does not answer", async () => {
    const world = await World.registered({ traced: false });
    const before = await read(world, "/4/0");
    await world.pass(60);
    world.modem.signal = () => new Promise(() => {});
    expect((await read(world, "/4/0")).get(2)).toBe(before.get(2));
  });
});

describe("objects 10 and 11", () => {
  it("show the PDN that the device has", async () => {
    const world = await World.registered({ traced: false, carrier: { apn: "iot.nb", pdnType: "ipv4v6" } });
    const pdn = await world.result(world.modem.activatePdn());
    const profile = await read(world, "/11/0");
    const listed = (values: readonly string[]) => new Map(values.map((value, index) => [index, value]));
    expect(Object.fromEntries(profile)).toEqual({
      0: "default",
      1: "iot.nb",
      2: false,
      3: true,
      4: 3,
      15: listed(pdn.addresses),
      19: listed(pdn.dnsServers.slice(0, 1)),
      20: listed(pdn.dnsServers.slice(1)),
      24: 3,
    });
    expect(await read(world, "/10/0")).toEqual(new Map([[11, new Map([[0, { objectId: 11, instanceId: 0 }]])]]));
  });

  it("are not for servers to change", async () => {
    const world = await World.registered({ traced: false });
    expect(await ask(world, "PUT", "/11/0/1", "other.apn")).toMatch(/^4\.05/);
    expect(await ask(world, "PUT", "/10/0/4", "60")).toMatch(/^4\.05/);
    expect(await ask(world, "DELETE", "/11/0")).toMatch(/^4\.05/);
  });
});

describe("object 7", () => {
  it("counts from Start to Stop", async () => {
    const world = await World.registered({ traced: false });
    const traffic = async () => [2, 3, 4, 5].map(async (id) => Number((await read(world, "/7/0")).get(id)));
    const values = async () => Promise.all(await traffic());
    expect(await values()).toEqual([0, 0, 0, 0]);
    expect(await ask(world, "POST", "/7/0/6")).toMatch(/^2\.04/);
    world.carrier.values.setAppData(0, 0, new Uint8Array(3000));
    await world.result(world.management.read("/19/0/0/0"));
    const [sent, received, largest, average] = await values();
    expect(sent).toBe(3);
    expect([received, Number(largest) > 1000, Number(average) > 50]).toEqual([0, true, true]);
    await ask(world, "POST", "/7/0/7");
    const stopped = await values();
    await world.result(world.management.read("/19/0/0/0"));
    expect(await values()).toEqual(stopped);
    await ask(world, "POST", "/7/0/6");
    expect((await values())[0]).toBe(0);
  });

  it("ends by itself after the collection period", async () => {
    const world = await World.registered({ traced: false });
    world.carrier.values.setAppData(0, 0, new Uint8Array(3000));
    expect(await ask(world, "PUT", "/7/0/8", "60")).toMatch(/^2\.04/);
    await ask(world, "POST", "/7/0/6");
    await world.pass(61);
    await world.result(world.management.read("/19/0/0/0"));
    expect((await read(world, "/7/0")).get(2)).toBe(0);
  });
});

describe("object 20", () => {
  it("is started and stopped by servers, filled by the application", async () => {
    const world = await World.registered({ traced: false });
    const { values } = world.carrier;
    const status = async () => Number((await read(world, "/20/0")).get(4013));
    expect(values.setLogData(Uint8Array.of(1, 2, 3))).toBe(true);
    await world.settle();
    expect(await status()).toBe(2);
    await ask(world, "POST", "/20/0/4012");
    expect([await status(), values.setLogData(Uint8Array.of(9))]).toEqual([3, false]);
    await ask(world, "POST", "/20/0/4012", "0='1'");
    expect(await status()).toBe(1);
    await ask(world, "POST", "/20/0/4011");
    expect([await status(), values.setLogData(Uint8Array.of(9))]).toEqual([0, true]);
    await ask(world, "POST", "/20/0/4011", "0='1'");
    expect((await read(world, "/20/0")).get(4014)).toEqual(Uint8Array.of(9));
  });
});

describe("Factory Reset of object 3", () => {
  it("forgets what servers have written and bootstraps anew", async () => {
    const world = await World.registered({ traced: false });
    expect(await ask(world, "PUT", "/7/0/8", "60")).toMatch(/^2\.04/);
    expect(await ask(world, "PUT", "/1/0/1", "900")).toMatch(/^2\.04/);
    const registered = world.until("registered");
    expect(await ask(world, "POST", "/3/0/5")).toMatch(/^2\.04/);
    await registered;
    expect(world.bootstrap.of("POST /bs")).toHaveLength(2);
    expect(world.management.of("POST /rd").map(({ query }) => query.find((one) => one.startsWith("lt=")))).toEqual([
      "lt=3600",
      "lt=3600",
    ]);
    expect((await read(world, "/7/0")).has(8)).toBe(false);
  });
});

describe("an object of the application's own", () => {
  const locked: number[] = [];
  const door = {
    definition: DOOR,
    instances: { 0: { 0: true }, 3: { 0: false, 1: "back" } },
    behaviour: {
      resources: {
        2: {
          execute: (instanceId: number) => {
            locked.push(instanceId);
            return undefined;
          },
        },
      },
    },
  };

  it("is there with its values after a bootstrap that deleted everything, and its callbacks are called", async () => {
    const world = await World.registered({ traced: false, carrier: { objects: [door] } });
    expect(world.management.of("POST /rd")[0]?.text).toContain("</26250/0>,</26250/3>");
    expect(await ask(world, "GET", "/26250/3/1")).toBe("2.05 back");
    expect(await ask(world, "GET", "/26250/0/0")).toBe("2.05 1");
    expect(await ask(world, "POST", "/26250/3/2")).toMatch(/^2\.04/);
    expect(locked).toEqual([3]);
  });

  it("keeps over a restart what a server has written to it", async () => {
    const world = await World.registered({ traced: false, carrier: { objects: [door] } });
    expect(await ask(world, "PUT", "/26250/3/1", "garden")).toMatch(/^2\.04/);
    world.carrier.restart();
    await world.until("registered");
    expect(await ask(world, "GET", "/26250/3/1")).toBe("2.05 garden");
  });

  it("is refused with a value that its definition does not allow, before anything starts", () => {
    const servers = [
      { uri: "coap://192.0.2.2", shortServerId: 1, lifetimeSeconds: 60, security: { mode: "none" } },
    ] as const;
    const wrong = { definition: DOOR, instances: { 0: { 0: "ajar" } } };
    expect(() => createCarrier({ servers, objects: [DOOR, wrong] })).toThrow(/^objects\[1\]: .*"Open"/);
  });

  it("may be a definition alone, to which instances come later", async () => {
    const world = await World.registered({ traced: false, carrier: { objects: [DOOR] } });
    world.carrier.objects.create(DOOR.id, 1, new Map([[0, true]]));
    await world.settle();
    expect(await ask(world, "GET", "/26250/1/0")).toBe("2.05 1");
  });
});
