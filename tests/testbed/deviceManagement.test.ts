import { once } from "node:events";
import { afterEach, describe, expect, it } from "@jest/globals";
import type { IncomingMessage, ObserveWriteStream, OutgoingMessage } from "coap";
import { instanceValues } from "../../services/lwm2m/objects/define.ts";
import { DEVICE } from "../../services/lwm2m/objects/device.ts";
import { SERVER } from "../../services/lwm2m/objects/server.ts";
import { encodeInstanceTlv } from "../../services/lwm2m/tlvModel.ts";
import { startManagementServer } from "../../testbed/managementServer.ts";
import { startUdpProxy } from "../../testbed/udpProxy.ts";
import { VirtualClock } from "../support/virtualClock.ts";
import { RawDevice, receivePush } from "./rawDevice.ts";
import { answer, FakeDevice, settle } from "./support.ts";

const open: { close(): Promise<void> }[] = [];
const keep = <T extends { close(): Promise<void> }>(resource: T): T => {
  open.push(resource);
  return resource;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((resource) => resource.close()));
});

async function registered() {
  const clock = new VirtualClock();
  const server = keep(await startManagementServer({ clock }));
  const device = keep(await FakeDevice.open());
  await device.register(server.address, "ep=dev-1&lwm2m=1.1");
  return { clock, server, device };
}

describe("device management", () => {
  it("reads a value in the format that the device chooses", async () => {
    const { server, device } = await registered();
    device.on.set("GET /3/0/0", answer("2.05", "Acme", 0));
    device.on.set("GET /3/0/9", answer("2.05", Uint8Array.of(0xc1, 9, 80), 11542));
    expect(await server.read("dev-1", "/3/0/0")).toMatchObject({ code: "2.05", contentFormat: 0, value: "Acme" });
    expect(await server.read("dev-1", "/3/0/9")).toMatchObject({ contentFormat: 11542, value: 80 });
  });

  it("sends its requests from the port that the device registered at", async () => {
    const { server, device } = await registered();
    const from = new Promise<number>((resolve) => {
      device.on.set("GET /3/0/0", (request, response) => {
        resolve(request.rsinfo.port);
        answer("2.05", "Acme", 0)(request, response);
      });
    });
    await server.read("dev-1", "/3/0/0");
    expect(await from).toBe(server.address.port);
  });

  it("reads an instance of two blocks whole", async () => {
    const { server, device } = await registered();
    const tlv = encodeInstanceTlv(DEVICE, instanceValues(DEVICE, { 0: "x".repeat(2_000) }));
    device.on.set("GET /3/0", answer("2.05", tlv, 11542));
    expect(await server.read("dev-1", "/3/0")).toEqual({ code: "2.05", contentFormat: 11542, payload: tlv });
  });

  it("says that an answer breaks the rules of its format", async () => {
    const { server, device } = await registered();
    device.on.set("GET /3/0/9", answer("2.05", Uint8Array.of(0xc8), 11542));
    await expect(server.read("dev-1", "/3/0/9")).rejects.toMatchObject({ code: "badAnswer" });
  });

  it("hands a refusal over as an answer", async () => {
    const { server } = await registered();
    expect(await server.read("dev-1", "/3/0/9")).toMatchObject({ code: "4.04" });
  });

  it("writes text, opaque and TLV as the value asks", async () => {
    const { server, device } = await registered();
    const written: unknown[] = [];
    device.on.set("*", (request, response) => {
      written.push([request.method, request.url, request.headers["Content-Format"], [...request.payload]]);
      answer("2.04")(request, response);
    });
    expect((await server.write("dev-1", "/3/0/14", "+01:00")).code).toBe("2.04");
    await server.write("dev-1", "/5/0/0", Uint8Array.of(0));
    await server.write("dev-1", "/1/0", instanceValues(SERVER, { 1: 60 }), { partial: true });
    expect(written).toEqual([
      ["PUT", "/3/0/14", "text/plain", [...Buffer.from("+01:00")]],
      ["PUT", "/5/0/0", "application/octet-stream", [0]],
      ["POST", "/1/0", "application/vnd.oma.lwm2m+tlv", [0xc1, 1, 60]],
    ]);
  });

  it("refuses to write what has no value or no definition", async () => {
    const { server } = await registered();
    await expect(server.write("dev-1", "/3/0/250", "x")).rejects.toMatchObject({ code: "badOption" });
    await expect(server.write("dev-1", "/31000/0/0", "x")).rejects.toMatchObject({ code: "badOption" });
    await expect(server.write("dev-1", "/3/0/9", "many")).rejects.toMatchObject({ code: "typeMismatch" });
  });

  it("discovers, executes, creates and deletes", async () => {
    const { server, device } = await registered();
    const bodies = new Map<string, string>();
    device.on.set("GET /3", answer("2.05", "</3/0>;ver=1.2,</3/0/0>", 40));
    device.on.set("*", (request, response) => {
      bodies.set(`${request.method} ${request.url}`, Buffer.from(request.payload).toString("hex"));
      answer("2.04")(request, response);
    });
    expect((await server.discover("dev-1", "/3")).links).toEqual([
      { target: "/3/0", attributes: { ver: "1.2" } },
      { target: "/3/0/0", attributes: {} },
    ]);
    await server.execute("dev-1", "/3/0/4");
    await server.execute("dev-1", "/1/0/4", "0='60'");
    await server.create("dev-1", "/1", instanceValues(SERVER, { 1: 60 }), 7);
    await server.create("dev-1", "/1", instanceValues(SERVER, { 1: 60 }));
    await server.delete("dev-1", "/1/7");
    expect([...bodies]).toEqual([
      ["POST /3/0/4", ""],
      ["POST /1/0/4", Buffer.from("0='60'").toString("hex")],
      ["POST /1", "c1013c"],
      ["DELETE /1/7", ""],
    ]);
    expect(device.asked.filter((asked) => asked === "POST /1")).toHaveLength(2);
  });

  it("gives a device up that does not answer, on the clock", async () => {
    const { clock, server, device } = await registered();
    device.on.set("GET /3/0/0", (_request, response) => clearTimeout(response._ackTimer ?? undefined));
    const read = server.read("dev-1", "/3/0/0");
    await server.events.until("operation");
    await settle();
    clock.advance(93_000);
    await expect(read).rejects.toMatchObject({ code: "timeout" });
  });

  it("tells a Reset from an answer", async () => {
    const { server } = await registered();
    const device = keep(await RawDevice.open(server.address));
    await device.register("b");
    const requested = device.nextRequest();
    const read = server.read("b", "/3/0/0");
    const { mid } = await requested;
    device.send([0x70, 0, mid >> 8, mid & 0xff]);
    await expect(read).rejects.toMatchObject({ code: "reset" });
  });

  it("survives an answer whose Block1 is malformed", async () => {
    const { server } = await registered();
    const device = keep(await RawDevice.open(server.address));
    await device.register("b");
    const requested = device.nextRequest();
    const read = server.read("b", "/3/0/0");
    const request = await requested;
    device.acknowledge(request, 0x45, [0xd5, 14, 1, 2, 3, 4, 5]);
    expect((await server.events.until("failed")).detail).toMatch(/block option/);
    device.acknowledge(request, 0x45, [0xff, 0x41]);
    expect(await read).toMatchObject({ code: "2.05", value: "A" });
  });
});

describe("observations", () => {
  /** A device's observable resource: `notify` sends the next value. */
  function observable(device: FakeDevice, path: string) {
    const streams: ObserveWriteStream[] = [];
    device.on.set(`GET ${path}`, (request: IncomingMessage, response: OutgoingMessage) => {
      const stream = response as unknown as ObserveWriteStream;
      stream.statusCode = "2.05";
      if (request.headers.Observe !== 0) return answer("2.05", "last", 0)(request, response);
      stream.setOption("Content-Format", 0);
      stream.write(Buffer.from("0"));
      streams.push(stream);
    });
    return streams;
  }

  it("delivers the first value and each notification, and logs them", async () => {
    const { server, device } = await registered();
    const streams = observable(device, "/3/0/9");
    const values: unknown[] = [];
    const observation = await server.observe("dev-1", "/3/0/9", ({ value }) => values.push(value));
    expect(observation).toMatchObject({ accepted: true, answer: { value: 0 } });
    streams[0]!.write(Buffer.from("80"));
    await server.events.until("notification", ({ value }) => value === 80);
    streams[0]!.write(Buffer.from("79"));
    await server.events.until("notification", ({ value }) => value === 79);
    expect(values).toEqual([80, 79]);
  });

  it("ends with Observe 1, and no notification is delivered after", async () => {
    const { server, device } = await registered();
    const streams = observable(device, "/3/0/9");
    const values: unknown[] = [];
    const observation = await server.observe("dev-1", "/3/0/9", ({ value }) => values.push(value));
    expect((await observation.cancel()).code).toBe("2.05");
    expect(device.asked.filter((asked) => asked === "GET /3/0/9")).toHaveLength(2);
    const ended = once(streams[0]!, "finish");
    streams[0]!.write(Buffer.from("80"));
    await ended; // node-coap ends the stream when the server answers Reset.
    expect(values).toEqual([]);
  });

  it("says that the device refused", async () => {
    const { server, device } = await registered();
    device.on.set("GET /3/0/9", answer("4.05"));
    expect(await server.observe("dev-1", "/3/0/9")).toMatchObject({ accepted: false, answer: { code: "4.05" } });
    expect(await server.observe("dev-1", "/3/0/8")).toMatchObject({ accepted: false, answer: { code: "4.04" } });
  });

  it("answers a notification by Reset once the device has registered anew", async () => {
    const { server, device } = await registered();
    const streams = observable(device, "/3/0/9");
    await server.observe("dev-1", "/3/0/9");
    await device.register(server.address, "ep=dev-1&lwm2m=1.1");
    const ended = once(streams[0]!, "finish");
    streams[0]!.write(Buffer.from("80"));
    await ended;
    expect(server.events.entries.some((entry) => entry.type === "notification")).toBe(false);
  });

  it("drops notifications that arrive twice or late, and takes a final error without a number", async () => {
    const { server } = await registered();
    const device = keep(await RawDevice.open(server.address));
    await device.register("b");
    const requested = device.nextRequest();
    const values: unknown[] = [];
    const observing = server.observe("b", "/3/0/9", ({ code, value }) => values.push(value ?? code));
    const request = await requested;
    device.acknowledge(request, 0x45, [0x61, 10, 0xff, 0x30]);
    await observing;
    const head = (mid: number, code: number) => [0x50 | request.token.length, code, 0x40, mid, ...request.token];
    const notify = (mid: number, sequence: number, value: string) =>
      device.send([...head(mid, 0x45), 0x61, sequence, 0xff, ...Buffer.from(value)]);
    notify(1, 12, "12");
    notify(2, 11, "11");
    notify(1, 12, "12");
    notify(3, 13, "13");
    device.send(head(4, 0x84));
    await server.events.until("notification", ({ code }) => code === "4.04");
    expect(values).toEqual([12, 13, "4.04"]);
  });
});

describe("a block-wise push", () => {
  async function raw() {
    const { server } = await registered();
    const device = keep(await RawDevice.open(server.address));
    await device.register("b");
    return { server, device };
  }

  it("delivers several hundred KiB whole and reports progress", async () => {
    const { server, device } = await raw();
    const image = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 7) & 0xff);
    const received = receivePush(device);
    const progress: number[] = [];
    const pushed = await server.push("b", "/5/0/0", image, { onProgress: (sent) => progress.push(sent) });
    expect(pushed.code).toBe("2.04");
    expect(Buffer.compare(Buffer.concat(received.blocks), image)).toBe(0);
    expect(progress).toHaveLength(Math.ceil(image.length / 1024) - 1);
  });

  it("goes on in smaller blocks when the device asks for them", async () => {
    const { server, device } = await raw();
    const received = receivePush(device, { largest: 256 });
    const image = Uint8Array.from({ length: 5_000 }, (_, index) => index & 0xff);
    expect((await server.push("b", "/5/0/0", image)).code).toBe("2.04");
    expect(Buffer.compare(Buffer.concat(received.blocks), image)).toBe(0);
    expect(received.sizes).toEqual(expect.arrayContaining([1024, 256]));
  });

  it("stops at the first refusal, also one that repeats Block1", async () => {
    const { server, device } = await raw();
    const received = receivePush(device, { refuseAt: 3 });
    expect((await server.push("b", "/5/0/0", new Uint8Array(50_000))).code).toBe("4.00");
    expect(received.sizes).toHaveLength(4);
  });

  it("lasts as long as it takes: 400 virtual seconds over a slow path", async () => {
    const { clock, server } = await registered();
    const slow = keep(
      await startUdpProxy({
        target: server.address,
        clock,
        random: { bytes: (length) => new Uint8Array(length), number: () => 0 },
        delayMs: 1_000,
      }),
    );
    const device = keep(await RawDevice.open(slow.address));
    const registering = device.register("f");
    for (let crossings = 0; crossings < 2; crossings++) {
      while (clock.nextDue !== clock.now() + 1_000) await settle(1);
      clock.advance(1_000);
    }
    await registering;
    const received = receivePush(device);
    const image = Uint8Array.from({ length: 200 * 1_024 }, (_, index) => (index * 3) & 0xff);
    const began = clock.now();
    let done = false;
    const pushing = server.push("f", "/5/0/0", image).finally(() => {
      done = true;
    });
    while (!done) {
      await settle();
      clock.advance(500);
    }
    expect((await pushing).code).toBe("2.04");
    expect(clock.now() - began).toBeGreaterThanOrEqual(400_000);
    expect(Buffer.compare(Buffer.concat(received.blocks), image)).toBe(0);
  });

  it("refuses a block size that is none", async () => {
    const { server } = await registered();
    await expect(server.push("dev-1", "/5/0/0", new Uint8Array(1), { blockSize: 100 })).rejects.toMatchObject({
      code: "badOption",
    });
  });
});
