/** What the modem measures: signal, cell, time, battery, temperature. */
import type { CellInfo, SignalQuality } from "../../ports/modem.ts";
import { ModemError } from "../modemError.ts";
import type { AtLine } from "./atLine.ts";
import { REGISTRATION } from "./commands/registration.ts";
import { TELEMETRY } from "./commands/telemetry.ts";

/** Both of +CESQ (3GPP TS 27.007 §8.69). */
const UNKNOWN_QUALITY = 255;
const UNKNOWN_SNR = 127;
/** The cell identity of a modem that has lost its cell. */
const NO_CELL = 0xffff_ffff;

export async function readSignal(line: AtLine): Promise<SignalQuality> {
  const { rsrp, rsrq } = await line.execute(TELEMETRY.cesq, {});
  if (rsrp === UNKNOWN_QUALITY || rsrq === UNKNOWN_QUALITY) {
    throw new ModemError("notAllowed", { detail: "there is no signal to measure" });
  }
  const { snr } = await line.execute(REGISTRATION.xmonitor, {});
  const snrDb = snr === undefined || snr === UNKNOWN_SNR ? undefined : snr - 24;
  return { rsrpDbm: rsrp - 140, rsrqDb: rsrq / 2 - 19.5, ...(snrDb !== undefined && { snrDb }) };
}

export async function readCell(line: AtLine): Promise<CellInfo> {
  const { plmn, trackingArea, cellId, technology, physicalCellId, earfcn } = await line.execute(
    REGISTRATION.xmonitor,
    {},
  );
  if (plmn === undefined || trackingArea === undefined || cellId === undefined || cellId === NO_CELL) {
    throw new ModemError("notAllowed", { detail: "the modem is in no cell" });
  }
  return {
    plmn,
    trackingArea,
    cellId,
    ...(physicalCellId !== undefined && { physicalCellId }),
    ...(earfcn !== undefined && { earfcn }),
    technology: technology === "lteM" ? "lteM" : "nbIot",
  };
}

/** `yy/MM/dd,hh:mm:ss±zz`, zz in quarters of an hour (3GPP TS 27.007 §8.15). */
const LOCAL_TIME = /^(\d\d)\/(\d\d)\/(\d\d),(\d\d):(\d\d):(\d\d)([+-]\d\d)?$/;
const QUARTER_MS = 15 * 60_000;
/** A modem that has not heard the time counts from a date before it was made. */
const EARLIEST_YEAR = 20;

export async function readNetworkTime(line: AtLine): Promise<number> {
  const { time } = await line.execute(TELEMETRY.cclkRead, {});
  const [, year, month, day, hour, minute, second, zone = 0] = (LOCAL_TIME.exec(time) ?? []).map(Number);
  if (year === undefined || year < EARLIEST_YEAR) {
    throw new ModemError("notAllowed", { detail: "no network has told the time yet" });
  }
  const local = Date.UTC(2000 + year, (month as number) - 1, day, hour, minute, second);
  return local - (Number.isNaN(zone) ? 0 : zone) * QUARTER_MS;
}

export async function readBatteryVoltage(line: AtLine): Promise<{ readonly millivolts: number }> {
  const { millivolts } = await line.execute(TELEMETRY.xvbat, {});
  return { millivolts };
}

export async function readTemperature(line: AtLine): Promise<{ readonly celsius: number }> {
  const { celsius } = await line.execute(TELEMETRY.xtemp, {});
  return { celsius };
}
