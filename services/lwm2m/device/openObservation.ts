/** One observation under way: what the server was told of it, and when. */
import type { TimerId } from "../../../ports/clock.ts";
import type { TimerFields, TimerRecord } from "../../coap/timerRecord.ts";
import type { Endpoint, Notification, NotifyOutcome } from "../../coap/types.ts";
import { formatPath } from "../path.ts";
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
  timerRecord: TimerRecord | undefined = undefined;

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

/** Which attribute the timer is of, and what for. */
export function timerOf(
  { watched, target }: Observation,
  isToTell: boolean,
  shortServerId: number,
): Pick<TimerFields, "name" | "owner" | "purpose"> {
  const owner = `observe server/${shortServerId}`;
  const places = target.paths.length > 3 ? `${target.paths.length} places` : target.paths.map(formatPath).join(", ");
  if (!isToTell) return { name: "epmin", owner, purpose: `${places} is looked at` };
  const name = watched.some(({ pending }) => pending) ? "pmin" : "pmax";
  return { name, owner, purpose: `the server is told ${places}` };
}

/** What cannot even be sent has not arrived. */
export function notify(endpoint: Endpoint, token: Uint8Array, notification: Notification): Promise<NotifyOutcome> {
  return endpoint.notify(token, notification).catch(() => "closed");
}

export function hasArrived(outcome: NotifyOutcome): boolean {
  return outcome === "acknowledged" || outcome === "sent";
}
