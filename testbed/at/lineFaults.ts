/** What can go wrong between a host and its modem, by name: at the next command, so many times, or until it is cleared. */
import { ModemError } from "../../modem/index.ts";

/** Each fault's own fields; the comment says what happens at a command. */
export interface LineFaultDetails {
  /** Octets that mean nothing, line ends among them, come before the answer. */
  garbage: object;
  /** One octet in the middle of the answer is missing. */
  lostByte: object;
  /** The command begins late, by 15 s where nothing is said. */
  lateAnswer: { readonly delayMs?: number };
  /** The modem crashes: ERROR, then `#XMODEM: FAULT` with `reason` (nrf_modem.h), 3 where nothing is said; it starts again. */
  crash: { readonly reason?: number };
  /** The command is not heard. */
  silence: object;
  /** The application starts again in the middle of the command, which has no answer but `Ready`. */
  restart: object;
}

export type LineFaultName = keyof LineFaultDetails;

export type LineFaultOf<Name extends LineFaultName> = LineFaultDetails[Name] & {
  readonly name: Name;
  /** How often it strikes; until it is cleared when absent. */
  readonly times?: number;
  /** Only at the command of this name, `+CFUN`; at any when absent. */
  readonly command?: string;
};
export type LineFault = { [Name in LineFaultName]: LineFaultOf<Name> }[LineFaultName];

/** Limits of the number that a fault may have. */
const NUMBERS = {
  garbage: undefined,
  lostByte: undefined,
  lateAnswer: { field: "delayMs", most: 3_600_000 },
  crash: { field: "reason", most: 0xff },
  silence: undefined,
  restart: undefined,
} as const satisfies Record<LineFaultName, { readonly field: string; readonly most: number } | undefined>;

export const LINE_FAULT_NAMES = Object.keys(NUMBERS) as readonly LineFaultName[];

export function isLineFault(fault: { readonly name: string }): fault is LineFault {
  return Object.hasOwn(NUMBERS, fault.name);
}

/** At most one of a name. */
export class LineFaults {
  readonly #faults = new Map<LineFaultName, { readonly fault: LineFault; left: number }>();

  /** Throws a `ModemError` with code `incorrectParameters` for a fault that cannot be. */
  add(fault: LineFault): void {
    const number = NUMBERS[fault.name];
    checkNumber(fault.name, "times", fault.times ?? 1, Number.MAX_SAFE_INTEGER);
    if (number !== undefined) {
      const value = (fault as unknown as Record<string, unknown>)[number.field];
      checkNumber(fault.name, number.field, value ?? 1, number.most);
    }
    this.#faults.set(fault.name, { fault, left: fault.times ?? Number.POSITIVE_INFINITY });
  }

  clear(name: LineFaultName): void {
    this.#faults.delete(name);
  }

  /** The fault if it is there for this command; one of its times is over. */
  strike<Name extends LineFaultName>(name: Name, command: string): LineFaultOf<Name> | undefined {
    const entry = this.#faults.get(name);
    if (entry === undefined || (entry.fault.command ?? command) !== command) return undefined;
    entry.left--;
    if (entry.left <= 0) this.clear(name);
    return entry.fault as LineFaultOf<Name>;
  }
}

function checkNumber(name: string, field: string, value: unknown, most: number): void {
  if (Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= most) return;
  throw new ModemError("incorrectParameters", {
    detail: `fault ${name}: ${field} is ${JSON.stringify(value)}, a whole number from 1 to ${most} is needed`,
  });
}
