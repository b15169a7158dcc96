/** Who the modem and its SIM are. */
import type { ModemIdentity, SimIdentity } from "../../ports/modem.ts";
import { type AtLine, unlessRefused } from "./atLine.ts";
import { GENERAL } from "./commands/general.ts";
import { SIM } from "./commands/sim.ts";

export async function readIdentity(line: AtLine): Promise<ModemIdentity> {
  const { number: imei } = await line.execute(GENERAL.cgsnSet, { kind: "imei" });
  const { text: manufacturer } = await line.execute(GENERAL.cgmi, {});
  const { text: model } = await line.execute(GENERAL.cgmm, {});
  const firmwareVersion = await readFirmwareVersion(line);
  const { version: hardwareVersion } = await line.execute(GENERAL.hwversion, {});
  return { imei, manufacturer, model, firmwareVersion, hardwareVersion };
}

export async function readFirmwareVersion(line: AtLine): Promise<string> {
  return (await line.execute(GENERAL.cgmr, {})).text;
}

/** What a SIM that waits for its PIN does not tell is absent. The UICC has power. */
export async function readSim(line: AtLine): Promise<SimIdentity> {
  const card = await unlessRefused(line.execute(SIM.xiccid, {}));
  if (card === undefined) return { present: false };
  const iccid = card.iccid.replace(/F+$/i, "");
  const subscriber = await unlessRefused(line.execute(SIM.cimi, {}));
  if (subscriber === undefined) return { present: true, iccid };
  const imsi = subscriber.text;
  const operator = imsi.slice(0, 3 + (await networkCodeDigits(line, imsi)));
  const msisdn = (await unlessRefused(line.execute(SIM.cnum, {})))?.[0]?.number;
  return { present: true, iccid, imsi, operator, ...(msisdn !== undefined && msisdn !== "" && { msisdn }) };
}

/** EF(AD), whose fourth octet is the length of the mobile network code (3GPP TS 31.102 §4.2.18). */
const ADMINISTRATIVE_DATA = { command: 176, file: 0x6fad, p1: 0, p2: 0, p3: 4 };

/** Countries with network codes of three digits (ITU-T E.212), for a card that does not say. */
const THREE_DIGITS =
  /^(302|31[0-6]|334|338|342|344|346|348|35[0-8]|36[056]|37[046]|405|502|70[48]|71[0246]|722|732|736|738|740|748|750)/;

async function networkCodeDigits(line: AtLine, imsi: string): Promise<number> {
  const read = await unlessRefused(line.execute(SIM.crsm, ADMINISTRATIVE_DATA));
  const digits = (read?.answer?.[3] ?? 0) & 0xf;
  if (digits === 2 || digits === 3) return digits;
  return THREE_DIGITS.test(imsi) ? 3 : 2;
}
