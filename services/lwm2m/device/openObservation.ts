/** One observation under way: what the server was told of it, and when. */
import type { TimerId } from "../../../ports/clock.ts";
import type { ObserveTarget } from "./observeTarget.ts";
import type { WatchedPath } from "./watchedPath.ts";

export class Observation {
  readonly token: Uint8Array;
  readonly target: ObserveTarget;
  readonly watched: readonly WatchedPath[];
  sentAtMs: number;
  confirmedAtMs: number;
  /** Of what it was told last, among all that the server was told. */
  turn = 0;
  /** A notification is under way; the next one waits (RFC 7641 §4.5.1). */
  sending = false;
  /** It came from a store: what the server was told last is not known. */
  restored = false;
  timer: TimerId | undefined = undefined;

  constructor(token: Uint8Array, target: ObserveTarget, watched: readonly WatchedPath[], nowMs: number) {
    this.token = token;
    this.target = target;
    this.watched = watched;
    this.sentAtMs = nowMs;
    this.confirmedAtMs = nowMs;
  }
}

/** What an observation is kept under. */
export function keyOf(token: Uint8Array): string {
  return String.fromCharCode(...token);
}
