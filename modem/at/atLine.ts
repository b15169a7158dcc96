/** What the parts of the driver need of the line. */
import type { ModemErrorCode, ModemErrorShape } from "../../ports/modem.ts";
import { isModemError } from "../modemError.ts";
import type { Dialect } from "./commands/dialect.ts";
import type { AtChannel } from "./line/atChannel.ts";

/** Commands in turn, and which application answers them. */
export interface AtLine {
  /** Known once the line is open. */
  readonly dialect: Dialect;
  readonly execute: AtChannel["execute"];
}

const LINE_FAILURES: ReadonlySet<ModemErrorCode> = new Set([
  "timeout",
  "closed",
  "fault",
  "lineError",
  "notInitialised",
]);

/** The modem has answered, and refuses: what it was asked for is not there or not to be had now. */
export function isRefusal(error: unknown): error is ModemErrorShape {
  return isModemError(error) && !LINE_FAILURES.has(error.code);
}

const DISTURBANCES: ReadonlySet<ModemErrorCode> = new Set(["timeout", "lineError"]);

/** An answer was lost or garbled: asked again, the modem may well give it. */
export function isDisturbance(error: unknown): boolean {
  return isModemError(error) && DISTURBANCES.has(error.code);
}

/** What the modem gives; undefined where it refuses. */
export async function unlessRefused<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}
