import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "@jest/globals";
import { type Frame, LARGEST_REQUEST, type RecordsFrame } from "../../inspector/protocol.ts";
import type { TraceRecord } from "../../ports/trace.ts";
import { logged, PlainInspector } from "./support/plainInspector.ts";
import { client, follow, openPage, serve } from "./support/served.ts";

const recordsOf = (frames: readonly Frame[]): readonly TraceRecord[] =>
  frames.flatMap((frame) => (frame.frame === "records" ? frame.records : []));
const seqsOf = (frames: readonly Frame[]) => recordsOf(frames).map(({ seq }) => seq);
const fill = (inspector: PlainInspector, from: number, to: number) => {
  for (let seq = from; seq < to; seq++) inspector.sink(logged(seq));
};

describe("a page", () => {
  it("is greeted with what it looks at, and what may be done to it", async () => {
    const inspector = new PlainInspector({
      title: "demo",
      steering: {
        send: true,
        controls: [{ name: "pull", label: "Pull the link", group: "Network", fields: [], run: () => 1 }],
      },
    });
    const { url } = await serve(inspector);
    const page = client(`${url}socket`);
    await page.until((frames) => frames.length > 0);
    expect(page.frames[0]).toEqual({
      frame: "hello",
      protocol: 1,
      version: "0.1.0",
      instance: "plain-1",
      title: "demo",
      live: true,
      steering: {
        send: true,
        fire: true,
        freeze: false,
        controls: [{ name: "pull", label: "Pull the link", group: "Network", fields: [] }],
      },
    });
    expect(inspector.viewers.size).toBe(0);
  });

  it("is told when it looks at a recording", async () => {
    const { url } = await serve(new PlainInspector(), { live: false });
    const { hello } = (await follow(url)).following;
    expect(hello.live).toBe(false);
    expect(hello).not.toHaveProperty("steering");
  });

  it("gets the state, the history, and what happens from then on", async () => {
    const inspector = new PlainInspector({ history: 10 });
    fill(inspector, 0, 15);
    const { url } = await serve(inspector);
    const { frames, until } = await follow(url);
    await until(() => recordsOf(frames).length === 10);
    fill(inspector, 15, 17);
    await until(() => recordsOf(frames).length === 12);
    expect(frames[0]).toMatchObject({ frame: "checkpoint", before: 5 });
    expect(seqsOf(frames)).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
  });

  it("goes on where it was", async () => {
    const inspector = new PlainInspector({ history: 100 });
    fill(inspector, 0, 10);
    const { url } = await serve(inspector);
    const { frames, until } = await follow(url, { resume: { instance: "plain-1", after: 6 } });
    await until(() => recordsOf(frames).length === 3);
    expect(frames).toEqual([{ frame: "records", first: 7, records: [logged(7), logged(8), logged(9)] }]);
  });

  it("gets messages of at most 64 KiB, however long the history, and records that are longer alone", async () => {
    const inspector = new PlainInspector({ history: 5_000 });
    fill(inspector, 0, 3_000);
    inspector.sink(logged(3_000, "x".repeat(100_000)));
    fill(inspector, 3_001, 5_000);
    const { url } = await serve(inspector);
    const page = await openPage(url);
    await page.until((frames) => recordsOf(frames).length === 5_000);
    expect(seqsOf(page.frames)).toEqual(Array.from({ length: 5_000 }, (_, seq) => seq));
    const long = page.messages.filter(({ length }) => length > 65_536);
    expect(long.map((message) => recordsOf(JSON.parse(message)).length)).toEqual([1]);
    let next = 0;
    for (const frame of page.frames.filter((frame): frame is RecordsFrame => frame.frame === "records")) {
      expect(frame.first).toBe(next);
      next += frame.records.length;
    }
  });

  it("gets records of one turn in one message", async () => {
    const inspector = new PlainInspector();
    const { url } = await serve(inspector);
    const { frames, until } = await follow(url);
    await until(() => frames.length === 1);
    fill(inspector, 0, 100);
    await until(() => recordsOf(frames).length === 100);
    expect(frames.filter(({ frame }) => frame === "records")).toHaveLength(1);
  });

  it("gets a record that cannot be written with the reason in its place", async () => {
    const inspector = new PlainInspector();
    const { url } = await serve(inspector);
    const { frames, until } = await follow(url);
    await until(() => frames.length === 1);
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    inspector.sink({ ...logged(1), circle });
    inspector.sink({ ...logged(2), octets: Uint8Array.of(1, 255) });
    await until(() => recordsOf(frames).length === 2);
    expect(recordsOf(frames)).toMatchObject([
      { seq: 1, time: 1, device: "thing", kind: "log", unwritable: expect.stringContaining("circular") },
      { seq: 2, octets: { $bytes: "01ff" } },
    ]);
  });

  it("that is too slow gets a gap and the state of then, and the app goes on", async () => {
    const inspector = new PlainInspector();
    const { url } = await serve(inspector);
    const page = await openPage(url);
    page.socket.pause();
    const line = "x".repeat(2_000);
    let seq = 0;
    const write = async (count: number) => {
      for (const end = seq + count; seq < end; seq++) {
        inspector.sink(logged(seq, line));
        if (seq % 500 === 0) await turn();
      }
    };
    // More than the sockets of this machine and the server's own queue take.
    await write(40_000);
    page.socket.resume();
    await page.until((frames) => frames.some(({ frame }) => frame === "gap"));
    await page.until((frames) => frames.findLastIndex(({ frame }) => frame === "checkpoint") > 1);
    await write(10);
    await page.until((frames) => recordsOf(frames).at(-1)?.seq === seq - 1);

    let next = 0;
    let gaps = 0;
    for (const [index, frame] of page.frames.entries()) {
      if (frame.frame === "records") {
        expect(frame.first).toBe(next);
        next += frame.records.length;
      }
      if (frame.frame !== "gap") continue;
      gaps++;
      expect(frame.first).toBe(next);
      next += frame.count;
      expect(page.frames[index + 1]).toMatchObject({ frame: "checkpoint", before: next });
    }
    expect(gaps).toBeGreaterThan(0);
    expect(next).toBe(seq);
  });

  it("gets a gap and the state of then when more comes in one turn than may wait", async () => {
    const inspector = new PlainInspector();
    const { url } = await serve(inspector);
    const page = await openPage(url);
    for (let seq = 0; seq < 25_000; seq++) inspector.sink(logged(seq, "burst"));
    await page.until((frames) => frames.findLastIndex(({ frame }) => frame === "checkpoint") > 1);
    inspector.sink(logged(25_000, "after"));
    await page.until((frames) => recordsOf(frames).at(-1)?.seq === 25_000);
    expect(page.frames.filter(({ frame }) => frame === "gap")).toHaveLength(1);
  });

  it("is told when the inspector ends, and let go of when it goes", async () => {
    const inspector = new PlainInspector();
    const server = await serve(inspector);
    const first = await follow(server.url);
    const second = await follow(server.url);
    for (const { frames, until } of [first, second]) await until(() => frames.length > 0);
    expect(inspector.viewers.size).toBe(2);
    second.following.close();
    await second.closed;
    await server.close();
    expect(await first.closed).toBe("the inspector has ended");
    expect(inspector.viewers.size).toBe(0);
    await expect(first.following.request({ request: "pause" })).rejects.toMatchObject({ code: "closed" });
  });
});

describe("what a page asks for", () => {
  it("is done, and answered by its id", async () => {
    const inspector = new PlainInspector();
    inspector.steering = ({ request }) => {
      if (request === "pause") throw new Error("the clock cannot be frozen");
      return { done: request };
    };
    const { url } = await serve(inspector);
    const { following } = await follow(url);
    const event = { type: "link.lost", reason: { code: 7 } };
    expect(await following.request({ request: "send", device: "thing", actor: "carrier", event })).toEqual({
      done: "send",
    });
    expect(inspector.steered).toEqual([{ id: 1, request: "send", device: "thing", actor: "carrier", event }]);
    await expect(following.request({ request: "pause" })).rejects.toMatchObject({
      code: "requestFailed",
      message: "the clock cannot be frozen",
    });
  });

  it("is refused by its field when it is wrong", async () => {
    const inspector = new PlainInspector();
    const { url } = await serve(inspector);
    const page = await openPage(url);
    const wrong: readonly (readonly [object, string])[] = [
      [{ request: "resume" }, "this page has resumed already"],
      [
        { request: "destroy" },
        '"request" is "destroy", must be one of resume, send, fire, control, addBreakpoint, removeBreakpoint, pause, continue, step',
      ],
      [{ request: "constructor" }, '"request" is "constructor", must be one of'],
      [{}, '"request" is missing, must be one of'],
      [{ request: "pause", device: "thing" }, 'pause has no field "device"'],
      [{ request: "fire", device: "thing" }, '"timer" is missing'],
      [{ request: "fire", device: "thing", timer: -1 }, '"timer" is -1, must be an integer, 0 or more'],
      [{ request: "fire", device: 7, timer: 1 }, '"device" is 7, must be a string of at most 4096 characters'],
      [
        { request: "send", device: "a", actor: "b", event: "c" },
        '"event" is "c", must be an object with a string as "type"',
      ],
      [
        { request: "send", device: "a", actor: "b", event: { type: "" } },
        '"event" is {"type":""}, must be an object with',
      ],
      [
        { request: "control", name: "a", device: "b", values: { c: [] } },
        '"values" is {"c":[]}, must be an object of strings, numbers and booleans',
      ],
      [
        { request: "addBreakpoint", breakpoint: { actor: "b" } },
        '"breakpoint" is {"actor":"b"}, must have at least one of state, edge, event, guard',
      ],
      [{ request: "addBreakpoint", breakpoint: { state: "a", line: "3" } }, 'has no field "line"'],
      [{ request: "removeBreakpoint", breakpoint: [] }, '"breakpoint" is [], must be an object'],
      [
        { request: "addBreakpoint", breakpoint: { state: 7 } },
        'its "state" must be a string of at most 4096 characters',
      ],
    ];
    for (const [index, [request]] of wrong.entries()) page.send({ id: index + 10, ...request });
    const deep = `${'{"a":'.repeat(40)}1${"}".repeat(40)}`;
    page.send(`{"id":50,"request":"send","device":"a","actor":"b","event":{"type":"e","deep":${deep}}}`);
    page.send('{"id":51,"request":"send","device":"a","actor":"b","event":{"type":"e","__proto__":{}}}');
    const tooDeep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
    page.send(`{"id":52,"request":"send","device":"a","actor":"b","event":{"type":"e","deep":${tooDeep}}}`);
    await page.until((frames) => frames.some((frame) => frame.frame === "reply" && frame.id === 52));
    const errors = new Map(page.frames.flatMap((frame) => (frame.frame === "reply" ? [[frame.id, frame.error]] : [])));
    for (const [index, [, error]] of wrong.entries()) expect(errors.get(index + 10)).toContain(error);
    expect(errors.get(50)).toContain("nested deeper than 32");
    expect(errors.get(52)).toBe('"event" is nested very deep, is nested deeper than 32 or has a key "__proto__"');
    expect(errors.get(51)).toContain('a key "__proto__"');
    expect(inspector.steered).toEqual([]);
  });

  it.each([
    ["text that is not JSON", "{", 1008, "a request is JSON, and this is not"],
    ["what is no object", "[]", 1008, "a request is an object, not []"],
    ["a request without an id", { request: "resume" }, 1008, '"id" is missing, must be an integer, 0 or more'],
    ["one with a long id", { id: "é".repeat(100), request: "resume" }, 1008, `"id" is "${"é".repeat(56)}..`],
    ["another request before resume", { id: 1, request: "pause" }, 1008, "the first request is resume, not pause"],
    ["a binary message", Uint8Array.of(123, 125), 1003, "a request is text"],
    ["a message that is too large", " ".repeat(LARGEST_REQUEST + 1), 1009, ""],
  ])("ends the connection when it is %s", async (_, message, code, reason) => {
    const inspector = new PlainInspector();
    const { url } = await serve(inspector);
    const page = client(`${url}socket`);
    await page.open;
    page.send(message);
    expect(await page.ended).toEqual({ code, reason });
    expect(inspector.viewers.size).toBe(0);
    expect(inspector.steered).toEqual([]);
    const next = await follow(url);
    expect(next.following.hello.instance).toBe("plain-1");
  });

  it("ends the connection when nobody listens to the answers", async () => {
    const inspector = new PlainInspector();
    inspector.steering = ({ request }) => (request === "step" ? "x".repeat(1_000_000) : undefined);
    const { url } = await serve(inspector);
    const page = await openPage(url);
    page.socket.pause();
    for (let id = 2; id < 60; id++) page.send({ id, request: "step" });
    const other = await follow(url);
    while (inspector.steered.filter(({ request }) => request === "step").length < 58)
      await other.following.request({ request: "pause" });
    page.socket.resume();
    expect(await page.ended).toMatchObject({ code: 1008, reason: "this page asks and does not listen" });
  });

  it("costs the connection alone when the inspector fails at it", async () => {
    const inspector = new PlainInspector();
    inspector.attach = () => {
      throw new Error("out of order");
    };
    const { url } = await serve(inspector);
    const page = client(`${url}socket`);
    const receiver = client(`${url}stately-out`, {}, "");
    await page.open;
    page.send({ id: 1, request: "resume" });
    const ended = { code: 1011, reason: "the inspector failed: out of order" };
    expect(await page.ended).toEqual(ended);
    expect(await receiver.ended).toEqual(ended);
  });

  it("is bounded", async () => {
    const inspector = new PlainInspector();
    const { promise, resolve } = withResolvers();
    inspector.steering = () => promise;
    const { url } = await serve(inspector);
    const { following } = await follow(url);
    const asked = Array.from({ length: 65 }, () => following.request({ request: "pause" }));
    await expect(asked[64]).rejects.toMatchObject({ message: "64 requests are under way, wait for their replies" });
    resolve();
    await Promise.all(asked.slice(0, 64));
    expect(inspector.steered).toHaveLength(64);
  });
});

describe("following an inspector", () => {
  it("fails with what the server says", async () => {
    const { url } = await serve();
    const { origin } = new URL(url);
    await expect(follow(`${origin}/AAAAAAAAAAAAAAAAAAAAAA/`)).rejects.toMatchObject({
      code: "refused",
      message: "the inspector refused: the token in the address is wrong",
    });
    await expect(follow("ftp://127.0.0.1/")).rejects.toMatchObject({ code: "badAddress" });
    await expect(follow("nonsense")).rejects.toMatchObject({ code: "badAddress" });
  });

  it("fails with as much as comes of what the server says", async () => {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => {
        socket.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 100\r\n\r\nnot to");
        socket.end();
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    await expect(follow(`http://127.0.0.1:${port}/token/`)).rejects.toMatchObject({
      code: "refused",
      message: "the inspector refused: not to",
    });
    await new Promise((resolve) => server.close(resolve));
  });

  it("fails where nobody listens", async () => {
    const server = await serve();
    await server.close();
    await expect(follow(server.url)).rejects.toMatchObject({ code: "unreachable" });
  });
});

function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
