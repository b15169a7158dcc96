/** A whole carrier over DTLS: bootstrap, registration and deferral with keys from security tags. */
import { describe, expect, it } from "@jest/globals";
import { createCarrier } from "../../carrier/createCarrier.ts";
import { CarrierOptionError } from "../../carrier/resolve.ts";
import { EDITIONS, type EditionId } from "../../machines/editions/index.ts";
import { recordProblems } from "../../trace/index.ts";
import { BOOTSTRAP_SECURITY, PSKS, World } from "./support/world.ts";

const secure = {};
const EDITION_IDS = Object.keys(EDITIONS) as EditionId[];
const WRONG = {
  mode: "psk",
  identity: PSKS.management.identity,
  key: new TextEncoder().encode("another key"),
} as const;

describe("a device over DTLS", () => {
  for (const edition of EDITION_IDS) {
    it(`bootstraps and registers with the keys of its tags, and is managed, edition ${edition}`, async () => {
      const world = await World.registered({ edition, secure });
      expect(world.sessions).toEqual(["bootstrap full", "server/123 full"]);
      expect(await world.result(world.management.ask("GET", "/3/0/0"))).toMatch(/^2\.05 /);
      expect(await world.result(world.management.ask("PUT", "/1/0/1", "777"))).toBe("2.04");
      expect(world.heard.filter((event) => /deferred|error/.test(event))).toEqual([]);
      expect(world.records.flatMap(recordProblems)).toEqual([]);
    });
  }

  it("reads large objects and takes large writes, block by block", async () => {
    const world = await World.registered({ secure });
    const image = new Uint8Array(20_000).fill(7);
    expect(await world.result(world.management.push("/5/0/0", image))).toMatch(/^[24]\./);
    const blocks = world.records.filter(
      ({ kind, direction, block1 }) => kind === "coap" && direction === "in" && block1,
    );
    expect(blocks[0]?.block1).toMatchObject({ size: 1024 });
  });

  it("says that it downloads firmware over coaps (5/0/8), and does not where the modem keeps its keys", async () => {
    const protocols = async (world: World) => {
      const { value } = (await world.result(world.management.read("/5/0/8"))) as { value: Map<number, number> };
      return [...value.values()].map(Number);
    };
    expect(await protocols(await World.registered({ secure }))).toEqual([0, 1, 2, 3]);
    expect(await protocols(await World.registered())).toEqual([0, 2, 3]);
  });

  it("closes its session with the bootstrap server by close_notify, once it is bootstrapped", async () => {
    const world = await World.registered({ secure });
    const end = world.dtls.filter(({ to, phase }) => to === "bootstrap" && phase === "alert");
    expect(end).toMatchObject([{ alert: "close_notify", direction: "out" }]);
  });

  it("is caused, record by record, by what the charts did", async () => {
    const world = await World.registered({ secure });
    const first = world.dtls.find(({ phase, to }) => phase === "flight" && to === "server/123");
    const reasons: string[] = [];
    for (let at = first; at?.cause !== undefined; ) {
      const { cause } = at;
      at = world.records.find(({ seq }) => seq === cause);
      if (at !== undefined) reasons.push(at.kind);
    }
    expect(reasons).toContain("chart");
  });
});

describe("a handshake that fails", () => {
  it("with the bootstrap server for its key is DEFERRED BOOTSTRAP_CONNECT", async () => {
    const secrets = { ...BOOTSTRAP_SECURITY.secrets, secretKey: Uint8Array.of(1, 2, 3) };
    const world = await World.make({ secure, carrier: {} });
    world.replace({ bootstrap: { uri: world.bootstrap.uri, security: { mode: "psk", secrets } } }).start();
    await world.until("deferred");
    expect(world.heard.at(-1)).toBe("deferred BOOTSTRAP_CONNECT 60");
    expect(world.ends).toContainEqual(expect.stringMatching(/most likely the key/));
  });

  it("with a bootstrap server that is not there is DEFERRED BOOTSTRAP_NO_ROUTE", async () => {
    const world = await World.make({ secure });
    world.bootstrap.silent = true;
    world.carrier.start();
    await world.until("deferred");
    expect(world.heard.at(-1)).toBe("deferred BOOTSTRAP_NO_ROUTE 60");
  });

  it("with the management server for its key is DEFERRED SERVER_CONNECT, and goes on until 1/x/16 has it bootstrap", async () => {
    const world = await World.make({ secure, account: { security: WRONG } });
    world.carrier.start();
    await world.until("deferred");
    expect(world.heard.at(-1)).toBe("deferred SERVER_CONNECT 60");
    world.bootstrap.accounts = world.bootstrap.accounts.map((account) => ({
      ...account,
      security: { mode: "psk", ...PSKS.management },
    }));
    await world.until("registered");
    expect(world.bootstrap.of("POST /bs")).toHaveLength(2);
    expect(world.heard.filter((event) => event.startsWith("deferred SERVER_CONNECT"))).toHaveLength(5);
  });

  it("for want of a credential is DEFERRED SERVER_CONNECT, and nothing is sent", async () => {
    const world = await World.make({ secure });
    world.carrier.start();
    await world.until("bootstrapped");
    await world.storage.remove("modem-credentials");
    await world.until("deferred");
    expect(world.heard.at(-1)).toBe("deferred SERVER_CONNECT 60");
    expect(world.dtls.filter(({ to }) => to === "server/123")).toEqual([]);
  });

  it("waits as it is told to", async () => {
    const dtls = { retransmission: { initialMs: 1_000, max: 2 } };
    const world = await World.make({ secure, carrier: { dtls } });
    world.bootstrap.silent = true;
    world.carrier.start();
    await world.until("deferred");
    expect(world.seconds).toBe(7);
  });
});

describe("a device that leaves while a handshake goes on", () => {
  /** The management server takes 20 s for each answer. */
  async function connecting(): Promise<World> {
    const world = await World.make({ secure });
    world.carrier.start();
    await world.until("bootstrapped");
    const slow = ({ from }: { from: { address: string } }) => from.address === "192.0.2.2";
    world.network.delay({ name: "slow", when: slow, ms: 20_000 });
    await world.reaches("a flight", () =>
      world.dtls.some(({ to, phase }) => to === "server/123" && phase === "flight"),
    );
    return world;
  }
  const fromDevice = (world: World) => world.dtls.filter(({ direction }) => direction === "out").length;

  it("for a link that is taken down leaves no session open, and registers when it is up again", async () => {
    const world = await connecting();
    expect(world.carrier.request("linkDown")).toBe(0);
    await world.untilTag("linkDown");
    const said = fromDevice(world);
    await world.pass(3600);
    expect(fromDevice(world)).toBe(said);
    expect(world.management.sessions).toBe(0);
    expect(world.sessions).toEqual(["bootstrap full"]);
    expect(world.carrier.request("linkUp")).toBe(0);
    await world.until("registered");
    expect(world.management.registrations.size).toBe(1);
  });

  it("for a network that goes away does too", async () => {
    const world = await connecting();
    world.modem.inject({ name: "registrationLost" });
    await world.pass(3600);
    expect(world.management.sessions).toBe(0);
    world.modem.clear("registrationLost");
    await world.until("registered");
  });

  it("for its end says nothing more", async () => {
    const world = await connecting();
    await world.stop();
    const said = fromDevice(world);
    await world.pass(3600);
    expect(fromDevice(world)).toBe(said);
    expect(world.management.sessions).toBe(0);
  });

  it("for a bootstrap, when its link goes", async () => {
    const world = await World.make({ secure });
    const slow = ({ from }: { from: { address: string } }) => from.address === "192.0.2.1";
    const delay = world.network.delay({ name: "slow", when: slow, ms: 20_000 });
    world.carrier.start();
    await world.reaches("a flight", () => world.dtls.length > 0);
    world.modem.inject({ name: "registrationLost" });
    await world.pass(3600);
    expect(world.bootstrap.sessions).toBe(0);
    delay.remove();
    world.modem.clear("registrationLost");
    await world.until("registered");
    expect(world.heard.some((event) => event.startsWith("deferred"))).toBe(false);
  });
});

describe("options of DTLS", () => {
  it("that cannot be are refused when they are given, with their name", () => {
    const bootstrap = { uri: "coaps://192.0.2.1", security: BOOTSTRAP_SECURITY };
    for (const dtls of [{ mtu: 1 }, { idleTimeoutMs: -5 }, { suites: ["TLS_PSK_WITH_AES_128_CBC_SHA256"] as const }]) {
      expect(() => createCarrier({ bootstrap, dtls })).toThrow(CarrierOptionError);
      expect(() => createCarrier({ bootstrap, dtls })).toThrow(new RegExp(`dtls: ${Object.keys(dtls)[0]}`));
    }
  });
});
