import { describe, expect, it } from "@jest/globals";
import { seededRandom } from "../../carrier/random.ts";
import {
  CODE,
  CoapEndpoint,
  type CoapResponse,
  encodeOptions,
  type IncomingRequest,
  type NotifyOutcome,
  type OutgoingResponse,
  readOptions,
} from "../../services/coap/index.ts";
import { isNewer } from "../../services/coap/subscriptions.ts";
import { bytes, createLone, createPair, hex, isFromClient, isFromServer, pattern, text } from "./support.ts";

const GET = { method: CODE.GET, path: ["3303", "0", "5700"] };
const MINUTES = 60_000;

function createSensor() {
  const tokens: Uint8Array[] = [];
  const resets: Uint8Array[] = [];
  const sensor = {
    value: "0",
    tokens,
    resets,
    observes: [] as (number | undefined)[],
    onRequest: ({ observe, token }: IncomingRequest): OutgoingResponse => {
      sensor.observes.push(observe);
      if (observe === 0) tokens.push(token.slice());
      return { code: CODE.CONTENT, payload: bytes(sensor.value), ...(observe === 0 && { observing: true }) };
    },
    onObservationReset: (token: Uint8Array) => resets.push(token),
  };
  return sensor;
}

async function createObserved(options: Parameters<typeof createPair>[0] = {}) {
  const sensor = createSensor();
  const pair = await createPair({ handler: sensor, ...options });
  const seen: CoapResponse[] = [];
  const observing = pair.client.observe(GET, (response) => seen.push(response));
  await pair.clock.advanceAsync(100);
  const observation = await observing;
  const token = sensor.tokens[0] ?? new Uint8Array(0);
  return { ...pair, sensor, seen, observation, token };
}

const content = (value: string, confirmable = true) => ({ code: CODE.CONTENT, payload: bytes(value), confirmable });

describe("an observation of a peer's resource", () => {
  it("gives the first state as the outcome and each notification afterwards", async () => {
    const { clock, server, observation, seen, token } = await createObserved();
    expect(observation.outcome).toMatchObject({ kind: "response", response: { payload: bytes("0") } });
    const confirmed = server().notify(token, content("1"));
    await clock.advanceAsync(100);
    const unconfirmed = server().notify(token, content("2", false));
    await clock.advanceAsync(100);
    expect(await Promise.all([confirmed, unconfirmed])).toEqual(["acknowledged", "sent"]);
    expect(seen.map(({ payload }) => text(payload))).toEqual(["1", "2"]);
  });

  it("ends with Observe 1 and the same token, and the notification that crossed is no answer to it", async () => {
    const { clock, server, observation, seen, token, sensor, sent } = await createObserved();
    void server().notify(token, content("1", false));
    const cancelled = observation.cancel();
    await clock.advanceAsync(100);
    expect(await cancelled).toMatchObject({ kind: "response", response: { payload: bytes("0") } });
    expect(sensor.observes).toEqual([0, 1]);
    expect(seen).toEqual([]);
    const requests = sent.filter(({ from }) => from === "client").map(({ message }) => message);
    expect(requests[1]?.token).toEqual(requests[0]?.token);
    expect(await server().notify(token, content("2"))).toBe("reset");
  });

  it("that the server does not accept is a plain response", async () => {
    const { clock, client } = await createPair();
    const observing = client.observe(GET, () => {});
    await clock.advanceAsync(100);
    const { outcome, cancel } = await observing;
    expect(outcome).toMatchObject({ response: { payload: bytes("hello") } });
    expect(await cancel()).toBe(outcome);
  });

  it("ends with a notification that is an error, which is still delivered", async () => {
    const { clock, server, seen, token, client } = await createObserved();
    const outcome = server().notify(token, { code: CODE.NOT_FOUND });
    await clock.advanceAsync(100);
    expect(await outcome).toBe("acknowledged");
    expect(seen).toEqual([{ code: CODE.NOT_FOUND, payload: new Uint8Array(0) }]);
    expect(await server().notify(token, content("2"))).toBe("reset");
    expect(client.counters.unexpected).toBe(0);
  });

  it("takes a notification larger than a block", async () => {
    const { clock, server, seen, token, sensor } = await createObserved();
    sensor.value = "not asked again";
    const outcome = server().notify(token, { code: CODE.CONTENT, payload: pattern(3_000) });
    await clock.advanceAsync(1_000);
    expect(await outcome).toBe("acknowledged");
    expect(seen.map(({ payload }) => payload)).toEqual([pattern(3_000)]);
    expect(sensor.observes).toEqual([0]);
  });

  it("gives a large notification up for a newer one", async () => {
    const { clock, server, seen, token, network } = await createObserved({
      client: { parameters: { nstart: 4 } },
      server: { parameters: { nstart: 4 } },
    });
    network.lose({ name: "block 1 lost", when: (d, n) => isFromClient(d) && n === 2 });
    void server().notify(token, { code: CODE.CONTENT, payload: pattern(3_000) });
    await clock.advanceAsync(100);
    void server().notify(token, content("newer"));
    await clock.advanceAsync(MINUTES);
    expect(seen.map(({ payload }) => text(payload))).toEqual(["newer"]);
  });

  it("passes over what is older than what it has (RFC 7641 §3.4)", async () => {
    const { clock, endpoint, onMessage, send } = await createLone();
    let token = new Uint8Array(0);
    onMessage((message) => {
      if (message.code !== CODE.GET) return;
      token = message.token.slice();
      send({ type: "ACK", code: CODE.CONTENT, messageId: message.messageId, token, fields: { observe: 10 } });
    });
    const seen: string[] = [];
    const observing = endpoint.observe(GET, ({ payload }) => seen.push(text(payload)));
    await clock.advanceAsync(100);
    await observing;
    [12, 11, 12, 13].forEach((observe, n) => {
      send({
        type: "NON",
        code: CODE.CONTENT,
        messageId: 100 + n,
        token,
        payload: bytes(`${observe}`),
        fields: { observe },
      });
    });
    await clock.advanceAsync(100);
    expect(seen).toEqual(["12", "13"]);
    await clock.advanceAsync(129_000);
    send({ type: "NON", code: CODE.CONTENT, messageId: 200, token, payload: bytes("5"), fields: { observe: 5 } });
    await clock.advanceAsync(100);
    expect(seen).toEqual(["12", "13", "5"]);
  });

  it.each([
    [1, 2, 0, true],
    [2, 1, 0, false],
    [2, 2, 0, false],
    [0xffffff, 0, 0, true],
    [0, 0xffffff, 0, false],
    [0, 0x7fffff, 0, true],
    [0, 0x800000, 0, false],
    [2, 1, 128_000, false],
    [2, 1, 128_001, true],
  ])("orders %d before %d after %d ms: %s", (before, after, laterMs, newer) => {
    expect(isNewer({ sequence: before, arrivedAt: 5 }, after, 5 + laterMs)).toBe(newer);
  });

  it("that nobody holds any more resets confirmable and other notifications alike", async () => {
    const { clock, send, received } = await createLone();
    send({ type: "CON", code: CODE.CONTENT, messageId: 1, token: hex("0a0b0c0d"), fields: { observe: 1 } });
    send({ type: "NON", code: CODE.CONTENT, messageId: 2, token: hex("0a0b0c0d"), fields: { observe: 2 } });
    await clock.advanceAsync(100);
    expect(received.map(({ type, messageId }) => [type, messageId])).toEqual([
      ["RST", 1],
      ["RST", 2],
    ]);
  });

  it("survives a listener that throws", async () => {
    const { clock, client, server, sensor } = await createObserved();
    const observing = client.observe(GET, () => {
      throw new Error("application");
    });
    await clock.advanceAsync(100);
    await observing;
    const outcome = server().notify(sensor.tokens[1] ?? hex(""), content("1"));
    await clock.advanceAsync(100);
    expect(await outcome).toBe("acknowledged");
    expect(client.heard).toBe(true);
  });
});

describe("an observation that the peer holds", () => {
  const observe = (token: string, observing = 0) =>
    ({
      code: CODE.GET,
      messageId: Number.parseInt(token, 16) + observing * 1000,
      token: hex(token),
      fields: { observe: observing },
    }) as const;

  it("has sequence numbers that go up", async () => {
    const { clock, endpoint, send, received, onMessage } = await createLone({ handler: createSensor() });
    onMessage(({ type, messageId }) => type === "CON" && send({ type: "ACK", messageId }));
    send(observe("01"));
    await clock.advanceAsync(100);
    for (let n = 0; n < 3; n++) {
      void endpoint.notify(hex("01"), content(`${n}`, n !== 1));
      await clock.advanceAsync(100);
    }
    const numbers = received.map(({ options }) => readOptions(options).observe ?? -1);
    expect(numbers).toHaveLength(4);
    for (let n = 1; n < 4; n++) expect(numbers[n]).toBeGreaterThan(numbers[n - 1]!);
  });

  it("ends with a reset of a confirmable or a non-confirmable notification, and the handler is told", async () => {
    for (const confirmable of [true, false]) {
      const sensor = createSensor();
      const { clock, endpoint, send, received } = await createLone({ handler: sensor });
      send(observe("01"));
      await clock.advanceAsync(100);
      const outcome = endpoint.notify(hex("01"), content("1", confirmable));
      await clock.advanceAsync(100);
      send({ type: "RST", messageId: received.at(-1)?.messageId ?? 0 });
      await clock.advanceAsync(100);
      expect(await outcome).toBe(confirmable ? "reset" : "sent");
      expect(sensor.resets).toEqual([hex("01")]);
      expect(await endpoint.notify(hex("01"), content("2"))).toBe("reset");
      expect(endpoint.counters.unexpected).toBe(0);
    }
  });

  it("ends with Observe 1, by forgetting it, and with a response that does not accept it again", async () => {
    const sensor = createSensor();
    const { clock, endpoint, send } = await createLone({ handler: sensor });
    send(observe("01"));
    send(observe("02"));
    await clock.advanceAsync(100);
    send(observe("01", 1));
    endpoint.forgetObservation(hex("02"));
    await clock.advanceAsync(100);
    expect(await endpoint.notify(hex("01"), content("1"))).toBe("reset");
    expect(await endpoint.notify(hex("02"), content("1"))).toBe("reset");
    expect(await endpoint.notify(hex("03"), content("1"))).toBe("reset");
  });

  it.each([
    [false, "reset"],
    [true, "acknowledged"],
  ] as const)("ends when its notification times out, unless kept (%s)", async (keepObservations, then) => {
    const { clock, endpoint, send, onMessage } = await createLone({ handler: createSensor(), keepObservations });
    send(observe("01"));
    await clock.advanceAsync(100);
    const outcome = endpoint.notify(hex("01"), content("1"));
    await clock.advanceAsync(100_000);
    expect(await outcome).toBe("timeout");
    onMessage(({ type, messageId }) => type === "CON" && send({ type: "ACK", messageId }));
    const next = endpoint.notify(hex("01"), content("2"));
    await clock.advanceAsync(100);
    expect(await next).toBe(then);
  });

  it("sends the newest state when the transmission is repeated, keeping count (RFC 7641 §4.5.2)", async () => {
    const { clock, endpoint, send, received, sent } = await createLone({
      handler: createSensor(),
      parameters: { ackRandomFactor: 1 },
    });
    send(observe("01"));
    await clock.advanceAsync(100);
    received.length = 0;
    const start = clock.now();
    const outcomes: Promise<NotifyOutcome>[] = ["1", "2", "3"].map((value) =>
      endpoint.notify(hex("01"), content(value)),
    );
    await clock.advanceAsync(3_000);
    outcomes.push(endpoint.notify(hex("01"), content("4")));
    await clock.advanceAsync(4_000);
    expect(received.map(({ payload }) => text(payload))).toEqual(["1", "3", "4"]);
    expect(new Set(received.map(({ messageId }) => messageId)).size).toBe(3);
    send({ type: "ACK", messageId: received.at(-1)?.messageId ?? 0 });
    await clock.advanceAsync(100);
    expect(await Promise.all(outcomes)).toEqual(Array(4).fill("acknowledged"));
    const times = sent.filter(({ from, at }) => from === "client" && at >= start).map(({ at }) => at - start);
    expect(times).toEqual([0, 2_000, 6_000]);
  });

  it("sends the newest of those that waited once the one before is acknowledged", async () => {
    const { clock, server, seen, token } = await createObserved();
    const outcomes = ["1", "2", "3"].map((value) => server().notify(token, content(value)));
    await clock.advanceAsync(1_000);
    expect(await Promise.all(outcomes)).toEqual(Array(3).fill("acknowledged"));
    expect(seen.map(({ payload }) => text(payload))).toEqual(["1", "3"]);
  });

  it("is confirmed at least once in 24 hours (RFC 7641 §4.5)", async () => {
    const { clock, server, token } = await createObserved();
    await clock.advanceAsync(86_400_000 - 1_000);
    expect(await server().notify(token, content("1", false))).toBe("sent");
    await clock.advanceAsync(2_000);
    const outcome = server().notify(token, content("2", false));
    await clock.advanceAsync(100);
    expect(await outcome).toBe("acknowledged");
    expect(await server().notify(token, content("3", false))).toBe("sent");
  });

  it("is not taken beyond the maximum, and the handler is told", async () => {
    const sensor = createSensor();
    const { clock, send, received } = await createLone({ handler: sensor, parameters: { maxObservations: 1 } });
    send(observe("01"));
    send(observe("02"));
    await clock.advanceAsync(100);
    expect(received.map(({ options }) => readOptions(options).observe)).toEqual([expect.any(Number), undefined]);
    expect(sensor.resets).toEqual([hex("02")]);
  });

  it("settles its notifications with `closed` when the session ends", async () => {
    const { server, token } = await createObserved();
    const outcomes = [content("1"), content("2"), { code: CODE.NOT_FOUND }].map((one) => server().notify(token, one));
    server().close();
    expect(await Promise.all(outcomes)).toEqual(["closed", "closed", "closed"]);
  });

  it("keeps going through a lossy network", async () => {
    const { clock, server, seen, token, network } = await createObserved();
    const filter = network.loseAtRandom(0.3);
    network.duplicate({ name: "responses twice", when: isFromServer, afterMs: 5 });
    for (let n = 1; n <= 20; n++) {
      const outcome = server().notify(token, content(`${n}`));
      await clock.advanceAsync(100_000);
      expect(await outcome).toBe("acknowledged");
    }
    expect(filter.hits).toBeGreaterThan(5);
    expect(seen.map(({ payload }) => text(payload))).toEqual(Array.from({ length: 20 }, (_, n) => `${n + 1}`));
  });

  it("is registered by a separate response too, and ended by its reset", async () => {
    const sensor = createSensor();
    const { clock, send, received, endpoint } = await createLone({
      handler: {
        ...sensor,
        onRequest: (request) =>
          new Promise((resolve) => clock.setTimeout(() => resolve(sensor.onRequest(request)), 1_000)),
      },
    });
    send({ code: CODE.GET, messageId: 1, token: hex("01"), options: encodeOptions({ observe: 0 }) });
    await clock.advanceAsync(1_100);
    expect(received.map(({ type }) => type)).toEqual(["ACK", "CON"]);
    send({ type: "RST", messageId: received[1]?.messageId ?? 0 });
    await clock.advanceAsync(100);
    expect(sensor.resets).toEqual([hex("01")]);
    expect(await endpoint.notify(hex("01"), content("1"))).toBe("reset");
  });

  it("goes on over a new session when it is adopted there, with numbers that still rise", async () => {
    const handler = createSensor();
    const { clock, endpoint, received } = await createLone({ handler });
    expect(await endpoint.notify(hex("0a"), content("1"))).toBe("reset");
    const numbers: number[] = [];
    for (let session = 0; session < 3; session++) {
      const next = new CoapEndpoint({ session: endpoint.session, clock, random: seededRandom(session), handler });
      expect(next.adoptObservation(hex("0a"), { path: GET.path })).toBe(true);
      expect(await next.notify(hex("0a"), content("1", false))).toBe("sent");
      await clock.advanceAsync(5_000);
      numbers.push(readOptions(received.at(-1)?.options ?? []).observe ?? -1);
    }
    const [first = 0, second = 0, third = 0] = numbers;
    expect(isNewer({ sequence: first, arrivedAt: 0 }, second, 0)).toBe(true);
    expect(isNewer({ sequence: second, arrivedAt: 0 }, third, 0)).toBe(true);
  });

  it("is not adopted without a handler, nor when there are too many", async () => {
    const client = await createLone();
    expect(client.endpoint.adoptObservation(hex("01"), { path: ["3"] })).toBe(false);
    const { endpoint } = await createLone({ handler: createSensor(), parameters: { maxObservations: 1 } });
    expect(endpoint.adoptObservation(hex("01"), { path: ["3"] })).toBe(true);
    expect(endpoint.adoptObservation(hex("02"), { path: ["3"] })).toBe(false);
  });
});
