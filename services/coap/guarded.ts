/**
 * Calls back into the application from the receive path. What a callback throws is its own affair: it must neither stop
 * the endpoint nor become an unhandled rejection.
 */
export function guarded(callback: () => void): void {
  try {
    callback();
  } catch {
    // Nobody here could do anything about it.
  }
}
