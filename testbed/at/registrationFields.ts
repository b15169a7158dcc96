/** What +CEREG tells at each of its levels, in answers and notifications alike (3GPP TS 27.007 §10.1.22). */

import type { NotificationValues } from "../../modem/at/commands/notification.ts";
import type { NOTIFICATIONS } from "../../modem/at/commands/table.ts";
import type { CellInfo, Modem, RegistrationStatus } from "../../ports/modem.ts";

export type RegistrationValues = NotificationValues<(typeof NOTIFICATIONS)["cereg"]>;

/** Levels that tell the cell, the cause of a refusal, and the timers of power saving. */
const LEVEL = { cell: 2, cause: 3, timers: 4, all: 5 } as const;
/** Timers of power saving, deactivated (3GPP TS 24.008 §10.5.7.3 and §10.5.7.4a). */
export const TIMER_DEACTIVATED = "11100000";

export function isRegistered({ registration }: Pick<Modem, "registration">): boolean {
  return registration === "home" || registration === "roaming";
}

export function registrationValues(
  level: number,
  status: RegistrationStatus,
  { cell, rejectCause }: { readonly cell?: CellInfo | undefined; readonly rejectCause?: number | undefined },
): RegistrationValues {
  const tellsCause = rejectCause !== undefined && (level === LEVEL.cause || level >= LEVEL.all);
  const tellsTimers = cell !== undefined && level >= LEVEL.timers;
  return {
    status,
    ...(cell !== undefined &&
      level >= LEVEL.cell && {
        trackingArea: cell.trackingArea,
        cellId: cell.cellId,
        technology: cell.technology,
      }),
    // 0: the cause is an EMM cause.
    ...(tellsCause && { causeType: 0, rejectCause }),
    ...(tellsTimers && { activeTime: TIMER_DEACTIVATED, periodicTau: TIMER_DEACTIVATED }),
  };
}
