/** What an update came to, as the modem tells it after its restart (`#XFOTA: 5,…`, `#XFOTA: 4,1,…`). */
import type { ModemInitResult } from "../../ports/modem.ts";
import { DFU_RESULT } from "../dfuError.ts";
import type { NotificationValues } from "./commands/notification.ts";
import type { NOTIFICATIONS } from "./commands/notifications.ts";

/** Undefined for what a download says on its way. */
export function firmwareResult(
  { stage, status, info }: NotificationValues<typeof NOTIFICATIONS.xfota>,
  firmwareVersion: string,
): Exclude<ModemInitResult, { kind: "ok" }> | undefined {
  if (stage === "complete" && status === "ok") return { kind: "updated", firmwareVersion };
  if (stage === "complete") return { kind: "updateFailed", firmwareVersion, code: info ?? DFU_RESULT.internal };
  // With too little voltage the image waits for the next restart.
  const postponed = stage === "activatePending" && status === "error";
  return postponed ? { kind: "updateFailed", firmwareVersion, code: info ?? DFU_RESULT.voltageLow } : undefined;
}
