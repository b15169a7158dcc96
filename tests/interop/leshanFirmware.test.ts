/** Eclipse Leshan leads a device through a firmware update, and sees State and Update Result as they become. */
import { beforeAll, describe, expect, it } from "@jest/globals";
import { SystemClock } from "../../carrier/clock/systemClock.ts";
import { seededRandom } from "../../carrier/random.ts";
import { encodeFirmwareImage } from "../../modem/index.ts";
import { CONTENT_FORMAT } from "../../services/lwm2m/contentFormat.ts";
import { FIRMWARE_STATE, UPDATE_RESULT } from "../../services/lwm2m/device/firmwareObject.ts";
import { startCoapFirmwareHost, startFirmwareHost } from "../../testbed/index.ts";
import { keep } from "./support/keep.ts";
import { type Registered, registered } from "./support/leshanRegistered.ts";
import { LeshanServer } from "./support/leshanServer.ts";

const { text, tlv, opaque } = CONTENT_FORMAT;
const [URI, UPDATE, STATE, RESULT] = ["/5/0/1", "/5/0/2", "/5/0/3", "/5/0/5"];
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
async function observed(trustedCa: readonly string[] = []): Promise<Registered> {
  const it = await registered(leshan, { carrier: { firmware: { trustedCa } } });
  const { idle, initial } = { ...FIRMWARE_STATE, ...UPDATE_RESULT };
  expect(await it.theirs.observe(STATE, text)).toMatchObject({ values: { [STATE]: idle } });
  expect(await it.theirs.observe(RESULT, text)).toMatchObject({ values: { [RESULT]: initial } });
  return it;
}

const told = (path: string, value: number) => leshan.event("notification", ({ values }) => values[path] === value);

/** From State Downloaded to the new version. */
async function expectUpdate({ ours, theirs }: Registered): Promise<void> {
  await told(STATE, FIRMWARE_STATE.downloaded);
  const again = ours.event("registered");
  expect(await theirs.execute(UPDATE)).toMatchObject({ code: "2.04" });
  await told(STATE, FIRMWARE_STATE.updating);
  await again;
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
    const it = await observed([host.caPem]);
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
