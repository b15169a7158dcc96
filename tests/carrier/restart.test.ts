/** What survives: the device starts again from its store, after a restart, a loss of power or with other options. */
import { describe, expect, it } from "@jest/globals";
import { createCarrier } from "../../carrier/createCarrier.ts";
import { EDITIONS, type EditionId } from "../../machines/editions/index.ts";
import { ERRNO } from "../../machines/semanticEvent.ts";
import { CODE } from "../../services/coap/codes.ts";
import type { ServerProvision } from "../../services/lwm2m/device/provision.ts";
import { withoutTimeOfDay } from "./support/withoutTimeOfDay.ts";
import { MANAGEMENT_ADDRESS, SECOND_ADDRESS, SERVER_ID, World } from "./support/world.ts";

const EDITION_IDS = Object.keys(EDITIONS) as EditionId[];
const NONE = { mode: "none" } as const;
const FACTORY: ServerProvision = {
  uri: `coap://${MANAGEMENT_ADDRESS}`,
  security: NONE,
  shortServerId: SERVER_ID,
  lifetimeSeconds: 300,
};

describe("a device that was bootstrapped", () => {
  for (const edition of EDITION_IDS) {
    it(`is registered again after a loss of power, without bootstrap, edition ${edition}`, async () => {
      const world = await World.registered({ edition });
      const before = world.events.length;
      await world.carrier.cutPower();
      world.replace().start();
      await world.until("registered");
      const expected: Readonly<Record<EditionId, string>> = {
        "0.10": "initialised link.goingUp link.up link.free registered",
        "0.21": "initialised certificates.wanted link.goingUp link.up link.free registered",
        "0.30-pre": "certificates.wanted initialised link.free registered",
        "0.30": "initialised registered",
        "3.3": "registered",
        "3.6": "registered",
      };
      expect(world.heard.slice(before).join(" ")).toBe(expected[edition]);
      expect(world.bootstrap.of("POST /bs")).toHaveLength(1);
      expect(world.management.asked.map(({ what }) => what)).toEqual(["POST /rd", "POST /rd/1"]);
    });
  }

  it("tells its server its objects by an Update: those of the application may be others now", async () => {
    const world = await World.registered();
    await world.carrier.cutPower();
    world.replace().start();
    await world.until("registered");
    const [register] = world.management.of("POST /rd");
    const [update] = world.management.of("POST /rd/1");
    expect(update?.text).toBe(register?.text);
    expect(update?.query).toEqual(register?.query.slice(4));
  });

  it("goes on with a registration of a short lifetime that was updated many times", async () => {
    const world = await World.registered({ account: { lifetime: 300 } });
    await world.pass(3_000);
    const updates = world.management.of("POST /rd/1").length;
    await world.carrier.cutPower();
    world.replace().start();
    await world.until("registered");
    expect(world.management.of("POST /rd")).toHaveLength(1);
    expect(world.management.of("POST /rd/1")).toHaveLength(updates + 1);
  });

  it("registers anew when its registration has expired long ago", async () => {
    const world = await World.registered({ account: { lifetime: 300 } });
    await world.carrier.cutPower();
    await world.pass(300 + 3_601);
    world.replace().start();
    await world.until("registered");
    expect(world.management.of("POST /rd")).toHaveLength(2);
    expect(world.management.of("POST /rd/1")).toEqual([]);
  });

  it("registers anew when the server has forgotten it", async () => {
    const world = await World.registered();
    await world.carrier.cutPower();
    world.management.forget();
    world.replace().start();
    await world.until("registered");
    expect(world.management.asked.map(({ what }) => what)).toEqual(["POST /rd", "POST /rd/1", "POST /rd"]);
  });

  it("registers anew when it is in queue mode from now on: an Update cannot tell that", async () => {
    const world = await World.registered();
    await world.carrier.cutPower();
    world.replace({ queueMode: true }).start();
    await world.until("registered");
    expect(world.management.of("POST /rd")[1]?.query).toContain("Q");
  });

  it("goes on in LwM2M 1.0 with a server that speaks nothing else", async () => {
    const world = await World.make();
    world.management.script = ({ query }) => (query.includes("lwm2m=1.1") ? CODE.PRECONDITION_FAILED : undefined);
    world.carrier.start();
    await world.until("registered");
    await world.carrier.cutPower();
    world.management.forget();
    world.replace().start();
    await world.until("registered");
    const versions = world.management.of("POST /rd").map(({ query }) => query[2]);
    expect(versions).toEqual(["lwm2m=1.1", "lwm2m=1.0", "lwm2m=1.0"]);
  });

  it("stays away from a server that disabled it until the time of day that was agreed", async () => {
    const world = await World.registered();
    await world.result(world.management.ask("PUT", "/1/0/5", "600"));
    await world.result(world.management.ask("POST", "/1/0/4"));
    await world.settle();
    await world.pass(100);
    await world.carrier.cutPower();
    await world.pass(100);
    world.replace().start();
    await world.until("registered");
    const [, second] = world.management.of("POST /rd");
    expect(Math.abs((second?.at ?? 0) - 600)).toBeLessThanOrEqual(2);
  });

  it("stays away no longer than it was told to when it has lost the time of day", async () => {
    const world = await World.registered();
    await world.result(world.management.ask("PUT", "/1/0/5", "600"));
    await world.result(world.management.ask("POST", "/1/0/4"));
    await world.settle();
    await world.carrier.cutPower();
    world.replace({ clock: withoutTimeOfDay(world.clock) }).start();
    await world.until("registered");
    expect(world.seconds).toBeLessThanOrEqual(602);
  });

  it("deregisters by request from the server that it was registered with at a request before", async () => {
    const world = await World.make({ carrier: { automaticRegistration: false } });
    world.carrier.start();
    await world.until("bootstrapped");
    await world.pass(60);
    expect(world.carrier.request("register")).toBe(0);
    await world.until("registered");
    await world.carrier.cutPower();
    world.replace().start();
    await world.until("registered");
    expect(world.carrier.request("deregister")).toBe(0);
    await world.until("deregistered");
    expect(world.management.registrations.size).toBe(0);
  });

  it("keeps what its server wrote: lifetime, attributes, mute", async () => {
    const world = await World.registered();
    await world.result(world.management.ask("PUT", "/1/0/1", "777"));
    await world.result(world.management.ask("PUT", "/1/0/23", "0"));
    await world.settle();
    await world.carrier.cutPower();
    world.replace().start();
    await world.until("registered");
    expect(world.carrier.objects.get(1, 0, 1)).toBe(777);
    expect(await world.result(world.carrier.send(["/3/0/0"]))).toBe(0);
  });

  it("bootstraps again when its bootstrap server is another one now", async () => {
    const world = await World.registered();
    await world.carrier.cutPower();
    const other = await world.server(SECOND_ADDRESS);
    other.accounts = world.bootstrap.accounts;
    world.replace({ bootstrap: { uri: other.uri, security: NONE } }).start();
    await world.until("registered");
    expect([world.bootstrap.of("POST /bs").length, other.of("POST /bs").length]).toEqual([1, 1]);
    expect(world.heard.filter((event) => event === "bootstrapped")).toHaveLength(2);
  });

  it("bootstraps again when its key is another one now, and not when nothing changed", async () => {
    const security = (key: string) => ({
      mode: "psk" as const,
      secrets: { publicKeyOrIdentity: new TextEncoder().encode("dev"), secretKey: new TextEncoder().encode(key) },
    });
    const uri = "coaps://192.0.2.1";
    const bootstrap = { uri, security: security("one key") };
    const world = await World.registered({ carrier: { bootstrap } });
    await world.carrier.cutPower();
    world.replace({ bootstrap: { uri, security: security("one key") } }).start();
    await world.until("registered");
    expect(world.bootstrap.of("POST /bs")).toHaveLength(1);
    await world.carrier.cutPower();
    world.replace({ bootstrap: { uri, security: security("another key") } }).start();
    await world.until("registered");
    expect(world.bootstrap.of("POST /bs")).toHaveLength(2);
  });

  it("is registered again by restart(), time after time, in one recording", async () => {
    const world = await World.registered();
    for (let restart = 0; restart < 3; restart++) {
      world.carrier.restart();
      await world.until("registered");
    }
    expect(world.management.of("POST /rd")).toHaveLength(1);
    expect(world.management.of("POST /rd/1")).toHaveLength(3);
    expect(world.heard.filter((event) => event === "bootstrapped")).toHaveLength(1);
    const seqs = world.records.map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
  });

  it("is registered again after stop() by a new carrier over the same store", async () => {
    const world = await World.registered();
    await world.stop();
    expect(world.management.registrations.size).toBe(0);
    world.replace().start();
    await world.until("registered");
    expect(world.bootstrap.of("POST /bs")).toHaveLength(1);
  });

  it("says nothing to anyone when its power is cut", async () => {
    const world = await World.registered();
    const { length } = world.management.asked;
    const events = world.heard;
    await world.carrier.cutPower();
    await world.pass(3600 * 24);
    expect(world.management.asked).toHaveLength(length);
    expect(world.heard).toEqual(events);
    expect(world.carrier.request("reboot")).toBe(-ERRNO.EBADR);
  });
});

describe("servers provisioned in the factory", () => {
  for (const edition of EDITION_IDS) {
    it(`are registered with without bootstrap and without BOOTSTRAPPED, edition ${edition}`, async () => {
      const world = await World.make({ edition, carrier: { bootstrap: undefined, servers: [FACTORY] } });
      world.carrier.start();
      await world.until("registered");
      expect(world.heard).not.toContain("bootstrapped");
      expect(world.management.of("POST /rd")[0]?.query).toContain("lt=300");
      await world.carrier.cutPower();
      world.replace({ bootstrap: undefined, servers: [FACTORY] }).start();
      await world.until("registered");
      expect(world.heard).not.toContain("bootstrapped");
      expect(world.bootstrap.asked).toEqual([]);
    });

    it(`with a bootstrap server beside them come first; it serves 1/x/9, edition ${edition}`, async () => {
      const world = await World.make({ edition, carrier: { servers: [FACTORY] } });
      world.carrier.start();
      await world.until("registered");
      expect(world.heard).not.toContain("bootstrapped");
      expect(world.bootstrap.asked).toEqual([]);
      await world.result(world.management.ask("POST", "/1/0/9"));
      await world.until("registered");
      expect(world.heard.filter((event) => event === "bootstrapped")).toHaveLength(1);
      expect(world.bootstrap.of("POST /bs")).toHaveLength(1);
      expect(world.management.of("POST /rd")[1]?.query).toContain("lt=3600");
    });
  }

  it("with a bootstrap server beside them have it asked when they do not answer (1/x/16)", async () => {
    const world = await World.make({ carrier: { servers: [{ ...FACTORY, uri: `coap://${SECOND_ADDRESS}` }] } });
    world.carrier.start();
    await world.until("bootstrapped");
    await world.until("registered");
    expect(world.management.of("POST /rd")).toHaveLength(1);
  });

  it("without a bootstrap server end in the edition's way when they do not answer, whatever 1/x/16 says", async () => {
    const world = await World.make({ carrier: { bootstrap: undefined, servers: [FACTORY] } });
    world.management.silent = true;
    world.carrier.start();
    await world.untilTag("exhausted");
    expect(world.heard.at(-1)).toBe("error connect ETIMEDOUT");
  });

  it("may be several, each with its own session and registration", async () => {
    const world = await World.make();
    const second = await world.server(SECOND_ADDRESS);
    const servers = [FACTORY, { ...FACTORY, uri: second.uri, shortServerId: 124, lifetimeSeconds: 600 }];
    world.replace({ bootstrap: undefined, servers });
    world.carrier.start();
    await world.reaches("both", () => world.management.registrations.size === 1 && second.registrations.size === 1);
    expect(second.of("POST /rd")[0]?.query).toContain("lt=600");
  });

  it("have their keys written to the modem, once", async () => {
    const secrets = { publicKeyOrIdentity: Uint8Array.of(1), secretKey: Uint8Array.of(2, 3) };
    const servers = [{ ...FACTORY, uri: "coaps://192.0.2.2", security: { mode: "psk", secrets } }] as const;
    const world = await World.make({ carrier: { bootstrap: undefined, servers } });
    world.carrier.start();
    await world.until("registered");
    expect((await world.modem.credentials.list(26)).map(({ type }) => type).sort()).toEqual(["psk", "pskIdentity"]);
    const writes = () =>
      world.records.filter(({ operation, phase }) => operation === "credentials.write" && phase === "start");
    expect(writes()).toHaveLength(2);
    world.carrier.restart();
    await world.until("registered");
    expect(writes()).toHaveLength(2);
  });
});

describe("keys that are no longer needed", () => {
  for (const omitsKeys of [false, true]) {
    it(`are deleted from the modem by the bootstrap that makes them so${omitsKeys ? ", though it names none" : ""}`, async () => {
      const world = await World.make({
        account: {
          uri: "coaps://192.0.2.2",
          security: { mode: "psk", identity: "dev", key: Uint8Array.of(1, 2, 3, 4) },
        },
      });
      world.carrier.start();
      await world.until("registered");
      expect(await world.modem.credentials.list(26)).toHaveLength(2);
      world.bootstrap.accounts = [{ uri: world.management.uri, shortServerId: SERVER_ID }];
      world.bootstrap.omitsKeys = omitsKeys;
      await world.result(world.management.ask("POST", "/1/0/9"));
      await world.until("registered");
      expect(await world.modem.credentials.list(26)).toEqual([]);
    });
  }
});

describe("a store that cannot be read", () => {
  const corrupt = async () => {
    const world = await World.registered();
    await world.carrier.cutPower();
    await world.storage.write("facts", new TextEncoder().encode('{"version":1,"bootstrapped":'));
    return world;
  };

  it("is ERROR RUN, with the document and the place in `registered`'s reason and in the records; it stays as it is", async () => {
    const world = await corrupt();
    const carrier = world.replace();
    const reason = carrier.registered.catch((error: Error) => error);
    carrier.start();
    await world.untilTag("failed");
    expect(world.heard.at(-1)).toBe("error run EFAULT");
    expect(String(await reason)).toMatch(/facts.*the document ends too soon/s);
    const record = world.records.find(
      ({ kind, event }) => kind === "chart" && String(event).startsWith("xstate.error"),
    );
    expect(JSON.stringify(record)).toContain("the document ends too soon");
    expect(new TextDecoder().decode(await world.storage.read("facts"))).toBe('{"version":1,"bootstrapped":');
    await world.stop();
  });

  it("is got over once it is repaired", async () => {
    const world = await corrupt();
    world.replace().start();
    await world.untilTag("failed");
    await world.storage.remove("facts");
    world.carrier.restart();
    await world.until("registered");
    expect(world.bootstrap.of("POST /bs")).toHaveLength(2);
  });
});

describe("options that cannot be", () => {
  it("are refused with the option's name", () => {
    expect(() => createCarrier({})).toThrow(/bootstrap: /);
    expect(() => createCarrier({ edition: "9.9" as never, bootstrap: { uri: "coap://a", security: NONE } })).toThrow(
      /edition: "9.9" is not one of 0.10/,
    );
    expect(() =>
      createCarrier({ bootstrap: { uri: "coap://a", security: NONE }, firmware: { trustedCa: ["not a certificate"] } }),
    ).toThrow(/firmware.trustedCa\[0\]: /);
  });
});
