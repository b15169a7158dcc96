/** Why the selected record happened: in sentences, by the transitions considered, and by the chain that led to it. */
import { explainRecord } from "../../../model/explain.ts";
import { explainStep } from "../../../model/explainStep.ts";
import type { SessionView } from "../../../model/sessionContract.ts";
import type { StepRecord } from "../../../records.ts";
import { useTheApp } from "../../state/useApp.ts";
import { kindWord, Section } from "../shared/parts.tsx";
import { shortActor } from "../shared/recordLine.ts";
import { timeText } from "../shared/time.ts";
import { isWire } from "../wire/wireFields.ts";
import { Candidates } from "./candidates.tsx";
import { Chain, Link } from "./chain.tsx";
import { decisionBefore, stepOf } from "./decision.ts";
import { Sentences } from "./sentences.tsx";
import { StepDetails } from "./stepDetails.tsx";

export function RecordWhy({ session, index }: { session: SessionView; index: number }) {
  const app = useTheApp();
  const record = session.at(index);
  const { failure, sentences, chain, effects, beginning } = explainRecord(session, index);
  const own = stepOf(session, index);
  const decision = own ?? decisionBefore(session, chain);
  const actor = typeof record.actor === "string" ? record.actor : undefined;
  // A step is explained by what it weighed up, everything else by what led to it.
  const decided = decision !== undefined && (
    <Decision key="decision" session={session} index={decision} isOwn={decision === own} />
  );
  const course = chain.length > 1 && (
    <Section key="course" title="How it came to this" hint="oldest first">
      <Chain links={chain} selected={index} />
    </Section>
  );
  return (
    <div class="explained">
      <div class="explained-lead">
        <div class="why-head">
          <span class={failure ? "chip bad" : "chip"}>{failure ? "failure" : kindWord(record.kind)}</span>
          {actor !== undefined && <span class="mono">{shortActor(actor)}</span>}
          {typeof record.sender === "string" && <span class="faint">sent by {shortActor(record.sender)}</span>}
          <span class="faint">
            record {record.seq}, {timeText(session, record.time)}
          </span>
          {isWire(record) && (
            <button type="button" class="link" onClick={() => app.update({ panel: "wire" })}>
              take it apart
            </button>
          )}
        </div>
        <Sentences sentences={sentences} failure={failure} beginning={beginning} />
      </div>
      <div class="explained-why">{own === undefined ? [course, decided] : [decided, course]}</div>
      <div class="explained-after">
        {record.kind === "step" && <StepDetails step={record as StepRecord} />}
        <Section title="What followed from it">
          {effects.length === 0 ? (
            <p class="faint">Nothing that is recorded.</p>
          ) : (
            <ol class="why-chain">
              {effects.map((effect) => (
                <Link key={effect.index} link={effect} />
              ))}
            </ol>
          )}
        </Section>
      </div>
    </div>
  );
}

function Decision({ session, index, isOwn }: { session: SessionView; index: number; isOwn: boolean }) {
  const app = useTheApp();
  const step = session.at(index) as StepRecord;
  const world = session.worldAt(index);
  const hash = world.devices.get(step.device)?.actors.get(step.actor)?.definition;
  const machine = hash === undefined ? undefined : world.definitions.get(hash);
  const explanation = explainStep(step, machine);
  const entered = Array.isArray(step.entered) ? step.entered : [];
  const state = machine?.nodes.find(({ id }) => id === entered.at(-1));
  return (
    <Section
      title={isOwn ? "What was considered" : "Where it was decided"}
      hint={isOwn ? "in the machine's order" : undefined}
    >
      {!isOwn && (
        <p class="why-decision">
          <button type="button" class="link" onClick={() => app.select(index)}>
            {explanation.sentence}
          </button>
        </p>
      )}
      <Candidates step={step} explanation={explanation} />
      {state?.description !== undefined && (
        <p class="why-state">
          <strong>{state.key}</strong>: {state.description}
          {state.meta?.spec !== undefined && <span class="faint"> ({state.meta.spec})</span>}
        </p>
      )}
    </Section>
  );
}
