/** Eclipse Leshan leads a device through a firmware update, and sees State and Update Result as they become. */
import { createSocket } from "node:dgram";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { SystemClock } from "../../carrier/clock/systemClock.ts";
import type { DeferUpdate, UpdateQuestion } from "../../carrier/deviceFirmware.ts";
import type { CarrierOptions } from "../../carrier/options.ts";
import { seededRandom } from "../../carrier/random.ts";
import { encodeFirmwareImage } from "../../modem/index.ts";
import { CONTENT_FORMAT } from "../../services/lwm2m/contentFormat.ts";
import { FIRMWARE_STATE, UPDATE_RESULT } from "../../services/lwm2m/device/firmwareObject.ts";
import { startCoapFirmwareHost, startFirmwareHost } from "../../testbed/index.ts";
import { keep } from "./support/keep.ts";
import { type Registered, registered } from "./support/leshanRegistered.ts";
import { LeshanServer } from "./support/leshanServer.ts";

const { text, tlv, opaque, senmlJson, senmlCbor } = CONTENT_FORMAT;
const [URI, UPDATE, STATE, RESULT] = ["/5/0/1", "/5/0/2", "/5/0/3", "/5/0/5"];
/** Of object version 1.1. */
const [CANCEL, SEVERITY, LAST_STATE_CHANGE, MAXIMUM_DEFER] = ["/5/0/10", "/5/0/11", "/5/0/12", "/5/0/13"];
const NEW = "mfw_sim_1.1.0";
const IMAGE = encodeFirmwareImage({
  version: NEW,
  baseVersion: "mfw_sim_1.0.0",
  sizeBytes: 20_000,
  random: seededRandom(1),
});
const images = { "/image.bin": IMAGE };

let leshan: LeshanServer;
beforeAll(async () => {
  leshan = await LeshanServer.start();
});

/** Leshan hears of State and Update Result from now on. */
async function observed(firmware: CarrierOptions["firmware"] = {}): Promise<Registered> {
  const it = await registered(leshan, { carrier: { firmware } });
  const { idle, initial } = { ...FIRMWARE_STATE, ...UPDATE_RESULT };
  expect(await it.theirs.observe(STATE, text)).toMatchObject({ values: { [STATE]: idle } });
  expect(await it.theirs.observe(RESULT, text)).toMatchObject({ values: { [RESULT]: initial } });
  return it;
}

const told = (path: string, value: number) => leshan.event("notification", ({ values }) => values[path] === value);

/** From State Downloaded to the new version. */
async function expectUpdate(it: Registered): Promise<void> {
  await told(STATE, FIRMWARE_STATE.downloaded);
  expect(await it.theirs.execute(UPDATE)).toMatchObject({ code: "2.04" });
  await expectInstallation(it);
}

/** The device is not reachable meanwhile, and registers anew. */
async function expectInstallation({ theirs, registration }: Registered): Promise<void> {
  await told(STATE, FIRMWARE_STATE.updating);
  const again = await leshan.event("registered");
  expect(again.registration.id).not.toBe(registration.id);
  expect(await theirs.read("/5/0", tlv)).toMatchObject({
    values: { [STATE]: FIRMWARE_STATE.idle, [RESULT]: UPDATE_RESULT.success },
  });
  expect(await theirs.read("/3/0/3", text)).toMatchObject({ values: { "/3/0/3": NEW } });
}

describe("a firmware update", () => {
  const clock = new SystemClock();

  it("is fetched from a CoAP URI that Leshan wrote", async () => {
    const host = keep(await startCoapFirmwareHost({ clock, images }));
    const it = await observed();
    expect(await it.theirs.write(URI, { [URI]: host.url("/image.bin") }, text)).toMatchObject({ code: "2.04" });
    await expectUpdate(it);
  });

  it.each(["http", "https"] as const)("is fetched from a URI of %s that Leshan wrote", async (origin) => {
    const host = keep(await startFirmwareHost({ clock, images }));
    const it = await observed({ trustedCa: [host.caPem] });
    const uri = host.url("/image.bin", origin);
    expect(await it.theirs.write(URI, { [URI]: uri }, text)).toMatchObject({ code: "2.04" });
    await expectUpdate(it);
  });

  it("is pushed by Leshan, block by block", async () => {
    const it = await observed();
    expect(await it.theirs.write("/5/0/0", { "/5/0/0": IMAGE }, opaque)).toMatchObject({ code: "2.04" });
    await expectUpdate(it);
  });

  it("that cannot be fetched is told by its Update Result, and State is Idle again", async () => {
    const host = keep(await startFirmwareHost({ clock, images }));
    const { theirs } = await observed();
    await theirs.write(URI, { [URI]: host.url("/other.bin", "http") }, text);
    await told(RESULT, UPDATE_RESULT.invalidUri);
    expect(await theirs.read(STATE, text)).toMatchObject({ values: { [STATE]: FIRMWARE_STATE.idle } });
  });

  it("of a protocol that the device does not have is told so", async () => {
    const { theirs } = await observed();
    await theirs.write(URI, { [URI]: "ftp://127.0.0.1/image.bin" }, text);
    await told(RESULT, UPDATE_RESULT.unsupportedProtocol);
  });

  it("is not begun without a package", async () => {
    const { theirs } = await observed();
    expect(await theirs.execute(UPDATE)).toMatchObject({ code: "4.05" });
  });
});

describe("a firmware update with object version 1.1", () => {
  const clock = new SystemClock();
  const SEVERITIES = { critical: 0, mandatory: 1, optional: 2 };

  const newer = (defer?: DeferUpdate) => observed({ objectVersion: "1.1", ...(defer && { defer }) });

  /** With an image of Leshan's. */
  async function downloaded(defer?: DeferUpdate): Promise<Registered> {
    const it = await newer(defer);
    expect(await it.theirs.write("/5/0/0", { "/5/0/0": IMAGE }, opaque)).toMatchObject({ code: "2.04" });
    await told(STATE, FIRMWARE_STATE.downloaded);
    return it;
  }

  it("has a Severity and a Maximum Defer Period that Leshan sets", async () => {
    const { theirs, registration } = await newer();
    expect(registration.objects).toMatchObject({ 5: "1.1" });
    expect(await theirs.read(SEVERITY, tlv)).toMatchObject({
      values: { [SEVERITY]: SEVERITIES.mandatory },
      types: { [SEVERITY]: "integer" },
    });
    expect(await theirs.read(MAXIMUM_DEFER, tlv)).toMatchObject({ code: "4.04" });
    const settings = { [SEVERITY]: SEVERITIES.optional, [MAXIMUM_DEFER]: 3600 };
    expect(await theirs.write("/5/0", settings, tlv, "UPDATE")).toMatchObject({ code: "2.04" });
    expect(await theirs.readComposite(Object.keys(settings), senmlJson, senmlCbor)).toMatchObject({
      values: settings,
      types: { [SEVERITY]: "integer", [MAXIMUM_DEFER]: "unsigned" },
    });
    expect(await theirs.write(SEVERITY, { [SEVERITY]: 3 }, text)).toMatchObject({ code: "4.00" });
  });

  it("has the time of the last change of State", async () => {
    const before = Math.floor(clock.wall() / 1000);
    const { theirs } = await downloaded();
    const { values, types } = await theirs.read(LAST_STATE_CHANGE, tlv);
    expect(types).toEqual({ [LAST_STATE_CHANGE]: "time" });
    expect(values[LAST_STATE_CHANGE]).toBeGreaterThanOrEqual(before);
    expect(values[LAST_STATE_CHANGE]).toBeLessThanOrEqual(clock.wall() / 1000);
  });

  it("is installed when the time is over that the application put it off for, at most what Leshan allows", async () => {
    const asked: UpdateQuestion[] = [];
    const it = await downloaded((question) => {
      asked.push(question);
      return 3600;
    });
    const settings = { [SEVERITY]: SEVERITIES.critical, [MAXIMUM_DEFER]: 1 };
    await it.theirs.write("/5/0", settings, tlv, "UPDATE");
    expect(await it.theirs.execute(UPDATE)).toMatchObject({ code: "2.04" });
    await told(RESULT, UPDATE_RESULT.deferred);
    expect(asked).toEqual([{ severity: "critical", maximumDeferSeconds: 1 }]);
    await expectInstallation(it);
    expect(await it.theirs.readComposite(Object.keys(settings), senmlCbor, senmlCbor)).toMatchObject({
      values: settings,
    });
  });

  it("that was put off stays Downloaded, and Leshan's next Update installs it", async () => {
    const answers = [3600, 0];
    const it = await downloaded(() => answers.shift() ?? 0);
    await it.theirs.execute(UPDATE);
    await told(RESULT, UPDATE_RESULT.deferred);
    expect(await it.theirs.read(STATE, text)).toMatchObject({ values: { [STATE]: FIRMWARE_STATE.downloaded } });
    expect(await it.theirs.execute(UPDATE)).toMatchObject({ code: "2.04" });
    await expectInstallation(it);
  });

  it.each([
    { what: "was put off", defer: () => 3600 },
    { what: "is downloaded", defer: undefined },
  ])("that $what ends when Leshan cancels it, and another may begin", async ({ defer }) => {
    const { theirs } = await downloaded(defer);
    if (defer !== undefined) {
      await theirs.execute(UPDATE);
      await told(RESULT, UPDATE_RESULT.deferred);
    }
    expect(await theirs.execute(CANCEL)).toMatchObject({ code: "2.04" });
    await told(RESULT, UPDATE_RESULT.cancelled);
    expect(await theirs.read(STATE, text)).toMatchObject({ values: { [STATE]: FIRMWARE_STATE.idle } });
    expect(await theirs.execute(CANCEL)).toMatchObject({ code: "4.05" });
    expect(await theirs.write("/5/0/0", { "/5/0/0": IMAGE }, opaque)).toMatchObject({ code: "2.04" });
    await told(STATE, FIRMWARE_STATE.downloaded);
  });

  it("that is being downloaded ends when Leshan cancels it", async () => {
    const silent = keep(createSocket("udp4"));
    await new Promise<void>((resolve) => silent.bind(0, "127.0.0.1", resolve));
    const { theirs } = await newer();
    const uri = `coap://127.0.0.1:${silent.address().port}/image.bin`;
    expect(await theirs.write(URI, { [URI]: uri }, text)).toMatchObject({ code: "2.04" });
    await told(STATE, FIRMWARE_STATE.downloading);
    expect(await theirs.execute(CANCEL)).toMatchObject({ code: "2.04" });
    await told(RESULT, UPDATE_RESULT.cancelled);
    expect(await theirs.read("/5/0", tlv)).toMatchObject({ values: { [STATE]: FIRMWARE_STATE.idle, [URI]: "" } });
  });
});
