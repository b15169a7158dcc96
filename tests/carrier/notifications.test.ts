/** What becomes of notifications when their server cannot be reached: lost network, disabled, restart, loss of power. */
import { describe, expect, it } from "@jest/globals";
import { CODE } from "../../services/coap/codes.ts";
import { createFactsStore } from "../../services/store/facts.ts";
import { MANAGEMENT_ADDRESS, SERVER_ID, World } from "./support/world.ts";

const WITH_CID = {};

/** A device that says its battery level; the server observes it. */
async function observed(options: Parameters<typeof World.registered>[0] = {}) {
  const world = await World.registered(options);
  world.carrier.values.setPowerSources(["internalBattery"]);
  charge(world, 100);
  const heard = await world.result(world.management.observe("/3/0/9"));
  return { world, heard };
}

function charge(world: World, ...levels: number[]): void {
  for (const level of levels) world.carrier.values.setBatteryLevel(level);
}

/** Short server ids of what the store keeps observations of. */
async function storedObservations(world: World): Promise<string[]> {
  return [...((await createFactsStore(world.storage).load()).observations?.keys() ?? [])];
}

describe("notifications", () => {
  for (const secure of [undefined, WITH_CID]) {
    it(`of a lost network are told one by one when it is back, ${secure ? "over DTLS" : "in the clear"}`, async () => {
      const { world, heard } = await observed(secure && { secure });
      world.carrier.request("linkDown");
      await world.untilTag("linkDown");
      charge(world, 90);
      await world.pass(60);
      charge(world, 80, 70);
      world.carrier.request("linkUp");
      await world.until("registered");
      await world.pass(5);
      expect(heard.values).toEqual(["100", "90", "80", "70"]);
      charge(world, 60);
      await world.pass(5);
      expect(heard.values.slice(4)).toEqual(["60"]);
    });
  }

  it("are told to a server whose Observe overtakes its answer to the Register", async () => {
    const world = await World.make();
    const overtaken = world.network.reorder({ name: "2.01", when: ({ bytes }) => bytes[1] === CODE.CREATED });
    world.carrier.start();
    await world.reaches("the Register", () => world.management.registrations.size > 0);
    world.carrier.values.setPowerSources(["internalBattery"]);
    charge(world, 100);
    expect(world.heard).not.toContain("registered");
    const observing = world.management.observe("/3/0/9");
    await world.until("registered");
    expect(overtaken.hits).toBe(1);
    const heard = await world.result(observing);
    charge(world, 90);
    await world.pass(5);
    expect(heard.values).toEqual(["100", "90"]);
  });

  it("are told when a server that was disabled is registered with again", async () => {
    const { world, heard } = await observed();
    await world.result(world.management.ask("PUT", "/1/0/5", "600"));
    await world.result(world.management.ask("POST", "/1/0/4"));
    await world.until("deregistered");
    charge(world, 90, 80);
    await world.until("registered");
    await world.pass(5);
    charge(world, 70);
    await world.pass(5);
    expect(heard.values).toEqual(["100", "90", "80", "70"]);
  });

  it("of what changes while the Deregister of a disabled server is under way wait for the next registration", async () => {
    const { world, heard } = await observed();
    world.management.script = ({ what }) => {
      if (what.startsWith("DELETE")) charge(world, 90);
      return undefined;
    };
    await world.result(world.management.ask("PUT", "/1/0/5", "600"));
    await world.result(world.management.ask("POST", "/1/0/4"));
    await world.until("deregistered");
    await world.settle();
    expect(heard.values).toEqual(["100"]);
    await world.until("registered");
    await world.pass(5);
    expect(heard.values).toEqual(["100", "90"]);
  });

  it("are told after that although power was cut meanwhile", async () => {
    const { world, heard } = await observed();
    await world.result(world.management.ask("PUT", "/1/0/5", "600"));
    await world.result(world.management.ask("POST", "/1/0/4"));
    await world.until("deregistered");
    charge(world, 90, 80);
    await world.settle();
    await world.carrier.cutPower();
    world.replace().start();
    await world.until("registered");
    await world.pass(5);
    expect(heard.values).toEqual(["100", "90", "80"]);
  });

  it("of a server that is disabled and wants nothing stored end with its registration", async () => {
    const { world, heard } = await observed();
    await world.result(world.management.ask("PUT", "/1/0/6", "0"));
    await world.result(world.management.ask("PUT", "/1/0/5", "600"));
    await world.result(world.management.ask("POST", "/1/0/4"));
    await world.until("registered");
    charge(world, 90);
    await world.pass(5);
    expect(heard.values).toEqual(["100"]);
    expect(await storedObservations(world)).toEqual([]);
  });

  it("go on after a restart, and what waited is told first", async () => {
    const { world, heard } = await observed({ secure: WITH_CID });
    world.carrier.request("linkDown");
    await world.untilTag("linkDown");
    charge(world, 90, 80);
    await world.settle();
    world.carrier.restart();
    await world.until("registered");
    await world.pass(5);
    expect(heard.values).toEqual(["100", "90", "80"]);
    // The application has to say again what it knows.
    world.carrier.values.setPowerSources(["internalBattery"]);
    charge(world, 70);
    await world.pass(5);
    expect(heard.values.slice(3)).toEqual(["70"]);
  });

  it("that were under way when power was cut are told by the device that comes back", async () => {
    const { world, heard } = await observed();
    world.carrier.request("linkDown");
    await world.untilTag("linkDown");
    charge(world, 90, 80);
    await world.settle();
    const { network, management } = world;
    // Power goes when the first of them has left, and it is lost.
    const lost = network.lose({
      name: "notifications",
      when: ({ to }) => to.address === MANAGEMENT_ADDRESS && management.of("POST /rd/1").length > 0,
    });
    world.carrier.request("linkUp");
    await world.until("registered");
    await world.pass(1);
    await world.carrier.cutPower();
    lost.remove();
    expect(heard.values).toEqual(["100"]);
    world.replace().start();
    await world.until("registered");
    await world.pass(5);
    expect(heard.values).toEqual(["100", "90", "80"]);
  });

  it("that wait are bounded by the option: the oldest give way", async () => {
    const { world, heard } = await observed({ carrier: { storedNotifications: 2 } });
    world.carrier.request("linkDown");
    await world.untilTag("linkDown");
    charge(world, 90, 80, 70, 60);
    world.carrier.request("linkUp");
    await world.until("registered");
    await world.pass(5);
    expect(heard.values).toEqual(["100", "70", "60"]);
  });
});

describe("what a server observes", () => {
  it("is stored while it does, and no longer than the registration", async () => {
    const { world, heard } = await observed();
    await world.settle();
    expect(await storedObservations(world)).toEqual([String(SERVER_ID)]);
    await world.result(heard.cancel());
    await world.settle();
    expect(await storedObservations(world)).toEqual([]);
    await world.result(world.management.observe("/3/0/9"));
    world.carrier.request("deregister");
    await world.until("deregistered");
    await world.settle();
    expect(await storedObservations(world)).toEqual([]);
  });

  it("makes room for what it observes after its next Register, on the same session", async () => {
    const { world } = await observed({ carrier: { coap: { maxObservations: 1 } } });
    for (const [round, level] of [90, 80, 70].entries()) {
      world.management.forget();
      await world.reaches("a Register", () => world.management.of("POST /rd").length === round + 2);
      await world.settle();
      const heard = await world.result(world.management.observe("/3/0/9"));
      charge(world, level);
      await world.pass(5);
      expect(heard.values.slice(1)).toEqual([String(level)]);
    }
  });

  const ends: readonly [when: string, between: (world: World) => Promise<void> | void][] = [
    ["long after the registration expired", (world) => world.pass(300 + 3_601)],
    ["and the server has forgotten the registration", (world) => world.management.forget()],
  ];
  for (const [when, between] of ends) {
    it(`is forgotten when the device starts again ${when}`, async () => {
      const { world, heard } = await observed({ account: { lifetime: 300 } });
      await world.carrier.cutPower();
      await between(world);
      world.replace().start();
      await world.until("registered");
      expect(world.management.of("POST /rd")).toHaveLength(2);
      world.carrier.values.setPowerSources(["internalBattery"]);
      charge(world, 90);
      await world.pass(5);
      expect(heard.values).toEqual(["100"]);
      expect(await storedObservations(world)).toEqual([]);
    });
  }
});
