/** Bootstrap from the card in the modem: accounts, their keys, and cards that are of no use. */
import { describe, expect, it } from "@jest/globals";
import { EDITIONS, type EditionId } from "../../machines/editions/index.ts";
import type { SimulatedModemOptions } from "../../modem/simulated/options.ts";
import { bootstrapAccount, serverAccounts } from "../../services/lwm2m/device/accounts.ts";
import { instanceValues } from "../../services/lwm2m/objects/define.ts";
import { SECURITY } from "../../services/lwm2m/objects/security.ts";
import { encodeObjectTlv } from "../../services/lwm2m/tlvModel.ts";
import { encodeBootstrapFile } from "../../services/smartcard/bootstrapFile.ts";
import { type ServerAccount, smartcardFile } from "../../testbed/account.ts";
import {
  BOOTSTRAP_ADDRESS,
  MANAGEMENT_ADDRESS,
  PSKS,
  SECOND_ADDRESS,
  SERVER_ID,
  World,
  type WorldOptions,
} from "./support/world.ts";

const ACCOUNT: ServerAccount = { uri: `coap://${MANAGEMENT_ADDRESS}`, shortServerId: SERVER_ID, lifetime: 99 };
const SECURE: ServerAccount = {
  ...ACCOUNT,
  uri: `coaps://${MANAGEMENT_ADDRESS}`,
  security: { mode: "psk", ...PSKS.management },
};

/** Only the bootstrap server's account, with its key. */
const BOOTSTRAP_ONLY = encodeBootstrapFile([
  {
    objectId: SECURITY.id,
    content: encodeObjectTlv(
      SECURITY,
      new Map([
        [
          5,
          instanceValues(SECURITY, {
            0: `coaps://${BOOTSTRAP_ADDRESS}`,
            1: true,
            2: 0,
            3: new TextEncoder().encode(PSKS.bootstrap.identity),
            4: new Uint8Array(),
            5: PSKS.bootstrap.key,
            11: 20,
          }),
        ],
      ]),
    ),
  },
]);

function withCard(bootstrap: Uint8Array | undefined, options: WorldOptions = {}): Promise<World> {
  return World.make({
    ...options,
    modem: { smartcard: bootstrap === undefined ? {} : { bootstrap } },
    carrier: { bootstrapFromSmartcard: true, ...options.carrier },
  });
}

const refusals = (world: World) => world.records.filter(({ kind }) => kind === "refused");

describe("a device with accounts on its card", () => {
  for (const edition of Object.keys(EDITIONS) as EditionId[]) {
    it(`registers by them and asks no bootstrap server, edition ${edition}`, async () => {
      const world = await withCard(smartcardFile({ servers: [ACCOUNT] }), { edition });
      world.carrier.start();
      await world.until("registered");
      expect(world.bootstrap.asked).toEqual([]);
      expect(world.management.of("POST /rd")[0]?.query).toContain("lt=99");
      expect(world.heard.filter((event) => event === "bootstrapped")).toHaveLength(1);
    });

    it(`proves itself by the keys of the card, edition ${edition}`, async () => {
      const world = await withCard(smartcardFile({ servers: [SECURE] }), { edition, secure: {} });
      world.carrier.start();
      await world.until("registered");
      expect(world.sessions).toEqual([`server/${SERVER_ID} full`]);
      const held = await world.modem.credentials.list(26);
      expect(held.map(({ type }) => type)).toEqual(["psk", "pskIdentity"]);
      expect(JSON.stringify(world.records)).not.toContain(PSKS.management.identity);
      world.carrier.restart();
      await world.until("registered");
      await world.stop();
    });
  }

  it("keeps the configured bootstrap server, which it asks when a server says so", async () => {
    const world = await withCard(smartcardFile({ servers: [ACCOUNT] }));
    world.carrier.start();
    await world.until("registered");
    expect(bootstrapAccount(world.carrier.objects)?.uri).toBe(world.bootstrap.uri);
    expect(await world.result(world.management.ask("POST", "/1/0/9"))).toBe("2.04");
    await world.until("registered");
    expect(world.bootstrap.of("POST /bs")).toHaveLength(1);
    expect(serverAccounts(world.carrier.objects)[0]?.lifetimeSeconds).not.toBe(99);
  });

  it("needs no bootstrap server at all, and gives up with a server where there is none", async () => {
    const world = await withCard(smartcardFile({ servers: [ACCOUNT] }), { carrier: { bootstrap: undefined } });
    world.management.silent = true;
    world.carrier.start();
    await world.untilTag("exhausted");
    expect(world.heard.at(-1)).toBe("error connect ETIMEDOUT");
    expect(world.bootstrap.asked).toEqual([]);
  });

  it("prefers them to servers of the factory", async () => {
    const other = {
      uri: "coap://192.0.2.77",
      security: { mode: "none" },
      shortServerId: 9,
      lifetimeSeconds: 5,
    } as const;
    const world = await withCard(smartcardFile({ servers: [ACCOUNT] }), { carrier: { servers: [other] } });
    world.carrier.start();
    await world.until("registered");
    expect(serverAccounts(world.carrier.objects).map(({ shortServerId }) => shortServerId)).toEqual([SERVER_ID]);
  });

  it("reads them once: a restart begins with what it knows", async () => {
    const world = await withCard(smartcardFile({ servers: [ACCOUNT] }));
    world.carrier.start();
    await world.until("registered");
    world.carrier.restart();
    await world.until("registered");
    expect(world.heard.filter((event) => event === "bootstrapped")).toHaveLength(1);
  });
});

describe("a card with the bootstrap server's account alone", () => {
  for (const edition of Object.keys(EDITIONS) as EditionId[]) {
    it(`has its key written and that server asked after its hold-off time, edition ${edition}`, async () => {
      const world = await withCard(BOOTSTRAP_ONLY, { edition, secure: {}, carrier: { bootstrap: undefined } });
      world.carrier.start();
      await world.until("registered");
      expect(world.bootstrap.of("POST /bs")).toHaveLength(1);
      expect(world.bootstrap.of("POST /bs")[0]?.at).toBeGreaterThanOrEqual(20);
      expect(world.sessions).toEqual(["bootstrap full", `server/${SERVER_ID} full`]);
    });
  }
});

describe("a card that is another one at a later start", () => {
  const OTHER: ServerAccount = { ...ACCOUNT, uri: `coap://${SECOND_ADDRESS}`, shortServerId: 7 };
  const FIRST = smartcardFile({ servers: [ACCOUNT] });
  const SECOND = smartcardFile({ servers: [OTHER] });

  /** Registered, then without power, then started with this in the slot. */
  async function changed(from: Slot, to: Slot, options: WorldOptions = {}) {
    const slot: { -readonly [Part in keyof Slot]: Slot[Part] } = { ...from };
    const world = await World.make({
      ...options,
      modem: slot,
      carrier: { bootstrapFromSmartcard: true, ...options.carrier },
    });
    const second = await world.server(SECOND_ADDRESS);
    world.carrier.start();
    await world.until("registered");
    await world.carrier.cutPower();
    Object.assign(slot, to);
    const events = world.events.length;
    world.replace().start();
    await world.until("registered");
    const start = async (next: Slot) => {
      await world.carrier.cutPower();
      Object.assign(slot, next);
      world.replace().start();
      await world.until("registered");
    };
    return { world, second, start, heard: world.heard.slice(events) };
  }

  type Slot = Pick<SimulatedModemOptions, "smartcard">;
  const slot = (bootstrap?: Uint8Array): Slot => ({ smartcard: bootstrap === undefined ? {} : { bootstrap } });
  const servers = (world: World) => serverAccounts(world.carrier.objects).map(({ shortServerId }) => shortServerId);
  const bootstraps = (heard: readonly string[]) => heard.filter((event) => event === "bootstrapped").length;

  for (const edition of Object.keys(EDITIONS) as EditionId[]) {
    it(`takes the place of the one before, once, edition ${edition}`, async () => {
      const { world, second, start, heard } = await changed(slot(FIRST), slot(SECOND), { edition });
      expect(servers(world)).toEqual([7]);
      expect(bootstraps(heard)).toBe(1);
      expect([second.of("POST /rd").length, world.management.of("POST /rd").length]).toEqual([1, 1]);
      expect(world.bootstrap.asked).toEqual([]);
      await start(slot(SECOND));
      expect(bootstraps(world.heard)).toBe(2);
      expect(second.of("POST /rd")).toHaveLength(1);
    });
  }

  it("has its keys written in the place of those before", async () => {
    const key = new TextEncoder().encode("another key at management");
    const psks = new Map<string, Uint8Array>([[PSKS.management.identity, PSKS.management.key]]);
    const psk = (identity: Uint8Array) => psks.get(new TextDecoder().decode(identity));
    const other: ServerAccount = { ...SECURE, security: { mode: "psk", identity: "other", key } };
    psks.set("other", key);
    const { world } = await changed(
      slot(smartcardFile({ servers: [SECURE] })),
      slot(smartcardFile({ servers: [other] })),
      {
        secure: { psk },
      },
    );
    expect(world.sessions).toEqual([`server/${SERVER_ID} full`, `server/${SERVER_ID} full`]);
    psks.delete(PSKS.management.identity);
    await world.management.restart();
    world.carrier.restart();
    await world.until("registered");
    expect(world.sessions.at(-1)).toBe(`server/${SERVER_ID} full`);
  });

  it("is taken where there was none before", async () => {
    const { world, heard } = await changed(slot(), slot(SECOND));
    expect(world.bootstrap.of("POST /bs")).toHaveLength(1);
    expect([servers(world), bootstraps(heard)]).toEqual([[7], 1]);
  });

  it("is not asked for where accounts of a card are not wanted", async () => {
    const { world, heard } = await changed(slot(), slot(SECOND), { carrier: { bootstrapFromSmartcard: false } });
    expect([servers(world), bootstraps(heard)]).toEqual([[SERVER_ID], 0]);
  });

  const passedOver: readonly [what: string, now: Slot, reason: RegExp | undefined][] = [
    ["the same", slot(FIRST), undefined],
    ["one with other filling behind its data", slot(Uint8Array.of(...FIRST, 0xff, 0xff)), undefined],
    ["one without bootstrap data", slot(), undefined],
    ["one that is cut short", slot(SECOND.subarray(0, -1)), /cut short/],
  ];
  for (const [what, now, reason] of passedOver) {
    it(`leaves the accounts as they are when it is ${what}`, async () => {
      const { world, heard, start } = await changed(slot(FIRST), now);
      expect([servers(world), bootstraps(heard)]).toEqual([[SERVER_ID], 0]);
      const refused = refusals(world).map(({ detail }) => detail);
      expect(refused).toEqual(reason === undefined ? [] : [expect.stringMatching(reason)]);
      await start(slot(FIRST));
      expect(bootstraps(world.heard)).toBe(1);
    });
  }

  it("leaves the accounts as they are when there is none, until one is in its place", async () => {
    const { world, start } = await changed(slot(FIRST), slot(FIRST));
    await world.carrier.cutPower();
    world.replace({}, [{ name: "noSim" }]).start();
    await world.reaches("the refusal", () => refusals(world).length > 0);
    expect(refusals(world)[0]?.detail).toMatch(/SIM not inserted/i);
    // Without a card there is no network either: it is put back.
    world.modem.clear("noSim");
    await world.until("registered");
    expect([servers(world), bootstraps(world.heard)]).toEqual([[SERVER_ID], 1]);
    await start(slot(SECOND));
    expect([servers(world), bootstraps(world.heard)]).toEqual([[7], 2]);
  });

  it("is read once when it is of no use, and a bootstrap server gives the accounts", async () => {
    const useless = smartcardFile({ servers: [1, 2, 3].map((shortServerId) => ({ ...SECURE, shortServerId })) });
    const { world, start } = await changed(slot(FIRST), slot(useless));
    expect(world.bootstrap.of("POST /bs")).toHaveLength(1);
    await start(slot(useless));
    expect(world.bootstrap.of("POST /bs")).toHaveLength(1);
    expect(bootstraps(world.heard)).toBe(2);
  });

  it("leaves the accounts alone that a server gave since, while the card is the same", async () => {
    const world = await withCard(FIRST);
    world.carrier.start();
    await world.until("registered");
    expect(await world.result(world.management.ask("POST", "/1/0/9"))).toBe("2.04");
    await world.until("registered");
    await world.carrier.cutPower();
    world.replace().start();
    await world.until("registered");
    expect(world.bootstrap.of("POST /bs")).toHaveLength(1);
    expect(serverAccounts(world.carrier.objects)[0]?.lifetimeSeconds).toBe(3_600);
  });
});

describe("a card that is of no use", () => {
  const third = (shortServerId: number): ServerAccount => ({ ...SECURE, shortServerId });
  const useless: readonly [what: string, file: Uint8Array | undefined, reason: RegExp | undefined][] = [
    ["without bootstrap data", undefined, undefined],
    ["cut short", smartcardFile({ servers: [ACCOUNT] }).subarray(0, -1), /cut short/],
    ["with an account without its key", keyless(), /\/0\/0\/5 is missing/],
    ["with three secured servers", smartcardFile({ servers: [1, 2, 3].map(third) }), /at most 2/],
    ["with no TLV", encodeBootstrapFile([{ objectId: 0, content: Uint8Array.of(0xff) }]), /TLV/],
    ["with nothing on it", encodeBootstrapFile([]), /no management server/],
  ];

  function keyless(): Uint8Array {
    return smartcardFile({ servers: [{ ...SECURE, security: { mode: "psk", identity: "x", key: new Uint8Array() } }] });
  }

  for (const [what, file, reason] of useless) {
    it(`(${what}) is passed over for the bootstrap server, and the record says why`, async () => {
      const world = await withCard(file, { secure: {} });
      world.carrier.start();
      await world.until("registered");
      expect(world.bootstrap.of("POST /bs")).toHaveLength(1);
      expect(refusals(world)).toEqual(
        reason === undefined
          ? []
          : [
              expect.objectContaining({
                server: "bootstrap",
                operation: "smartcard",
                path: "/",
                code: "4.06",
                detail: expect.stringMatching(reason),
              }),
            ],
      );
      expect(world.sessions).toEqual(["bootstrap full", `server/${SERVER_ID} full`]);
    });
  }
});
