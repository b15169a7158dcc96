/** A modem that fails: what the application hears, and that the carrier gets over it. */
import { describe, expect, it } from "@jest/globals";
import { EDITIONS, type EditionId } from "../../machines/editions/index.ts";
import { ERRNO } from "../../machines/semanticEvent.ts";
import type { ModemFault } from "../../modem/index.ts";
import { BOOTSTRAP_ADDRESS, World } from "./support/world.ts";

const EDITION_IDS = Object.keys(EDITIONS) as EditionId[];
const hex = (text: string) => Uint8Array.from(Buffer.from(text, "hex"));
const PSK = { identity: "server-1", key: hex("00112233445566778899aabbccddeeff") };
const errors = (world: World) => world.heard.filter((event) => event.startsWith("error"));

describe("a key that the modem does not take", () => {
  const secrets = { publicKeyOrIdentity: new TextEncoder().encode("dev-1"), secretKey: PSK.key };
  const bootstrap = { uri: `coaps://${BOOTSTRAP_ADDRESS}`, security: { mode: "psk", secrets } } as const;

  for (const edition of EDITION_IDS) {
    it(`of the bootstrap server is ERROR BOOTSTRAP -EACCES, edition ${edition}`, async () => {
      const faults: ModemFault[] = [{ name: "keyWriteRefused", tag: 25 }];
      const world = await World.make({ edition, faults, carrier: { bootstrap } });
      world.carrier.start();
      await world.reaches("an error", () => errors(world).length === 1);
      await world.settle();
      expect(world.events.at(-1)).toMatchObject({
        number: 20,
        payload: { type: 3, name: "LWM2M_CARRIER_ERROR_BOOTSTRAP", value: -ERRNO.EACCES },
      });
      expect(world.bootstrap.asked).toEqual([]);
      const inInit = EDITIONS[edition].policy.bootstrapKeysAt === "init";
      expect(world.carrier.snapshot.hasTag(inInit ? "failed" : "exhausted")).toBe(true);
      await world.pass(86_400 * 2);
      expect(world.bootstrap.asked).toEqual([]);
    });

    it(`of the management server is ERROR BOOTSTRAP -EACCES, without BOOTSTRAPPED, edition ${edition}`, async () => {
      const faults: ModemFault[] = [{ name: "keyWriteRefused", tag: 26 }];
      const account = { uri: "coaps://192.0.2.2", security: { mode: "psk", ...PSK } } as const;
      const world = await World.make({ edition, faults, account });
      world.carrier.start();
      await world.untilTag("exhausted");
      expect(world.events.at(-1)?.payload).toMatchObject({ type: 3, value: -ERRNO.EACCES });
      expect(world.heard).not.toContain("bootstrapped");
      expect(world.management.asked).toEqual([]);
    });
  }

  it("is taken at the next start, after which the device bootstraps", async () => {
    const faults: ModemFault[] = [{ name: "keyWriteRefused", times: 1 }];
    const world = await World.make({ faults, carrier: { bootstrap } });
    world.carrier.start();
    await world.untilTag("exhausted");
    world.carrier.restart();
    await world.until("registered");
    expect((await world.modem.credentials.list(25)).map(({ type }) => type).sort()).toEqual(["psk", "pskIdentity"]);
  });
});

describe("a link that does not come up", () => {
  /** Faults in the way of the network, each until it is cleared. */
  const FAULTS: ModemFault[] = [
    { name: "noSim" },
    { name: "simLocked" },
    { name: "attachTimesOut" },
    { name: "registrationDenied", cause: 15 },
  ];
  for (const edition of EDITION_IDS) {
    const asksFirst = EDITIONS[edition].policy.firstLink === "library";
    for (const fault of FAULTS) {
      it(`(${fault.name}) is LTE_LINK_UP_FAIL after ten minutes and tried again every minute, edition ${edition}`, async () => {
        const world = await World.make({ edition, faults: asksFirst ? [fault] : [] });
        if (!asksFirst) {
          // The application's own first attempt is its own business: the one that the library asks for is meant.
          world.carrier.start();
          await world.until("link.goingDown");
          world.modem.inject(fault);
        } else world.carrier.start();
        await world.reaches("two errors", () => errors(world).length === 2);
        expect(world.events.at(-1)?.payload).toMatchObject({ type: 1, value: -ERRNO.ETIMEDOUT });
        expect(world.seconds).toBe(600 + 60 + 600);
        world.modem.clear(fault.name);
        await world.until("registered");
        expect(errors(world)).toHaveLength(2);
      });
    }
  }

  it("before main() is the application's business: the library waits for it", async () => {
    const world = await World.make({ faults: [{ name: "attachTimesOut" }] });
    world.carrier.start();
    await world.pass(86_400);
    expect(world.heard).toEqual([]);
    world.modem.clear("attachTimesOut");
    await world.until("registered");
  });

  it("within the time that the settings allow", async () => {
    const link = { connectTimeoutMs: 5_000, retryMs: 1_000 };
    const world = await World.make({ edition: "0.10", faults: [{ name: "noSim" }], carrier: { settings: { link } } });
    world.carrier.start();
    await world.until("error");
    expect(world.seconds).toBe(5);
  });
});

describe("a PDN that is refused", () => {
  it("at the bootstrap server is DEFERRED PDN_ACTIVATE, then the device bootstraps", async () => {
    const world = await World.make({ faults: [{ name: "pdnRefused", cause: 33, times: 1 }] });
    world.carrier.start();
    await world.until("deferred");
    expect(world.heard.at(-1)).toBe("deferred PDN_ACTIVATE 60");
    expect(world.events.at(-1)?.payload).toMatchObject({ reason: 1 });
    await world.until("registered");
  });

  it("at the management server is DEFERRED PDN_ACTIVATE too", async () => {
    const world = await World.make();
    world.carrier.start();
    await world.until("bootstrapped");
    world.modem.inject({ name: "pdnRefused", cause: 33 });
    await world.until("deferred");
    expect(world.heard.at(-1)).toBe("deferred PDN_ACTIVATE 60");
    world.modem.clear("pdnRefused");
    await world.until("registered");
  });
});

describe("a network that goes away", () => {
  for (const edition of EDITION_IDS) {
    it(`and comes back: an Update on a new session, no second REGISTERED, edition ${edition}`, async () => {
      const world = await World.registered({ edition });
      const before = world.heard;
      world.modem.inject({ name: "registrationLost", times: 1 });
      await world.reaches("an Update", () => world.management.of("POST /rd/1").length === 1);
      await world.settle();
      expect(world.heard).toEqual(before);
      expect(world.carrier.snapshot.hasTag("registered")).toBe(true);
    });
  }

  it("for longer than the lifetime: Register once it is back", async () => {
    const world = await World.registered({ account: { lifetime: 300 } });
    world.modem.inject({ name: "registrationLost" });
    await world.pass(3600);
    expect(world.management.asked).toHaveLength(1);
    world.management.forget();
    world.modem.clear("registrationLost");
    await world.reaches("a second Register", () => world.management.of("POST /rd").length === 2);
    expect(world.heard.filter((event) => event === "registered")).toHaveLength(1);
    expect(world.heard.some((event) => event.startsWith("deferred") || event.startsWith("error"))).toBe(false);
  });

  it("again and again does no harm", async () => {
    const world = await World.registered();
    for (let loss = 0; loss < 20; loss++) {
      world.modem.inject({ name: "registrationLost", times: 1 });
      await world.pass(loss % 3);
    }
    await world.pass(60);
    expect(world.carrier.snapshot.hasTag("registered")).toBe(true);
    expect(world.management.registrations.size).toBe(1);
    expect(await world.result(world.management.ask("GET", "/3/0/1"))).toMatch(/^2.05 /);
  });
});

describe("a modem that does not initialise", () => {
  for (const edition of EDITION_IDS) {
    const { initErrorEvent, entry } = EDITIONS[edition].policy;
    it(`fails the entry point${initErrorEvent ? " with ERROR INIT" : " without an event"}, edition ${edition}`, async () => {
      const world = await World.make({ edition, faults: [{ name: "initFails" }] });
      world.carrier.start();
      await world.untilTag("failed");
      await world.settle();
      const of = entry === "main" ? "lwm2m_carrier_main()" : "lwm2m_carrier_init()";
      expect(world.records.find((record) => record.kind === "return" && record.of === of)).toMatchObject({
        ok: false,
        value: -ERRNO.EIO,
      });
      expect(world.heard).toEqual(initErrorEvent ? ["error init EIO"] : []);
      expect(world.records.some(({ kind, name }) => kind === "call" && name === "lwm2m_carrier_run()")).toBe(false);
      await world.stop();
    });
  }

  it("starts when the device is restarted and it initialises then", async () => {
    const world = await World.make({ edition: "0.30", faults: [{ name: "initFails", times: 1 }] });
    world.carrier.start();
    await world.untilTag("failed");
    world.carrier.restart();
    await world.until("registered");
  });
});

describe("a modem domain event", () => {
  const NUMBERS = { overheated: 0, batteryLow: 1, resetLoop: 2 } as const;
  const EVENT: Readonly<Record<EditionId, number | undefined>> = {
    "0.10": undefined,
    "0.21": 12,
    "0.30-pre": 12,
    "0.30": 12,
    "3.3": 10,
    "3.6": 11,
  };
  for (const edition of EDITION_IDS) {
    for (const name of Object.keys(NUMBERS) as (keyof typeof NUMBERS)[]) {
      const number = EVENT[edition];
      it(`(${name}) is ${number === undefined ? "not told" : `MODEM_DOMAIN ${number}`} in edition ${edition}`, async () => {
        const world = await World.registered({ edition });
        const before = world.events.length;
        world.modem.inject({ name, times: 1 });
        await world.settle();
        const said = world.events.slice(before);
        expect(said.map((event) => [event.name, event.number, event.payload?.domain])).toEqual(
          number === undefined ? [] : [["LWM2M_CARRIER_EVENT_MODEM_DOMAIN", number, NUMBERS[name]]],
        );
      });
    }
  }

  it("(resetLoop) keeps the modem from attaching for half an hour; LTE_LINK_UP_FAIL until then", async () => {
    const world = await World.registered();
    world.modem.inject({ name: "resetLoop", times: 1 });
    world.carrier.request("linkDown");
    await world.untilTag("linkDown");
    world.carrier.request("linkUp");
    await world.until("registered");
    expect(world.seconds).toBeGreaterThanOrEqual(1800);
    expect(errors(world).length).toBeGreaterThan(0);
    expect(errors(world).every((error) => error === "error linkUp ETIMEDOUT")).toBe(true);
  });
});
