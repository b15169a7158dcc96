/** Bootstrap from the card in the modem: accounts, their keys, and cards that are of no use. */
import { describe, expect, it } from "@jest/globals";
import { EDITIONS, type EditionId } from "../../machines/editions/index.ts";
import { bootstrapAccount, serverAccounts } from "../../services/lwm2m/device/accounts.ts";
import { instanceValues } from "../../services/lwm2m/objects/define.ts";
import { SECURITY } from "../../services/lwm2m/objects/security.ts";
import { encodeObjectTlv } from "../../services/lwm2m/tlvModel.ts";
import { encodeBootstrapFile } from "../../services/smartcard/bootstrapFile.ts";
import { type ServerAccount, smartcardFile } from "../../testbed/account.ts";
import { BOOTSTRAP_ADDRESS, MANAGEMENT_ADDRESS, PSKS, SERVER_ID, World, type WorldOptions } from "./support/world.ts";

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
