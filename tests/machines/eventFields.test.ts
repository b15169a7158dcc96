import { describe, expect, it } from "@jest/globals";
import type { EventFields } from "../../machines/eventFields.ts";
import { CHARTS } from "./support/charts.ts";
import { nodesOf } from "./support/paths.ts";

type Events =
  | { type: "go" }
  | { type: "move"; far: number; fast?: boolean; name: string; way: "up" | "down"; why: { kind: string } };

const MOVE = { far: "number", "fast?": "flag", name: "text", way: ["up", "down"], why: "json" } as const;

describe("fields of events", () => {
  it("are a table that only fits the events that it is of", () => {
    const right: EventFields<Events> = { go: {}, move: MOVE };
    // @ts-expect-error: there is no such event.
    const event: EventFields<Events> = { come: {} };
    // @ts-expect-error: a field is missing.
    const missing: EventFields<Events> = { move: { far: "number" } };
    // @ts-expect-error: another kind.
    const kind: EventFields<Events> = { move: { ...MOVE, far: "text" } };
    // @ts-expect-error: none of the texts that it may be.
    const choice: EventFields<Events> = { move: { ...MOVE, way: ["left"] } };
    // @ts-expect-error: it may not be left out.
    const optional: EventFields<Events> = { go: {}, move: { ...MOVE, far: undefined, "far?": "number" } };
    for (const table of [right, event, missing, kind, choice, optional]) expect(table).toBeDefined();
  });

  it.each(CHARTS)("of the $name chart are of events that it takes, told once for all devices", ({ machine }) => {
    const { events = {} } = (machine.root.meta ?? {}) as { events?: Readonly<Record<string, object>> };
    const taken = new Set(nodesOf(machine).flatMap(({ transitions }) => [...transitions.keys()]));
    const isTaken = (type: string) => [...taken].some((one) => one === type || one === "*");
    expect(Object.keys(events).filter((type) => !isTaken(type))).toEqual([]);
    const again = machine.provide({}).root.meta as { events?: object } | undefined;
    expect(again?.events).toBe((machine.root.meta as { events?: object }).events);
  });
});
