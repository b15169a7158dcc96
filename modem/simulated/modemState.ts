/** What the simulated modem remembers without power, credentials and the firmware area's octets apart. */
import type { PdnType } from "../../ports/modem.ts";
import type { Storage } from "../../ports/storage.ts";
import { ModemError } from "../modemError.ts";

export const STATE_DOCUMENT = "modem-state";
const STATE_VERSION = 1;
const PDN_TYPES: readonly unknown[] = [undefined, "ipv4v6", "ipv4", "ipv6", "nonIp"] satisfies (PdnType | undefined)[];

/**
 * The firmware area: blank or being written, finished and in order, finished and damaged, to be applied at the next
 * start, or half erased.
 */
export type FirmwareAreaStatus = "open" | "verified" | "rejected" | "scheduled" | "erasing";
const AREA_STATUSES: readonly unknown[] = [
  "open",
  "verified",
  "rejected",
  "scheduled",
  "erasing",
] satisfies FirmwareAreaStatus[];

export interface ModemState {
  readonly version: typeof STATE_VERSION;
  /** Identity, SIM and surroundings are made from it. */
  readonly seed: number;
  readonly firmwareVersion: string;
  readonly area: FirmwareAreaStatus;
  /** Outcome (a number of `DFU_RESULT`) of the last update, until the modem is set to work with it. */
  readonly untold?: number;
  readonly apn?: string;
  readonly pdnType?: PdnType;
}

export function factoryState(seed: number, firmwareVersion: string): ModemState {
  return { version: STATE_VERSION, seed, firmwareVersion, area: "open" };
}

/** Undefined for a factory-new modem; throws a `ModemError` with code `memoryFailure` for a damaged document. */
export async function loadModemState(storage: Storage): Promise<ModemState | undefined> {
  const bytes = await storage.read(STATE_DOCUMENT);
  if (bytes === undefined) return undefined;
  const state = parse(bytes);
  if (isModemState(state)) return state;
  throw new ModemError("memoryFailure", {
    detail: `document ${STATE_DOCUMENT} is damaged; restore it, or remove it for a factory-new modem`,
  });
}

export async function saveModemState(storage: Storage, state: ModemState): Promise<void> {
  await storage.write(STATE_DOCUMENT, new TextEncoder().encode(JSON.stringify(state)));
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

function isModemState(value: unknown): value is ModemState {
  if (typeof value !== "object" || value === null) return false;
  const { version, seed, firmwareVersion, area, untold, apn, pdnType } = value as Partial<ModemState>;
  return (
    version === STATE_VERSION &&
    Number.isInteger(seed) &&
    typeof firmwareVersion === "string" &&
    AREA_STATUSES.includes(area) &&
    (untold === undefined || Number.isInteger(untold)) &&
    (apn === undefined || typeof apn === "string") &&
    PDN_TYPES.includes(pdnType)
  );
}
