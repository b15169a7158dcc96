/** A device in queue mode: what it tells its servers, when it can be reached, and what wakes it. */
import { describe, expect, it } from "@jest/globals";
import type { CarrierOptions } from "../../carrier/options.ts";
import { CODE } from "../../services/coap/codes.ts";
import { World, type WorldOptions } from "./support/world.ts";

const QUEUED = { queueMode: true } satisfies Partial<CarrierOptions>;
/** MAX_TRANSMIT_WAIT. */
const WINDOW = 93;

const queued = ({ carrier, ...options }: WorldOptions = {}) =>
  World.registered({ account: { lifetime: 3600 }, ...options, carrier: { ...QUEUED, ...carrier } });

/** Asks once, without waiting longer than one answer needs. */
async function isAwake(world: World): Promise<boolean> {
  const answer = world.management.ask("GET", "/3/0/0");
  let answered = false;
  void answer.then((text) => {
    answered = text.startsWith("2.05");
  });
  await world.settle();
  return answered;
}

const updates = (world: World) => world.management.of("POST /rd/1");

describe("queue mode is told", () => {
  it("by the parameter Q of LwM2M 1.1", async () => {
    const world = await queued();
    expect(world.management.of("POST /rd")[0]?.query.slice(0, 5)).toEqual([
      "ep=dev",
      "lt=3600",
      "lwm2m=1.1",
      "b=U",
      "Q",
    ]);
  });

  it("by the binding UQ to a server that speaks 1.0 only", async () => {
    const world = await World.make({ carrier: QUEUED });
    world.management.script = ({ query }) => (query.includes("lwm2m=1.1") ? CODE.PRECONDITION_FAILED : undefined);
    world.carrier.start();
    await world.until("registered");
    expect(world.management.of("POST /rd")[1]?.query.slice(2, 4)).toEqual(["lwm2m=1.0", "b=UQ"]);
  });

  it("when the account's own binding asks for it", async () => {
    const world = await World.registered({ account: { binding: "UQ" } });
    expect(world.management.of("POST /rd")[0]?.query.slice(3, 5)).toEqual(["b=U", "Q"]);
  });

  it("not without being asked for", async () => {
    const world = await World.registered({ account: { lifetime: 3600 } });
    expect(world.management.of("POST /rd")[0]?.query).not.toContain("Q");
    await world.pass(10 * WINDOW);
    expect(await isAwake(world)).toBe(true);
  });
});

describe("the device", () => {
  it("listens for 93 s after the registration, and sleeps then", async () => {
    const world = await queued();
    await world.pass(WINDOW - 3);
    expect(await isAwake(world)).toBe(true);
    // What the server asked began the window anew.
    await world.pass(WINDOW - 3);
    expect(await isAwake(world)).toBe(true);
    await world.pass(WINDOW + 3);
    expect(await isAwake(world)).toBe(false);
  });

  it("listens as long as it was told to", async () => {
    const world = await queued({ carrier: { awakeSeconds: 10 } });
    await world.pass(8);
    expect(await isAwake(world)).toBe(true);
    await world.pass(12);
    expect(await isAwake(world)).toBe(false);
  });

  it("wakes for its Update, and can be asked then", async () => {
    const world = await queued();
    await world.reaches("an Update", () => updates(world).length === 1);
    await world.settle();
    expect(updates(world)[0]?.at).toBe(3600 - WINDOW);
    expect(await isAwake(world)).toBe(true);
  });

  it("wakes for a notification", async () => {
    const world = await queued();
    world.carrier.values.setPowerSources(["internalBattery"]);
    world.carrier.values.setBatteryLevel(50);
    const observed = await world.result(world.management.observe("/3/0/9"));
    await world.pass(2 * WINDOW);
    world.carrier.values.setBatteryLevel(40);
    await world.settle();
    expect(observed.values).toEqual(["50", "40"]);
    expect(await isAwake(world)).toBe(true);
  });

  it("wakes for Send", async () => {
    const world = await queued();
    await world.result(world.management.ask("PUT", "/1/0/23", "0"));
    await world.pass(2 * WINDOW);
    expect(await world.result(world.carrier.send(["/3/0/0"]))).toBe(0);
    expect(await isAwake(world)).toBe(true);
  });

  it("does not sleep while an exchange of its own has no answer", async () => {
    const world = await queued({ carrier: { awakeSeconds: 1 }, account: { lifetime: 300 } });
    world.management.script = ({ what }) => (what === "POST /rd/1" ? "acknowledged" : undefined);
    await world.reaches("an Update", () => updates(world).length === 1);
    await world.pass(20);
    expect(await isAwake(world)).toBe(true);
  });

  it("has no timer but the Update's while it sleeps", async () => {
    const world = await queued();
    await world.pass(4 * WINDOW);
    const updateAt = 1000 * (3600 - WINDOW);
    expect(Math.abs((world.clock.nextDue ?? 0) - updateAt)).toBeLessThan(1000);
  });

  it("deregisters when it is stopped in its sleep", async () => {
    const world = await queued();
    await world.pass(2 * WINDOW);
    await world.stop();
    expect(world.management.registrations.size).toBe(0);
  });

  it("sleeps after a link cycle too", async () => {
    const world = await queued();
    world.carrier.request("linkDown");
    await world.untilTag("linkDown");
    world.carrier.request("linkUp");
    await world.until("registered");
    expect(await isAwake(world)).toBe(true);
    await world.pass(2 * WINDOW);
    expect(await isAwake(world)).toBe(false);
  });
});

describe("over DTLS the device", () => {
  it("goes on with the session after its sleep, by its Connection ID", async () => {
    const world = await queued({ secure: {} });
    await world.reaches("two Updates", () => updates(world).length === 2);
    expect(world.sessions).toEqual(["bootstrap full", "server/123 full"]);
    expect(world.ends).toHaveLength(1);
  });

  for (const [wish, options] of [
    ["its owner's", { carrier: QUEUED }],
    ["its account's", { account: { lifetime: 3600, binding: "UQ" } }],
  ] as const) {
    it(`resumes one without Connection ID, and does not close it before it sleeps (${wish} wish)`, async () => {
      const account = { lifetime: 3600 };
      const world = await World.registered({ account, ...options, secure: { connectionId: false } });
      await world.pass(WINDOW - 3);
      expect(await isAwake(world)).toBe(true);
      await world.reaches("an Update", () => updates(world).length === 1);
      await world.settle();
      expect(world.sessions).toEqual(["bootstrap full", "server/123 full", "server/123 resumed"]);
      expect(await isAwake(world)).toBe(true);
    });
  }

  it("does not come back at once when the server closes the session, but with its next Update", async () => {
    const world = await queued({ secure: {} });
    await world.management.closeSessions();
    await world.pass(4 * WINDOW);
    expect(world.sessions).toEqual(["bootstrap full", "server/123 full"]);
    expect(updates(world)).toEqual([]);
    await world.reaches("an Update", () => updates(world).length === 1);
    expect(world.sessions).toHaveLength(3);
    expect(world.heard).not.toContain("deferred");
    await world.settle();
    expect(await isAwake(world)).toBe(true);
  });

  it("comes back at once when it is not in queue mode", async () => {
    const world = await World.registered({ account: { lifetime: 3600 }, secure: {} });
    await world.management.closeSessions();
    await world.reaches("an Update", () => updates(world).length === 1);
    expect(world.seconds).toBeLessThan(10);
  });

  it("tells a change that comes while the session is closed", async () => {
    const world = await queued({ secure: {} });
    world.carrier.values.setPowerSources(["internalBattery"]);
    world.carrier.values.setBatteryLevel(50);
    await world.result(world.management.observe("/3/0/9"));
    await world.management.closeSessions();
    await world.pass(WINDOW);
    expect(world.management.sessions).toBe(1);
    world.carrier.values.setBatteryLevel(40);
    await world.settle();
    expect(world.management.sessions).toBe(2);
  });

  it("registers anew when the server cannot be reached again", async () => {
    const world = await queued({ secure: {} });
    await world.management.closeSessions();
    await world.pass(WINDOW);
    world.management.silent = true;
    await world.until("deferred");
    world.management.silent = false;
    await world.reaches("a registration", () => world.carrier.snapshot.hasTag("registered"));
    await world.reaches("it is told", () => updates(world).length + world.management.of("POST /rd").length >= 2);
    expect(world.management.registrations.size).toBe(1);
  });
});
