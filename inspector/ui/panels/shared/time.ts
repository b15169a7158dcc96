/** Times and spans for people. */
import type { SessionView } from "../../../model/sessionContract.ts";
import { formatOffset } from "../../shell/formatTime.ts";

/** A time of the run's clock as the page tells it everywhere: since the first record of the session. */
export function timeText(session: SessionView, ms: number): string {
  return formatOffset(ms - (session.length > 0 ? session.at(0).time : 0));
}

/** How long something takes or is left: `340 ms`, `4.2 s`, `3 min 20 s`, `1 h 05 min`, `2 d 3 h`. */
export function spanText(ms: number): string {
  if (ms < 0) return `-${spanText(-ms)}`;
  if (ms < 1) return ms === 0 ? "0 ms" : "less than 1 ms";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  const hours = Math.floor(seconds / 3600);
  if (hours < 48) return `${hours} h ${two(Math.floor(seconds / 60) % 60)} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
