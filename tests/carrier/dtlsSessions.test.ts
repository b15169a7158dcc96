/** What becomes of a device's DTLS sessions: link cycles, restarts, losses of power, servers that forget, idleness. */
import { describe, expect, it } from "@jest/globals";
import { LIVE_DOCUMENT } from "../../services/dtls/sessionVault.ts";
import { World } from "./support/world.ts";

const WITH_CID = {};
const NO_CID = { connectionId: false } as const;

async function cycleLink(world: World): Promise<void> {
  expect(world.carrier.request("linkDown")).toBe(0);
  await world.untilTag("linkDown");
  await world.pass(600);
  expect(world.carrier.request("linkUp")).toBe(0);
  await world.until("registered");
}

describe("a link that is taken down and up", () => {
  it("leaves a session with a Connection ID as it was: no handshake, no close_notify", async () => {
    const world = await World.registered({ secure: WITH_CID });
    await cycleLink(world);
    await cycleLink(world);
    expect(world.sessions).toEqual(["bootstrap full", "server/123 full", "server/123 imported", "server/123 imported"]);
    expect(world.management.sessions).toBe(1);
    expect(world.management.of("POST /rd")).toHaveLength(1);
    expect(world.management.of("POST /rd/1")).toHaveLength(2);
    expect(await world.result(world.management.ask("GET", "/1/0/1"))).toBe("2.05 3600");
  });

  it("closes one without, and resumes it by an abbreviated handshake", async () => {
    const world = await World.registered({ secure: NO_CID });
    await cycleLink(world);
    expect(world.sessions).toEqual(["bootstrap full", "server/123 full", "server/123 resumed"]);
    expect(world.management.of("POST /rd/1")).toHaveLength(1);
  });

  it("by the network is the same, in silence", async () => {
    const world = await World.registered({ secure: WITH_CID });
    const said = world.dtls.length;
    world.modem.inject({ name: "registrationLost", times: 1 });
    await world.reaches("an Update", () => world.management.of("POST /rd/1").length === 1);
    expect(world.dtls.slice(said).filter(({ phase }) => phase === "alert")).toEqual([]);
    expect(world.sessions.slice(1)).toEqual(["server/123 full", "server/123 imported"]);

    const other = await World.registered({ secure: NO_CID });
    other.modem.inject({ name: "registrationLost", times: 1 });
    await other.reaches("an Update", () => other.management.of("POST /rd/1").length === 1);
    expect(other.dtls.filter(({ phase, to }) => phase === "alert" && to === "server/123")).toEqual([]);
    expect(other.sessions.slice(1)).toEqual(["server/123 full", "server/123 resumed"]);
  });
});

describe("a restart of the device", () => {
  it("goes on with the session that the store kept, and with the registration", async () => {
    const world = await World.registered({ secure: WITH_CID });
    world.carrier.restart();
    await world.until("registered");
    expect(world.sessions.slice(1)).toEqual(["server/123 full", "server/123 imported"]);
    expect(world.management.sessions).toBe(1);
    expect(world.management.asked.map(({ what }) => what)).toEqual(["POST /rd", "POST /rd/1"]);
    const documents = world.records.filter(({ kind, name }) => kind === "store" && name === LIVE_DOCUMENT);
    expect(documents.map(({ operation }) => operation)).toEqual(["write", "remove"]);
    expect(await world.storage.read(LIVE_DOCUMENT)).toBeUndefined();
  });

  it("time after time, each session used once", async () => {
    const world = await World.registered({ secure: WITH_CID });
    for (let restart = 0; restart < 3; restart++) {
      world.carrier.restart();
      await world.until("registered");
    }
    expect(world.management.sessions).toBe(1);
    expect(world.dtls.filter(({ phase }) => phase === "dropped")).toEqual([]);
  });

  it("as another process goes on with it too, when the one before halted in order", async () => {
    const world = await World.registered({ secure: WITH_CID });
    const halted = () => world.records.some(({ name, operation }) => name === LIVE_DOCUMENT && operation === "write");
    world.carrier.restart();
    await world.reaches("the session in the store", halted);
    await world.carrier.cutPower();
    expect(await world.storage.read(LIVE_DOCUMENT)).toBeDefined();
    world.replace().start();
    await world.until("registered");
    expect(world.sessions.slice(1)).toEqual(["server/123 full", "server/123 imported"]);
  });

  it("after a loss of power makes an abbreviated handshake", async () => {
    const world = await World.registered({ secure: WITH_CID });
    await world.carrier.cutPower();
    world.replace().start();
    await world.until("registered");
    expect(world.sessions.slice(1)).toEqual(["server/123 full", "server/123 resumed"]);
    expect(world.heard.filter((event) => /deferred|error/.test(event))).toEqual([]);
  });

  it("after a stop resumes what was closed in order", async () => {
    const world = await World.registered({ secure: WITH_CID });
    await world.stop();
    expect(world.management.registrations.size).toBe(0);
    const [end] = world.dtls.filter(({ phase, to }) => phase === "alert" && to === "server/123");
    expect(end).toMatchObject({ alert: "close_notify", direction: "out" });
    world.replace().start();
    await world.until("registered");
    expect(world.sessions.slice(1)).toEqual(["server/123 full", "server/123 resumed"]);
  });

  it("by a loss of power says nothing to anyone", async () => {
    const world = await World.registered({ secure: WITH_CID });
    let said = 0;
    world.network.watch(() => said++);
    await world.carrier.cutPower();
    await world.pass(3600);
    expect(said).toBe(0);
  });
});

describe("a server that has lost its sessions", () => {
  it("is met again by a new handshake when it does not answer an Update", async () => {
    const world = await World.registered({ secure: WITH_CID });
    await world.management.restart();
    await world.reaches("a second Register", () => world.management.of("POST /rd").length === 2);
    expect(world.sessions.slice(1)).toEqual(["server/123 full", "server/123 full"]);
    expect(world.heard.filter((event) => /deferred|error/.test(event))).toEqual([]);
    expect(await world.result(world.management.ask("GET", "/1/0/1"))).toBe("2.05 3600");
  });

  it("while the link was down is met by a new handshake after one attempt on the old session", async () => {
    const world = await World.registered({ secure: WITH_CID });
    world.carrier.request("linkDown");
    await world.untilTag("linkDown");
    await world.management.restart();
    world.carrier.request("linkUp");
    await world.until("registered");
    expect(world.sessions.slice(1)).toEqual(["server/123 full", "server/123 imported", "server/123 full"]);
    expect(world.heard.filter((event) => /deferred|error/.test(event))).toEqual([]);
  });

  it("while the device restarted is met the same way: an Update was not answered", async () => {
    const world = await World.registered({ secure: WITH_CID });
    await world.management.restart();
    world.carrier.restart();
    await world.until("registered");
    expect(world.sessions.slice(1)).toEqual(["server/123 full", "server/123 imported", "server/123 full"]);
    expect(world.heard.filter((event) => /deferred|error/.test(event))).toEqual([]);
  });

  it("while a session without Connection ID rested is met by a whole handshake at once", async () => {
    const world = await World.registered({ secure: NO_CID });
    await world.pass(600);
    await world.management.restart();
    await world.reaches("an Update", () => world.management.of("POST /rd/1").length === 1);
    expect(world.sessions.slice(1)).toEqual(["server/123 full", "server/123 full"]);
    expect(world.heard.filter((event) => /deferred|error/.test(event))).toEqual([]);
  });

  it("and says so by close_notify is met again at once", async () => {
    const world = await World.registered({ secure: WITH_CID });
    const before = world.seconds;
    await world.management.closeSessions();
    await world.reaches("an Update", () => world.management.of("POST /rd/1").length === 1);
    expect(world.seconds - before).toBeLessThan(2);
    expect(world.sessions.slice(1)).toEqual(["server/123 full", "server/123 full"]);
    expect(world.heard.filter((event) => /deferred|error/.test(event))).toEqual([]);
  });
});

describe("an idle session", () => {
  it("without Connection ID is resumed for each Update", async () => {
    const world = await World.registered({ secure: NO_CID });
    await world.reaches("three Updates", () => world.management.of("POST /rd/1").length === 3);
    expect(world.sessions.slice(1)).toEqual([
      "server/123 full",
      "server/123 resumed",
      "server/123 resumed",
      "server/123 resumed",
    ]);
    expect(world.heard.filter((event) => /deferred|error/.test(event))).toEqual([]);
  });

  it("stays when the timeout is -1, and with a Connection ID", async () => {
    for (const [secure, dtls] of [
      [NO_CID, { idleTimeoutMs: -1 }],
      [WITH_CID, {}],
    ] as const) {
      const world = await World.registered({ secure, carrier: { dtls } });
      await world.reaches("three Updates", () => world.management.of("POST /rd/1").length === 3);
      expect(world.sessions.slice(1)).toEqual(["server/123 full"]);
    }
  });

  it("has a notification go out when it wakes", async () => {
    const world = await World.registered({ secure: NO_CID });
    world.carrier.values.setMemory({ freeKilobytes: 41 });
    await world.result(world.management.observe("/3/0/10"));
    await world.pass(300);
    const { length } = world.records;
    world.carrier.values.setMemory({ freeKilobytes: 42 });
    await world.reaches("the session", () => world.sessions.length === 3);
    await world.settle();
    const later = world.records.slice(length).filter(({ kind, direction }) => kind === "coap" && direction === "out");
    expect(later[0]).toMatchObject({ code: "2.05", observe: expect.any(Number) });
    // It was not lost on the way: it left once the handshake was done.
    const data = world.records
      .slice(length)
      .filter(({ type, phase }) => phase === "connected" || type === "applicationData");
    expect(data.slice(0, 2).map(({ phase, direction }) => [phase, direction])).toEqual([
      ["connected", undefined],
      ["record", "out"],
    ]);
    expect(world.sessions.at(-1)).toBe("server/123 resumed");
  });
});
