import { X509Certificate } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { Agent, fetch, type RequestInit } from "undici";
import { type FirmwareHost, startFirmwareHost } from "../../testbed/firmwareHost.ts";
import { resolveRange } from "../../testbed/httpRange.ts";
import { VirtualClock } from "../support/virtualClock.ts";
import { settle } from "./support.ts";

const IMAGE = Uint8Array.from({ length: 200_000 }, (_, index) => (index * 31) & 0xff);
const clock = new VirtualClock();
let host: FirmwareHost;
let trusting: Agent;

beforeAll(async () => {
  host = await startFirmwareHost({ clock });
  trusting = new Agent({ connect: { ca: host.caPem } });
});
afterAll(async () => {
  await trusting.destroy();
  await host.close();
});
afterEach(() => host.setImage("/image", IMAGE));

const get = (url: string, init: RequestInit = {}) => fetch(url, { dispatcher: trusting, ...init });
const bytesOf = async (response: Awaited<ReturnType<typeof fetch>>) => new Uint8Array(await response.arrayBuffer());

/** Reads until the body ends, in whichever way. */
async function readAll(response: Awaited<ReturnType<typeof fetch>>) {
  let length = 0;
  try {
    for await (const chunk of response.body!) length += (chunk as Uint8Array).length;
    return { length, complete: true };
  } catch {
    return { length, complete: false };
  }
}

describe("the firmware host", () => {
  it("has a CA that signed its certificate, for its address and localhost", () => {
    const ca = new X509Certificate(host.caPem);
    expect(ca.ca).toBe(true);
    expect(ca.verify(ca.publicKey)).toBe(true);
    expect(new X509Certificate(host.otherCaPem).fingerprint256).not.toBe(ca.fingerprint256);
  });

  it("serves an image whole over HTTPS and HTTP", async () => {
    host.setImage("/image", IMAGE);
    for (const origin of ["https", "http"] as const) {
      const response = await get(host.url("/image", origin));
      expect(response.status).toBe(200);
      expect(response.headers.get("content-length")).toBe(String(IMAGE.length));
      expect(response.headers.get("accept-ranges")).toBe("bytes");
      expect(await bytesOf(response)).toEqual(IMAGE);
    }
  });

  it("is trusted under localhost too", async () => {
    host.setImage("/image", IMAGE);
    const response = await get(host.url("/image").replace("127.0.0.1", "localhost"));
    expect((await bytesOf(response)).length).toBe(IMAGE.length);
  });

  it("fails the handshake of a client that trusts another CA, on both HTTPS origins", async () => {
    await expect(get(host.url("/image", "otherCa"))).rejects.toMatchObject({
      cause: { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" },
    });
    const other = new Agent({ connect: { ca: host.otherCaPem } });
    await expect(get(host.url("/image"), { dispatcher: other })).rejects.toMatchObject({
      cause: { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" },
    });
    expect((await get(host.url("/image", "otherCa"), { dispatcher: other })).status).toBe(200);
    await other.destroy();
  });

  it("serves a range, and says which", async () => {
    const response = await get(host.url("/image"), { headers: { range: "bytes=1000-" } });
    expect(response.status).toBe(206);
    expect(response.headers.get("content-range")).toBe(`bytes 1000-${IMAGE.length - 1}/${IMAGE.length}`);
    expect(await bytesOf(response)).toEqual(IMAGE.subarray(1000));
  });

  it("serves the range of the representation that If-Range names, the whole of any other", async () => {
    const etag = (await get(host.url("/image"), { method: "HEAD" })).headers.get("etag")!;
    const same = await get(host.url("/image"), { headers: { range: "bytes=5-9", "if-range": etag } });
    expect([same.status, (await bytesOf(same)).length]).toEqual([206, 5]);
    const changed = await get(host.url("/image"), { headers: { range: "bytes=5-9", "if-range": '"old"' } });
    expect([changed.status, (await bytesOf(changed)).length]).toEqual([200, IMAGE.length]);
  });

  it("gives another image another ETag, and takes one that is given", async () => {
    const before = (await get(host.url("/image"), { method: "HEAD" })).headers.get("etag");
    host.setImage("/image", IMAGE.subarray(1));
    expect((await get(host.url("/image"), { method: "HEAD" })).headers.get("etag")).not.toBe(before);
    host.setImage("/image", { body: IMAGE, etag: '"mine"' });
    expect((await get(host.url("/image"), { method: "HEAD" })).headers.get("etag")).toBe('"mine"');
  });

  it("answers 416 beyond the end, 404 and 405 for what it does not serve, and the status it is told", async () => {
    const beyond = await get(host.url("/image"), { headers: { range: `bytes=${IMAGE.length}-` } });
    expect(beyond.status).toBe(416);
    expect(beyond.headers.get("content-range")).toBe(`bytes */${IMAGE.length}`);
    expect((await get(host.url("/none"))).status).toBe(404);
    expect((await get(host.url("/image"), { method: "POST", body: "x" })).status).toBe(405);
    host.setImage("/image", { body: IMAGE, status: 503 });
    expect((await get(host.url("/image"))).status).toBe(503);
  });

  it("ignores ranges when told to", async () => {
    host.setImage("/image", { body: IMAGE, ignoreRange: true });
    const response = await get(host.url("/image"), { headers: { range: "bytes=5-9" } });
    expect(response.status).toBe(200);
    expect(response.headers.get("accept-ranges")).toBeNull();
  });

  for (const origin of ["https", "http"] as const) {
    it(`breaks the connection after exactly so many octets over ${origin}, as often as told, and can be resumed`, async () => {
      host.setImage("/image", { body: IMAGE, breakAfter: { bytes: 70_000, times: 2 } });
      const first = await readAll(await get(host.url("/image", origin)));
      expect(first).toEqual({ length: 70_000, complete: false });
      const second = await readAll(await get(host.url("/image", origin), { headers: { range: "bytes=70000-" } }));
      expect(second).toEqual({ length: 70_000, complete: false });
      const third = await readAll(await get(host.url("/image", origin), { headers: { range: "bytes=140000-" } }));
      expect(third).toEqual({ length: 60_000, complete: true });
      const broken = await host.events.until("response", (entry) => entry.end === "broken");
      expect(broken).toMatchObject({ bytes: 70_000, status: 200 });
    });
  }

  it("dawdles by the clock, and stops when the client goes away", async () => {
    host.setImage("/image", { body: IMAGE, slow: { chunkBytes: 50_000, intervalMs: 1_000 } });
    const after = host.events.seq;
    const response = await get(host.url("/image"));
    let received = 0;
    const reading = (async () => {
      for await (const chunk of response.body!) received += (chunk as Uint8Array).length;
    })();
    const steps: number[] = [];
    for (let step = 1; step <= 3; step++) {
      while (received < step * 50_000) await settle(1);
      steps.push(received);
      while (clock.nextDue === undefined) await settle(1);
      clock.advance(1_000);
    }
    await reading;
    expect([...steps, received]).toEqual([50_000, 100_000, 150_000, 200_000]);

    const giveUp = new AbortController();
    const abandoned = await get(host.url("/image"), { signal: giveUp.signal });
    expect(abandoned.status).toBe(200);
    while (clock.nextDue === undefined) await settle(1);
    giveUp.abort();
    await host.events.until("response", (entry) => entry.end === "aborted", { after });
    expect(clock.nextDue).toBeUndefined();
  });

  it("closes although a client is in the middle of a slow image", async () => {
    const slow = await startFirmwareHost({
      clock,
      images: { "/s": { body: IMAGE, slow: { chunkBytes: 10, intervalMs: 10 } } },
    });
    const response = await get(slow.url("/s", "http"));
    await slow.close();
    expect(await readAll(response)).toMatchObject({ complete: false });
    expect(clock.nextDue).toBeUndefined();
  });

  it("refuses connections while it is absent, at the URL where it appears on the clock", async () => {
    const late = await startFirmwareHost({ clock, images: { "/image": IMAGE }, absent: 5_000 });
    const url = late.url("/image", "http");
    await expect(get(url)).rejects.toMatchObject({ cause: { code: "ECONNREFUSED" } });
    await clock.advanceAsync(5_000);
    await late.appear();
    expect((await bytesOf(await get(url))).length).toBe(IMAGE.length);
    await late.disappear();
    await expect(get(url)).rejects.toThrow("fetch failed");
    await late.appear();
    expect((await get(url)).status).toBe(200);
    await late.close();
  });

  it("says that a port is taken, and leaves nothing open", async () => {
    const taken = Number(new URL(host.url("/")).port);
    await expect(startFirmwareHost({ clock, ports: { otherCa: taken } })).rejects.toMatchObject({ code: "portInUse" });
  });
});

describe("byte ranges (RFC 9110 §14.1.2)", () => {
  const rows: { range: string | undefined; outcome: object }[] = [
    { range: undefined, outcome: { kind: "whole" } },
    { range: "bytes=0-0", outcome: { kind: "part", from: 0, to: 0 } },
    { range: "bytes=10-", outcome: { kind: "part", from: 10, to: 99 } },
    { range: "bytes=90-1000", outcome: { kind: "part", from: 90, to: 99 } },
    { range: "bytes=-10", outcome: { kind: "part", from: 90, to: 99 } },
    { range: "bytes=-1000", outcome: { kind: "part", from: 0, to: 99 } },
    { range: "bytes=-0", outcome: { kind: "unsatisfiable" } },
    { range: "bytes=100-", outcome: { kind: "unsatisfiable" } },
    { range: "bytes=5-4", outcome: { kind: "whole" } },
    { range: "bytes=-", outcome: { kind: "whole" } },
    { range: "bytes=0-1,5-6", outcome: { kind: "whole" } },
    { range: "lines=0-1", outcome: { kind: "whole" } },
  ];
  for (const { range, outcome } of rows) {
    it(`${range ?? "no range"} of 100 octets is ${JSON.stringify(outcome)}`, () => {
      expect(resolveRange(range, 100)).toEqual(outcome);
    });
  }
});
