/** Timers of protocols and charts as records, where somebody looks closely. */
import { describe, expect, it } from "@jest/globals";
import type { TraceRecord } from "../../ports/trace.ts";
import { CODE } from "../../services/coap/codes.ts";
import { createTrace } from "../../trace/trace.ts";
import { World, type WorldOptions } from "./support/world.ts";

async function inspected(options: WorldOptions = {}, isDetailed = true): Promise<World> {
  const world = await World.make(options);
  const sink = (record: TraceRecord) => void world.records.push(record);
  world.replace({ trace: createTrace({ clock: world.clock, device: "dev", sink, detailed: () => isDetailed }) });
  world.carrier.start();
  await world.until("registered");
  return world;
}

const timers = (world: World, name: string) =>
  world.records.filter((record) => record.kind === "timer" && record.name === name);

describe("timers that somebody looks closely at", () => {
  it("are that of each confirmable message, until it is acknowledged", async () => {
    const world = await inspected();
    const [set, cleared] = timers(world, "ACK_TIMEOUT");
    expect(set).toMatchObject({ operation: "set", owner: "coap bootstrap", delay: expect.any(Number) });
    expect(set?.purpose).toBe("sent again unless it is acknowledged (1 of 5)");
    expect(world.records.find(({ seq }) => seq === set?.cause)).toMatchObject({ kind: "coap", path: "/bs" });
    expect(cleared).toMatchObject({ operation: "cleared", cause: set?.seq });
    await world.stop();
  });

  it("fire as often as a message is sent again", async () => {
    const world = await inspected();
    const before = world.records.length;
    world.network.lose({ name: "dark", when: () => true });
    world.carrier.inspection.fire(timers(world, "update.due").findLast(({ operation }) => operation === "set")!.seq);
    await world.pass(300);
    const since = world.records.slice(before).filter(({ name }) => name === "ACK_TIMEOUT");
    expect(since.slice(0, 10).map(({ operation }) => operation)).toEqual(Array(5).fill(["set", "fired"]).flat());
    const delays = since.filter(({ operation }) => operation === "set").map(({ delay }) => Number(delay));
    expect(delays[1]).toBeCloseTo(2 * delays[0]!);
    expect(since[8]?.purpose).toBe("given up unless it is acknowledged (5 of 5)");
    await world.stop();
  });

  it("are those of a DTLS handshake", async () => {
    const world = await inspected({ secure: {} });
    const [set, next] = timers(world, "retransmission");
    expect(set).toMatchObject({ operation: "set", owner: "dtls bootstrap" });
    expect(next).toMatchObject({ operation: "cleared", cause: set?.seq });
    await world.stop();
  });

  it("are those of an observation, by the attribute they come from", async () => {
    const world = await inspected();
    world.carrier.values.setPowerSources(["internalBattery"]);
    world.carrier.values.setBatteryLevel(50);
    const { endpoint } = [...world.management.registrations.values()][0]!;
    const request = { method: CODE.PUT, path: ["3", "0", "9"], query: ["pmin=10", "pmax=60"] };
    await world.result(endpoint.request(request));
    await world.result(endpoint.observe({ method: CODE.GET, path: ["3", "0", "9"] }, () => {}));
    expect(timers(world, "pmax").at(-1)).toMatchObject({
      operation: "set",
      owner: "observe server/123",
      purpose: "the server is told /3/0/9",
      delay: 60_000,
    });
    await world.pass(61);
    const fired = timers(world, "pmax").find(({ operation }) => operation === "fired");
    const told = world.records.find(({ kind, cause }) => kind === "coap" && cause === fired?.seq);
    expect(told).toMatchObject({ code: "2.05", direction: "out" });
    await world.stop();
  });

  it("of protocols fire before their time, too", async () => {
    const world = await inspected();
    const { fire } = world.carrier.inspection;
    const newest = (name: string) => timers(world, name).findLast(({ operation }) => operation === "set")?.seq ?? -1;
    world.carrier.values.setPowerSources(["internalBattery"]);
    world.carrier.values.setBatteryLevel(50);
    const { endpoint } = [...world.management.registrations.values()][0]!;
    await world.result(endpoint.request({ method: CODE.PUT, path: ["3", "0", "9"], query: ["pmin=10", "pmax=60"] }));
    await world.result(endpoint.observe({ method: CODE.GET, path: ["3", "0", "9"] }, () => {}));
    const before = world.records.length;
    const coap = () => world.records.slice(before).filter(({ kind }) => kind === "coap");
    world.network.lose({ name: "dark", when: () => true });
    expect(fire(newest("pmax"))).toBe(true);
    expect(coap().map(({ code, direction }) => [code, direction])).toEqual([["2.05", "out"]]);
    // Confirmable or not is for the server to say: an Update is.
    fire(newest("update.due"));
    await world.settle();
    const timer = newest("ACK_TIMEOUT");
    expect(fire(timer)).toBe(true);
    expect(fire(timer)).toBe(false);
    expect(coap().at(-1)).toMatchObject({ path: expect.stringMatching(/^\/rd\//), retransmission: true });
    await world.stop();
  });

  it("of the charts say what they are for", async () => {
    const world = await inspected();
    expect(timers(world, "update.due").at(-1)).toMatchObject({
      owner: "register/123",
      purpose: "registration update, before the lifetime ends",
    });
    await world.stop();
  });

  it("of protocols are no records where nobody looks", async () => {
    const world = await inspected({ secure: {} }, false);
    expect(timers(world, "ACK_TIMEOUT")).toEqual([]);
    expect(timers(world, "retransmission")).toEqual([]);
    await world.stop();
  });
});
