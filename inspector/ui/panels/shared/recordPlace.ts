import type { SessionView } from "../../../model/sessionContract.ts";
import { timeText } from "./time.ts";

/** A point of a run: `record 53, 1.234`; before all records `the beginning`. */
export function recordPlace(session: SessionView, index: number): string {
  if (index < 0 || index >= session.length) return "the beginning";
  const { seq, time } = session.at(index);
  return `record ${seq}, ${timeText(session, time)}`;
}
