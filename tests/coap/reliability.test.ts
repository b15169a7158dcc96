import { describe, expect, it } from "@jest/globals";
import { CODE, type CoapMessage, CoapUsageError, type OutgoingResponse } from "../../services/coap/index.ts";
import { bytes, createLone, createPair, hex, isFromClient, isFromServer, text } from "./support.ts";

const GET = { method: CODE.GET, path: ["x"] };
/** Fixes the first timeout at ACK_TIMEOUT. */
const EXACT = { ackRandomFactor: 1 };

describe("a confirmable request", () => {
  it("is sent at 0, 2, 6, 14 and 30 s and given up at 62 s (RFC 7252 §4.2)", async () => {
    const { clock, sent, endpoint } = await createLone({ parameters: EXACT });
    const start = clock.now();
    const outcome = endpoint.request(GET);
    await clock.advanceAsync(61_999);
    expect(sent.map(({ at }) => at - start)).toEqual([0, 2_000, 6_000, 14_000, 30_000]);
    expect(new Set(sent.map(({ message }) => message.messageId)).size).toBe(1);
    await clock.advanceAsync(1);
    expect(await outcome).toEqual({ kind: "timeout" });
    expect(endpoint.counters.retransmitted).toBe(4);
  });

  it("stretches its first timeout by up to ACK_RANDOM_FACTOR", async () => {
    const { clock, sent, endpoint } = await createLone();
    for (let n = 0; n < 20; n++) {
      const start = clock.now();
      sent.length = 0;
      const outcome = endpoint.request(GET);
      await clock.advanceAsync(100_000);
      await outcome;
      const first = (sent[1]?.at ?? 0) - start;
      expect(first).toBeGreaterThanOrEqual(2_000);
      expect(first).toBeLessThanOrEqual(3_000);
      expect((sent[2]?.at ?? 0) - start).toBeCloseTo(first * 3, 3);
    }
  });

  it("obeys the parameters it is given", async () => {
    const { clock, sent, endpoint } = await createLone({
      parameters: { ackTimeoutMs: 100, ackRandomFactor: 1, maxRetransmit: 1 },
    });
    const outcome = endpoint.request(GET);
    await clock.advanceAsync(300);
    expect(await outcome).toEqual({ kind: "timeout" });
    expect(sent).toHaveLength(2);
  });

  it("gets its response although the request is lost three times", async () => {
    const { clock, network, client } = await createPair();
    const filter = network.lose({ name: "request lost", when: (datagram, n) => isFromClient(datagram) && n < 3 });
    const outcome = client.request(GET);
    await clock.advanceAsync(30_000);
    expect(await outcome).toMatchObject({ kind: "response", response: { code: CODE.CONTENT } });
    expect(filter.hits).toBe(3);
  });

  it("is handled once although every response but the last is lost, and the same response is sent again", async () => {
    let handled = 0;
    const handler = { onRequest: () => ({ code: CODE.CHANGED, payload: bytes(`${++handled}`) }) };
    const { clock, network, sent, client, server } = await createPair({ handler });
    network.lose({ name: "response lost", when: (datagram, n) => isFromServer(datagram) && n < 3 });
    const outcome = client.request({ method: CODE.POST, path: ["x"] });
    await clock.advanceAsync(60_000);
    expect(await outcome).toMatchObject({ response: { payload: bytes("1") } });
    expect(handled).toBe(1);
    expect(server().counters.duplicates).toBe(3);
    const responses = sent.filter(({ from }) => from === "server").map(({ message }) => message);
    expect(responses).toHaveLength(4);
    for (const response of responses) expect(response).toEqual(responses[0]);
  });

  it("ends with `reset` when the peer resets it", async () => {
    const { clock, endpoint, onMessage, send } = await createLone();
    onMessage(({ messageId }) => send({ type: "RST", messageId }));
    const outcome = endpoint.request(GET);
    await clock.advanceAsync(100);
    expect(await outcome).toEqual({ kind: "reset" });
  });

  it("ends with `aborted` and is not sent again when its signal says so", async () => {
    const { clock, sent, endpoint } = await createLone();
    const abort = new AbortController();
    const outcome = endpoint.request({ ...GET, signal: abort.signal });
    await clock.advanceAsync(1_000);
    abort.abort();
    expect(await outcome).toEqual({ kind: "aborted" });
    await clock.advanceAsync(100_000);
    expect(sent).toHaveLength(1);
    expect(await endpoint.request({ ...GET, signal: abort.signal })).toEqual({ kind: "aborted" });
  });

  it("takes no acknowledgement with another token, and ignores one of an unknown message", async () => {
    const { clock, endpoint, onMessage, send, sent } = await createLone({ parameters: EXACT });
    onMessage(({ messageId }) => {
      send({ type: "ACK", code: CODE.CONTENT, messageId, token: hex("01020304") });
      send({ type: "ACK", messageId: (messageId + 1) & 0xffff });
      send({ type: "RST", messageId: (messageId + 2) & 0xffff });
    });
    const outcome = endpoint.request(GET);
    await clock.advanceAsync(62_000);
    expect(await outcome).toEqual({ kind: "timeout" });
    expect(sent.filter(({ from }) => from === "client")).toHaveLength(5);
    expect(endpoint.counters.unexpected).toBe(15);
  });

  it("is refused when too many are under way already", async () => {
    const { endpoint } = await createLone({ parameters: { maxConcurrentExchanges: 2 } });
    void endpoint.request(GET);
    void endpoint.ping();
    await expect(endpoint.request(GET)).rejects.toThrow(CoapUsageError);
    endpoint.close();
  });

  it("that fits no datagram is refused and leaves nothing behind", async () => {
    const { clock, endpoint, sent } = await createLone({ parameters: { maxConcurrentExchanges: 1 } });
    const path = Array.from({ length: 6 }, () => "a".repeat(255));
    for (const attempt of [
      () => endpoint.request({ method: CODE.GET, path }),
      () => endpoint.download({ path }),
      () => endpoint.observe({ method: CODE.GET, path }, () => {}),
    ]) {
      await expect(attempt()).rejects.toThrow(/^request of 15\d\d octets; a datagram holds 1152$/);
    }
    await clock.advanceAsync(100_000);
    expect(sent).toEqual([]);
  });

  it("waits until NSTART lets it, first come first served", async () => {
    const { clock, endpoint, received, onMessage, send } = await createLone({ parameters: { nstart: 2 } });
    const held: CoapMessage[] = [];
    onMessage((message) => held.push(message));
    const outcomes = ["a", "b", "c", "d"].map((name) => endpoint.request({ method: CODE.GET, path: [name] }));
    await clock.advanceAsync(20);
    expect(received.map(pathOf)).toEqual(["a", "b"]);
    const answer = ({ messageId, token }: CoapMessage) => send({ type: "ACK", code: CODE.CONTENT, messageId, token });
    answer(held[0]!);
    await clock.advanceAsync(20);
    expect(received.map(pathOf)).toEqual(["a", "b", "c"]);
    for (let n = 1; n < 4; n++) {
      answer(held[n]!);
      await clock.advanceAsync(20);
    }
    expect((await Promise.all(outcomes)).map(({ kind }) => kind)).toEqual(Array(4).fill("response"));
  });
});

describe("a separate response", () => {
  const slow = (clock: () => Promise<void>) => ({
    onRequest: async (): Promise<OutgoingResponse> => {
      await clock();
      return { code: CODE.CONTENT, payload: bytes("late") };
    },
  });

  async function createSlowPair(delayMs: number) {
    let wait: () => Promise<void> = async () => {};
    const pair = await createPair({ handler: slow(() => wait()) });
    wait = () => new Promise((resolve) => pair.clock.setTimeout(resolve, delayMs));
    return pair;
  }

  it("follows an empty acknowledgement when the handler takes longer than the piggyback delay", async () => {
    const { clock, client, sent } = await createSlowPair(5_000);
    const outcome = client.request(GET);
    await clock.advanceAsync(6_000);
    expect(await outcome).toMatchObject({ kind: "response", response: { payload: bytes("late") } });
    expect(sent.map(({ at, from, message }) => [at, from, message.type, message.code])).toEqual([
      [0, "client", "CON", CODE.GET],
      [510, "server", "ACK", 0],
      [5_010, "server", "CON", CODE.CONTENT],
      [5_020, "client", "ACK", 0],
    ]);
  });

  it("is piggybacked when the handler answers within the delay", async () => {
    const { clock, client, sent } = await createSlowPair(400);
    const outcome = client.request(GET);
    await clock.advanceAsync(1_000);
    expect((await outcome).kind).toBe("response");
    expect(sent.map(({ message }) => message.type)).toEqual(["CON", "ACK"]);
  });

  it("counts as the acknowledgement when that is lost", async () => {
    const { clock, client, network, sent } = await createSlowPair(1_000);
    network.lose({ name: "empty ACK lost", when: (datagram, n) => isFromServer(datagram) && n === 0 });
    const outcome = client.request(GET);
    await clock.advanceAsync(20_000);
    expect(text(await outcome.then((done) => (done.kind === "response" ? done.response.payload : undefined)))).toBe(
      "late",
    );
    expect(sent.filter(({ from }) => from === "client").map(({ message }) => message.type)).toEqual(["CON", "ACK"]);
  });

  it("is retransmitted until acknowledged, and its duplicate is acknowledged and delivered once", async () => {
    const { clock, client, network, sent } = await createSlowPair(1_000);
    network.lose({ name: "ACK of the response lost", when: (datagram, n) => isFromClient(datagram) && n === 1 });
    const outcome = client.request(GET);
    await clock.advanceAsync(30_000);
    expect((await outcome).kind).toBe("response");
    expect(client.counters.duplicates).toBe(1);
    const acknowledgements = sent.filter(({ from, message }) => from === "client" && message.type === "ACK");
    expect(acknowledgements).toHaveLength(2);
  });

  it("ends the request with `timeout` when it never comes after an acknowledgement", async () => {
    const { clock, endpoint, onMessage, send, sent } = await createLone();
    onMessage(({ messageId }) => send({ type: "ACK", messageId }));
    const outcome = endpoint.request(GET);
    await clock.advanceAsync(93_100);
    expect(await outcome).toEqual({ kind: "timeout" });
    expect(sent.filter(({ from }) => from === "client")).toHaveLength(1);
  });

  it("that is never acknowledged holds its place until it is given up", async () => {
    let slow = true;
    const { clock, endpoint, send, received } = await createLone({
      parameters: { maxConcurrentExchanges: 1 },
      handler: {
        onRequest: (): OutgoingResponse | Promise<OutgoingResponse> => {
          if (!slow) return { code: CODE.CONTENT };
          return new Promise((resolve) => clock.setTimeout(() => resolve({ code: CODE.CONTENT }), 1_000));
        },
      },
    });
    send({ code: CODE.GET, messageId: 1 });
    await clock.advanceAsync(10_000);
    slow = false;
    send({ code: CODE.GET, messageId: 2 });
    await clock.advanceAsync(100_000);
    send({ code: CODE.GET, messageId: 3 });
    await clock.advanceAsync(100);
    expect(received.filter(({ type }) => type === "CON")).toHaveLength(5);
    const answers = received.filter(({ type, code }) => type === "ACK" && code !== 0);
    expect(answers.map(({ messageId, code }) => [messageId, code])).toEqual([
      [2, CODE.SERVICE_UNAVAILABLE],
      [3, CODE.CONTENT],
    ]);
    expect(endpoint.counters.retransmitted).toBe(4);
  });
});

describe("a non-confirmable request", () => {
  it("gets a non-confirmable response", async () => {
    const { clock, client, sent } = await createPair();
    const outcome = client.request({ ...GET, confirmable: false });
    await clock.advanceAsync(100);
    expect((await outcome).kind).toBe("response");
    expect(sent.map(({ message }) => message.type)).toEqual(["NON", "NON"]);
  });

  it("times out without being repeated", async () => {
    const { clock, endpoint, sent } = await createLone();
    const outcome = endpoint.request({ ...GET, confirmable: false });
    await clock.advanceAsync(93_000);
    expect(await outcome).toEqual({ kind: "timeout" });
    expect(sent).toHaveLength(1);
  });

  it("that comes twice is handled once", async () => {
    let handled = 0;
    const { clock, endpoint, send } = await createLone({
      handler: { onRequest: () => ({ code: CODE.CHANGED, payload: bytes(`${++handled}`) }) },
    });
    for (let n = 0; n < 2; n++) send({ type: "NON", code: CODE.POST, messageId: 9, token: hex("07") });
    await clock.advanceAsync(100);
    expect(handled).toBe(1);
    expect(endpoint.counters.duplicates).toBe(1);
  });
});

describe("what is unexpected", () => {
  it.each<[string, Partial<CoapMessage>, string | undefined]>([
    ["a ping", { type: "CON", code: 0 }, "RST"],
    ["an empty non-confirmable message", { type: "NON", code: 0 }, undefined],
    ["a confirmable response that nobody waits for", { type: "CON", code: CODE.CONTENT, token: hex("0102") }, "RST"],
    ["a non-confirmable response that nobody waits for", { type: "NON", code: CODE.CONTENT }, undefined],
    ["a confirmable request without a handler", { type: "CON", code: CODE.GET }, "RST"],
    ["a non-confirmable request without a handler", { type: "NON", code: CODE.GET }, undefined],
    ["an acknowledgement of nothing", { type: "ACK", code: CODE.CONTENT }, undefined],
    ["a reset of nothing", { type: "RST", code: 0 }, undefined],
  ])("%s is answered as the RFC says", async (_name, message, answer) => {
    const { clock, send, received, endpoint } = await createLone();
    send({ messageId: 77, ...message });
    await clock.advanceAsync(100);
    expect(received.map(({ type }) => type)).toEqual(answer === undefined ? [] : [answer]);
    if (answer !== undefined) expect(received[0]).toMatchObject({ messageId: 77, code: 0 });
    expect(endpoint.heard).toBe(true);
  });

  it("a malformed confirmable message is reset, others are dropped, all are counted", async () => {
    const { clock, sendRaw, received, endpoint } = await createLone();
    sendRaw(hex("40010102ff"));
    sendRaw(hex("50010103ff"));
    sendRaw(hex("60450104ff"));
    sendRaw(hex("80010105"));
    sendRaw(hex("40"));
    await clock.advanceAsync(100);
    expect(received).toEqual([expect.objectContaining({ type: "RST", messageId: 0x0102 })]);
    expect(endpoint.counters.malformed).toBe(5);
    expect(endpoint.heard).toBe(false);
  });

  const served = { handler: { onRequest: () => ({ code: CODE.CONTENT }) } };

  it.each<[string, { number: number; value: Uint8Array }, number]>([
    ["an unknown critical option", { number: 9, value: hex("01") }, CODE.BAD_OPTION],
    ["If-None-Match", { number: 5, value: hex("") }, CODE.BAD_OPTION],
    ["a proxy", { number: 35, value: bytes("coap://x") }, CODE.PROXYING_NOT_SUPPORTED],
    ["the reserved block size", { number: 23, value: hex("07") }, CODE.BAD_REQUEST],
    ["an unknown elective option", { number: 65_000, value: hex("01") }, CODE.CONTENT],
  ])("a request with %s gets its code", async (_name, option, code) => {
    const { clock, send, received } = await createLone(served);
    send({ code: CODE.GET, options: [option] });
    send({ type: "NON", code: CODE.GET, messageId: 2, options: [option] });
    await clock.advanceAsync(100);
    expect(received[0]).toMatchObject({ type: "ACK", code });
    // RFC 7252 §5.4.1: a non-confirmable one with a critical option that is not understood is rejected silently.
    expect(received).toHaveLength(code === CODE.BAD_OPTION ? 1 : 2);
  });

  it("a request with an unknown method gets 4.05", async () => {
    const { clock, send, received } = await createLone(served);
    send({ code: 0b000_11111 });
    await clock.advanceAsync(100);
    expect(received[0]).toMatchObject({ code: CODE.METHOD_NOT_ALLOWED });
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("broken");
      },
    ],
    ["rejects", () => Promise.reject(new Error("broken"))],
  ])("a handler that %s gives 5.00", async (_name, onRequest) => {
    const { clock, send, received } = await createLone({ handler: { onRequest } });
    send({ code: CODE.GET });
    await clock.advanceAsync(100);
    expect(received[0]).toMatchObject({ code: CODE.INTERNAL_SERVER_ERROR });
  });

  it("more requests than can be under way get 5.03", async () => {
    const { clock, send, received, endpoint } = await createLone({
      parameters: { maxConcurrentExchanges: 2 },
      handler: { onRequest: () => new Promise<OutgoingResponse>(() => {}) },
    });
    for (let messageId = 1; messageId <= 3; messageId++) send({ code: CODE.GET, messageId });
    await clock.advanceAsync(100);
    expect(received).toEqual([expect.objectContaining({ messageId: 3, code: CODE.SERVICE_UNAVAILABLE })]);
    endpoint.close();
  });

  it("a confirmable response with an unknown critical option is reset and ends the request", async () => {
    const { clock, endpoint, onMessage, send, received } = await createLone();
    onMessage(({ type, messageId, token }) => {
      if (type !== "CON") return;
      send({ type: "ACK", messageId });
      send({ code: CODE.CONTENT, messageId: 5, token, options: [{ number: 9, value: hex("") }] });
    });
    const outcome = endpoint.request(GET);
    await clock.advanceAsync(100);
    expect(await outcome).toMatchObject({ kind: "protocolError", detail: expect.stringContaining("Option 9") });
    expect(received.at(-1)).toMatchObject({ type: "RST", messageId: 5 });
  });
});

describe("a message id", () => {
  it("is remembered for EXCHANGE_LIFETIME and then means another message", async () => {
    let handled = 0;
    const { clock, endpoint, send } = await createLone({
      handler: { onRequest: () => ({ code: CODE.CHANGED, payload: bytes(`${++handled}`) }) },
    });
    const post = () => send({ code: CODE.POST, messageId: 9, token: hex("07") });
    post();
    await clock.advanceAsync(246_000);
    post();
    await clock.advanceAsync(100);
    expect(handled).toBe(1);
    await clock.advanceAsync(2_000);
    post();
    await clock.advanceAsync(100);
    expect(handled).toBe(2);
    expect(endpoint.counters.duplicates).toBe(1);
  });

  it("that comes again early with another token is another message", async () => {
    let handled = 0;
    const { clock, send } = await createLone({
      handler: { onRequest: () => ({ code: CODE.CHANGED, payload: bytes(`${++handled}`) }) },
    });
    send({ code: CODE.POST, messageId: 9, token: hex("07") });
    send({ code: CODE.POST, messageId: 9, token: hex("08") });
    await clock.advanceAsync(100);
    expect(handled).toBe(2);
  });
});

describe("an ETag", () => {
  it("that the client has already is answered 2.03 without payload", async () => {
    const handler = { onRequest: () => ({ code: CODE.CONTENT, etag: hex("0a"), payload: bytes("same") }) };
    const { clock, client } = await createPair({ handler });
    const known = client.request({ ...GET, etag: hex("0a") });
    const other = client.request({ ...GET, etag: hex("0b") });
    await clock.advanceAsync(100);
    expect(await known).toMatchObject({ response: { code: CODE.VALID, etag: hex("0a"), payload: new Uint8Array(0) } });
    expect(await other).toMatchObject({ response: { code: CODE.CONTENT, payload: bytes("same") } });
  });
});

describe("a ping", () => {
  it("finds the peer alive by its reset", async () => {
    const { clock, client } = await createPair();
    const outcome = client.ping();
    await clock.advanceAsync(100);
    expect(await outcome).toBe("alive");
  });

  it("times out when nobody is there", async () => {
    const { clock, endpoint } = await createLone();
    const outcome = endpoint.ping();
    await clock.advanceAsync(93_000);
    expect(await outcome).toBe("timeout");
  });
});

describe("the end of the session", () => {
  it("settles everything that waits with `closed`, and everything after it", async () => {
    const closed: unknown[] = [];
    const { clock, endpoint } = await createLone({
      parameters: { nstart: 1 },
      onClose: (reason) => closed.push(reason),
    });
    const endless = {
      async *[Symbol.asyncIterator]() {
        yield* [new Uint8Array(10)];
        await new Promise(() => {});
      },
    };
    const pending = [
      endpoint.request(GET),
      endpoint.request({ ...GET, confirmable: false }),
      endpoint.request({ method: CODE.PUT, path: ["x"], payload: endless }),
      endpoint.download({ path: ["x"] }),
      endpoint.observe(GET, () => {}).then(({ outcome }) => outcome),
    ];
    const ping = endpoint.ping();
    await clock.advanceAsync(100);
    endpoint.close();
    const reason = { kind: "local" };
    for (const outcome of pending) expect(await outcome).toEqual({ kind: "closed", reason });
    expect(await ping).toBe("closed");
    expect(closed).toEqual([reason]);
    expect(await endpoint.request(GET)).toEqual({ kind: "closed", reason });
    expect(await endpoint.download({ path: ["x"] })).toEqual({ kind: "closed", reason });
    expect((await endpoint.observe(GET, () => {})).outcome).toEqual({ kind: "closed", reason });
    expect(await endpoint.notify(hex("01"), { code: CODE.CONTENT })).toBe("closed");
    expect(await endpoint.ping()).toBe("closed");
    expect(clock.nextDue).toBeUndefined();
  });

  it("swallows the answer of a handler that was still at work", async () => {
    let finish: (response: OutgoingResponse) => void = () => {};
    const { clock, send, received, endpoint } = await createLone({
      handler: {
        onRequest: () =>
          new Promise<OutgoingResponse>((resolve) => {
            finish = resolve;
          }),
      },
    });
    send({ code: CODE.GET });
    await clock.advanceAsync(100);
    endpoint.close();
    finish({ code: CODE.CONTENT });
    await clock.advanceAsync(1_000);
    expect(received).toEqual([]);
  });
});

function pathOf({ options }: CoapMessage): string {
  return options
    .filter(({ number }) => number === 11)
    .map(({ value }) => text(value))
    .join("/");
}
