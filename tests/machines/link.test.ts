import { describe, expect, it } from "@jest/globals";
import type { AnyStateMachine } from "xstate";
import { type LinkInput, linkMachine } from "../../machines/link.ts";
import { DEFAULT_SETTINGS } from "../../machines/settings.ts";
import { RunningChart } from "./support/runningChart.ts";

function link(input: Partial<LinkInput> = {}): RunningChart {
  return new RunningChart(linkMachine as AnyStateMachine, {
    input: { driver: "application", times: DEFAULT_SETTINGS.link, registered: false, mode: "offline", ...input },
  });
}

const modem = (mode: LinkInput["mode"], registered = false) => ({ type: "modem.changed", mode, registered });
const BRING_UP = { type: "link.bringUp" };
const TAKE_DOWN = { type: "link.takeDown" };
const POWER_OFF = { type: "link.powerOff" };
const DONE = { value: 0 };
const NOT_NOW = { value: 1 };

const connected = () => link({ registered: true, mode: "normal" });

describe("the link going up", () => {
  it("is asked of the application that drives it, and told once the network has the modem", () => {
    const chart = link().send(BRING_UP);
    expect(chart.inputOf("ask")).toEqual({ type: "link.goingUp" });
    chart.finish("ask", DONE).send(modem("normal"));
    expect(chart.states).toEqual(["connecting.awaitingRegistration"]);
    chart.send(modem("normal", true));
    expect(chart.told).toEqual([{ type: "link.up" }]);
    expect(chart.reports).toEqual([{ type: "link.isUp", brought: true }]);
  });

  it("is done by the library where it drives the link", () => {
    const chart = link({ driver: "library" }).send(BRING_UP).finish("ask", DONE);
    expect(chart.isRunning("attach")).toBe(true);
    chart.finish("attach").send(modem("normal", true));
    expect(chart.states).toEqual(["connected"]);
  });

  it("waits without end for an application that answers that it does so itself, later", () => {
    const chart = link().send(BRING_UP).finish("ask", NOT_NOW);
    expect(chart.states).toEqual(["connecting.leftToApplication"]);
    expect(chart.isRunning("deadline")).toBe(false);
    chart.send(modem("normal", true));
    expect(chart.reports).toEqual([{ type: "link.isUp", brought: true }]);
  });

  it("fails when the network has not taken the modem in 600 s, and is tried again after 60 s", () => {
    const chart = link().send(BRING_UP).finish("ask", DONE);
    expect(chart.inputOf("deadline")).toEqual({ event: "link.timedOut", afterMs: 600_000 });
    chart.send({ type: "link.timedOut" });
    expect(chart.reports).toEqual([{ type: "link.failed", direction: "up" }]);
    expect(chart.inputOf("deadline")).toEqual({ event: "link.timedOut", afterMs: 60_000 });
    chart.send({ type: "link.timedOut" });
    expect(chart.inputOf("ask")).toEqual({ type: "link.goingUp" });
  });

  it("is up all the same when the network takes the modem after the failure was told", () => {
    const chart = link().send(BRING_UP).finish("ask", DONE).send({ type: "link.timedOut" }).send(modem("normal", true));
    expect(chart.states).toEqual(["connected"]);
  });

  it("is there without being told when the application attached by itself", () => {
    const chart = link().send(modem("normal", true));
    expect(chart.told).toEqual([]);
    expect(chart.reports).toEqual([{ type: "link.isUp", brought: true }]);
  });
});

describe("the link going down", () => {
  it("is asked of the application, and done when the modem is offline", () => {
    const chart = connected().send(TAKE_DOWN);
    expect(chart.inputOf("ask")).toEqual({ type: "link.goingDown" });
    chart.send(modem("offline")).finish("ask", DONE);
    expect(chart.told).toEqual([{ type: "link.down" }]);
    expect(chart.reports.at(-1)).toEqual({ type: "link.isDown" });
  });

  it("fails when the modem is not offline in 60 s, and waits for what its parent decides", () => {
    const chart = connected().send(TAKE_DOWN).finish("ask", DONE);
    expect(chart.inputOf("deadline")).toEqual({ event: "link.timedOut", afterMs: 60_000 });
    chart.send({ type: "link.timedOut" });
    expect(chart.reports.at(-1)).toEqual({ type: "link.failed", direction: "down" });
    expect(chart.send(BRING_UP).states).toEqual(["connecting.asking"]);
  });

  it("gives way to powering off, whoever was asked to take it down", () => {
    for (const answer of [undefined, DONE, NOT_NOW]) {
      const chart = connected().send(TAKE_DOWN);
      if (answer !== undefined) chart.finish("ask", answer);
      chart.send(POWER_OFF).finish("ask", DONE).send(modem("powerOff"));
      expect(chart.states).toEqual(["poweredOff"]);
      expect(chart.reports.at(-1)).toEqual({ type: "link.isPoweredOff" });
    }
  });

  it("is a powered-off modem too", () => {
    const chart = connected().send(TAKE_DOWN).finish("ask", DONE).send(modem("powerOff"));
    expect(chart.states).toEqual(["offline"]);
  });
});

describe("registration", () => {
  it("that is lost and found again is the same link", () => {
    const chart = connected().send(modem("normal")).send(modem("normal", true));
    expect(chart.reports.slice(1)).toEqual([{ type: "link.isLost" }, { type: "link.isUp", brought: false }]);
    expect(chart.told).toEqual([]);
  });

  it("that the application ended and began again is a new link", () => {
    const chart = connected().send(modem("offline")).send(modem("normal", true));
    expect(chart.reports.slice(1)).toEqual([{ type: "link.isLost" }, { type: "link.isUp", brought: true }]);
  });

  it("is not reported a second time when the modem repeats itself", () => {
    const chart = connected().send(modem("normal", true)).send(modem("normal", true));
    expect(chart.reports).toHaveLength(1);
  });
});

/** Where each command leads, from each state that the link rests in. */
const TABLE: { in: string; event: { type: string }; to: string }[] = [
  { in: "offline", event: BRING_UP, to: "connecting.asking" },
  { in: "offline", event: TAKE_DOWN, to: "disconnecting.asking" },
  { in: "offline", event: POWER_OFF, to: "poweringOff.asking" },
  { in: "connecting.asking", event: BRING_UP, to: "connecting.asking" },
  { in: "connecting.asking", event: TAKE_DOWN, to: "disconnecting.asking" },
  { in: "connecting.asking", event: POWER_OFF, to: "poweringOff.asking" },
  { in: "connecting.asking", event: { type: "link.timedOut" }, to: "connecting.asking" },
  { in: "connected", event: BRING_UP, to: "connected" },
  { in: "connected", event: TAKE_DOWN, to: "disconnecting.asking" },
  { in: "connected", event: POWER_OFF, to: "poweringOff.asking" },
  { in: "connected", event: { type: "link.timedOut" }, to: "connected" },
  { in: "searching", event: BRING_UP, to: "connecting.asking" },
  { in: "searching", event: TAKE_DOWN, to: "disconnecting.asking" },
  { in: "disconnecting.asking", event: BRING_UP, to: "disconnecting.asking" },
  { in: "disconnecting.asking", event: TAKE_DOWN, to: "disconnecting.asking" },
  { in: "poweringOff.asking", event: BRING_UP, to: "poweringOff.asking" },
  { in: "poweringOff.asking", event: TAKE_DOWN, to: "poweringOff.asking" },
  { in: "poweredOff", event: BRING_UP, to: "connecting.asking" },
  { in: "poweredOff", event: TAKE_DOWN, to: "offline" },
  { in: "poweredOff", event: POWER_OFF, to: "poweredOff" },
];

const IN: Record<string, () => RunningChart> = {
  offline: link,
  "connecting.asking": () => link().send(BRING_UP),
  connected,
  searching: () => connected().send(modem("normal")),
  "disconnecting.asking": () => connected().send(TAKE_DOWN),
  "poweringOff.asking": () => connected().send(POWER_OFF),
  poweredOff: () => connected().send(POWER_OFF).finish("ask", DONE).send(modem("powerOff")),
};

describe("commands", () => {
  it.each(TABLE)("$event.type in $in leads to $to", (row) => {
    const chart = IN[row.in]!();
    expect(chart.states).toEqual([row.in]);
    expect(chart.send(row.event).states).toEqual([row.to]);
  });
});
