import { describe, expect, it } from "@jest/globals";
import {
  CODE,
  type CoapDownload,
  CoapDownloadError,
  type CoapHandler,
  type IncomingRequest,
  type MemoryDatagram,
  type OutgoingResponse,
  readOptions,
  type UploadSink,
} from "../../services/coap/index.ts";
import { bytes, createLone, createPair, hex, isFromClient, isFromServer, pattern } from "./support.ts";

const IMAGE = pattern(5_000);
const GET = { method: CODE.GET, path: ["image"] };
const MINUTES = 60_000;

/** Serves `image`, and collects what is put. */
function createStore(image: Uint8Array = IMAGE) {
  const stored: IncomingRequest[] = [];
  const store = {
    image,
    stored,
    served: 0,
    onRequest: (request: IncomingRequest): OutgoingResponse => {
      if (request.method === CODE.GET) {
        store.served++;
        return { code: CODE.CONTENT, contentFormat: 42, payload: store.image };
      }
      stored.push(request);
      return { code: CODE.CHANGED };
    },
  };
  return store;
}

async function* inPieces(payload: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < payload.length; at += length) yield payload.subarray(at, at + length);
}

async function read(download: CoapDownload): Promise<Uint8Array> {
  const parts: number[] = [];
  for await (const chunk of download.chunks) parts.push(...chunk);
  return Uint8Array.from(parts);
}

async function failureOf(download: CoapDownload): Promise<CoapDownloadError> {
  const error = await read(download).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(CoapDownloadError);
  return error as CoapDownloadError;
}

const everyDatagram = [
  ["request", isFromClient],
  ["response", isFromServer],
] as const;

describe("a response larger than a block (Block2)", () => {
  it.each([16, 64, 512, 1_024])("comes whole in blocks of %d", async (blockSize) => {
    const { clock, client, sent } = await createPair({
      handler: createStore(),
      client: { parameters: { blockSize } },
      server: { parameters: { blockSize } },
    });
    const outcome = client.request(GET);
    await clock.advanceAsync(10 * MINUTES);
    expect(await outcome).toMatchObject({
      kind: "response",
      response: { code: CODE.CONTENT, contentFormat: 42, payload: IMAGE },
    });
    expect(sent).toHaveLength(2 * Math.ceil(IMAGE.length / blockSize));
  });

  it.each([1_024, 1_025, 2_048])("comes whole when it is %d octets long", async (length) => {
    const { clock, client } = await createPair({ handler: createStore(pattern(length)) });
    const outcome = client.request(GET);
    await clock.advanceAsync(1_000);
    expect(await outcome).toMatchObject({ response: { payload: pattern(length) } });
  });

  for (const [name, isFrom] of everyDatagram) {
    it.each([0, 1, 2, 3, 4])(`comes whole although ${name} %d is lost`, async (lost) => {
      const store = createStore();
      const { clock, client, network } = await createPair({ handler: store });
      const filter = network.lose({ name, when: (datagram, n) => isFrom(datagram) && n === lost });
      const outcome = client.request(GET);
      await clock.advanceAsync(MINUTES);
      expect(await outcome).toMatchObject({ response: { payload: IMAGE } });
      expect(filter.hits).toBe(1);
      // All blocks come from one representation, however often they are asked for.
      expect(store.served).toBe(1);
    });
  }

  it("comes whole over a network that loses, repeats, delays and swaps", async () => {
    const { clock, client, network } = await createPair({ handler: createStore() });
    network.loseAtRandom(0.2);
    network.duplicate({ name: "every third twice", when: (_, n) => n % 3 === 0, afterMs: 15 });
    network.delay({ name: "every fifth late", when: (_, n) => n % 5 === 0, ms: 2_500 });
    network.reorder({ name: "every seventh overtaken", when: (_, n) => n % 7 === 0 });
    const outcome = client.request(GET);
    await clock.advanceAsync(10 * MINUTES);
    expect(await outcome).toMatchObject({ response: { payload: IMAGE } });
  });

  it("fails when the representation changes during the transfer", async () => {
    const store = createStore();
    const { clock, client, network } = await createPair({ handler: store, client: { parameters: { nstart: 2 } } });
    network.delay({ name: "third request late", when: (datagram, n) => isFromClient(datagram) && n === 2, ms: 500 });
    const outcome = client.request(GET);
    await clock.advanceAsync(200);
    store.image = pattern(5_001);
    void client.request({ method: CODE.GET, path: ["image"] });
    await clock.advanceAsync(MINUTES);
    expect(await outcome).toEqual({ kind: "protocolError", detail: "the representation changed during the transfer" });
  });

  it("is refused by the client above its maximum", async () => {
    const { clock, client } = await createPair({
      handler: createStore(),
      client: { parameters: { maxPayloadBytes: 2_000 } },
    });
    const outcome = client.request(GET);
    await clock.advanceAsync(1_000);
    expect(await outcome).toEqual({ kind: "protocolError", detail: "response larger than 2000 octets" });
  });

  it("of a POST cannot be gone on with once it is forgotten", async () => {
    const { clock, send, received } = await createLone({ handler: createStore() });
    send({ code: CODE.POST, fields: { path: ["image"], block2: { num: 2, more: false, size: 64 } } });
    await clock.advanceAsync(100);
    expect(received[0]).toMatchObject({ code: CODE.REQUEST_ENTITY_INCOMPLETE });
  });

  it("is made anew for a block of a GET that is asked for out of nothing; one beyond the end is 4.00", async () => {
    const { clock, send, received } = await createLone({ handler: createStore() });
    send({ code: CODE.GET, messageId: 1, fields: { path: ["image"], block2: { num: 2, more: false, size: 64 } } });
    send({
      code: CODE.GET,
      messageId: 2,
      fields: { path: ["image"], block2: { num: 0xfffff, more: false, size: 1_024 } },
    });
    await clock.advanceAsync(100);
    expect(received[0]).toMatchObject({ code: CODE.CONTENT, payload: IMAGE.subarray(128, 192) });
    expect(received[1]).toMatchObject({ code: CODE.BAD_REQUEST });
  });

  it("is forgotten after a while", async () => {
    const store = createStore();
    const { clock, send } = await createLone({ handler: store });
    const ask = (num: number, messageId: number) =>
      send({ code: CODE.GET, messageId, fields: { block2: { num, more: false, size: 64 } } });
    ask(0, 1);
    ask(1, 2);
    await clock.advanceAsync(240_000);
    ask(2, 3);
    await clock.advanceAsync(100);
    expect(store.served).toBe(1);
    await clock.advanceAsync(248_000);
    ask(3, 4);
    await clock.advanceAsync(100);
    expect(store.served).toBe(2);
  });
});

describe("a payload larger than a block (Block1)", () => {
  it.each([
    ["bytes", () => IMAGE],
    ["an iterable in large pieces", () => inPieces(IMAGE, 3_000)],
    ["an iterable in small pieces", () => inPieces(IMAGE, 7)],
    ["an iterable that ends on a block's border", () => inPieces(IMAGE.subarray(0, 4_096), 1_024)],
  ])("arrives whole from %s", async (_name, payload) => {
    const store = createStore();
    const { clock, client, sent } = await createPair({ handler: store });
    const outcome = client.request({ method: CODE.PUT, path: ["x"], contentFormat: 11_542, payload: payload() });
    await clock.advanceAsync(MINUTES);
    expect(await outcome).toMatchObject({ response: { code: CODE.CHANGED } });
    expect(store.stored).toHaveLength(1);
    const [request] = store.stored;
    expect(request).toMatchObject({ contentFormat: 11_542, path: ["x"] });
    expect(request?.payload).toEqual(IMAGE.subarray(0, request?.payload.length));
    expect(request?.payload.length).toBeGreaterThanOrEqual(4_096);
    expect(sent.filter(({ message }) => message.code === CODE.CONTINUE)).toHaveLength(
      request?.payload.length === 5_000 ? 4 : 3,
    );
  });

  it("that fits goes without Block1, also from an iterable", async () => {
    const store = createStore();
    const { clock, client, sent } = await createPair({ handler: store });
    const outcome = client.request({ method: CODE.PUT, path: ["x"], payload: inPieces(bytes("short"), 2) });
    await clock.advanceAsync(1_000);
    expect((await outcome).kind).toBe("response");
    expect(store.stored[0]?.payload).toEqual(bytes("short"));
    expect(readOptions(sent[0]?.message.options ?? []).block1).toBeUndefined();
  });

  for (const [name, isFrom] of everyDatagram) {
    it.each([0, 1, 2, 3, 4])(`arrives whole and once although ${name} %d is lost`, async (lost) => {
      const store = createStore();
      const { clock, client, network } = await createPair({ handler: store });
      const filter = network.lose({ name, when: (datagram, n) => isFrom(datagram) && n === lost });
      const outcome = client.request({ method: CODE.PUT, path: ["x"], payload: IMAGE });
      await clock.advanceAsync(MINUTES);
      expect(await outcome).toMatchObject({ response: { code: CODE.CHANGED } });
      expect(filter.hits).toBe(1);
      expect(store.stored.map(({ payload }) => payload)).toEqual([IMAGE]);
    });
  }

  it("goes on in smaller blocks when the server's first answer asks for them", async () => {
    const store = createStore();
    const { clock, client, sent } = await createPair({ handler: store, server: { parameters: { blockSize: 256 } } });
    const outcome = client.request({ method: CODE.PUT, path: ["x"], payload: IMAGE });
    await clock.advanceAsync(MINUTES);
    expect(await outcome).toMatchObject({ response: { code: CODE.CHANGED } });
    expect(store.stored[0]?.payload).toEqual(IMAGE);
    const blocks = sent
      .filter(({ from }) => from === "client")
      .map(({ message }) => readOptions(message.options).block1);
    expect(blocks.slice(0, 3)).toEqual([
      { num: 0, more: true, size: 1_024 },
      { num: 4, more: true, size: 256 },
      { num: 5, more: true, size: 256 },
    ]);
  });

  it("begins again in smaller blocks after a 4.13 that names them", async () => {
    const { clock, endpoint, onMessage, send, received } = await createLone();
    onMessage(({ messageId, token, options }) => {
      const { block1 } = readOptions(options);
      if (block1 === undefined) return;
      const tooLarge = block1.size > 64;
      const code = tooLarge ? CODE.REQUEST_ENTITY_TOO_LARGE : block1.more ? CODE.CONTINUE : CODE.CHANGED;
      send({ type: "ACK", code, messageId, token, fields: { block1: tooLarge ? { ...block1, size: 64 } : block1 } });
    });
    const outcome = endpoint.request({ method: CODE.PUT, path: ["x"], payload: pattern(2_000) });
    await clock.advanceAsync(MINUTES);
    expect(await outcome).toMatchObject({ response: { code: CODE.CHANGED } });
    expect(Uint8Array.from(received.slice(1).flatMap(({ payload }) => [...payload]))).toEqual(pattern(2_000));
  });

  it("above the server's maximum gets 4.13 with the size that would do, at once when Size1 tells", async () => {
    const store = createStore();
    const { clock, client, sent } = await createPair({
      handler: store,
      server: { parameters: { maxPayloadBytes: 2_000 } },
    });
    const told = client.request({ method: CODE.PUT, path: ["x"], payload: IMAGE });
    await clock.advanceAsync(1_000);
    expect(await told).toMatchObject({ response: { code: CODE.REQUEST_ENTITY_TOO_LARGE } });
    expect(sent).toHaveLength(2);
    expect(readOptions(sent[1]?.message.options ?? []).size1).toBe(2_000);
    const untold = client.request({ method: CODE.PUT, path: ["x"], payload: inPieces(IMAGE, 500) });
    await clock.advanceAsync(1_000);
    expect(await untold).toMatchObject({ response: { code: CODE.REQUEST_ENTITY_TOO_LARGE } });
    expect(store.stored).toEqual([]);
  });

  it("is given up by its signal while the source makes the caller wait, and the source is closed", async () => {
    let closed = false;
    const { clock, client } = await createPair({ handler: createStore() });
    const abort = new AbortController();
    let release: () => void = () => {};
    const waiting = new Promise<void>((resolve) => {
      release = resolve;
    });
    async function* source() {
      try {
        yield IMAGE.subarray(0, 2_000);
        await waiting;
        yield IMAGE;
      } finally {
        closed = true;
      }
    }
    const outcome = client.request({ method: CODE.PUT, path: ["x"], payload: source(), signal: abort.signal });
    await clock.advanceAsync(1_000);
    abort.abort();
    expect(await outcome).toEqual({ kind: "aborted" });
    release();
    await clock.advanceAsync(10);
    expect(closed).toBe(true);
  });

  it("rejects with what its source throws", async () => {
    const { client } = await createPair({ handler: createStore() });
    const source = { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error("disk gone")) }) };
    await expect(client.request({ method: CODE.PUT, path: ["x"], payload: source })).rejects.toThrow("disk gone");
  });

  it("and a response larger than a block go together", async () => {
    const handler = {
      onRequest: ({ payload }: IncomingRequest) => ({ code: CODE.CHANGED, payload: payload.slice().reverse() }),
    };
    const { clock, client } = await createPair({ handler });
    const outcome = client.request({ method: CODE.POST, path: ["x"], payload: IMAGE });
    await clock.advanceAsync(MINUTES);
    expect(await outcome).toMatchObject({ response: { code: CODE.CHANGED, payload: IMAGE.slice().reverse() } });
  });
});

describe("an upload into a sink", () => {
  function createSink(over: Partial<UploadSink> = {}) {
    const log: string[] = [];
    const chunks: number[] = [];
    const sink: UploadSink = {
      write: async (chunk, offset) => {
        log.push(`write ${offset}`);
        chunks.push(...chunk);
        return undefined;
      },
      finish: async () => {
        log.push("finish");
        return { code: CODE.CHANGED };
      },
      abort: () => log.push("abort"),
      ...over,
    };
    const heads: Omit<IncomingRequest, "payload">[] = [];
    const handler: CoapHandler = {
      onRequest: () => ({ code: CODE.NOT_FOUND }),
      onUpload: (head) => {
        heads.push(head);
        return sink;
      },
    };
    return { log, chunks, handler, heads };
  }
  const put = (num: number, more: boolean, payload: Uint8Array, messageId: number) =>
    ({
      code: CODE.PUT,
      messageId,
      payload,
      fields: { path: ["5", "0", "0"], block1: { num, more, size: 64 } },
    }) as const;
  const block = pattern(64);

  it("takes each block once, in order, though all come twice, and is told the size", async () => {
    const { log, chunks, handler, heads } = createSink();
    const { clock, client, network } = await createPair({ handler, client: { parameters: { blockSize: 512 } } });
    network.duplicate({ name: "all twice", when: () => true, afterMs: 3 });
    const outcome = client.request({ method: CODE.PUT, path: ["5", "0", "0"], payload: pattern(1_200) });
    await clock.advanceAsync(1_000);
    expect(await outcome).toMatchObject({ response: { code: CODE.CHANGED } });
    expect(log).toEqual(["write 0", "write 512", "write 1024", "finish"]);
    expect(Uint8Array.from(chunks)).toEqual(pattern(1_200));
    expect(heads).toEqual([expect.objectContaining({ path: ["5", "0", "0"], size: 1_200 })]);
  });

  it("may end it early", async () => {
    const { handler } = createSink({ write: async (_, offset) => (offset > 0 ? { code: CODE.FORBIDDEN } : undefined) });
    const { clock, client, sent } = await createPair({ handler });
    const outcome = client.request({ method: CODE.PUT, path: ["x"], payload: IMAGE });
    await clock.advanceAsync(1_000);
    expect(await outcome).toMatchObject({ response: { code: CODE.FORBIDDEN } });
    expect(sent).toHaveLength(4);
  });

  it("that is slow has its blocks acknowledged by themselves", async () => {
    const waits: (() => void)[] = [];
    const { handler } = createSink({ write: () => new Promise((resolve) => waits.push(() => resolve(undefined))) });
    const { clock, client, sent } = await createPair({ handler });
    const outcome = client.request({ method: CODE.PUT, path: ["x"], payload: pattern(2_048) });
    for (let n = 0; n < 2; n++) {
      await clock.advanceAsync(1_000);
      waits.shift()?.();
    }
    await clock.advanceAsync(1_000);
    expect(await outcome).toMatchObject({ response: { code: CODE.CHANGED } });
    expect(sent.filter(({ message }) => message.code === CODE.EMPTY)).toHaveLength(4);
  });

  it("that fails gives 5.00 and is aborted", async () => {
    const { handler, log } = createSink({ write: () => Promise.reject(new Error("flash")) });
    const { clock, client } = await createPair({ handler });
    const outcome = client.request({ method: CODE.PUT, path: ["x"], payload: IMAGE });
    await clock.advanceAsync(1_000);
    expect(await outcome).toMatchObject({ response: { code: CODE.INTERNAL_SERVER_ERROR } });
    expect(log).toEqual(["abort"]);
  });

  it("answers a block that comes again under a new message id without writing it again", async () => {
    const { handler, log } = createSink();
    const { clock, send, received } = await createLone({ handler });
    for (const [num, messageId] of [
      [0, 1],
      [1, 2],
      [1, 3],
      [2, 4],
    ] as const) {
      send(put(num, num < 2, block, messageId));
      await clock.advanceAsync(100);
    }
    expect(received.map(({ code }) => code)).toEqual([CODE.CONTINUE, CODE.CONTINUE, CODE.CONTINUE, CODE.CHANGED]);
    expect(log).toEqual(["write 0", "write 64", "write 128", "finish"]);
  });

  it("refuses a gap, a first block that is missing, a block of a wrong length and one beyond 2^20", async () => {
    const { handler, log } = createSink();
    const { clock, send, received } = await createLone({ handler });
    const rows = [
      put(5, true, block, 1),
      put(0, true, block, 2),
      put(2, true, block, 3),
      put(0xfffff, true, block, 4),
      put(1, true, block.subarray(1), 5),
      put(1, true, block, 6),
    ];
    for (const row of rows) {
      send(row);
      await clock.advanceAsync(100);
    }
    const incomplete = CODE.REQUEST_ENTITY_INCOMPLETE;
    expect(received.map(({ code }) => code)).toEqual([
      incomplete,
      CODE.CONTINUE,
      incomplete,
      incomplete,
      CODE.BAD_REQUEST,
      incomplete,
    ]);
    expect(log).toEqual(["write 0", "abort"]);
  });

  it("begins anew with block 0, and is aborted when nothing follows or the session ends", async () => {
    const { handler, log } = createSink();
    const { clock, send, endpoint } = await createLone({ handler });
    send(put(0, true, block, 1));
    await clock.advanceAsync(100);
    send(put(0, true, block, 2));
    await clock.advanceAsync(100);
    expect(log).toEqual(["write 0", "abort", "write 0"]);
    await clock.advanceAsync(247_000);
    expect(log).toEqual(["write 0", "abort", "write 0", "abort"]);
    send(put(0, true, block, 3));
    await clock.advanceAsync(100);
    endpoint.close();
    expect(log.slice(4)).toEqual(["write 0", "abort"]);
  });

  it("is refused when the peer has too many under way", async () => {
    const { handler } = createSink();
    const { clock, send, received } = await createLone({ handler, parameters: { maxBlockTransfers: 2 } });
    for (let n = 1; n <= 3; n++) {
      send({
        code: CODE.PUT,
        messageId: n,
        payload: block,
        fields: { path: [`${n}`], block1: { num: 0, more: true, size: 64 } },
      });
      await clock.advanceAsync(100);
    }
    expect(received.map(({ code }) => code)).toEqual([CODE.CONTINUE, CODE.CONTINUE, CODE.SERVICE_UNAVAILABLE]);
  });
});

describe("a download", () => {
  const begin = async (options: Parameters<typeof createPair>[0] = {}, request = {}) => {
    const store = createStore();
    const pair = await createPair({ handler: store, ...options });
    const started = pair.client.download({ path: ["image"], ...request });
    await pair.clock.advanceAsync(25);
    return { ...pair, store, started };
  };
  const downloadOf = async (started: Awaited<ReturnType<typeof begin>>["started"]): Promise<CoapDownload> => {
    const outcome = await started;
    if (outcome.kind !== "download") throw new Error(JSON.stringify(outcome));
    return outcome.download;
  };

  it("streams the representation and tells its size and ETag", async () => {
    const { clock, started } = await begin();
    const download = await downloadOf(started);
    expect(download).toMatchObject({ size: 5_000, etag: expect.any(Uint8Array) });
    const whole = read(download);
    await clock.advanceAsync(1_000);
    expect(await whole).toEqual(IMAGE);
  });

  for (const [name, isFrom] of everyDatagram) {
    it.each([0, 1, 2, 3, 4])(`is whole although ${name} %d is lost`, async (lost) => {
      const { clock, client, network } = await createPair({ handler: createStore() });
      const filter = network.lose({ name, when: (datagram, n) => isFrom(datagram) && n === lost });
      const started = client.download({ path: ["image"] });
      const whole = downloadOf(started).then(read);
      await clock.advanceAsync(MINUTES);
      expect(await whole).toEqual(IMAGE);
      expect(filter.hits).toBe(1);
    });
  }

  it.each([0, 1, 64, 1_000, 1_024, 3_333, 4_999, 5_000])("resumes at octet %d", async (offset) => {
    const { clock, started, sent } = await begin({}, { offset });
    const whole = downloadOf(started).then(read);
    await clock.advanceAsync(1_000);
    expect(await whole).toEqual(IMAGE.subarray(offset));
    expect(sent.filter(({ from }) => from === "client")).toHaveLength(5 - Math.floor(offset / 1_024));
  });

  it("goes by the smaller blocks that it asks for or the server chooses", async () => {
    for (const [options, request] of [
      [{}, { blockSize: 128, offset: 700 }],
      [{ server: { parameters: { blockSize: 128 } } }, { offset: 2_500 }],
      [{ client: { parameters: { blockSize: 128 } } }, {}],
    ] as const) {
      const { clock, started } = await begin(options, request);
      const whole = downloadOf(started).then(read);
      await clock.advanceAsync(5_000);
      expect(await whole).toEqual(IMAGE.subarray("offset" in request ? request.offset : 0));
    }
  });

  it("keeps to the read-ahead that it is given, and to nothing more", async () => {
    const { clock, started, sent } = await begin({ client: { parameters: { readAheadBlocks: 2 } } }, { blockSize: 64 });
    const download = await downloadOf(started);
    await clock.advanceAsync(10_000);
    expect(sent.filter(({ from }) => from === "client")).toHaveLength(2);
    const chunks = download.chunks[Symbol.asyncIterator]();
    await chunks.next();
    await clock.advanceAsync(10_000);
    expect(sent.filter(({ from }) => from === "client")).toHaveLength(3);
    const rest = read({ ...download, chunks: { [Symbol.asyncIterator]: () => chunks } });
    await clock.advanceAsync(10_000);
    expect(await rest).toEqual(IMAGE.subarray(64));
  });

  it("takes one round trip for each block and nothing more", async () => {
    const { clock, client, sent } = await createPair({ handler: createStore(), latencyMs: 50 });
    const whole = downloadOf(client.download({ path: ["image"] })).then(read);
    await clock.advanceAsync(500);
    expect(await whole).toEqual(IMAGE);
    expect(sent.filter(({ from }) => from === "client").map(({ at }) => at)).toEqual([0, 100, 200, 300, 400]);
  });

  it("of a representation that fits one message is that message", async () => {
    const { started } = await begin({ handler: createStore(bytes("tiny")) });
    expect(await read(await downloadOf(started))).toEqual(bytes("tiny"));
  });

  it("resolves with the response when it is an error", async () => {
    const { started } = await begin({ handler: { onRequest: () => ({ code: CODE.NOT_FOUND, payload: bytes("no") }) } });
    expect(await started).toEqual({ kind: "response", response: { code: CODE.NOT_FOUND, payload: bytes("no") } });
  });

  it("times out before and within the transfer, and tells where it can go on", async () => {
    const { clock, network, started } = await begin();
    const download = await downloadOf(started);
    network.lose({ name: "server gone", when: isFromServer });
    const failure = failureOf(download);
    await clock.advanceAsync(2 * MINUTES);
    expect(await failure).toMatchObject({ code: "timeout", offset: 1_024 });
    const lone = await createLone();
    const outcome = lone.endpoint.download({ path: ["image"] });
    await lone.clock.advanceAsync(2 * MINUTES);
    expect(await outcome).toEqual({ kind: "timeout" });
  });

  it("fails with `changed` when the ETag is not the one before, at the beginning and halfway", async () => {
    const resumed = await begin({}, { offset: 1_024, etag: hex("00") });
    expect(await failureOf(await downloadOf(resumed.started))).toMatchObject({ code: "changed", offset: 1_024 });

    // With NSTART 2 the other request overtakes.
    const { clock, started, client, store, network } = await begin({ client: { parameters: { nstart: 2 } } });
    network.delay({ name: "late", when: (datagram) => isFromClient(datagram) && blockOf(datagram) === 2, ms: 300 });
    const failure = failureOf(await downloadOf(started));
    await clock.advanceAsync(100);
    store.image = pattern(4_000);
    void client.request(GET);
    await clock.advanceAsync(5_000);
    expect(await failure).toMatchObject({ code: "changed", offset: 2_048 });
  });

  it("resumes when the ETag is the one before", async () => {
    const first = await begin();
    const { etag } = await downloadOf(first.started);
    const { clock, started } = await begin({}, { offset: 2_048, etag });
    const whole = downloadOf(started).then(read);
    await clock.advanceAsync(1_000);
    expect(await whole).toEqual(IMAGE.subarray(2_048));
  });

  it("stops asking when its signal or its reader ends it", async () => {
    const abort = new AbortController();
    const { clock, started, sent } = await begin(
      { client: { parameters: { readAheadBlocks: 1 } } },
      { signal: abort.signal },
    );
    const chunks = (await downloadOf(started)).chunks[Symbol.asyncIterator]();
    await chunks.next();
    const waiting = chunks.next();
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ code: "aborted", offset: 1_024 });
    const before = sent.length;
    await clock.advanceAsync(MINUTES);
    expect(sent.length).toBeLessThanOrEqual(before + 1);

    const other = await begin({ client: { parameters: { readAheadBlocks: 1 } } });
    for await (const chunk of (await downloadOf(other.started)).chunks) {
      expect(chunk).toHaveLength(1_024);
      break;
    }
    const then = other.sent.length;
    await other.clock.advanceAsync(MINUTES);
    expect(other.sent.length).toBeLessThanOrEqual(then + 1);
  });

  it("fails with `closed` when the session ends, whether it waits for a block or for its reader", async () => {
    const { started, client } = await begin();
    const reading = failureOf(await downloadOf(started));
    client.close();
    expect(await reading).toMatchObject({ code: "closed", offset: 1_024 });

    const held = await begin({ client: { parameters: { readAheadBlocks: 1 } } });
    const download = await downloadOf(held.started);
    held.client.close();
    expect(await failureOf(download)).toMatchObject({ code: "closed", offset: 1_024 });
  });

  const rows: [string, { num: number; more: boolean; size: number } | undefined, number, string][] = [
    ["a block out of order", { num: 3, more: true, size: 64 }, 64, "protocol"],
    ["the block before once more", { num: 0, more: true, size: 64 }, 64, "protocol"],
    ["a block that is too short", { num: 1, more: true, size: 64 }, 63, "protocol"],
    ["a last block that is too long", { num: 1, more: false, size: 64 }, 65, "protocol"],
    ["no Block2", undefined, 64, "protocol"],
  ];
  it.each(rows)("fails when the server sends %s", async (_name, block2, length, code) => {
    const { clock, endpoint, onMessage, send } = await createLone();
    onMessage(({ messageId, token, options }) => {
      const isFirst = readOptions(options).block2?.num === 0;
      const fields = { block2: isFirst ? { num: 0, more: true, size: 64 } : block2 };
      send({ type: "ACK", code: CODE.CONTENT, messageId, token, fields, payload: pattern(isFirst ? 64 : length) });
    });
    const started = endpoint.download({ path: ["image"], blockSize: 64 });
    await clock.advanceAsync(100);
    expect(await failureOf(await downloadOf(started as never))).toMatchObject({ code, offset: 64 });
  });

  it("fails with `refused` and the code when the server refuses a later block", async () => {
    const { clock, endpoint, onMessage, send } = await createLone();
    onMessage(({ messageId, token, options }) => {
      if (readOptions(options).block2?.num === 0) {
        send({
          type: "ACK",
          code: CODE.CONTENT,
          messageId,
          token,
          fields: { block2: { num: 0, more: true, size: 64 } },
          payload: pattern(64),
        });
      } else send({ type: "ACK", code: CODE.SERVICE_UNAVAILABLE, messageId, token });
    });
    const started = endpoint.download({ path: ["image"], blockSize: 64 });
    await clock.advanceAsync(100);
    expect(await failureOf(await downloadOf(started as never))).toMatchObject({
      code: "refused",
      responseCode: CODE.SERVICE_UNAVAILABLE,
    });
  });
});

function blockOf({ bytes: datagram }: MemoryDatagram): number | undefined {
  // Block2 is the last option of the requests here: its value is the last octet.
  return (datagram.at(-1) ?? 0) >> 4;
}
