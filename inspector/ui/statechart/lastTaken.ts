/** When an edge was taken last. */
import type { SessionView } from "../../model/sessionContract.ts";
import type { ActorKey, StepRecord } from "../../records.ts";

const FARTHEST_BACK = 50_000;

/** Index of the newest record, up to `index`, of a step that took one of the edges. */
export function lastTaken(
  session: SessionView,
  device: string,
  actor: ActorKey,
  edges: readonly string[],
  index: number,
): number | undefined {
  for (let at = Math.min(index, session.length - 1); at >= 0 && index - at < FARTHEST_BACK; at -= 1) {
    const record = session.at(at);
    if (record.kind !== "step" || record.device !== device || record.actor !== actor) continue;
    const { microsteps } = record as StepRecord;
    if (microsteps.some((microstep) => microstep.edges.some((edge) => edges.includes(edge)))) return at;
  }
  return undefined;
}
