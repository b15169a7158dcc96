import { describe, expect, it } from "@jest/globals";
import type { MachineDefinition } from "../../../inspector/definition.ts";
import { Session } from "../../../inspector/model/session.ts";
import type { Breakpoint, ControlOffer } from "../../../inspector/protocol.ts";
import type { App, RequestBody } from "../../../inspector/ui/app.ts";
import {
  addBreakpoint,
  breakpointsOf,
  canBreak,
  removeBreakpoint,
} from "../../../inspector/ui/panels/steer/breakpointStore.ts";
import {
  breakpointText,
  choicesOf,
  edgeNames,
  edgeText,
  namedStop,
  type Stop,
} from "../../../inspector/ui/panels/steer/breakpoints.ts";
import { controlValues, firstValues } from "../../../inspector/ui/panels/steer/controlValues.ts";
import { eventForms, eventOf, exampleOf } from "../../../inspector/ui/panels/steer/eventForms.ts";

const LIGHT: MachineDefinition = {
  id: "light",
  nodes: [
    { id: "", key: "light", type: "compound", initial: "red" },
    { id: "red", key: "red", parent: "", type: "atomic" },
    { id: "green", key: "green", parent: "", type: "atomic" },
  ],
  edges: [
    { id: "|power.lost|0", source: "", targets: [], event: "power.lost", trigger: "event" },
    { id: "|*|0", source: "", targets: [], event: "*", trigger: "event" },
    {
      id: "red|next|0",
      source: "red",
      targets: ["green"],
      event: "next",
      trigger: "event",
      guard: "and(isDay, not(isBusy))",
    },
    {
      id: "red|xstate.after.10.red|0",
      source: "red",
      targets: ["green"],
      event: "xstate.after.10.red",
      trigger: "after",
    },
    { id: "green|stop|0", source: "green", targets: ["red"], event: "stop", trigger: "event" },
  ],
};

describe("events to send", () => {
  it("are those that the active states take, the innermost first, without wildcards and XState's own", () => {
    expect(eventForms(LIGHT, ["", "red"])).toEqual([
      { type: "next", targets: ["green"], guards: ["and(isDay, not(isBusy))"] },
      { type: "power.lost", targets: [], guards: [] },
    ]);
  });

  it("begin with the fields that such an event had before, with the same actor if there was one", () => {
    const session = new Session();
    const step = (seq: number, actor: string, by: string) => ({
      seq,
      time: seq,
      device: "d",
      kind: "step" as const,
      actor,
      event: { type: "next", by },
      microsteps: [],
      active: [],
    });
    session.append([step(1, "light", "a"), step(2, "other", "b")]);
    expect(exampleOf(session, "d", "light", "next")).toEqual({ by: "a" });
    expect(exampleOf(session, "d", "third", "next")).toEqual({ by: "b" });
    expect(exampleOf(session, "d", "light", "stop")).toEqual({});
  });

  it("are read from what was typed, and what is wrong is said", () => {
    expect(eventOf(" next ", '{"by": 1, "type": "other"}')).toEqual({ event: { by: 1, type: "next" } });
    expect(eventOf("next", "")).toEqual({ event: { type: "next" } });
    expect(eventOf("", "{}")).toEqual({ problem: "An event needs a type." });
    expect(eventOf("next", "[1]")).toMatchObject({ problem: expect.stringContaining("JSON object") });
    expect(eventOf("next", "{")).toMatchObject({ problem: expect.stringContaining("not JSON") });
  });
});

describe("breakpoints", () => {
  it("are told in words", () => {
    expect(breakpointText({ state: "green", actor: "light" })).toBe("green is entered in light");
    expect(breakpointText({ edge: "red|next|0", guard: "isDay" })).toBe(
      "the transition from red on next is taken and isDay says no",
    );
    expect(edgeText("||1")).toBe("from the chart on (always) (2)");
  });

  it("call a transition what it is in its chart, where that is known", () => {
    expect(breakpointText({ edge: "red|next|0" }, LIGHT)).toBe(
      "the transition red – next, if and(isDay, not(isBusy)) → green is taken",
    );
    expect(breakpointText({ edge: "gone|next|0" }, LIGHT)).toBe("the transition from gone on next is taken");
  });

  it("offer what the chart has: transitions in words, guards and the parts that they are made of", () => {
    expect(choicesOf(LIGHT, "state")).toEqual(["red", "green"]);
    expect(choicesOf(LIGHT, "guard")).toEqual(["and(isDay, not(isBusy))", "isBusy", "isDay", "not(isBusy)"]);
    expect(choicesOf(LIGHT, "event")).toContain("next");
    expect(choicesOf(LIGHT, "edge")).toEqual([
      "the chart – power.lost → stays",
      "the chart – * → stays",
      "red – next, if and(isDay, not(isBusy)) → green",
      "red – 10 ms in red → green",
      "green – stop → red",
    ]);
  });

  it("tell transitions apart that would be called the same", () => {
    const twice = { ...LIGHT, edges: [LIGHT.edges[4]!, { ...LIGHT.edges[4]!, id: "green|stop|1" }] };
    expect([...edgeNames(twice)]).toEqual([
      ["green – stop → red", "green|stop|0"],
      ["green – stop → red (2)", "green|stop|1"],
    ]);
  });
});

describe("what is typed for a breakpoint", () => {
  const named = (stop: Stop, typed: string) => namedStop(LIGHT, stop, typed, "light/1");

  it.each([
    ["state", "green", "green"],
    ["guard", "isDay", "isDay"],
    ["guard", "not(isBusy)", "not(isBusy)"],
    ["event", "next", "next"],
    ["edge", "green – stop → red", "green|stop|0"],
    ["edge", "green|stop|0", "green|stop|0"],
  ] as const)("names the %s %s", (stop, typed, name) => {
    expect(named(stop, typed)).toEqual({ name });
  });

  it.each([
    ["state", "gren", "light/1 has no state gren; there is green, red"],
    ["guard", "isDusk", "light/1 has no guard isDusk; there is and(isDay, not(isBusy)), isBusy, isDay"],
    ["edge", "stop", "light/1 has no transition stop; there is green – stop → red, "],
  ] as const)("is refused where the chart has no such %s", (stop, typed, problem) => {
    expect(named(stop, typed)).toEqual({ problem: expect.stringContaining(problem) });
  });

  it("may be the end of a state's id, where no other state ends so", () => {
    const node = (id: string) => ({ ...LIGHT.nodes.at(-1)!, id });
    const deep = { ...LIGHT, nodes: [...LIGHT.nodes, node("a.on"), node("a.on.dim"), node("b.on"), node("b")] };
    expect(namedStop(deep, "state", "dim", "it")).toEqual({ name: "a.on.dim" });
    expect(namedStop(deep, "state", "on.dim", "it")).toEqual({ name: "a.on.dim" });
    expect(namedStop(deep, "state", "b", "it")).toEqual({ name: "b" });
    expect(namedStop(deep, "state", "on", "it")).toEqual({
      problem: "it has no state on; there is a.on, a.on.dim, b.on",
    });
  });

  it("may be an event with a wildcard, or one that is ignored wherever it comes: that is said", () => {
    const { edges } = LIGHT;
    const strict = { ...LIGHT, edges: edges.filter(({ event }) => event !== "*") };
    expect(namedStop(strict, "event", "power.*", "light")).toEqual({ name: "power.*" });
    expect(namedStop(strict, "event", "power.lots", "light")).toEqual({
      name: "power.lots",
      note: "No transition of light takes power.lots: it stops where that is ignored. There is power.lost, next, stop.",
    });
    expect(named("event", "anything")).toEqual({ name: "anything" });
  });

  it("is taken as it is where the chart is not known", () => {
    expect(namedStop(undefined, "state", "gren", "it")).toEqual({ name: "gren" });
  });
});

describe("breakpoints of the app that is looked at", () => {
  function appWith(asked: unknown[], breakpoints?: readonly Breakpoint[]): App {
    const entry = {
      title: "",
      session: new Session(),
      state: "live",
      steering: { send: false, fire: false, freeze: true, controls: [], ...(breakpoints && { breakpoints }) },
    };
    const request = async (request: RequestBody) => {
      if (JSON.stringify(request).includes("nowhere")) throw new Error("there is no such state");
      asked.push(request);
    };
    return { entry, request } as unknown as App;
  }

  it("are those that it tells, whichever page has set them", () => {
    expect(breakpointsOf(appWith([]).entry)).toEqual([]);
    expect(breakpointsOf(appWith([], [{ guard: "isDay" }]).entry)).toEqual([{ guard: "isDay" }]);
  });

  it("are added and removed one by one, so that no page undoes what another has done", async () => {
    const asked: unknown[] = [];
    const app = appWith(asked);
    await addBreakpoint(app, { state: "green" });
    await removeBreakpoint(app, { event: "next" });
    await expect(addBreakpoint(app, { state: "nowhere" })).rejects.toThrow("no such state");
    expect(asked).toEqual([
      { request: "addBreakpoint", breakpoint: { state: "green" } },
      { request: "removeBreakpoint", breakpoint: { event: "next" } },
    ]);
  });

  it("is offered where the app can be stopped, and runs", () => {
    const app = appWith([]);
    expect(canBreak(app)).toBe(true);
    expect(canBreak({ ...app, entry: { ...app.entry, state: "file" } })).toBe(false);
  });
});

describe("a control's fields", () => {
  const control: ControlOffer = {
    name: "delay",
    label: "Delay",
    group: "Network",
    fields: [
      { name: "ms", label: "Delay, ms", type: "number", minimum: 1, maximum: 100, default: 5 },
      { name: "way", label: "Way", type: "choice", choices: ["in", "out"] },
      { name: "again", label: "Again", type: "flag" },
      { name: "note", label: "Note", type: "text" },
    ],
  };

  it("begin with their defaults, or with what comes first", () => {
    expect(firstValues(control)).toEqual({ ms: 5, way: "in", again: false, note: "" });
  });

  it("become numbers where numbers are asked for", () => {
    expect(controlValues(control, { ...firstValues(control), ms: "7" })).toEqual({
      values: { ms: 7, way: "in", again: false, note: "" },
    });
  });

  it.each([
    ["", "Delay, ms has to be a number."],
    ["x", "Delay, ms has to be a number."],
    ["0", "Delay, ms has to be 1 or more."],
    ["101", "Delay, ms has to be 100 or less."],
  ])("are refused in words: %p", (ms, problem) => {
    expect(controlValues(control, { ...firstValues(control), ms })).toEqual({ problem });
  });
});
