/** What every chart needs for waiting: one event at a given time, counted from a fact or from now. */
import { source } from "./chart.ts";

export interface DeadlineInput {
  /** Type of the event that comes when the time has. */
  readonly event: string;
  /** Time of day in ms since 1970; for deadlines that a restart does not move. */
  readonly at?: number;
  /** Or ms from now. */
  readonly afterMs?: number;
}

export const deadline = source<{ readonly type: string }, DeadlineInput>("deadline");
