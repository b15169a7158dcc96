import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "@jest/globals";
import { seededRandom } from "../../carrier/random.ts";
import type { Session, SessionHandlers } from "../../ports/transport.ts";
import { Deadlines } from "../../services/coap/deadlines.ts";
import { Duplicates } from "../../services/coap/duplicates.ts";
import { CODE, CoapEndpoint, type CoapHandler, encodeMessage, encodeOptions } from "../../services/coap/index.ts";
import { VirtualClock } from "../support/virtualClock.ts";
import { bytes, hex, pattern } from "./support.ts";

setFlagsFromString("--expose_gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** A session whose network is the test itself. */
function createDirect(handler?: CoapHandler) {
  let handlers: SessionHandlers | undefined;
  const sent: Uint8Array[] = [];
  const session: Session = {
    peer: { address: "192.0.2.1", port: 5683 },
    local: { address: "192.0.2.2", port: 5683 },
    identity: { kind: "none" },
    secure: false,
    maxDatagram: 1_152,
    attach: (given) => {
      handlers = given;
    },
    send: (datagram) => sent.push(datagram),
    suspend: () => {},
    resume: () => {},
    pause: () => {},
    unpause: () => {},
    close: () => handlers?.onClose({ kind: "local" }),
  };
  const clock = new VirtualClock();
  const endpoint = new CoapEndpoint({ session, clock, random: seededRandom(7), ...(handler && { handler }) });
  return { clock, endpoint, sent, deliver: (datagram: Uint8Array) => handlers?.onDatagram(datagram) };
}

const LARGE = { payload: pattern(3_000), etag: hex("01") };
const OK = bytes("ok");

const served: CoapHandler = {
  onRequest: ({ observe, payload }) => ({
    code: CODE.CONTENT,
    ...(payload.length > 8 ? LARGE : { payload: OK }),
    ...(observe === 0 && { observing: true }),
  }),
};

/** Random octets, and messages that are right but for some of them. */
function createFuzzer(seed: number) {
  const random = seededRandom(seed);
  const below = (limit: number) => Math.floor(random.number() * limit);
  return (): Uint8Array => {
    if (below(3) === 0) return random.bytes(below(64));
    const message = encodeMessage({
      type: (["CON", "NON", "ACK", "RST"] as const)[below(4)]!,
      code: [CODE.GET, CODE.PUT, CODE.POST, CODE.CONTENT, CODE.CONTINUE, below(256)][below(6)]!,
      messageId: below(0x10000),
      token: random.bytes(below(9)),
      options: encodeOptions({
        path: [`${below(5)}`],
        ...(below(3) === 0 && { observe: below(3) }),
        ...(below(3) === 0 && { block1: { num: below(4), more: below(2) === 0, size: 16 << below(7) } }),
        ...(below(3) === 0 && { block2: { num: below(4), more: below(2) === 0, size: 16 << below(7) } }),
      }),
      payload: random.bytes(below(80)),
    });
    for (let n = below(3); n > 0; n--) message[below(message.length)] = below(256);
    return message.subarray(0, below(8) === 0 ? below(message.length) : message.length);
  };
}

describe("100,000 hostile datagrams", () => {
  it("are survived without a throw, an amplification in number or growth", async () => {
    const { clock, endpoint, sent, deliver } = createDirect(served);
    const fuzz = createFuzzer(99);
    const heap: number[] = [];
    for (let round = 0; round < 4; round++) {
      for (let n = 0; n < 25_000; n++) {
        deliver(fuzz());
        if (n % 100 === 0) await Promise.resolve();
      }
      await clock.advanceAsync(1_000);
      expect(sent.length).toBeLessThanOrEqual(25_000);
      sent.length = 0;
      collectGarbage();
      heap.push(process.memoryUsage().heapUsed);
    }
    expect(endpoint.counters.received).toBe(100_000);
    expect(endpoint.counters.malformed).toBeGreaterThan(10_000);
    expect(heap[3]! - heap[1]!).toBeLessThan(1_000_000);
    // And after all that it serves.
    sent.length = 0;
    deliver(
      encodeMessage({ type: "CON", code: CODE.GET, messageId: 1, token: hex("aabb"), options: [], payload: hex("") }),
    );
    expect(sent.at(-1)).toEqual(hex("62450001aabbff6f6b"));
  });

  it("do not disturb a request, a download and an observation that are under way", async () => {
    const { clock, endpoint, sent, deliver } = createDirect();
    const request = endpoint.request({ method: CODE.GET, path: ["x"] });
    const datagram = sent[0]!;
    const fuzz = createFuzzer(5);
    for (let n = 0; n < 20_000; n++) {
      const hostile = fuzz();
      // All but the one id that would be a hit.
      if (hostile[2] === datagram[2] && hostile[3] === datagram[3]) continue;
      deliver(hostile);
    }
    deliver(
      encodeMessage({
        type: "ACK",
        code: CODE.CONTENT,
        messageId: (datagram[2]! << 8) | datagram[3]!,
        token: datagram.subarray(4, 8),
        options: [],
        payload: bytes("ok"),
      }),
    );
    await clock.advanceAsync(1);
    expect(await request).toMatchObject({ kind: "response", response: { payload: bytes("ok") } });
  });
});

describe("what is remembered of messages", () => {
  it("is bounded by number and time", () => {
    const clock = new VirtualClock();
    const duplicates = new Duplicates(clock, new Deadlines(clock), 8);
    const message = (messageId: number) =>
      ({ type: "CON", code: CODE.GET, messageId, token: hex("01"), options: [], payload: hex("") }) as const;
    for (let messageId = 0; messageId < 100; messageId++) duplicates.add(message(messageId), 1_000);
    expect(duplicates.size).toBe(8);
    expect(duplicates.find(message(91))).toBeUndefined();
    expect(duplicates.find(message(92))).toBeDefined();
    clock.advance(500);
    duplicates.add(message(200), 1_000);
    clock.advance(500);
    expect(duplicates.size).toBe(1);
    clock.advance(500);
    expect(duplicates.size).toBe(0);
    expect(clock.nextDue).toBeUndefined();
  });
});

describe("many deadlines on one timer", () => {
  it("expire in their order, each at its own time, and can be moved and cleared", () => {
    const clock = new VirtualClock();
    const deadlines = new Deadlines(clock);
    const expired: string[] = [];
    const deadline = (name: string) => ({ due: 0, expire: () => expired.push(`${name} ${clock.now()}`) });
    const [a, b, c, d] = ["a", "b", "c", "d"].map(deadline) as [never, never, never, never];
    deadlines.set(a, 300);
    deadlines.set(b, 100);
    deadlines.set(c, 200);
    deadlines.set(d, 150);
    deadlines.clear(d);
    clock.advance(50);
    deadlines.set(b, 400);
    clock.advance(1_000);
    expect(expired).toEqual(["c 200", "a 300", "b 450"]);
  });

  it("arm the clock once for a thousand that are met early", () => {
    let armed = 0;
    class CountingClock extends VirtualClock {
      override setTimeout(work: () => void, delayMs: number) {
        armed++;
        return super.setTimeout(work, delayMs);
      }
    }
    const clock = new CountingClock();
    const deadlines = new Deadlines(clock);
    for (let n = 0; n < 1_000; n++) {
      const deadline = { due: 0, expire: () => {} };
      deadlines.set(deadline, 2_000);
      clock.advance(1);
      deadlines.clear(deadline);
    }
    expect(armed).toBe(1);
  });
});
