import { describe, expect, it } from "@jest/globals";
import { Gate } from "../../carrier/inspection/gate.ts";
import { heldArea } from "../../carrier/inspection/heldArea.ts";
import { seededRandom } from "../../carrier/random.ts";
import { encodeFirmwareImage } from "../../modem/index.ts";
import type { TraceRecord } from "../../ports/trace.ts";
import { DEVICE } from "../../services/lwm2m/objects/device.ts";
import { REDACTED } from "../../trace/redact.ts";
import { PSKS, turn, World } from "./support/world.ts";

type Changed = { readonly path: string; readonly value?: unknown; readonly label?: string };

function leavesOf(world: World): Map<string, { readonly value: unknown; readonly label: string }> {
  return new Map([...world.carrier.inspection.trees.objects.leaves()].map((leaf) => [leaf.path, leaf]));
}

/** The newest timer of this name that runs. */
function runningTimer(records: readonly TraceRecord[], name: string): number {
  const over = new Set(records.filter(({ operation }) => operation !== "set").map(({ cause }) => cause));
  const set = records.findLast(
    ({ kind, operation, seq, name: its }) => kind === "timer" && operation === "set" && its === name && !over.has(seq),
  );
  return set?.seq ?? -1;
}

describe("the objects of an inspected carrier", () => {
  it("are leaves with a path, a plain value and a name", async () => {
    const world = await World.registered();
    const leaves = leavesOf(world);
    expect(leaves.get("/3/0/0")).toMatchObject({ label: "Device: Manufacturer", value: expect.any(String) });
    expect(leaves.get("/1/0/0")?.value).toBe(123);
    expect(leaves.get("/3/0/11/0")?.label).toBe("Device: Error Code");
    await world.stop();
  });

  it("hold no key and no identity", async () => {
    const world = await World.registered({ secure: {} });
    const leaves = leavesOf(world);
    expect(leaves.get("/0/1/5")?.value ?? leaves.get("/0/0/5")?.value ?? REDACTED).toBe(REDACTED);
    const told = JSON.stringify([...leaves]);
    for (const { identity, key } of Object.values(PSKS)) {
      expect(told).not.toContain(identity);
      expect(told).not.toContain(Buffer.from(key).toString("hex"));
    }
    await world.stop();
  });

  it("are told once when they change, and without a value when they go", async () => {
    const world = await World.registered();
    const changes: Changed[] = [];
    const stop = world.carrier.inspection.trees.objects.subscribe((leaf) => changes.push(leaf));
    const { objects } = world.carrier;
    objects.set(DEVICE.id, 0, 15, "Europe/Oslo");
    objects.set(DEVICE.id, 0, 15, "Europe/Oslo");
    expect(changes).toEqual([{ path: "/3/0/15", value: "Europe/Oslo", label: "Device: Timezone" }]);
    objects.delete(1, 0);
    expect(changes.slice(1).every(({ path, value }) => path.startsWith("/1/0/") && value === undefined)).toBe(true);
    expect(changes.slice(1).map(({ path }) => path)).toContain("/1/0/1");
    stop();
    objects.set(DEVICE.id, 0, 15, "Europe/Rome");
    expect(changes.some(({ value }) => value === "Europe/Rome")).toBe(false);
    await world.stop();
  });
});

describe("a timer of an inspected carrier", () => {
  it("fires before its time, once, and leads to what it is for", async () => {
    const world = await World.registered();
    const seq = runningTimer(world.records, "update.due");
    const before = world.management.asked.length;
    expect(world.carrier.inspection.fire(seq)).toBe(true);
    expect(world.carrier.inspection.fire(seq)).toBe(false);
    await world.settle();
    expect(world.management.asked.slice(before).map(({ what }) => what)).toEqual(["POST /rd/1"]);
    const fired = world.records.find(({ operation, cause }) => operation === "fired" && cause === seq);
    expect(fired).toMatchObject({ kind: "timer", name: "update.due" });
    await world.stop();
  });

  it("that does not run cannot be fired", async () => {
    const world = await World.registered();
    expect(world.carrier.inspection.fire(1)).toBe(false);
    await world.stop();
  });
});

describe("a frozen carrier", () => {
  it("takes nothing from a server until it goes on", async () => {
    const world = await World.registered();
    const { freeze } = world.carrier.inspection;
    const [registration] = [...world.management.registrations.values()];
    freeze.pause();
    const before = world.records.length;
    const reading = registration!.endpoint.request({ method: 1, path: ["3", "0", "0"] });
    world.clock.resume();
    await world.pass(1);
    world.clock.pause();
    expect(world.records.slice(before)).toEqual([]);
    freeze.resume();
    expect((await world.result(reading)).kind).toBe("response");
    await world.stop();
  });

  it("has a handshake stand still that is under way, and goes on with it", async () => {
    const world = await World.make({ secure: {} });
    const { freeze } = world.carrier.inspection;
    world.carrier.start();
    for (let turns = 0; world.dtls.length === 0 && turns < 10_000; turns++) await world.clock.advanceAsync(1);
    expect(world.dtls.some(({ phase }) => phase === "connected")).toBe(false);
    freeze.pause();
    const before = world.records.length;
    world.clock.resume();
    await world.clock.advanceAsync(200);
    world.clock.pause();
    expect(world.records.slice(before)).toEqual([]);
    freeze.resume();
    await world.until("registered");
    expect(world.dtls.some(({ phase }) => phase === "connected")).toBe(true);
    await world.stop();
  });

  it("has its charts stand still whatever the modem and the charts' services do", async () => {
    const world = await World.make();
    const { freeze } = world.carrier.inspection;
    world.carrier.start();
    freeze.pause();
    const charts = () => world.records.filter(({ kind }) => kind === "chart").length;
    const before = charts();
    world.clock.resume();
    await world.pass(10);
    expect(charts()).toBe(before);
    freeze.resume();
    await turn();
    expect(charts()).toBeGreaterThan(before);
    await world.until("registered");
    await world.stop();
  });

  it("stands still again when the first thing let through freezes it", async () => {
    const world = await World.make();
    const { freeze } = world.carrier.inspection;
    world.carrier.start();
    freeze.pause();
    world.clock.resume();
    await world.pass(1);
    const charts = () => world.records.filter(({ kind }) => kind === "chart").length;
    const stop = world.carrier.actor.subscribe(() => freeze.pause());
    const seen: number[] = [];
    for (let step = 0; step < 3; step++) {
      freeze.resume();
      await turn();
      seen.push(charts());
    }
    stop.unsubscribe();
    expect(new Set(seen).size).toBe(seen.length);
    freeze.resume();
    await world.until("registered");
    await world.stop();
  });

  it("writes no more of a firmware image", async () => {
    const world = await World.make();
    world.carrier.start();
    await world.until("registered");
    const gate = new Gate();
    const area = heldArea(world.modem.firmware, gate, new AbortController().signal);
    await world.result(area.erase());
    const image = encodeFirmwareImage({ version: "v2", sizeBytes: 1_000, random: seededRandom(1) });
    await world.result(area.write(0, image.subarray(0, 400)));
    gate.freeze();
    let written = false;
    const writing = area.write(400, image.subarray(400, 800)).finally(() => {
      written = true;
    });
    await world.pass(5);
    expect([written, await world.result(area.offset())]).toEqual([false, 400]);
    gate.release();
    await world.result(writing);
    expect(await world.result(area.offset())).toBe(800);
    await world.stop();
  });
});
