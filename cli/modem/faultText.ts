/** A fault as it is typed: `garbage`, `registrationDenied=15`, `crash:1`, `pdnRefused=33:2`. */
import { nearest } from "../../carrier/config/nearest.ts";
import { isModemError, MODEM_FAULT_NAMES, type ModemFault } from "../../modem/index.ts";
import { FaultSet } from "../../modem/simulated/faults.ts";
import type { AtFault, AtFaultName } from "../../testbed/at/front.ts";
import { isLineFault, LINE_FAULT_NAMES, LineFaults } from "../../testbed/at/lineFaults.ts";

export const FAULT_NAMES: readonly AtFaultName[] = [...LINE_FAULT_NAMES, ...MODEM_FAULT_NAMES];

/** What the number of a fault says. */
const NUMBERS: Partial<Readonly<Record<AtFaultName, string>>> = {
  lateAnswer: "delayMs",
  crash: "reason",
  keyWriteRefused: "tag",
  registrationDenied: "cause",
  pdnRefused: "cause",
  firmwareRejected: "code",
  powerLossDuringWrite: "afterBytes",
};

/** Each name, with what its number says: `crash=reason`. */
export const FAULT_USAGES: readonly string[] = FAULT_NAMES.map((name) => {
  const number = NUMBERS[name];
  return number === undefined ? name : `${name}=${number}`;
});

/** Throws an `Error` whose message says what is wrong and what could be. */
export function parseFault(text: string): AtFault {
  const [, name = "", number, times] = /^([^=:]+)(?:=(\d{1,12}))?(?::(\d{1,9}))?$/.exec(text) ?? [];
  if (name === "") throw new Error(`${text} is no fault: NAME, NAME=NUMBER or NAME:TIMES.`);
  const fault = { name: known(name), ...numbered(name as AtFaultName, number), ...(times && { times: Number(times) }) };
  check(fault as AtFault);
  return fault as AtFault;
}

/** The name as it is, when there is such a fault. */
export function known(name: string): AtFaultName {
  if ((FAULT_NAMES as readonly string[]).includes(name)) return name as AtFaultName;
  const near = nearest(name, FAULT_NAMES);
  throw new Error(
    `There is no fault ${name}; ${near ? `did you mean ${near}?` : `there are ${FAULT_NAMES.join(", ")}.`}`,
  );
}

function numbered(name: AtFaultName, number: string | undefined): object {
  if (number === undefined) return {};
  const field = NUMBERS[name];
  if (field === undefined) throw new Error(`${name} has no number.`);
  return { [field]: Number(number) };
}

/** As the modem and its line would: before anything has started. */
function check(fault: AtFault): void {
  try {
    if (isLineFault(fault)) new LineFaults().add(fault);
    else new FaultSet().add(fault as ModemFault);
  } catch (error) {
    if (!isModemError(error)) throw error;
    // Without the words for somebody who speaks AT.
    const [, detail = error.message] = /\): (.+); [^;]+$/.exec(error.message) ?? [];
    throw new Error(`${detail}.`, { cause: error });
  }
}
