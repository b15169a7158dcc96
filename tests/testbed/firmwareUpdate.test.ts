import { afterEach, describe, expect, it } from "@jest/globals";
import type { IncomingMessage, ObserveWriteStream, OutgoingMessage } from "coap";
import { FIRMWARE_STATE, type FirmwareSource } from "../../testbed/firmwareUpdate.ts";
import { startManagementServer } from "../../testbed/managementServer.ts";
import { VirtualClock } from "../support/virtualClock.ts";
import { answer, FakeDevice } from "./support.ts";

const open: { close(): Promise<void> }[] = [];
const keep = <T extends { close(): Promise<void> }>(resource: T): T => {
  open.push(resource);
  return resource;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((resource) => resource.close()));
});

/** Object 5 of a device, as far as a server sees it. */
class FirmwareObject {
  readonly #streams = new Map<string, Set<ObserveWriteStream>>();
  readonly #values = new Map<string, string>([
    ["/5/0/3", "0"],
    ["/5/0/5", "1"],
    ["/3/0/3", "1.0.0"],
  ]);

  constructor(device: FakeDevice) {
    for (const path of this.#values.keys()) {
      device.on.set(`GET ${path}`, (request: IncomingMessage, response: OutgoingMessage) => {
        const value = this.#values.get(path)!;
        if (request.headers.Observe !== 0) return answer("2.05", value, 0)(request, response);
        const stream = response as unknown as ObserveWriteStream;
        stream.statusCode = "2.05";
        stream.setOption("Content-Format", 0);
        stream.write(Buffer.from(value));
        const known = this.#streams.get(path) ?? new Set();
        this.#streams.set(path, known.add(stream));
        stream.once("finish", () => known.delete(stream));
      });
    }
  }

  set(path: "/5/0/3" | "/5/0/5" | "/3/0/3", value: number | string): void {
    this.#values.set(path, String(value));
    for (const stream of this.#streams.get(path) ?? []) stream.write(Buffer.from(String(value)));
  }

  /** What a restart does to observations. */
  loseObservations(): void {
    this.#streams.clear();
  }
}

async function start() {
  const clock = new VirtualClock();
  const server = keep(await startManagementServer({ clock }));
  const device = keep(await FakeDevice.open());
  const firmware = new FirmwareObject(device);
  await device.register(server.address, "ep=dev-1&lwm2m=1.1");
  const status = (state: number, result: number) =>
    server.events.until("firmware", (entry) => entry.state === state && entry.result === result);
  return { server, device, firmware, status };
}

describe("a firmware update run by the management server", () => {
  const sources: { name: string; source: FirmwareSource; path: string; sent: string }[] = [
    {
      name: "a URI",
      source: { uri: "https://127.0.0.1/good.bin" },
      path: "/5/0/1",
      sent: "https://127.0.0.1/good.bin",
    },
    { name: "a package", source: { package: Buffer.from("image") }, path: "/5/0/0", sent: "image" },
  ];
  for (const { name, source, path, sent } of sources) {
    it(`delivers ${name}, executes when it is downloaded, and tells the version after the device is back`, async () => {
      const { server, device, firmware, status } = await start();
      let written = "";
      device.on.set(`PUT ${path}`, (request, response) => {
        written = String(request.payload);
        firmware.set("/5/0/5", 0);
        firmware.set("/5/0/3", FIRMWARE_STATE.downloading);
        answer("2.04")(request, response);
      });
      device.on.set("POST /5/0/2", (request, response) => {
        answer("2.04")(request, response);
        firmware.set("/5/0/3", FIRMWARE_STATE.updating);
      });
      const updating = server.updateFirmware("dev-1", source);
      await status(FIRMWARE_STATE.downloading, 0);
      expect(device.asked).not.toContain("POST /5/0/2");
      firmware.set("/5/0/3", FIRMWARE_STATE.downloaded);
      await status(FIRMWARE_STATE.updating, 0);
      // The device restarts with the new image and registers again, from another port.
      const restarted = keep(await FakeDevice.open());
      const renewed = new FirmwareObject(restarted);
      renewed.set("/3/0/3", "2.0.0");
      await restarted.register(server.address, "ep=dev-1&lwm2m=1.1");
      expect(await updating).toEqual({ state: FIRMWARE_STATE.idle, result: 1, version: "2.0.0" });
      expect(written).toBe(sent);
    });
  }

  it("ends with the result when the download fails", async () => {
    const { server, device, firmware, status } = await start();
    device.on.set("PUT /5/0/1", (request, response) => {
      firmware.set("/5/0/5", 0);
      firmware.set("/5/0/3", FIRMWARE_STATE.downloading);
      answer("2.04")(request, response);
    });
    const updating = server.updateFirmware("dev-1", { uri: "https://127.0.0.1/bad.bin" });
    await status(FIRMWARE_STATE.downloading, 0);
    firmware.set("/5/0/5", 5);
    firmware.set("/5/0/3", FIRMWARE_STATE.idle);
    expect(await updating).toEqual({ state: FIRMWARE_STATE.idle, result: 5 });
    expect(device.asked).not.toContain("POST /5/0/2");
  });

  it("ends with the result when the device cannot apply the image and stays registered", async () => {
    const { server, device, firmware, status } = await start();
    firmware.set("/5/0/5", 0);
    device.on.set("PUT /5/0/1", (request, response) => {
      firmware.set("/5/0/3", FIRMWARE_STATE.downloaded);
      answer("2.04")(request, response);
    });
    device.on.set("POST /5/0/2", (request, response) => {
      answer("2.04")(request, response);
      firmware.set("/5/0/3", FIRMWARE_STATE.updating);
    });
    const updating = server.updateFirmware("dev-1", { uri: "https://127.0.0.1/odd.bin" });
    await status(FIRMWARE_STATE.updating, 0);
    firmware.set("/5/0/5", 8);
    firmware.set("/5/0/3", FIRMWARE_STATE.downloaded);
    expect(await updating).toEqual({ state: FIRMWARE_STATE.downloaded, result: 8, version: "1.0.0" });
  });

  it("observes again and goes on when the device restarts in the middle of the download", async () => {
    const { server, device, firmware, status } = await start();
    firmware.set("/5/0/5", 0);
    device.on.set("PUT /5/0/1", (request, response) => {
      firmware.set("/5/0/3", FIRMWARE_STATE.downloading);
      answer("2.04")(request, response);
    });
    const updating = server.updateFirmware("dev-1", { uri: "https://127.0.0.1/good.bin" });
    await status(FIRMWARE_STATE.downloading, 0);
    firmware.loseObservations();
    await device.register(server.address, "ep=dev-1&lwm2m=1.1");
    const seen = server.events.seq;
    await server.events.until("firmware", () => true, { after: seen });
    firmware.set("/5/0/5", 4);
    firmware.set("/5/0/3", FIRMWARE_STATE.idle);
    expect(await updating).toEqual({ state: FIRMWARE_STATE.idle, result: 4 });
  });

  it("asks again after an Update, for a device that could not notify", async () => {
    const { server, device, firmware, status } = await start();
    firmware.set("/5/0/5", 0);
    device.on.set("PUT /5/0/1", (request, response) => {
      firmware.set("/5/0/3", FIRMWARE_STATE.downloading);
      answer("2.04")(request, response);
    });
    const updating = server.updateFirmware("dev-1", { uri: "https://127.0.0.1/good.bin" });
    await status(FIRMWARE_STATE.downloading, 0);
    firmware.loseObservations();
    firmware.set("/5/0/5", 5);
    firmware.set("/5/0/3", FIRMWARE_STATE.idle);
    await device.request(server.address, "POST", `/rd/${server.device("dev-1")!.location}`);
    expect(await updating).toEqual({ state: FIRMWARE_STATE.idle, result: 5 });
  });

  it("does not wait for an answer of a device that was away when it was asked", async () => {
    const { server, device, firmware, status } = await start();
    firmware.set("/5/0/5", 0);
    device.on.set("PUT /5/0/1", (request, response) => {
      firmware.set("/5/0/3", FIRMWARE_STATE.downloading);
      answer("2.04")(request, response);
    });
    const updating = server.updateFirmware("dev-1", { uri: "https://127.0.0.1/good.bin" });
    await status(FIRMWARE_STATE.downloading, 0);
    const answers = device.on.get("GET /5/0/3");
    const asked = new Promise<() => void>((resolve) => {
      device.on.set("GET /5/0/3", (request, response) => resolve(() => answer("5.03")(request, response)));
    });
    firmware.set("/5/0/5", 4);
    const answerTooLate = await asked;
    if (answers !== undefined) device.on.set("GET /5/0/3", answers);
    firmware.set("/5/0/3", FIRMWARE_STATE.idle);
    await device.request(server.address, "POST", `/rd/${server.device("dev-1")!.location}`);
    expect(await updating).toEqual({ state: FIRMWARE_STATE.idle, result: 4 });
    answerTooLate();
  });

  it("says what the device refused", async () => {
    const { server, device, firmware } = await start();
    firmware.set("/5/0/5", 9);
    device.on.set("PUT /5/0/1", answer("4.00"));
    const outcome = await server.updateFirmware("dev-1", { uri: "ftp://127.0.0.1/x" });
    expect(outcome).toEqual({ state: 0, result: 9, refused: "4.00" });
  });

  it("can be given up, and ends when the server is closed", async () => {
    const { server, device, firmware, status } = await start();
    device.on.set("PUT /5/0/1", (request, response) => {
      firmware.set("/5/0/3", FIRMWARE_STATE.downloading);
      answer("2.04")(request, response);
    });
    const impatience = new AbortController();
    const given = server.updateFirmware("dev-1", { uri: "https://127.0.0.1/a" }, { signal: impatience.signal });
    await status(FIRMWARE_STATE.downloading, 1);
    impatience.abort();
    await expect(given).rejects.toMatchObject({ code: "aborted" });
    const seen = server.events.seq;
    const lost = server.updateFirmware("dev-1", { uri: "https://127.0.0.1/b" });
    const rejected = expect(lost).rejects.toMatchObject({ code: "closed" });
    await server.events.until("firmware", () => true, { after: seen });
    await server.close();
    await rejected;
  });

  it("rejects for a device that is not registered", async () => {
    const { server } = await start();
    await expect(server.updateFirmware("nobody", { uri: "https://a/b" })).rejects.toMatchObject({
      code: "notRegistered",
    });
  });
});
