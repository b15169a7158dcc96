/**
 * What a simulated modem says about itself and its surroundings: plausible, and a function of its seed and the time
 * alone, so that it does not matter who asks how often.
 */
import type { CellInfo, ModemIdentity, PdnInfo, PdnType, SignalQuality, SimIdentity } from "../../ports/modem.ts";
import type { SimulatedOperator } from "./options.ts";

/** Type allocation code of an nRF91 module. */
const TAC = "35135881";
/** Telecommunication (89) and an issuer of the test network. */
const ICCID_PREFIX = "8900101";
/** E.164 country code 999 is assigned to nobody. */
const MSISDN_PREFIX = "+999";
const IMSI_DIGITS = 15;

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;
const CELL_PERIOD_MS = 10 * MINUTE_MS;
const NEIGHBOUR_CELLS = 4;

const BATTERY_MILLIVOLTS = { mean: 3900, swing: 250, low: 3050 };
const TEMPERATURE_CELSIUS = { mean: 28, swing: 7, overheated: 96 };

/** Which property a random number is for. */
const CHANNEL = {
  imei: 1,
  iccid: 2,
  imsi: 3,
  msisdn: 4,
  cell: 5,
  rsrp: 6,
  rsrq: 7,
  snr: 8,
  battery: 9,
  heat: 10,
  address: 11,
};

export function identityOf(
  seed: number,
  firmwareVersion: string,
  given: Partial<Omit<ModemIdentity, "firmwareVersion">> = {},
): ModemIdentity {
  return {
    imei: given.imei ?? withLuhnDigit(TAC + digits(seed, CHANNEL.imei, 6)),
    manufacturer: given.manufacturer ?? "Simulated",
    model: given.model ?? "nRF91-SIM",
    hardwareVersion: given.hardwareVersion ?? "nRF91 SIM A0A",
    firmwareVersion,
  };
}

export function simOf(seed: number, operator: SimulatedOperator): SimIdentity {
  return {
    present: true,
    iccid: withLuhnDigit(ICCID_PREFIX + digits(seed, CHANNEL.iccid, 11)),
    imsi: operator.plmn + digits(seed, CHANNEL.imsi, IMSI_DIGITS - operator.plmn.length),
    operator: operator.plmn,
    msisdn: MSISDN_PREFIX + digits(seed, CHANNEL.msisdn, 8),
  };
}

export function signalAt(seed: number, timeMs: number): SignalQuality {
  return {
    rsrpDbm: Math.round(-95 + 15 * drift(seed, CHANNEL.rsrp, timeMs, MINUTE_MS)),
    rsrqDb: Math.round(-10 + 4 * drift(seed, CHANNEL.rsrq, timeMs, MINUTE_MS)),
    snrDb: Math.round(10 + 8 * drift(seed, CHANNEL.snr, timeMs, MINUTE_MS)),
  };
}

export function cellAt(seed: number, timeMs: number, operator: SimulatedOperator): CellInfo {
  const neighbour = Math.floor(noise(seed, CHANNEL.cell, Math.floor(timeMs / CELL_PERIOD_MS)) * NEIGHBOUR_CELLS);
  // E-UTRAN cell identity: 20 bits of the base station, 8 bits of its cell (3GPP TS 23.003 §19.6).
  const baseStation = Math.floor(noise(seed, CHANNEL.cell, -1) * 0xfffff);
  return {
    plmn: operator.plmn,
    trackingArea: operator.trackingArea,
    cellId: baseStation * 0x100 + neighbour,
    physicalCellId: (baseStation + neighbour) % 504,
    earfcn: operator.earfcn,
    technology: operator.technology,
  };
}

export function batteryMillivoltsAt(seed: number, timeMs: number, low: boolean): number {
  const { mean, swing, low: lowMillivolts } = BATTERY_MILLIVOLTS;
  return low ? lowMillivolts : Math.round(mean + swing * drift(seed, CHANNEL.battery, timeMs, DAY_MS));
}

export function celsiusAt(seed: number, timeMs: number, overheated: boolean): number {
  const { mean, swing, overheated: hot } = TEMPERATURE_CELSIUS;
  return overheated ? hot : Math.round(mean + swing * drift(seed, CHANNEL.heat, timeMs, 10 * MINUTE_MS));
}

export function pdnOf(seed: number, operator: SimulatedOperator, apn: string | undefined, type: PdnType): PdnInfo {
  const host = Math.floor(noise(seed, CHANNEL.address, 0) * 0xffffff);
  const ipv4 = `10.${host >> 16}.${(host >> 8) & 0xff}.${host & 0xff}`;
  const ipv6 = `2001:db8:${(host >> 8).toString(16)}:${(host & 0xff).toString(16)}::1`;
  const addresses = { ipv4v6: [ipv4, ipv6], ipv4: [ipv4], ipv6: [ipv6], nonIp: [] }[type];
  const dnsServers = operator.dnsServers.filter((server) =>
    server.includes(":") ? type === "ipv6" || type === "ipv4v6" : type === "ipv4" || type === "ipv4v6",
  );
  return { apn: apn ?? operator.apn, addresses, dnsServers, mtu: operator.mtu };
}

/** From -1 to 1, another value every period and straight between them. */
function drift(seed: number, channel: number, timeMs: number, periodMs: number): number {
  const period = Math.floor(timeMs / periodMs);
  const from = noise(seed, channel, period);
  const to = noise(seed, channel, period + 1);
  return 2 * (from + (to - from) * (timeMs / periodMs - period)) - 1;
}

function digits(seed: number, channel: number, count: number): string {
  return Array.from({ length: count }, (_, index) => Math.floor(noise(seed, channel, index) * 10)).join("");
}

/** A number in [0, 1) that depends on all three and looks like chance (the finaliser of MurmurHash3). */
function noise(seed: number, channel: number, index: number): number {
  let hash = seed ^ Math.imul(channel, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca77);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x1_0000_0000;
}

/** The check digit of IMEI (3GPP TS 23.003 §6.2.1) and ICCID (ITU-T E.118). */
function withLuhnDigit(number: string): string {
  let sum = 0;
  for (let index = 0; index < number.length; index++) {
    const digit = Number(number[number.length - 1 - index]);
    const weighted = index % 2 === 0 ? digit * 2 : digit;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return number + ((10 - (sum % 10)) % 10);
}
