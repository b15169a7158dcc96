/** The sample logs, written by hand in the formats of Nordic's samples: recognised, charted, judged. */
import { createReadStream } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { ChartRenderer } from "../../charts/index.ts";
import { recordProblems } from "../../trace/schema.ts";
import { recogniseEdition } from "../../watch/index.ts";
import { conformsOf, deviationsOf, eventsOf, logPath, watchLog } from "./support/watched.ts";

const LOGS = [
  {
    log: "edition-0.10",
    edition: "0.10",
    basis: "words",
    events: 17,
    charts: ["edition-0.10-init", "edition-0.10-bootstrap", "edition-0.10-fota"],
  },
  {
    log: "edition-0.21",
    edition: "0.21",
    basis: "words",
    events: 15,
    charts: ["edition-0.21-init", "edition-0.10-bootstrap"],
  },
  {
    log: "edition-0.30-pre",
    edition: "0.30-pre",
    basis: "words",
    events: 16,
    charts: [
      "edition-0.30-pre-init",
      "edition-0.30-pre-bootstrap",
      "edition-0.30-pre-init",
      "edition-0.30-pre-fota-success",
    ],
  },
  {
    log: "edition-0.30",
    edition: "0.30",
    basis: "words",
    events: 13,
    charts: ["edition-0.30-bootstrap", "edition-0.30-fota-success"],
  },
  {
    log: "edition-3.3",
    edition: "3.3",
    basis: "words",
    events: 17,
    charts: ["edition-3-bootstrap", "edition-3-fota-success", "edition-3-fota-fail-cert"],
  },
  {
    log: "edition-3.6",
    edition: "3.6",
    basis: "words",
    events: 20,
    charts: ["edition-3-bootstrap", "edition-3-fota-success", "edition-3-fota-fail-crc"],
  },
  {
    log: "edition-3.6-deferred",
    edition: "3.6",
    basis: "words",
    events: 6,
    charts: ["edition-3-deferred-bootstrap"],
  },
  {
    log: "serial-modem",
    edition: "3.6",
    basis: "version",
    events: 16,
    charts: ["edition-3-bootstrap", "edition-3-fota-success"],
  },
  {
    log: "serial-lte-modem",
    edition: "3.3",
    basis: "version",
    events: 14,
    charts: ["edition-3-bootstrap", "edition-3-fota-success"],
  },
  { log: "numbers-only", edition: "3.3", basis: "course", events: 7, charts: ["edition-3-bootstrap"] },
] as const;

describe.each(LOGS)("the sample log $log", ({ log, edition, basis, events, charts }) => {
  it(`is recognised as edition ${edition}, by its ${basis}`, async () => {
    expect(await recogniseEdition(createReadStream(logPath(log)))).toEqual({ id: edition, basis });
  });

  it("conforms to the charts that it runs through", () => {
    const { watcher, turns, records } = watchLog(log, { edition });
    expect(deviationsOf(turns)).toEqual([]);
    expect(watcher.deviates).toBe(false);
    expect(eventsOf(records)).toHaveLength(events);
    expect(conformsOf(turns)).toEqual(charts);
  });

  it("becomes records of its edition, and a chart", () => {
    const { records } = watchLog(log, { edition });
    expect(records.flatMap(recordProblems)).toEqual([]);
    expect(records[0]).toMatchObject({ kind: "run", edition });
    const renderer = new ChartRenderer();
    const drawn = records.flatMap((record) => renderer.line(record)).join("\n");
    for (const name of eventsOf(records)) expect(drawn).toContain(name);
  });
});

describe("a log with a planted deviation", () => {
  it("names the event, its place in the chart, and what should have come before", () => {
    const [deviation, ...more] = deviationsOf(watchLog("edition-3.6-deviation").turns);
    expect(more).toEqual([]);
    expect(deviation).toMatchObject({
      record: { time: 16_000 },
      happened: { semantic: "bootstrapped" },
      missing: [{ semantic: "link.goingDown" }],
      verdict: {
        chart: "edition-3-bootstrap",
        deviation: {
          kind: "outOfPlace",
          expected: [{ arc: { label: "LWM2M_CARRIER_EVENT_LTE_LINK_DOWN", position: { line: 12 } } }],
        },
      },
    });
    expect(deviation?.expected.map(({ semantic }) => semantic)).toContain("link.goingDown");
    expect(deviation?.expected.map(({ semantic }) => semantic)).not.toContain("bootstrapped");
  });

  it("is followed on after it", () => {
    const { watcher } = watchLog("edition-3.6-deviation");
    expect(watcher.course.twin.position[0]).toMatchObject({ chart: "fota", state: "downloading.transferring" });
  });
});

describe("lines that tell nothing of the library", () => {
  it("are kept as records, at their times, without their colours", () => {
    const lines = watchLog("edition-3.6").records.filter(({ kind }) => kind === "log");
    expect(lines.map(({ line, time }) => [line, time])).toEqual([
      ["*** Booting nRF Connect SDK v2.9.0-7787b2649840 ***", 0],
      ["*** Using Zephyr OS v3.7.99-1f8f3dc29142 ***", 10],
      ["LWM2M Carrier library sample..", 150],
      ["Certificate found, tag 411: match", 300],
      ["Certificate found, tag 412: match", 305],
    ]);
  });

  it("say once that the device starts", () => {
    const starts = watchLog("edition-0.30").records.filter(({ means }) => means === "start");
    expect(starts.map(({ time }) => time)).toEqual([0, 292_000]);
  });
});
