/** Firmware updates that a server pushes, or that come over CoAP: their ways to succeed, to fail and to be called off. */
import { describe, expect, it } from "@jest/globals";
import { seededRandom } from "../../carrier/random.ts";
import { EDITIONS, type EditionId } from "../../machines/editions/index.ts";
import { ERRNO } from "../../machines/semanticEvent.ts";
import { encodeFirmwareImage, type ModemFault } from "../../modem/index.ts";
import type { Session } from "../../ports/transport.ts";
import { CODE } from "../../services/coap/codes.ts";
import { CoapEndpoint } from "../../services/coap/endpoint.ts";
import type { IncomingRequest } from "../../services/coap/types.ts";
import { turn, World, type WorldOptions } from "./support/world.ts";

const EDITION_IDS = Object.keys(EDITIONS) as EditionId[];
const OLD = "mfw_sim_1.0.0";
const NEW = "mfw_sim_1.1.0";
const HOST = "192.0.2.8";
const [IDLE, DOWNLOADING, DOWNLOADED, UPDATING] = [0, 1, 2, 3];

function imageOf({ bytes = 20_000, base = OLD, version = NEW, seed = 1 } = {}): Uint8Array {
  return encodeFirmwareImage({ version, baseVersion: base, sizeBytes: bytes, random: seededRandom(seed) });
}

function spoilt(image: Uint8Array): Uint8Array {
  const copy = image.slice();
  copy[copy.length - 1] = copy.at(-1)! ^ 0xff;
  return copy;
}

/** State and Update Result as a server reads them, /5/0/3 and /5/0/5. */
const status = (world: World) => [world.carrier.objects.get(5, 0, 3), world.carrier.objects.get(5, 0, 5)];
const becomes = (world: World, state: number | undefined, result: number) =>
  world.reaches(`State ${state}, Result ${result}`, () => status(world).join() === [state, result].join());
const version = (world: World) => world.result(world.management.ask("GET", "/3/0/3"));
const ask = (world: World, method: "PUT" | "POST", path: string, text?: string) =>
  world.result(world.management.ask(method, path, text));

/** What the application is told of the update: no link, no restart. */
const said = (world: World, from: number) =>
  world.heard.slice(from).filter((event) => event.startsWith("fota") || event.startsWith("error"));

/** A CoAP host on this network that serves images; `blocks` counts what it was asked. */
async function firmwareHost(world: World, images: Record<string, Uint8Array>) {
  const host = { blocks: 0, images, uri: (name: string) => `coap://${HOST}/${name}` };
  const at = { address: HOST, port: 5683 };
  world.network.watch(({ to }) => {
    if (to.address === HOST) host.blocks++;
  });
  const onRequest = ({ path }: IncomingRequest) => {
    const image = host.images[path.join("/")];
    if (image === undefined) return { code: CODE.NOT_FOUND };
    return { code: CODE.CONTENT, payload: image, etag: image.slice(-4) };
  };
  await world.network.transport(HOST).listen(at, (session: Session) => {
    new CoapEndpoint({ session, clock: world.clock, random: seededRandom(9), handler: { onRequest } });
  });
  return host;
}

describe("a pushed update", () => {
  for (const edition of EDITION_IDS) {
    it(`of several hundred KiB is taken, applied and confirmed, edition ${edition}`, async () => {
      const world = await World.registered({ edition, traced: false });
      const before = world.events.length;
      expect(await world.result(world.management.push("/5/0/0", imageOf({ bytes: 400_000 })))).toBe("2.04");
      await becomes(world, DOWNLOADED, 0);
      const registered = world.until("registered");
      expect(await ask(world, "POST", "/5/0/2")).toBe("2.04");
      await registered;
      expect(status(world)).toEqual([IDLE, 1]);
      expect(await version(world)).toBe(`2.05 ${NEW}`);
      const succeeds = "fota.succeeded" in EDITIONS[edition].events;
      expect(said(world, before)).toEqual(succeeds ? ["fota.started", "fota.succeeded"] : ["fota.started"]);
      expect(world.bootstrap.of("POST /bs")).toHaveLength(1);
      // Another firmware may have other objects: the server is told all of them, and asks anew for what it observes.
      expect(world.management.of("POST /rd")).toHaveLength(2);
      expect(world.management.of("POST /rd/1")).toEqual([]);
    });

    it(`that is corrupt is deleted with a link cycle: Result 5 and the edition's error, edition ${edition}`, async () => {
      const world = await World.registered({ edition });
      const before = world.events.length;
      const registered = world.until("registered");
      await world.result(world.management.push("/5/0/0", spoilt(imageOf())));
      await registered;
      expect(status(world)).toEqual([IDLE, 5]);
      expect(said(world, before)).toEqual(["fota.started", "error fotaPackage EINVAL"]);
      expect(await world.modem.firmware.offset()).toBe(0);
      expect(await version(world)).toBe(`2.05 ${OLD}`);
    });

    const refusals: [why: string, image: Uint8Array, fault: ModemFault | undefined][] = [
      ["is for another base version", imageOf({ base: "mfw_sim_9.9.9" }), undefined],
      ["the modem rejects", imageOf(), { name: "firmwareRejected", times: 1 }],
    ];
    for (const [why, image, fault] of refusals) {
      it(`that ${why} fails at Update: State 2, Result 8, FOTA_FAIL EBADF, the old firmware, edition ${edition}`, async () => {
        const world = await World.registered({ edition });
        await world.result(world.management.push("/5/0/0", image));
        await becomes(world, DOWNLOADED, 0);
        const before = world.events.length;
        if (fault !== undefined) world.modem.inject(fault);
        const registered = world.until("registered");
        expect(await ask(world, "POST", "/5/0/2")).toBe("2.04");
        await registered;
        expect(status(world)).toEqual([DOWNLOADED, 8]);
        expect(said(world, before)).toEqual(["error fotaFailed EBADF"]);
        expect(world.events.find(({ meaning }) => meaning.type === "error")?.payload?.value).toBe(-ERRNO.EBADF);
        expect(await version(world)).toBe(`2.05 ${OLD}`);

        // The modem has given the image up: Update is taken and fails again, until the server begins afresh.
        expect(await ask(world, "POST", "/5/0/2")).toBe("2.04");
        await world.reaches("the second failure", () => said(world, before).length === 2);
        await world.pass(60);
        expect([status(world), world.carrier.snapshot.hasTag("registered")]).toEqual([[DOWNLOADED, 8], true]);
        expect(await ask(world, "PUT", "/5/0/1", "")).toBe("2.04");
        expect(await world.result(world.management.push("/5/0/0", imageOf()))).toBe("2.04");
        await becomes(world, DOWNLOADED, 0);
        const updated = world.until("registered");
        await ask(world, "POST", "/5/0/2");
        await updated;
        expect([status(world), await version(world)]).toEqual([[IDLE, 1], `2.05 ${NEW}`]);
      });
    }

    it(`that a low battery puts off is tried again with Update, edition ${edition}`, async () => {
      const world = await World.registered({ edition });
      await world.result(world.management.push("/5/0/0", imageOf()));
      await becomes(world, DOWNLOADED, 0);
      world.modem.inject({ name: "batteryLow" });
      const registered = world.until("registered");
      await ask(world, "POST", "/5/0/2");
      await registered;
      expect(status(world)).toEqual([DOWNLOADED, 8]);
      world.modem.clear("batteryLow");
      const updated = world.until("registered");
      expect(await ask(world, "POST", "/5/0/2")).toBe("2.04");
      await updated;
      expect([status(world), await version(world)]).toEqual([[IDLE, 1], `2.05 ${NEW}`]);
    });
  }

  it("that is no image is refused with its first octets: 4.00, Result 6", async () => {
    const world = await World.registered();
    expect(await world.result(world.management.push("/5/0/0", new Uint8Array(5000).fill(0x55)))).toBe("4.00");
    await becomes(world, IDLE, 6);
    expect(world.heard).toContain("error fotaPackage EINVAL");
  });

  it("that is larger than the modem's area is refused: Result 2", async () => {
    const world = await World.registered({ modem: { firmwareAreaBytes: 16_384 } });
    expect(await world.result(world.management.push("/5/0/0", imageOf({ bytes: 40_000 })))).toMatch(/^[45]\./);
    await becomes(world, IDLE, 2);
  });

  it("that breaks off is given up after the download timeout: Result 4", async () => {
    const world = await World.registered({ carrier: { firmware: { downloadTimeoutMinutes: 2 } } });
    const pushing = world.management.push("/5/0/0", imageOf({ bytes: 100_000 }));
    await world.reaches("some octets", () => status(world)[0] === DOWNLOADING);
    await world.pass(0.2);
    world.management.silent = true;
    const began = world.seconds;
    await world.reaches("the end", () => status(world)[0] === IDLE);
    expect(status(world)).toEqual([IDLE, 4]);
    expect(world.seconds - began).toBeLessThanOrEqual(121);
    expect(world.heard).toContain("error fotaConnectionLost EIO");
    world.management.silent = false;
    expect(await world.result(pushing)).not.toBe("2.04");
  });

  for (const how of ["/5/0/1", "/5/0/0"] as const) {
    const reset = (world: World) =>
      how === "/5/0/1" ? world.management.ask("PUT", "/5/0/1", "") : world.management.push("/5/0/0", Uint8Array.of(0));

    it(`is called off by ${how} once it is there, and another one is taken`, async () => {
      const world = await World.registered();
      await world.result(world.management.push("/5/0/0", imageOf()));
      await becomes(world, DOWNLOADED, 0);
      const before = world.events.length;
      expect(await world.result(reset(world))).toBe("2.04");
      await becomes(world, IDLE, 0);
      expect(said(world, before)).toEqual([]);
      expect(await ask(world, "POST", "/5/0/2")).toBe("4.05");
      expect(await world.result(world.management.push("/5/0/0", imageOf({ seed: 2 })))).toBe("2.04");
      await becomes(world, DOWNLOADED, 0);
      const registered = world.until("registered");
      await ask(world, "POST", "/5/0/2");
      await registered;
      expect(status(world)).toEqual([IDLE, 1]);
    });

    it(`over CoAP is called off by ${how} while it comes, and another one is taken`, async () => {
      const world = await World.registered();
      const host = await firmwareHost(world, { large: imageOf({ bytes: 300_000 }), small: imageOf({ seed: 3 }) });
      expect(await ask(world, "PUT", "/5/0/1", host.uri("large"))).toBe("2.04");
      await world.reaches("some blocks", () => host.blocks > 20);
      expect(status(world)).toEqual([DOWNLOADING, 0]);
      expect(await world.result(reset(world))).toBe("2.04");
      await becomes(world, IDLE, 0);
      const { blocks } = host;
      await world.pass(60);
      expect(host.blocks - blocks).toBeLessThan(3);
      expect(world.heard.some((event) => event.startsWith("error"))).toBe(false);
      expect(await ask(world, "PUT", "/5/0/1", host.uri("small"))).toBe("2.04");
      await becomes(world, DOWNLOADED, 0);
    });
  }

  it("may be called off while there is none: nothing happens", async () => {
    const world = await World.registered();
    expect(await ask(world, "PUT", "/5/0/1", "")).toBe("2.04");
    expect(await world.result(world.management.push("/5/0/0", Uint8Array.of(0)))).toBe("2.04");
    await world.settle();
    expect([status(world), said(world, 0)]).toEqual([[IDLE, 0], []]);
  });
});

describe("Update", () => {
  it("outside of Downloaded is answered 4.05 and changes nothing", async () => {
    const world = await World.registered();
    const host = await firmwareHost(world, { image: imageOf({ bytes: 300_000 }) });
    expect(await ask(world, "POST", "/5/0/2")).toBe("4.05");
    expect(status(world)).toEqual([IDLE, 0]);
    await ask(world, "PUT", "/5/0/1", host.uri("image"));
    await world.reaches("some blocks", () => host.blocks > 5);
    expect(await ask(world, "POST", "/5/0/2")).toBe("4.05");
    expect(status(world)).toEqual([DOWNLOADING, 0]);
    await becomes(world, DOWNLOADED, 0);
    const first = world.management.ask("POST", "/5/0/2");
    const second = world.management.ask("POST", "/5/0/2");
    expect(await world.result(first)).toBe("2.04");
    expect(["4.05", "closed", "timeout"]).toContain(await world.result(second));
    await world.reaches("the end", () => status(world).join() === "0,1");
  });
});

describe("an update over CoAP", () => {
  for (const edition of EDITION_IDS) {
    it(`comes block by block, is applied and confirmed, edition ${edition}`, async () => {
      const world = await World.registered({ edition, traced: false });
      const host = await firmwareHost(world, { image: imageOf({ bytes: 200_000 }) });
      const before = world.events.length;
      expect(await ask(world, "PUT", "/5/0/1", host.uri("image"))).toBe("2.04");
      await becomes(world, DOWNLOADED, 0);
      const started = world.events.slice(before).find(({ meaning }) => meaning.type === "fota.started");
      const fields = (EDITIONS[edition].events["fota.started"] as { payload?: readonly string[] }).payload ?? [];
      expect(started?.payload?.uri).toBe(fields.includes("uri") ? host.uri("image") : undefined);
      const registered = world.until("registered");
      await ask(world, "POST", "/5/0/2");
      await registered;
      expect(status(world)).toEqual([IDLE, 1]);
      expect(await version(world)).toBe(`2.05 ${NEW}`);
    });
  }

  const failures: [what: string, uri: string, result: number, error: string][] = [
    ["of an image that the host has not", `coap://${HOST}/nothing`, 7, "error fotaProtocol ENOTSUP"],
    ["by a scheme that is not supported", "ftp://192.0.2.8/image", 9, "error fotaProtocol ENOTSUP"],
    ["by a scheme that needs DTLS", "coaps://192.0.2.8/image", 9, "error fotaProtocol ENOTSUP"],
    ["by what is no URI", "//", 7, "error fotaProtocol ENOTSUP"],
    ["by a URI without a host", "coap://", 7, "error fotaProtocol ENOTSUP"],
    ["of an image that is larger than the area", `coap://${HOST}/large`, 2, "error fotaPackage EINVAL"],
    ["of what is no image", `coap://${HOST}/junk`, 6, "error fotaPackage EINVAL"],
    ["of a corrupt image", `coap://${HOST}/corrupt`, 5, "error fotaPackage EINVAL"],
  ];
  for (const [what, uri, result, error] of failures) {
    it(`${what} is accepted, then State 0 and Result ${result}`, async () => {
      const world = await World.registered({ modem: { firmwareAreaBytes: 65_536 } });
      await firmwareHost(world, {
        large: imageOf({ bytes: 200_000 }),
        junk: new Uint8Array(3000).fill(0x55),
        corrupt: spoilt(imageOf()),
      });
      expect(await ask(world, "PUT", "/5/0/1", uri)).toBe("2.04");
      await becomes(world, IDLE, result);
      await world.pass(5);
      expect(said(world, 0)).toEqual(["fota.started", error]);
      expect(world.carrier.objects.get(5, 0, 1)).toBe("");
      expect(world.carrier.snapshot.hasTag("registered")).toBe(true);
      expect(await ask(world, "POST", "/5/0/2")).toBe("4.05");
    });
  }

  it("goes on where the network broke it, without ERROR", async () => {
    const world = await World.registered();
    const host = await firmwareHost(world, { image: imageOf({ bytes: 200_000 }) });
    await ask(world, "PUT", "/5/0/1", host.uri("image"));
    await world.reaches("some blocks", () => host.blocks > 50);
    const { blocks } = host;
    world.modem.inject({ name: "registrationLost", times: 1 });
    await becomes(world, DOWNLOADED, 0);
    expect(said(world, 0)).toEqual(["fota.started"]);
    expect(host.blocks - blocks).toBeLessThan(200 - 40);
  });

  it("goes on after each loss of power at the modem's offset; FOTA_START is told again", async () => {
    const world = await World.registered();
    const host = await firmwareHost(world, { image: imageOf({ bytes: 200_000 }) });
    await ask(world, "PUT", "/5/0/1", host.uri("image"));
    for (const blocks of [60, 120, 160]) {
      await world.reaches("some blocks", () => host.blocks > blocks);
      await world.carrier.cutPower();
      world.replace().start();
      await world.until("fota.started");
    }
    await becomes(world, DOWNLOADED, 0);
    // Some blocks twice: the modem takes its image in pieces of four.
    expect(host.blocks).toBeLessThan(200_000 / 1024 + 3 * 8);
    expect(said(world, 0)).toEqual(Array(4).fill("fota.started"));
  });

  it("begins again when the image became another one meanwhile", async () => {
    const world = await World.registered();
    const host = await firmwareHost(world, { image: imageOf({ bytes: 200_000 }) });
    await ask(world, "PUT", "/5/0/1", host.uri("image"));
    await world.reaches("some blocks", () => host.blocks > 100);
    await world.carrier.cutPower();
    host.images.image = imageOf({ bytes: 200_000, seed: 77, version: "mfw_sim_1.2.0" });
    // The host serves a transfer from what it began with, for EXCHANGE_LIFETIME.
    await world.pass(300);
    world.replace().start();
    await world.until("fota.started");
    await becomes(world, DOWNLOADED, 0);
    const registered = world.until("registered");
    await ask(world, "POST", "/5/0/2");
    await registered;
    expect(await version(world)).toBe("2.05 mfw_sim_1.2.0");
    expect(said(world, 0).filter((event) => event.startsWith("error"))).toEqual([]);
  });

  it("from a host that falls silent is given up in the end: Result 4", async () => {
    const world = await World.registered();
    const host = await firmwareHost(world, { image: imageOf({ bytes: 200_000 }) });
    await ask(world, "PUT", "/5/0/1", host.uri("image"));
    await world.reaches("some blocks", () => host.blocks > 50);
    world.network.lose({ name: "the host is gone", when: ({ from }) => from.address === HOST });
    await becomes(world, IDLE, 4);
    expect(said(world, 0)).toEqual(["fota.started", "error fotaConnectionLost EIO"]);
  });

  it("waits while the application keeps the link down, and goes on when it is up again", async () => {
    const world = await World.registered();
    const host = await firmwareHost(world, { image: imageOf({ bytes: 200_000 }) });
    await ask(world, "PUT", "/5/0/1", host.uri("image"));
    await world.reaches("some blocks", () => host.blocks > 50);
    expect(world.carrier.request("linkDown")).toBe(0);
    await world.untilTag("linkDown");
    const { blocks } = host;
    await world.pass(3600);
    expect(host.blocks).toBe(blocks);
    expect(world.carrier.request("linkUp")).toBe(0);
    await becomes(world, DOWNLOADED, 0);
    expect(said(world, 0)).toEqual(["fota.started"]);
  });
});

describe("an update that is ready", () => {
  it("survives a restart: the server may still execute it", async () => {
    const world = await World.registered();
    await world.result(world.management.push("/5/0/0", imageOf()));
    await becomes(world, DOWNLOADED, 0);
    await world.carrier.cutPower();
    world.replace().start();
    await world.until("registered");
    expect(status(world)).toEqual([DOWNLOADED, 0]);
    const registered = world.until("registered");
    expect(await ask(world, "POST", "/5/0/2")).toBe("2.04");
    await registered;
    expect(status(world)).toEqual([IDLE, 1]);
  });

  it("that was being pushed when the power went is Result 4 afterwards", async () => {
    const world = await World.registered();
    void world.management.push("/5/0/0", imageOf({ bytes: 200_000 }));
    await world.reaches("State 1", () => status(world)[0] === DOWNLOADING);
    await world.pass(0.1);
    await world.carrier.cutPower();
    world.replace().start();
    await world.until("registered");
    await turn();
    expect(status(world)).toEqual([IDLE, 4]);
  });

  it("is not applied while REBOOT is put off; the application's restart applies it", async () => {
    const options: WorldOptions = {
      edition: "0.30",
      carrier: { handler: (event, standard) => (event.meaning.type === "reboot" ? 1 : standard()) },
    };
    const world = await World.registered(options);
    await world.result(world.management.push("/5/0/0", imageOf()));
    await becomes(world, DOWNLOADED, 0);
    await ask(world, "POST", "/5/0/2");
    await world.pass(3600);
    expect([status(world), await version(world)]).toEqual([[UPDATING, 0], `2.05 ${OLD}`]);
    world.carrier.restart();
    await world.until("registered");
    expect([status(world), await version(world)]).toEqual([[IDLE, 1], `2.05 ${NEW}`]);
  });
});
