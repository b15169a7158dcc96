/** Bootstrap against servers that are absent, silent, refuse, leave things out or write nonsense. */
import { describe, expect, it } from "@jest/globals";
import { storedSecrets } from "../../carrier/keys.ts";
import { seededRandom } from "../../carrier/random.ts";
import { EDITIONS, type EditionId } from "../../machines/editions/index.ts";
import { ERRNO } from "../../machines/semanticEvent.ts";
import { CODE } from "../../services/coap/codes.ts";
import { CoapEndpoint } from "../../services/coap/endpoint.ts";
import type { OutgoingResponse } from "../../services/coap/types.ts";
import { CONTENT_FORMAT } from "../../services/lwm2m/contentFormat.ts";
import { bootstrapAccount, serverAccounts } from "../../services/lwm2m/device/accounts.ts";
import { formatOf } from "../../services/lwm2m/formats.ts";
import { SERVER } from "../../services/lwm2m/objects/server.ts";
import { serverInstance } from "../../testbed/account.ts";
import type { MemoryServer } from "./support/server.ts";
import { BOOTSTRAP_ADDRESS, BOOTSTRAP_SECURITY, SERVER_ID, World } from "./support/world.ts";

const EDITION_IDS = Object.keys(EDITIONS) as EditionId[];

/** How a bootstrap server misbehaves, and what the application is told for it. */
const MISBEHAVIOURS: { name: string; misbehave(server: MemoryServer): void; reason: string }[] = [
  {
    name: "silent",
    misbehave: (server) => {
      server.silent = true;
    },
    reason: "BOOTSTRAP_NO_ROUTE",
  },
  { name: "refusing", misbehave: (server) => answer(server, CODE.BAD_REQUEST), reason: "BOOTSTRAP_SEQUENCE" },
  {
    name: "in maintenance",
    misbehave: (server) => answer(server, CODE.SERVICE_UNAVAILABLE),
    reason: "SERVICE_UNAVAILABLE",
  },
  {
    name: "omitting objects",
    misbehave: (server) => {
      server.flaw = "omitObjects";
    },
    reason: "BOOTSTRAP_SEQUENCE",
  },
  {
    name: "never finishing",
    misbehave: (server) => {
      server.flaw = "neverFinish";
    },
    reason: "BOOTSTRAP_SEQUENCE",
  },
  {
    name: "writing nonsense",
    misbehave: (server) => {
      server.flaw = "wrongWrites";
    },
    reason: "BOOTSTRAP_SEQUENCE",
  },
];

/** What ends the attempts (carrier library, policy table): the error's name and value. */
const EXHAUSTED: Readonly<Record<EditionId, { name: string; value: number }>> = {
  "0.10": { name: "LWM2M_CARRIER_ERROR_BOOTSTRAP", value: 0 },
  "0.21": { name: "LWM2M_CARRIER_ERROR_BOOTSTRAP", value: 0 },
  "0.30-pre": { name: "LWM2M_CARRIER_ERROR_BOOTSTRAP", value: 0 },
  "0.30": { name: "LWM2M_CARRIER_ERROR_BOOTSTRAP", value: -ERRNO.ETIMEDOUT },
  "3.3": { name: "LWM2M_CARRIER_ERROR_BOOTSTRAP", value: -ERRNO.ETIMEDOUT },
  "3.6": { name: "LWM2M_CARRIER_ERROR_CONNECT", value: 0 },
};

function answer(server: MemoryServer, code: number): void {
  server.script = ({ what }) => (what === "POST /bs" ? code : undefined);
}

describe("a bootstrap server", () => {
  for (const edition of EDITION_IDS) {
    for (const { name, misbehave, reason } of MISBEHAVIOURS) {
      it(`${name}, edition ${edition}: five attempts, DEFERRED ${reason}, then the edition's error`, async () => {
        const world = await World.make({ edition });
        misbehave(world.bootstrap);
        world.carrier.start();
        await world.untilTag("exhausted");
        const deferrals = world.events.filter(({ meaning }) => meaning.type === "deferred");
        const said = EDITIONS[edition].deferredInstead?.[reason as never] ?? reason;
        expect(deferrals.map(({ payload }) => [payload?.name, payload?.timeout])).toEqual(
          [60, 120, 240, 480, 0].map((timeout) => [`LWM2M_CARRIER_DEFERRED_${said}`, timeout]),
        );
        expect(world.events.at(-1)?.payload).toMatchObject(EXHAUSTED[edition]);
        expect(world.heard.filter((event) => event.startsWith("error"))).toHaveLength(1);
        // Nothing follows: only a restart tries again.
        const { length } = world.bootstrap.asked;
        await world.pass(7 * 86_400);
        expect(world.bootstrap.asked).toHaveLength(length);
        await world.stop();
      });
    }
  }

  it("is asked again after 60, 120, 240 and 480 seconds, counted from the deferral", async () => {
    const world = await World.make();
    answer(world.bootstrap, CODE.FORBIDDEN);
    world.carrier.start();
    await world.untilTag("exhausted");
    const at = world.bootstrap.of("POST /bs").map((asked) => asked.at);
    expect(at.map((time, index) => time - (at[index - 1] ?? 0))).toEqual([0, 60, 120, 240, 480]);
  });

  it("that does not finish is given 247 seconds", async () => {
    const world = await World.make();
    world.bootstrap.flaw = "neverFinish";
    world.carrier.start();
    await world.until("deferred");
    expect(world.seconds).toBe(247);
  });

  it("is asked with the endpoint name and the preferred format", async () => {
    const world = await World.registered();
    expect(world.bootstrap.asked).toMatchObject([{ what: "POST /bs", query: ["ep=dev", "pct=112"] }]);
  });

  it("is asked as often and as late as the settings say", async () => {
    const bootstrapRetry = { count: 3, timerSeconds: 7 };
    const world = await World.make({ carrier: { settings: { bootstrapRetry } } });
    answer(world.bootstrap, CODE.FORBIDDEN);
    world.carrier.start();
    await world.untilTag("exhausted");
    expect(world.heard.slice(-4)).toEqual([
      "deferred BOOTSTRAP_SEQUENCE 7",
      "deferred BOOTSTRAP_SEQUENCE 14",
      "deferred BOOTSTRAP_SEQUENCE 0",
      "error connect",
    ]);
  });

  it("that behaves at the next attempt bootstraps the device", async () => {
    const world = await World.make();
    world.bootstrap.flaw = "omitObjects";
    world.carrier.start();
    await world.until("deferred");
    world.bootstrap.flaw = undefined;
    await world.until("registered");
    expect(world.bootstrap.bootstrapCodes).toEqual(["2.02", "2.04", "2.04", "2.04"]);
  });

  it("is waited for before the first request as long as the hold-off time says", async () => {
    const bootstrap = { uri: "coap://192.0.2.1", security: { mode: "none" }, holdOffSeconds: 30 } as const;
    const world = await World.make({ carrier: { bootstrap } });
    world.carrier.start();
    await world.until("registered");
    expect(world.bootstrap.of("POST /bs")[0]?.at).toBe(30);
  });

  it("whose name nobody knows is DEFERRED NO_ROUTE at once", async () => {
    const bootstrap = { uri: "coap://nowhere.example", security: { mode: "none" } } as const;
    const world = await World.make({ carrier: { bootstrap } });
    world.carrier.start();
    await world.until("deferred");
    expect([world.heard.at(-1), world.seconds]).toEqual(["deferred BOOTSTRAP_NO_ROUTE 60", 0]);
  });

  it("is asked afresh after a restart when the attempts were used up", async () => {
    const world = await World.make();
    world.bootstrap.silent = true;
    world.carrier.start();
    await world.untilTag("exhausted");
    world.bootstrap.silent = false;
    world.carrier.restart();
    await world.until("registered");
  });

  it("loses the link in the middle: the attempt does not count, and the bootstrap ends well", async () => {
    const world = await World.make();
    world.bootstrap.flaw = "neverFinish";
    world.carrier.start();
    await world.reaches("a session", () => world.bootstrap.bootstrapCodes.length === 3);
    world.bootstrap.flaw = undefined;
    world.modem.inject({ name: "registrationLost", times: 1 });
    await world.until("registered");
    expect(world.heard.filter((event) => event.startsWith("deferred"))).toEqual([]);
    expect(world.bootstrap.of("POST /bs")).toHaveLength(2);
  });
});

/** With a bootstrap server that has written /1/7 when it comes to the answer to Bootstrap-Request. */
async function hasty(answer: () => Promise<OutgoingResponse>): Promise<World> {
  const bootstrap = { uri: "coap://192.0.2.8", security: { mode: "none" } } as const;
  const world = await World.make({ carrier: { bootstrap } });
  let written = false;
  await world.network.transport("192.0.2.8").listen({ address: "192.0.2.8", port: 5683 }, (session) => {
    const onRequest = async () => {
      const server = formatOf(CONTENT_FORMAT.tlv);
      const path = { objectId: SERVER.id, instanceId: 7 };
      const values = serverInstance({ uri: "", shortServerId: 7 });
      const payload = server.encode({ kind: "instance", path, definition: SERVER, values });
      const request = { method: CODE.PUT, path: ["1", "7"], contentFormat: server.number, payload };
      written = (await endpoint.request(request)).kind === "response";
      return answer();
    };
    const endpoint = new CoapEndpoint({ session, clock: world.clock, random: seededRandom(1), handler: { onRequest } });
  });
  world.carrier.start();
  await world.reaches("the write", () => written);
  return world;
}

describe("a bootstrap that fails", () => {
  for (const flaw of ["omitObjects", "neverFinish", "wrongWrites"] as const) {
    it(`(${flaw}) leaves the accounts as they were`, async () => {
      const world = await World.registered();
      const before = serverAccounts(world.carrier.objects);
      expect(before.map(({ shortServerId }) => shortServerId)).toEqual([SERVER_ID]);
      world.bootstrap.flaw = flaw;
      expect(await world.result(world.management.ask("POST", "/1/0/9"))).toBe("2.04");
      await world.until("deferred");
      expect(serverAccounts(world.carrier.objects)).toEqual(before);
    });
  }

  for (const [how, answer] of [
    ["refuses", async () => ({ code: CODE.FORBIDDEN })],
    ["never answers", () => new Promise<never>(() => {})],
  ] as const) {
    it(`is undone although the server ${how} the request after it has written`, async () => {
      const world = await hasty(answer);
      expect(world.carrier.objects.instanceIds(SERVER.id)).toEqual([7]);
      await world.until("deferred");
      expect(world.carrier.objects.instanceIds(SERVER.id)).toEqual([]);
    });
  }

  it("is undone when the network goes before the request is answered", async () => {
    const world = await hasty(() => new Promise<never>(() => {}));
    world.modem.inject({ name: "registrationLost", times: 1 });
    await world.reaches("the undoing", () => world.carrier.objects.instanceIds(SERVER.id).length === 0);
    expect(world.heard.filter((event) => event.startsWith("deferred"))).toEqual([]);
  });

  it("is undone when the carrier is stopped before the request is answered", async () => {
    const world = await hasty(() => new Promise<never>(() => {}));
    await world.stop();
    expect(world.carrier.objects.instanceIds(SERVER.id)).toEqual([]);
  });

  it("is not taken for done after a restart", async () => {
    const world = await World.make();
    world.bootstrap.flaw = "neverFinish";
    world.carrier.start();
    await world.reaches("a session", () => world.bootstrap.bootstrapCodes.length === 3);
    await world.carrier.cutPower();
    world.bootstrap.flaw = undefined;
    world.replace().start();
    await world.until("bootstrapped");
    expect(world.bootstrap.of("POST /bs")).toHaveLength(2);
  });
});

describe("what a bootstrap server is refused", () => {
  const refused = (world: World) =>
    world.records
      .filter(({ kind }) => kind === "refused")
      .map(({ server, operation, path, code, detail }) => ({ server, operation, path, code, detail }));

  it("is a record that says what and why", async () => {
    const world = await World.make();
    world.bootstrap.flaw = "wrongWrites";
    world.carrier.start();
    await world.until("deferred");
    expect(refused(world)).toEqual([
      { server: "bootstrap", operation: "write", path: "/0/1", code: "4.00", detail: expect.any(String) },
      { server: "bootstrap", operation: "write", path: "/1/0", code: "4.00", detail: expect.any(String) },
      { server: "bootstrap", operation: "finish", path: "/bs", code: "4.06", detail: expect.stringContaining("/1") },
    ]);
  });

  it("is an account whose keys it left out", async () => {
    const world = await World.make({ secure: {} });
    world.bootstrap.omitsKeys = true;
    world.carrier.start();
    await world.until("deferred");
    expect(refused(world).map(({ detail }) => detail)).toEqual([
      "/0/1/3 is missing for security mode 0; /0/1/5 is missing for security mode 0",
    ]);
  });

  it("is a third server with security, because the modem has two tags for them", async () => {
    const world = await World.make({ secure: {} });
    const [account] = world.bootstrap.accounts;
    world.bootstrap.accounts = [1, 2, 3].map((shortServerId) => ({ ...account!, shortServerId }));
    world.carrier.start();
    await world.until("deferred");
    expect(refused(world).map(({ detail }) => detail)).toEqual([
      "/0: there are 3 management servers with security; this device has at most 2",
    ]);
    world.bootstrap.accounts = world.bootstrap.accounts.slice(1);
    await world.until("registered");
    const tags = await Promise.all([26, 27].map((tag) => world.modem.credentials.list(tag)));
    expect(tags.map(({ length }) => length)).toEqual([2, 2]);
  });
});

describe("keys that the modem holds already", () => {
  it("count for an account that is left as it is, at its own tag alone", async () => {
    const world = await World.registered({ secure: {} });
    const { objects, modem } = world.carrier;
    const stored = await storedSecrets(objects, modem.credentials);
    expect([stored(0, "secretKey"), stored(1, "secretKey"), stored(1, "publicKeyOrIdentity")]).toEqual([
      true,
      true,
      true,
    ]);
    objects.set(0, 1, 2, 2);
    expect([stored(1, "secretKey"), stored(1, "serverPublicKey")]).toEqual([false, false]);
    objects.set(0, 1, 2, 0);
    // Another account takes the first tag: no modem gives a key back, so that it could be written to the second.
    const values = new Map(objects.snapshot().get(0)?.get(1));
    objects.delete(0, 1);
    objects.create(0, 1, new Map([...values, [10, 7]]));
    objects.create(0, 2, values);
    objects.create(1, 5, new Map([...objects.snapshot().get(1)!.get(0)!, [0, 7]]));
    expect(stored(2, "secretKey")).toBe(false);
  });

  it("that somebody deleted do not count", async () => {
    const world = await World.registered({ secure: {} });
    await world.result(world.modem.setFunctionalMode("offline"));
    await world.modem.credentials.delete(26, "psk");
    const stored = await storedSecrets(world.carrier.objects, world.modem.credentials);
    expect([stored(1, "secretKey"), stored(1, "publicKeyOrIdentity")]).toEqual([false, true]);
  });
});

describe("the bootstrap server's account with a timeout (0/x/12)", () => {
  const TIMEOUT = 3_600;
  const bootstrap = (options: { readonly secure?: boolean } = {}) => ({
    uri: `coap${options.secure ? "s" : ""}://${BOOTSTRAP_ADDRESS}`,
    security: options.secure ? BOOTSTRAP_SECURITY : ({ mode: "none" } as const),
    accountTimeoutSeconds: TIMEOUT,
  });
  const account = (world: World) => bootstrapAccount(world.carrier.objects);

  it("goes so long after the bootstrap, and no server can trigger another one", async () => {
    const world = await World.registered({ carrier: { bootstrap: bootstrap() } });
    await world.pass(TIMEOUT - 2);
    expect(account(world)).toBeDefined();
    await world.pass(3);
    expect(account(world)).toBeUndefined();
    expect(serverAccounts(world.carrier.objects)).toHaveLength(1);
    expect(await world.result(world.management.ask("POST", "/1/0/9"))).toBe("4.05");
  });

  it("begins its time anew with another bootstrap", async () => {
    const world = await World.registered({ carrier: { bootstrap: bootstrap() } });
    await world.pass(TIMEOUT / 2);
    await world.result(world.management.ask("POST", "/1/0/9"));
    await world.until("registered");
    await world.pass(TIMEOUT - 10);
    expect(account(world)).toBeDefined();
    await world.pass(20);
    expect(account(world)).toBeUndefined();
  });

  it("goes in time over a restart, for good, and its keys with it", async () => {
    const world = await World.make({ secure: {}, carrier: { bootstrap: bootstrap({ secure: true }) } });
    world.carrier.start();
    await world.until("registered");
    await world.carrier.cutPower();
    await world.pass(2 * TIMEOUT);
    world.replace().start();
    await world.until("registered");
    await world.settle();
    expect(account(world)).toBeUndefined();
    world.carrier.restart();
    await world.until("registered");
    expect(account(world)).toBeUndefined();
    await world.stop();
    const tags = await Promise.all([25, 26].map((tag) => world.modem.credentials.list(tag)));
    expect(tags.map(({ length }) => length)).toEqual([0, 2]);
  });

  it("leaves a server that is lost to the edition's error in place of a bootstrap", async () => {
    const world = await World.registered({ carrier: { bootstrap: bootstrap() } });
    await world.pass(TIMEOUT + 1);
    world.management.silent = true;
    await world.untilTag("exhausted");
    expect(world.bootstrap.of("POST /bs")).toHaveLength(1);
    expect(world.heard.at(-1)).toBe("error connect ETIMEDOUT");
  });

  it("stays without one", async () => {
    const world = await World.registered();
    await world.pass(40 * TIMEOUT);
    expect(account(world)).toBeDefined();
  });
});

describe("a bootstrap that succeeds", () => {
  it("keeps what the server wrote before it answered the request", async () => {
    const world = await hasty(async () => ({ code: CODE.CHANGED }));
    await world.pass(10);
    expect(world.carrier.objects.instanceIds(SERVER.id)).toEqual([7]);
  });

  it("replaces the accounts that were there", async () => {
    const world = await World.registered();
    const other = await world.server("192.0.2.9");
    world.bootstrap.accounts = [{ uri: other.uri, shortServerId: 7, lifetime: 77 }];
    await world.result(world.management.ask("POST", "/1/0/9"));
    await world.until("registered");
    expect(serverAccounts(world.carrier.objects)).toMatchObject([{ shortServerId: 7, lifetimeSeconds: 77 }]);
    expect(other.of("POST /rd")[0]?.query).toContain("lt=77");
  });

  it("is not done twice: the trigger of a server begins a new one, with its own BOOTSTRAPPED", async () => {
    const world = await World.registered();
    const before = world.events.length;
    await world.result(world.management.ask("POST", "/1/0/9"));
    await world.until("registered");
    const since = world.heard.slice(before);
    expect(since.filter((event) => event === "bootstrapped")).toHaveLength(1);
    expect(since.at(-1)).toBe("registered");
    expect(world.bootstrap.of("POST /bs")).toHaveLength(2);
  });
});
