/** What a simulated modem is made from. Defaults are shared, immutable objects: a fleet holds them once. */
import type { Clock } from "../../ports/clock.ts";
import type { CellInfo, ModemIdentity, SimIdentity } from "../../ports/modem.ts";
import type { Random } from "../../ports/random.ts";
import type { Storage } from "../../ports/storage.ts";
import type { Trace } from "../../ports/trace.ts";
import { ModemError } from "../modemError.ts";
import type { ModemFault } from "./faults.ts";
import { MAX_VERSION_OCTETS } from "./firmwareImage.ts";
import { SEGMENT_OCTETS } from "./firmwareLog.ts";
import { MAX_CARD_FILE_OCTETS, type SmartcardOptions } from "./smartcard.ts";

/** The network that the modem finds. */
export interface SimulatedOperator {
  /** Mobile country and network code; another one than the SIM's means roaming. */
  readonly plmn: string;
  /** APN of a modem to which none was configured. */
  readonly apn: string;
  readonly technology: CellInfo["technology"];
  readonly trackingArea: number;
  readonly earfcn: number;
  readonly dnsServers: readonly string[];
  /** Octets. */
  readonly mtu: number;
}

export interface SimulatedModemOptions {
  readonly clock: Clock;
  /** Makes a factory-new modem's identity, and the delays of `realistic` timing. */
  readonly random: Random;
  /** Holds credentials, firmware and its area: a modem made again over it is the same modem after a power cycle. */
  readonly storage: Storage;
  /** `instant` answers without timers and attaches at the next turn of the clock; `realistic` takes a modem's time. */
  readonly timing: "instant" | "realistic";
  /** What of the identity is not made from the seed. */
  readonly identity?: Partial<Omit<ModemIdentity, "firmwareVersion">>;
  /** Replaces the SIM that is made from the seed. */
  readonly sim?: SimIdentity;
  /** What lies on it, as APDUs find it. */
  readonly smartcard?: SmartcardOptions;
  readonly operator?: Partial<SimulatedOperator>;
  /** Of a factory-new modem; later the storage knows better. 1 to 38 printable ASCII characters. */
  readonly firmwareVersion?: string;
  /** Size of the firmware area, header included; 4 KiB to 64 MiB, 2 MiB by default. */
  readonly firmwareAreaBytes?: number;
  /** CA certificates that a factory-new modem has already. */
  readonly initialCa?: readonly { readonly tag: number; readonly pem: string }[];
  /** Writing a credential that is there: the new one takes its place (default), or is refused with `alreadyExists`. */
  readonly existingCredential?: "overwrite" | "refuse";
  readonly faults?: readonly ModemFault[];
  /** The supply is gone, see the fault `powerLossDuringWrite`: whoever plays the device cuts all of it. */
  readonly onPowerLoss?: () => void;
  /** Takes a record when a fault strikes. */
  readonly trace?: Trace;
}

export const DEFAULT_FIRMWARE_VERSION = "mfw_sim_1.0.0";
export const DEFAULT_FIRMWARE_AREA_BYTES = 2 * 1024 * 1024;
const LEAST_FIRMWARE_AREA_BYTES = 4 * 1024;
const MOST_FIRMWARE_AREA_BYTES = 1024 * SEGMENT_OCTETS;

/** 001-01 is the test network (ITU-T E.212). */
export const DEFAULT_OPERATOR: SimulatedOperator = Object.freeze({
  plmn: "00101",
  apn: "iot.example",
  technology: "lteM",
  trackingArea: 0x0901,
  earfcn: 6300,
  dnsServers: Object.freeze(["192.0.2.53", "2001:db8::53"]),
  mtu: 1464,
});

/** Throws a `ModemError` with code `incorrectParameters` that names the option. */
export function checkOptions(options: SimulatedModemOptions): void {
  const { firmwareAreaBytes = DEFAULT_FIRMWARE_AREA_BYTES, firmwareVersion = DEFAULT_FIRMWARE_VERSION } = options;
  const imei = options.identity?.imei;
  const plmn = options.operator?.plmn;
  const { bootstrap, files = {} } = options.smartcard ?? {};
  const cardFiles = [...(bootstrap === undefined ? [] : [bootstrap]), ...Object.values(files)];
  const largest = Math.max(0, ...cardFiles.map(({ length }) => length));
  const rules: readonly [option: string, value: unknown, holds: boolean, allowed: string][] = [
    [
      "firmwareAreaBytes",
      firmwareAreaBytes,
      Number.isSafeInteger(firmwareAreaBytes) &&
        firmwareAreaBytes >= LEAST_FIRMWARE_AREA_BYTES &&
        firmwareAreaBytes <= MOST_FIRMWARE_AREA_BYTES,
      `${LEAST_FIRMWARE_AREA_BYTES} to ${MOST_FIRMWARE_AREA_BYTES}`,
    ],
    [
      "firmwareVersion",
      firmwareVersion,
      /^[\x21-\x7e]+$/.test(firmwareVersion) && firmwareVersion.length <= MAX_VERSION_OCTETS,
      `1 to ${MAX_VERSION_OCTETS} printable ASCII characters`,
    ],
    ["identity.imei", imei, imei === undefined || /^\d{15}$/.test(imei), "15 digits"],
    ["smartcard", `of ${largest} octets`, largest <= MAX_CARD_FILE_OCTETS, `files of at most ${MAX_CARD_FILE_OCTETS}`],
    ["operator.plmn", plmn, plmn === undefined || /^\d{5,6}$/.test(plmn), "5 or 6 digits"],
  ];
  for (const [option, value, holds, allowed] of rules) {
    if (holds) continue;
    throw new ModemError("incorrectParameters", {
      detail: `${option} is ${JSON.stringify(value)}, allowed: ${allowed}`,
    });
  }
}
