/** Keeps a live session bounded: a page that is open for days lets its oldest records go. */
import { checkpointOf } from "../../model/checkpoint.ts";
import type { Session } from "../../model/session.ts";

/** Records of a live session at most. */
export const MOST_RECORDS = 300_000;

/**
 * Lets the older half go when there are more than `most`; what was so by then stays known. Returns how many went: every
 * index is less by so many.
 */
export function letGo(session: Session, most: number = MOST_RECORDS): number {
  const { length, lastNumber } = session;
  if (length <= most || lastNumber === undefined) return 0;
  const gone = Math.floor(length / 2);
  const known = checkpointOf(session.worldAt(gone - 1));
  const kept = Array.from({ length: length - gone }, (_, index) => session.at(gone + index));
  const first = lastNumber + 1 - kept.length;
  session.clear();
  session.checkpoint(known, first);
  session.append(kept, first);
  return gone;
}
