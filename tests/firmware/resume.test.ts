import { afterEach, describe, expect, it } from "@jest/globals";
import { attempt } from "./support/attempt.ts";
import { expectSame } from "./support/expectSame.ts";
import { FirmwareHost, type Handler, makeImage, serve } from "./support/firmwareHost.ts";
import { MemoryArea } from "./support/memoryArea.ts";

const image = makeImage(100_000);
const hosts: FirmwareHost[] = [];
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
});

async function host(handler: Handler): Promise<FirmwareHost> {
  const started = await FirmwareHost.start(handler);
  hosts.push(started);
  return started;
}

describe("resuming", () => {
  it("goes on at the octet where the connection broke, for the same image only", async () => {
    const { origin, requests } = await host(serve(image, { breakAfter: 50_001 }));
    const area = new MemoryArea();
    const first = await attempt({ uri: `${origin}/fw.bin`, area }).outcome;
    expect(first).toMatchObject({ kind: "interrupted", etag: '"v2"' });
    const bytes = first.kind === "interrupted" ? first.bytes : 0;
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBe(await area.offset());

    const second = attempt({ uri: `${origin}/fw.bin`, area, etag: '"v2"' });
    expect(await second.outcome).toEqual({ kind: "complete", bytes: image.length, etag: '"v2"' });
    expectSame(area.content, image);
    expect(requests[1]?.headers).toMatchObject({ range: `bytes=${bytes}-`, "if-range": '"v2"' });
  });

  const half = image.slice(0, 50_000);
  const rows: { name: string; handler: Handler; etag?: string; expected: object; already?: Uint8Array }[] = [
    {
      name: "a host without entity tags is believed",
      handler: serve(image, { etag: undefined }),
      etag: '"v2"',
      expected: { kind: "complete", bytes: image.length, etag: '"v2"' },
    },
    {
      name: "a weak entity tag is compared and not sent as a condition",
      handler: serve(image, { etag: 'W/"v2"' }),
      etag: 'W/"v2"',
      expected: { kind: "complete", bytes: image.length },
    },
    {
      name: "another image under the same name is told as changed",
      handler: serve(image, { etag: '"v3"' }),
      etag: '"v2"',
      expected: { kind: "refused", reason: "changed", httpStatus: 200 },
    },
    {
      name: "a part of another image is told as changed, whatever the condition said",
      handler: (_, response) => {
        response
          .writeHead(206, { ETag: '"v3"', "Content-Range": "bytes 50000-99999/100000" })
          .end(image.subarray(50_000));
      },
      etag: '"v2"',
      expected: { kind: "refused", reason: "changed", httpStatus: 206 },
    },
    {
      name: "a host without ranges is told as changed",
      handler: serve(image, { ranges: false }),
      etag: '"v2"',
      expected: { kind: "refused", reason: "changed", httpStatus: 200 },
    },
    {
      name: "a condition that failed is told as changed",
      handler: (_, response) => void response.writeHead(412).end(),
      expected: { kind: "refused", reason: "changed", httpStatus: 412 },
    },
    {
      name: "an image that is whole already needs nothing more",
      handler: serve(image),
      already: image,
      expected: { kind: "complete", bytes: image.length, etag: '"v2"' },
    },
    {
      name: "an image that became shorter is told as changed",
      handler: serve(image.subarray(0, 40_000)),
      expected: { kind: "refused", reason: "changed", httpStatus: 416 },
    },
    {
      name: "a part from another place is a protocol error",
      handler: (_, response) => {
        response.writeHead(206, { "Content-Range": "bytes 0-99999/100000" }).end(image);
      },
      expected: { kind: "refused", reason: "protocol", httpStatus: 206 },
    },
    {
      name: "a part that does not say where it belongs is a protocol error",
      handler: (_, response) => void response.writeHead(206).end(image.subarray(50_000)),
      expected: { kind: "refused", reason: "protocol", httpStatus: 206 },
    },
    {
      name: "a part that is shorter than the rest is an interruption",
      handler: (_, response) => {
        response.writeHead(206, { "Content-Range": "bytes 50000-59999/100000" }).end(image.subarray(50_000, 60_000));
      },
      expected: { kind: "interrupted", bytes: 60_000 },
    },
  ];
  for (const { name, handler, etag, expected, already = half } of rows) {
    it(name, async () => {
      const { origin } = await host(handler);
      const area = new MemoryArea(1_000_000, already);
      const outcome = await attempt({ uri: `${origin}/fw.bin`, area, ...(etag === undefined ? {} : { etag }) }).outcome;
      expect(outcome).toMatchObject(expected);
      expectSame(area.content, image.slice(0, await area.offset()));
    });
  }
});
