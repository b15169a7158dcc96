/** What can be made to fail on purpose, by name, once or until it is cleared. */
import { MAX_TAG } from "../credentials/credentialRules.ts";
import { DFU_RESULT } from "../dfuError.ts";
import { ModemError } from "../modemError.ts";

/** Each fault's own fields; the comment says what happens and what counts as one time. */
export interface FaultDetails {
  /** Writing a credential, of one tag or of any, is refused with `noAccess`; each refused write. */
  keyWriteRefused: { readonly tag?: number };
  /** No room for a credential that is not there yet; each refused write (`memoryFull`). */
  memoryFull: object;
  /** No UICC: registration becomes `uiccFailure`; each attempt to attach, or the pulling while attached. */
  noSim: object;
  /** The UICC waits for its PIN: registration becomes `uiccFailure`; each attempt to attach. */
  simLocked: object;
  /** The modem searches for ever; each attempt to attach. */
  attachTimesOut: object;
  /** `cause` is the EMM cause (3GPP TS 24.301 §9.9.3.9), 15 for example; each attempt to attach. */
  registrationDenied: { readonly cause: number };
  /**
   * `cause` is the ESM cause (3GPP TS 24.301 §9.9.4.4), 33 for example; each `activatePdn`. With `apn`, that of a modem
   * which asks for this APN: another one, or the network's own, is accepted.
   */
  pdnRefused: { readonly cause: number; readonly apn?: string };
  /** A registered modem searches again; each loss. A lasting one is over when it is cleared. */
  registrationLost: object;
  /** A scheduled image fails at `init` with a number of `DFU_RESULT`, `authentication` by default; each update. */
  firmwareRejected: { readonly code?: number };
  /** The supply breaks down while the image's octet number `afterBytes` (from 1) is written; each break-down. */
  powerLossDuringWrite: { readonly afterBytes: number };
  /** A domain event and a hot reading; each event. */
  overheated: object;
  /** A domain event, a low reading, and no firmware update at `init` while it lasts; each event. */
  batteryLow: object;
  /** A domain event and no attach for 30 minutes; each event. */
  resetLoop: object;
  /** `init` and `reset` reject with `fault`; each of them. */
  initFails: object;
}

export type ModemFaultName = keyof FaultDetails;

export type ModemFaultOf<Name extends ModemFaultName> = FaultDetails[Name] & {
  readonly name: Name;
  /** How often it strikes; until it is cleared when absent. */
  readonly times?: number;
};
export type ModemFault = { [Name in ModemFaultName]: ModemFaultOf<Name> }[ModemFaultName];

interface FaultNumber {
  readonly field: string;
  readonly least: number;
  readonly most: number;
  readonly optional?: true;
}

/** Limits of a fault's number, `undefined` for a fault without one. */
const NUMBERS = {
  keyWriteRefused: { field: "tag", least: 0, most: MAX_TAG, optional: true },
  memoryFull: undefined,
  noSim: undefined,
  simLocked: undefined,
  attachTimesOut: undefined,
  registrationDenied: { field: "cause", least: 0, most: 255 },
  pdnRefused: { field: "cause", least: 0, most: 255 },
  registrationLost: undefined,
  firmwareRejected: { field: "code", least: DFU_RESULT.internal, most: DFU_RESULT.voltageLow, optional: true },
  powerLossDuringWrite: { field: "afterBytes", least: 1, most: Number.MAX_SAFE_INTEGER },
  overheated: undefined,
  batteryLow: undefined,
  resetLoop: undefined,
  initFails: undefined,
} as const satisfies Record<ModemFaultName, FaultNumber | undefined>;

export const MODEM_FAULT_NAMES = Object.keys(NUMBERS) as readonly ModemFaultName[];

/** The faults that a modem has now, at most one of a name. */
export class FaultSet {
  #faults: Map<ModemFaultName, { readonly fault: ModemFault; left: number }> | undefined;
  readonly #onStrike: ((name: ModemFaultName) => void) | undefined;

  constructor(onStrike?: (name: ModemFaultName) => void) {
    this.#onStrike = onStrike;
  }

  /** Throws a `ModemError` with code `incorrectParameters` for a fault that cannot be. */
  add(fault: ModemFault): void {
    check(fault);
    this.#faults ??= new Map();
    this.#faults.set(fault.name, { fault, left: fault.times ?? Number.POSITIVE_INFINITY });
  }

  clear(name: ModemFaultName): void {
    this.#faults?.delete(name);
  }

  /** The fault if it is there, without using it up. */
  peek<Name extends ModemFaultName>(name: Name): ModemFaultOf<Name> | undefined {
    return this.#faults?.get(name)?.fault as ModemFaultOf<Name> | undefined;
  }

  /** The fault if it is there; one of its times is over. */
  strike<Name extends ModemFaultName>(name: Name): ModemFaultOf<Name> | undefined {
    const entry = this.#faults?.get(name);
    if (entry === undefined) return undefined;
    entry.left--;
    if (entry.left <= 0) this.clear(name);
    this.#onStrike?.(name);
    return entry.fault as ModemFaultOf<Name>;
  }
}

function check(fault: ModemFault): void {
  if (!Object.hasOwn(NUMBERS, fault.name)) {
    throw new ModemError("incorrectParameters", {
      detail: `there is no fault ${JSON.stringify(fault.name)}, there are ${MODEM_FAULT_NAMES.join(", ")}`,
    });
  }
  checkNumber(fault.name, "times", fault.times ?? 1, 1, Number.MAX_SAFE_INTEGER);
  const number: FaultNumber | undefined = NUMBERS[fault.name];
  if (number === undefined) return;
  const value = (fault as unknown as Record<string, unknown>)[number.field];
  if (value === undefined && number.optional) return;
  checkNumber(fault.name, number.field, value, number.least, number.most);
}

function checkNumber(name: string, field: string, value: unknown, least: number, most: number): void {
  if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most) return;
  throw new ModemError("incorrectParameters", {
    detail: `fault ${name}: ${field} is ${JSON.stringify(value) ?? "missing"}, a whole number from ${least} to ${most} is needed`,
  });
}
