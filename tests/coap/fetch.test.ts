/** FETCH: what is asked for stands in the payload, block-wise too (RFC 8132 §2; RFC 7959). */
import { describe, expect, it } from "@jest/globals";
import { seededRandom } from "../../carrier/random.ts";
import {
  CODE,
  CoapEndpoint,
  type CoapResponse,
  type IncomingRequest,
  type OutgoingResponse,
  type RequestOutcome,
  readOptions,
} from "../../services/coap/index.ts";
import { bytes, createLone, createPair, hex, text } from "./support.ts";

const FETCH = { method: CODE.FETCH, path: [], contentFormat: 110 };
const LONG = 3_000;
const MINUTE = 60_000;

/** Answers with what was asked, `times` over. */
function createEcho(times = 1) {
  const asked: string[] = [];
  const tokens: Uint8Array[] = [];
  return {
    asked,
    tokens,
    onRequest: ({ payload, observe, token }: IncomingRequest): OutgoingResponse => {
      asked.push(text(payload).slice(0, 3));
      tokens.push(token.slice());
      const answer = bytes(text(payload).repeat(times));
      return { code: CODE.CONTENT, contentFormat: 110, payload: answer, ...(observe === 0 && { observing: true }) };
    },
  };
}

const payloadOf = (outcome: RequestOutcome) =>
  outcome.kind === "response" ? text(outcome.response.payload) : outcome.kind;

describe("two FETCH requests for one resource at once", () => {
  it.each([
    ["questions of several blocks", "a".repeat(LONG), "b".repeat(LONG), 1],
    ["answers of several blocks", "a", "b", LONG],
    ["both of several blocks", "a".repeat(LONG), "b".repeat(LONG), 2],
  ])("get each its own answer: %s", async (_, first, second, times) => {
    const echo = createEcho(times);
    const { clock, client } = await createPair({
      handler: echo,
      client: { parameters: { nstart: 2 } },
      server: { parameters: { nstart: 2 } },
    });
    const outcomes = [first, second].map((question) => client.request({ ...FETCH, payload: bytes(question) }));
    await clock.advanceAsync(MINUTE);
    const [a, b] = await Promise.all(outcomes);
    expect(payloadOf(a!)).toBe(first.repeat(times));
    expect(payloadOf(b!)).toBe(second.repeat(times));
    expect(echo.asked).toHaveLength(2);
  });
});

describe("a question in several blocks", () => {
  const half = "a".repeat(64);
  it("is taken whole though each block has a token of its own", async () => {
    const echo = createEcho();
    const lone = await createLone({ handler: echo });
    lone.onMessage(({ type, messageId }) => type === "CON" && lone.send({ type: "ACK", messageId }));
    for (const [num, more] of [
      [0, true],
      [1, false],
    ] as const) {
      lone.send({
        code: CODE.FETCH,
        messageId: 10 + num,
        token: hex(`0${num}`),
        fields: { contentFormat: 110, block1: { num, more, size: 64 } },
        payload: bytes(half),
      });
      await lone.clock.advanceAsync(100);
    }
    expect(text(lone.received.at(-1)?.payload)).toBe(half + half);
    expect(echo.asked).toHaveLength(1);
  });

  it("of which the first block is missing is answered 4.08", async () => {
    const lone = await createLone({ handler: createEcho() });
    lone.onMessage(({ type, messageId }) => type === "CON" && lone.send({ type: "ACK", messageId }));
    lone.send({
      code: CODE.FETCH,
      messageId: 1,
      token: hex("01"),
      fields: { contentFormat: 110, block1: { num: 1, more: false, size: 64 } },
      payload: bytes(half),
    });
    await lone.clock.advanceAsync(100);
    expect(lone.received.at(-1)?.code).toBe(CODE.REQUEST_ENTITY_INCOMPLETE);
  });
});

describe("a later block of an answer to FETCH", () => {
  async function fetchFirst() {
    const echo = createEcho(LONG);
    const lone = await createLone({ handler: echo });
    lone.onMessage(({ type, messageId }) => type === "CON" && lone.send({ type: "ACK", messageId }));
    const ask = async (messageId: number, token: string, question: string, num: number) => {
      lone.send({
        code: CODE.FETCH,
        messageId,
        token: hex(token),
        fields: { contentFormat: 110, block2: { num, more: false, size: 1_024 } },
        payload: bytes(question),
      });
      await lone.clock.advanceAsync(100);
      return lone.received.at(-1)!;
    };
    await ask(1, "0a", "a", 0);
    await ask(2, "0b", "b", 0);
    return { echo, ask };
  }

  it("is found by the question, whatever the token is", async () => {
    const { echo, ask } = await fetchFirst();
    expect(text((await ask(3, "0c", "a", 1)).payload).slice(0, 3)).toBe("aaa");
    expect(text((await ask(4, "0a", "b", 1)).payload).slice(0, 3)).toBe("bbb");
    expect(echo.asked).toHaveLength(2);
  });

  it("is found by the token where the question is not repeated, else it is the newest one's", async () => {
    const { ask } = await fetchFirst();
    expect(text((await ask(3, "0a", "", 1)).payload).slice(0, 3)).toBe("aaa");
    expect(text((await ask(4, "0d", "", 1)).payload).slice(0, 3)).toBe("bbb");
  });

  it("is made anew for a question that was not asked before", async () => {
    const { echo, ask } = await fetchFirst();
    expect(text((await ask(3, "0a", "c", 1)).payload).slice(0, 3)).toBe("ccc");
    expect(echo.asked).toEqual(["a", "b", "c"]);
  });

  it("that belongs to nothing is answered 4.08", async () => {
    const lone = await createLone({ handler: createEcho(LONG) });
    lone.send({
      code: CODE.FETCH,
      messageId: 1,
      token: hex("01"),
      fields: { block2: { num: 1, more: false, size: 1_024 } },
    });
    await lone.clock.advanceAsync(100);
    expect(lone.received.at(-1)?.code).toBe(CODE.REQUEST_ENTITY_INCOMPLETE);
  });
});

describe("an observation by FETCH", () => {
  it("tells large states of two questions apart", async () => {
    const echo = createEcho();
    const { clock, client, server } = await createPair({ handler: echo });
    const seen: string[] = [];
    const note = (name: string) => (response: CoapResponse) => seen.push(`${name}: ${text(response.payload)}`);
    for (const name of ["a", "b"]) {
      const observing = client.observe({ ...FETCH, payload: bytes(name) }, note(name));
      await clock.advanceAsync(100);
      await observing;
    }
    const [first, second] = echo.tokens;
    const states = [first, second].map((token, at) =>
      server().notify(token!, { code: CODE.CONTENT, payload: bytes(String(at).repeat(LONG)) }),
    );
    await clock.advanceAsync(MINUTE);
    expect(await Promise.all(states)).toEqual(["acknowledged", "acknowledged"]);
    expect(seen.sort()).toEqual([`a: ${"0".repeat(LONG)}`, `b: ${"1".repeat(LONG)}`]);
  });

  it("goes on over a next session, and its blocks are found by what it asked for", async () => {
    const lone = await createLone({ handler: createEcho() });
    lone.onMessage(({ type, messageId }) => type === "CON" && lone.send({ type: "ACK", messageId }));
    const next = new CoapEndpoint({
      session: lone.endpoint.session,
      clock: lone.clock,
      random: seededRandom(7),
      handler: createEcho(),
    });
    expect(next.adoptObservation(hex("0a"), { ...FETCH, payload: bytes("a") })).toBe(true);
    const told = next.notify(hex("0a"), { code: CODE.CONTENT, payload: bytes("x".repeat(LONG)) });
    await lone.clock.advanceAsync(100);
    expect(await told).toBe("acknowledged");
    lone.send({
      code: CODE.FETCH,
      messageId: 9,
      token: hex("77"),
      fields: { contentFormat: 110, block2: { num: 1, more: false, size: 1_024 } },
      payload: bytes("a"),
    });
    await lone.clock.advanceAsync(100);
    const answer = lone.received.at(-1)!;
    expect(readOptions(answer.options).block2).toEqual({ num: 1, more: true, size: 1_024 });
    expect(text(answer.payload)).toBe("x".repeat(1_024));
  });
});

describe("the counters", () => {
  it("tell the octets that went each way", async () => {
    const { clock, network, client, server } = await createPair();
    let octets = 0;
    network.watch(({ bytes: datagram }) => (octets += datagram.length));
    const outcome = client.request({ method: CODE.GET, path: ["x"] });
    await clock.advanceAsync(100);
    expect(payloadOf(await outcome)).toBe("hello");
    const [mine, theirs] = [client.counters, server().counters];
    expect(mine.sentBytes).toBe(theirs.receivedBytes);
    expect(mine.receivedBytes).toBe(theirs.sentBytes);
    expect(mine.sentBytes + mine.receivedBytes).toBe(octets);
    expect(mine.receivedBytes).toBeGreaterThan("hello".length);
  });
});
