/** What an observer of a connection has seen of its records. */
import type { Observation } from "../../../services/dtls/types.ts";

/** Octets of the largest record of that direction; fails without one. */
export function largestRecord(seen: readonly Observation[], direction: "in" | "out"): number {
  const sizes = seen.flatMap((observation) =>
    observation.kind === "record" && observation.direction === direction ? [observation.size] : [],
  );
  if (sizes.length === 0) throw new Error(`no record went ${direction}`);
  return Math.max(...sizes);
}
