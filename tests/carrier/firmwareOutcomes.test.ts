import { describe, expect, it } from "@jest/globals";
import { downloadOutcome, pushOutcome } from "../../carrier/firmwareOutcomes.ts";
import { downloadByModem } from "../../carrier/modemDownload.ts";
import { ModemError } from "../../modem/index.ts";
import type { ModemErrorCode } from "../../ports/modem.ts";

const refused = (code: ModemErrorCode, dfu?: number) =>
  ({ kind: "modem", code, detail: "", ...(dfu !== undefined && { dfu }) }) as const;
const again = { kind: "interrupted", progressed: false };

describe("a modem that refuses a part of an image", () => {
  it.each(["timeout", "lineError", "fault", "notInitialised"] as const)(
    "with %s was away: the download goes on later, a push is lost",
    async (code) => {
      expect(downloadOutcome(refused(code), 4_096)).toEqual(again);
      expect(pushOutcome(refused(code))).toEqual({ kind: "failed", failure: "connectionLost" });
      const uri = "http://example.com/image";
      const fails = () => Promise.reject(new ModemError(code));
      expect(await downloadByModem(fails, uri, undefined, new AbortController().signal)).toEqual(again);
    },
  );

  it("because octets were lost on the line takes the image anew", () => {
    expect(downloadOutcome(refused("dfu", 20), 4_096)).toEqual(again);
  });

  it.each([
    [refused("dfu"), { kind: "failed", failure: "integrity" }],
    [refused("dfu", 3), { kind: "failed", failure: "unsupportedPackage", modemError: 3 }],
    [refused("dfu", 9), { kind: "failed", failure: "wrongVersion", modemError: 9 }],
    [refused("memoryFailure"), { kind: "failed", failure: "noRoom" }],
  ])("with %j says what is wrong with it", (refusal, outcome) => {
    expect(downloadOutcome(refusal, 0)).toEqual(outcome);
  });
});
