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
    case "injected":
    case "fault":
      return false;
    default:
      return describeRecord(record).some(({ tone }) => tone === "bad");
  }
}
