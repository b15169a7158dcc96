/** The sequence charts, as far as they can be seen from outside. */
import { describe, expect, it } from "@jest/globals";
import type { Binding } from "../../charts/index.ts";
import { EDITIONS } from "../../machines/editions/index.ts";
import type { TraceRecord } from "../../ports/trace.ts";
import { ChartFollower } from "../../watch/chartFollower.ts";
import { observedCharts } from "../../watch/observedChart.ts";

const ROWS = Object.values(EDITIONS).flatMap((edition) =>
  observedCharts(edition).map((observed) => ({
    edition: edition.id,
    chart: observed.bindings.chart,
    observed,
    of: edition,
  })),
);

function recordsOf({ observed, of }: (typeof ROWS)[number]): TraceRecord[] {
  return observed.chart.arcs.map(({ label }, index) => {
    const binding = observed.bindings.labels[label] as Binding;
    return { ...binding.sample(of), seq: index + 1, time: index, device: "test" } as TraceRecord;
  });
}

function runThrough(row: (typeof ROWS)[number], records: readonly TraceRecord[]): readonly string[] {
  const follower = new ChartFollower(row.of);
  return records.flatMap((record) => follower.follow(record)).map(({ chart }) => chart);
}

describe.each(ROWS)("$chart, in edition $edition", (row) => {
  const records = recordsOf(row);

  it("is run through by its events in their order", () => {
    expect(runThrough(row, records)).toContain(row.chart);
  });

  it("is not run through when any one of them is missing, or comes twice", () => {
    for (const index of records.keys()) {
      expect(runThrough(row, records.toSpliced(index, 1))).not.toContain(row.chart);
    }
  });

  it("says at which arc a device breaks with it", () => {
    const follower = new ChartFollower(row.of);
    follower.follow(records[0]!);
    const wrong = { ...records[0]!, semantic: "none", name: "LWM2M_CARRIER_EVENT_NONE", number: 99 };
    expect(follower.breaks(wrong)).toMatchObject({ conforms: false, deviation: { kind: "unlisted" } });
  });
});

describe("the charts that can be told from outside", () => {
  it("are those with more than one event of the library", () => {
    const told = new Set(ROWS.map(({ chart }) => chart));
    const all = new Set(Object.values(EDITIONS).flatMap(({ charts }) => Object.values(charts)));
    expect([...all].filter((chart) => !told.has(chart)).toSorted()).toEqual([
      "certs-failure",
      "certs-success",
      "edition-0.30-init",
      "edition-3-request-link-down",
    ]);
  });
});
