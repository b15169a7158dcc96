/** `lwm2m_carrier_data_send()`: values go to the servers by LwM2M Send. */
import { describe, expect, it } from "@jest/globals";
import { EDITIONS, type EditionId } from "../../machines/editions/index.ts";
import { ERRNO } from "../../machines/semanticEvent.ts";
import { CODE } from "../../services/coap/codes.ts";
import { findCompositeFormat } from "../../services/lwm2m/composite.ts";
import { CONTENT_FORMAT } from "../../services/lwm2m/contentFormat.ts";
import type { SingleValue } from "../../services/lwm2m/model.ts";
import { defineObject } from "../../services/lwm2m/objects/define.ts";
import { findObject } from "../../services/lwm2m/objects/index.ts";
import { formatPath } from "../../services/lwm2m/path.ts";
import type { Asked } from "./support/server.ts";
import { SECOND_ADDRESS, SERVER_ID, World } from "./support/world.ts";

const { EINVAL, ENOENT, EPERM, EINPROGRESS, ECANCELED, EIO } = ERRNO;
const listening = { account: { muteSend: false } };
const DATA = "/19/0/0/0";
const SENSOR = defineObject({
  id: 26250,
  name: "Sensor",
  version: "1.0",
  lwm2mVersion: "1.1",
  instances: "single",
  presence: "optional",
  resources: [[0, "Value", "R", "single", "mandatory", "float"]],
});

/** What a Send says, path by path. */
function told(asked: Asked | undefined): [path: string, value: SingleValue, time: number | undefined][] {
  const format = findCompositeFormat(asked?.contentFormat ?? -1);
  const records = format?.decode(asked?.payload ?? new Uint8Array(), findObject) ?? [];
  return records.map(({ path, value, time }) => [formatPath(path), value, time]);
}

async function withData(options: Parameters<typeof World.registered>[0] = listening): Promise<World> {
  const world = await World.registered(options);
  world.carrier.values.setAppData(0, 0, Uint8Array.of(0, 0xff, 0xfe));
  await world.settle();
  return world;
}

describe("data send", () => {
  it("tells a resource and its time in SenML CBOR to the server that has not muted it", async () => {
    const world = await withData();
    const time = world.clock.wall() / 1000;
    expect(await world.result(world.carrier.send([DATA]))).toBe(0);
    const sent = world.management.of("POST /dp");
    expect(sent.map(({ contentFormat }) => contentFormat)).toEqual([CONTENT_FORMAT.senmlCbor]);
    expect(told(sent[0])).toEqual([[DATA, Uint8Array.of(0, 0xff, 0xfe), time]]);
  });

  it("tells it in SenML JSON to a server that does not take CBOR", async () => {
    const world = await withData();
    world.management.script = ({ what, contentFormat }) =>
      what === "POST /dp" && contentFormat === CONTENT_FORMAT.senmlCbor ? CODE.UNSUPPORTED_CONTENT_FORMAT : undefined;
    const time = world.clock.wall() / 1000;
    expect(await world.result(world.carrier.send([DATA]))).toBe(0);
    const [, sent] = world.management.of("POST /dp");
    expect(sent?.text).toBe(`[{"bn":"/19/0/0/0","bt":${time},"vd":"AP_-"}]`);
  });

  it("tells what is readable at several paths in one message, overlapping ones once", async () => {
    const world = await withData();
    world.carrier.values.setPowerSources(["internalBattery"]);
    world.carrier.values.setBatteryLevel(55);
    expect(await world.result(world.carrier.send(["/3/0/9", DATA, "/19/0", "/3/0/9", "/19"]))).toBe(0);
    const [sent] = world.management.of("POST /dp");
    expect(told(sent).map(([path, value]) => [path, value])).toEqual([
      ["/3/0/9", 55],
      [DATA, Uint8Array.of(0, 0xff, 0xfe)],
    ]);
  });

  it("sends block by block what does not fit one datagram", async () => {
    const world = await withData();
    const data = new Uint8Array(5000).fill(7);
    world.carrier.values.setAppData(0, 0, data);
    expect(await world.result(world.carrier.send([DATA]))).toBe(0);
    const [sent] = world.management.of("POST /dp");
    expect(told(sent)).toMatchObject([[DATA, data, expect.any(Number)]]);
  });

  const refusals: [what: string, paths: readonly string[], errno: number][] = [
    ["no path at all", [], EINVAL],
    ["what is not a path", ["19/0/0"], EINVAL],
    ["the root", ["/"], EINVAL],
    ["an id that is reserved", ["/19/0/65535"], EINVAL],
    ["more paths than it takes", Array(101).fill(DATA), EINVAL],
    ["an object that is not there", ["/9999/0/0"], ENOENT],
    ["an object without instances", ["/16"], ENOENT],
    ["an instance that is not there", ["/19/7/0"], ENOENT],
    ["a resource without a value", ["/3/0/9"], ENOENT],
    ["a resource that its object has not", ["/3/0/99"], ENOENT],
    ["a resource instance that is not there", ["/19/0/0/5"], ENOENT],
    ["a resource that is only written", ["/5/0/0"], EPERM],
    ["a resource that is executed", ["/3/0/4"], EPERM],
    ["a key", ["/0/0/5"], EPERM],
    ["an instance of Security", ["/0/0"], EPERM],
    ["the whole of Security", ["/0"], EPERM],
    ["one path of several that cannot be read", [DATA, "/3/0/4"], EPERM],
  ];
  for (const [what, paths, errno] of refusals) {
    it(`refuses ${what} with ${Object.entries(ERRNO).find(([, number]) => number === errno)?.[0]}`, async () => {
      const world = await withData();
      expect(await world.carrier.send(paths)).toBe(-errno);
      expect(world.management.of("POST /dp")).toEqual([]);
    });
  }

  it("answers ENOENT before it has started, before it is registered and after it has stopped", async () => {
    const world = await World.make(listening);
    expect(await world.carrier.send(["/3/0/0"])).toBe(-ENOENT);
    world.carrier.start();
    await world.until("bootstrapped");
    expect(await world.carrier.send(["/3/0/0"])).toBe(-ENOENT);
    await world.until("registered");
    expect(await world.result(world.carrier.send(["/3/0/0"]))).toBe(0);
    await world.stop();
    expect(await world.carrier.send(["/3/0/0"])).toBe(-ENOENT);
  });

  it("answers ENOENT while the link is down", async () => {
    const world = await withData();
    world.carrier.request("linkDown");
    await world.untilTag("linkDown");
    expect(await world.carrier.send([DATA])).toBe(-ENOENT);
  });

  it("answers EINPROGRESS while one is under way, and takes the next one afterwards", async () => {
    const world = await withData();
    const first = world.carrier.send([DATA]);
    expect(await world.carrier.send([DATA])).toBe(-EINPROGRESS);
    expect(await world.result(first)).toBe(0);
    expect(await world.result(world.carrier.send([DATA]))).toBe(0);
  });

  for (const muteSend of [undefined, true]) {
    it(`answers ECANCELED when Mute Send is ${muteSend ?? "absent"}`, async () => {
      const world = await withData({ account: muteSend === undefined ? {} : { muteSend } });
      expect(await world.carrier.send([DATA])).toBe(-ECANCELED);
      expect(world.management.of("POST /dp")).toEqual([]);
    });
  }

  it("follows a server that mutes and unmutes it", async () => {
    const world = await withData();
    expect(await world.result(world.management.ask("PUT", "/1/0/23", "1"))).toBe("2.04");
    expect(await world.carrier.send([DATA])).toBe(-ECANCELED);
    expect(await world.result(world.management.ask("PUT", "/1/0/23", "0"))).toBe("2.04");
    expect(await world.result(world.carrier.send([DATA]))).toBe(0);
  });

  it("goes to each server that listens, and to no other", async () => {
    const world = await World.make();
    const second = await world.server(SECOND_ADDRESS);
    world.bootstrap.accounts = [
      { uri: world.management.uri, shortServerId: SERVER_ID, muteSend: true },
      { uri: second.uri, shortServerId: 124, muteSend: false },
    ];
    world.carrier.start();
    await world.reaches(
      "both registrations",
      () => second.registrations.size + world.management.registrations.size === 2,
    );
    await world.settle();
    expect(await world.result(world.carrier.send(["/3/0/0"]))).toBe(0);
    expect([world.management.of("POST /dp").length, second.of("POST /dp").length]).toEqual([0, 1]);
  });

  it("tells no server what object 2 does not let it read", async () => {
    const world = await World.make();
    const second = await world.server(SECOND_ADDRESS);
    world.bootstrap.accounts = [
      { uri: world.management.uri, shortServerId: SERVER_ID, muteSend: false },
      { uri: second.uri, shortServerId: 124, muteSend: false },
    ];
    world.carrier.start();
    await world.reaches(
      "both registrations",
      () => second.registrations.size + world.management.registrations.size === 2,
    );
    world.carrier.values.setAppData(0, 0, Uint8Array.of(1));
    const rights = new Map([
      [SERVER_ID, 1],
      [124, 0],
    ]);
    world.carrier.objects.create(
      2,
      undefined,
      new Map<number, number | Map<number, number>>([
        [0, 19],
        [1, 0],
        [2, rights],
        [3, SERVER_ID],
      ]),
    );
    await world.settle();
    expect(await world.result(world.carrier.send([DATA, "/3/0/0"]))).toBe(0);
    const paths = [world.management, second].map((server) => told(server.of("POST /dp")[0]).map(([path]) => path));
    expect(paths).toEqual([[DATA, "/3/0/0"], ["/3/0/0"]]);
    expect(await world.result(world.carrier.send([DATA]))).toBe(0);
    expect(second.of("POST /dp")).toHaveLength(1);
  });

  it("answers EIO when the server refuses it or says nothing", async () => {
    const world = await withData();
    world.management.script = ({ what }) => (what === "POST /dp" ? CODE.BAD_REQUEST : undefined);
    expect(await world.result(world.carrier.send([DATA]))).toBe(-EIO);
    world.management.silent = true;
    expect(await world.result(world.carrier.send([DATA]))).toBe(-EIO);
  });

  it("answers EIO when an object of the application's own throws, and takes the next one", async () => {
    const read = () => {
      throw new Error("the sensor is gone");
    };
    const objects = [{ definition: SENSOR, behaviour: { resources: { 0: { read } } }, instances: { 0: {} } }];
    const world = await withData({ ...listening, carrier: { objects } });
    expect(await world.carrier.send(["/26250/0/0"])).toBe(-EIO);
    const answer = world.records.find(({ kind, of }) => kind === "return" && of === "lwm2m_carrier_data_send()");
    expect(answer).toMatchObject({ ok: false, value: -EIO });
    expect(await world.result(world.carrier.send([DATA]))).toBe(0);
  });

  for (const edition of Object.keys(EDITIONS) as EditionId[]) {
    if (edition === "3.6") continue;
    it(`is not there in edition ${edition}: EINVAL`, async () => {
      const world = await withData({ ...listening, edition });
      expect(await world.carrier.send([DATA])).toBe(-EINVAL);
    });
  }

  it("is there in an edition of one's own that says so", async () => {
    const { "3.3": base } = EDITIONS;
    const world = await withData({
      ...listening,
      edition: { ...base, id: "own", policy: { ...base.policy, sendsData: true } },
    });
    expect(await world.result(world.carrier.send([DATA]))).toBe(0);
  });

  it("is a call and its return in the records, without the data", async () => {
    const world = await withData();
    await world.result(world.carrier.send([DATA]));
    const name = "lwm2m_carrier_data_send()";
    const call = world.records.find((record) => record.kind === "call" && record.name === name);
    const answer = world.records.find((record) => record.kind === "return" && record.of === name);
    expect(call).toMatchObject({ from: "application", to: "library", paths: [DATA] });
    expect(answer).toMatchObject({ ok: true, value: 0, cause: call?.seq });
  });
});

describe("SenML JSON on the device", () => {
  it("is what a server reads when it asks for it, the same as in TLV", async () => {
    const world = await withData();
    for (const path of ["/1", "/3/0", "/19/0", "/19/0/0", "/19/0/0/0", "/3/0/0"]) {
      const [inSenml, inTlv] = [CONTENT_FORMAT.senmlJson, CONTENT_FORMAT.tlv].map((format) =>
        world.result(world.management.read(path, format)),
      );
      expect(await inSenml).toEqual(await inTlv);
    }
  });

  it("is listed among the content formats at registration", async () => {
    const world = await World.registered();
    expect(world.management.of("POST /rd")[0]?.text).toMatch(/^<\/>;rt="oma.lwm2m";ct="0 42 60 110 112 11542 11543",/);
  });
});
