import { describe, expect, it } from "@jest/globals";
import { ModemError } from "../../modem/modemError.ts";
import { CODE } from "../../services/coap/index.ts";
import type { PushOutcome } from "../../services/firmware/outcome.ts";
import { createPackageSink } from "../../services/firmware/pushSink.ts";
import { createPair } from "../coap/support.ts";
import { VirtualClock } from "../support/virtualClock.ts";
import { makeImage } from "./support/firmwareHost.ts";
import { MemoryArea } from "./support/memoryArea.ts";

const image = makeImage(10_000);
const IDLE_MS = 30 * 60_000;

function createSink(area = new MemoryArea()) {
  const clock = new VirtualClock();
  const outcomes: PushOutcome[] = [];
  const sink = createPackageSink({
    area,
    clock,
    idleTimeoutMs: IDLE_MS,
    onOutcome: (outcome) => outcomes.push(outcome),
  });
  const block = (at: number, size = 1024) => sink.write(image.subarray(at, at + size), at);
  return { area, clock, outcomes, sink, block };
}

describe("a pushed package", () => {
  it("arrives block by block from a CoAP client and is in the area before the last answer", async () => {
    const area = new MemoryArea(100_000, makeImage(500));
    const outcomes: PushOutcome[] = [];
    const clock = new VirtualClock();
    const pair = await createPair({
      handler: {
        onRequest: () => ({ code: CODE.METHOD_NOT_ALLOWED }),
        onUpload: () =>
          createPackageSink({ area, clock, idleTimeoutMs: IDLE_MS, onOutcome: (outcome) => outcomes.push(outcome) }),
      },
    });
    const answer = pair.client.request({ method: CODE.PUT, path: ["5", "0", "0"], payload: image });
    await pair.clock.advanceAsync(10_000);
    expect(await answer).toMatchObject({ kind: "response", response: { code: CODE.CHANGED } });
    expect(outcomes).toEqual([{ kind: "complete", bytes: image.length }]);
    expect(area.erased).toBe(1);
    expect(Buffer.compare(area.content, image)).toBe(0);
    expect(clock.nextDue).toBeUndefined();
  });

  it("takes a block that comes again once", async () => {
    const { block, sink, area, outcomes } = createSink();
    await block(0);
    expect(await block(0)).toBeUndefined();
    await block(1024);
    expect(await sink.finish()).toEqual({ code: CODE.CHANGED });
    expect(Buffer.compare(area.content, image.subarray(0, 2048))).toBe(0);
    expect(outcomes).toEqual([{ kind: "complete", bytes: 2048 }]);
  });

  it("ends at a gap, and every later block is answered 4.08", async () => {
    const { block, sink, outcomes } = createSink();
    await block(0);
    expect(await block(2048)).toEqual({ code: CODE.REQUEST_ENTITY_INCOMPLETE });
    expect(await block(1024)).toEqual({ code: CODE.REQUEST_ENTITY_INCOMPLETE });
    expect(await sink.finish()).toEqual({ code: CODE.REQUEST_ENTITY_INCOMPLETE });
    expect(outcomes).toMatchObject([{ kind: "refused", reason: "protocol" }]);
  });

  it("is given up when no block comes for the whole timeout, counted from the last one", async () => {
    const { block, clock, outcomes } = createSink();
    clock.advance(IDLE_MS - 1);
    await block(0, 5_000);
    clock.advance(IDLE_MS - 1);
    expect(outcomes).toEqual([]);
    clock.advance(1);
    expect(outcomes).toEqual([{ kind: "interrupted", bytes: 4096, detail: `no block for ${IDLE_MS} ms` }]);
  });

  it("is given up by the endpoint, or cancelled by the device, and is told once", async () => {
    const abandoned = createSink();
    await abandoned.block(0);
    abandoned.sink.abort();
    abandoned.sink.abort();
    expect(abandoned.outcomes).toMatchObject([{ kind: "interrupted", bytes: 0 }]);
    const cancelled = createSink();
    cancelled.sink.cancel();
    cancelled.sink.abort();
    expect(cancelled.outcomes).toEqual([{ kind: "aborted" }]);
    expect(cancelled.clock.nextDue).toBeUndefined();
  });

  it("stays cancelled when that happens while the modem writes", async () => {
    const { area, block, sink, outcomes, clock } = createSink();
    area.beforeWrite = () => sink.cancel();
    expect(await block(0, 5_000)).toEqual({ code: CODE.REQUEST_ENTITY_INCOMPLETE });
    expect(outcomes).toEqual([{ kind: "aborted" }]);
    expect(clock.nextDue).toBeUndefined();
  });

  it("is a request to forget the package when it is one zero octet, which never reaches the area", async () => {
    const { sink, area, outcomes } = createSink();
    await sink.write(Uint8Array.of(0), 0);
    expect(await sink.finish()).toEqual({ code: CODE.CHANGED });
    expect(outcomes).toEqual([{ kind: "reset" }]);
    expect(area.writes).toEqual([]);
  });

  it("is refused when it is empty", async () => {
    const { sink, outcomes } = createSink();
    expect(await sink.finish()).toEqual({ code: CODE.BAD_REQUEST });
    expect(outcomes).toMatchObject([{ kind: "refused", reason: "protocol" }]);
  });

  const refusals: { name: string; error: ModemError; code: number; outcome: object }[] = [
    {
      name: "an unsupported image",
      error: new ModemError("dfu", { dfu: 3 }),
      code: CODE.BAD_REQUEST,
      outcome: { kind: "modem", dfu: 3 },
    },
    {
      name: "a full memory",
      error: new ModemError("memoryFull"),
      code: CODE.REQUEST_ENTITY_TOO_LARGE,
      outcome: { kind: "refused", reason: "noRoom" },
    },
    {
      name: "a failing write",
      error: new ModemError("dfu", { dfu: 12 }),
      code: CODE.INTERNAL_SERVER_ERROR,
      outcome: { kind: "modem", dfu: 12 },
    },
  ];
  for (const { name, error, code, outcome } of refusals) {
    it(`is answered with the reason for ${name}, at once or at its end`, async () => {
      for (const size of [4096, 100]) {
        const { area, block, sink, outcomes } = createSink();
        area.beforeWrite = () => {
          throw error;
        };
        const atOnce = await block(0, size);
        expect(atOnce ?? (await sink.finish())).toEqual({ code });
        expect(outcomes).toMatchObject([outcome]);
      }
    });
  }

  it("is refused as too large at the block that does not fit", async () => {
    const { block, outcomes } = createSink(new MemoryArea(1_500));
    expect(await block(0)).toBeUndefined();
    expect(await block(1024)).toEqual({ code: CODE.REQUEST_ENTITY_TOO_LARGE });
    expect(outcomes).toMatchObject([{ kind: "refused", reason: "tooLarge" }]);
  });

  it("is refused when the modem cannot even be asked", async () => {
    const { area, block, outcomes } = createSink();
    area.offset = async () => {
      throw new ModemError("notInitialised");
    };
    expect(await block(0)).toEqual({ code: CODE.INTERNAL_SERVER_ERROR });
    expect(outcomes).toMatchObject([{ kind: "modem", code: "notInitialised" }]);
  });
});
