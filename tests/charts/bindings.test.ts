import { describe, expect, it } from "@jest/globals";
import type { ChartBindings } from "../../charts/bindings/binding.ts";
import { bindingsOf } from "../../charts/bindings/index.ts";
import { divider, entered, events } from "../../charts/bindings/vocabulary.ts";
import { ConformanceCheck, checkConformance } from "../../charts/conform.ts";
import { ChartError } from "../../charts/errors.ts";
import { chartNames, loadChart } from "../../charts/loadChart.ts";
import { parseChart } from "../../charts/parse.ts";
import { EDITIONS } from "../../machines/editions/index.ts";
import { CHARTS_IN_EDITIONS, recordingOf } from "./conformingRecording.ts";

const edition36 = EDITIONS["3.6"];

describe("bindings", () => {
  it.each(chartNames())("of %s bind every label, and none that the chart does not have", (name) => {
    const { labels, begins } = bindingsOf(name)!;
    const written = new Set(loadChart(name).arcs.map(({ label }) => label));
    expect(Object.keys(labels).filter((label) => !written.has(label))).toEqual([]);
    const editions = CHARTS_IN_EDITIONS.filter(({ chart }) => chart === name);
    expect(editions.length).toBeGreaterThan(0);
    for (const { edition } of editions) {
      const { arcs } = new ConformanceCheck(name, { edition });
      expect(arcs).toHaveLength([...loadChart(name).arcs].filter(({ label }) => label !== "").length);
      expect(arcs[0]!.arc.label).toBe(begins);
      // A sample is what its binding says, and nothing else in the chart's table says so too.
      for (const { binding } of arcs) {
        const [sample] = recordingOf([binding.sample(edition)]).slice(1);
        const same = arcs.filter((other) => other.binding.matches(sample!, edition));
        expect(new Set(same.map((other) => other.binding.means)).size).toBe(1);
      }
    }
  });

  const bindings: ChartBindings = {
    chart: "mine",
    begins: "go",
    endsAtNextEvent: true,
    labels: { go: divider(entered("carrier", "going")), ...events("REGISTERED") },
  };
  const check = (arcs: string) => () =>
    new ConformanceCheck(
      parseChart(`msc { app [label="Application"], lib [label="LwM2M carrier library"], cat; ${arcs} }`, "mine"),
      {
        edition: edition36,
        bindings,
      },
    );

  it("must have a label: an unbound one is an error with its position", () => {
    expect(check('--- [label="go"];')).not.toThrow();
    expect(check('--- [label="go"];\n --- [label="stop"];')).toThrow(
      'mine:2:2: nothing is bound to "stop" across all lifelines',
    );
  });

  it("must have a label on the same lifelines", () => {
    expect(check('--- [label="go"]; app =>> lib [label="LWM2M_CARRIER_EVENT_REGISTERED"];')).toThrow(
      'nothing is bound to "LWM2M_CARRIER_EVENT_REGISTERED" from application to library',
    );
    expect(check('--- [label="go"]; lib =>> app [label="go"];')).toThrow(ChartError);
  });

  it("does not take a name that every object has for a binding", () => {
    expect(check('--- [label="go"]; --- [label="constructor"];')).toThrow('nothing is bound to "constructor"');
  });

  it("must know the lifelines and where the window begins", () => {
    expect(check('--- [label="go"]; lib =>> cat [label="LWM2M_CARRIER_EVENT_REGISTERED"];')).toThrow(
      'nothing is bound to the lifeline "cat"',
    );
    expect(check('lib =>> app [label="LWM2M_CARRIER_EVENT_REGISTERED"];')).toThrow(/no arc is labelled "go"/);
    expect(check('--- [label="go"]; lib =>> app;')).toThrow(/an arc without label cannot be bound/);
  });
});

describe("what is asked for", () => {
  it("refuses a chart that the edition does not run as, and says as which it does", () => {
    expect(() => checkConformance("edition-3-fota-fail-crc", [], { edition: EDITIONS["3.3"] })).toThrow(
      /edition 3\.3 does not run as edition-3-fota-fail-crc; it runs as edition-3-bootstrap, /,
    );
  });

  it("refuses a chart that there is not, or that nobody has bound", () => {
    expect(() => checkConformance("nonsense", [], { edition: edition36 })).toThrow(/there is no chart "nonsense"/);
    expect(() => checkConformance(parseChart("msc { a; }", "mine"), [], { edition: edition36 })).toThrow(
      /nothing is bound to the chart "mine"/,
    );
  });
});
