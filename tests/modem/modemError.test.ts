import { describe, expect, it } from "@jest/globals";
import { DFU_ERROR, DFU_RESULT, describeDfu, isModemError, MODEM_ERRORS, ModemError } from "../../modem/index.ts";
import type { ModemErrorCode } from "../../ports/modem.ts";

describe("a modem error", () => {
  // NCS modem_key_mgmt.c and the %CMNG reference.
  const numbers: readonly [ModemErrorCode, number][] = [
    ["notAllowed", 3],
    ["notSupported", 4],
    ["simNotInserted", 10],
    ["simFailure", 13],
    ["memoryFailure", 23],
    ["incorrectParameters", 50],
    ["notFound", 513],
    ["noAccess", 514],
    ["memoryFull", 515],
    ["notAllowedInActiveState", 518],
    ["alreadyExists", 519],
    ["invalidCertificate", 527],
    ["powerOffWarning", 528],
  ];
  for (const [code, cme] of numbers) {
    it(`with code ${code} carries +CME ERROR ${cme}, what it means and what to do`, () => {
      const error = new ModemError(code, { detail: "psk of security tag 25" });
      expect(error).toMatchObject({ name: "ModemError", code, cme });
      expect(error.message).toBe(
        `${MODEM_ERRORS[code].meaning} (+CME ERROR: ${cme}): psk of security tag 25; ${MODEM_ERRORS[code].cure}`,
      );
    });
  }

  it("has no number that nobody gave", () => {
    const error = new ModemError("closed");
    expect(Object.keys(error)).not.toEqual(expect.arrayContaining(["cme"]));
    expect([error.cme, error.dfu, error.rejectCause, error.cause]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("keeps its cause, its DFU number and its reject cause", () => {
    const cause = new Error("underneath");
    const error = new ModemError("dfu", { dfu: 5, cause });
    expect(error).toMatchObject({ dfu: 5, cause });
    expect(error.message).toContain("DFU error 5, invalid data");
    expect(new ModemError("pdnRefused", { rejectCause: 33 }).message).toContain("cause 33");
  });

  it("is told from other errors, whichever copy of the package made it", () => {
    const foreign = Object.assign(new Error("x"), { name: "ModemError", code: "fault" });
    expect([new ModemError("fault"), foreign].every(isModemError)).toBe(true);
    const others = [new Error("x"), Object.assign(new Error("x"), { code: "fault" }), { name: "ModemError" }, null];
    expect(others.some(isModemError)).toBe(false);
    expect(isModemError(Object.assign(new Error("x"), { name: "ModemError", code: "toString" }))).toBe(false);
  });
});

describe("a DFU number", () => {
  it("has its words, as an error of loading and as a result of updating", () => {
    expect(describeDfu(DFU_ERROR.areaNotBlank)).toBe("DFU error 11, area not blank");
    expect(describeDfu(71_303_172)).toBe("DFU result 0x04400004, not for this base version");
    expect(describeDfu(DFU_RESULT.ok)).toBe("DFU result 0x05500001, updated");
    expect(describeDfu(99)).toBe("DFU error 99");
  });
});
