/** Carrier profiles: chosen by the SIM, over restarts, with their accounts, objects, times and policies. */
import { describe, expect, it } from "@jest/globals";
import { createCarrier } from "../../carrier/createCarrier.ts";
import { chooseProfile, type Profile } from "../../carrier/profiles/profile.ts";
import { PROFILES } from "../../carrier/profiles/profiles.ts";
import { replayCharts } from "../../carrier/replay.ts";
import { CarrierOptionError } from "../../carrier/resolve.ts";
import { EDITIONS, type EditionId } from "../../machines/editions/index.ts";
import { ERRNO } from "../../machines/semanticEvent.ts";
import { MANAGEMENT_ADDRESS, SERVER_ID, World, type WorldOptions } from "./support/world.ts";

const ALL = Object.keys(PROFILES) as (keyof typeof PROFILES)[];
const VERIZON = { operator: { plmn: "311480" } } as const;

/** An operator of the user's own, whose servers it knows. */
const acme: Profile = {
  id: "acme",
  operators: ["24299"],
  servers: [
    { uri: `coap://${MANAGEMENT_ADDRESS}`, shortServerId: 7, lifetimeSeconds: 600, security: { mode: "none" } },
  ],
  retry: { count: 2, timerSeconds: 5 },
  objects: [6, 19],
  registrationExhausted: "error",
};

const objectsOf = (world: World) => world.carrier.objects.objectIds();
const restarts = (world: World) =>
  world.records.filter(({ kind, actor, event }) => kind === "chart" && actor === "carrier" && event === "restart")
    .length;
const registered = (options: WorldOptions) => World.registered(options);

describe("the SIM", () => {
  it.each([
    ["311480", "verizon"],
    ["310260", "tMobile"],
    ["44020", "softBank"],
    ["45006", "lgUplus"],
    ["302610", "bellCanada"],
    ["24201", "generic"],
    [undefined, "generic"],
  ])("of operator %s chooses %s", (operator, id) => {
    const sim = operator === undefined ? {} : { operator };
    expect(chooseProfile(sim, Object.values(PROFILES))?.id).toBe(id);
  });

  it("chooses among those that are enabled", () => {
    expect(chooseProfile({ operator: "311480" }, [PROFILES.generic, PROFILES.softBank])?.id).toBe("generic");
    expect(chooseProfile({ operator: "311480" }, [PROFILES.softBank])).toBeUndefined();
  });
});

describe("a carrier with several profiles", () => {
  for (const edition of Object.keys(EDITIONS) as EditionId[]) {
    it(`registers once, as the SIM's profile says, edition ${edition}`, async () => {
      const world = await registered({ edition, carrier: { carriers: ALL }, modem: VERIZON });
      expect(world.carrier.objects.objectIds()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 16, 21]);
      expect(world.management.of("POST /rd")).toHaveLength(1);
      expect(world.bootstrap.of("POST /bs")).toHaveLength(1);
      expect(restarts(world)).toBe(1);
    });
  }

  it("is replayed from its recording, the restart included", async () => {
    const world = await registered({ carrier: { carriers: ALL }, modem: VERIZON });
    const { deviation } = replayCharts(world.records, { edition: EDITIONS["3.6"] });
    expect(deviation).toBeUndefined();
  });

  it("is generic for a SIM of nobody's, and does not start again", async () => {
    const world = await registered({ carrier: { carriers: ALL } });
    expect([objectsOf(world).includes(20), restarts(world)]).toEqual([true, 0]);
  });

  it("remembers the choice: the next start begins with it", async () => {
    const world = await registered({ carrier: { carriers: ALL }, modem: VERIZON });
    await world.carrier.cutPower();
    world.replace();
    world.carrier.start();
    await world.until("registered");
    expect([restarts(world), objectsOf(world).includes(20)]).toEqual([1, false]);
    expect(world.bootstrap.of("POST /bs")).toHaveLength(1);
  });

  it("is another one's when the SIM is another", async () => {
    const options = { carrier: { carriers: [...ALL, acme] }, modem: VERIZON } as const;
    const world = await registered(options);
    const modem = world.modem;
    modem.sim = async () => ({ present: true, operator: "24299" });
    world.carrier.restart();
    await world.until("registered");
    expect(objectsOf(world)).toEqual([0, 1, 2, 3, 4, 5, 6, 19, 21]);
    expect(world.carrier.objects.get(1, 0, 0)).toBe(7);
  });
});

describe("a profile of the user's own", () => {
  it("has its servers, objects and times", async () => {
    const world = await registered({
      carrier: { carriers: ["generic", acme] },
      modem: { operator: { plmn: "24299" } },
    });
    expect(world.bootstrap.asked).toEqual([]);
    expect(world.management.of("POST /rd")[0]?.query).toContain("lt=600");
    expect(objectsOf(world)).toEqual([0, 1, 2, 3, 4, 5, 6, 19, 21]);
    const [server] = world.carrier.snapshot.context.device.servers;
    expect(server?.retry).toEqual({ count: 2, timerSeconds: 5, sequenceDelaySeconds: 86_400, sequenceCount: 1 });
  });

  it("is refused where it cannot be", () => {
    const make = (carriers: readonly unknown[]) => () =>
      createCarrier({ servers: acme.servers ?? [], carriers: carriers as Profile[] });
    expect(make([{ ...acme, id: "a b" }])).toThrow(CarrierOptionError);
    expect(make(["generic", { ...acme, operators: ["242"] }])).toThrow(/carriers\[1\]: operator "242"/);
    expect(make([{ ...acme, objects: [3] }])).toThrow(/object 3 is not one of 6, 7/);
    expect(make(["vodafone"])).toThrow(/"vodafone" is not one of generic, verizon/);
    expect(make([acme, acme])).toThrow(/profile acme is there twice/);
  });
});

describe("what a profile says of waiting", () => {
  it("counts for a server that says nothing itself, and for the bootstrap server", async () => {
    const world = await World.make({ carrier: { carriers: ALL }, modem: VERIZON });
    world.bootstrap.silent = true;
    world.carrier.start();
    await world.until("deferred");
    await world.until("deferred");
    const deferrals = world.heard.filter((event) => event.startsWith("deferred"));
    expect(deferrals.map((event) => Number(event.split(" ").at(-1)))).toEqual([120, 240]);
  });

  it("gives way to what the bootstrap server wrote", async () => {
    const account = { communicationRetryCount: 3, communicationRetryTimer: 9 };
    const world = await registered({ carrier: { carriers: ALL }, modem: VERIZON, account });
    const [server] = world.carrier.snapshot.context.device.servers;
    expect(server).toMatchObject({
      shortServerId: SERVER_ID,
      retry: { count: 3, timerSeconds: 9, sequenceDelaySeconds: 86_400 },
    });
  });

  it("has the application's requests to register refused where the operator decides", async () => {
    const verizon = await registered({ carrier: { carriers: ALL }, modem: VERIZON });
    expect(verizon.carrier.request("deregister")).toBe(-ERRNO.EINVAL);
    const generic = await registered({ carrier: { carriers: ALL } });
    expect(generic.carrier.request("deregister")).toBe(0);
  });
});
