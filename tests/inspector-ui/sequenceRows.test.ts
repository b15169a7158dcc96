import { describe, expect, it } from "@jest/globals";
import { Session } from "../../inspector/model/session.ts";
import { SequenceRows } from "../../inspector/ui/sequence/rows.ts";
import type { RecordFields } from "../../ports/trace.ts";
import { ALL, coap, eachRow, rowsOf, step, textsOf } from "./sequenceSupport.ts";
import { recordsOf } from "./shellSupport.ts";

const GET = coap("in", "0.01", { mid: 1, path: "/3/0/0" });
const CONTENT = coap("out", "2.05", { mid: 1, type: "ACK" });
const NOTIFICATION = coap("out", "2.05", { observe: 7, token: "aa" });
const ACK = coap("in", "0.00", { type: "ACK" });
const CALL: RecordFields = { kind: "call", name: "lwm2m_carrier_run()", from: "application", to: "library" };

function block(num: number, more = true): RecordFields {
  return coap("in", "2.05", { block2: { num, more, size: 1024 } });
}

function asksFor(num: number): RecordFields {
  return coap("out", "0.01", { path: "/fw", block2: { num, more: false, size: 1024 } });
}

describe("rows of the sequence chart", () => {
  it("are one for each message, at the device's endpoint where it is on the wire", () => {
    const { rows } = rowsOf([CALL, GET, CONTENT]);
    expect(textsOf(rows)).toEqual([
      "Application to Carrier library: lwm2m_carrier_run()",
      "Server 1 to CoAP / DTLS: GET /3/0/0",
      "CoAP / DTLS to Server 1: 2.05 Content",
    ]);
    expect([...rows.lanes]).toEqual(["application", "library", "server/1", "endpoint"]);
  });

  it("are of one device, and only of what passes level, filter and lanes", () => {
    const other = { ...recordsOf([CALL])[0]!, device: "other", seq: 9 };
    const { session, rows } = rowsOf([CALL, GET, { kind: "store", operation: "write", name: "facts" }]);
    session.append([other]);
    rows.sync();
    expect(rows.length).toBe(3);
    expect(rowsOf([CALL, GET], { level: "events" }).rows.length).toBe(1);
    expect(rowsOf([CALL, GET], { matches: ({ kind }) => kind === "coap" }).rows.length).toBe(1);
    const hidden = rowsOf([CALL, GET], { hidden: new Set(["server/1"] as const) }).rows;
    expect(hidden.length).toBe(1);
    expect(hidden.lanes.has("server/1")).toBe(true);
  });

  it("grow with the records, a part at a time where there are many", () => {
    const session = new Session();
    session.append(recordsOf(Array.from({ length: 100 }, (_, n) => ({ ...GET, path: `/${n}` }))));
    const rows = new SequenceRows(session, ALL);
    expect(rows.sync(60)).toBe(false);
    expect(rows.length).toBe(60);
    expect(rows.sync(60)).toBe(true);
    expect(rows.length).toBe(100);
  });

  it("say when the session has begun anew", () => {
    const { session, rows } = rowsOf([CALL, GET]);
    expect(rows.isStale).toBe(false);
    session.clear();
    expect(rows.isStale).toBe(true);
    session.append(recordsOf([CALL, GET, CONTENT]));
    expect(rows.isStale).toBe(true);
  });

  it("show where records are missing", () => {
    const session = new Session();
    session.append(recordsOf([CALL]), 0);
    session.append(recordsOf([CALL, GET]).slice(1), 40);
    const rows = new SequenceRows(session, ALL);
    rows.sync();
    expect(eachRow(rows).map(({ kind }) => kind)).toEqual(["item", "gap", "item"]);
    expect(textsOf(rows)[1]).toBe("39 records are missing");
  });

  it("are found by the index of a record, or of the one before it", () => {
    const { rows } = rowsOf([CALL, { kind: "definition", hash: "x", definition: {} }, GET, CONTENT]);
    expect([0, 1, 2, 3].map((index) => rows.rowOf(index))).toEqual([0, 0, 1, 2]);
    expect(rowsOf([{ kind: "definition", hash: "x", definition: {} }, GET]).rows.rowOf(0)).toBe(-1);
  });

  it("mark what had to be sent again", () => {
    const sent = coap("out", "0.02", { mid: 9, path: "/rd" });
    const { rows } = rowsOf([sent, { ...sent, retransmission: 1 }, coap("in", "2.01", { mid: 9 })]);
    expect(eachRow(rows).map((row) => row.kind === "item" && row.unanswered)).toEqual([true, false, false]);
  });
});

describe("folds", () => {
  it("hold the blocks of a transfer with the requests for them", () => {
    const parts = [1, 2, 3].flatMap((num) => [asksFor(num), block(num)]);
    const { rows } = rowsOf([asksFor(0), block(0), ...parts, asksFor(4), block(4, false), CALL]);
    expect(textsOf(rows)).toEqual([
      "CoAP / DTLS to Server 1: GET /fw, block 0 (1 KiB)",
      "Server 1 to CoAP / DTLS: 2.05 Content, block 0 (1 KiB)",
      "▸ Server 1 to CoAP / DTLS: 3 blocks, 3 KiB",
      "Server 1 to CoAP / DTLS: 2.05 Content, block 4 (1 KiB)",
      "Application to Carrier library: lwm2m_carrier_run()",
    ]);
  });

  it("hold notifications with what acknowledges them, but no acknowledgement of something else", () => {
    const { rows } = rowsOf([ACK, ACK, NOTIFICATION, ACK, NOTIFICATION, ACK, NOTIFICATION, ACK, CALL]);
    expect(textsOf(rows)).toEqual([
      "Server 1 to CoAP / DTLS: empty ACK",
      "Server 1 to CoAP / DTLS: empty ACK",
      "▸ CoAP / DTLS to Server 1: 3 notifications: 2.05 Content",
      "Application to Carrier library: lwm2m_carrier_run()",
    ]);
  });

  it("hold retransmissions", () => {
    const again = (n: number) => coap("out", "0.02", { mid: 9, path: "/rd", retransmission: n });
    const { rows } = rowsOf([coap("out", "0.02", { mid: 9, path: "/rd" }), again(1), again(2), again(3)]);
    expect(textsOf(rows)).toEqual([
      "CoAP / DTLS to Server 1: POST /rd, no answer: sent again",
      "▸ CoAP / DTLS to Server 1: 3 retransmissions: POST /rd",
    ]);
  });

  it("hold what comes a third time and more, whether it is one message or several", () => {
    expect(textsOf(rowsOf([CALL, CALL, CALL, CALL]).rows)).toEqual([
      "Application to Carrier library: lwm2m_carrier_run()",
      "▸ Application to Carrier library: 3 times more: lwm2m_carrier_run()",
    ]);
    const exchange = [GET, CONTENT];
    expect(textsOf(rowsOf([...exchange, ...exchange, ...exchange, ...exchange, CALL]).rows)).toEqual([
      "Server 1 to CoAP / DTLS: GET /3/0/0",
      "CoAP / DTLS to Server 1: 2.05 Content",
      "▸ Server 1 to CoAP / DTLS: 3 times more the same 2: GET /3/0/0 …",
      "Application to Carrier library: lwm2m_carrier_run()",
    ]);
    expect(rowsOf([GET, CONTENT, GET, CONTENT]).rows.length).toBe(4);
  });

  it("give back what began to repeat and went another way", () => {
    const exchange = [GET, CONTENT];
    const { rows } = rowsOf([...exchange, ...exchange, ...exchange, GET, CALL]);
    expect(textsOf(rows).slice(2)).toEqual([
      "▸ Server 1 to CoAP / DTLS: 2 times more the same 2: GET /3/0/0 …",
      "Server 1 to CoAP / DTLS: GET /3/0/0",
      "Application to Carrier library: lwm2m_carrier_run()",
    ]);
  });

  it("open and close, and stay open while more comes", () => {
    const { session, rows } = rowsOf([CALL, NOTIFICATION, NOTIFICATION]);
    expect(rows.length).toBe(2);
    expect(rows.toggle(1)).toBe(true);
    expect(eachRow(rows).map(({ kind }) => kind)).toEqual(["item", "fold", "item", "item"]);
    session.append(recordsOf([CALL, CALL, CALL, NOTIFICATION]).slice(3));
    rows.sync();
    expect(rows.length).toBe(5);
    expect(rows.rowOf(3)).toBe(4);
    // From a row inside it too.
    expect(rows.toggle(3)).toBe(true);
    expect(rows.length).toBe(2);
    expect(rows.rowOf(3)).toBe(1);
    expect(rows.toggle(0)).toBe(false);
  });

  it("stay open when the rows are made anew", () => {
    const { session, rows } = rowsOf([NOTIFICATION, NOTIFICATION]);
    rows.toggle(0);
    const again = new SequenceRows(session, { ...ALL, level: "messages" }, rows.opened);
    again.sync();
    expect(again.length).toBe(3);
  });

  it("are the same whether records come one by one or all at once", () => {
    const fields = [
      CALL,
      GET,
      CONTENT,
      GET,
      CONTENT,
      GET,
      CONTENT,
      GET,
      NOTIFICATION,
      ACK,
      NOTIFICATION,
      block(1),
      block(2),
      CALL,
    ];
    const many = Array.from({ length: 7 }, () => fields).flat();
    const whole = rowsOf(many).rows;
    const session = new Session();
    const rows = new SequenceRows(session, ALL);
    for (const record of recordsOf(many)) {
      session.append([record]);
      rows.sync();
    }
    expect(textsOf(rows)).toEqual(textsOf(whole));
    expect(textsOf(whole).some((text) => text.startsWith("▸"))).toBe(true);
    whole.toggle(textsOf(whole).findIndex((text) => text.startsWith("▸")));
    whole.toggle(whole.rowOf(many.length - 1));
    const everyRecord = new Set(
      eachRow(whole).flatMap((row) => (row.kind === "fold" ? [row.index, row.last] : [row.index])),
    );
    expect(everyRecord.has(0) && everyRecord.has(many.length - 1)).toBe(true);
  });
});

describe("an app without lifelines", () => {
  const CHILD = {
    kind: "actor",
    actor: "lights/walk",
    phase: "started",
    id: "walk",
    logic: "machine",
    parent: "lights",
  } as const;
  const HELPER = {
    kind: "actor",
    actor: "lights/tick",
    phase: "started",
    id: "tick",
    logic: "callback",
    parent: "lights",
  } as const;

  it("has a lane for each machine, events from who sent them and the states that they led to", () => {
    const { rows } = rowsOf(
      [
        { kind: "actor", actor: "lights", phase: "started", id: "lights", logic: "machine" },
        HELPER,
        CHILD,
        step("lights", "press", ["red", "red.stop"]),
        step("lights/walk", "go", ["walking"], { sender: "lights" }),
        step("lights", "tick", [], { sender: "lights/tick" }),
        step("lights/walk", "odd", [], { ignored: true }),
      ],
      { level: "messages" },
    );
    expect(textsOf(rows)).toEqual([
      "lights: start",
      "lights to lights/walk: start",
      "Outside to lights: press",
      "lights: stop",
      "lights to lights/walk: go",
      "lights/walk: walking",
      "lights: tick",
      "Outside to lights/walk: odd (ignored: no transition takes it here)",
    ]);
    expect([...rows.lanes]).toEqual(["actor:lights", "actor:lights/walk", "outside"]);
  });

  it("has lanes for promises and callbacks as well where everything is drawn", () => {
    const { rows } = rowsOf([HELPER, step("lights", "tick", [], { sender: "lights/tick" })]);
    expect(textsOf(rows)).toEqual(["lights to lights/tick: start callback", "lights/tick to lights: tick"]);
  });

  it("is drawn with lifelines from the first record on that tells of them", () => {
    const { rows } = rowsOf([step("carrier", "start", ["alive"]), CALL]);
    expect(rows.mode).toBe("lifelines");
    expect(textsOf(rows)).toEqual(["Application to Carrier library: lwm2m_carrier_run()"]);
    expect(rowsOf([step("carrier", "start", ["alive"]), CALL], { mode: "actors" }).rows.length).toBe(2);
  });

  it("shows what is sent to an actor that has ended as lost", () => {
    const { rows } = rowsOf([step("lights", "press", [], { ignored: true, status: "error" })]);
    expect(textsOf(rows)).toEqual(["Outside to lights: press (nobody takes it: the actor has ended)"]);
    expect(eachRow(rows)[0]).toMatchObject({ item: { arrow: "-x" } });
  });

  it("shows what failed", () => {
    const { rows } = rowsOf([step("lights", "press", [], { status: "error", error: { message: "no lamp" } })], {
      level: "events",
    });
    expect(textsOf(rows)).toEqual(["Outside to lights: press", "lights: failed: no lamp"]);
  });
});

describe("timers", () => {
  const begins = (actor: string, id: string): RecordFields => ({
    ...{ kind: "actor", actor, id, phase: "started", logic: "machine", status: "active" },
    ...(actor.includes("/") && { parent: actor.slice(0, actor.indexOf("/")) }),
  });
  const timer = (owner: string, name: string, more: Readonly<Record<string, unknown>> = {}): RecordFields => ({
    ...{ kind: "timer", operation: "set", owner, name, delay: 90_000 },
    ...more,
  });

  it("stand at the library or at the endpoint of the carrier's world, with whose they are", () => {
    const { rows } = rowsOf([
      CALL,
      timer("register/1", "update.due", { purpose: "the registration lapses" }),
      timer("coap server/1", "ACK_TIMEOUT", { operation: "fired" }),
      timer("register/1", "update.due", { operation: "cleared" }),
    ]);
    expect(textsOf(rows).slice(1)).toEqual([
      "Carrier library: register/1: update.due, 1 min 30 s (the registration lapses)",
      "CoAP / DTLS: fired: coap server/1: ACK_TIMEOUT",
      "Carrier library: stopped: register/1: update.due",
    ]);
  });

  it("are shown among the messages where a chart waits, not where a protocol or XState itself counts", () => {
    const { rows } = rowsOf(
      [
        CALL,
        timer("link", "link.timedOut", { operation: "fired" }),
        timer("register/1", "retry.due"),
        timer("register/1", "retry.due", { operation: "cleared" }),
        timer("x:0", "stop.timedOut"),
        timer("coap server/1", "ACK_TIMEOUT"),
        timer("dtls server/1", "retransmission", { operation: "fired" }),
        timer("observe server/1", "pmin"),
        timer("lights", "xstate.after.600.lights.red"),
      ],
      { level: "messages" },
    );
    expect(textsOf(rows).slice(1)).toEqual([
      "Carrier library: fired: link: link.timedOut",
      "Carrier library: register/1: retry.due, 1 min 30 s",
      "Carrier library: stopped: register/1: retry.due",
      "Carrier library: stop.timedOut, 1 min 30 s",
    ]);
    expect(rowsOf([timer("link", "link.timedOut")], { level: "events" }).rows.length).toBe(0);
  });

  it("do not keep Updates from being folded, one server's or two servers' in turn", () => {
    const update = (server: number): RecordFields[] => [
      timer(`register/${server}`, "update.due", { operation: "fired" }),
      coap("out", "0.02", { path: "/rd/1", to: `server/${server}` }),
      coap("in", "2.04", { from: `server/${server}` }),
      timer(`register/${server}`, "update.due"),
    ];
    const hours = Array.from({ length: 5 }, () => [...update(1), ...update(2)]).flat();
    expect(textsOf(rowsOf(hours, { level: "messages" }).rows).slice(8)).toEqual([
      "▸ Carrier library: 4 times more the same 8: fired: register/1: update.due …",
    ]);
  });

  it("stand at the actor that they belong to, by whichever name it is called, and protocols' outside", () => {
    const { rows } = rowsOf(
      [
        begins("carrier", "x:0"),
        begins("carrier/register/1", "register/1"),
        timer("register/1", "update.due"),
        timer("x:0", "xstate.after.600.crossing.red"),
        timer("coap server/1", "ACK_TIMEOUT"),
      ],
      { mode: "actors" },
    );
    expect(textsOf(rows).slice(-3)).toEqual([
      "carrier/register/1: update.due, 1 min 30 s",
      "carrier: 600 ms in red",
      "Outside: coap server/1: ACK_TIMEOUT, 1 min 30 s",
    ]);
    expect([...rows.lanes].sort()).toEqual(["actor:carrier", "actor:carrier/register/1", "outside"]);
  });
});
