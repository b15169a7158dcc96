import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "@jest/globals";
import { readSession, sessionOf } from "../../inspector/adapters/foreignActors.ts";
import { legacyFrames, readLegacyRequest } from "../../inspector/adapters/legacy.ts";
import { statelyFrames } from "../../inspector/adapters/stately.ts";
import { describeMachine } from "../../inspector/emitter/describeMachine.ts";
import { WorldFold } from "../../inspector/model/fold.ts";
import type { DeviceWorld } from "../../inspector/model/world.ts";
import type { TraceRecord } from "../../ports/trace.ts";
import { light } from "./support/machines.ts";
import { logged, PlainInspector } from "./support/plainInspector.ts";
import { client, serve } from "./support/served.ts";

const { hash, definition } = describeMachine(light);
const common = { time: 5, device: "corner" } as const;
const DEFINITION: TraceRecord = { ...common, seq: 1, kind: "definition", hash, definition };
const FOUND: TraceRecord = {
  ...common,
  seq: 2,
  kind: "actor",
  actor: "light",
  phase: "found",
  id: "light",
  logic: "machine",
  definition: hash,
  status: "active",
  value: "red",
  active: ["", "red"],
  context: { cars: 2 },
};
const stepTo = (seq: number, value: string, more: object = {}): TraceRecord => ({
  ...common,
  seq,
  kind: "step",
  actor: "light",
  event: { type: "next" },
  microsteps: [],
  value,
  active: ["", value],
  entered: [value],
  left: [],
  ...more,
});

/** What each record gives, with the world after it. */
function framesOf(frames: typeof statelyFrames, records: readonly TraceRecord[]) {
  const fold = new WorldFold();
  return records.map((record) => {
    fold.apply(record);
    return frames(record, fold.snapshot());
  });
}

describe("our records", () => {
  it("are Stately's frames: its registration, event and snapshot", () => {
    const run: TraceRecord = { ...common, seq: 0, time: 0, kind: "run", wall: 1_000, edition: "", version: "" };
    const ended: TraceRecord = { ...FOUND, seq: 9, phase: "ended", status: "stopped" };
    const given = framesOf(statelyFrames, [
      run,
      DEFINITION,
      FOUND,
      stepTo(3, "green", { sender: "boss" }),
      logged(4),
      ended,
    ]);
    const base = { _version: "0.7.2", createdAt: "1005", id: null, sessionId: "corner/light", rootId: "corner/light" };
    const snapshot = {
      status: "active",
      value: "green",
      context: { cars: 2 },
      children: {},
      historyValue: {},
      tags: ["go"],
    };
    expect(given).toEqual([
      [],
      [],
      [expect.objectContaining({ ...base, type: "@xstate.actor", name: "light" })],
      [
        { ...base, type: "@xstate.event", event: { type: "next" }, sourceId: "corner/boss" },
        { ...base, type: "@xstate.snapshot", event: { type: "next" }, snapshot },
      ],
      [],
      [expect.objectContaining({ type: "@xstate.snapshot", snapshot: { ...snapshot, status: "stopped" } })],
    ]);
  });

  it("are @xstate/inspect's messages: JSON in JSON", () => {
    const [, registered, stepped] = framesOf(legacyFrames, [DEFINITION, FOUND, stepTo(3, "green", { sender: "boss" })]);
    expect(registered).toHaveLength(1);
    expect(JSON.parse(registered![0]!.machine as string)).toMatchObject({ id: "light", initial: "red" });
    expect(stepped!.map(({ type }) => type)).toEqual(["service.event", "service.state"]);
    expect(JSON.parse(stepped![0]!.event as string)).toEqual({
      name: "next",
      data: { type: "next" },
      $$type: "scxml",
      type: "external",
      origin: "corner/boss",
    });
    expect(JSON.parse(stepped![1]!.state as string)).toMatchObject({ value: "green", tags: ["go"], done: false });
  });

  it("name actors so that they are found again", () => {
    for (const device of ["plain", "a/b", "50%", "%2F", "urn:imei:1"]) {
      const session = sessionOf({ device } as DeviceWorld, "carrier/register/1");
      expect(readSession(session)).toEqual({ device, actor: "carrier/register/1" });
    }
    expect(readSession("x:0")).toBeUndefined();
  });
});

describe("what a receiver of @xstate/inspect says", () => {
  it("is read with the event's origin as whom it is for", () => {
    const event = JSON.stringify({ name: "go", data: { type: "go", n: 1 }, origin: "a/b" });
    expect(readLegacyRequest(JSON.stringify({ type: "xstate.event", event, service: "other" }))).toEqual({
      type: "send",
      session: "a/b",
      event: { type: "go", n: 1 },
    });
  });

  it.each(["", "{", "null", "[]", '{"type":"go"}', '{"type":"xstate.event"}', '{"type":"xstate.event","event":"{}"}'])(
    "is not taken when it is none of it: %s",
    async (text) => {
      expect(readLegacyRequest(text)).toBeUndefined();
      const { url } = await serve();
      const receiver = client(`${url}xstate-inspect`, {}, "");
      await receiver.open;
      receiver.send(text);
      expect(await receiver.ended).toEqual({
        code: 1008,
        reason: "xstate.inspecting or xstate.event is what is said here",
      });
    },
  );

  it("is nothing at first, and then it is told everything each time it says that it is there", async () => {
    const inspector = new PlainInspector({ history: 10 });
    for (const record of [DEFINITION, FOUND]) inspector.sink(record);
    const { url } = await serve(inspector);
    const receiver = client(`${url}xstate-inspect`, {}, "");
    await receiver.open;
    inspector.sink(stepTo(3, "green"));
    for (const times of [1, 2]) {
      receiver.send({ type: "xstate.inspecting" });
      await receiver.until(() => receiver.messages.length === 3 * times);
    }
    expect(inspector.viewers.size).toBe(1);
    const types = receiver.messages.map((message) => JSON.parse(message).type);
    expect(types).toEqual([...Array(2)].flatMap(() => ["service.register", "service.event", "service.state"]));
    receiver.send({ type: "xstate.event", event: JSON.stringify({ data: { type: "next" }, origin: "corner/light" }) });
    receiver.send({ type: "xstate.event", event: JSON.stringify({ data: { type: "next" }, origin: "nowhere" }) });
    receiver.send({ type: "xstate.inspecting" });
    await receiver.until(() => receiver.messages.length === 9);
    expect(inspector.steered).toEqual([
      { id: 0, request: "send", device: "corner", actor: "light", event: { type: "next" } },
    ]);
  });
});

describe("a receiver", () => {
  it("of a recording with charts alone is told of an actor before what it does", async () => {
    const inspector = new PlainInspector({ history: 10 });
    inspector.sink(DEFINITION);
    const chart = { ...common, kind: "chart", actor: "light", entered: [] } as const;
    inspector.sink({ ...chart, seq: 2, event: "xstate.init", value: "red" });
    inspector.sink({ ...chart, seq: 3, event: "next", value: "green", payload: { by: "hand" } });
    const { url } = await serve(inspector);
    const receiver = client(`${url}stately-out`, {}, "");
    await receiver.until(() => receiver.messages.length === 5);
    const frames = receiver.messages.map((message) => JSON.parse(message));
    expect(frames.map(({ type, event }) => [type, event])).toEqual([
      ["@xstate.actor", undefined],
      ["@xstate.event", { type: "xstate.init" }],
      ["@xstate.snapshot", { type: "xstate.init" }],
      ["@xstate.event", { type: "next", by: "hand" }],
      ["@xstate.snapshot", { type: "next", by: "hand" }],
    ]);
    expect(JSON.parse(frames[0].definition).id).toBe("light");
  });

  it("does not get what cannot be said, and gets the rest", async () => {
    const inspector = new PlainInspector();
    const { url } = await serve(inspector);
    const receiver = client(`${url}stately-out`, {}, "");
    await receiver.open;
    const circle: Record<string, unknown> = { type: "round" };
    circle.self = circle;
    for (const record of [DEFINITION, FOUND, stepTo(3, "red", { event: circle }), stepTo(4, "green")])
      inspector.sink(record);
    await receiver.until(() => receiver.messages.length === 3);
    expect(receiver.messages.map((message) => JSON.parse(message).event?.type)).toEqual([undefined, "next", "next"]);
  });

  it("that is too slow is told anew of everything that runs", async () => {
    const inspector = new PlainInspector();
    const { url } = await serve(inspector);
    const receiver = client(`${url}stately-out`, {}, "");
    await receiver.open;
    for (const record of [DEFINITION, FOUND]) inspector.sink(record);
    await receiver.until(() => receiver.messages.length === 1);
    receiver.socket.pause();
    const filler = "x".repeat(2_000);
    for (let seq = 3; seq < 16_000; seq++) {
      inspector.sink(stepTo(seq, seq % 2 === 0 ? "red" : "green", { event: { type: "next", filler } }));
      if (seq % 500 === 0) await turn();
    }
    receiver.socket.resume();
    const newest = () => receiver.messages.at(-1)!;
    // Steps may follow it at once.
    let toldAnew: string | undefined;
    await receiver.until(() => {
      if (receiver.messages.length > 1 && newest().includes('"@xstate.actor"')) toldAnew = newest();
      return toldAnew !== undefined;
    });
    expect(receiver.messages.length).toBeLessThan(30_000);
    expect(JSON.parse(toldAnew!).snapshot).toMatchObject({ status: "active", context: { cars: 2 } });
    inspector.sink(stepTo(16_000, "amber"));
    await receiver.until(() => newest().includes('"value":"amber"'));
  });
});
