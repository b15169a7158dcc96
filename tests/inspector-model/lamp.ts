/** A small machine, and what the inspector records of a turn of it. */

import type { MachineDefinition } from "../../inspector/definition.ts";
import type { TraceRecord } from "../../ports/trace.ts";

const definition: MachineDefinition = {
  id: "lamp",
  nodes: [
    { id: "", key: "lamp", type: "compound", initial: "off" },
    { id: "off", key: "off", parent: "", type: "atomic" },
    { id: "on", key: "on", parent: "", type: "compound", initial: "on.bright" },
    { id: "on.bright", key: "bright", parent: "on", type: "atomic", description: "All of its light." },
    { id: "on.dim", key: "dim", parent: "on", type: "atomic" },
    { id: "broken", key: "broken", parent: "", type: "final" },
  ],
  edges: [
    { id: "off|press|0", source: "off", targets: ["on"], event: "press", trigger: "event", guard: "isWhole" },
    { id: "off|press|1", source: "off", targets: ["broken"], event: "press", trigger: "event" },
    { id: "on|press|0", source: "on", targets: ["off"], event: "press", trigger: "event" },
    { id: "on.bright|after|0", source: "on.bright", targets: ["on.dim"], event: "after", trigger: "after", delay: 60 },
  ],
};

export const lamp = { hash: "0123456789abcdef", definition } as const;

/** Six records; the `turn`-th time they follow on one another. Ends in `on.bright` with a timer pending. */
export function lampRun(turn = 0): TraceRecord[] {
  const base = turn * 6;
  const record = (n: number, fields: Record<string, unknown>): TraceRecord =>
    ({ seq: base + n, time: 10 * (base + n), device: "lamp", ...fields }) as TraceRecord;
  return [
    record(1, { kind: "definition", hash: lamp.hash, definition }),
    record(2, {
      kind: "actor",
      phase: "started",
      actor: "lamp",
      id: "lamp",
      logic: "machine",
      definition: lamp.hash,
      value: "off",
      active: ["", "off"],
      context: { turns: turn, spare: true },
    }),
    record(3, { kind: "application", action: "press", from: "application", to: "library" }),
    record(4, {
      kind: "step",
      cause: base + 3,
      actor: "lamp",
      event: { type: "press" },
      microsteps: [
        {
          event: "press",
          edges: ["off|press|0"],
          active: ["", "on", "on.bright"],
          candidates: [
            {
              edge: "off|press|0",
              verdict: "taken",
              guard: { name: "isWhole", result: true, inputs: { "context.spare": true } },
            },
            { edge: "off|press|1", verdict: "notReached" },
          ],
        },
      ],
      value: { on: "bright" },
      active: ["", "on", "on.bright"],
      entered: ["on", "on.bright"],
      left: ["off"],
      context: { set: { turns: turn + 1 }, removed: ["spare"] },
    }),
    record(5, {
      kind: "timer",
      cause: base + 4,
      operation: "set",
      name: "dimming",
      owner: "lamp",
      delay: 60,
      purpose: "dims the light",
    }),
    record(6, { kind: "resource", tree: "objects", path: "/3311/0/5850", value: true, label: "On/Off" }),
  ];
}
