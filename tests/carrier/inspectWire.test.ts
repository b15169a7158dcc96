/** What lies between a carrier and its network: faults on purpose, and the raw capture of what passes. */
import { describe, expect, it } from "@jest/globals";
import type { TraceRecord } from "../../ports/trace.ts";
import { CODE } from "../../services/coap/codes.ts";
import { decodeMessage } from "../../services/coap/message.ts";
import { type DatagramFault, DatagramFaults, recordedFaults } from "../../testbed/datagramFaults.ts";
import { recordProblems } from "../../trace/schema.ts";
import { createTrace } from "../../trace/trace.ts";
import { VirtualClock } from "../support/virtualClock.ts";
import { PSKS, World, type WorldOptions } from "./support/world.ts";

async function captured(options: WorldOptions = {}, rawCapture = true): Promise<World> {
  const world = await World.make(options);
  const sink = (record: TraceRecord) => void world.records.push(record);
  world.replace({ trace: createTrace({ clock: world.clock, device: "dev", sink, rawCapture }) });
  world.carrier.start();
  await world.until("registered");
  return world;
}

describe("raw capture", () => {
  it("has each datagram as it is on the wire, and says so in the run's record", async () => {
    const world = await captured();
    const packets = world.records.filter(({ kind }) => kind === "packet");
    const messages = packets.map(({ hex }) => decodeMessage(Uint8Array.from(Buffer.from(String(hex), "hex"))));
    const coap = world.records.filter(({ kind }) => kind === "coap");
    expect(messages.map(({ messageId }) => messageId)).toEqual(coap.map(({ mid }) => mid));
    expect(packets[0]).toMatchObject({ direction: "out", remote: "192.0.2.1:5683" });
    expect(world.records.find(({ kind }) => kind === "run")?.rawCapture).toBe(true);
    expect(world.records.flatMap(recordProblems)).toEqual([]);
    await world.stop();
  });

  it("has the keys of each DTLS session", async () => {
    const world = await captured({ secure: {} });
    const lines = world.records.filter(({ kind }) => kind === "keyLog").map(({ line }) => String(line));
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line).toMatch(/^CLIENT_RANDOM [0-9a-f]{64} [0-9a-f]{96}$/);
    await world.stop();
  });

  it("is not there unless it is asked for", async () => {
    const world = await captured({ secure: {} }, false);
    expect(world.records.filter(({ kind }) => kind === "packet" || kind === "keyLog")).toEqual([]);
    expect(world.records.find(({ kind }) => kind === "run")).not.toHaveProperty("rawCapture");
    await world.stop();
  });

  it("has no pre-shared key even so", async () => {
    const world = await captured({ secure: {} });
    const told = JSON.stringify(world.records);
    for (const { key } of Object.values(PSKS)) expect(told).not.toContain(Buffer.from(key).toString("hex"));
    await world.stop();
  });
});

describe("the next datagram", () => {
  /** A registered carrier, and what comes of a request of its server after these faults. */
  async function struck(...faults: readonly DatagramFault[]) {
    const world = await World.make();
    const sink = (record: TraceRecord) => void world.records.push(record);
    const trace = createTrace({ clock: world.clock, device: "dev", sink });
    const datagrams = recordedFaults(world.clock, trace);
    world.replace({ trace, wire: (transport) => datagrams.tap(transport) });
    world.carrier.start();
    await world.until("registered");
    for (const fault of faults) datagrams.add(fault);
    const [registration] = [...world.management.registrations.values()];
    const before = world.records.length;
    await world.result(registration!.endpoint.request({ method: CODE.GET, path: ["3", "0", "0"] }));
    await world.pass(20);
    const records = world.records.slice(before);
    await world.stop();
    return { records, coap: records.filter(({ kind }) => kind === "coap") };
  }

  const brief = ({ direction, type, dropped }: TraceRecord) => [direction, type, dropped].filter(Boolean).join(" ");

  it("is lost", async () => {
    const { coap, records } = await struck({ name: "drop", direction: "in" });
    expect(records[0]).toMatchObject({ kind: "fault", name: "datagram.drop", direction: "in" });
    // The server sends its request again.
    expect(coap.map(brief)).toEqual(["in CON", "out ACK"]);
  });

  it("comes twice", async () => {
    const { coap } = await struck({ name: "duplicate", direction: "in" });
    expect(coap.map(brief)).toEqual(["in CON", "out ACK", "in CON duplicate", "out ACK"]);
  });

  it("comes later", async () => {
    const { coap, records } = await struck({ name: "delay", direction: "in", delayMs: 700 });
    expect(coap[0]!.time - records[0]!.time).toBe(700);
    expect(coap.map(brief)).toEqual(["in CON", "out ACK"]);
  });

  it("comes with another octet", () => {
    const faults = new DatagramFaults({ clock: new VirtualClock() });
    const passed: Uint8Array[] = [];
    faults.add({ name: "corrupt" });
    for (let times = 0; times < 2; times++)
      faults.pass(Uint8Array.of(1, 2, 3, 4), "in", undefined, (bytes) => passed.push(bytes));
    expect(passed).toEqual([Uint8Array.of(1, 2, 252, 4), Uint8Array.of(1, 2, 3, 4)]);
  });

  it("is struck in its own direction, and so many times", async () => {
    const { coap, records } = await struck({ name: "drop", direction: "out", times: 2 });
    expect(records.filter(({ kind }) => kind === "fault")).toHaveLength(2);
    expect(coap.map(brief)).toEqual([
      "in CON",
      "out ACK",
      "in CON duplicate",
      "out ACK",
      "in CON duplicate",
      "out ACK",
    ]);
  });

  it("goes as it is again when the faults are cleared", () => {
    const faults = new DatagramFaults({ clock: new VirtualClock() });
    const passed: number[] = [];
    faults.add({ name: "drop", times: 5 });
    faults.pass(Uint8Array.of(1), "out", undefined, ([octet]) => passed.push(octet!));
    faults.clear();
    faults.pass(Uint8Array.of(2), "out", undefined, ([octet]) => passed.push(octet!));
    expect(passed).toEqual([2]);
  });
});
