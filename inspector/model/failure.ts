/** Which records tell that something went wrong. */
import { describeRecord } from "../../charts/describe.ts";
import type { TraceRecord } from "../../ports/trace.ts";

/** True of an error event, a failed call, a lost or refusing message, a chart that failed, an actor's error and so on. */
export function isFailure(record: TraceRecord): boolean {
  switch (record.kind) {
    case "step":
    case "actor":
      return record.error !== undefined || record.status === "error";
    case "refused":
      return true;
    // What is most of a recording, and no failure whatever it says; or done on purpose.
    case "timer":
    case "resource":
    case "definition":
    case "packet":
    case "injected":
    case "fault":
      return false;
    case "chart":
      return isLinkLoss(record) || hasFailed(record) || isDrawnBad(record);
    case "modem":
      return isBadNews(record) || isDrawnBad(record);
    case "store":
      return record.operation === "failed";
    default:
      return isDrawnBad(record);
  }
}

function isDrawnBad(record: TraceRecord): boolean {
  return describeRecord(record).some(({ tone }) => tone === "bad");
}

/** With which services end that did not do what they were asked for. Who refuses does so in a message of its own. */
const BAD_OUTCOMES: ReadonlySet<unknown> = new Set([
  ...["noAnswer", "noRoute", "handshakeFailed", "credential", "pdn", "unavailable"],
  ...["failed", "inconsistent", "updateFailed"],
]);

/** What came to a chart is that something failed; of the microsteps that follow, only the first tells it. */
function hasFailed({ input, payload }: TraceRecord): boolean {
  const output = (payload as { output?: { kind?: unknown } | null } | null | undefined)?.output;
  return input === true && BAD_OUTCOMES.has(output?.kind);
}

/** A step of the link chart: out of the network, without anybody having asked for it. */
export function isLinkLoss({ actor, entered }: TraceRecord): boolean {
  return actor === "link" && Array.isArray(entered) && entered.includes("searching");
}

/** That a modem searches is no failure: each does so at first. */
function isBadNews({ notification, status }: TraceRecord): boolean {
  switch (notification) {
    case "registration":
      return status === "denied" || status === "uiccFailure";
    case "fault":
    case "domain":
      return true;
    default:
      return false;
  }
}
