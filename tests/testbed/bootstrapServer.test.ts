import { afterEach, describe, expect, it } from "@jest/globals";
import type { IncomingMessage, OutgoingMessage } from "coap";
import { formatOf } from "../../services/lwm2m/formats.ts";
import { findObject } from "../../services/lwm2m/objects/index.ts";
import { SECURITY } from "../../services/lwm2m/objects/security.ts";
import { SERVER } from "../../services/lwm2m/objects/server.ts";
import { decodeResourcesTlv } from "../../services/lwm2m/tlvModel.ts";
import type { DeviceAccounts } from "../../testbed/account.ts";
import { type BootstrapServerOptions, startBootstrapServer } from "../../testbed/bootstrapServer.ts";
import { VirtualClock } from "../support/virtualClock.ts";
import { answer, FakeDevice, settle } from "./support.ts";

const open: { close(): Promise<void> }[] = [];
const keep = <T extends { close(): Promise<void> }>(resource: T): T => {
  open.push(resource);
  return resource;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((resource) => resource.close()));
});

const KEY = Uint8Array.of(0xde, 0xad, 0xbe, 0xef);
const ACCOUNTS: DeviceAccounts = {
  servers: [
    {
      uri: "coap://127.0.0.1:5683",
      shortServerId: 123,
      lifetime: 300,
      communicationRetryCount: 3,
      communicationRetryTimer: 60,
      sequenceDelayTimer: 86_400,
      sequenceRetryCount: 1,
      bootstrapOnRegistrationFailure: false,
    },
    {
      uri: "coaps://127.0.0.1:5684",
      shortServerId: 124,
      binding: "UQ",
      security: { mode: "psk", identity: "dev-1", key: KEY },
    },
  ],
};

/** A device that takes what it is given, and keeps it. */
async function start(options: Partial<BootstrapServerOptions> = {}) {
  const clock = new VirtualClock();
  const server = keep(await startBootstrapServer({ clock, accounts: { "dev-1": ACCOUNTS }, ...options }));
  const device = keep(await FakeDevice.open());
  const written = new Map<string, Uint8Array>();
  device.on.set("GET /", answer("2.05", "</>;lwm2m=1.1,</0/1>,</0/0>;ssid=9,</1/0>;ssid=9", 40));
  device.on.set("*", (request: IncomingMessage, response: OutgoingMessage) => {
    if (request.method === "PUT") written.set(request.url, new Uint8Array(request.payload));
    answer(request.method === "DELETE" ? "2.02" : "2.04")(request, response);
  });
  const ask = (endpoint = "dev-1") => device.request(server.address, "POST", `/bs?ep=${endpoint}&pct=11542`);
  return { clock, server, device, written, ask };
}

describe("the bootstrap server", () => {
  it("answers, discovers, deletes, writes both objects of each account and finishes, in that order", async () => {
    const { server, device, written, ask } = await start();
    expect((await ask()).code).toBe("2.04");
    await server.events.until("finished");
    expect(device.asked).toEqual(["GET /", "DELETE /", "PUT /0/0", "PUT /1/0", "PUT /0/2", "PUT /1/1", "POST /bs"]);
    expect(decodeResourcesTlv(SECURITY, written.get("/0/0")!)).toEqual(
      new Map<number, unknown>([
        [0, "coap://127.0.0.1:5683"],
        [1, false],
        [2, 3],
        [3, new Uint8Array()],
        [4, new Uint8Array()],
        [5, new Uint8Array()],
        [10, 123],
      ]),
    );
    expect(decodeResourcesTlv(SERVER, written.get("/1/0")!)).toEqual(
      new Map<number, unknown>([
        [0, 123],
        [1, 300],
        [6, true],
        [7, "U"],
        [16, false],
        [17, 3],
        [18, 60],
        [19, 86_400],
        [20, 1],
      ]),
    );
    const psk = decodeResourcesTlv(SECURITY, written.get("/0/2")!);
    expect(psk.get(2)).toBe(0);
    expect(psk.get(3)).toEqual(new TextEncoder().encode("dev-1"));
    expect(psk.get(5)).toEqual(KEY);
    expect(decodeResourcesTlv(SERVER, written.get("/1/1")!).get(7)).toBe("UQ");
  });

  it("takes instance 0 for the bootstrap account when it does not discover", async () => {
    const { server, device, ask } = await start({ discover: false });
    await ask();
    await server.events.until("finished");
    expect(device.asked).toEqual(["DELETE /", "PUT /0/1", "PUT /1/0", "PUT /0/2", "PUT /1/1", "POST /bs"]);
  });

  it.each([
    [11_542, 11_542],
    [110, 110],
    [112, 112],
    [0, 11_542],
    [9_999, 11_542],
  ])("writes in the format that the device prefers where it can: %s is met with %s", async (preferred, written) => {
    const { server, device } = await start();
    const formats = new Set<number>();
    device.on.set("PUT /1/0", (request, response) => {
      formats.add(Number(request.headers["Content-Format"]));
      const node = formatOf(written).decode(
        { objectId: 1, instanceId: 0 },
        new Uint8Array(request.payload),
        findObject,
      );
      expect(node.kind === "instance" && node.values.get(1)).toBe(300);
      answer("2.04")(request, response);
    });
    await device.request(server.address, "POST", `/bs?ep=dev-1&pct=${preferred}`);
    await server.events.until("finished");
    expect(formats.size).toBe(1);
  });

  it("shows what it saw, and no key among it", async () => {
    const entries: unknown[] = [];
    const { server, ask } = await start({ log: (entry) => entries.push(entry) });
    await ask();
    await server.events.until("finished");
    expect(server.events.entries.map((entry) => entry.type)).toEqual([
      ...["requested", "discovered", "deleted", "wrote", "wrote", "wrote", "wrote", "finished"],
    ]);
    expect(entries).toEqual(server.events.entries);
    expect(entries[0]).toMatchObject({ endpoint: "dev-1", preferredFormat: 11542, seq: 1 });
    expect(JSON.stringify(entries)).not.toMatch(/deadbeef|222,173/);
  });

  it("goes on after a refused write and tells that the Finish was refused", async () => {
    const { server, device, ask } = await start();
    device.on.set("PUT /1/0", answer("4.00"));
    device.on.set("POST /bs", answer("4.06"));
    await ask();
    expect(await server.events.until("finishRefused")).toMatchObject({ code: "4.06" });
    expect(await server.events.until("wrote", ({ path }) => path === "/1/0")).toMatchObject({ code: "4.00" });
  });

  it("refuses a device without accounts or name with 4.00, and what is no bootstrap", async () => {
    const { server, device, ask } = await start();
    expect((await ask("stranger")).code).toBe("4.00");
    expect((await device.request(server.address, "POST", "/bs")).code).toBe("4.00");
    expect((await device.request(server.address, "GET", "/bs?ep=dev-1")).code).toBe("4.05");
    expect((await device.request(server.address, "POST", "/rd?ep=dev-1")).code).toBe("4.04");
    server.setAccounts("stranger", { servers: [] });
    expect((await ask("stranger")).code).toBe("2.04");
    await server.events.until("finished");
  });

  it("serves the newest request alone when a device asks again in the middle", async () => {
    const { clock, server, device, ask } = await start();
    const deletes: OutgoingMessage[] = [];
    device.on.set("DELETE /", (_request, response) => {
      clearTimeout(response._ackTimer ?? undefined);
      deletes.push(response);
      if (deletes.length === 2) for (const held of deletes) answer("2.02")(_request, held);
    });
    await ask();
    await server.events.until("discovered");
    await ask();
    await server.events.until("finished");
    await settle();
    expect(device.asked.filter((asked) => asked === "POST /bs")).toHaveLength(1);
    expect((await server.events.until("failed")).detail).toBe("a newer request took its place");
    expect(clock.nextDue).toBeUndefined();
  });

  it("reports a device that falls silent", async () => {
    const { clock, server, device, ask } = await start();
    device.on.set("DELETE /", (_request, response) => clearTimeout(response._ackTimer ?? undefined));
    await ask();
    await server.events.until("discovered");
    while (clock.nextDue === undefined) await settle(1);
    clock.advance(93_000);
    expect((await server.events.until("failed")).detail).toMatch(/DELETE \/ .* was not answered/);
  });
});

describe("a bootstrap server that misbehaves", () => {
  it("refuses once, then serves", async () => {
    const { server, ask } = await start({ behaviour: { kind: "refuse", times: 1 } });
    expect((await ask()).code).toBe("4.00");
    expect((await ask()).code).toBe("2.04");
    await server.events.until("finished");
  });

  it("omits the objects but finishes", async () => {
    const { server, device, ask } = await start({ behaviour: { kind: "omitObjects" } });
    await ask();
    await server.events.until("finished");
    expect(device.asked).toEqual(["GET /", "DELETE /", "POST /bs"]);
  });

  it("writes everything and never finishes", async () => {
    const { clock, server, device, ask } = await start({ behaviour: { kind: "neverFinish" } });
    await ask();
    await server.events.until("wrote", ({ path }) => path === "/1/1");
    await settle();
    clock.advance(86_400_000);
    await settle();
    expect(device.asked).not.toContain("POST /bs");
  });

  it("cuts its writes off", async () => {
    const { server, written, ask } = await start({ behaviour: { kind: "wrongWrites" } });
    await ask();
    await server.events.until("finished");
    expect(() => decodeResourcesTlv(SERVER, written.get("/1/0")!)).toThrow(/./);
  });

  it("stays silent until told otherwise", async () => {
    const { server, device, ask } = await start({ behaviour: { kind: "silent", times: 1 } });
    const unanswered = ask();
    await server.events.until("ignored");
    expect((await ask()).code).toBe("2.04");
    await server.events.until("finished");
    const pending = Symbol("pending");
    expect(await Promise.race([unanswered, Promise.resolve(pending)])).toBe(pending);
    expect(device.asked).toContain("POST /bs");
  });
});
