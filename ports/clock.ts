/**
 * Time, as everything in the carrier sees it. One clock drives the statecharts and the services alike, so that a run
 * can be stepped by hand in a test, sped up in a demo and frozen at a breakpoint.
 * It has the shape that XState's `clock` option asks for.
 */

/** What `setTimeout` returned; opaque. */
export type TimerId = unknown;

export interface Clock {
  /** Monotonic time in ms since the clock began. */
  now(): number;
  /** Time of day in ms since 1970-01-01T00:00Z; survives restarts, so deadlines that must outlive one use it. */
  wall(): number;
  /** Calls `work` once after `delayMs` ms (0 or more, 2^31 and beyond included). */
  setTimeout(work: () => void, delayMs: number): TimerId;
  clearTimeout(timer: TimerId): void;
  /** Freezes time: no timer fires and `now` stands still until `resume`. */
  pause(): void;
  resume(): void;
}
