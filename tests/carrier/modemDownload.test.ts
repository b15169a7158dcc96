/** Firmware that the modem fetches itself, in the words of the FOTA chart. */
import { describe, expect, it } from "@jest/globals";
import { downloadByModem, modemDownload } from "../../carrier/modemDownload.ts";
import { ModemError } from "../../modem/index.ts";
import type { FirmwareArea, ModemDownloadOptions, ModemDownloadOutcome } from "../../ports/modem.ts";

const HOST = "https://host.example/image.bin";
const { signal } = new AbortController();

/** Per cent that the modem tells, and how it ends. */
function modem(percents: readonly number[], outcome: ModemDownloadOutcome) {
  const asked: ModemDownloadOptions[] = [];
  const download = async (options: ModemDownloadOptions) => {
    asked.push(options);
    for (const percent of percents) options.onProgress?.(percent);
    return outcome;
  };
  return { asked, download };
}

describe("an image that the modem fetches", () => {
  it.each([
    ["complete", [50, 100], { kind: "complete" }, { kind: "complete" }],
    ["cut after a part", [10, 30], { kind: "interrupted", detail: "" }, { kind: "interrupted", progressed: true }],
    ["cut where it went on", [30], { kind: "interrupted", detail: "" }, { kind: "interrupted", progressed: false }],
    ["called off", [30], { kind: "aborted" }, { kind: "interrupted", progressed: false }],
    ["not to be had", [], { kind: "refused", detail: "" }, { kind: "failed", failure: "unreachable" }],
    ["none for this modem", [100], { kind: "rejected", detail: "" }, { kind: "failed", failure: "integrity" }],
  ] as const)("is %s", async (_what, percents, outcome, expected) => {
    expect(await downloadByModem(modem(percents, outcome).download, HOST, 411, signal)).toEqual(expected);
  });

  it("comes from a host that has a certificate of the first CA", async () => {
    const { asked, download } = modem([], { kind: "complete" });
    await downloadByModem(download, HOST, 411, signal);
    await downloadByModem(download, "http://host.example/image.bin", 411, signal);
    expect(asked).toMatchObject([{ uri: HOST, securityTag: 411 }, { uri: "http://host.example/image.bin" }]);
    expect(asked[1]).not.toHaveProperty("securityTag");
  });

  it("is not asked for over HTTPS where no CA is trusted", async () => {
    const { asked, download } = modem([], { kind: "complete" });
    const outcome = await downloadByModem(download, HOST, undefined, signal);
    expect([outcome, asked]).toEqual([{ kind: "failed", failure: "noValidTag" }, []]);
  });

  it("waits for a modem that is away, and fails with the number of one that refuses", async () => {
    const refuses = (error: Error) => () => Promise.reject(error);
    const gone = await downloadByModem(refuses(new ModemError("lineError")), HOST, 411, signal);
    const tooLarge = await downloadByModem(refuses(new ModemError("dfu", { dfu: 2 })), HOST, 411, signal);
    expect(gone).toEqual({ kind: "interrupted", progressed: false });
    expect(tooLarge).toEqual({ kind: "failed", failure: "tooLarge", modemError: 2 });
  });
});

describe("whether the modem fetches an image", () => {
  const area = { download: async () => ({ kind: "complete" }) } as unknown as FirmwareArea;

  it.each([
    ["coap://host.example/image", area, false],
    ["coaps://host.example/image", area, false],
    ["http://host.example/image", area, true],
    ["HTTPS://host.example/image", area, true],
    ["https://host.example/image", {} as FirmwareArea, false],
  ] as const)("for %s", (uri, firmware, does) => {
    expect(modemDownload(firmware, uri) !== undefined).toBe(does);
  });
});
