/** Our own carrier's lives, told on the console as Nordic's sample tells them: the watch finds nothing wrong. */
import { describe, expect, it } from "@jest/globals";
import { EDITIONS, type EditionId } from "../../machines/editions/index.ts";
import type { TraceRecord } from "../../ports/trace.ts";
import { live, type RealLife, success } from "../machines/support/realLife.ts";
import { conformsOf, deviationsOf, eventsOf, watchText } from "./support/watched.ts";

const REASONS = [
  "No reason given",
  "Failed to activate PDN",
  "No route to bootstrap server",
  "Failed to connect to bootstrap server",
  "Bootstrap sequence not completed",
  "No route to server",
  "Failed to connect to server",
  "Server registration sequence not completed",
  "Server in maintenance mode",
  "Waiting for SIM MSISDN",
];

const told = (records: readonly TraceRecord[]) => records.filter(({ kind }) => kind === "event");

function consoleText(records: readonly TraceRecord[]): string {
  const lines = records.flatMap((record) => {
    if (record.kind === "call" && record.name !== "lwm2m_carrier_run()") return ["LWM2M Carrier library sample.."];
    if (record.kind !== "event") return [];
    const { semantic, name, payload } = record as {
      semantic?: string;
      name?: string;
      payload?: Record<string, unknown>;
    };
    if (semantic === "deferred") {
      return [name, `Reason: ${REASONS[Number(payload?.reason)]}, timeout: ${payload?.timeout} seconds`];
    }
    return [name];
  });
  return lines.map((line) => `${line}\r\n`).join("");
}

async function refusedThenLinkDownThenReboot(life: RealLife): Promise<void> {
  life.testbed.bootstrap.setBehaviour({ kind: "refuse", times: 2 });
  const registered = life.next("registered");
  life.carrier.start();
  await registered;
  const down = life.next("link.goingDown");
  life.carrier.request("linkDown");
  await down;
  while (life.carrier.request("linkUp") !== 0) await new Promise(setImmediate);
  await life.next("registered");
  const again = life.next("registered");
  life.carrier.request("reboot");
  await again;
}

async function goodImageThenBad(life: RealLife): Promise<void> {
  await success(life);
  const again = life.next("registered");
  const { management, urls } = life.testbed;
  const update = management.updateFirmware(life.carrier.endpoint, { uri: urls.badImage });
  await again;
  await update.catch(() => {});
}

/** Each begins with servers and their keys: few, with much in them. */
const STORIES: readonly (readonly [string, EditionId, (life: RealLife) => Promise<void>])[] = [
  ["everything goes well", "0.10", success],
  ["everything goes well", "0.30-pre", success],
  ["a good image, then a corrupt one", "3.3", goodImageThenBad],
  [
    "the bootstrap server refuses at first; the link goes down on request; a reboot",
    "3.6",
    refusedThenLinkDownThenReboot,
  ],
];

describe("our own carrier, watched from outside", () => {
  it.each(STORIES)("does what its edition does: %s, in edition %s", async (_, id, story) => {
    const records = await live(EDITIONS[id], story);
    const { turns, records: seen } = watchText(consoleText(records), { edition: id });
    expect(deviationsOf(turns)).toEqual([]);
    expect(eventsOf(seen)).toEqual(told(records).map(({ name }) => String(name).replace("LWM2M_CARRIER_EVENT_", "")));
    expect(conformsOf(turns)).toContain(EDITIONS[id].charts.bootstrap);
  });
});
