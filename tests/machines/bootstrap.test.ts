import { describe, expect, it } from "@jest/globals";
import type { AnyStateMachine } from "xstate";
import { bootstrapMachine } from "../../machines/bootstrap.ts";
import type { BootstrapInput } from "../../machines/bootstrapModel.ts";
import { EDITIONS } from "../../machines/editions/index.ts";
import { DEFAULT_RETRY } from "../../machines/settings.ts";
import { RunningChart } from "./support/runningChart.ts";

function bootstrap(input: Partial<BootstrapInput> = {}): RunningChart {
  return new RunningChart(bootstrapMachine as AnyStateMachine, {
    input: {
      policy: EDITIONS["3.6"].policy,
      retry: DEFAULT_RETRY,
      timeoutMs: 247_000,
      holdOffSeconds: 0,
      keysOnly: false,
      keysWritten: true,
      ...input,
    },
  });
}

const OPEN = { kind: "open" };
const ACCEPTED = { kind: "accepted" };
const REFUSED = { kind: "refused", code: "4.00" };
const WRITTEN = { kind: "written", servers: [] };
const UP = { type: "link.isUp", brought: true };
const DOWN = { type: "link.isDown" };
const LOST = { type: "link.isLost" };

const requesting = (input: Partial<BootstrapInput> = {}) => bootstrap(input).finish("openSession", OPEN);
const inSession = (input: Partial<BootstrapInput> = {}) => requesting(input).finish("requestBootstrap", ACCEPTED);
const finished = (input: Partial<BootstrapInput> = {}) =>
  inSession(input).finish("serveBootstrap", { kind: "finished" });

const outputOf = (chart: RunningChart) => chart.snapshot.output;
const commandsOf = (chart: RunningChart) =>
  chart.reports.map(({ type }) => type).filter((type) => type.startsWith("link."));

describe("a card", () => {
  const reading = (input: Partial<BootstrapInput> = {}) => bootstrap({ smartcard: true, ...input });

  it("is read before all else, and asked no second time", () => {
    const chart = reading();
    expect([chart.isRunning("readSmartcard"), chart.isRunning("openSession")]).toEqual([true, false]);
    chart.finish("readSmartcard", { kind: "none" });
    expect([chart.isRunning("readSmartcard"), chart.isRunning("openSession")]).toEqual([false, true]);
  });

  it.each([false, true])("with servers has their keys written with the link down, factory servers %s", (keysOnly) => {
    const chart = reading({ keysOnly }).finish("readSmartcard", { kind: "servers" });
    expect(commandsOf(chart)).toEqual(["link.takeDown"]);
    chart.send(DOWN).finish("writeManagementKeys", { ...WRITTEN, hasBootstrapServer: false });
    expect(chart.told).toEqual([{ type: "bootstrapped" }]);
    chart.send(UP);
    expect(outputOf(chart)).toEqual({ kind: "done", servers: [], hasBootstrapServer: false });
  });

  it("with the bootstrap server alone has its key written, and its hold-off time counts", () => {
    const chart = reading({ keysOnly: true }).finish("readSmartcard", { kind: "bootstrapServer", holdOffSeconds: 9 });
    chart.send(DOWN).finish("writeServerKeys", { kind: "written" }).send(UP);
    expect(chart.states).toEqual(["holdingOff"]);
    expect(chart.inputOf("deadline")).toEqual({ event: "holdOff.over", afterMs: 9_000 });
  });

  it("without anything leaves the factory's servers, and the keys that are to be written", () => {
    const chart = reading({ keysOnly: true, keysWritten: false }).finish("readSmartcard", { kind: "none" });
    expect(chart.states).toEqual(["takingLinkDown"]);
  });
});

describe("bootstrap attempts", () => {
  it("come 60, 120, 240 and 480 s after one another, five in all, and then are given up", () => {
    const chart = bootstrap();
    for (const timeoutSeconds of [60, 120, 240, 480]) {
      chart.finish("openSession", OPEN).finish("requestBootstrap", REFUSED);
      expect(chart.told.at(-1)).toEqual({ type: "deferred", reason: "BOOTSTRAP_SEQUENCE", timeoutSeconds });
      expect(chart.inputOf("deadline")).toEqual({ event: "retry.due", afterMs: 1000 * timeoutSeconds });
      chart.send({ type: "retry.due" });
    }
    chart.finish("openSession", OPEN).finish("requestBootstrap", REFUSED);
    expect(chart.told.at(-1)).toMatchObject({ type: "deferred", timeoutSeconds: 0 });
    expect(outputOf(chart)).toEqual({ kind: "exhausted" });
  });

  it("begin after the hold-off time of 0/x/11", () => {
    const chart = bootstrap({ holdOffSeconds: 10 });
    expect(chart.inputOf("deadline")).toEqual({ event: "holdOff.over", afterMs: 10_000 });
    expect(chart.isRunning("openSession")).toBe(false);
    expect(chart.send({ type: "holdOff.over" }).isRunning("openSession")).toBe(true);
  });

  it.each([
    ["holding off", () => bootstrap({ holdOffSeconds: 10 }), 1],
    ["connecting", () => bootstrap(), 1],
    ["requesting", () => requesting(), 1],
    ["in session", () => inSession(), 1],
    ["waiting for the second", () => requesting().finish("requestBootstrap", REFUSED), 2],
  ])("are not used up by a loss of the network: %s", (_, begin, attempt) => {
    const chart = begin().send(LOST);
    expect(chart.states).toEqual(["awaitingLink"]);
    expect(chart.isRunning("deadline")).toBe(false);
    chart.send(UP);
    expect(chart.states).toEqual(["connecting"]);
    expect(chart.snapshot.context.attempt).toBe(attempt);
  });
});

describe("the reason of a deferral", () => {
  it.each([
    ["no route", "openSession", { kind: "noRoute", detail: "" }, "BOOTSTRAP_NO_ROUTE"],
    ["a handshake that fails", "openSession", { kind: "handshakeFailed", detail: "" }, "BOOTSTRAP_CONNECT"],
    ["a PDN that is refused", "openSession", { kind: "pdn", detail: "" }, "PDN_ACTIVATE"],
    ["no answer at all", "requestBootstrap", { kind: "noAnswer", heard: false }, "BOOTSTRAP_NO_ROUTE"],
    [
      "no answer on a session that has answered",
      "requestBootstrap",
      { kind: "noAnswer", heard: true },
      "BOOTSTRAP_SEQUENCE",
    ],
    ["a request that is refused", "requestBootstrap", REFUSED, "BOOTSTRAP_SEQUENCE"],
    ["5.03", "requestBootstrap", { kind: "unavailable" }, "SERVICE_UNAVAILABLE"],
    [
      "objects that are missing",
      "serveBootstrap",
      { kind: "inconsistent", problems: ["no server"] },
      "BOOTSTRAP_SEQUENCE",
    ],
    ["a session that closes before Finish", "serveBootstrap", { kind: "closed" }, "BOOTSTRAP_SEQUENCE"],
  ])("%s", (_, service, outcome, reason) => {
    const chart = service === "openSession" ? bootstrap() : service === "requestBootstrap" ? requesting() : inSession();
    chart.finish(service, outcome);
    expect(chart.told).toEqual([{ type: "deferred", reason, timeoutSeconds: 60 }]);
    expect(chart.done).toContainEqual({ action: "closeSession", params: { server: "bootstrap" } });
  });

  it("no Finish in time", () => {
    const chart = inSession();
    expect(chart.inputOf("deadline")).toEqual({ event: "bootstrap.timedOut", afterMs: 247_000 });
    chart.send({ type: "bootstrap.timedOut" });
    expect(chart.told).toEqual([{ type: "deferred", reason: "BOOTSTRAP_SEQUENCE", timeoutSeconds: 60 }]);
    expect(chart.isRunning("serveBootstrap")).toBe(false);
  });
});

describe("link cycles", () => {
  it("are two where the server's keys are written in one of their own", () => {
    const chart = bootstrap({ keysWritten: false });
    expect(chart.isRunning("writeServerKeys")).toBe(false);
    chart.send(DOWN).finish("writeServerKeys", { kind: "written" }).send(UP);
    chart
      .finish("openSession", OPEN)
      .finish("requestBootstrap", ACCEPTED)
      .finish("serveBootstrap", { kind: "finished" });
    chart.send(DOWN).finish("writeManagementKeys", WRITTEN).send(UP);
    expect(commandsOf(chart)).toEqual(["link.takeDown", "link.bringUp", "link.takeDown", "link.bringUp"]);
    expect(outputOf(chart)).toEqual({ kind: "done", servers: [] });
  });

  it("are one where the server's keys were written by init()", () => {
    const chart = finished({ policy: EDITIONS["0.10"].policy })
      .send(DOWN)
      .finish("writeManagementKeys", WRITTEN)
      .send(UP);
    expect(commandsOf(chart)).toEqual(["link.takeDown", "link.bringUp"]);
  });

  it.each([
    ["3.6", false],
    ["0.10", true],
  ] as const)("tell BOOTSTRAPPED in edition %s after the link is up: %s", (id, afterLinkUp) => {
    const chart = finished({ policy: EDITIONS[id].policy }).send(DOWN).finish("writeManagementKeys", WRITTEN);
    expect(chart.told).toEqual(afterLinkUp ? [] : [{ type: "bootstrapped" }]);
    chart.send(UP);
    expect(chart.told).toEqual([{ type: "bootstrapped" }]);
  });

  it("close the session to the bootstrap server before the link goes down", () => {
    const chart = finished();
    expect(chart.done).toEqual([{ action: "closeSession", params: { server: "bootstrap" } }]);
  });

  it("are tried again when somebody else brought the link up", () => {
    const chart = finished().send(UP);
    expect(commandsOf(chart)).toEqual(["link.takeDown", "link.takeDown"]);
    expect(chart.states).toEqual(["disconnecting"]);
  });

  it.each([
    ["of the bootstrap server", () => bootstrap({ keysWritten: false })],
    ["of the management servers", () => finished()],
  ])("without which the keys %s cannot be written end the bootstrap", (_, begin) => {
    const chart = begin().send({ type: "link.failed", direction: "up" });
    expect(chart.snapshot.status).toBe("active");
    chart.send({ type: "link.failed", direction: "down" });
    expect(outputOf(chart)).toEqual({ kind: "keysRefused" });
  });
});

describe("keys that the modem refuses", () => {
  it.each([
    [
      "of the bootstrap server",
      () => bootstrap({ keysWritten: false }).send(DOWN).finish("writeServerKeys", { kind: "refused" }),
    ],
    [
      "of the management servers",
      () => finished().send(DOWN).finish("writeManagementKeys", { kind: "refused", servers: [] }),
    ],
    [
      "of servers from the factory",
      () => bootstrap({ keysOnly: true }).finish("writeManagementKeys", { kind: "refused", servers: [] }),
    ],
  ])("end the bootstrap: %s", (_, begin) => {
    expect(outputOf(begin())).toEqual({ kind: "keysRefused" });
  });
});

describe("servers that were provisioned in the factory", () => {
  it("need no bootstrap server and no BOOTSTRAPPED", () => {
    const chart = bootstrap({ keysOnly: true, keysWritten: false });
    chart.send(DOWN).finish("writeServerKeys", { kind: "written" }).send(UP).finish("writeManagementKeys", WRITTEN);
    expect(outputOf(chart)).toEqual({ kind: "done", servers: [] });
    expect(chart.told).toEqual([]);
  });
});

describe("events that a state does not take", () => {
  it.each([
    ["retry.due", "connecting", () => bootstrap()],
    ["bootstrap.timedOut", "requesting", () => requesting()],
    ["holdOff.over", "inSession", () => inSession()],
    ["link.isUp", "requesting", () => requesting()],
    ["link.isDown", "waiting", () => requesting().finish("requestBootstrap", REFUSED)],
    ["link.isLost", "disconnecting", () => finished()],
  ])("%s in %s", (type, state, begin) => {
    const chart = begin();
    expect(chart.states).toEqual([state]);
    expect(chart.send({ type }).states).toEqual([state]);
  });
});
