import { describe, expect, it } from "@jest/globals";
import type { AnyStateMachine } from "xstate";
import { EDITIONS } from "../../machines/editions/index.ts";
import { type FotaInput, fotaMachine } from "../../machines/fota.ts";
import type { FotaFailure } from "../../machines/fotaOutcomes.ts";
import { RunningChart } from "./support/runningChart.ts";

const URI = "https://firmware.example/image";

function fota(input: Partial<FotaInput> = {}): RunningChart {
  return new RunningChart(fotaMachine as AnyStateMachine, {
    input: {
      policy: EDITIONS["3.6"].policy,
      settings: { resumeDelayMs: 5000, resumeAttempts: 3 },
      start: "pull",
      uri: URI,
      ...input,
    },
  });
}

const transferring = (input: Partial<FotaInput> = {}) => fota(input).finish("prepareArea");
const downloaded = (input: Partial<FotaInput> = {}) =>
  transferring(input).finish("download", { kind: "complete" }).finish("verifyImage", { kind: "valid" });
const scheduled = (id: keyof typeof EDITIONS) =>
  downloaded({ policy: EDITIONS[id].policy }).send({ type: "firmware.update" }).finish("scheduleImage");

/** State and Update Result as they were set, `1/0`. */
const firmwareOf = (chart: RunningChart) =>
  chart.done
    .filter(({ action }) => action === "setFirmware")
    .map(({ params }) => params as { state: number; result: number })
    .map(({ state, result }) => `${state}/${result}`);
const commandsOf = (chart: RunningChart) =>
  chart.reports.map(({ type }) => type).filter((type) => type.startsWith("link."));

const UP = { type: "link.isUp", brought: true };
const DOWN = { type: "link.isDown" };
const OFF = { type: "link.isPoweredOff" };
const NOT_DOWN = { type: "link.failed", direction: "down" };
const INTERRUPTED = { kind: "interrupted", progressed: false };

/** What the specification wants of each failure: Update Result, error and errno. */
const MEANINGS: Record<FotaFailure, [result: number, error: string, errno: string]> = {
  badCertificate: [4, "fotaConnection", "ECONNREFUSED"],
  noValidTag: [4, "fotaConnection", "EPERM"],
  unreachable: [4, "fotaConnection", "ECONNREFUSED"],
  nameNotResolved: [7, "fotaConnection", "ECONNREFUSED"],
  notFound: [7, "fotaProtocol", "ENOTSUP"],
  protocol: [4, "fotaProtocol", "ENOTSUP"],
  unsupportedScheme: [9, "fotaProtocol", "ENOTSUP"],
  invalidUri: [7, "fotaProtocol", "ENOTSUP"],
  tooLarge: [2, "fotaPackage", "EINVAL"],
  noRoom: [2, "fotaPackage", "EINVAL"],
  outOfMemory: [3, "fotaPackage", "ENOMEM"],
  connectionLost: [4, "fotaConnectionLost", "EIO"],
  integrity: [5, "fotaPackage", "EINVAL"],
  unsupportedPackage: [6, "fotaPackage", "EINVAL"],
  wrongVersion: [6, "fotaFailed", "EBADF"],
  updateFailed: [8, "fotaFailed", "EBADF"],
};
const FAILURES = Object.entries(MEANINGS).map(([failure, [result, error, errno]]) => ({
  failure,
  result,
  error,
  errno,
}));
/** The image is in the modem then, and must be deleted while the link is down. */
const IN_THE_MODEM = new Set<string>(["integrity", "unsupportedPackage", "wrongVersion"]);

describe("a download that fails", () => {
  it.each(FAILURES.filter(({ failure }) => failure !== "updateFailed"))(
    "$failure sets Update Result $result and is told as $error ($errno)",
    ({ failure, result, error, errno }) => {
      const chart = transferring().finish("download", { kind: "failed", failure, modemError: 77 });
      expect(firmwareOf(chart)).toEqual(["1/0", `0/${result}`]);
      expect(chart.told.at(-1)).toEqual({ type: "error", error, errno, modemError: 77 });
      if (IN_THE_MODEM.has(failure)) chart.send(DOWN).finish("eraseImage").send(UP);
      expect(chart.snapshot.output).toEqual({ kind: "failed" });
    },
  );

  it.each(["integrity", "unsupportedPackage", "wrongVersion"])(
    "%s leaves an image that is deleted with the link down",
    (failure) => {
      const chart = transferring()
        .finish("download", { kind: "complete" })
        .finish("verifyImage", { kind: "failed", failure });
      expect(commandsOf(chart)).toEqual(["link.takeDown"]);
      expect(chart.isRunning("eraseImage")).toBe(false);
      expect(chart.send(DOWN).isRunning("eraseImage")).toBe(true);
      chart.finish("eraseImage").send(UP);
      expect(commandsOf(chart)).toEqual(["link.takeDown", "link.bringUp"]);
    },
  );

  it("for want of room in the modem is told before anything is fetched", () => {
    const chart = fota().fail("prepareArea");
    expect(firmwareOf(chart)).toEqual(["1/0", "0/2"]);
  });

  it("gives the image up that cannot be deleted because the link does not go down", () => {
    const chart = transferring().finish("download", { kind: "failed", failure: "integrity" }).send(NOT_DOWN);
    expect(chart.snapshot.output).toEqual({ kind: "failed" });
  });
});

describe("a download that breaks off", () => {
  it("is resumed after 5, 10 and 20 s without a word, and then given up as connection lost", () => {
    const chart = transferring();
    for (const afterMs of [5000, 10_000, 20_000]) {
      chart.finish("download", INTERRUPTED);
      expect(chart.inputOf("deadline")).toEqual({ event: "resume.due", afterMs });
      chart.send({ type: "resume.due" });
      expect(chart.isRunning("download")).toBe(true);
    }
    expect(chart.told.map(({ type }) => type)).toEqual(["fota.started"]);
    chart.finish("download", INTERRUPTED);
    expect(chart.told.at(-1)).toEqual({ type: "error", error: "fotaConnectionLost", errno: "EIO" });
    expect(firmwareOf(chart)).toEqual(["1/0", "0/4"]);
  });

  it("has all its attempts again once it has made progress", () => {
    const chart = transferring();
    for (let round = 0; round < 10; round++) {
      chart.finish("download", { kind: "interrupted", progressed: true }).send({ type: "resume.due" });
    }
    expect(chart.isRunning("download")).toBe(true);
  });

  it("keeps what is there, unless the image is another one now", () => {
    expect(fota({ start: "resume" }).inputOf("prepareArea")).toEqual({ keep: true });
    const chart = fota();
    expect(chart.inputOf("prepareArea")).toEqual({ keep: false });
    chart.finish("prepareArea").finish("download", { kind: "changed" });
    expect(chart.inputOf("prepareArea")).toEqual({ keep: false });
  });

  it.each(["link.isLost", "link.goingDown", "link.isDown", "link.isPoweredOff"])(
    "by %s waits for the link, and goes on at the modem's offset",
    (type) => {
      const chart = transferring().send({ type });
      expect(chart.isRunning("download")).toBe(false);
      chart.send(UP);
      expect(chart.inputOf("prepareArea")).toEqual({ keep: true });
      expect(chart.finish("prepareArea").isRunning("download")).toBe(true);
    },
  );

  it("while the area was being erased begins by erasing it", () => {
    expect(fota().send({ type: "link.isLost" }).send(UP).inputOf("prepareArea")).toEqual({ keep: false });
  });
});

describe("a package that is pushed", () => {
  const push = () => fota({ start: "push", uri: "" });
  const ended = (outcome: object) => ({ type: "firmware.packageEnded", outcome });

  it("is verified when its last block has come", () => {
    expect(
      push()
        .send(ended({ kind: "complete" }))
        .isRunning("verifyImage"),
    ).toBe(true);
  });

  it.each([
    ["connectionLost", "0/4"],
    ["noRoom", "0/2"],
    ["unsupportedPackage", "0/6"],
  ])("and fails (%s) leaves State and Result %s", (failure, values) => {
    expect(firmwareOf(push().send(ended({ kind: "failed", failure }))).at(-1)).toBe(values);
  });
});

describe("an image that is there", () => {
  it("waits for Update, from before a restart too", () => {
    expect(firmwareOf(downloaded())).toEqual(["1/0", "2/0"]);
    const chart = fota({ start: "downloaded", uri: "" });
    expect(chart.told).toEqual([]);
    expect(chart.send({ type: "firmware.update" }).isRunning("scheduleImage")).toBe(true);
  });

  it("is applied by the library between disconnect and connect (0.10, 0.21)", () => {
    const chart = scheduled("0.10");
    expect(commandsOf(chart)).toEqual(["link.takeDown"]);
    chart.send(DOWN).finish("reinitialiseModem", { kind: "updated" });
    expect(commandsOf(chart)).toEqual(["link.takeDown", "link.bringUp"]);
    expect(chart.send(UP).snapshot.output).toEqual({ kind: "updated" });
    expect(firmwareOf(chart)).toEqual(["1/0", "2/0", "3/0", "0/1"]);
  });

  it("is applied by a restart of the device (0.30-pre, 0.30)", () => {
    const chart = scheduled("0.30");
    expect(chart.inputOf("ask")).toEqual({ type: "reboot" });
    chart.finish("ask", { value: 0 });
    expect(commandsOf(chart)).toEqual(["link.powerOff"]);
    expect(chart.send(OFF).snapshot.output).toEqual({ kind: "restart" });
    expect(firmwareOf(chart)).toEqual(["1/0", "2/0", "3/0"]);
  });

  it("waits for the application that answers the reboot with not now", () => {
    const chart = scheduled("0.30").finish("ask", { value: 1 });
    expect(chart.states).toEqual(["applying.awaitingRestart"]);
    expect(commandsOf(chart)).toEqual([]);
  });

  it("is applied by power off, shutdown and init of the modem (3.3, 3.6)", () => {
    const chart = scheduled("3.6").send(OFF);
    expect(chart.inputOf("ask")).toEqual({ type: "modem.shutdownWanted" });
    chart.finish("ask", { value: 0 });
    expect(chart.inputOf("ask")).toEqual({ type: "modem.initWanted" });
    chart.finish("ask", { value: 0 }).finish("initialiseModem", { kind: "updated" });
    expect(chart.told.at(-1)).toEqual({ type: "fota.succeeded" });
    expect(chart.send(UP).snapshot.output).toEqual({ kind: "updated" });
  });

  it.each([
    ["cannot be scheduled", () => downloaded().send({ type: "firmware.update" }).fail("scheduleImage")],
    ["is not applied (0.10)", () => scheduled("0.10").send(DOWN).finish("reinitialiseModem", { kind: "updateFailed" })],
    ["meets a link that does not go down (0.10)", () => scheduled("0.10").send(NOT_DOWN)],
    ["meets a modem that does not power off (3.6)", () => scheduled("3.6").send(NOT_DOWN)],
    [
      "is not applied (3.6)",
      () =>
        scheduled("3.6")
          .send(OFF)
          .finish("ask", { value: 0 })
          .finish("ask", { value: 0 })
          .finish("initialiseModem", { kind: "updateFailed" }),
    ],
  ])("%s: State 2 with Update Result 8, and the server may try again", (_, begin) => {
    const chart = begin();
    expect(firmwareOf(chart).at(-1)).toBe("2/8");
    expect(chart.told.at(-1)).toEqual({ type: "error", error: "fotaFailed", errno: "EBADF" });
    expect(commandsOf(chart).at(-1)).toBe("link.bringUp");
    expect(chart.send(UP).states).toEqual(["downloaded"]);
    expect(chart.send({ type: "firmware.update" }).states).toEqual(["scheduling"]);
  });
});

describe("a reset by the server", () => {
  it.each([
    ["downloading", () => transferring()],
    ["receiving", () => fota({ start: "push", uri: "" })],
    ["downloaded", () => downloaded()],
  ])("while %s sets State 0 and Update Result 0", (_, begin) => {
    const chart = begin().send({ type: "firmware.reset" });
    expect(chart.snapshot.output).toEqual({ kind: "cancelled" });
    expect(firmwareOf(chart).at(-1)).toBe("0/0");
  });

  it.each([
    ["scheduling", () => downloaded().send({ type: "firmware.update" })],
    ["applying.poweringOff", () => scheduled("3.6")],
    ["applying.awaitingRestart", () => scheduled("0.30").finish("ask", { value: 1 })],
  ])("is not taken any more while %s", (state, begin) => {
    expect(begin().send({ type: "firmware.reset" }).states).toEqual([state]);
  });
});

describe("Cancel of object version 1.1", () => {
  it.each([
    ["downloading", () => transferring()],
    ["receiving", () => fota({ start: "push", uri: "" })],
    ["verifying", () => transferring().finish("download", { kind: "complete" })],
    ["downloaded", () => downloaded()],
    ["deferred", () => downloaded().send({ type: "firmware.deferred", until: 1000 })],
  ])("while %s sets State 0 and Update Result 10", (_, begin) => {
    const chart = begin().send({ type: "firmware.cancel" });
    expect(chart.snapshot.output).toEqual({ kind: "cancelled" });
    expect(firmwareOf(chart).at(-1)).toBe("0/10");
  });

  it("is not taken any more while the image is scheduled", () => {
    const chart = downloaded().send({ type: "firmware.update" }).send({ type: "firmware.cancel" });
    expect(chart.states).toEqual(["scheduling"]);
  });
});

describe("an update that is put off", () => {
  const until = 1_800_000_000_000;
  const deferred = () => downloaded().send({ type: "firmware.deferred", until });

  it("waits in State 2 with Update Result 11 for a time of day", () => {
    const chart = deferred();
    expect(firmwareOf(chart).at(-1)).toBe("2/11");
    expect(chart.inputOf("deadline")).toEqual({ event: "update.due", at: until });
    expect(chart.send({ type: "update.due" }).isRunning("scheduleImage")).toBe(true);
  });

  it("waits on after a restart of the device", () => {
    const chart = fota({ start: "downloaded", uri: "", deferUntil: until });
    expect([chart.states, chart.inputOf("deadline")]).toEqual([["deferred"], { event: "update.due", at: until }]);
    expect(fota({ start: "downloaded", uri: "" }).states).toEqual(["downloaded"]);
  });

  it("may be put off again, and is installed by an Update that is not", () => {
    const chart = deferred().send({ type: "firmware.deferred", until: until + 1 });
    expect(chart.inputOf("deadline")).toEqual({ event: "update.due", at: until + 1 });
    expect(chart.send({ type: "firmware.update" }).states).toEqual(["scheduling"]);
  });
});

describe("Update", () => {
  it.each([
    ["downloading.transferring", () => transferring()],
    ["verifying", () => transferring().finish("download", { kind: "complete" })],
    ["scheduling", () => downloaded().send({ type: "firmware.update" })],
  ])("is not taken while %s", (state, begin) => {
    expect(begin().send({ type: "firmware.update" }).states).toEqual([state]);
  });
});
