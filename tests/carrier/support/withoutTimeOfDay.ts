import type { Clock } from "../../../ports/clock.ts";

/** The same clock on a device that has lost the time of day: it counts from 1970 on, as after a loss of power. */
export function withoutTimeOfDay(clock: Clock): Clock {
  const bootedAt = clock.now();
  return {
    now: () => clock.now(),
    wall: () => clock.now() - bootedAt,
    setTimeout: (work, delayMs) => clock.setTimeout(work, delayMs),
    clearTimeout: (timer) => clock.clearTimeout(timer),
    pause: () => clock.pause(),
    resume: () => clock.resume(),
  };
}
