import { describe, expect, it } from "@jest/globals";
import { ChartCheck } from "../../charts/chartCheck.ts";
import { chartNames, chartSource, loadChart } from "../../charts/loadChart.ts";
import { Session } from "../../inspector/model/session.ts";
import { chainOf, isInjected } from "../../inspector/ui/sequence/chain.ts";
import { chosenChart } from "../../inspector/ui/sequence/chosenChart.ts";
import { ExpectedCharts } from "../../inspector/ui/sequence/expected.ts";
import { edition36 } from "../../machines/editions/edition36.ts";
import type { RecordFields } from "../../ports/trace.ts";
import { play } from "../carrier/scenarios/play.ts";
import { stepsOf } from "../charts/conformingRecording.ts";
import { recordsOf, sessionOf } from "./shellSupport.ts";

const TEXTS = Object.fromEntries(chartNames().map((name) => [name, chartSource(name)]));
const RUN: RecordFields = { kind: "run", edition: "3.6", version: "0", wall: 0 };
const RESULT: RecordFields = { kind: "result", ok: true, reason: "done" };

/** Records that are the arcs of a chart, one after the other. */
function arcsOf(name: string): RecordFields[] {
  const { arcs } = new ChartCheck(loadChart(name), { edition: edition36 });
  return stepsOf(arcs, edition36).map(({ fields }) => fields);
}

function expectedOf(fields: readonly RecordFields[]) {
  const session = sessionOf([RUN, ...fields, RESULT]);
  const charts = new ExpectedCharts(session, "d", TEXTS);
  charts.sync();
  return { session, charts, of: (name: string) => charts.charts.find((chart) => chart.name === name)! };
}

describe("expected charts", () => {
  it("are those of the edition that the run tells", () => {
    const { charts } = expectedOf([]);
    expect(charts.edition).toBe("3.6");
    expect(charts.charts.map(({ name }) => name)).toEqual([...new Set(Object.values(edition36.charts))]);
    const unknown = new ExpectedCharts(sessionOf([{ ...RUN, edition: "9" }]), "d", TEXTS);
    unknown.sync();
    expect(unknown.charts).toEqual([]);
  });

  it("tick each arc at its record and say that the run conforms", () => {
    const { of } = expectedOf(arcsOf("edition-3-fota-success"));
    const chart = of("edition-3-fota-success");
    expect(chart.state).toBe("conforms");
    expect(chart.through).toBe(chart.arcs.length);
    expect(chart.arcs[0]).toMatchObject({ label: "the management server starts a modem update", index: 1 });
    expect(chart.arcOf(1)).toMatch(/^line \d+: --- /);
    expect(chart.arcOf(0)).toBeUndefined();
  });

  it("mark the first deviation and say in a sentence what was expected and what happened", () => {
    const fields = arcsOf("edition-3-bootstrap");
    const gone = fields.findIndex(({ name }) => name === "LWM2M_CARRIER_EVENT_BOOTSTRAPPED");
    expect(gone).toBeGreaterThan(0);
    const { of } = expectedOf(fields.toSpliced(gone, 1));
    const chart = of("edition-3-bootstrap");
    expect(chart.state).toBe("deviates");
    expect(chart.deviation?.sentence).toContain("Expected: “LWM2M_CARRIER_EVENT_BOOTSTRAPPED”");
    expect(chart.deviation?.index).toBeGreaterThan(gone - 1);
  });

  it("tell a run that took another course from one that deviates", () => {
    const { of } = expectedOf(arcsOf("edition-3-fota-fail-crc"));
    expect(of("edition-3-fota-fail-crc").state).toBe("conforms");
    expect(of("edition-3-fota-success").state).toBe("otherCourse");
    expect(of("edition-3-bootstrap").state).toBe("notBegun");
  });

  it("excuse what deviates after something was done by hand while the chart was under way, and say so", () => {
    const fields = arcsOf("edition-3-fota-success");
    const pulled: RecordFields[] = [
      { kind: "injected", what: "control", name: "link.pull" },
      { kind: "event", name: "LWM2M_CARRIER_EVENT_LTE_LINK_DOWN", semantic: "link.down" },
    ];
    const { session, of } = expectedOf(fields.toSpliced(3, 0, ...pulled));
    const chart = of("edition-3-fota-success");
    expect(chart.state).toBe("disturbed");
    expect(chart.deviation).toMatchObject({ index: 5, excused: true });
    expect(chart.deviation?.sentence).toMatch(
      /^Since “link.pull” was done by hand at \S+, the chart is not expected to hold/,
    );
    expect(session.at(5).name).toBe("LWM2M_CARRIER_EVENT_LTE_LINK_DOWN");
  });

  it("excuse what a fault does that was asked for before the chart began, and no more than that", () => {
    const fields = arcsOf("edition-3-fota-success");
    const asked: RecordFields = { kind: "injected", what: "control", name: "fault" };
    const struck: RecordFields = { kind: "fault", name: "registrationLost" };
    const down: RecordFields = { kind: "event", name: "LWM2M_CARRIER_EVENT_LTE_LINK_DOWN", semantic: "link.down" };
    const begun = [...fields.slice(0, 3), struck, down, ...fields.slice(3)];
    expect(expectedOf([asked, ...begun]).of("edition-3-fota-success").state).toBe("disturbed");
    // A fault that the scenario itself has is part of what is expected.
    expect(expectedOf(begun).of("edition-3-fota-success").state).toBe("deviates");
    const { deviation, state } = expectedOf([asked, ...fields.toSpliced(3, 0, down)]).of("edition-3-fota-success");
    expect([state, deviation?.excused]).toEqual(["deviates", false]);
    expect(deviation?.sentence).toMatch(/Before, “fault” was done by hand at \S+\.$/);
  });

  it("are cut off where the device begins anew in their midst, and say that no chart shows it", () => {
    const fields = arcsOf("edition-3-fota-success");
    const { session, charts, of } = expectedOf([...fields.slice(0, 3), RUN, ...fields]);
    const chart = of("edition-3-fota-success");
    expect([chart.state, chart.through]).toEqual(["cutOff", 3]);
    expect(chart.deviation).toMatchObject({ index: 4, excused: true });
    expect(chart.deviation?.sentence).toMatch(
      /^At \S+ the device began anew, without its library's doing, .* No chart shows that: .* Next would have been: “.+”\.$/,
    );
    expect(session.at(4).kind).toBe("run");
    // What came afterwards is none of its arcs.
    expect(chart.arcOf(5)).toBeUndefined();
    // The others that begin alike might have become true as well: the usual course is shown.
    expect(of("edition-3-fota-fail-crc").state).toBe("cutOff");
    expect(chosenChart(charts, "")).toBe(chart);
  });

  it("say by whose hand the device began anew", () => {
    const fields = arcsOf("edition-3-fota-success");
    const restart: RecordFields = { kind: "injected", what: "control", name: "restart" };
    const chart = expectedOf([...fields.slice(0, 3), restart, RUN]).of("edition-3-fota-success");
    expect(chart.state).toBe("cutOff");
    expect(chart.deviation?.sentence).toMatch(
      /^At \S+ the device began anew, after “restart” was done by hand at \S+\./,
    );
  });

  it("go on where the library itself has the device begin anew, and conform where only their end was to come", () => {
    const fields = arcsOf("edition-3-fota-success");
    const restarting: RecordFields = {
      kind: "chart",
      actor: "carrier",
      event: "xstate.done.actor.fota",
      value: "restarting",
      entered: [],
    };
    const going = [...fields.slice(0, 3), restarting, RUN, ...fields.slice(3)];
    expect(expectedOf(going).of("edition-3-fota-success").state).toBe("conforms");
    const bootstrapped = expectedOf([...arcsOf("edition-3-bootstrap"), RUN]).of("edition-3-bootstrap");
    expect(bootstrapped).toMatchObject({ state: "conforms", deviation: undefined });
  });

  it("do not blame a run for what the application never asked for", () => {
    const [beginning] = arcsOf("edition-3-request-link-down");
    const other: RecordFields = { kind: "event", name: "LWM2M_CARRIER_EVENT_DEREGISTERED", semantic: "deregistered" };
    expect(expectedOf([beginning!, other]).of("edition-3-request-link-down").state).toBe("otherCourse");
  });

  it("come to the same whether records come one by one or all at once", () => {
    const fields = [RUN, ...arcsOf("edition-3-fota-fail-crc").slice(0, -2), RESULT];
    const records = recordsOf(fields);
    const [session, atOnce] = [new Session(), sessionOf(fields)];
    const [charts, whole] = [new ExpectedCharts(session, "d", TEXTS), new ExpectedCharts(atOnce, "d", TEXTS)];
    for (const record of records) {
      session.append([record]);
      charts.sync();
    }
    while (!whole.sync(1_000));
    const states = (of: ExpectedCharts) => of.charts.map(({ name, state, through }) => ({ name, state, through }));
    expect(states(charts)).toEqual(states(whole));
    // Of those that begin alike the one that went furthest is what the run is held against.
    expect(chosenChart(whole, "")?.name).toBe("edition-3-fota-fail-crc");
    expect(chosenChart(whole, "edition-3-bootstrap")?.name).toBe("edition-3-bootstrap");
    expect(whole.arcOf(1)).toMatch(/^edition-3-fota-fail-crc, line \d+: /);
  });

  it("are checked a part at a time where there are many records", () => {
    const charts = new ExpectedCharts(sessionOf([RUN, ...arcsOf("edition-3-fota-success"), RESULT]), "d", TEXTS);
    expect(charts.sync(5)).toBe(false);
    expect(charts.charts.find(({ name }) => name === "edition-3-fota-success")?.state).toBe("under way");
    expect(charts.sync()).toBe(true);
  });

  it("go on as records come, and know a session that has begun anew", () => {
    const session = new Session();
    const charts = new ExpectedCharts(session, "d", TEXTS);
    const records = recordsOf([RUN, ...arcsOf("edition-3-fota-success")]);
    session.append(records.slice(0, 4));
    charts.sync();
    const chart = charts.charts.find(({ name }) => name === "edition-3-fota-success")!;
    expect(chart.state).toBe("under way");
    expect(charts.isOf(session, "d")).toBe(true);
    expect(charts.isOf(session, "e")).toBe(false);
    session.clear();
    session.append(structuredClone(records));
    expect(charts.isOf(session, "d")).toBe(false);
  });
});

describe("the expected charts of a life in which a certificate cannot be written", () => {
  it.each(["0.21", "0.30-pre"] as const)("say in edition %s what happened, and blame nobody", async (edition) => {
    const session = new Session();
    const life = await play({ scenario: "certs-failure", edition });
    const { seq, time, device } = life.at(-1)!;
    session.append([...life, { seq: seq + 1, time, device, ...RESULT }]);
    const charts = new ExpectedCharts(session, session.at(0).device, TEXTS);
    charts.sync();
    expect(chosenChart(charts, "")).toMatchObject({ name: "certs-failure", state: "conforms" });
    expect(charts.charts.filter(({ state }) => state === "deviates")).toEqual([]);
  });
});

describe("the expected charts of a life in which power was lost during a firmware update", () => {
  it.each([
    ["3.6", "edition-3-fota-success"],
    ["0.30", "edition-0.30-fota-success"],
    ["0.10", "edition-0.10-fota"],
  ] as const)("blame nobody in edition %s: the update is cut off, the rest conforms", async (edition, update) => {
    const session = new Session();
    session.append(await play({ scenario: "power-loss", edition }));
    const charts = new ExpectedCharts(session, session.at(0).device, TEXTS);
    charts.sync();
    const states = new Set(charts.charts.map(({ state }) => state));
    expect([...states].filter((state) => state === "deviates" || state === "disturbed")).toEqual([]);
    const chosen = chosenChart(charts, "");
    expect(chosen).toMatchObject({ name: update, state: "cutOff" });
    // At the second `run`: that of the life after the loss.
    const { index } = chosen!.deviation!;
    expect(session.at(index!).kind).toBe("run");
    expect(index).toBeGreaterThan(1);
    expect(charts.charts.filter(({ name }) => name.endsWith("-bootstrap") && !name.includes("deferred"))).toEqual([
      expect.objectContaining({ state: "conforms" }),
    ]);
  });
});

describe("the chain of a record", () => {
  const session = sessionOf([
    { kind: "injected", what: "event", name: "stop" },
    { kind: "call", name: "a", cause: 1 },
    { kind: "call", name: "b", cause: 2 },
    { kind: "call", name: "c", cause: 3 },
    { kind: "call", name: "d", cause: 2 },
    { kind: "call", name: "e" },
  ]);

  it("leads back to what caused it and on to what it caused", () => {
    expect([...chainOf(session, 2)]).toEqual([
      [1, "cause"],
      [0, "cause"],
      [2, "selected"],
      [3, "effect"],
    ]);
    expect([...chainOf(session, 1).keys()].sort()).toEqual([0, 1, 2, 3, 4]);
    expect(chainOf(session, undefined).size).toBe(0);
  });

  it("tells what somebody's hand is behind", () => {
    expect([0, 1, 3, 5].map((index) => isInjected(session, index))).toEqual([true, true, true, false]);
  });
});
