/**
 * What the driver has the modem tell. AT+CFUN=0 and a restart of the modem end all of it, so it is asked for again
 * before the modem is set to work.
 */
import { type AtLine, unlessRefused } from "./atLine.ts";
import { GENERAL } from "./commands/general.ts";
import { PDN } from "./commands/pdn.ts";
import { POWER } from "./commands/power.ts";
import { REGISTRATION } from "./commands/registration.ts";
import { SMS } from "./commands/sms.ts";

/** Registration with cell, causes and timers. */
const CEREG_LEVEL = 5;
/** 8 EMM, 16 ESM. */
const CNEC_LEVEL = 24;
/** Message and status reports to the host, each acknowledged: AT+CNMI=3,2,0,1. */
const SMS_ROUTING = { mode: 3, mt: 2, bm: 0, ds: 1 };

/** Numbers of errors first: without them no refusal says why. */
export async function subscribe(line: AtLine): Promise<void> {
  await line.execute(GENERAL.cmeeSet, { mode: 1 });
  await line.execute(REGISTRATION.ceregSet, { level: CEREG_LEVEL });
  await line.execute(PDN.cgerepSet, { mode: 1 });
  await unlessRefused(line.execute(REGISTRATION.cnecSet, { level: CNEC_LEVEL }));
  await subscribeDomainEvents(line);
  await subscribeSms(line);
}

/** Level 2 has more events and needs firmware 2.0.0. */
async function subscribeDomainEvents(line: AtLine): Promise<void> {
  const all = await unlessRefused(line.execute(POWER.mdmevSet, { mode: 2 }).then(() => true));
  if (all === undefined) await unlessRefused(line.execute(POWER.mdmevSet, { mode: 1 }));
}

/** A modem has one SMS client; a host that was restarted finds itself still registered. Without one the rest works. */
export async function subscribeSms(line: AtLine): Promise<void> {
  const routing = await unlessRefused(line.execute(SMS.cnmiRead, {}));
  if (routing?.mode === SMS_ROUTING.mode && routing.mt === SMS_ROUTING.mt) return;
  await unlessRefused(line.execute(SMS.cnmiSet, SMS_ROUTING));
}
