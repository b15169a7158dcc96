/** Real time, for a driver that is given no clock. A modem on its line cannot be paused. */
import type { Clock } from "../../ports/clock.ts";

export const REAL_TIME: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  setTimeout: (work, delayMs) => setTimeout(work, delayMs),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout | undefined),
  pause: () => {},
  resume: () => {},
};
