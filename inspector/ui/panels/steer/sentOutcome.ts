/** What came of an event that somebody sent: told by the first step that has it as its cause. */

import { explainStep } from "../../../model/explainStep.ts";
import type { SessionView } from "../../../model/sessionContract.ts";
import { capitalised } from "../../../model/words.ts";
import type { StepRecord } from "../../../records.ts";

export interface SentOutcome {
  readonly text: string;
  readonly tone: "good" | "warning" | "bad";
  /** Index of the step. */
  readonly index: number;
}

/** `seq` of the record that tells of the sending; undefined as long as no step of the actor is known to come of it. */
export function sentOutcome(session: SessionView, device: string, actor: string, seq: number): SentOutcome | undefined {
  const sent = session.indexOf(device, seq);
  if (sent === undefined) return undefined;
  const index = session.effectsOf(sent).find((effect) => isStepOf(session.at(effect), actor));
  if (index === undefined) return undefined;
  const step = session.at(index) as StepRecord;
  const hash = session.live.devices.get(device)?.actors.get(actor)?.definition;
  const machine = hash === undefined ? undefined : session.live.definitions.get(hash);
  const text = `${capitalised(explainStep(step, machine).sentence)}.`;
  const failed = step.error !== undefined || step.status === "error";
  return { text, index, tone: failed ? "bad" : step.ignored === true ? "warning" : "good" };
}

function isStepOf(record: { readonly kind: string; readonly actor?: unknown }, actor: string): boolean {
  return record.kind === "step" && record.actor === actor;
}
