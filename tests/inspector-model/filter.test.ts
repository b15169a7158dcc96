/** The filter language of the page and the terminal. */
import { describe, expect, it } from "@jest/globals";
import { compileFilter } from "../../inspector/model/filter.ts";
import { suggestions } from "../../inspector/model/filterSuggestions.ts";
import { Vocabulary } from "../../inspector/model/vocabulary.ts";
import type { TraceRecord } from "../../ports/trace.ts";
import { lampRun } from "./lamp.ts";

const record = (seq: number, fields: Record<string, unknown>): TraceRecord =>
  ({ seq, time: 1000 * seq, device: "demo", ...fields }) as TraceRecord;

const RECORDS: readonly TraceRecord[] = [
  record(1, { kind: "chart", actor: "register/1", event: "server.deferred", value: "waiting", entered: ["waiting"] }),
  record(2, { kind: "chart", actor: "carrier", event: "link.isUp", value: "up", entered: ["alive.up"] }),
  record(3, { kind: "coap", direction: "out", code: "0.02", path: "/rd", size: 50, from: "library", to: "server/1" }),
  record(4, { kind: "coap", direction: "in", code: "2.05", mid: 77, size: 900, from: "server/1", to: "library" }),
  record(5, {
    kind: "event",
    semantic: "deferred",
    name: "LWM2M_CARRIER_EVENT_DEFERRED",
    number: 9,
    payload: { reason: 7, timeout: 60 },
  }),
  record(6, {
    kind: "step",
    actor: "carrier/register/1",
    event: { type: "x" },
    microsteps: [],
    active: [],
    ignored: true,
  }),
  record(7, { kind: "http", phase: "error", url: "https://host/x", detail: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" }),
  { ...record(8, { kind: "log", line: 'says "hello (there)"' }), device: "other" },
];

function found(filter: string, records: readonly TraceRecord[] = RECORDS): number[] {
  const { matches, problem } = compileFilter(filter);
  expect(problem).toBeUndefined();
  return records.filter(matches).map(({ seq }) => seq);
}

describe("A filter", () => {
  it.each([
    ["", [1, 2, 3, 4, 5, 6, 7, 8]],
    ["kind == coap", [3, 4]],
    ["kind==COAP", [3, 4]],
    ["kind != coap", [1, 2, 5, 6, 7, 8]],
    ["actor==register", [1, 6]],
    ["actor == register/1", [1, 6]],
    ["actor == reg", []],
    ['actor==register && event~"deferred"', [1]],
    ["event ~ deferred", [1, 5]],
    ["event == lwm2m_carrier_event_deferred", [5]],
    ["state == up", [2]],
    ["state == alive.up", [2]],
    ["from == server/1", [4]],
    ["lifeline == server/1", [3, 4]],
    ["code == 2.05 || code == 0.02", [3, 4]],
    ["code >= 2.00", [4]],
    ["path ~ /rd", [3]],
    ["path == /rd", [3]],
    ["size > 100", [4]],
    ["time >= 7s", [7, 8]],
    ["time < 0.05m", [1, 2]],
    ["payload.reason == 7", [5]],
    ["mid == 77", [4]],
    ["has payload", [5]],
    ["has ignored", [6]],
    ["ignored == true", [6]],
    ["has failure", [7]],
    ["device == other", [8]],
    ["deferred", [1, 5]],
    ["DEFERRED timeout", [5]],
    ['"hello (there)"', [8]],
    ["!(kind == coap || kind == chart)", [5, 6, 7, 8]],
    ["not kind == coap and not kind == chart", [5, 6, 7, 8]],
    ["!coap kind == chart", [1, 2]],
    ["event ~ /^server\\./", [1]],
    ["event !~ /deferred/ kind == chart", [2]],
    ["path ~ /^\\/rd$/", [3]],
    ["path ~ /rd/ kind == coap", [3]],
    ["kind == coap (code == 0.02 or mid == 77) !size<100", [4]],
  ] as const)("%s", (filter, expected) => {
    expect(found(filter)).toEqual(expected);
  });

  it("asks for guards and transitions of a step", () => {
    expect(found("guard == isWhole", lampRun())).toEqual([4]);
    expect(found("refused == isWhole", lampRun())).toEqual([]);
    expect(found("edge == off|press|0", lampRun())).toEqual([4]);
  });

  it.each([
    ["kind ==", 7, 7, /value is missing/],
    ["kind == coap &&", 15, 15, /missing here/],
    ["(kind == coap", 0, 1, /not closed/],
    ["kind == coap)", 12, 13, /cannot stand here/],
    ['text ~ "abc', 7, 11, /does not end/],
    ["size > big", 7, 10, /no number/],
    ["event ~ /(/", 8, 11, /pattern cannot be read: missing closing \)/],
    ["event ~ /x(?=y)/", 8, 16, /pattern cannot be read: .*`\(\?=`/],
    ["!(event ~ /(a)\\1/)", 10, 17, /pattern cannot be read: .*`\\1`/],
    ["event ~ /((a{100}){100}){100}/", 8, 30, /pattern cannot be read/],
    [`text ~ /${"x".repeat(201)}/`, 7, 210, /more than 200 characters/],
    ["x ".repeat(2001), 4000, 4002, /too long/],
    ["&& x", 0, 2, /cannot stand here/],
    ["(".repeat(1000), 64, 65, /nested too deep/],
  ] as const)("says where %j is wrong, and lets everything through", (filter, from, to, message) => {
    const { problem, matches } = compileFilter(filter);
    expect(problem).toMatchObject({ from, to, message: expect.stringMatching(message) });
    expect(problem?.hint).not.toBe("");
    expect(RECORDS.every(matches)).toBe(true);
  });

  // A regular expression of JavaScript's would never come back.
  it.each(["text ~ /(a+)+$/ && text ~ /^(a|a)*$/", "line !~ /([a-z]+)*!$/", "a.b ~ /(a*)*b/ || line ~ /(.*)*x$/"])(
    "%s comes back from any record",
    (filter) => {
      const { matches, problem } = compileFilter(filter);
      expect(problem).toBeUndefined();
      expect(typeof matches(record(1, { kind: "log", line: `${"a".repeat(20_000)}!?` }))).toBe("boolean");
    },
  );

  it("stands any text without throwing", () => {
    const signs = [
      "(",
      ")",
      "!",
      "&&",
      "||",
      "==",
      "~",
      "/",
      '"',
      "has",
      "kind",
      "a.b",
      "7s",
      " ",
      "\\",
      "'",
      "<",
      "=",
      "é",
    ];
    let state = 7;
    const next = () => {
      state = (state * 1103515245 + 12345) % 2147483648;
      return state / 2147483648;
    };
    for (let round = 0; round < 3000; round++) {
      const text = Array.from({ length: Math.floor(next() * 8) }, () => signs[Math.floor(next() * signs.length)]).join(
        "",
      );
      const { matches } = compileFilter(text);
      for (const one of RECORDS) expect(typeof matches(one)).toBe("boolean");
      expect(suggestions(text, Math.floor(next() * (text.length + 1))).items).toBeDefined();
    }
  });
});

describe("Suggestions", () => {
  const vocabulary = new Vocabulary();
  for (const one of RECORDS) vocabulary.add(one);
  const labels = (text: string, caret = text.length) =>
    suggestions(text, caret, vocabulary).items.map(({ label }) => label);
  const applied = (text: string, label: string) => {
    const { from, to, items } = suggestions(text, text.length, vocabulary);
    return `${text.slice(0, from)}${items.find((item) => item.label === label)?.insert}${text.slice(to)}`;
  };

  it("begin with the fields", () => {
    expect(labels("")).toContain("actor");
    expect(labels("ki")[0]).toBe("kind");
    expect(applied("ki", "kind")).toBe("kind ");
  });

  it("go on with operators, then values that are there, then what joins conditions", () => {
    expect(labels("kind")).toContain("==");
    expect(labels("kind ")).toContain("~");
    expect(labels("actor == ")).toEqual(["register/1", "carrier", "carrier/register/1"]);
    expect(applied("actor == car", "carrier")).toBe("actor == carrier ");
    expect(labels("kind == coap ")).toEqual(["&&", "||"]);
    expect(labels("kind == coap && ")).toContain("actor");
    expect(labels("has ign")).toEqual(["ignored"]);
  });

  it("stay within what is written at the caret", () => {
    expect(suggestions("ki == coap", 2, vocabulary)).toMatchObject({ from: 0, to: 2 });
    expect(labels('event ~ "def')).toContain("LWM2M_CARRIER_EVENT_DEFERRED");
  });

  it("know every kind without having seen one", () => {
    expect(suggestions("kind == pa", 10).items.map(({ label }) => label)).toContain("packet");
  });
});
