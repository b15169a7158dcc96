/** Events that no state took. */
import type { TraceRecord } from "../../../../ports/trace.ts";
import type { SessionView } from "../../../model/sessionContract.ts";

/** XState's own, such as the end of an actor that nobody waits for, are left out. */
export function isIgnored(record: TraceRecord): boolean {
  return record.kind === "step" && record.ignored === true && !typeOf(record).startsWith("xstate.");
}

export interface Alike {
  /** Of the newest of them. */
  readonly index: number;
  readonly count: number;
}

/** Records of a device up to `last`, those of the same event and actor as one; the newest first. */
export function alike(
  session: SessionView,
  indices: readonly number[],
  device: string,
  last: number,
): readonly Alike[] {
  const found = new Map<string, Alike>();
  for (const index of indices) {
    if (index > last) break;
    const record = session.at(index);
    if (record.device !== device) continue;
    const key = `${record.actor} ${typeOf(record)}`;
    const count = (found.get(key)?.count ?? 0) + 1;
    found.set(key, { index, count });
  }
  return [...found.values()].sort((a, b) => b.index - a.index);
}

function typeOf({ event }: TraceRecord): string {
  return typeof event === "object" && event !== null && "type" in event ? String(event.type) : "";
}
