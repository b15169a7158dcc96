import { describe, expect, it } from "@jest/globals";
import { replayCharts } from "../../carrier/replay.ts";
import type { Edition } from "../../machines/edition.ts";
import { EDITIONS } from "../../machines/editions/index.ts";
import type { TraceRecord } from "../../ports/trace.ts";
import { replacer, reviver } from "../../trace/bytes.ts";
import { live, type RealLife, success } from "./support/realLife.ts";

const ROWS = Object.values(EDITIONS).map((edition) => ({ id: edition.id, edition }));

const recorded = new Map<string, Promise<readonly TraceRecord[]>>();

/** The success life of an edition, lived once. */
function successOf(edition: Edition): Promise<readonly TraceRecord[]> {
  const records = recorded.get(edition.id) ?? live(edition, success);
  recorded.set(edition.id, records);
  return records;
}

const eventsOf = (records: readonly TraceRecord[]) =>
  records
    .filter(({ kind }) => kind === "event")
    .map(({ name, number, payload }) => ({ name, number, ...(payload !== undefined && { payload }) }));

const inputsOf = (records: readonly TraceRecord[]) => records.filter(({ input }) => input === true);

/** As a recording comes back from its file. */
const fromFile = (records: readonly TraceRecord[]) =>
  JSON.parse(JSON.stringify(records, replacer), reviver) as TraceRecord[];

describe("a recording replayed through the charts alone", () => {
  it.each(ROWS)("gives the same application events: a whole life in edition $id", async ({ edition }) => {
    const records = await successOf(edition);
    const replayed = replayCharts(fromFile(records), { edition });
    expect(replayed.deviation).toBeUndefined();
    expect(replayed.events).toEqual(eventsOf(records));
    expect(replayed.events.filter(({ name }) => name.endsWith("_REGISTERED"))).toHaveLength(2);
  });

  it.each([
    ["the link taken down on request and a reboot", linkDownAndReboot],
    ["a bootstrap server that refuses at first", refusedAtFirst],
    ["a listener that asks for a reboot while it hears an event", requestFromListener],
    ["power cut in the middle and a new carrier on the same store", powerCut],
    ["an image that does not match its checksum", badImage],
  ])("gives the same application events: %s", async (_, story) => {
    const edition = EDITIONS["3.6"];
    const records = await live(edition, story);
    const replayed = replayCharts(records, { edition });
    expect(replayed.deviation).toBeUndefined();
    expect(replayed.events).toEqual(eventsOf(records));
  });

  it("gives the same application events: an application that puts a reboot off and restarts later", async () => {
    const edition = EDITIONS["0.30"];
    const story = async (life: RealLife) => {
      await registered(life);
      const { management, urls } = life.testbed;
      const rebooting = life.next("reboot");
      const update = management.updateFirmware(life.carrier.endpoint, { uri: urls.goodImage });
      await rebooting;
      const again = life.next("registered");
      life.carrier.restart();
      await again;
      await update;
    };
    const records = await live(edition, story, {
      handler: ({ meaning }, standard) => (meaning.type === "reboot" ? 1 : standard()),
    });
    const replayed = replayCharts(records, { edition });
    expect(replayed.deviation).toBeUndefined();
    expect(replayed.events).toEqual(eventsOf(records));
  });

  it("is told apart from another edition's", async () => {
    const records = await successOf(EDITIONS["3.6"]);
    expect(replayCharts(records, { edition: EDITIONS["0.30"] }).deviation).toBeDefined();
  });

  it("deviates when any one of its inputs that led to something is missing", async () => {
    const edition = EDITIONS["3.6"];
    const records = await successOf(edition);
    // What the modem says of itself may say nothing new, and without its end a recording is just shorter.
    const telling = inputsOf(records)
      .filter(({ event }) => event !== "modem.changed")
      .slice(0, -1);
    expect(telling.length).toBeGreaterThan(25);
    const unnoticed = telling.filter(
      (missing) =>
        replayCharts(
          records.filter((record) => record !== missing),
          { edition },
        ).deviation === undefined,
    );
    expect(unnoticed).toEqual([]);
  });

  it("names the record that did not come about again", async () => {
    const edition = EDITIONS["3.6"];
    const records = await successOf(edition);
    const changed = records.map((record) =>
      record.event === "xstate.done.actor.0.register.registering" && record.input === true
        ? { ...record, payload: { ...(record.payload as object), output: { kind: "refused", code: "4.00" } } }
        : record,
    );
    const { deviation } = replayCharts(changed, { edition });
    expect(deviation?.expected).toMatchObject({ kind: "chart", actor: "register/123" });
    expect(deviation?.happened).toMatchObject({
      kind: "chart",
      actor: "register/123",
      entered: ["registrationFailed"],
    });
  });

  it("has nothing to tell of an empty recording", () => {
    expect(replayCharts([], { edition: EDITIONS["3.6"] })).toEqual({ events: [] });
  });
});

async function registered({ carrier, next }: RealLife): Promise<void> {
  const told = next("registered");
  carrier.start();
  await told;
}

async function linkDownAndReboot(life: RealLife): Promise<void> {
  await registered(life);
  const down = life.next("link.goingDown");
  expect(life.carrier.request("linkDown")).toBe(0);
  await down;
  while (life.carrier.request("linkUp") !== 0) await new Promise(setImmediate);
  await life.next("registered");
  const again = life.next("registered");
  expect(life.carrier.request("reboot")).toBe(0);
  await again;
}

async function refusedAtFirst(life: RealLife): Promise<void> {
  life.testbed.bootstrap.setBehaviour({ kind: "refuse", times: 2 });
  await registered(life);
}

async function requestFromListener(life: RealLife): Promise<void> {
  life.testbed.bootstrap.setBehaviour({ kind: "refuse", times: 1 });
  const forget = life.carrier.onEvent(({ meaning }) => {
    if (meaning.type !== "deferred") return;
    forget();
    expect(life.carrier.request("reboot")).toBe(0);
  });
  await registered(life);
}

async function powerCut(life: RealLife): Promise<void> {
  await registered(life);
  await life.carrier.cutPower();
  life.begin();
  await registered(life);
}

async function badImage(life: RealLife): Promise<void> {
  await registered(life);
  const again = life.next("registered");
  const { management, urls } = life.testbed;
  const update = management.updateFirmware(life.carrier.endpoint, { uri: urls.badImage });
  await again;
  await update.catch(() => {});
}
