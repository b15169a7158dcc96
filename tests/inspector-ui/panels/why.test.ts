import { describe, expect, it } from "@jest/globals";
import { explainRecord } from "../../../inspector/model/explain.ts";
import { Session } from "../../../inspector/model/session.ts";
import { actorBehind, decisionBefore, stepOf } from "../../../inspector/ui/panels/why/decision.ts";
import { alike, isIgnored } from "../../../inspector/ui/panels/why/ignored.ts";
import { groupsOf, labelled } from "../../../inspector/ui/panels/why/problems.ts";
import { isGrave, problemsOf } from "../../../inspector/ui/state/problems.ts";
import type { RecordFields, TraceRecord } from "../../../ports/trace.ts";

function sessionOf(...fields: RecordFields[]): Session {
  const session = new Session();
  session.append(fields.map((one, index) => ({ seq: index + 1, time: index * 10, device: "demo", ...one })));
  return session;
}

const chart = (event: string, cause?: number): RecordFields => ({
  kind: "chart",
  actor: "fota",
  event,
  value: "failing",
  entered: ["failing"],
  cause,
});
const step = (actor: string, type: string): RecordFields => ({
  kind: "step",
  actor,
  event: { type },
  microsteps: [],
  active: [],
  value: "failing",
  entered: ["failing"],
  left: [],
});

/** A download that a bad certificate ended, as a carrier records it. */
function failedUpdate(): Session {
  return sessionOf(
    { kind: "http", phase: "connect", url: "https://host/image", securityTags: [411] },
    {
      kind: "http",
      phase: "error",
      url: "https://host/image",
      detail: "UNABLE_TO_VERIFY_LEAF_SIGNATURE: unable to verify the first certificate",
      cause: 1,
    },
    chart("xstate.done.actor.download", 2),
    {
      kind: "event",
      semantic: "error",
      name: "LWM2M_CARRIER_EVENT_ERROR",
      number: 20,
      payload: { name: "LWM2M_CARRIER_ERROR_FOTA_FAIL", errno: "ECONNREFUSED" },
      cause: 3,
    },
    step("carrier/link", "xstate.done.actor.download"),
    step("carrier/fota", "xstate.done.actor.download"),
  );
}

describe("what went wrong in a run", () => {
  it("is one problem, told by the record that it ended with, and it names the certificate", () => {
    const session = failedUpdate();
    expect(problemsOf(session).of("demo")).toEqual([3]);
    expect(isGrave(session.at(3))).toBe(true);
    const told = explainRecord(session, 3).sentences.map(labelled);
    expect(told).toContainEqual({
      label: "That means",
      text: expect.stringMatching(/certificate .* not signed by any CA certificate/),
    });
    expect(told).toContainEqual({
      label: "It began with",
      text: expect.stringContaining("UNABLE_TO_VERIFY_LEAF_SIGNATURE"),
    });
  });

  it("was the broken download alone before that had led to anything", () => {
    const problems = problemsOf(failedUpdate());
    expect([0, 2, 5].map((index) => problems.at("demo", index))).toEqual([[], [1], [3]]);
  });

  it("has in it what else came of the same", () => {
    const session = sessionOf(
      { kind: "coap", direction: "in", code: "0.02", path: "/bs", size: 9, remote: "h:1" },
      { kind: "refused", server: "bootstrap", path: "/bs", code: "4.06", detail: "incomplete", cause: 1 },
      chart("done", 1),
      { kind: "event", semantic: "error", name: "LWM2M_CARRIER_EVENT_ERROR", number: 1, cause: 3 },
    );
    expect(problemsOf(session).at("demo", 3)).toEqual([3]);
    expect(problemsOf(session).at("demo", 2)).toEqual([1]);
  });

  it("is each device's own", () => {
    expect(problemsOf(failedUpdate()).of("other")).toEqual([]);
    expect(problemsOf(failedUpdate()).at("other", 5)).toEqual([]);
  });

  it("grows with the session and begins anew with it", () => {
    const session = failedUpdate();
    expect(problemsOf(session).of("demo")).toEqual([3]);
    session.append([{ seq: 7, time: 90, device: "demo", kind: "result", ok: false, reason: "stuck" }]);
    expect(problemsOf(session).of("demo")).toEqual([3, 6]);
    session.clear();
    session.append([{ seq: 1, time: 0, device: "demo", kind: "log", line: "quiet" }]);
    expect(problemsOf(session).of("demo")).toEqual([]);
  });

  it("is found out once, however often it is asked for, where thousands of things go wrong", () => {
    let looks = 0;
    class Watched extends Session {
      override at(index: number): TraceRecord {
        looks++;
        return super.at(index);
      }
    }
    const session = new Watched();
    session.append(
      Array.from({ length: 20_000 }, (_, index) => ({
        seq: index + 1,
        time: index,
        device: "demo",
        kind: "refused" as const,
        server: 1,
        path: "/9",
        code: "4.04",
        detail: "not there",
        ...(index % 3 > 0 && { cause: index }),
      })),
    );
    expect(problemsOf(session).of("demo")).toHaveLength(6667);
    expect(looks).toBeLessThan(10 * session.length);
    looks = 0;
    expect(problemsOf(session).of("demo")).toHaveLength(6667);
    expect(looks).toBeLessThan(10);
  });

  it("is listed with what is said of it, alike ones together", () => {
    const refusal = (code: string): RecordFields => ({ kind: "refused", server: 1, path: "/9", code, detail: "no" });
    const session = sessionOf(refusal("4.04"), refusal("4.05"), refusal("4.04"));
    const groups = groupsOf(session, [2, 1, 0]);
    expect(groups.map(({ index, times }) => ({ index, times }))).toEqual([
      { index: 2, times: 2 },
      { index: 1, times: 1 },
    ]);
  });
});

describe("the step in which it was decided", () => {
  it("is found for the record of a chart by actor and event", () => {
    const session = failedUpdate();
    expect(stepOf(session, 2)).toBe(5);
    expect(stepOf(session, 5)).toBe(5);
    expect(stepOf(session, 0)).toBeUndefined();
  });

  it("is found for what it led to", () => {
    const session = failedUpdate();
    expect(decisionBefore(session, explainRecord(session, 3).chain)).toBe(5);
    expect(decisionBefore(session, explainRecord(session, 0).chain)).toBeUndefined();
  });
});

describe("a sentence", () => {
  it("keeps what stands before a colon unless it is one of the labels", () => {
    expect(labelled("It failed: no way.")).toEqual({ text: "It failed: no way." });
  });
});

describe("the actor behind a record", () => {
  it("is the one that took the step, or whose step led to it", () => {
    expect([5, 3, 2].map((index) => actorBehind(failedUpdate(), index))).toEqual([
      "carrier/fota",
      "carrier/fota",
      "carrier/fota",
    ]);
  });

  it("is nobody where no step led to it", () => {
    expect(actorBehind(failedUpdate(), 0)).toBeUndefined();
    expect(actorBehind(failedUpdate(), 99)).toBeUndefined();
  });
});

describe("events that no state took", () => {
  const ignored = (actor: string, type: string): RecordFields => ({ ...step(actor, type), ignored: true });
  const session = sessionOf(
    ignored("crossing", "button"),
    ignored("crossing", "xstate.done.actor.car"),
    ignored("bell", "button"),
    step("crossing", "button"),
    ignored("crossing", "button"),
  );

  it("are those of the app, not XState's own", () => {
    expect([0, 1, 2, 3, 4].filter((index) => isIgnored(session.at(index)))).toEqual([0, 2, 4]);
  });

  it("stand together where they are alike, up to the cursor", () => {
    expect(alike(session, [0, 2, 4], "demo", 4)).toEqual([
      { index: 4, count: 2 },
      { index: 2, count: 1 },
    ]);
    expect(alike(session, [0, 2, 4], "demo", 1)).toEqual([{ index: 0, count: 1 }]);
    expect(alike(session, [0, 2, 4], "other", 4)).toEqual([]);
  });
});
