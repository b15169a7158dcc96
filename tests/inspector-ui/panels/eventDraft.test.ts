import { describe, expect, it } from "@jest/globals";
import type { MachineDefinition } from "../../../inspector/definition.ts";
import { describeMachine } from "../../../inspector/emitter/describeMachine.ts";
import { Session } from "../../../inspector/model/session.ts";
import {
  draftOf,
  type EventDraft,
  eventOfDraft,
  withField,
  withJson,
} from "../../../inspector/ui/panels/steer/eventDraft.ts";
import { sentOutcome } from "../../../inspector/ui/panels/steer/sentOutcome.ts";
import { carrierMachine } from "../../../machines/carrier.ts";
import type { RecordFields, TraceRecord } from "../../../ports/trace.ts";

const chart = (events: unknown): MachineDefinition => ({
  id: "chart",
  nodes: [{ id: "", key: "chart", type: "atomic", meta: { events } }],
  edges: [],
});

const CHART = chart({
  "server.failed": { server: "number" },
  moved: { mode: ["normal", "offline"], fast: "flag", "sure?": "flag", "why?": "text", "how?": ["a", "b"] },
  told: { outcome: "json" },
  go: {},
});

const jsonOf = ({ json }: EventDraft) => JSON.parse(json) as unknown;

describe("an event that is written", () => {
  it("has the fields that its chart declares, and wants those that may not be left out", () => {
    const draft = draftOf("server.failed", CHART, {});
    expect(draft.fields).toEqual([{ name: "server", kind: "number", choices: [], optional: false }]);
    expect(eventOfDraft(draft)).toEqual({ problem: "server has to be a number." });
    const filled = withField(draft, "server", "123");
    expect(jsonOf(filled)).toEqual({ server: 123 });
    expect(eventOfDraft(filled)).toEqual({ event: { type: "server.failed", server: 123 } });
  });

  it("begins with what can be chosen first, and leaves out what may be", () => {
    const draft = draftOf("moved", CHART, {});
    expect(eventOfDraft(draft)).toEqual({ event: { type: "moved", mode: "normal", fast: false } });
    const filled = ["sure=true", "why=test", "how=b"].reduce((before, change) => {
      const [name, text] = change.split("=");
      return withField(before, name!, text!);
    }, draft);
    expect(jsonOf(filled)).toEqual({ mode: "normal", fast: false, sure: true, why: "test", how: "b" });
    expect(jsonOf(withField(filled, "why", ""))).not.toHaveProperty("why");
  });

  it("begins with the values that such an event had before", () => {
    expect(jsonOf(draftOf("moved", CHART, { mode: "offline", fast: true, other: 1 }))).toEqual({
      mode: "offline",
      fast: true,
    });
  });

  it("that no chart declares has the fields of one that was seen, with the kinds of its values", () => {
    const example = { by: "hand", times: 2, sure: true, result: { kind: "failed" } };
    const draft = draftOf("seen", CHART, example);
    expect(draft.fields.map(({ name, kind }) => `${name}: ${kind}`)).toEqual([
      "by: text",
      "times: number",
      "sure: flag",
      "result: json",
    ]);
    expect(eventOfDraft(draft)).toEqual({ event: { type: "seen", ...example } });
  });

  it("that nobody knows has no fields, nor has one that is declared without", () => {
    expect(draftOf("toString", CHART, {})).toMatchObject({ fields: [], declared: false, json: "{}" });
    expect(draftOf("go", CHART, { by: "hand" })).toMatchObject({ fields: [], declared: true, json: "{}" });
    expect(draftOf("go", undefined, {})).toMatchObject({ fields: [], declared: false });
  });

  it("takes JSON in a field, and says when it is none", () => {
    const draft = draftOf("told", CHART, {});
    expect(eventOfDraft(withField(draft, "outcome", "{"))).toEqual({
      problem: expect.stringContaining("outcome has to be JSON"),
    });
    const filled = withField(draft, "outcome", '{"kind":"complete"}');
    expect(eventOfDraft(filled)).toEqual({ event: { type: "told", outcome: { kind: "complete" } } });
  });

  it("may be written as JSON: the fields follow, and what they do not have stays", () => {
    const written = withJson(draftOf("server.failed", CHART, {}), '{"server": 7, "more": [1]}');
    expect(written.typed).toEqual({ server: "7" });
    expect(eventOfDraft(written)).toEqual({ event: { type: "server.failed", server: 7, more: [1] } });
    expect(jsonOf(withField(written, "server", "8"))).toEqual({ server: 8, more: [1] });
  });

  it("as JSON is sent as it is, whatever its chart declares, once it is JSON", () => {
    const draft = draftOf("server.failed", CHART, { server: 1 });
    expect(eventOfDraft(withJson(draft, '{"server": "x"}'))).toEqual({ event: { type: "server.failed", server: "x" } });
    const broken = withJson(draft, "{");
    expect(broken.typed).toEqual({ server: "1" });
    expect(eventOfDraft(broken)).toEqual({ problem: expect.stringContaining("not JSON") });
    expect(eventOfDraft(withField(broken, "server", "2"))).toEqual({ event: { type: "server.failed", server: 2 } });
  });
});

describe("what a chart says of its events", () => {
  const isDeclared = (machine: MachineDefinition) => draftOf("go", machine, {}).declared;

  it.each([
    ["nothing", undefined],
    ["a list", ["go"]],
    ["a text", "go"],
    ["null", null],
    ["others alone", { come: {} }],
    ["a kind that is none", { go: { far: "colour" } }],
    ["fields that are no group", { go: "number" }],
    ["choices that are no texts", { go: { way: [1] } }],
    ["no choice", { go: { way: [] } }],
    ["a choice without end", { go: { way: ["x".repeat(101)] } }],
    ["the type as a field", { go: { "type?": "text" } }],
    ["a field without name", { go: { "?": "text" } }],
    [
      "more fields than a form has",
      { go: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`f${n}`, "text"])) },
    ],
  ])("may be anything in an app of somebody else: %s says nothing", (_, events) => {
    expect(isDeclared(chart(events))).toBe(false);
    expect(isDeclared({ id: "none", nodes: [], edges: [] })).toBe(false);
  });

  it("counts for each event by itself", () => {
    expect(isDeclared(chart({ go: { far: "number" }, come: 1 }))).toBe(true);
  });

  it("is in the definition that the carrier is shown by", () => {
    const { definition, invoked } = describeMachine(carrierMachine);
    expect(draftOf("server.failed", definition, {}).fields).toEqual([
      { name: "server", kind: "number", choices: [], optional: false },
    ]);
    const register = invoked.find(({ definition: { id } }) => id === "register")!.definition;
    expect(draftOf("server.disable", register, {}).fields).toMatchObject([{ name: "timeoutSeconds", optional: true }]);
  });
});

describe("what came of an event that was sent", () => {
  function sessionWith(...records: RecordFields[]): Session {
    const session = new Session();
    session.append(
      records.map((fields, at) => ({ seq: at + 1, time: at, device: "d", ...fields }) as unknown as TraceRecord),
    );
    return session;
  }
  const injected: RecordFields = { kind: "injected", what: "event", name: "go", actor: "light" };
  const step = (actor: string, more: object): RecordFields => ({
    kind: "step",
    actor,
    event: { type: "go" },
    microsteps: [],
    active: ["", "green"],
    cause: 1,
    ...more,
  });

  it("is not known before a step of that actor has it as its cause", () => {
    expect(sentOutcome(sessionWith(injected), "d", "light", 1)).toBeUndefined();
    expect(sentOutcome(sessionWith(injected), "d", "light", 9)).toBeUndefined();
    expect(sentOutcome(sessionWith(injected, step("other", { entered: ["x"] })), "d", "light", 1)).toBeUndefined();
  });

  it("is the state that it led to, or that no transition took it", () => {
    const taken = step("light", { entered: ["green"], left: ["red"] });
    expect(sentOutcome(sessionWith(injected, step("other", {}), taken), "d", "light", 1)).toEqual({
      text: "light took go and went from red to green.",
      tone: "good",
      index: 2,
    });
    expect(sentOutcome(sessionWith(injected, step("light", { ignored: true })), "d", "light", 1)).toEqual({
      text: "light ignored go: nothing in green takes it.",
      tone: "warning",
      index: 1,
    });
    const failed = step("light", { error: { message: "no" }, status: "error" });
    expect(sentOutcome(sessionWith(injected, failed), "d", "light", 1)).toMatchObject({ tone: "bad" });
  });
});
