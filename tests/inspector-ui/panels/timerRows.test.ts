import { describe, expect, it } from "@jest/globals";
import { WorldFold } from "../../../inspector/model/fold.ts";
import { timerRows } from "../../../inspector/ui/panels/timers/timerRows.ts";
import type { TraceRecord } from "../../../ports/trace.ts";

const DEFINITION = {
  id: "register",
  nodes: [
    { id: "", key: "register", type: "compound", initial: "registered" },
    { id: "registered", key: "registered", parent: "", type: "atomic" },
    { id: "updating", key: "updating", parent: "", type: "atomic" },
  ],
  edges: [
    {
      id: "registered|update.due|0",
      source: "registered",
      targets: ["updating"],
      event: "update.due",
      trigger: "event",
    },
  ],
};

function worldOf(...records: Omit<TraceRecord, "seq" | "device">[]) {
  const fold = new WorldFold();
  records.forEach((record, index) => {
    fold.apply({ device: "demo", seq: index + 1, ...record } as TraceRecord, index);
  });
  return fold.snapshot();
}

describe("pending timers", () => {
  const world = worldOf(
    { kind: "definition", time: 0, hash: "0123456789abcdef", definition: DEFINITION },
    {
      kind: "actor",
      time: 0,
      actor: "carrier/register/1",
      phase: "found",
      id: "register/1",
      logic: "machine",
      definition: "0123456789abcdef",
      active: ["", "registered"],
      value: "registered",
    },
    { kind: "timer", time: 1000, operation: "set", name: "update.due", owner: "register/1", delay: 60_000 },
    {
      kind: "timer",
      time: 2000,
      operation: "set",
      name: "ACK timeout",
      owner: "CoAP",
      delay: 2500,
      purpose: "sends again",
    },
    { kind: "timer", time: 2000, operation: "set", name: "endless", owner: "CoAP" },
    { kind: "timer", time: 2000, operation: "set", name: "gone", owner: "CoAP", delay: 1 },
    { kind: "timer", time: 2001, operation: "fired", name: "gone", owner: "CoAP", cause: 6 },
  );

  it("stand in the order in which they fire, those without an end last", () => {
    expect(timerRows(world, "demo", 3000).map(({ timer }) => timer.name)).toEqual([
      "ACK timeout",
      "update.due",
      "endless",
    ]);
  });

  it("tell how long is left and how much has passed", () => {
    const [ack, update, endless] = timerRows(world, "demo", 3000);
    expect(ack).toMatchObject({ left: 1500, passed: 0.4 });
    expect(update).toMatchObject({ left: 58_000 });
    expect(endless?.left).toBeUndefined();
    expect(timerRows(world, "demo", 9000)[0]).toMatchObject({ left: -4500, passed: 1 });
  });

  it("find their actor and, where no purpose is told, what the chart does then", () => {
    const [ack, update] = timerRows(world, "demo", 3000);
    expect(update?.actor?.key).toBe("carrier/register/1");
    expect(update?.purpose).toBe("then updating");
    expect(ack).toMatchObject({ purpose: "sends again" });
    expect(ack?.actor).toBeUndefined();
  });

  it("of an unknown device are none", () => {
    expect(timerRows(world, "other", 0)).toEqual([]);
  });
});
