/** A run that is frozen again and again ends as one that never was: nothing lost, nothing out of order, no time passed. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { Gate, MOST_HELD_EVENTS } from "../../carrier/inspection/gate.ts";
import { heldArea } from "../../carrier/inspection/heldArea.ts";
import { seededRandom } from "../../carrier/random.ts";
import { EDITIONS, type EditionId } from "../../machines/editions/index.ts";
import { encodeFirmwareImage } from "../../modem/index.ts";
import type { TraceRecord } from "../../ports/trace.ts";
import { createTrace } from "../../trace/trace.ts";
import { turn, World } from "./support/world.ts";

const EDITION_IDS = Object.keys(EDITIONS) as EditionId[];
const IMAGE = encodeFirmwareImage({
  version: "mfw_sim_1.1.0",
  baseVersion: "mfw_sim_1.0.0",
  sizeBytes: 6_000,
  random: seededRandom(1),
});
/** Turns of time and of the event loop that a life may take. */
const MOST_TURNS = 20_000;

/** Told each step of a chart; true: the run is frozen there. */
type FreezesAt = (step: number, record: TraceRecord) => boolean;

/** A device's life in memory: bootstrap, registration, an update of its firmware, an end. */
class Life {
  readonly records: TraceRecord[] = [];
  readonly world: World;
  /** What happened although the run was frozen. */
  readonly trespasses: string[] = [];
  #still = false;
  frozen = false;
  ending = false;
  /** Nobody plays it any more. */
  over = false;
  steps = 0;

  private constructor(world: World) {
    this.world = world;
  }

  static async begin(edition: EditionId, freezesAt: FreezesAt): Promise<Life> {
    const world = await World.make({ edition });
    const life = new Life(world);
    const { clock } = world;
    const sink = (record: TraceRecord) => life.#hear(record, freezesAt);
    world.replace({ trace: createTrace({ clock, device: "dev", sink, detailed: () => true }) });
    world.carrier.start();
    return life;
  }

  #hear(record: TraceRecord, freezesAt: FreezesAt): void {
    this.records.push(record);
    const { kind, operation } = record;
    if (this.#still && !this.ending && (kind === "chart" || operation === "fired"))
      this.trespasses.push(JSON.stringify(record));
    if (kind !== "chart" || this.frozen || this.ending || !freezesAt(++this.steps, record)) return;
    this.frozen = true;
    // What the step leads to in the same turn belongs to it.
    setImmediate(() => {
      this.#still = this.frozen;
    });
    this.world.carrier.inspection.freeze.pause();
  }

  /** Steps and goes on whenever it is frozen, until it holds. */
  async until(what: string, holds: () => boolean): Promise<void> {
    const { clock, carrier } = this.world;
    for (let turns = 0; !holds(); turns++) {
      if (this.over || turns > MOST_TURNS) throw new Error(`${what} does not come: ${this.world.heard.join(", ")}`);
      if (this.frozen && !this.ending) {
        const stood = clock.now();
        await turn();
        expect(clock.step(Number.POSITIVE_INFINITY)).toBe(false);
        expect(clock.now()).toBe(stood);
        this.frozen = false;
        this.#still = false;
        carrier.inspection.freeze.resume();
      } else clock.step(Number.POSITIVE_INFINITY);
      await turn();
    }
  }

  async isDone(work: Promise<unknown>): Promise<void> {
    let done = false;
    work.finally(() => {
      done = true;
    });
    await this.until("the end of it", () => done);
  }

  async play(): Promise<this> {
    const { world } = this;
    const registrations = () => world.events.filter(({ meaning }) => meaning.type === "registered").length;
    await this.until("registered", () => registrations() === 1);
    await this.isDone(world.management.push("/5/0/0", IMAGE));
    await this.until("downloaded", () => world.carrier.objects.get(5, 0, 3) === 2);
    await this.isDone(world.management.ask("POST", "/5/0/2"));
    await this.until("updated", () => registrations() === 2);
    // An end is held up by nobody.
    this.ending = true;
    await this.isDone(world.carrier.stop());
    return this;
  }

  /** What each chart took and where it went, with the time of it. */
  get charts(): Readonly<Record<string, readonly string[]>> {
    const charts: Record<string, string[]> = {};
    for (const { kind, time, actor, event, value } of this.records) {
      if (kind !== "chart") continue;
      charts[String(actor)] = [...(charts[String(actor)] ?? []), JSON.stringify([time, event, value])];
    }
    return charts;
  }

  get told(): readonly unknown[] {
    return this.records.filter(({ kind }) => kind === "event").map(({ name, time }) => [name, time]);
  }
}

const never: FreezesAt = () => false;
const living = async (edition: EditionId, freezesAt: FreezesAt) => (await Life.begin(edition, freezesAt)).play();

describe("a run that is frozen", () => {
  it.each(EDITION_IDS)("at every step of its charts goes as one that is not, edition %s", async (edition) => {
    const [free, frozen] = [await living(edition, never), await living(edition, () => true)];
    expect(frozen.trespasses).toEqual([]);
    expect(frozen.told).toEqual(free.told);
    expect(frozen.charts).toEqual(free.charts);
    expect(frozen.steps).toBeGreaterThan(30);
  });

  it("wherever that is goes as one that is not", async () => {
    const free = await living("3.6", never);
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.boolean()), async (stops) => {
        const frozen = await living("3.6", () => stops.next().value === true);
        expect(frozen.trespasses).toEqual([]);
        expect(frozen.told).toEqual(free.told);
        expect(frozen.charts).toEqual(free.charts);
      }),
      { numRuns: 10 },
    );
  });

  it.each(["stop", "cutPower"] as const)("does not hold up %s, whichever chart was stopped where", async (end) => {
    const { steps } = await living("3.6", never);
    for (let at = 1; at < steps; at += 4) {
      const life = await Life.begin("3.6", (step) => step === at);
      const { world } = life;
      const playing = life.play().catch(() => {});
      while (!life.frozen && life.steps < at) await turn();
      life.over = true;
      await playing;
      let ended = false;
      const ending = world.carrier[end]().finally(() => {
        ended = true;
      });
      for (let turns = 0; !ended && turns < MOST_TURNS; turns++) {
        world.clock.step(Number.POSITIVE_INFINITY);
        await turn();
      }
      expect({ at, ended }).toEqual({ at, ended: true });
      await ending;
    }
  });
});

describe("the gate of a frozen run", () => {
  it("lets time go on when everything that waited has gone through", async () => {
    const gate = new Gate();
    const order: string[] = [];
    gate.freeze();
    gate.event("one", () => order.push("first"));
    gate.event("another", () => order.push("second"));
    await new Promise<void>((resolve) => {
      gate.release(() => {
        order.push("time");
        resolve();
      });
      gate.event("one", () => order.push("third"));
    });
    expect(order).toEqual(["first", "second", "third", "time"]);
  });

  it("keeps nothing back behind work that throws", async () => {
    const gate = new Gate();
    const seen: string[] = [];
    gate.freeze();
    gate.event("one", () => {
      throw new Error("broken");
    });
    gate.event("one", () => seen.push("next"));
    await new Promise<void>((resolve) => {
      expect(() => gate.release(resolve)).toThrow("broken");
    });
    expect(seen).toEqual(["next"]);
  });

  it("keeps the newest events of each name, and every outcome, however long it is shut", async () => {
    const lost: [string, number][] = [];
    const gate = new Gate((name, count) => lost.push([name, count]));
    const seen: (string | number)[] = [];
    gate.freeze();
    gate.event("rare", () => seen.push("rare"));
    const outcomes = Array.from({ length: MOST_HELD_EVENTS + 1 }, (_, n) => gate.outcome(Promise.resolve(n)));
    await turn();
    for (let n = 0; n < MOST_HELD_EVENTS + 3; n++) gate.event("frequent", () => seen.push(n));
    expect(lost).toEqual([]);
    await new Promise<void>((resolve) => gate.release(resolve));
    expect(lost).toEqual([["frequent", 3]]);
    expect(seen).toEqual(["rare", ...Array.from({ length: MOST_HELD_EVENTS }, (_, n) => n + 3)]);
    expect(await Promise.all(outcomes)).toHaveLength(MOST_HELD_EVENTS + 1);
    // What was lost is told once.
    gate.freeze();
    await new Promise<void>((resolve) => gate.release(resolve));
    expect(lost).toHaveLength(1);
  });

  it("has a record say how many of a modem's notifications were too many", async () => {
    const world = await World.registered();
    const { records, modem, carrier } = world;
    carrier.inspection.freeze.pause();
    for (let n = 0; n < MOST_HELD_EVENTS + 5; n++) modem.inject({ name: "overheated" });
    const taken = () => records.filter(({ kind, event }) => kind === "chart" && event === "modem.domain").length;
    expect(taken()).toBe(0);
    carrier.inspection.freeze.resume();
    // Time stands still until the last of them has gone through.
    for (let turns = 0; taken() < MOST_HELD_EVENTS && turns < MOST_TURNS; turns++) await turn();
    await world.settle();
    expect(taken()).toBe(MOST_HELD_EVENTS);
    expect(records.filter(({ name }) => name === "freeze.overflow")).toMatchObject([
      { kind: "fault", event: "modem.domain", lost: 5 },
    ]);
    await world.stop();
  });

  it("has a firmware write that was held back come to nothing when the download is given up", async () => {
    const world = await World.registered();
    const gate = new Gate();
    const download = new AbortController();
    const area = heldArea(world.modem.firmware, gate, download.signal);
    await world.result(area.erase());
    gate.freeze();
    const writing = area.write(0, IMAGE.subarray(0, 400));
    download.abort();
    gate.release();
    await expect(world.result(writing)).rejects.toThrow(/abort/i);
    expect(await world.result(world.modem.firmware.offset())).toBe(0);
    await world.stop();
  });
});
