import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { createServer, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "@jest/globals";
import { ModemError } from "../../modem/modemError.ts";
import { attempt } from "./support/attempt.ts";
import { expectSame } from "./support/expectSame.ts";
import { FirmwareHost, type Handler, makeImage, serve } from "./support/firmwareHost.ts";
import { MemoryArea } from "./support/memoryArea.ts";
import { makeAuthority } from "./support/testPki.ts";

const image = makeImage(100_000);
const hosts: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
});

async function host(handler: Handler): Promise<FirmwareHost> {
  const started = await FirmwareHost.start(handler);
  hosts.push(started);
  return started;
}

describe("downloading over HTTP", () => {
  it("streams the image into the area, octet by octet the same", async () => {
    const { origin, requests } = await host(serve(image));
    const progress: [number, number | undefined][] = [];
    const { outcome, area } = attempt({
      uri: `${origin}/fw.bin`,
      onProgress: (bytes, total) => progress.push([bytes, total]),
    });
    expect(await outcome).toEqual({ kind: "complete", bytes: image.length, etag: '"v2"' });
    expectSame(area.content, image);
    expect(Math.max(...area.writes)).toBe(4096);
    expect(area.writes.length).toBe(Math.ceil(image.length / 4096));
    expect(progress.at(0)).toEqual([4096, image.length]);
    expect(progress.at(-1)).toEqual([image.length, image.length]);
    expect(requests[0]?.headers).not.toHaveProperty("range");
  });

  it("takes an image whose size the host does not tell", async () => {
    const { origin } = await host((_, response) => {
      response.write(image.subarray(0, 30_000));
      response.end(image.subarray(30_000));
    });
    const { outcome, area } = attempt({ uri: `${origin}/fw.bin` });
    expect(await outcome).toEqual({ kind: "complete", bytes: image.length });
    expectSame(area.content, image);
  });

  it("holds no more than a few buffers of an 8 MiB image while the modem writes slowly", async () => {
    const large = makeImage(8 * 1024 * 1024);
    const { origin } = await host(serve(large));
    let socket: Socket | undefined;
    const onConnected = (message: unknown) => {
      socket = (message as { socket: Socket }).socket;
    };
    subscribe("undici:client:connected", onConnected);
    const area = new MemoryArea(large.length);
    let most = 0;
    area.beforeWrite = async (offset) => {
      // The host gets a turn between two writes: what it can push into the process, it does.
      await new Promise((resolve) => setImmediate(resolve));
      most = Math.max(most, (socket?.bytesRead ?? Number.POSITIVE_INFINITY) - offset);
    };
    const { outcome } = attempt({ uri: `${origin}/fw.bin`, area });
    expect(await outcome).toMatchObject({ kind: "complete", bytes: large.length });
    unsubscribe("undici:client:connected", onConnected);
    expectSame(area.content, large);
    expect(most).toBeGreaterThan(4096);
    expect(most).toBeLessThanOrEqual(512 * 1024);
  });

  it("ends as aborted when its owner gives up, and closes the connection", async () => {
    let closed: Promise<unknown> | undefined;
    const { origin } = await host((request, response) => {
      closed = new Promise((resolve) => request.socket.once("close", resolve));
      response.writeHead(200, { "Content-Length": image.length }).write(image.subarray(0, 10_000));
    });
    const download = attempt({ uri: `${origin}/fw.bin` });
    await download.reaches(8192);
    download.abort();
    expect(await download.outcome).toEqual({ kind: "aborted" });
    await closed;
    expect(download.clock.nextDue).toBeUndefined();
  });

  it("does not begin when its owner has given up already", async () => {
    const { origin, requests } = await host(serve(image));
    const signal = AbortSignal.abort();
    expect(await attempt({ uri: `${origin}/fw.bin`, signal }).outcome).toEqual({ kind: "aborted" });
    expect(requests).toEqual([]);
  });
});

describe("what a host answers", () => {
  const refusals: { name: string; handler: Handler; expected: object }[] = [
    {
      name: "404",
      handler: (_, r) => void r.writeHead(404).end("no"),
      expected: { kind: "refused", reason: "notFound", httpStatus: 404 },
    },
    {
      name: "410",
      handler: (_, r) => void r.writeHead(410).end(),
      expected: { kind: "refused", reason: "notFound", httpStatus: 410 },
    },
    {
      name: "403",
      handler: (_, r) => void r.writeHead(403).end(),
      expected: { kind: "refused", reason: "protocol", httpStatus: 403 },
    },
    {
      name: "500",
      handler: (_, r) => void r.writeHead(500).end(),
      expected: { kind: "refused", reason: "protocol", httpStatus: 500 },
    },
    {
      name: "204",
      handler: (_, r) => void r.writeHead(204).end(),
      expected: { kind: "refused", reason: "protocol", httpStatus: 204 },
    },
    {
      name: "503 may pass",
      handler: (_, r) => void r.writeHead(503).end(),
      expected: { kind: "interrupted", bytes: 0, httpStatus: 503 },
    },
    {
      name: "an encoding that was not asked for",
      handler: (_, r) => void r.writeHead(200, { "Content-Encoding": "gzip" }).end(image),
      expected: { kind: "refused", reason: "protocol" },
    },
    {
      name: "a part that was not asked for",
      handler: (_, r) => void r.writeHead(206, { "Content-Range": "bytes 0-9/10" }).end(image.subarray(0, 10)),
      expected: { kind: "refused", reason: "protocol" },
    },
    {
      name: "something that is no HTTP",
      handler: (request) => void request.socket.end("hello there\r\n\r\n"),
      expected: { kind: "refused", reason: "protocol" },
    },
    {
      name: "headers without end",
      handler: (request) => void request.socket.write(`HTTP/1.1 200 OK\r\nA: ${"x".repeat(40_000)}\r\n\r\n`),
      expected: { kind: "refused", reason: "protocol" },
    },
    {
      name: "nothing, the connection being closed",
      handler: (request) => void request.socket.destroy(),
      expected: { kind: "interrupted", bytes: 0 },
    },
    {
      name: "an image larger than the area, by its length",
      handler: serve(makeImage(20_001)),
      expected: { kind: "refused", reason: "tooLarge" },
    },
    {
      name: "an image larger than the area, without a length",
      handler: (_, r) => {
        r.write(makeImage(15_000));
        r.end(makeImage(6_000));
      },
      expected: { kind: "refused", reason: "tooLarge" },
    },
  ];
  for (const { name, handler, expected } of refusals) {
    it(`${name} becomes ${JSON.stringify(expected)}`, async () => {
      const { origin } = await host(handler);
      const download = attempt({ uri: `${origin}/fw.bin`, area: new MemoryArea(20_000) });
      expect(await download.outcome).toMatchObject(expected);
      expect(download.clock.nextDue).toBeUndefined();
    });
  }

  it("follows a few redirections, relative ones too, with each host's own request", async () => {
    const target = await host(serve(image));
    const { origin } = await host((request, response) => {
      const next: Record<string, string> = { "/a": "b?token=1", "/b": `${target.origin}/fw.bin` };
      response.writeHead(302, { Location: next[request.url?.split("?")[0] ?? ""] }).end("moved");
    });
    const { outcome, area } = attempt({ uri: `${origin}/a` });
    expect(await outcome).toMatchObject({ kind: "complete" });
    expectSame(area.content, image);
  });

  it("stops after a few redirections", async () => {
    const { origin, requests } = await host(
      (_, response) => void response.writeHead(307, { Location: "/again" }).end(),
    );
    expect(await attempt({ uri: `${origin}/again` }).outcome).toMatchObject({ kind: "refused", reason: "protocol" });
    expect(requests.length).toBe(5);
  });

  for (const location of ["http://", "coap://127.0.0.1/fw", "file:///etc/passwd", "http://u:p@127.0.0.1/"]) {
    it(`does not follow a redirection to ${location}`, async () => {
      const { origin } = await host((_, response) => void response.writeHead(301, { Location: location }).end());
      expect(await attempt({ uri: `${origin}/fw` }).outcome).toMatchObject({ kind: "refused", reason: "protocol" });
    });
  }
});

describe("waiting", () => {
  const timeouts = { connectMs: 30_000, responseMs: 20_000, idleMs: 10_000 };

  it("gives a host up that stops sending, and keeps what came", async () => {
    const { origin } = await host((_, response) => {
      response.writeHead(200, { "Content-Length": image.length, ETag: '"v2"' }).write(image.subarray(0, 10_000));
    });
    const { reaches, clock, outcome, area } = attempt({ uri: `${origin}/fw.bin`, timeouts });
    await reaches(8192);
    await clock.advanceAsync(9_999);
    expect(clock.nextDue).toBe(10_000);
    await clock.advanceAsync(1);
    expect(await outcome).toEqual({ kind: "interrupted", bytes: 10_000, etag: '"v2"', detail: "no data for 10000 ms" });
    expectSame(area.content, image.slice(0, 10_000));
  });

  it("does not blame the host for a modem that writes for a long time", async () => {
    const { origin } = await host(serve(image));
    const area = new MemoryArea();
    const download = attempt({ uri: `${origin}/fw.bin`, timeouts, area });
    area.beforeWrite = () => download.clock.advance(60_000);
    expect(await download.outcome).toMatchObject({ kind: "complete", bytes: image.length });
  });

  it("gives a host up that takes the request and does not answer", async () => {
    const arrived = deferred();
    const { origin } = await host(() => arrived.resolve());
    const { clock, outcome } = attempt({ uri: `${origin}/fw.bin`, timeouts });
    await arrived.promise;
    await clock.advanceAsync(20_000);
    expect(await outcome).toMatchObject({ kind: "interrupted", bytes: 0, detail: "no response for 20000 ms" });
  });

  it("gives a host up whose TLS handshake does not begin", async () => {
    const arrived = deferred();
    const server = createServer((socket) => {
      socket.resume();
      arrived.resolve();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const cas = { 5: makeAuthority("anyone").pem };
    const { clock, outcome } = attempt({ uri: `https://127.0.0.1:${port}/fw.bin`, timeouts, cas });
    await arrived.promise;
    await clock.advanceAsync(30_000);
    expect(await outcome).toMatchObject({ kind: "refused", reason: "unreachable" });
    await new Promise((resolve) => server.close(resolve));
  });
});

describe("hosts that are not there", () => {
  it("tells a refused connection as unreachable", async () => {
    const gone = await host(serve(image));
    await gone.close();
    hosts.length = 0;
    expect(await attempt({ uri: `${gone.origin}/fw.bin` }).outcome).toMatchObject({
      kind: "refused",
      reason: "unreachable",
    });
  });

  it("tells a name that nobody has", async () => {
    // RFC 6761 §6.4: `invalid` never resolves.
    expect(await attempt({ uri: "http://firmware.invalid/fw.bin" }).outcome).toMatchObject({
      kind: "refused",
      reason: "nameNotResolved",
    });
  });
});

describe("the firmware area's refusals", () => {
  const rows: { name: string; error: ModemError; expected: object }[] = [
    {
      name: "a bad header at once",
      error: new ModemError("dfu", { dfu: 3 }),
      expected: { kind: "modem", code: "dfu", dfu: 3 },
    },
    { name: "a full memory", error: new ModemError("memoryFull"), expected: { kind: "refused", reason: "noRoom" } },
    {
      name: "a modem that is shut down",
      error: new ModemError("notInitialised"),
      expected: { kind: "modem", code: "notInitialised" },
    },
  ];
  for (const { name, error, expected } of rows) {
    it(`${name} ends the download`, async () => {
      const { origin } = await host(serve(image));
      const area = new MemoryArea();
      area.beforeWrite = () => {
        throw error;
      };
      const download = attempt({ uri: `${origin}/fw.bin`, area });
      expect(await download.outcome).toMatchObject(expected);
      expect(download.clock.nextDue).toBeUndefined();
    });
  }

  it("a modem that cannot tell its offset ends it before anything is asked of the host", async () => {
    const { origin, requests } = await host(serve(image));
    const area = new MemoryArea();
    area.offset = async () => {
      throw new ModemError("notInitialised");
    };
    expect(await attempt({ uri: `${origin}/fw.bin`, area }).outcome).toMatchObject({
      kind: "modem",
      code: "notInitialised",
    });
    expect(requests).toEqual([]);
  });

  it("an exception that is no refusal is a bug and comes out", async () => {
    const { origin } = await host(serve(image));
    const area = new MemoryArea();
    area.beforeWrite = () => {
      throw new RangeError("a bug");
    };
    await expect(attempt({ uri: `${origin}/fw.bin`, area }).outcome).rejects.toThrow("a bug");
  });
});

describe("records", () => {
  it("tell connect, request, response, bounded progress and end, each caused by the one before", async () => {
    const { origin } = await host(serve(makeImage(1_000_000)));
    const { outcome, records } = attempt({ uri: `${origin}/fw.bin?token=secret#part` });
    await outcome;
    const phases = records.map(({ phase }) => phase);
    expect(phases.slice(0, 3)).toEqual(["connect", "request", "response"]);
    expect(phases.at(-1)).toBe("end");
    const progress = records.filter(({ phase }) => phase === "progress");
    expect(progress.length).toBeGreaterThanOrEqual(10);
    expect(progress.length).toBeLessThanOrEqual(20);
    expect(records.slice(1).map(({ cause }) => cause)).toEqual(records.slice(0, -1).map((_, index) => index + 1));
    expect(new Set(records.map(({ url }) => url))).toEqual(new Set([`${origin}/fw.bin`]));
    expect(records[0]).toEqual({
      kind: "http",
      phase: "connect",
      url: `${origin}/fw.bin`,
      from: "library",
      to: "firmwareHost",
    });
    expect(records[2]).toMatchObject({ status: 200, from: "firmwareHost", to: "library" });
    expect(records.at(-1)).toMatchObject({ bytes: 1_000_000 });
    expect(JSON.stringify(records)).not.toContain("secret");
  });

  it("end with the error of a download that fails", async () => {
    const { origin } = await host((_, response) => void response.writeHead(404).end());
    const { outcome, records } = attempt({ uri: `${origin}/fw.bin` });
    await outcome;
    expect(records.at(-1)).toMatchObject({ phase: "error", url: `${origin}/fw.bin`, detail: "the host answers 404" });
  });
});

function deferred(): { readonly promise: Promise<void>; resolve(): void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve: () => resolve() };
}
