/** The twin of a device: every edition's life, and what is no life of it. */
import { describe, expect, it } from "@jest/globals";
import { EDITIONS, type EditionId } from "../../machines/editions/index.ts";
import type { SemanticEventType } from "../../machines/semanticEvent.ts";
import { type ObservedEvent, Twin } from "../../watch/index.ts";
import { TwinCharts } from "../../watch/twin/twinMachine.ts";
import { observationOf, observedAs } from "../../watch/twin/words.ts";

const BOOTSTRAP_3: readonly SemanticEventType[] = [
  "link.goingDown",
  "link.goingUp",
  "link.goingDown",
  "bootstrapped",
  "link.goingUp",
  "registered",
];
const FOTA_3: readonly SemanticEventType[] = [
  "fota.started",
  "link.poweringOff",
  "modem.shutdownWanted",
  "modem.initWanted",
  "fota.succeeded",
  "link.goingUp",
  "registered",
];
const BOOTSTRAP_0: readonly SemanticEventType[] = [
  "link.goingUp",
  "link.up",
  "link.goingDown",
  "link.down",
  "link.goingUp",
  "link.up",
  "bootstrapped",
  "link.free",
  "registered",
];
const FOTA_0: readonly SemanticEventType[] = [
  "fota.started",
  "link.goingDown",
  "link.down",
  "link.goingUp",
  "link.up",
  "link.free",
  "registered",
];
const CYCLES: readonly SemanticEventType[] = BOOTSTRAP_3.slice(0, -1);
const REBOOT: readonly SemanticEventType[] = ["fota.started", "reboot", "link.poweringOff"];

const LIVES: Readonly<Record<EditionId, readonly SemanticEventType[]>> = {
  "0.10": ["initialised", ...BOOTSTRAP_0, ...FOTA_0],
  "0.21": ["initialised", "certificates.wanted", ...BOOTSTRAP_0, ...FOTA_0],
  "0.30-pre": [
    ...(["certificates.wanted", "initialised"] as const),
    ...CYCLES,
    ...(["link.free", "registered"] as const),
    ...REBOOT,
    ...(["certificates.wanted", "initialised", "link.free", "registered"] as const),
  ],
  "0.30": ["initialised", ...CYCLES, "registered", ...REBOOT, "initialised", "registered"],
  "3.3": [...BOOTSTRAP_3, ...FOTA_3],
  "3.6": [...BOOTSTRAP_3, ...FOTA_3, "deregistered"],
};
const ROWS = (Object.keys(LIVES) as EditionId[]).map((id) => ({ id, life: LIVES[id] }));

const charts = new TwinCharts();

function twinOf(id: EditionId): Twin {
  const twin = new Twin(EDITIONS[id], charts);
  twin.booted();
  return twin;
}

function seen(id: EditionId, type: SemanticEventType): ObservedEvent {
  const observed = observedAs(EDITIONS[id], type);
  if (observed === undefined) throw new Error(`${id} does not tell ${type}`);
  return observed;
}

const deferred = (id: EditionId, reason: "BOOTSTRAP_NO_ROUTE" | "SERVER_NO_ROUTE", timeoutSeconds: number) =>
  observationOf(EDITIONS[id], { type: "deferred", reason, timeoutSeconds })!;

/** Index of the first event that does not follow from those before; -1 when all do. */
function firstUnexplained(id: EditionId, life: readonly SemanticEventType[]): number {
  const twin = twinOf(id);
  return life.findIndex((type) => twin.observe(seen(id, type)) !== "followed");
}

describe.each(ROWS)("the twin of a device with edition $id", ({ id, life }) => {
  it("explains a whole life", () => {
    expect(firstUnexplained(id, life)).toBe(-1);
  });

  it("says before each event that it may come", () => {
    const twin = twinOf(id);
    for (const type of life) {
      expect(twin.mayFollow().map(({ semantic }) => semantic)).toContain(type);
      twin.observe(seen(id, type));
    }
  });

  it("does not explain an event that comes twice, but for those that may", () => {
    expect(explainedOutOfTurn(id, life, (index) => index - 1)).toEqual(REPEATABLE[id] ?? []);
  });

  it("does not explain a life with any one event left out of its middle", () => {
    // Where the event after it may come all the same, one further on must not.
    const early = explainedOutOfTurn(id, life.slice(0, -1), (index) => index + 1);
    const missing = early.map((type) => life[life.lastIndexOf(type) - 1]!);
    const unnoticed = missing.filter((type) => {
      const index = life.indexOf(type);
      return firstUnexplained(id, life.toSpliced(index, 1)) === -1;
    });
    expect(unnoticed).toEqual(OPTIONAL[id] ?? []);
  });
});

/** The events that the twin would follow in place of those whose turn it is; the first event has none before it. */
function explainedOutOfTurn(
  id: EditionId,
  life: readonly SemanticEventType[],
  other: (index: number) => number,
): SemanticEventType[] {
  const explained: SemanticEventType[] = [];
  let twin = twinOf(id);
  life.forEach((type, index) => {
    const instead = life[other(index)];
    // An event that it cannot explain changes nothing.
    const followed = index === 0 || instead === undefined ? undefined : twin.observe(seen(id, instead));
    if (followed === "followed" && instead !== undefined) explained.push(instead);
    if (followed !== undefined) {
      twin = twinOf(id);
      for (const before of life.slice(0, index)) twin.observe(seen(id, before));
    }
    expect([index, twin.observe(seen(id, type))]).toEqual([index, "followed"]);
  });
  return explained;
}

/** A server may have the device rebooted, with firmware or without. */
const REPEATABLE: Partial<Record<EditionId, readonly SemanticEventType[]>> = {
  "0.30-pre": ["reboot"],
  "0.30": ["reboot"],
};
const OPTIONAL: Partial<Record<EditionId, readonly SemanticEventType[]>> = {
  "0.30-pre": ["fota.started"],
  "0.30": ["fota.started"],
};

describe("the twin", () => {
  it("knows where the device is, what it waits for and for how long", () => {
    const twin = twinOf("3.6");
    twin.observe(seen("3.6", "link.goingDown"));
    expect(twin.position[0]).toMatchObject({ chart: "bootstrap", state: "takingLinkDown" });
    expect(twin.waits).toEqual([{ for: "the modem to be offline", atMostMs: 60_000 }]);
    twin.observe(seen("3.6", "link.goingUp"));
    expect(twin.waits).toEqual([
      {
        for: "the device to be registered with the network",
        atMostMs: 600_000,
        spec: "lte_lc, CONFIG_LTE_NETWORK_TIMEOUT",
      },
    ]);
  });

  it("waits for the next attempt as long as the device has said", () => {
    const twin = twinOf("3.6");
    for (const type of ["link.goingDown", "link.goingUp"] as const) twin.observe(seen("3.6", type));
    expect(twin.observe(deferred("3.6", "BOOTSTRAP_NO_ROUTE", 77))).toBe("followed");
    expect(twin.position[0]).toMatchObject({ chart: "bootstrap", state: "waiting" });
    expect(twin.waits).toEqual([{ for: "the next attempt", atMostMs: 77_000, announced: true }]);
  });

  it("goes along with any number of attempts, and takes a deferral without a next one for the last", () => {
    const twin = twinOf("3.6");
    for (const type of ["link.goingDown", "link.goingUp"] as const) twin.observe(seen("3.6", type));
    for (let attempt = 0; attempt < 12; attempt++) {
      expect(twin.observe(deferred("3.6", "BOOTSTRAP_NO_ROUTE", 60))).toBe("followed");
    }
    expect(twin.observe(deferred("3.6", "BOOTSTRAP_NO_ROUTE", 0))).toBe("followed");
    expect(twin.observe(observationOf(EDITIONS["3.6"], { type: "error", error: "connect" })!)).toBe("followed");
    expect(twin.position[0]?.state).toMatch(/exhausted\.resting$/);
    expect(twin.observe(deferred("3.6", "BOOTSTRAP_NO_ROUTE", 60))).toBeUndefined();
  });

  it("finds out whether a device that has used up its registrations bootstraps anew", () => {
    for (const next of ["link.goingDown", "error"] as const) {
      const twin = twinOf("3.6");
      expect(twin.observe(deferred("3.6", "SERVER_NO_ROUTE", 0))).toBe("followed");
      const event =
        next === "error"
          ? observationOf(EDITIONS["3.6"], { type: "error", error: "connect" })!
          : seen("3.6", "link.goingDown");
      expect(twin.observe(event)).toBe("followed");
      const state = twin.position[0];
      expect(`${state?.chart} ${state?.state}`).toMatch(next === "error" ? /exhausted/ : /bootstrap takingLinkDown/);
    }
  });

  it("explains a device that was running before anybody looked", () => {
    for (const { id, life } of ROWS) {
      const twin = new Twin(EDITIONS[id], charts);
      const from = life.indexOf("fota.started");
      for (const type of life.slice(from))
        expect([id, type, twin.observe(seen(id, type))]).toEqual([id, type, "followed"]);
    }
  });

  it("takes a start of the device for the end of whatever it did", () => {
    const twin = twinOf("3.6");
    for (const type of [...BOOTSTRAP_3, "fota.started"] as const) twin.observe(seen("3.6", type));
    twin.booted();
    expect(twin.observe(seen("3.6", "registered"))).toBe("followed");
    expect(twin.mayFollow().map(({ semantic }) => semantic)).toContain("fota.started");
  });

  it("tells a reset that nothing announced from a deviation where an event begins each life", () => {
    const twin = twinOf("0.30");
    for (const type of LIVES["0.30"].slice(0, 3)) twin.observe(seen("0.30", type));
    expect(twin.observe(seen("0.30", "initialised"))).toBe("restarted");
  });

  it("after an event that a start would explain follows the device both ways", () => {
    const twin = twinOf("3.6");
    for (const type of BOOTSTRAP_3.slice(0, 3)) twin.observe(seen("3.6", type));
    const [down, ...rest] = BOOTSTRAP_3;
    expect(twin.observe(seen("3.6", down!))).toBeUndefined();
    expect(twin.depart(seen("3.6", down!)).mayHaveRestarted).toBe(true);
    for (const type of rest) expect([type, twin.observe(seen("3.6", type))]).toEqual([type, "followed"]);
  });

  it("lets what may happen at any time change nothing", () => {
    const twin = twinOf("3.6");
    const before = twin.position;
    for (const type of ["modem.domain", "app.data", "errorCodes.reset"] as const) {
      expect(twin.observe(seen("3.6", type))).toBe("incidental");
    }
    expect(twin.position).toEqual(before);
  });

  it("after a deviation tells what was missing and goes on from there", () => {
    const twin = twinOf("3.6");
    twin.observe(seen("3.6", "link.goingDown"));
    expect(twin.observe(seen("3.6", "bootstrapped"))).toBeUndefined();
    const { missing, mayHaveRestarted } = twin.depart(seen("3.6", "bootstrapped"));
    expect(mayHaveRestarted).toBe(false);
    expect(missing?.map(({ semantic }) => semantic)).toEqual(["link.goingUp", "link.goingDown"]);
    expect(twin.observe(seen("3.6", "link.goingUp"))).toBe("followed");
  });
});
