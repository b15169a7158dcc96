/** How much was dropped, by reason. */
import type { DropReason } from "./types.ts";

export type DropCounter = Record<DropReason, number>;

export function newDropCounters(): DropCounter {
  return {
    malformed: 0,
    epoch: 0,
    replay: 0,
    unauthentic: 0,
    connectionId: 0,
    plaintext: 0,
    unexpected: 0,
    fragment: 0,
    overflow: 0,
    closed: 0,
  };
}
