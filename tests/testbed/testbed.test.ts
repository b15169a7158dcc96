import { once } from "node:events";
import { createServer } from "node:net";
import { afterEach, describe, expect, it } from "@jest/globals";
import { fetch } from "undici";
import { SECURITY } from "../../services/lwm2m/objects/security.ts";
import { SERVER } from "../../services/lwm2m/objects/server.ts";
import { decodeResourcesTlv } from "../../services/lwm2m/tlvModel.ts";
import { startCoapFirmwareHost } from "../../testbed/coapFirmwareHost.ts";
import { reservePort } from "../../testbed/reservePort.ts";
import { startTestbed, type TestbedEntry } from "../../testbed/testbed.ts";
import { VirtualClock } from "../support/virtualClock.ts";
import { answer, FakeDevice, openSocket } from "./support.ts";

const open: { close(): unknown }[] = [];
const keep = <T extends { close(): unknown }>(resource: T): T => {
  open.push(resource);
  return resource;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((resource) => resource.close()));
});

const IMAGE = Uint8Array.from({ length: 5_000 }, (_, index) => index & 0xff);

describe("the testbed", () => {
  it("hands out the management server's account at bootstrap, and that server takes the device", async () => {
    const entries: TestbedEntry[] = [];
    const testbed = keep(
      await startTestbed({
        clock: new VirtualClock(),
        account: { lifetime: 300, communicationRetryCount: 3 },
        log: (entry) => entries.push(entry),
      }),
    );
    const device = keep(await FakeDevice.open());
    const written = new Map<string, Uint8Array>();
    device.on.set("GET /", answer("2.05", "</0/0>", 40));
    device.on.set("*", (request, response) => {
      if (request.method === "PUT") written.set(request.url, new Uint8Array(request.payload));
      answer("2.04")(request, response);
    });
    await device.request(testbed.bootstrap.address, "POST", "/bs?ep=dev-1");
    await testbed.bootstrap.events.until("finished");
    expect(decodeResourcesTlv(SECURITY, written.get("/0/1")!).get(0)).toBe(testbed.management.uri);
    const account = decodeResourcesTlv(SERVER, written.get("/1/0")!);
    expect([account.get(0), account.get(1), account.get(17)]).toEqual([123, 300, 3]);
    expect((await device.register(testbed.management.address, "ep=dev-1&lt=300&lwm2m=1.1")).code).toBe("2.01");
    await testbed.management.events.until("registered");
    expect(new Set(entries.map((entry) => entry.server))).toEqual(new Set(["bootstrap", "management"]));
  });

  it("serves the image good and spoilt, and tells the CA", async () => {
    const testbed = keep(await startTestbed({ clock: new VirtualClock(), image: IMAGE }));
    const good = new Uint8Array(await (await fetch(testbed.urls.plainImage)).arrayBuffer());
    expect(good).toEqual(IMAGE);
    const spoilt = testbed.firmwareHost.url("/firmware/bad.bin", "http");
    const bad = new Uint8Array(await (await fetch(spoilt)).arrayBuffer());
    expect(bad.subarray(0, -1)).toEqual(IMAGE.subarray(0, -1));
    expect(bad.at(-1)).not.toBe(IMAGE.at(-1));
    expect(testbed.urls.badImage).toMatch(/^https:.*\/firmware\/bad\.bin$/);
    expect(testbed.caPem).toMatch(/^-----BEGIN CERTIFICATE-----/);
    expect(testbed.otherCaPem).not.toBe(testbed.caPem);
  });

  it("closes what has started when one part fails", async () => {
    const taken = keep(await openSocket());
    const management = await reservePort("udp");
    const starting = startTestbed({
      clock: new VirtualClock(),
      management: { port: management },
      bootstrap: { port: taken.address().port },
    });
    await expect(starting).rejects.toMatchObject({ code: "portInUse" });
    const again = await startTestbed({ clock: new VirtualClock(), management: { port: management } });
    keep(again);
    expect(again.management.address.port).toBe(management);
  });
});

describe("a reserved port", () => {
  it("is bound by nobody, outside of the ports that systems hand out", async () => {
    for (const kind of ["udp", "tcp"] as const) {
      const port = await reservePort(kind);
      expect(port).toBeGreaterThanOrEqual(20_000);
      expect(port).toBeLessThan(32_768);
    }
    const port = await reservePort("tcp");
    const server = createServer();
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    server.close();
  });
});

describe("the CoAP firmware host", () => {
  it("serves an image block by block and answers 4.04 and 4.05 for the rest", async () => {
    const host = keep(await startCoapFirmwareHost({ clock: new VirtualClock(), images: { "/fw/good.bin": IMAGE } }));
    const device = keep(await FakeDevice.open());
    const at = { address: "127.0.0.1", port: Number(new URL(host.url("/")).port) };
    const { code, message } = await device.request(at, "GET", "/fw/good.bin");
    expect(code).toBe("2.05");
    expect(new Uint8Array(message.payload)).toEqual(IMAGE);
    expect((await device.request(at, "GET", "/none")).code).toBe("4.04");
    expect((await device.request(at, "DELETE", "/fw/good.bin")).code).toBe("4.05");
    host.setImage("/none", IMAGE.subarray(0, 10));
    expect((await device.request(at, "GET", "/none")).message.payload).toHaveLength(10);
  });
});
