/** What every chart needs for waiting: one event at a given time, counted from a fact or from now. */
import { source } from "./chart.ts";

export interface DeadlineInput {
  /** Type of the event that comes when the time has. */
  readonly event: string;
  /** Time of day in ms since 1970; for deadlines that a restart does not move. */
  readonly at?: number;
  /** Or ms from now; with both the earlier one. */
  readonly afterMs?: number;
}

export const deadline = source<{ readonly type: string }, DeadlineInput>("deadline");

/** What an alarm is told. `at`: time of day, ms; one that is set is moved by setting it again. */
export type AlarmEvent = { readonly type: "alarm.set"; readonly at: number } | { readonly type: "alarm.clear" };

/** A deadline that lives as long as its chart, for what comes round all the time: an actor for each would cost more. */
export const alarm = source<AlarmEvent, Pick<DeadlineInput, "event">>("alarm");
