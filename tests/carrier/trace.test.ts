/** The records of a carrier: complete, valid, with causes, and nothing at all when nobody wants them. */
import { readFileSync } from "node:fs";
import { describe, expect, it, jest } from "@jest/globals";
import { Ajv2020 } from "ajv/dist/2020.js";
import { createCarrier } from "../../carrier/createCarrier.ts";
import { EDITIONS, type EditionId } from "../../machines/editions/index.ts";
import type { TraceRecord } from "../../ports/trace.ts";
import { recordProblems } from "../../trace/schema.ts";
import { World } from "./support/world.ts";

const schema = JSON.parse(readFileSync(new URL("../../schema/record.schema.json", import.meta.url), "utf8"));

/** A life with some of everything: deferral, registration, observation, requests, a lost network, restart, stop. */
async function eventfulLife(edition: EditionId): Promise<World> {
  const world = await World.make({ edition, account: { muteSend: false } });
  world.bootstrap.flaw = "omitObjects";
  world.carrier.start();
  await world.until("deferred");
  world.bootstrap.flaw = undefined;
  await world.until("registered");
  world.carrier.values.setPowerSources(["internalBattery"]);
  world.carrier.values.setBatteryLevel(80);
  await world.result(world.management.observe("/3/0/9"));
  world.carrier.values.setBatteryLevel(70);
  await world.result(world.management.ask("PUT", "/1/0/1", "300"));
  await world.result(world.carrier.send(["/3/0/9"]));
  world.carrier.values.setAppData(0, 0, Uint8Array.of(1));
  await world.result(world.management.push("/19/0/0/0", Uint8Array.of(2, 3)));
  for (const name of ["registrationLost", "overheated"] as const) world.modem.inject({ name, times: 1 });
  await world.pass(5);
  if (world.carrier.request("linkDown") === 0) {
    await world.untilTag("linkDown");
    world.carrier.request("linkUp");
    await world.until("registered");
  }
  await world.result(world.management.ask("POST", "/3/0/4"));
  await world.until("registered");
  await world.stop();
  return world;
}

describe("the records of a whole life", () => {
  for (const edition of Object.keys(EDITIONS) as EditionId[]) {
    it(`are valid, numbered and timed without a gap, edition ${edition}`, async () => {
      const { records } = await eventfulLife(edition);
      const validate = new Ajv2020({ strict: false, allErrors: true }).compile(schema);
      expect(records.flatMap((record) => recordProblems(record).map((problem) => `${record.seq}: ${problem}`))).toEqual(
        [],
      );
      for (const record of records) {
        const written: unknown = JSON.parse(JSON.stringify(record));
        if (!validate(written)) throw new Error(`${JSON.stringify(record)}: ${JSON.stringify(validate.errors)}`);
      }
      expect(records.map(({ seq }) => seq)).toEqual(records.map((_, index) => index + 1));
      const times = records.map(({ time }) => time);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      const kinds = new Set(records.map(({ kind }) => kind));
      for (const kind of [
        "run",
        "event",
        "return",
        "application",
        "chart",
        "coap",
        "modem",
        "timer",
        "call",
      ] as const) {
        expect(kinds).toContain(kind);
      }
    });

    it(`name as cause only what came before, edition ${edition}`, async () => {
      const { records } = await eventfulLife(edition);
      const wrong = records.filter(({ seq, cause }) => cause !== undefined && (cause >= seq || cause < 1));
      expect(wrong).toEqual([]);
      const bySeq = new Map(records.map((record) => [record.seq, record]));
      const causeOf = (record: TraceRecord) => (record.cause === undefined ? undefined : bySeq.get(record.cause));
      // A handler's answer follows from its event, a timer that fires from its setting, an event from a step.
      const answers = records.filter(
        ({ kind, from, of }) => kind === "return" && from === "application" && String(of).startsWith("LWM2M"),
      );
      expect(answers.length).toBeGreaterThan(4);
      for (const answer of answers) expect(causeOf(answer)).toMatchObject({ kind: "event", name: answer.of });
      const fired = records.filter(({ kind, operation }) => kind === "timer" && operation === "fired");
      expect(fired.length).toBeGreaterThan(0);
      for (const timer of fired)
        expect(causeOf(timer)).toMatchObject({ kind: "timer", operation: "set", name: timer.name });
      const events = records.filter(({ kind }) => kind === "event");
      for (const event of events) expect(causeOf(event)).toBeDefined();
    });
  }

  it("begin with the run and hold the events as the application heard them", async () => {
    const world = await eventfulLife("3.6");
    expect(world.records[0]).toMatchObject({ kind: "run", edition: "3.6", wall: expect.any(Number) });
    const recorded = world.records
      .filter(({ kind }) => kind === "event")
      .map(({ name, number, payload }) => ({ name, number, payload }));
    expect(recorded).toEqual(world.events.map(({ name, number, payload }) => ({ name, number, payload })));
  });
});

describe("without a trace", () => {
  it("nothing is installed in XState; with one, an observer that leaves with the carrier", async () => {
    for (const traced of [false, true]) {
      const world = await World.make({ traced });
      const inspect = jest.spyOn(world.carrier.actor.system, "inspect");
      world.carrier.start();
      await world.until("registered");
      world.carrier.restart();
      await world.until("registered");
      expect(inspect).toHaveBeenCalledTimes(traced ? 1 : 0);
      await world.stop();
      const { length } = world.records;
      world.carrier.actor.send({ type: "restart" });
      expect(world.records).toHaveLength(length);
      expect(length > 0).toBe(traced);
    }
  });

  it("no actor of the system was made with an observer", () => {
    const carrier = createCarrier({ bootstrap: { uri: "coap://192.0.2.1", security: { mode: "none" } } });
    expect(carrier.actor.options.inspect).toBeUndefined();
  });
});
