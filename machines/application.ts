/** How charts speak to the application: `ask` waits for the handler's answer, `notify` does not. */
import { service } from "./chart.ts";
import type { ApplicationAnswer, SemanticEvent } from "./semanticEvent.ts";

export const ask = service<ApplicationAnswer, SemanticEvent>("ask");

/** Stands for the action `notify` until `provide` supplies it. */
export function notify(_: unknown, event: SemanticEvent): void {
  throw new Error(`No implementation was provided for "notify" (${event.type})`);
}

export type NotifyAction = { type: "notify"; params: SemanticEvent };
