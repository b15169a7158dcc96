import { describe, expect, it } from "@jest/globals";
import { ConformanceCheck } from "../../charts/conform.ts";
import { exportMermaid, exportMsc, exportText, loadChart, parseChart, sequenceOf } from "../../charts/index.ts";
import type { RecordFields, TraceRecord } from "../../ports/trace.ts";
import { CHARTS_IN_EDITIONS, stepsOf } from "./conformingRecording.ts";
import { SAMPLE_LIFE } from "./sampleLife.ts";

/** Labels that are words of an interface. */
const SPOKEN = /^(LWM2M_|lwm2m_|lte_lc_|nrf_modem_lib_|modem_key_mgmt_)/;

const at = (fields: RecordFields): TraceRecord => ({ seq: 1, time: 0, device: "d", ...fields });

describe("mscgen export", () => {
  it.each(["events", "messages", "all"] as const)("is read back by the parser, arc for arc, at level %s", (level) => {
    const chart = parseChart(exportMsc(SAMPLE_LIFE, { level, title: "One life\nof a carrier" }));
    const items = [...sequenceOf(SAMPLE_LIFE, { level })];
    expect(chart.arcs.map(({ label }) => label)).toEqual(items.map(({ label }) => label));
    expect(chart.arcs.map(({ kind }) => kind)).toEqual(
      items.map(({ shape }) => (shape === "fold" ? "message" : shape)),
    );
  });

  it.each(CHARTS_IN_EDITIONS.map(({ chart, edition }) => ({ name: `${chart} in ${edition.id}`, chart, edition })))(
    "of a run of $name shows every application event and call of the chart",
    ({ chart, edition }) => {
      const steps = stepsOf(new ConformanceCheck(chart, { edition }).arcs, edition);
      const exported = parseChart(exportMsc(steps.map(({ fields }) => at(fields))));
      const shown = loadChart(chart)
        .arcs.map(({ label }) => label)
        .filter((label) => SPOKEN.test(label));
      expect(shown.length).toBeGreaterThan(1);
      expect(exported.arcs.map(({ label }) => label).filter((label) => SPOKEN.test(label))).toEqual(shown);
    },
  );

  it("keeps quotes, and writes nothing that mscgen would take for an escape", () => {
    const [arc] = parseChart(exportMsc([at({ kind: "result", ok: false, reason: 'a "b" \\"; c\nd' })])).arcs;
    expect(arc?.label).toBe('failed: a "b" /"; c d');
  });

  it("of nothing is a chart without arcs that mean anything", () => {
    expect(parseChart(exportMsc([])).arcs).toMatchObject([{ kind: "gap" }]);
  });

  it("begins with its title as comments", () => {
    expect(exportMsc([], { title: "One\nTwo" })).toMatch(/^# One\n# Two\nmsc \{/);
  });
});

describe("Mermaid export", () => {
  it("declares each participant once and uses no other", () => {
    const lines = exportMermaid(SAMPLE_LIFE, { level: "messages" }).split("\n");
    expect(lines[0]).toBe("sequenceDiagram");
    const declared = lines.flatMap((line) => /^ {2}participant (\w+) as /.exec(line)?.[1] ?? []);
    // `link` is a word of Mermaid's own.
    expect(declared).toEqual(["modem", "lteLink", "application", "library", "bootstrap", "server123", "firmwareHost"]);
    for (const line of lines.slice(1 + declared.length, -1)) {
      const ends =
        /^ {2}(\w+)(?:->>|-->>|-x|<<->>)(\w+): ./.exec(line) ?? /^ {2}Note over (\w+)(?:,(\w+))?: ./.exec(line);
      expect([line, ends?.slice(1).every((end) => end === undefined || declared.includes(end))]).toEqual([line, true]);
    }
    expect(lines).toContain("  library->>application: LWM2M_CARRIER_EVENT_REGISTERED");
    expect(lines).toContain("  library-xbootstrap: connect: no response");
  });

  it("escapes what Mermaid would read", () => {
    const text = exportMermaid([at({ kind: "fault", name: "a;b #c %%d <e>" })]);
    expect(text).toContain("fault on purpose: a#59;b #35;c #37;#37;d #60;e#62;");
    expect(exportMermaid([at({ kind: "application", action: "end" })])).toContain(": (end)");
  });
});

describe("text export", () => {
  it("is a line for everything that is drawn", () => {
    const lines = exportText(SAMPLE_LIFE).split("\n");
    expect(lines.length - 1).toBe([...sequenceOf(SAMPLE_LIFE)].length);
    expect(lines).toContain("   66.080  LwM2M carrier library → Application  LWM2M_CARRIER_EVENT_REGISTERED");
    expect(lines).toContain(
      "    0.017  LwM2M carrier library → Application  LWM2M_CARRIER_EVENT_DEFERRED LWM2M_CARRIER_DEFERRED_BOOTSTRAP_NO_ROUTE (next attempt in 60 s)",
    );
  });
});
