/** Opens a port again that was lost: at once, then at growing intervals, until it is there or nobody wants it. */
import type { Clock } from "../../../ports/clock.ts";

export interface ReopenOptions<Port> {
  open(): Promise<Port>;
  /** Called with each attempt's error; the next one follows after the interval. */
  onFailure?(error: unknown): void;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Waits between attempts in ms, the last one for ever. */
  readonly intervalsMs?: readonly number[];
}

/** A device that was reset is back after one or two seconds; permissions come a moment after its name. */
export const REOPEN_INTERVALS_MS: readonly number[] = [100, 250, 500, 1_000, 2_000, 5_000];

/**
 * Undefined when `signal` ended it; a port that comes after that is the caller's no more and is handed to `discard`.
 */
export async function reopen<Port>(
  options: ReopenOptions<Port>,
  discard: (port: Port) => void,
): Promise<Port | undefined> {
  const { clock, signal, intervalsMs = REOPEN_INTERVALS_MS } = options;
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      const port = await options.open();
      if (!signal.aborted) return port;
      discard(port);
      return undefined;
    } catch (error) {
      if (signal.aborted) return undefined;
      options.onFailure?.(error);
    }
    await pause(intervalsMs[Math.min(attempt, intervalsMs.length - 1)] ?? 0, clock, signal);
  }
  return undefined;
}

function pause(delayMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clock.clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = clock.setTimeout(end, delayMs);
    signal.addEventListener("abort", end, { once: true });
  });
}
