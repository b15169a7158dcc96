import { describe, expect, it } from "@jest/globals";
import { DOWNLOAD_SILENCE_MS } from "../../modem/at/firmwareDownload.ts";
import { ERROR, OK, scripted } from "./support/scripted.ts";

const URI = "http://example.com/fota/image.bin";
const START = `AT#XFOTA=2,"${URI}"`;
const byModem = { downloads: "modem" } as const;

describe("an image that the modem downloads", () => {
  it("is told of by per cent, and needs neither an end nor a mark of the host's", async () => {
    const { area } = scripted(
      [
        [
          START,
          `${OK}\r\n#XFOTA: 2,0\r\n\r\n#XFOTA: 3,0\r\n\r\n#XFOTA: 1,0,0\r\n\r\n#XFOTA: 1,0,57\r\n\r\n#XFOTA: 1,0,100\r\n\r\n#XFOTA: 4,0\r\n`,
        ],
      ],
      byModem,
    );
    const progress: number[] = [];
    expect(await area.download?.({ uri: URI, onProgress: (percent) => progress.push(percent) })).toEqual({
      kind: "complete",
    });
    expect(progress).toEqual([0, 57, 100]);
    await area.finish();
    await area.schedule();
  });

  it("comes over HTTPS by the certificate of a tag", async () => {
    const uri = "https://example.com/image.bin";
    const { area } = scripted([[`AT#XFOTA=2,"${uri}",411`, `${OK}\r\n#XFOTA: 4,0\r\n`]], byModem);
    expect(await area.download?.({ uri, securityTag: 411 })).toEqual({ kind: "complete" });
  });

  it.each([
    ["0,1,1", "interrupted", "the modem's download failed"],
    ["1,1,1", "interrupted", "the modem's download failed"],
    ["1,1,2", "rejected", "the modem rejected the image"],
    ["1,1,3", "rejected", "the image is not of the modem's type"],
    ["1,1,9", "interrupted", "the modem's download failed (cause 9)"],
    ["1,2", "interrupted", "the modem cancelled its download"],
  ])("ends with #XFOTA: %s as %s", async (fields, kind, detail) => {
    const { area } = scripted([[START, `${OK}\r\n#XFOTA: 1,0,10\r\n\r\n#XFOTA: ${fields}\r\n`]], byModem);
    expect(await area.download?.({ uri: URI })).toEqual({ kind, detail });
  });

  it("does not begin: refused, with the errno that the modem told", async () => {
    const { area } = scripted([[START, `\r\n#XFOTA: 1,1,-22\r\n${ERROR}`]], byModem);
    expect(await area.download?.({ uri: URI })).toEqual({
      kind: "refused",
      detail: "the modem did not begin the download: errno 22",
    });
  });

  it("is refused by a modem whose last one still waits for its restart", async () => {
    const { area } = scripted([[START, ERROR]], byModem);
    expect(await area.download?.({ uri: URI })).toMatchObject({ kind: "refused" });
  });

  it("is refused when its URI cannot stand in a command", async () => {
    const { area } = scripted([], byModem);
    expect(await area.download?.({ uri: `http://example.com/${"a".repeat(600)}` })).toMatchObject({ kind: "refused" });
  });

  it("stops when it is no longer wanted", async () => {
    const { area } = scripted(
      [
        [START, `${OK}\r\n#XFOTA: 1,0,10\r\n`],
        ["AT#XFOTA=0", `${OK}\r\n#XFOTA: 1,2\r\n`],
      ],
      byModem,
    );
    const wanted = new AbortController();
    const outcome = area.download?.({ uri: URI, signal: wanted.signal, onProgress: () => wanted.abort() });
    expect(await outcome).toEqual({ kind: "aborted" });
  });

  it("is complete when it had ended before it was stopped", async () => {
    const { area } = scripted(
      [
        [START, `${OK}\r\n#XFOTA: 1,0,100\r\n`],
        ["AT#XFOTA=0", `${ERROR}\r\n#XFOTA: 4,0\r\n`],
      ],
      byModem,
    );
    const wanted = new AbortController();
    const outcome = area.download?.({ uri: URI, signal: wanted.signal, onProgress: () => wanted.abort() });
    expect(await outcome).toEqual({ kind: "complete" });
  });

  it("is aborted when there was none to stop", async () => {
    const { area, clock } = scripted(
      [
        [START, `${OK}\r\n#XFOTA: 1,0,100\r\n`],
        ["AT#XFOTA=0", ERROR],
      ],
      byModem,
    );
    const wanted = new AbortController();
    const outcome = area.download?.({ uri: URI, signal: wanted.signal, onProgress: () => wanted.abort() });
    await clock.advanceAsync(2_000);
    expect(await outcome).toEqual({ kind: "aborted" });
  });

  it("is not begun when it is not wanted any more", async () => {
    const { area } = scripted([], byModem);
    expect(await area.download?.({ uri: URI, signal: AbortSignal.abort() })).toEqual({ kind: "aborted" });
  });

  it("is given up after five minutes of silence", async () => {
    const { area, clock, modem } = scripted([[START, `${OK}\r\n#XFOTA: 1,0,10\r\n`]], byModem);
    let outcome: unknown;
    void area.download?.({ uri: URI }).then((ended) => {
      outcome = ended;
    });
    await clock.advanceAsync(DOWNLOAD_SILENCE_MS - 1);
    expect(outcome).toBeUndefined();
    modem.add(["AT#XFOTA=0", OK]);
    await clock.advanceAsync(1);
    expect(outcome).toEqual({ kind: "interrupted", detail: "it was silent for 300 s" });
  });

  it("fails with the modem", async () => {
    const { area } = scripted([[START, `${OK}\r\n#XMODEM: FAULT,0x3,0x1234\r\n`]], byModem);
    await expect(area.download?.({ uri: URI })).rejects.toMatchObject({ code: "fault" });
  });

  it("is not offered where the host pushes", () => {
    expect(scripted([]).area.download).toBeUndefined();
  });
});
