/** Firmware updates from real hosts and servers of the testbed, on real sockets: push, coap:, http:, https:. */
import { afterEach, describe, expect, it } from "@jest/globals";
import { FastClock } from "../../carrier/clock/fastClock.ts";
import { type Carrier, createCarrier } from "../../carrier/createCarrier.ts";
import { seededRandom } from "../../carrier/random.ts";
import type { EditionId } from "../../machines/editions/index.ts";
import type { SemanticEvent } from "../../machines/semanticEvent.ts";
import { createSimulatedModem, encodeFirmwareImage } from "../../modem/index.ts";
import { createMemoryStorage } from "../../services/store/memoryStorage.ts";
import { startCoapFirmwareHost, startTestbed, type Testbed } from "../../testbed/index.ts";

const NEW = "mfw_sim_1.1.0";
const IMAGE = encodeFirmwareImage({
  version: NEW,
  baseVersion: "mfw_sim_1.0.0",
  sizeBytes: 200_000,
  random: seededRandom(1),
});
const UPDATED = { state: 0, result: 1, version: NEW };

interface Life {
  readonly carrier: Carrier;
  readonly testbed: Testbed;
  readonly clock: FastClock;
  readonly events: SemanticEvent[];
}

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const part of open.splice(0)) await part.close();
});

async function registered(edition: EditionId, firmwareAreaBytes?: number): Promise<Life> {
  const clock = new FastClock({ skipIdle: true });
  const testbed = await startTestbed({ clock, image: IMAGE });
  const storage = createMemoryStorage();
  const modem = createSimulatedModem({
    clock,
    random: seededRandom(1),
    storage,
    timing: "instant",
    ...(firmwareAreaBytes !== undefined && { firmwareAreaBytes }),
  });
  const events: SemanticEvent[] = [];
  const carrier = createCarrier({
    edition,
    clock,
    storage,
    modem,
    local: { host: "127.0.0.1" },
    bootstrap: { uri: testbed.bootstrap.uri, security: { mode: "none" } },
    firmware: { trustedCa: [testbed.caPem] },
    onEvent: ({ meaning }) => events.push(meaning),
  });
  open.push({ close: () => carrier.stop() }, testbed);
  carrier.start();
  await carrier.registered;
  return { carrier, testbed, clock, events };
}

const update = ({ testbed, carrier }: Life, source: { uri: string } | { package: Uint8Array }) =>
  testbed.management.updateFirmware(carrier.endpoint, source);
const errors = ({ events }: Life) => events.flatMap((event) => (event.type === "error" ? [event.error] : []));

describe("a firmware update", () => {
  for (const edition of ["0.10", "0.30", "3.6"] as const) {
    it(`is pushed block by block through /5/0/0 by the management server, edition ${edition}`, async () => {
      const life = await registered(edition);
      expect(await update(life, { package: IMAGE })).toEqual(UPDATED);
      expect(errors(life)).toEqual([]);
    });

    it(`is fetched from a CoAP host, edition ${edition}`, async () => {
      const life = await registered(edition);
      const host = await startCoapFirmwareHost({ clock: life.clock, images: { "/image.bin": IMAGE } });
      open.push(host);
      expect(await update(life, { uri: host.url("/image.bin") })).toEqual(UPDATED);
      expect(errors(life)).toEqual([]);
    });

    it(`is fetched over HTTP and over HTTPS, edition ${edition}`, async () => {
      for (const origin of ["plainImage", "goodImage"] as const) {
        const life = await registered(edition);
        expect(await update(life, { uri: life.testbed.urls[origin] })).toEqual(UPDATED);
        expect(errors(life)).toEqual([]);
      }
    });
  }

  it("that the HTTP host has not is State 0, Result 7", async () => {
    const life = await registered("3.6");
    expect(await update(life, { uri: life.testbed.firmwareHost.url("/nothing.bin") })).toEqual({ state: 0, result: 7 });
    expect(errors(life)).toEqual(["fotaProtocol"]);
  });

  it("from a host that is not there is State 0, Result 4", async () => {
    const life = await registered("3.6");
    await life.testbed.firmwareHost.disappear();
    expect(await update(life, { uri: life.testbed.urls.plainImage })).toEqual({ state: 0, result: 4 });
    expect(errors(life)).toEqual(["fotaConnection"]);
  });

  it("larger than the modem's area is State 0, Result 2, known before it is fetched", async () => {
    const life = await registered("3.6", 64 * 1024);
    expect(await update(life, { uri: life.testbed.urls.goodImage })).toEqual({ state: 0, result: 2 });
    expect(errors(life)).toEqual(["fotaPackage"]);
    expect(await life.carrier.modem.firmware.offset()).toBe(0);
  });

  it("over HTTP is called off by an empty URI while it comes", async () => {
    const life = await registered("3.6");
    const { management, firmwareHost } = life.testbed;
    const { endpoint } = life.carrier;
    // A minute for every KiB: it is under way for as long as it is looked at.
    firmwareHost.setImage("/slow.bin", { body: IMAGE, slow: { chunkBytes: 1024, intervalMs: 60_000 } });
    await management.write(endpoint, "/5/0/1", firmwareHost.url("/slow.bin", "http"));
    await firmwareHost.events.until("request");
    expect((await management.read(endpoint, "/5/0/3")).value).toBe(1);
    expect((await management.write(endpoint, "/5/0/1", "")).code).toBe("2.04");
    expect((await management.read(endpoint, "/5/0/3")).value).toBe(0);
    expect((await management.read(endpoint, "/5/0/5")).value).toBe(0);
    expect(await update(life, { uri: life.testbed.urls.plainImage })).toEqual(UPDATED);
  });
});
