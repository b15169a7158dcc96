/** Why something happened or did not, told from what was recorded. */
import { describe, expect, it } from "@jest/globals";
import { difference } from "../../inspector/model/difference.ts";
import { explainRecord, newestFailure, stepOf } from "../../inspector/model/explain.ts";
import { explainNode } from "../../inspector/model/explainNode.ts";
import { explainStep } from "../../inspector/model/explainStep.ts";
import { fold } from "../../inspector/model/fold.ts";
import { Session } from "../../inspector/model/session.ts";
import { statisticsOf } from "../../inspector/model/statistics.ts";
import { durationWords, eventWords } from "../../inspector/model/words.ts";
import type { Candidate, StepRecord } from "../../inspector/records.ts";
import type { TraceRecord } from "../../ports/trace.ts";
import { lamp, lampRun } from "./lamp.ts";

function sessionOf(records: readonly Record<string, unknown>[]): Session {
  const session = new Session();
  session.append(
    records.map((fields, at) => ({ seq: at + 1, time: 10 * at, device: "demo", ...fields }) as unknown as TraceRecord),
  );
  return session;
}

function step(fields: Partial<StepRecord>, candidates: readonly Candidate[] = []): StepRecord {
  return {
    ...{ seq: 9, time: 90, device: "lamp", kind: "step", actor: "lamp", event: { type: "press" } },
    ...{ value: "off", active: ["", "off"], entered: [], left: [] },
    microsteps: [{ event: "press", edges: [], active: [], candidates }],
    ...fields,
  };
}

const FOTA = [
  { kind: "chart", actor: "fota", event: "xstate.init", value: "preparing", entered: ["preparing"] },
  { kind: "chart", actor: "fota", event: "x", value: "transferring", entered: ["transferring"] },
  { kind: "http", phase: "connect", url: "https://host/image", securityTags: [411] },
  { kind: "http", phase: "request", url: "https://host/image", cause: 3 },
  { kind: "http", phase: "error", url: "https://host/image", detail: "CERT_HAS_EXPIRED: gone", cause: 4 },
  {
    kind: "chart",
    ...{ actor: "fota", event: "xstate.done.actor.0.fota.transferring", value: "downloadFailed" },
    ...{ entered: ["downloadFailed"], cause: 5 },
  },
  {
    kind: "event",
    ...{ semantic: "error", name: "LWM2M_CARRIER_EVENT_ERROR", number: 20, cause: 6 },
    payload: { name: "LWM2M_CARRIER_ERROR_FOTA_FAIL", errno: "ECONNREFUSED" },
  },
];

const ASKED = {
  kind: "coap",
  ...{ direction: "out", from: "library", to: "server/1", type: "CON", code: "0.02", mid: 7 },
  ...{ path: "/rd", size: 9, remote: "h:1" },
};

describe("A failure", () => {
  it("is told by what it began with, what that means, and what was tried", () => {
    const session = sessionOf(FOTA);
    const index = newestFailure(session, session.length - 1)!;
    const { failure, sentences, beginning } = explainRecord(session, index);
    expect(beginning).toBe(4);
    expect(session.at(index).kind).toBe("event");
    expect(failure).toBe(true);
    expect(sentences).toEqual([
      "The library told the application LWM2M_CARRIER_EVENT_ERROR, LWM2M_CARRIER_ERROR_FOTA_FAIL (ECONNREFUSED).",
      "It began with this: the download failed: CERT_HAS_EXPIRED: gone.",
      "That means: the host's certificate is out of date, or the clock of the device is wrong.",
      "What to do: renew the certificate, and compare the time of the device.",
      "Before that, the library connected to https://host/image, trusting the CA certificates in security tag 411.",
    ]);
  });

  it("has a chain from the state that it began in, which is presumed, to its end", () => {
    const { chain } = explainRecord(sessionOf(FOTA), 6);
    expect(chain.map(({ index, presumed, failure }) => [index, presumed, failure])).toEqual([
      [1, true, false],
      [2, false, false],
      [3, false, false],
      [4, false, true],
      [5, false, false],
      [6, false, true],
    ]);
  });

  it("is found beside the chain where a chart was told of it there", () => {
    const session = sessionOf([
      { kind: "run", wall: 0, edition: "3.6", version: "1" },
      { ...ASKED, cause: 1 },
      { ...ASKED, retransmission: 1, cause: 2 },
      {
        kind: "chart",
        ...{ actor: "register/1", event: "xstate.done.actor.0.register.registering", value: "registrationFailed" },
        ...{ entered: ["registrationFailed"], payload: { output: { kind: "noAnswer" } }, input: true, cause: 2 },
      },
      { kind: "chart", actor: "register/1", event: "x", value: "exhausted", entered: ["exhausted"], cause: 2 },
      { kind: "event", semantic: "error", name: "LWM2M_CARRIER_EVENT_ERROR", number: 1, cause: 5 },
    ]);
    expect(explainRecord(session, 5).sentences).toEqual([
      "The library told the application LWM2M_CARRIER_EVENT_ERROR.",
      "It began with this: register/1 took the end of registering (noAnswer) and went to registrationFailed.",
      "That means: the server did not answer in time.",
      "What to do: see whether it runs there, with the same security, and what it logs of this device.",
      "Before that, the library sent management server 1 POST /rd (and once more).",
    ]);
  });

  it("says so when nothing tells what led to it", () => {
    const { sentences } = explainRecord(sessionOf([{ kind: "http", phase: "error", url: "u", detail: "odd" }]), 0);
    expect(sentences).toEqual(["The download failed: odd.", "No record tells what led to it."]);
  });

  it("says so when what led to it is not kept any more", () => {
    const session = sessionOf([
      { kind: "chart", actor: "a", event: "x", value: "y", entered: ["y"] },
      { kind: "http", phase: "error", url: "u", detail: "odd", cause: 4711 },
    ]);
    const { sentences, chain } = explainRecord(session, 1);
    expect(chain).toHaveLength(1);
    expect(sentences).toEqual([
      "The download failed: odd.",
      "What led to it begins with record 4711, which is not here.",
    ]);
  });

  it("does not blame the timer that a chart cleared", () => {
    const session = sessionOf([
      { kind: "timer", operation: "set", name: "late", owner: "a" },
      { kind: "chart", actor: "a", event: "done", value: "failed", entered: ["failed"] },
      { kind: "timer", operation: "cleared", name: "late", owner: "a", cause: 1 },
      { kind: "chart", actor: "b", event: "x", value: "y", entered: ["y"], cause: 3 },
    ]);
    expect(explainRecord(session, 3).chain.map(({ index }) => index)).toEqual([1, 3]);
  });

  it("folds the parts of a download", () => {
    const parts = Array.from({ length: 500 }, (_, at) => ({
      kind: "http",
      phase: "progress",
      url: "u",
      bytes: at,
      cause: at,
    }));
    const { chain } = explainRecord(sessionOf(parts), 499);
    expect(chain.length).toBeLessThan(4);
    expect(chain[0]!.more).toBeGreaterThan(400);
  });
});

describe("A step", () => {
  it.each([
    [{ edge: "off|press|0", verdict: "taken" }, "taken: it asks nothing"],
    [
      {
        edge: "off|press|0",
        verdict: "refused",
        guard: { name: "isWhole", result: false, inputs: { "context.bulb": "broken", "event.force": undefined } },
      },
      'not taken: isWhole said no: context.bulb is "broken" and event.force is not set',
    ],
    [
      {
        edge: "off|press|0",
        verdict: "refused",
        guard: {
          name: "and(isWhole, not(isHot))",
          result: false,
          parts: [
            { name: "isWhole", result: true },
            {
              name: "not(isHot)",
              result: false,
              parts: [{ name: "isHot", result: true, inputs: { "context.degrees": 90 } }],
            },
          ],
        },
      },
      "not taken: and(isWhole, not(isHot)) said no: not(isHot) said no: isHot said yes: context.degrees is 90",
    ],
    [
      { edge: "off|press|0", verdict: "failed", guard: { name: "isWhole", error: "x is undefined" } },
      "not taken: its guard failed: isWhole threw: x is undefined",
    ],
  ] as const)("tells why a transition was or was not taken (%#)", (candidate, sentence) => {
    const { microsteps } = explainStep(step({}, [candidate as Candidate]), lamp.definition);
    expect(microsteps[0]!.candidates[0]).toMatchObject({ sentence, title: "press → on" });
  });

  it("names the transition that came first, or that excluded it", () => {
    const taken = { edge: "off|press|0", verdict: "taken" } as const;
    const { microsteps } = explainStep(
      step({}, [taken, { edge: "off|press|1", verdict: "notReached" }, { edge: "on|press|0", verdict: "preempted" }]),
      lamp.definition,
    );
    expect(microsteps[0]!.candidates.map(({ sentence }) => sentence)).toEqual([
      "taken: it asks nothing",
      "not asked: “press → on” came first and was taken",
      "would have been taken, but “press → on” excludes it: inner states decide before outer ones",
    ]);
  });

  it("says where an ignored event would have been taken", () => {
    const ignored = step({ ignored: true, value: "broken", active: ["", "broken"] });
    expect(explainStep(ignored, lamp.definition)).toMatchObject({
      takenIn: ["off", "on"],
      sentence: "lamp ignored press: nothing in broken takes it; it is taken in off and on",
    });
    expect(explainStep(ignored, undefined).sentence).toBe("lamp ignored press: nothing in broken takes it");
  });

  it("says which guards refused an ignored event, and that an ended machine takes nothing", () => {
    const refused = { edge: "off|press|0", verdict: "refused", guard: { name: "isWhole", result: false } } as const;
    expect(explainStep(step({ ignored: true }, [refused]), lamp.definition).sentence).toBe(
      "lamp ignored press: “press → on” was not taken: isWhole said no",
    );
    expect(explainStep(step({ ignored: true, status: "stopped" }), lamp.definition).sentence).toBe(
      "lamp ignored press: it had ended already (stopped)",
    );
  });

  it("is found for the chart's record of it", () => {
    const session = sessionOf([
      { kind: "chart", actor: "fota", event: "a", value: "x", entered: ["x"] },
      { ...step({ actor: "carrier/fota", event: { type: "a" } }), seq: 2, device: "demo" },
    ]);
    expect(stepOf(session, 0)).toBe(1);
    expect(explainRecord(session, 0).chain[0]!.step).toBe(1);
  });
});

describe("A state", () => {
  const world = fold([
    ...lampRun(),
    { seq: 7, time: 85, device: "lamp", kind: "log", line: "" },
    {
      ...{ seq: 8, time: 85, device: "lamp", kind: "timer", operation: "set", name: "xstate.after.60.lamp.on.bright" },
      ...{ owner: "lamp", delay: 60 },
    },
  ]);

  it("tells since when it is active, what it waits for and until when", () => {
    const explained = explainNode(world, "lamp", "lamp", "on.bright")!;
    expect(explained).toMatchObject({ active: true, since: 40, visits: 1, node: { key: "bright" } });
    expect(explained.sentences).toEqual([
      "bright has been active for 45 ms.",
      "It waits for 60 ms in bright.",
      "60 ms in bright is due in 60 ms.",
    ]);
    expect(explained.waits.map(({ relation, title, until }) => [relation, title, until])).toEqual([
      ["own", "60 ms in bright → dim", 145],
      ["outer", "press → off", undefined],
    ]);
  });

  it("is told as of now, where time goes on and no record comes", () => {
    const { since, dwelt } = explainNode(world, "lamp", "lamp", "on.bright")!;
    const later = explainNode(world, "lamp", "lamp", "on.bright", since! + 3_600_000)!;
    expect(later.sentences[0]).toBe("bright has been active for 1 h.");
    expect(later.dwelt).toBeGreaterThan(dwelt + 3_500_000);
  });

  it("that is not active tells when it was", () => {
    expect(explainNode(world, "lamp", "lamp", "off")).toMatchObject({
      active: false,
      visits: 1,
      dwelt: 20,
      sentences: ["off is not active; it was entered once, for 20 ms in all."],
      waits: [],
    });
    expect(explainNode(world, "lamp", "lamp", "broken")!.sentences).toEqual(["broken has not been entered yet."]);
    expect(explainNode(world, "lamp", "nobody", "off")).toBeUndefined();
  });

  it("waits for a child's end, and says what the child does", () => {
    const child = fold([
      {
        ...{ seq: 1, time: 0, device: "d", kind: "definition", hash: "00000000000000aa" },
        definition: {
          id: "parent",
          nodes: [
            { id: "", key: "parent", type: "compound", initial: "busy" },
            { id: "busy", key: "busy", parent: "", type: "atomic", invokes: [{ id: "job", src: "job" }] },
          ],
          edges: [
            {
              id: "busy|xstate.done.actor.job|0",
              source: "busy",
              targets: [],
              event: "xstate.done.actor.job",
              trigger: "done",
            },
          ],
        },
      },
      {
        ...{ seq: 2, time: 0, device: "d", kind: "actor", phase: "found", actor: "parent", id: "parent" },
        ...{ logic: "machine", definition: "00000000000000aa", value: "busy", active: ["", "busy"] },
      },
      {
        ...{ seq: 3, time: 0, device: "d", kind: "actor", phase: "found", actor: "parent/job", parent: "parent" },
        ...{ id: "job", logic: "machine", value: { half: "way" } },
      },
    ]);
    const { waits, sentences } = explainNode(child, "d", "parent", "busy")!;
    expect(waits[0]).toMatchObject({ actor: "parent/job", sentence: "the end of job; job is in way" });
    expect(sentences).toContain("job is in way now.");
  });
});

describe("Statistics", () => {
  it("count visits and transitions and name what was never seen", () => {
    const statistics = statisticsOf(fold([...lampRun(), ...lampRun(1)]), lamp.hash)!;
    expect(statistics.coverage).toEqual({ nodes: { seen: 3, of: 5 }, edges: { seen: 1, of: 4 } });
    expect(statistics.nodes.find(({ id }) => id === "on.bright")).toMatchObject({ visits: 2 });
    expect(statistics.neverEntered).toEqual(["on.dim", "broken"]);
    expect(statistics.edges.get("off|press|0")).toBe(2);
  });
});

describe("A difference", () => {
  it("has a row for everything that is not the same", () => {
    expect(
      difference(
        { a: 1, b: [1, { c: 2 }], d: null, same: { x: [1] } },
        { a: 2, b: [1, { c: 3 }, 4], e: true, same: { x: [1] } },
      ),
    ).toEqual([
      { path: ["a"], change: "changed", before: 1, after: 2 },
      { path: ["b", 1, "c"], change: "changed", before: 2, after: 3 },
      { path: ["b", 2], change: "added", after: 4 },
      { path: ["d"], change: "removed", before: null },
      { path: ["e"], change: "added", after: true },
    ]);
  });

  it("is bounded in rows and depth", () => {
    const wide = Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [at, at]));
    expect(difference(wide, {})).toHaveLength(1000);
    const deep = (levels: number, leaf: unknown): unknown => (levels === 0 ? leaf : { in: deep(levels - 1, leaf) });
    expect(difference(deep(100, 1), deep(100, 2))[0]!.path).toHaveLength(12);
    expect(difference(deep(100, 1), deep(100, 1))).toEqual([]);
    expect(difference({ a: [1] }, { a: { 0: 1 } })).toHaveLength(1);
  });
});

describe("Words", () => {
  it.each([
    ["link.isUp", "link.isUp"],
    ["", "nothing further (an eventless transition)"],
    ["xstate.done.actor.0.fota.downloading.transferring", "the end of transferring"],
    ["xstate.done.actor.bootstrap", "the end of bootstrap"],
    ["xstate.error.actor.job", "an error of job"],
    ["xstate.done.state.m.work", "the final state of work"],
    ["xstate.after.60.lamp.on.bright", "60 ms in bright"],
    ["xstate.after.ackTimeout.m.waiting", "the delay ackTimeout in waiting"],
  ])("say of the event %j: %s", (type, words) => {
    expect(eventWords(type)).toBe(words);
  });

  it.each([
    [0, "0 ms"],
    [4200, "4.2 s"],
    [59_000, "59 s"],
    [600_000, "10 min"],
    [3_507_000, "58 min 27 s"],
    [7_500_000, "2 h 5 min"],
    [273_600_000, "3 d 4 h"],
  ])("say of %d ms: %s", (ms, words) => {
    expect(durationWords(ms)).toBe(words);
  });
});
