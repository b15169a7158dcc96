/** What servers may do in a whole carrier, and the records of what they might not. */
import { describe, expect, it } from "@jest/globals";
import { ACCESS_CONTROL } from "../../services/lwm2m/objects/accessControl.ts";
import { instanceValues } from "../../services/lwm2m/objects/define.ts";
import type { MemoryServer } from "./support/server.ts";
import { SECOND_ADDRESS, SERVER_ID, World } from "./support/world.ts";

const SECOND_ID = 124;
const READ = 1;

interface TwoServers {
  readonly world: World;
  readonly second: MemoryServer;
}

async function withTwoServers(): Promise<TwoServers> {
  const world = await World.make();
  const second = await world.server(SECOND_ADDRESS);
  world.bootstrap.accounts = [...world.bootstrap.accounts, { uri: second.uri, shortServerId: SECOND_ID }];
  world.carrier.start();
  await world.reaches("both servers", () => world.management.registrations.size + second.registrations.size === 2);
  await world.settle();
  return { world, second };
}

/** The second server owns the Device instance; the first may read it where it is said so. */
function own(world: World, acl: ReadonlyMap<number, number>): void {
  const values = { 0: 3, 1: 0, 3: SECOND_ID, ...(acl.size > 0 && { 2: acl }) };
  world.carrier.objects.create(ACCESS_CONTROL.id, 0, instanceValues(ACCESS_CONTROL, values));
}

const refused = (world: World) =>
  world.records
    .filter(({ kind }) => kind === "refused")
    .map(({ server, operation, path, code, detail }) => [server, operation, path, code, detail]);

describe("two servers", () => {
  it("each do what object 2 lets them, and what is refused is a record with its cause", async () => {
    const { world, second } = await withTwoServers();
    own(world, new Map([[SERVER_ID, READ]]));
    expect(await world.result(world.management.ask("GET", "/3/0/0"))).toMatch(/^2\.05/);
    expect(await world.result(world.management.ask("PUT", "/3/0/14", "+01:00"))).toBe("4.01");
    expect(await world.result(second.ask("PUT", "/3/0/14", "+01:00"))).toBe("2.04");
    expect(refused(world)).toEqual([[SERVER_ID, "write", "/3/0/14", "4.01", "no right to write /3/0/14"]]);
    const { cause } = world.records.find(({ kind }) => kind === "refused")!;
    expect(world.records.find(({ seq }) => seq === cause)).toMatchObject({
      kind: "coap",
      code: "0.03",
      path: "/3/0/14",
    });
    await world.stop();
  });

  it("find the same rights after the device was off", async () => {
    const { world } = await withTwoServers();
    own(world, new Map());
    await world.result(world.management.ask("PUT", "/1/0/1", "301"));
    await world.stop();
    world.replace();
    world.carrier.start();
    await world.untilTag("registered");
    await world.settle();
    expect(world.carrier.objects.value(ACCESS_CONTROL, 0, 3)).toBe(SECOND_ID);
    expect(await world.result(world.management.ask("GET", "/3/0/0"))).toBe("4.01");
    await world.stop();
  });

  it("leave nothing of the one whose account a bootstrap took away", async () => {
    const { world } = await withTwoServers();
    own(world, new Map([[SERVER_ID, READ]]));
    world.bootstrap.accounts = world.bootstrap.accounts.slice(0, 1);
    expect(await world.result(world.management.ask("POST", "/1/0/9"))).toBe("2.04");
    await world.until("bootstrapped");
    await world.untilTag("registered");
    const left = world.carrier.objects.instanceIds(ACCESS_CONTROL.id);
    expect(left.map((id) => Number(world.carrier.objects.value(ACCESS_CONTROL, id, 3)))).not.toContain(SECOND_ID);
    expect(await world.result(world.management.ask("GET", "/3/0/0"))).toMatch(/^2\.05/);
    await world.stop();
  });
});

describe("a bootstrap server's request that is refused", () => {
  it("is a record too", async () => {
    const world = await World.make();
    world.bootstrap.flaw = "wrongWrites";
    world.carrier.start();
    await world.reaches("a refusal", () => refused(world).length > 0);
    expect(refused(world)[0]).toMatchObject([
      "bootstrap",
      "write",
      expect.any(String),
      expect.stringMatching(/^4\./),
      expect.any(String),
    ]);
    await world.stop();
  });
});
