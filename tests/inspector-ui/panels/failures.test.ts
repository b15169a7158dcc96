/** Lives that go wrong, played on real sockets and watched: what the panel Why says first of each. */
import { describe, expect, it } from "@jest/globals";
import { FastClock } from "../../../carrier/clock/fastClock.ts";
import { type Setting, Stage } from "../../../cli/scenarios/stage.ts";
import { createInspector } from "../../../inspector/emitter/createInspector.ts";
import { explainRecord } from "../../../inspector/model/explain.ts";
import { Session } from "../../../inspector/model/session.ts";
import { networkTrouble } from "../../../inspector/ui/panels/why/network.ts";
import { labelled } from "../../../inspector/ui/panels/why/problems.ts";
import { isGrave, problemsOf } from "../../../inspector/ui/state/problems.ts";
import type { SemanticEventType } from "../../../machines/semanticEvent.ts";
import type { TraceRecord } from "../../../ports/trace.ts";

type Play = (stage: Stage) => Promise<unknown>;

/** A life in the newest edition, until `play` has seen enough. */
async function lived(setting: Setting, play: Play): Promise<Session> {
  const records: TraceRecord[] = [];
  const inspector = createInspector({ sink: (record) => records.push(record) });
  const stage = await Stage.set(
    {
      ...{ scenario: "success", edition: "3.6", seed: 1, timing: "instant", imageBytes: 32 * 1024 },
      clock: new FastClock({ skipIdle: true }),
      sink: inspector.sink,
      inspector,
    },
    setting,
  );
  try {
    await play(stage);
  } finally {
    // What belongs to the event that was waited for is recorded in the same turn.
    await new Promise((resolve) => setImmediate(resolve));
    await stage.close();
    inspector.close();
  }
  const end = records.findIndex(({ kind, name }) => kind === "application" && name === "stop");
  const session = new Session();
  session.append(end === -1 ? records : records.slice(0, end));
  return session;
}

const until =
  (type: SemanticEventType): Play =>
  async (stage) => {
    const seen = stage.next(type);
    stage.carrier.start();
    await seen;
  };

const updating =
  (uri: (stage: Stage) => string): Play =>
  async (stage) => {
    await stage.register();
    const failed = stage.next("error");
    stage.updateFirmware(uri(stage)).catch(() => {});
    await failed;
  };

const server = (code: string): Setting => ({
  testbed: { management: { behaviour: { kind: "refuseRegister", code } } },
});

describe("What the panel Why says first", () => {
  it.each<[string, Setting, Play, RegExp, RegExp]>([
    [
      "a server that refuses to register the device",
      server("4.03"),
      until("deferred"),
      /^The server does not let a device of this endpoint name register/,
      /4\.03/,
    ],
    [
      "a server that speaks another version",
      server("4.12"),
      until("deferred"),
      /^The server does not speak the version of LwM2M/,
      /4\.12/,
    ],
    [
      "a bootstrap server whose writes are cut off",
      { testbed: { bootstrap: { behaviour: { kind: "wrongWrites" } } } },
      until("deferred"),
      /^The device cannot read what the server sent/,
      /refused write \/0\/1: 4\.00/,
    ],
    [
      "a bootstrap server that never finishes",
      { testbed: { bootstrap: { behaviour: { kind: "neverFinish" } } } },
      until("deferred"),
      /^The bootstrap server wrote something, but never said that it was finished/,
      /bootstrap\.timedOut/,
    ],
    [
      "a network that refuses the packet data connection",
      { faults: [{ name: "pdnRefused", cause: 33 }] },
      until("deferred"),
      /^The connection to the packet data network could not be activated/,
      /cause 33/,
    ],
    [
      "keys that the modem does not take",
      { faults: [{ name: "memoryFull" }] },
      until("error"),
      /^The modem has no room for another key/,
      /security tag/,
    ],
    [
      "an address of no use",
      {},
      updating(() => "not an address"),
      /^The address of the image cannot be read/,
      /invalidUri/,
    ],
    [
      "an image that is not there, over CoAP",
      {},
      updating(({ testbed }) => testbed.urls.coapImage.replace("good", "none")),
      /^The host does not have the file/,
      /4\.04/,
    ],
    [
      "an image that the modem does not apply",
      { faults: [{ name: "firmwareRejected" }] },
      updating(({ testbed }) => testbed.urls.goodImage),
      /^The modem does not accept the image as authentic/,
      /71303171/,
    ],
  ])("of %s", async (_, setting, play, meaning, cause) => {
    const session = await lived(setting, play);
    const problems = problemsOf(session).of("demo");
    const first = problems.findLast((index) => isGrave(session.at(index))) ?? problems.at(-1)!;
    const told = explainRecord(session, first).sentences.map(labelled);
    expect(told.find(({ label }) => label === "That means")?.text).toMatch(meaning);
    expect(told.map(({ text }) => text).join("\n")).toMatch(cause);
    expect(told.find(({ label }) => label === "What to do")).toBeDefined();
    // One thing went wrong, and one is told: the modem's keys are written twice, by application and library.
    const others = problems.filter((index) => index !== first).map((index) => session.at(index).kind);
    expect(others.filter((kind) => kind !== "return")).toEqual([]);
  });

  it("of a life in which all went well is nothing", async () => {
    const session = await lived({}, async (stage) => {
      await stage.register();
      const again = stage.next("registered");
      await stage.updateFirmware(stage.testbed.urls.goodImage);
      await again;
    });
    expect(problemsOf(session).of("demo")).toEqual([]);
    expect(networkTrouble(session, "demo", session.length - 1)).toBeUndefined();
  });
});

describe("A modem without a network", () => {
  const session = new Session();
  const told = [
    { notification: "functionalMode", mode: "normal" },
    { notification: "registration", status: "searching" },
    { notification: "registration", status: "home" },
    { notification: "registration", status: "searching" },
    { notification: "functionalMode", mode: "offline" },
  ];
  session.append(
    told.map((one, at) => ({ seq: at + 1, time: at * 1000, device: "demo", kind: "modem" as const, ...one })),
  );

  it("is what everything waits for, until it has one or is switched off", () => {
    expect(told.map((_, at) => networkTrouble(session, "demo", at)?.since)).toEqual([
      undefined,
      1000,
      undefined,
      3000,
      undefined,
    ]);
    expect(networkTrouble(session, "demo", 1)?.hint.means).toMatch(/found no network yet/);
    expect(networkTrouble(session, "other", 1)).toBeUndefined();
  });
});
