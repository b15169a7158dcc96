import { afterEach, describe, expect, it } from "@jest/globals";
import { seededRandom } from "../../carrier/random.ts";
import { encodeFirmwareImage } from "../../modem/simulated/firmwareImage.ts";
import { createSimulatedModem } from "../../modem/simulated/simulatedModem.ts";
import { downloadFirmware } from "../../services/firmware/download.ts";
import { toModemPem } from "../../services/pki/certificate.ts";
import { createMemoryStorage } from "../../services/store/memoryStorage.ts";
import { VirtualClock } from "../support/virtualClock.ts";
import { FirmwareHost, makeImage, serve } from "./support/firmwareHost.ts";
import { issueHost, makeAuthority } from "./support/testPki.ts";

const version = "mfw_sim_2.0.0";
const image = encodeFirmwareImage({ version, payload: makeImage(40_000) });
const hosts: FirmwareHost[] = [];
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
});

async function createModem() {
  const clock = new VirtualClock();
  const modem = createSimulatedModem({
    clock,
    random: seededRandom(1),
    storage: createMemoryStorage(),
    timing: "instant",
  });
  await modem.init();
  return { clock, modem };
}

describe("the simulated modem as the downloads' modem", () => {
  it("is trusted with a CA certificate, takes the image over HTTPS in two goes, checks and applies it", async () => {
    const ca = makeAuthority("Firmware root");
    const host = await FirmwareHost.start(serve(image, { breakAfter: 20_000 }), issueHost(ca));
    hosts.push(host);
    const { clock, modem } = await createModem();
    await modem.credentials.write(411, "ca", toModemPem(ca.pem));
    const download = (etag?: string) =>
      downloadFirmware({
        uri: `${host.origin}/fw.bin`,
        area: modem.firmware,
        credentials: modem.credentials,
        caTags: [411],
        clock,
        signal: new AbortController().signal,
        etag,
      });
    const first = await download();
    expect(first).toMatchObject({ kind: "interrupted", bytes: await modem.firmware.offset() });
    expect(await download('"v2"')).toMatchObject({ kind: "complete", bytes: image.length });
    await modem.firmware.finish();
    await modem.firmware.schedule();
    await modem.shutdown();
    expect(await modem.init()).toEqual({ kind: "updated", firmwareVersion: version });
    await modem.close();
  });

  it("refuses what is no image at its first octets, and the rest is not fetched", async () => {
    const host = await FirmwareHost.start(serve(makeImage(1_000_000)));
    hosts.push(host);
    const { clock, modem } = await createModem();
    let written = 0;
    const outcome = await downloadFirmware({
      uri: `${host.origin}/fw.bin`,
      area: modem.firmware,
      credentials: modem.credentials,
      caTags: [],
      clock,
      signal: new AbortController().signal,
      onProgress: (bytes) => {
        written = bytes;
      },
    });
    expect(outcome).toMatchObject({ kind: "modem", code: "dfu", dfu: 3 });
    expect(written).toBe(0);
    await modem.close();
  });
});
