/** Over real UDP against the `coap` package, an implementation that is not ours, in both roles. */

import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "@jest/globals";
import coap from "coap";
import { SystemClock } from "../../carrier/clock/systemClock.ts";
import { systemRandom } from "../../carrier/random.ts";
import {
  CODE,
  CoapEndpoint,
  type CoapHandler,
  createUdpTransport,
  type IncomingRequest,
} from "../../services/coap/index.ts";
import { bytes, pattern, text } from "./support.ts";

const LOOPBACK = "127.0.0.1";
const IMAGE = pattern(20_000);
const open: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** A server of the `coap` package, and our endpoint as its client. */
async function createTheirServer(onRequest: (request: coap.IncomingMessage, response: coap.OutgoingMessage) => void) {
  const server = coap.createServer({ type: "udp4" });
  server.on("request", onRequest);
  await new Promise<void>((resolve) => server.listen(0, LOOPBACK, () => resolve()));
  open.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const { port } = (server._sock as Socket).address();
  const transport = createUdpTransport({ local: { host: LOOPBACK } });
  open.push(() => transport.close());
  const outcome = await transport.open({ uri: `coap://${LOOPBACK}:${port}` });
  if (outcome.kind !== "open") throw new Error(outcome.kind);
  return new CoapEndpoint({ session: outcome.session, clock: new SystemClock(), random: systemRandom() });
}

/** Our endpoint as the server, and what the `coap` package's client needs to reach it. */
async function createOurServer(handler: CoapHandler) {
  const transport = createUdpTransport({});
  open.push(() => transport.close());
  const endpoints: CoapEndpoint[] = [];
  const listener = await transport.listen({ address: LOOPBACK, port: 0 }, (session) => {
    endpoints.push(new CoapEndpoint({ session, clock: new SystemClock(), random: systemRandom(), handler }));
  });
  // With a socket of its own the package closes it before it has sent a cancellation.
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, LOOPBACK, resolve));
  open.push(() => new Promise<void>((resolve) => socket.close(() => resolve())));
  const agent = new coap.Agent({ type: "udp4", socket });
  const request = (params: coap.CoapRequestParams, payload?: Uint8Array) =>
    new Promise<coap.IncomingMessage>((resolve, reject) => {
      const outgoing = coap.request({ hostname: LOOPBACK, port: listener.address.port, agent, ...params });
      outgoing.on("response", resolve);
      outgoing.on("error", reject);
      outgoing.end(payload === undefined ? undefined : Buffer.from(payload));
    });
  return { endpoints, request };
}

describe("our client with the coap package's server", () => {
  it("gets, with query and content format", async () => {
    const client = await createTheirServer((request, response) => {
      response.setOption("Content-Format", "application/json");
      response.end(`{"url":"${request.url}"}`);
    });
    expect(await client.request({ method: CODE.GET, path: ["a", "b"], query: ["x=1", "y"] })).toMatchObject({
      kind: "response",
      response: { code: CODE.CONTENT, contentFormat: 50, payload: bytes('{"url":"/a/b?x=1&y"}') },
    });
  });

  it("gets an error code, and a response that comes separately", async () => {
    const client = await createTheirServer((request, response) => {
      if (request.url === "/missing") {
        response.code = "4.04";
        response.end();
      } else setTimeout(() => response.end("late"), 200);
    });
    expect(await client.request({ method: CODE.GET, path: ["missing"] })).toMatchObject({
      response: { code: CODE.NOT_FOUND },
    });
    expect(await client.request({ method: CODE.GET, path: ["slow"] })).toMatchObject({
      response: { payload: bytes("late") },
    });
  });

  it("puts block-wise", async () => {
    const received: Buffer[] = [];
    const client = await createTheirServer((request, response) => {
      received.push(request.payload as Buffer);
      response.code = "2.04";
      response.end();
    });
    const outcome = await client.request({ method: CODE.PUT, path: ["image"], payload: IMAGE });
    expect(outcome).toMatchObject({ response: { code: CODE.CHANGED } });
    expect(received.map((payload) => new Uint8Array(payload))).toEqual([IMAGE]);
  });

  it("gets and downloads block-wise", async () => {
    const client = await createTheirServer((_request, response) => {
      response.end(Buffer.from(IMAGE));
    });
    expect(await client.request({ method: CODE.GET, path: ["image"] })).toMatchObject({ response: { payload: IMAGE } });
    const outcome = await client.download({ path: ["image"], blockSize: 512, offset: 1_000 });
    if (outcome.kind !== "download") throw new Error(outcome.kind);
    const parts: number[] = [];
    for await (const chunk of outcome.download.chunks) parts.push(...chunk);
    expect(Uint8Array.from(parts)).toEqual(IMAGE.subarray(1_000));
  });

  it("observes and cancels", async () => {
    let stream: coap.ObserveWriteStream | undefined;
    const urls: string[] = [];
    const client = await createTheirServer((request, response) => {
      urls.push(`${request.method} ${request.headers.Observe}`);
      if (request.headers.Observe !== 0) {
        response.end("bye");
        return;
      }
      stream = response as unknown as coap.ObserveWriteStream;
      stream.write("0");
    });
    const seen: string[] = [];
    let wake: () => void = () => {};
    const { outcome, cancel } = await client.observe({ method: CODE.GET, path: ["s"] }, ({ payload }) => {
      seen.push(text(payload));
      wake();
    });
    expect(outcome).toMatchObject({ response: { payload: bytes("0") } });
    for (const value of ["1", "2"]) {
      const arrived = new Promise<void>((resolve) => {
        wake = resolve;
      });
      stream?.write(value);
      await arrived;
    }
    expect(seen).toEqual(["1", "2"]);
    expect(await cancel()).toMatchObject({ response: { payload: bytes("bye") } });
    expect(urls[0]).toBe("GET 0");
  });
});

describe("our server with the coap package's client", () => {
  it("serves a get, with query and content format", async () => {
    const seen: IncomingRequest[] = [];
    const { request } = await createOurServer({
      onRequest: (incoming) => {
        seen.push(incoming);
        return { code: CODE.CONTENT, contentFormat: 50, payload: bytes("{}") };
      },
    });
    const response = await request({ method: "GET", pathname: "/3/0", query: "a=1&b" });
    expect([response.code, response.headers["Content-Format"], response.payload.toString()]).toEqual([
      "2.05",
      "application/json",
      "{}",
    ]);
    expect(seen[0]).toMatchObject({ method: CODE.GET, path: ["3", "0"], query: ["a=1", "b"], confirmable: true });
  });

  it("answers separately when its handler is slow, and non-confirmable when asked so", async () => {
    const { request } = await createOurServer({
      onRequest: async ({ path }) => {
        if (path[0] === "slow") await new Promise((resolve) => setTimeout(resolve, 700));
        return { code: CODE.CONTENT, payload: bytes(path.join("/")) };
      },
    });
    expect((await request({ pathname: "/slow" })).payload.toString()).toBe("slow");
    expect((await request({ pathname: "/quick", confirmable: false })).payload.toString()).toBe("quick");
  });

  it("takes a put block-wise", async () => {
    const received: Uint8Array[] = [];
    const { request } = await createOurServer({
      onRequest: ({ payload }) => {
        received.push(payload);
        return { code: CODE.CHANGED };
      },
    });
    const outgoing = await request({ method: "PUT", pathname: "/image", options: { Block1: Buffer.of(0x06) } }, IMAGE);
    expect(outgoing.code).toBe("2.04");
    expect(received).toEqual([IMAGE]);
  });

  it("serves a get block-wise", async () => {
    const { request } = await createOurServer({ onRequest: () => ({ code: CODE.CONTENT, payload: IMAGE }) });
    const response = await request({ pathname: "/image" });
    expect(new Uint8Array(response.payload)).toEqual(IMAGE);
  });

  it.each([
    ["Observe 1", true],
    ["reset", false],
  ])("is observed, and cancelled by %s", async (_how, eager) => {
    const incoming: IncomingRequest[] = [];
    let onCancelled: () => void = () => {};
    const cancelled = new Promise<void>((resolve) => {
      onCancelled = resolve;
    });
    const { request, endpoints } = await createOurServer({
      onRequest: (one) => {
        incoming.push({ ...one, token: one.token.slice() });
        if (one.observe === 1) onCancelled();
        return { code: CODE.CONTENT, payload: bytes("0"), observing: one.observe === 0 };
      },
      onObservationReset: () => onCancelled(),
    });
    const stream = (await request({ pathname: "/s", observe: true })) as unknown as coap.ObserveReadStream;
    expect(String((await once(stream, "data"))[0])).toBe("0");
    const [endpoint] = endpoints as [CoapEndpoint];
    const token = incoming[0]?.token ?? new Uint8Array(0);
    for (const value of ["1", "2"]) {
      const next = once(stream, "data");
      expect(await endpoint.notify(token, { code: CODE.CONTENT, payload: bytes(value) })).toBe("acknowledged");
      expect(String((await next)[0])).toBe(value);
    }
    stream.close(eager);
    if (!eager) await endpoint.notify(token, { code: CODE.CONTENT, confirmable: false });
    await cancelled;
    expect(incoming.map(({ observe }) => observe)).toEqual(eager ? [0, 1] : [0]);
    expect(await endpoint.notify(token, { code: CODE.CONTENT })).toBe("reset");
    // Another round trip: by then the package has its answer and retransmits no more.
    await request({ pathname: "/after" });
  });
});
