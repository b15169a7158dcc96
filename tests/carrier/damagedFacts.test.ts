/** Facts that are a document still, but not all of them what this device could have written, or has a use for now. */
import { describe, expect, it, jest } from "@jest/globals";
import { seededRandom } from "../../carrier/random.ts";
import { encodeFirmwareImage } from "../../modem/index.ts";
import { World, type WorldOptions } from "./support/world.ts";

// biome-ignore lint/suspicious/noExplicitAny: what is stored is damaged in ways that no type knows
type Stored = any;

const IMAGE = encodeFirmwareImage({
  version: "mfw_sim_1.1.0",
  baseVersion: "mfw_sim_1.0.0",
  sizeBytes: 2_000,
  random: seededRandom(1),
});

/** A registered device that lost power, and whose facts are others when it starts again. */
async function damaged(damage: (facts: Stored, world: World) => void, options: WorldOptions = {}): Promise<World> {
  const world = await World.registered(options);
  await world.carrier.cutPower();
  const facts = JSON.parse(new TextDecoder().decode(await world.storage.read("facts")));
  damage(facts, world);
  await world.storage.write("facts", new TextEncoder().encode(JSON.stringify(facts)));
  return world;
}

/** Puts a value to a place in a document. */
function put(document: Stored, at: string, value: unknown): void {
  const names = at.split("/");
  const last = names.pop() as string;
  names.reduce((holder, name) => holder[name], document)[last] = value;
}

/** What the device says it left out when it starts, and warns of. */
async function startedWithout(world: World): Promise<readonly string[]> {
  const warn = jest.spyOn(process, "emitWarning").mockImplementation(() => {});
  const before = world.records.length;
  world.replace().start();
  await world.until("registered");
  const told = world.records
    .slice(before)
    .filter(({ kind, operation }) => kind === "store" && operation === "failed")
    .map(({ detail }) => String(detail));
  expect(warn).toHaveBeenCalledTimes(told.length);
  warn.mockRestore();
  await world.stop();
  return told;
}

describe("a device whose facts are damaged is registered again", () => {
  it("and says nothing where they are not", async () => {
    const world = await damaged(() => {});
    expect(await startedWithout(world)).toEqual([]);
    expect(world.bootstrap.of("POST /bs")).toHaveLength(1);
  });

  type Damage = readonly [what: string, at: string, value: unknown, leftOut: string];
  const kept: readonly Damage[] = [
    ["attributes", "objects/attributes", null, "attributes"],
    ["attributes of nobody", "objects/attributes", { x: {} }, "attributes of x"],
    ["attributes of no table", "objects/attributes", { 123: [] }, "attributes of 123"],
    ["attributes at no path", "objects/attributes", { 123: { x: { pmin: 1 } } }, "attributes of 123 at x"],
    ["an attribute below 0", "objects/attributes", { 123: { "/3": { pmin: -1 } } }, "attributes of 123 at /3?pmin"],
    ["an object that has no number", "objects/objects/x", {}, "/x"],
    ["an instance that has no number", "objects/objects/1/abc", {}, "/1/abc"],
    ["an instance below 0", "objects/objects/1/-1", {}, "/1/-1"],
    ["an instance of null", "objects/objects/16", { 0: null }, "/16/0"],
    ["a value that is none", "objects/objects/1/0/5", { $instances: null }, "/1/0/5"],
    ["observations of null", "observations", { 123: null }, "observations of 123"],
    ["observations of nobody", "observations", { x: {} }, "observations of x"],
  ];
  for (const [what, at, value, leftOut] of kept) {
    it(`without ${what}, with the accounts that it has`, async () => {
      const world = await damaged((facts) => put(facts, at, value));
      expect(await startedWithout(world)).toEqual([`left out: ${leftOut}`]);
      expect(world.bootstrap.of("POST /bs")).toHaveLength(1);
    });
  }

  const lost: readonly Damage[] = [
    ["object 1", "objects/objects/1", null, "/1"],
    ["object 0", "objects/objects/0", [], "/0"],
    ["the short server id", "objects/objects/1/0/0", "123", "/1/0/0"],
  ];
  for (const [what, at, value, leftOut] of lost) {
    it(`by a new bootstrap without ${what}, which leaves it no account`, async () => {
      const world = await damaged((facts) => put(facts, at, value));
      expect(await startedWithout(world)).toEqual([`left out: ${leftOut}`]);
      expect(world.bootstrap.of("POST /bs")).toHaveLength(2);
    });
  }

  it("and tells the first of much that it left out, and how much there is", async () => {
    const world = await damaged(({ objects }) => {
      for (let id = 0; id < 1000; id++) objects.objects[`${"x".repeat(500)}${id}`] = {};
    });
    const [told, ...others] = await startedWithout(world);
    expect(others).toEqual([]);
    expect(told).toMatch(/ and \d+ more$/);
    expect(told?.length).toBeLessThan(1000);
  });
});

describe("a device whose firmware object was of version 1.1", () => {
  for (const result of [10, 11]) {
    it(`starts with version 1.0 after Update Result ${result}, and reports none`, async () => {
      const state = result === 11 ? 2 : 0;
      const left = ({ firmware }: Stored, { clock }: World) => {
        Object.assign(firmware, { state, result, severity: 2, maximumDeferSeconds: 60 });
        if (result === 11) firmware.deferUntil = clock.wall() + 3_600_000;
      };
      const world = await damaged(left, { carrier: { firmware: { objectVersion: "1.1" } } });
      world.replace({ firmware: { objectVersion: "1.0" } }).start();
      await world.until("registered");
      await world.settle();
      expect([3, 5].map((id) => world.carrier.objects.get(5, 0, id))).toEqual([state, 0]);
      await world.pass(2 * 3600);
      expect([3, 5].map((id) => world.carrier.objects.get(5, 0, id))).toEqual([state, 0]);
    });
  }
});

describe("what servers and the application may write is read again after a restart", () => {
  it("however long the lifetime and the time away are", async () => {
    const firmware = { objectVersion: "1.1" } as const;
    const world = await World.registered({ carrier: { firmware } });
    const longest = String(2n ** 63n - 1n);
    expect(await world.result(world.management.ask("PUT", "/5/0/13", longest))).toBe("2.04");
    expect(await world.result(world.management.ask("PUT", "/1/0/1", longest))).toBe("2.04");
    await world.settle();
    await world.carrier.cutPower();
    world.replace({ firmware }).start();
    await world.until("registered");
    expect(world.bootstrap.of("POST /bs")).toHaveLength(1);
    expect(await world.result(world.management.ask("PUT", "/1/0/5", longest))).toBe("2.04");
    expect(await world.result(world.management.ask("POST", "/1/0/4"))).toBe("2.04");
    await world.settle();
    await world.carrier.cutPower();
    const before = world.heard.length;
    world.replace({ firmware }).start();
    await world.settle();
    expect(world.heard.slice(before).join()).not.toContain("error");
  });

  it("however long the application puts an update off", async () => {
    const firmware = { objectVersion: "1.1", defer: () => Number.MAX_VALUE } as const;
    const world = await World.registered({ carrier: { firmware } });
    expect(await world.result(world.management.push("/5/0/0", IMAGE))).toBe("2.04");
    await world.reaches("Downloaded", () => world.carrier.objects.get(5, 0, 3) === 2);
    expect(await world.result(world.management.ask("POST", "/5/0/2"))).toBe("2.04");
    await world.reaches("Deferred", () => world.carrier.objects.get(5, 0, 5) === 11);
    await world.carrier.cutPower();
    world.replace({ firmware }).start();
    await world.until("registered");
    expect([3, 5].map((id) => world.carrier.objects.get(5, 0, id))).toEqual([2, 11]);
  });
});
