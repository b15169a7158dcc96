/** Several management servers: the order they are registered with in, and what one's failure means for the others. */
import { describe, expect, it } from "@jest/globals";
import { CODE } from "../../services/coap/codes.ts";
import type { ServerProvision } from "../../services/lwm2m/device/provision.ts";
import type { MemoryServer } from "./support/server.ts";
import { BOOTSTRAP_ADDRESS, MANAGEMENT_ADDRESS, SECOND_ADDRESS, World } from "./support/world.ts";

const THIRD_ADDRESS = "192.0.2.4";
const ADDRESSES = [MANAGEMENT_ADDRESS, SECOND_ADDRESS, THIRD_ADDRESS];
/** One attempt, no further sequence. */
const ONCE = { retry: { count: 1, sequenceCount: 1 }, bootstrapOnFailure: false } as const;

type Given = Partial<ServerProvision>;

/** Factory servers 101, 102, 103 with what is given for each. */
async function servers(given: readonly Given[]): Promise<{ world: World; servers: MemoryServer[] }> {
  const world = await World.make({
    carrier: {
      bootstrap: undefined,
      servers: given.map((more, index) => ({
        uri: `coap://${ADDRESSES[index]}`,
        security: { mode: "none" },
        shortServerId: 101 + index,
        lifetimeSeconds: 3600,
        ...more,
      })),
    },
  });
  const others = await Promise.all(ADDRESSES.slice(1, given.length).map((address) => world.server(address)));
  return { world, servers: [world.management, ...others] };
}

const registers = (server: MemoryServer | undefined) => server?.of("POST /rd").map(({ at }) => at) ?? [];
const refuse = (server: MemoryServer | undefined) => {
  if (server !== undefined) server.script = ({ what }) => (what === "POST /rd" ? CODE.FORBIDDEN : undefined);
};

describe("servers with a priority (1/x/13)", () => {
  it("are registered with one after the other, the lowest number first", async () => {
    const { world, servers: all } = await servers([{ priority: 9 }, { priority: 5 }, { priority: 7 }]);
    const [first, second, third] = all;
    if (second !== undefined) second.silent = true;
    world.carrier.start();
    await world.pass(30);
    expect([registers(first), registers(third)]).toEqual([[], []]);
    if (second !== undefined) second.silent = false;
    await world.reaches("all three", () => all.every(({ registrations }) => registrations.size === 1));
    await world.settle();
    const order = world.records.filter(
      ({ kind, direction, code }) => kind === "coap" && direction === "in" && code === "2.01",
    );
    expect(order.map(({ from }) => from)).toEqual(["server/102", "server/103", "server/101"]);
  });

  it("do not keep those without one waiting", async () => {
    const { world, servers: all } = await servers([{ priority: 1 }, { priority: 2 }, {}]);
    all[0]!.silent = true;
    world.carrier.start();
    await world.settle();
    expect(all.map((server) => registers(server).length)).toEqual([1, 0, 1]);
  });

  it("come after one that has failed, unless that blocks them (1/x/15)", async () => {
    for (const failureBlock of [false, true]) {
      const { world, servers: all } = await servers([{ priority: 1, failureBlock, ...ONCE }, { priority: 2 }]);
      refuse(all[0]);
      world.carrier.start();
      await world.pass(600);
      expect(registers(all[1])).toHaveLength(failureBlock ? 0 : 1);
      expect(world.heard).toContain("error connect ETIMEDOUT");
      expect(world.carrier.snapshot.hasTag("exhausted")).toBe(failureBlock);
    }
  });

  it("wait a server's initial delay from the registration before it on (1/x/14), once", async () => {
    const { world, servers: all } = await servers([
      { priority: 1 },
      { priority: 2, initialDelaySeconds: 40 },
      { priority: 3, initialDelaySeconds: 20 },
    ]);
    world.carrier.start();
    await world.reaches("all three", () => all.every(({ registrations }) => registrations.size === 1));
    expect(all.map(registers)).toEqual([[0], [40], [60]]);
    await world.settle();
    world.carrier.restart();
    const before = world.seconds;
    await world.reaches("an Update", () => all[2]!.of("POST /rd/1").length === 1);
    expect(world.seconds - before).toBeLessThan(5);
  });

  it("keep their order when the application deregisters and registers", async () => {
    const { world, servers: all } = await servers([{ priority: 2 }, { priority: 1 }]);
    world.carrier.start();
    await world.reaches("both", () => all.every(({ registrations }) => registrations.size === 1));
    expect(world.carrier.request("deregister")).toBe(0);
    await world.untilTag("deregistered");
    all[1]!.silent = true;
    expect(world.carrier.request("register")).toBe(0);
    await world.pass(30);
    expect(registers(all[0])).toHaveLength(1);
    all[1]!.silent = false;
    await world.reaches("both", () => all.every(({ registrations }) => registrations.size === 1));
  });
});

describe("a server that blocks others (1/x/15) and is given up", () => {
  it("keeps none from registering that had its turn before: one that disabled the device is asked again", async () => {
    const { world, servers: all } = await servers([{ priority: 1, failureBlock: true, ...ONCE }, { priority: 2 }]);
    world.carrier.start();
    await world.reaches("both", () => all.every(({ registrations }) => registrations.size === 1));
    expect(await world.result(all[1]!.ask("PUT", "/1/1/5", "7200"))).toBe("2.04");
    expect(await world.result(all[1]!.ask("POST", "/1/1/4"))).toBe("2.04");
    await world.reaches("Deregister", () => all[1]!.registrations.size === 0);
    refuse(all[0]);
    all[0]!.forget();
    await world.reaches("the end of the attempts", () => world.heard.includes("error connect ETIMEDOUT"));
    expect(world.carrier.snapshot.hasTag("exhausted")).toBe(false);
    await world.reaches("a second Register", () => registers(all[1]).length === 2);
  });
});

describe("after a restart", () => {
  const both = async (given: readonly Given[]) => {
    const { world, servers: all } = await servers(given);
    world.carrier.start();
    await world.reaches("all", () => all.every(({ registrations }) => registrations.size === 1));
    await world.settle();
    return { world, all };
  };

  it("a registration goes on though a server before it is silent", async () => {
    const { world, all } = await both([{ priority: 1 }, { priority: 2 }]);
    all[0]!.silent = true;
    world.carrier.restart();
    await world.pass(10);
    expect(all[1]!.of("POST /rd/1")).toHaveLength(1);
  });

  it.each([
    ["goes on", 0, "POST /rd/1", 1],
    ["is made anew when it has expired", 8000, "POST /rd", 2],
  ])("a registration behind a server that disabled the device %s", async (_, seconds, what, count) => {
    const { world, all } = await both([{ priority: 1 }, { priority: 2 }]);
    expect(await world.result(all[0]!.ask("POST", "/1/0/4"))).toBe("2.04");
    await world.reaches("Deregister", () => all[0]!.registrations.size === 0);
    await world.carrier.cutPower();
    await world.pass(seconds);
    world.replace().start();
    await world.pass(10);
    expect(all[1]!.of(what)).toHaveLength(count);
    expect(registers(all[0])).toHaveLength(1);
  });
});

describe("a server that refuses a device it knew (1/x/16)", () => {
  it("has the device ask its bootstrap server at once, and try in turn after that", async () => {
    const world = await World.registered({ account: { lifetime: 300 } });
    const before = world.seconds;
    refuse(world.management);
    world.management.forget();
    await world.reaches("a second bootstrap", () => world.bootstrap.of("POST /bs").length === 2);
    expect(world.seconds - before).toBeLessThan(300);
    expect(world.heard.filter((event) => event.startsWith("deferred"))).toEqual(["deferred SERVER_REGISTRATION 0"]);
    await world.pass(50);
    expect(world.bootstrap.of("POST /bs")).toHaveLength(2);
    expect(world.heard.at(-1)).toBe("deferred SERVER_REGISTRATION 60");
  });

  it("is tried in turn once the bootstrap server's account is gone (0/x/12)", async () => {
    const bootstrap = {
      uri: `coap://${BOOTSTRAP_ADDRESS}`,
      security: { mode: "none" },
      accountTimeoutSeconds: 60,
    } as const;
    const world = await World.registered({ account: { lifetime: 300 }, carrier: { bootstrap } });
    await world.pass(100);
    refuse(world.management);
    world.management.forget();
    await world.until("deferred");
    expect(world.heard.at(-1)).toBe("deferred SERVER_REGISTRATION 60");
    world.management.script = () => undefined;
    await world.reaches("a registration", () => world.management.registrations.size === 1);
  });
});

describe("a server that speaks LwM2M 1.0 only", () => {
  it("is registered with as 1.0, told versions and formats as 1.0 has them, and updated", async () => {
    const world = await World.make({ account: { lifetime: 300 } });
    world.management.script = ({ query }) => (query.includes("lwm2m=1.1") ? CODE.PRECONDITION_FAILED : undefined);
    world.carrier.start();
    await world.until("registered");
    const [, register] = world.management.of("POST /rd");
    expect(register?.query.slice(0, 4)).toEqual(["ep=dev", "lt=300", "lwm2m=1.0", "b=U"]);
    expect(register?.text).toContain('</>;rt="oma.lwm2m";ct="0 42 11542 11543",</1>;ver=1.1,</1/0>');
    expect(world.heard.some((event) => event.startsWith("deferred"))).toBe(false);
    await world.reaches("an Update", () => world.management.of("POST /rd/1").length === 1);
    world.management.forget();
    await world.reaches("a third Register", () => world.management.of("POST /rd").length === 3);
    expect(world.management.of("POST /rd")[2]?.query).toContain("lwm2m=1.0");
  });
});

describe("object 1 says", () => {
  it("when the device was bootstrapped last (1/x/12)", async () => {
    const world = await World.registered();
    const seconds = Math.floor(world.clock.wall() / 1000);
    const [, text] = (await world.result(world.management.ask("GET", "/1/0/12"))).split(" ");
    expect(Math.abs(Number(text) - seconds)).toBeLessThanOrEqual(1);
  });

  it("which alert ended the last handshake (1/x/11)", async () => {
    const world = await World.make({ secure: {} });
    const [account] = world.bootstrap.accounts;
    if (account === undefined) throw new Error("no account");
    const wrong = { mode: "psk", identity: "a stranger", key: new Uint8Array(16) } as const;
    world.bootstrap.accounts = [{ ...account, security: wrong }];
    world.carrier.start();
    await world.until("deferred");
    // unknown_psk_identity, or what says less (RFC 4279 §2).
    expect([115n, 51n, 20n]).toContain(BigInt(world.carrier.objects.get(1, 0, 11) as bigint));
  });

  it("which transport the server prefers (1/x/22): UDP is the one there is", async () => {
    const world = await World.registered();
    expect(await world.result(world.management.ask("PUT", "/1/0/22", "U"))).toBe("2.04");
    expect(await world.result(world.management.ask("PUT", "/1/0/22", "T"))).toBe("4.00");
    expect(await world.result(world.management.ask("GET", "/1/0/22"))).toBe("2.05 U");
  });
});
