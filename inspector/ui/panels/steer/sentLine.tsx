/** That an event was sent, and what came of it as soon as that is known. */
import type { SessionView } from "../../../model/sessionContract.ts";
import { useTheApp } from "../../state/useApp.ts";
import { LinkTo } from "../shared/parts.tsx";
import { shortActor } from "../shared/recordLine.ts";
import { sentOutcome } from "./sentOutcome.ts";

export interface SentEvent {
  /** Of this run. */
  readonly session: SessionView;
  readonly device: string;
  readonly actor: string;
  readonly type: string;
  /** Of the record that tells of it; absent: the app does not say. */
  readonly seq?: number;
}

export function SentLine({ sent }: { sent: SentEvent }) {
  const { entry, view } = useTheApp();
  const { session, device, actor, type, seq } = sent;
  const isHere = session === entry.session && device === view.device;
  const outcome = isHere && seq !== undefined ? sentOutcome(session, device, actor, seq) : undefined;
  return (
    <>
      <p role="status" class={`said tone-${outcome?.tone ?? "good"}`}>
        {type} was sent to {shortActor(actor)}. {outcome?.text}
      </p>
      {outcome !== undefined && <LinkTo index={outcome.index} as="it led to" />}
    </>
  );
}
