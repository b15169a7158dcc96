/** Whether the modem is kept from a network, which is no failure of anybody and yet the reason why nothing goes on. */
import { type Hint, MODEM_REPORTS } from "../../../model/hintTable.ts";
import type { SessionView } from "../../../model/sessionContract.ts";
import { RecordIndex } from "../shared/recordIndex.ts";

export interface NetworkTrouble {
  /** Of the record that told of it. */
  readonly index: number;
  /** Run time, ms. */
  readonly since: number;
  readonly hint: Hint;
}

const reports = new RecordIndex(
  ({ kind, notification }) =>
    kind === "modem" && (notification === "registration" || notification === "functionalMode"),
);
/** What is told as a failure already is left out. */
const WAITING: ReadonlySet<unknown> = new Set(["searching", "notRegistered", "unknown"]);

/** As the modem of a device said last, up to and with the record `index`, while it had its radio on. */
export function networkTrouble(session: SessionView, device: string, index: number): NetworkTrouble | undefined {
  const last = reports.of(session).findLast((at) => at <= index && session.at(at).device === device);
  if (last === undefined) return undefined;
  const { status, time } = session.at(last);
  return WAITING.has(status) ? { index: last, since: time, hint: MODEM_REPORTS[String(status)]! } : undefined;
}
