import { describe, expect, it } from "@jest/globals";
import type { StateNode } from "xstate";
import { CHARTS } from "./support/charts.ts";
import { nodesOf } from "./support/paths.ts";
import { RunningChart } from "./support/runningChart.ts";

/** Sources of events have no end of their own. */
const SOURCES = new Set(["alarm", "deadline", "deviceEvents"]);
/** Charts do not wait for these: whoever started the chart ends it. */
const ENDED_FROM_OUTSIDE = ["fota.applying.awaitingRestart"];

const STATE_NAME = /^[a-z][A-Za-z0-9]*$/;
const EVENT_NAME = /^[a-z][A-Za-z]*(?:\.[a-z][A-Za-z]*)*$/;

describe.each(CHARTS)("the $name chart", ({ name, machine, table }) => {
  const nodes = nodesOf(machine);
  const states = nodes.filter(({ path }) => path.length > 0);

  it.each(table.scenes.map((scene) => ({ title: scene.name, scene })))("starts: $title", ({ scene }) => {
    const running = new RunningChart(machine, { input: scene.input });
    expect(running.snapshot.status).toBe("active");
    expect(running.states).not.toEqual([]);
  });

  it("has an answer to every end of what it invokes", () => {
    const missing = invokes(nodes).flatMap(({ node, src, onDone, onError }) => [
      ...(onError === undefined ? [`${node.id}: ${src} has no onError`] : []),
      ...(onDone === undefined && !SOURCES.has(src) ? [`${node.id}: ${src} has no onDone`] : []),
    ]);
    expect(missing).toEqual([]);
  });

  it("invokes actors by the names that it declares, and none under a system id", () => {
    for (const { node, src, systemId } of invokes(nodes)) {
      expect({ at: node.id, declared: Object.keys(machine.implementations.actors).includes(src), systemId }).toEqual({
        at: node.id,
        declared: true,
        systemId: undefined,
      });
    }
  });

  it("names every action and guard", () => {
    const inline = nodes.flatMap((node) =>
      [...node.entry, ...node.exit, ...transitionsOf(node).flatMap(({ actions, guard }) => [...actions, guard])].filter(
        (part) =>
          typeof part === "function" && (part as { guards?: unknown }).guards === undefined && !isCombined(part),
      ),
    );
    expect(inline).toEqual([]);
  });

  it("has targets that are states of its own", () => {
    const outside = nodes.flatMap((node) =>
      transitionsOf(node)
        .flatMap(({ target }) => target ?? [])
        .filter((target) => !nodes.includes(target)),
    );
    expect(outside).toEqual([]);
  });

  it("says what each state is for and which rule it follows", () => {
    const silent = nodes
      .filter(({ description, meta }) => !description || !(meta as { spec?: string } | undefined)?.spec)
      .map(({ id }) => id);
    expect(silent).toEqual([]);
  });

  it("names states and events in the house style", () => {
    expect(states.map(({ key }) => key).filter((key) => !STATE_NAME.test(key))).toEqual([]);
    const events = nodes.flatMap((node) => [...node.transitions.keys()]);
    const own = events.filter((event) => event !== "*" && !event.startsWith("xstate."));
    expect(own.filter((event) => !EVENT_NAME.test(event))).toEqual([]);
  });

  it("leaves every state that it waits in", () => {
    const stuck = states.filter((node) => rests(node) && ![node, ...ancestorsOf(node)].some(leads)).map(({ id }) => id);
    expect(stuck).toEqual(ENDED_FROM_OUTSIDE.filter((id) => id.startsWith(`${name}.`)));
  });

  it("begins with a context of plain data", () => {
    for (const { input } of table.scenes) {
      const { context } = new RunningChart(machine, { input }).snapshot;
      expect(JSON.parse(JSON.stringify(context))).toEqual(withoutUndefined(context));
    }
  });
});

interface Invoke {
  readonly src: string;
  readonly systemId?: string;
  readonly onDone?: unknown;
  readonly onError?: unknown;
}

function invokes(nodes: readonly StateNode[]) {
  return nodes.flatMap((node) => node.invoke.map((invoke) => ({ node, ...(invoke as unknown as Invoke) })));
}

function transitionsOf(node: StateNode) {
  return [...[...node.transitions.values()].flat(), ...(node.always ?? [])];
}

/** The chart stays here until something happens. */
function rests(node: StateNode): boolean {
  return node.type === "atomic" && (node.always ?? []).every(({ guard }) => guard !== undefined);
}

function leads(node: StateNode): boolean {
  return transitionsOf(node).some(({ target }) => target !== undefined);
}

function ancestorsOf(node: StateNode): StateNode[] {
  return node.parent === undefined ? [] : [node.parent, ...ancestorsOf(node.parent)];
}

/** `not`, `and`, `or` of named guards. */
function isCombined(part: unknown): boolean {
  return typeof part === "function" && "check" in part;
}

function withoutUndefined(context: unknown): unknown {
  return Object.fromEntries(Object.entries(context as object).filter(([, value]) => value !== undefined));
}
