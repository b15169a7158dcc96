import { afterEach, describe, expect, it, jest } from "@jest/globals";
import { type ManagementServer, startManagementServer } from "../../testbed/managementServer.ts";
import { VirtualClock } from "../support/virtualClock.ts";
import { FakeDevice, nextDatagram, openSocket, settle } from "./support.ts";

const open: { close(): Promise<void> }[] = [];
const keep = <T extends { close(): Promise<void> }>(resource: T): T => {
  open.push(resource);
  return resource;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((resource) => resource.close()));
});

async function start(options: Partial<Parameters<typeof startManagementServer>[0]> = {}) {
  const clock = new VirtualClock();
  const server = keep(await startManagementServer({ clock, ...options }));
  const device = keep(await FakeDevice.open());
  return { clock, server, device };
}

const seen = (server: ManagementServer) => server.events.entries.map((entry) => entry.type);

describe("the management server's registration interface", () => {
  it("registers a device at the location it names and shows what the device said", async () => {
    const { server, device } = await start();
    const { code, location } = await device.register(server.address, "ep=dev-1&lt=60&lwm2m=1.1&b=U&Q");
    expect(code).toBe("2.01");
    expect(location).toMatch(/^\/rd\/\w+$/);
    const { registration } = await server.events.until("registered");
    expect(registration).toMatchObject({
      endpoint: "dev-1",
      lifetimeSeconds: 60,
      version: "1.1",
      binding: "U",
      queueMode: true,
      peer: { address: "127.0.0.1", port: device.port },
    });
    expect(registration.objects.map((link) => link.target)).toEqual(["/1/0", "/3/0", "/5/0"]);
  });

  it("begins the lifetime anew with an Update, and expires the device when none comes", async () => {
    const { clock, server, device } = await start();
    const { location } = await device.register(server.address, "ep=dev-1&lt=60&lwm2m=1.1");
    clock.advance(59_000);
    expect((await device.request(server.address, "POST", location)).code).toBe("2.04");
    clock.advance(59_999);
    expect(server.device("dev-1")).toBeDefined();
    clock.advance(1);
    expect(server.device("dev-1")).toBeUndefined();
    await server.events.until("expired");
    expect((await device.request(server.address, "POST", location)).code).toBe("4.04");
  });

  it("takes over what an Update changes, also from another port", async () => {
    const { server, device } = await start();
    const { location } = await device.register(server.address, "ep=dev-1&lt=60&lwm2m=1.1");
    const moved = keep(await FakeDevice.open());
    expect((await moved.request(server.address, "POST", `${location}?lt=120`, "</3/0>")).code).toBe("2.04");
    expect(server.device("dev-1")).toMatchObject({ lifetimeSeconds: 120, peer: { port: moved.port }, version: "1.1" });
    expect(server.device("dev-1")?.objects).toHaveLength(1);
  });

  it("replaces the registration of a device that registers again from another port", async () => {
    const { server, device } = await start();
    const first = await device.register(server.address, "ep=dev-1&lwm2m=1.1");
    const moved = keep(await FakeDevice.open());
    const second = await moved.register(server.address, "ep=dev-1&lwm2m=1.1");
    expect(second.location).not.toBe(first.location);
    expect(server.devices).toHaveLength(1);
    expect(server.device("dev-1")?.peer.port).toBe(moved.port);
    expect((await device.request(server.address, "POST", first.location)).code).toBe("4.04");
  });

  it("deregisters a device once", async () => {
    const { server, device } = await start();
    const { location } = await device.register(server.address, "ep=dev-1&lwm2m=1.1");
    expect((await device.request(server.address, "DELETE", location)).code).toBe("2.02");
    expect((await device.request(server.address, "DELETE", location)).code).toBe("4.04");
    await server.events.until("deregistered");
    expect(server.devices).toHaveLength(0);
  });

  const refusals: { name: string; query: string; objects?: string; code: string }[] = [
    { name: "no endpoint name", query: "lt=60&lwm2m=1.1", code: "4.00" },
    { name: "an endpoint name of 256 characters", query: `ep=${"x".repeat(256)}&lwm2m=1.1`, code: "4.00" },
    { name: "a lifetime that is no number", query: "ep=a&lt=soon&lwm2m=1.1", code: "4.00" },
    { name: "a lifetime of 0", query: "ep=a&lt=0&lwm2m=1.1", code: "4.00" },
    { name: "objects that are no links", query: "ep=a&lwm2m=1.1", objects: "<<<", code: "4.00" },
    { name: "an enabler version it does not know", query: "ep=a&lwm2m=2.0", code: "4.12" },
  ];
  for (const { name, query, objects, code } of refusals) {
    it(`refuses ${name} with ${code}`, async () => {
      const { server, device } = await start();
      expect((await device.register(server.address, query, objects)).code).toBe(code);
      expect((await server.events.until("refused")).code).toBe(code);
      expect(server.devices).toHaveLength(0);
    });
  }

  it("answers 4.04 and 4.05 for what it does not serve", async () => {
    const { server, device } = await start();
    expect((await device.request(server.address, "POST", "/nowhere")).code).toBe("4.04");
    expect((await device.request(server.address, "GET", "/rd")).code).toBe("4.05");
  });

  it("takes Send from a registered device alone", async () => {
    const { server, device } = await start();
    expect((await device.request(server.address, "POST", "/dp", "data")).code).toBe("4.04");
    await device.register(server.address, "ep=dev-1&lwm2m=1.1");
    expect((await device.request(server.address, "POST", "/dp", "data")).code).toBe("2.04");
    const sent = await server.events.until("sent");
    expect(sent).toMatchObject({ endpoint: "dev-1", contentFormat: 40 });
    expect(new TextDecoder().decode(sent.payload)).toBe("data");
  });

  it("takes a Register that comes in blocks with a token each", async () => {
    const { server } = await start();
    const socket = await openSocket();
    keep({ close: async () => void socket.close() });
    const objects = Array.from({ length: 20 }, (_, id) => `</${id + 100}/0>`).join(",");
    const blocks = [objects.slice(0, 64), objects.slice(64, 128), objects.slice(128)];
    const codes: string[] = [];
    for (const [num, block] of blocks.entries()) {
      const more = num < blocks.length - 1;
      const head = [0x41, 0x02, 0x10, num, 0xa0 + num];
      const path = [0xb2, ...Buffer.from("rd")];
      const format = [0x11, 40];
      const query = [0x34, ...Buffer.from("ep=a"), 0x09, ...Buffer.from("lwm2m=1.1")];
      const block1 = [0xc1, (num << 4) | (more ? 8 : 0) | 2];
      const length = [...head, ...path, ...format, ...query, ...block1, 0xff, ...Buffer.from(block)];
      const reply = nextDatagram(socket);
      socket.send(Uint8Array.from(length), server.address.port, server.address.address);
      const code = (await reply)[1]!;
      codes.push(`${code >> 5}.${String(code & 31).padStart(2, "0")}`);
    }
    expect(codes).toEqual(["2.31", "2.31", "2.01"]);
    expect(server.device("a")?.objects).toHaveLength(20);
  });

  it("answers a repeated Register from its cache instead of registering twice", async () => {
    const { server } = await start();
    const socket = await openSocket();
    keep({ close: async () => void socket.close() });
    const register = Uint8Array.from([
      ...[0x41, 0x02, 0x12, 0x34, 0xaa, 0xb2, ...Buffer.from("rd"), 0x11, 40, 0x34, ...Buffer.from("ep=a")],
      ...[0xff, ...Buffer.from("</3/0>")],
    ]);
    const replies: Buffer[] = [];
    for (let turn = 0; turn < 2; turn++) {
      const reply = nextDatagram(socket);
      socket.send(register, server.address.port, server.address.address);
      replies.push(await reply);
    }
    expect(replies[1]).toEqual(replies[0]);
    await settle();
    expect(seen(server)).toEqual(["registered"]);
  });

  it("answers a ping by Reset and outlives datagrams that are no CoAP", async () => {
    const { server, device } = await start();
    const socket = await openSocket();
    keep({ close: async () => void socket.close() });
    for (const bytes of [[], [0], [0xff, 0xff, 0xff], [0x4f, 1, 2, 3], [0x40, 0x45, 0, 1, 0xd1]]) {
      socket.send(Uint8Array.from(bytes), server.address.port, server.address.address);
    }
    await settle();
    const ping = new Promise<Buffer>((resolve) => {
      socket.on("message", (bytes) => bytes[2] === 0x77 && resolve(bytes));
    });
    socket.send(Uint8Array.of(0x40, 0, 0x77, 0x01), server.address.port, server.address.address);
    expect([...(await ping)]).toEqual([0x70, 0, 0x77, 0x01]);
    expect((await device.register(server.address, "ep=dev-1&lwm2m=1.1")).code).toBe("2.01");
    expect(seen(server)).not.toContain("ignored");
  });
});

describe("a management server that misbehaves", () => {
  it("refuses as many Registers as it was told to", async () => {
    const { server, device } = await start({ behaviour: { kind: "refuseRegister", code: "4.03", times: 1 } });
    expect((await device.register(server.address, "ep=dev-1&lwm2m=1.1")).code).toBe("4.03");
    expect((await device.register(server.address, "ep=dev-1&lwm2m=1.1")).code).toBe("2.01");
  });

  it("is unavailable to Register and Update, and says so with 5.03", async () => {
    const { server, device } = await start();
    const { location } = await device.register(server.address, "ep=dev-1&lwm2m=1.1");
    server.setBehaviour({ kind: "unavailable" });
    expect((await device.request(server.address, "POST", location)).code).toBe("5.03");
    expect((await device.register(server.address, "ep=dev-2&lwm2m=1.1")).code).toBe("5.03");
    expect((await device.request(server.address, "DELETE", location)).code).toBe("2.02");
  });

  it("forgets a device: its Update gets 4.04", async () => {
    const { server, device } = await start();
    const { location } = await device.register(server.address, "ep=dev-1&lwm2m=1.1");
    server.forget("dev-1");
    expect((await device.request(server.address, "POST", location)).code).toBe("4.04");
  });

  it("stays silent to a request and to its repeats, counting it once, without an acknowledgement", async () => {
    // node-coap would acknowledge after 50 ms of real time: that timer is moved by hand.
    jest.useFakeTimers({ doNotFake: ["setImmediate", "nextTick", "queueMicrotask", "Date", "performance"] });
    const { server } = await start({ behaviour: { kind: "silent", times: 1 } });
    const socket = await openSocket();
    keep({ close: async () => void socket.close() });
    const register = (mid: number) =>
      Uint8Array.from([
        ...[0x41, 0x02, 0x12, mid, 0xaa, 0xb2, ...Buffer.from("rd"), 0x11, 40, 0x34, ...Buffer.from("ep=a")],
        ...[0xff, ...Buffer.from("</3/0>")],
      ]);
    const replies: number[][] = [];
    socket.on("message", (bytes) => replies.push([bytes[1]!, bytes[3]!]));
    for (const mid of [1, 1, 1, 2]) socket.send(register(mid), server.address.port, server.address.address);
    await server.events.until("registered");
    jest.advanceTimersByTime(1_000);
    await settle();
    jest.useRealTimers();
    expect(replies).toEqual([[0x41, 2]]);
    expect(seen(server)).toEqual(["ignored", "registered"]);
  });
});

describe("a management server that is absent", () => {
  it("knows its port before it is there, appears on the clock, and goes away again", async () => {
    const { clock, server, device } = await start({ absent: 30_000 });
    const { port } = server.address;
    expect(port).toBeGreaterThan(0);
    await expect(server.read("dev-1", "/3/0/0")).rejects.toMatchObject({ code: "notRegistered" });
    await clock.advanceAsync(30_000);
    expect((await device.register(server.address, "ep=dev-1&lwm2m=1.1")).code).toBe("2.01");
    expect(server.address.port).toBe(port);
    await server.disappear();
    await expect(server.read("dev-1", "/3/0/0")).rejects.toMatchObject({ code: "closed" });
    await Promise.all([server.appear(), server.appear()]);
    expect((await device.register(server.address, "ep=dev-1&lwm2m=1.1")).code).toBe("2.01");
    expect(server.address.port).toBe(port);
  });

  it("reports that somebody else has taken its port", async () => {
    const { server } = await start({ absent: true });
    const taken = await startManagementServer({ clock: new VirtualClock(), port: server.address.port });
    keep(taken);
    await expect(server.appear()).rejects.toMatchObject({ code: "portInUse" });
  });
});
