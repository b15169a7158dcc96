/** Registration with management servers that are absent, silent, refuse, forget, and that ask for things. */
import { describe, expect, it } from "@jest/globals";
import { EDITIONS, type EditionId } from "../../machines/editions/index.ts";
import { CODE } from "../../services/coap/codes.ts";
import type { MemoryServer } from "./support/server.ts";
import { MANAGEMENT_ADDRESS, SECOND_ADDRESS, SERVER_ID, World } from "./support/world.ts";

const EDITION_IDS = Object.keys(EDITIONS) as EditionId[];
/** No bootstrap after failed registrations (1/x/16). */
const ALONE = { bootstrapOnRegistrationFailure: false };
const DAY = 86_400;

function refuseRegister(server: MemoryServer, code: number): void {
  server.script = ({ what }) => (what === "POST /rd" ? code : undefined);
}

const deferred = (world: World) => world.heard.filter((event) => event.startsWith("deferred"));

describe("a registration", () => {
  it("tells endpoint name, lifetime, version, binding, number and objects", async () => {
    const world = await World.registered({ account: { lifetime: 300 } });
    const [register] = world.management.of("POST /rd");
    expect(register?.query.slice(0, 4)).toEqual(["ep=dev", "lt=300", "lwm2m=1.1", "b=U"]);
    expect(register?.query[4]).toMatch(/^sms=\+999\d+$/);
    expect(register?.contentFormat).toBe(40);
    for (const path of ["</1/0>", "</3/0>", "</4/0>", "</5/0>", "</6>", "</16>", "</19>"])
      expect(register?.text).toContain(path);
    expect(register?.text).not.toContain("</0");
  });

  it("has the modem's IMEI as endpoint name unless one is given", async () => {
    const world = await World.make();
    world.replace({ endpoint: undefined });
    world.carrier.start();
    await world.until("registered");
    expect(world.management.of("POST /rd")[0]?.query[0]).toMatch(/^ep=urn:imei:\d{15}$/);
  });

  it("is kept alive by an Update whose retransmissions fit before the lifetime ends, and which tells nothing", async () => {
    const world = await World.registered({ account: { lifetime: 3600 } });
    await world.reaches("three Updates", () => world.management.of("POST /rd/1").length === 3);
    const updates = world.management.of("POST /rd/1");
    // MAX_TRANSMIT_WAIT is 93 s (RFC 7252 §4.8.2).
    expect(updates.map(({ at }) => at)).toEqual([3507, 7014, 10_521]);
    expect(updates.every(({ query, text }) => query.length === 0 && text === "")).toBe(true);
    expect(world.management.of("POST /rd")).toHaveLength(1);
  });

  it("of a short lifetime is updated at half of it", async () => {
    const world = await World.registered({ account: { lifetime: 60 } });
    await world.reaches("an Update", () => world.management.of("POST /rd/1").length === 1);
    expect(world.management.of("POST /rd/1")[0]?.at).toBe(30);
  });

  it("tells a lifetime that the server wrote, once", async () => {
    const world = await World.registered();
    expect(await world.result(world.management.ask("PUT", "/1/0/1", "120"))).toBe("2.04");
    await world.settle();
    await world.result(world.management.ask("POST", "/1/0/8"));
    await world.settle();
    expect(world.management.of("POST /rd/1").map(({ query }) => query)).toEqual([["lt=120"], []]);
    await world.reaches("the next Update", () => world.management.of("POST /rd/1").length === 3);
    expect(world.management.of("POST /rd/1")[2]?.at).toBe(60);
  });

  it("tells its objects when an instance came", async () => {
    const world = await World.registered();
    world.carrier.values.setPosition({ latitude: 63.4, longitude: 10.4, timestamp: 1_700_000_000 });
    await world.settle();
    expect(world.management.of("POST /rd/1")).toMatchObject([{ text: expect.stringContaining("</6/0>") }]);
  });

  it("is updated when the server triggers it (1/x/8)", async () => {
    const world = await World.registered();
    expect(await world.result(world.management.ask("POST", "/1/0/8"))).toBe("2.04");
    await world.settle();
    expect(world.management.of("POST /rd/1")).toHaveLength(1);
  });

  it("that the server forgot (4.04) is made again without a word to the application", async () => {
    const world = await World.registered();
    const before = world.heard;
    world.management.forget();
    await world.reaches("a second Register", () => world.management.of("POST /rd").length === 2);
    await world.settle();
    expect(world.management.asked.map(({ what }) => what)).toEqual(["POST /rd", "POST /rd/1", "POST /rd"]);
    expect(world.heard).toEqual(before);
    await world.reaches("an Update", () => world.management.of("POST /rd/2").length === 1);
  });

  it("whose Update is not answered is made again on a new session", async () => {
    const world = await World.registered();
    const before = world.heard;
    world.management.silent = true;
    await world.reaches("an Update", () => world.management.of("POST /rd/1").length > 0);
    await world.pass(60);
    world.management.silent = false;
    await world.reaches("a second Register", () => world.management.of("POST /rd").length >= 2);
    await world.settle();
    expect(world.heard.slice(before.length).filter((event) => event === "registered")).toEqual([]);
    expect(world.carrier.snapshot.hasTag("registered")).toBe(true);
    expect(world.management.registrations.size).toBe(1);
  });

  it("is ended by stop() with Deregister", async () => {
    const world = await World.registered();
    await world.stop();
    expect(world.management.asked.map(({ what }) => what)).toEqual(["POST /rd", "DELETE /rd/1"]);
    expect(world.heard.at(-1)).toBe("deregistered");
    expect(world.modem.functionalMode).toBe("powerOff");
    expect(world.carrier.snapshot.status).toBe("done");
  });

  it("with a silent server does not keep stop() for longer than five seconds", async () => {
    const world = await World.registered();
    world.management.silent = true;
    const before = world.clock.now();
    await world.stop();
    expect(world.clock.now() - before).toBeLessThanOrEqual(5_000);
  });

  it("waits for the initial registration delay (1/x/14), and stop() does not wait for it", async () => {
    const server = {
      uri: `coap://${MANAGEMENT_ADDRESS}`,
      security: { mode: "none" },
      shortServerId: SERVER_ID,
      lifetimeSeconds: 300,
      initialDelaySeconds: 45,
    } as const;
    const world = await World.make({ carrier: { servers: [server] } });
    world.carrier.start();
    await world.until("registered");
    expect(world.management.of("POST /rd")[0]?.at).toBe(45);

    const other = await World.make({ carrier: { servers: [server] } });
    other.carrier.start();
    await other.settle();
    const before = other.clock.now();
    await other.stop();
    expect(other.clock.now() - before).toBeLessThan(1_000);
  });
});

describe("a management server", () => {
  for (const edition of EDITION_IDS) {
    it(`that is silent is tried five times, edition ${edition}; then a new bootstrap (1/x/16)`, async () => {
      const world = await World.make({ edition });
      world.management.silent = true;
      world.carrier.start();
      await world.reaches("a second bootstrap", () => world.bootstrap.of("POST /bs").length === 2);
      expect(deferred(world)).toEqual([60, 120, 240, 480, 0].map((wait) => `deferred SERVER_NO_ROUTE ${wait}`));
      world.management.silent = false;
      await world.until("registered");
      expect(world.heard.filter((event) => event === "bootstrapped")).toHaveLength(2);
      expect(world.heard.some((event) => event.startsWith("error"))).toBe(false);
    });

    it(`that refuses is DEFERRED SERVER_REGISTRATION, edition ${edition}; 1/x/16 false: ${EDITIONS[edition].policy.registrationExhausted}`, async () => {
      const world = await World.make({ edition, account: ALONE });
      refuseRegister(world.management, CODE.FORBIDDEN);
      world.carrier.start();
      const errors = EDITIONS[edition].policy.registrationExhausted === "error";
      await (errors
        ? world.untilTag("exhausted")
        : world.reaches("a second sequence", () => world.management.of("POST /rd").length === 6));
      const waits = [60, 120, 240, 480, errors ? 0 : DAY];
      expect(deferred(world).slice(0, 5)).toEqual(waits.map((wait) => `deferred SERVER_REGISTRATION ${wait}`));
      expect(world.bootstrap.of("POST /bs")).toHaveLength(1);
      const last = world.events.at(-1);
      if (errors) {
        expect(last).toMatchObject({ number: 20, payload: { type: 8, name: "LWM2M_CARRIER_ERROR_CONNECT" } });
        const { length } = world.management.asked;
        await world.pass(30 * DAY);
        expect(world.management.asked).toHaveLength(length);
      } else {
        expect(world.management.of("POST /rd")[5]?.at).toBe(900 + DAY);
        expect(world.heard.some((event) => event.startsWith("error"))).toBe(false);
        world.management.script = () => undefined;
        await world.until("registered");
      }
    });

    it(`in maintenance is DEFERRED ${edition === "0.10" ? "NO_REASON" : "SERVICE_UNAVAILABLE"}, edition ${edition}`, async () => {
      const world = await World.make({ edition });
      refuseRegister(world.management, CODE.SERVICE_UNAVAILABLE);
      world.carrier.start();
      await world.until("deferred");
      const [reason, number] = edition === "0.10" ? ["NO_REASON", 0] : ["SERVICE_UNAVAILABLE", 8];
      expect(world.events.at(-1)).toMatchObject({
        name: "LWM2M_CARRIER_EVENT_DEFERRED",
        payload: { name: `LWM2M_CARRIER_DEFERRED_${reason}`, reason: number, timeout: 60 },
      });
    });
  }

  it("that acknowledges Register and never responds is DEFERRED SERVER_REGISTRATION: it is there", async () => {
    const world = await World.make();
    world.management.script = ({ what }) => (what === "POST /rd" ? "acknowledged" : undefined);
    world.carrier.start();
    await world.until("deferred");
    expect(world.heard.at(-1)).toBe("deferred SERVER_REGISTRATION 60");
  });

  it("retries as its account says (1/x/17 to 1/x/20), sequence after sequence", async () => {
    const account = {
      ...ALONE,
      communicationRetryCount: 2,
      communicationRetryTimer: 10,
      sequenceDelayTimer: 500,
      sequenceRetryCount: 2,
    };
    const world = await World.make({ account });
    refuseRegister(world.management, CODE.FORBIDDEN);
    world.carrier.start();
    await world.untilTag("exhausted");
    expect(world.management.of("POST /rd").map(({ at }) => at)).toEqual([0, 10, 510, 520]);
    expect(deferred(world)).toEqual([10, 500, 10, 0].map((wait) => `deferred SERVER_REGISTRATION ${wait}`));
  });

  it("whose new bootstrap fails too ends with the bootstrap error", async () => {
    const world = await World.make({ edition: "3.3" });
    world.management.silent = true;
    world.carrier.start();
    await world.until("bootstrapped");
    world.bootstrap.silent = true;
    await world.untilTag("exhausted");
    expect(world.heard.at(-1)).toBe("error bootstrap ETIMEDOUT");
    expect(world.heard.filter((event) => event.startsWith("error"))).toHaveLength(1);
  });

  it("disables itself (1/x/4) for 1/x/5 seconds: DEREGISTERED, then REGISTERED again", async () => {
    const world = await World.registered();
    expect(await world.result(world.management.ask("PUT", "/1/0/5", "600"))).toBe("2.04");
    expect(await world.result(world.management.ask("POST", "/1/0/4"))).toBe("2.04");
    await world.until("deregistered");
    const at = world.seconds;
    await world.until("registered");
    expect(world.seconds - at).toBe(600);
    expect(world.management.asked.map(({ what }) => what)).toEqual(["POST /rd", "DELETE /rd/1", "POST /rd"]);
  });

  it("that is disabled may be registered with before its time on request", async () => {
    const world = await World.registered();
    await world.result(world.management.ask("POST", "/1/0/4"));
    await world.until("deregistered");
    expect(world.carrier.request("register")).toBe(0);
    await world.until("registered");
    expect(world.seconds).toBeLessThan(10);
  });

  it("has the device rebooted (3/0/4): registered again afterwards, bootstrapped but once", async () => {
    const world = await World.registered();
    expect(await world.result(world.management.ask("POST", "/3/0/4"))).toBe("2.04");
    await world.until("registered");
    expect(world.heard.filter((event) => event === "reboot")).toHaveLength(1);
    expect(world.management.asked.map(({ what }) => what)).toEqual(["POST /rd", "POST /rd/1"]);
    expect(world.bootstrap.of("POST /bs")).toHaveLength(1);
  });

  it("resets the error codes (3/0/12), which the application hears in 3.6", async () => {
    const world = await World.registered();
    world.carrier.values.addErrorCode("lowBattery");
    expect(await world.result(world.management.read("/3/0/11"))).toMatchObject({ value: new Map([[0, 1]]) });
    expect(await world.result(world.management.ask("POST", "/3/0/12"))).toBe("2.04");
    await world.settle();
    expect(world.events.at(-1)).toMatchObject({ name: "LWM2M_CARRIER_EVENT_ERROR_CODE_RESET", number: 15 });
    expect(await world.result(world.management.read("/3/0/11"))).toMatchObject({ value: new Map([[0, 0]]) });
  });

  it("that triggers a bootstrap where there is no bootstrap server is answered 4.05", async () => {
    const world = await World.make({
      carrier: {
        bootstrap: undefined,
        servers: [
          {
            uri: `coap://${MANAGEMENT_ADDRESS}`,
            security: { mode: "none" },
            shortServerId: SERVER_ID,
            lifetimeSeconds: 300,
          },
        ],
      },
    });
    world.carrier.start();
    await world.until("registered");
    expect(await world.result(world.management.ask("POST", "/1/0/9"))).toBe("4.05");
  });
});

describe("a server that closes the session after each exchange", () => {
  it("is met again at once, then less and less often, and still in time for each Update", async () => {
    const world = await World.registered({ secure: {}, account: { lifetime: 3600 } });
    const end = world.seconds + 10_000;
    let closed = 0;
    while (world.seconds < end) {
      if (world.management.sessions > closed) {
        closed = world.management.sessions;
        await world.management.closeSessions();
      }
      await world.pass(1);
    }
    const updates = world.management.of("POST /rd/1").map(({ at }) => at);
    const waits = updates.slice(1, 5).map((at, index) => at - updates[index]!);
    for (const [index, seconds] of [60, 120, 240, 480].entries()) {
      expect(waits[index]! - seconds).toBeGreaterThanOrEqual(0);
      expect(waits[index]! - seconds).toBeLessThan(5);
    }
    expect(updates).toHaveLength(7);
    expect(world.management.of("POST /rd")).toHaveLength(1);
    expect(world.heard.filter((event) => /deferred|error/.test(event))).toEqual([]);
  });
});

describe("two management servers", () => {
  const accounts = (world: World, second: MemoryServer, more = {}) => [
    { uri: world.management.uri, shortServerId: SERVER_ID, ...more },
    { uri: second.uri, shortServerId: 124, ...more },
  ];

  it("are both registered with; REGISTERED is told once", async () => {
    const world = await World.make();
    const second = await world.server(SECOND_ADDRESS);
    world.bootstrap.accounts = accounts(world, second);
    world.carrier.start();
    await world.reaches("both", () => second.registrations.size === 1 && world.management.registrations.size === 1);
    await world.settle();
    expect(world.heard.filter((event) => event === "registered")).toHaveLength(1);
    expect(await world.result(second.ask("GET", "/1/1/0"))).toBe("2.05 124");
    await world.stop();
    expect(world.heard.filter((event) => event === "deregistered")).toHaveLength(1);
    expect([second.registrations.size, world.management.registrations.size]).toEqual([0, 0]);
  });

  it("do not wait for each other: one is registered with while the other is put off", async () => {
    const world = await World.make();
    const second = await world.server(SECOND_ADDRESS);
    world.bootstrap.accounts = accounts(world, second, ALONE);
    second.silent = true;
    world.carrier.start();
    await world.until("registered");
    await world.reaches("the end of the attempts", () => world.heard.some((event) => event.startsWith("error")));
    expect(deferred(world)).toHaveLength(5);
    expect(world.carrier.snapshot.hasTag("registered")).toBe(true);
    expect(world.carrier.snapshot.hasTag("exhausted")).toBe(false);
    expect(world.management.registrations.size).toBe(1);
  });
});
