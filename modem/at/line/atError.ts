/** What a modem refuses with, as a `ModemError`: +CME ERROR numbers of the nRF91 (3GPP TS 27.007 §9.2, %CMNG). */
import type { ModemErrorCode } from "../../../ports/modem.ts";
import { MODEM_ERRORS, ModemError, type ModemErrorDetails } from "../../modemError.ts";
import type { FinalResult } from "../commands/text.ts";

interface CmeText {
  readonly code: ModemErrorCode;
  readonly meaning: string;
  readonly cure: string;
}

/** Numbers that no code of `ModemError` has for itself. */
const MORE_CME: Readonly<Record<number, CmeText>> = {
  0: { code: "fault", meaning: "phone failure", cure: "reset the modem" },
  11: { code: "simFailure", meaning: "the SIM waits for its PIN", cure: "unlock the SIM" },
  14: { code: "simFailure", meaning: "SIM busy", cure: "try again in a moment" },
  51: { code: "notSupported", meaning: "command disabled", cure: "look whether the modem's firmware has it" },
  60: { code: "fault", meaning: "system error", cure: "reset the modem" },
  520: { code: "noAccess", meaning: "authentication failed", cure: "check the password or the signature" },
};

const CODES: ReadonlyMap<number, ModemErrorCode> = new Map(
  Object.entries(MODEM_ERRORS).flatMap(([code, text]) =>
    "cme" in text ? [[text.cme, code as ModemErrorCode] as const] : [],
  ),
);

/** The error for a command that ended with anything but OK. `shown` is the command with its secrets elided. */
export function errorOfResult(result: Exclude<FinalResult, { kind: "ok" }>, shown: string, said?: string): ModemError {
  const detail = said === undefined ? shown : `${shown} (${said})`;
  if (result.kind === "error") return new ModemError("refused", { detail });
  if (result.kind === "cms") {
    const meaning = result.number === 524 ? "the modem has no SMS client any more" : "the SMS service refused";
    const cure = result.number === 524 ? "register the SMS client again" : "check that the modem is registered";
    return new ModemError("refused", { detail, meaning: `${meaning} (+CMS ERROR: ${result.number})`, cure });
  }
  const code = CODES.get(result.number);
  if (code !== undefined) return new ModemError(code, { detail });
  const details: ModemErrorDetails = { detail, cme: result.number };
  const text = MORE_CME[result.number];
  return text === undefined ? new ModemError("refused", details) : new ModemError(text.code, { ...details, ...text });
}
