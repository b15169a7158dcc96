/** What the application's own functions throw: its author reads why on standard error, and the carrier goes on. */

export function reportMistake(of: "event handler" | "event listener" | "firmware.defer", error: unknown): void {
  const reason = error instanceof Error ? error : new Error(String(error));
  process.emitWarning(`The ${of} of a carrier threw: ${reason.stack ?? reason.message}`);
}
