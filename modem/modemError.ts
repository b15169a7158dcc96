/**
 * What a modem refuses with, in words: +CME ERROR numbers of the nRF91 (3GPP TS 27.007 §9.2 and %CMNG), and what the
 * driver itself has to say.
 */
import type { ModemErrorCode, ModemErrorShape } from "../ports/modem.ts";
import { describeDfu } from "./dfuError.ts";

export interface ModemErrorText {
  /** +CME ERROR number; absent where no AT command answers so. */
  readonly cme?: number;
  readonly meaning: string;
  /** What to do about it. */
  readonly cure: string;
}

export const MODEM_ERRORS = {
  notAllowed: { cme: 3, meaning: "operation not allowed", cure: "check the modem's state first" },
  notSupported: { cme: 4, meaning: "operation not supported", cure: "ask the modem's capabilities before use" },
  simNotInserted: { cme: 10, meaning: "SIM not inserted", cure: "insert a SIM and restart the modem" },
  simFailure: { cme: 13, meaning: "SIM failure", cure: "unlock or replace the SIM" },
  memoryFailure: { cme: 23, meaning: "memory failure", cure: "check the size of the content and the storage" },
  incorrectParameters: { cme: 50, meaning: "incorrect parameters", cure: "correct the value" },
  notFound: { cme: 513, meaning: "not found", cure: "list the credentials to see what is stored" },
  noAccess: { cme: 514, meaning: "no access", cure: "compare digests: the modem never gives a secret back" },
  memoryFull: { cme: 515, meaning: "memory full", cure: "delete credentials that nobody uses" },
  notAllowedInActiveState: {
    cme: 518,
    meaning: "not allowed in active state",
    cure: "set the functional mode to offline or powerOff first",
  },
  alreadyExists: { cme: 519, meaning: "already exists", cure: "delete the stored credential first" },
  invalidCertificate: {
    cme: 527,
    meaning: "invalid certificate content",
    cure: "give PEM certificates with LF line ends",
  },
  powerOffWarning: { cme: 528, meaning: "power-off warning active", cure: "restore the supply voltage" },
  notInitialised: { meaning: "the modem is shut down", cure: "initialise it first" },
  timeout: { meaning: "the modem did not answer in time", cure: "check the line, then reset the modem" },
  denied: { meaning: "registration denied", cure: "check the subscription and the network's reject cause" },
  pdnRefused: { meaning: "the network refused the PDN", cure: "check the APN and the subscription" },
  dfu: { meaning: "the modem's firmware update refused", cure: "erase the firmware area and load the image again" },
  fault: { meaning: "the modem has failed", cure: "reset it" },
  refused: { meaning: "the modem refused without saying why", cure: "check the parameters and the modem's state" },
  lineError: {
    meaning: "the line to the modem is disturbed",
    cure: "check the cable, the baud rate and the flow control",
  },
  closed: { meaning: "the modem driver is closed", cure: "make a new one" },
} as const satisfies Record<ModemErrorCode, ModemErrorText>;

export interface ModemErrorDetails {
  /** What was asked, and of what; never a secret. */
  readonly detail?: string;
  /** The modem's DFU error or result, see `dfuError.ts`. */
  readonly dfu?: number;
  /** ESM cause (3GPP TS 24.301 §9.9.4.4) or EMM cause (§9.9.3.9). */
  readonly rejectCause?: number;
  /** The +CME ERROR number where it is not the one of the code, and what it means. */
  readonly cme?: number;
  readonly meaning?: string;
  readonly cure?: string;
  readonly cause?: unknown;
}

export class ModemError extends Error implements ModemErrorShape {
  override readonly name = "ModemError";
  readonly code: ModemErrorCode;
  declare readonly cme?: number;
  declare readonly dfu?: number;
  declare readonly rejectCause?: number;

  constructor(code: ModemErrorCode, details: ModemErrorDetails = {}) {
    const { cme, meaning, cure } = { ...MODEM_ERRORS[code], ...textOf(details) } as ModemErrorText;
    const { detail, dfu, rejectCause, cause } = details;
    const numbers = [
      cme === undefined ? undefined : `+CME ERROR: ${cme}`,
      dfu === undefined ? undefined : describeDfu(dfu),
      rejectCause === undefined ? undefined : `cause ${rejectCause}`,
    ].filter((text) => text !== undefined);
    const shown = numbers.length === 0 ? meaning : `${meaning} (${numbers.join(", ")})`;
    super(`${shown}${detail === undefined ? "" : `: ${detail}`}; ${cure}`, cause === undefined ? undefined : { cause });
    this.code = code;
    if (cme !== undefined) this.cme = cme;
    if (dfu !== undefined) this.dfu = dfu;
    if (rejectCause !== undefined) this.rejectCause = rejectCause;
  }
}

function textOf({ cme, meaning, cure }: ModemErrorDetails): Partial<ModemErrorText> {
  return { ...(cme !== undefined && { cme }), ...(meaning && { meaning }), ...(cure && { cure }) };
}

/** True for the errors of any modem driver, another copy of this package included. */
export function isModemError(error: unknown): error is ModemErrorShape {
  if (!(error instanceof Error) || error.name !== "ModemError") return false;
  const { code } = error as { code?: unknown };
  return typeof code === "string" && Object.hasOwn(MODEM_ERRORS, code);
}

/** A modem rejects with a `ModemError` and nothing else: what failed otherwise is its storage. */
export function asModemError(error: unknown): ModemErrorShape {
  if (isModemError(error)) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new ModemError("memoryFailure", { detail, cause: error });
}
