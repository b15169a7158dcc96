import { describe, expect, it } from "@jest/globals";
import type { TraceRecord } from "../../ports/trace.ts";
import { CODE, type IncomingRequest } from "../../services/coap/index.ts";
import { createTrace } from "../../trace/trace.ts";
import { VirtualClock } from "../support/virtualClock.ts";
import { bytes, createLone, hex, pattern, SERVER } from "./support.ts";

/** What the message says; when and of which device is the trace's own. */
type Recorded = Omit<TraceRecord, "time" | "device">;

/** A trace over a list. */
function listTrace() {
  const records: Recorded[] = [];
  const trace = createTrace({
    sink: ({ time: _, device: __, ...record }) => records.push(record),
    clock: new VirtualClock(),
    device: "test",
  });
  return { records, trace };
}

const lifelines = { local: "library", peer: "server/123" } as const;
const remote = `${SERVER}:5683`;

describe("the record of a CoAP message", () => {
  it("tells all that RECORDS.md promises of a request, and its response is caused by it", async () => {
    const { records, trace } = listTrace();
    const { clock, endpoint, onMessage, send } = await createLone({
      trace,
      lifelines,
      parameters: { ackRandomFactor: 1 },
    });
    let first = true;
    onMessage(({ messageId, token }) => {
      if (!first) send({ type: "ACK", code: CODE.CREATED, messageId, token, fields: { locationPath: ["rd", "x"] } });
      first = false;
    });
    const outcome = trace.causedBy(17, () =>
      endpoint.request({
        method: CODE.POST,
        path: ["rd"],
        query: ["ep=d", "lt=60"],
        contentFormat: 40,
        payload: bytes("</3/0>"),
      }),
    );
    await clock.advanceAsync(3_000);
    await outcome;
    const [request, again, response] = records;
    expect(request).toEqual({
      seq: 1,
      kind: "coap",
      cause: 17,
      direction: "out",
      from: "library",
      to: "server/123",
      type: "CON",
      code: "0.02",
      mid: expect.any(Number),
      token: expect.stringMatching(/^[0-9a-f]{8}$/),
      path: "/rd",
      query: "ep=d&lt=60",
      contentFormat: 40,
      size: 8 + 3 + 2 + 5 + 6 + 7,
      remote,
    });
    expect(again).toEqual({ ...request, seq: 2, cause: 1, retransmission: true });
    expect(response).toMatchObject({
      cause: 1,
      direction: "in",
      from: "server/123",
      to: "library",
      type: "ACK",
      code: "2.01",
      mid: request?.mid,
      token: request?.token,
    });
    expect(response).not.toHaveProperty("path");
  });

  it("of a received request is the cause of what its handler does and of its response, also of a late one", async () => {
    const { records, trace } = listTrace();
    const causes: (number | undefined)[] = [];
    let clock: { setTimeout(work: () => void, ms: number): unknown } | undefined;
    const lone = await createLone({
      trace,
      lifelines,
      handler: {
        onRequest: ({ path }: IncomingRequest) => {
          causes.push(trace.cause);
          const response = { code: CODE.CONTENT };
          return path[0] === "slow"
            ? new Promise((resolve) => clock?.setTimeout(() => resolve(response), 1_000))
            : response;
        },
      },
    });
    clock = lone.clock;
    lone.send({ code: CODE.GET, messageId: 1, fields: { path: ["quick"] } });
    await lone.clock.advanceAsync(100);
    lone.send({ code: CODE.GET, messageId: 2, fields: { path: ["slow"] } });
    await lone.clock.advanceAsync(1_500);
    expect(causes).toEqual([1, 3]);
    expect(records.map(({ direction, type, code, cause }) => [direction, type, code, cause])).toEqual([
      ["in", "CON", "0.01", undefined],
      ["out", "ACK", "2.05", 1],
      ["in", "CON", "0.01", undefined],
      ["out", "ACK", "0.00", 3],
      ["out", "CON", "2.05", 3],
    ]);
  });

  it("shows blocks and Observe, and each block request is caused by the block before", async () => {
    const { records, trace } = listTrace();
    const { clock, endpoint, onMessage, send } = await createLone({ trace });
    onMessage(({ messageId, token, options }) => {
      const more = options.at(-1)?.number === 28;
      const fields = { observe: 7, block2: { num: more ? 0 : 1, more, size: 64 } };
      send({ type: "ACK", code: CODE.CONTENT, messageId, token, fields, payload: pattern(64) });
    });
    const outcome = await Promise.all([endpoint.download({ path: ["x"], blockSize: 64 }), clock.advanceAsync(100)]);
    expect(outcome[0].kind).toBe("download");
    expect(records.map(({ cause, block2, observe }) => [cause, block2, observe])).toEqual([
      [undefined, { num: 0, more: false, size: 64 }, undefined],
      [1, { num: 0, more: true, size: 64 }, 7],
      [2, { num: 1, more: false, size: 64 }, undefined],
      [3, { num: 1, more: false, size: 64 }, 7],
    ]);
    expect(records[0]).not.toHaveProperty("from");
  });

  it("says what was dropped and why", async () => {
    const { records, trace } = listTrace();
    const { clock, send, sendRaw } = await createLone({
      trace,
      lifelines,
      handler: { onRequest: () => ({ code: CODE.CHANGED }) },
    });
    send({ code: CODE.POST, messageId: 5 });
    send({ code: CODE.POST, messageId: 5 });
    sendRaw(hex("40010009ff"));
    await clock.advanceAsync(100);
    const dropped = records.filter((record) => record.dropped !== undefined);
    expect(dropped).toEqual([
      expect.objectContaining({ direction: "in", mid: 5, dropped: "duplicate" }),
      expect.objectContaining({
        direction: "in",
        size: 5,
        remote,
        dropped: "payloadMarker: a payload marker without payload (octet 4)",
      }),
    ]);
  });
});
