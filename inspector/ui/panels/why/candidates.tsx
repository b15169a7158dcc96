/** Every transition that a step considered, in the order in which the machine asks them, and why each was taken or not. */
import type { CandidateExplanation, StepExplanation } from "../../../model/explainStep.ts";
import type { StepRecord } from "../../../records.ts";
import { useTheApp } from "../../state/useApp.ts";
import { BreakButton } from "../steer/breakButton.tsx";
import { GuardView } from "./guardView.tsx";

const VERDICTS: Readonly<Record<CandidateExplanation["verdict"], { readonly sign: string; readonly word: string }>> = {
  taken: { sign: "✓", word: "taken" },
  refused: { sign: "✗", word: "refused" },
  failed: { sign: "!", word: "failed" },
  notReached: { sign: "–", word: "not asked" },
  preempted: { sign: "⊘", word: "excluded" },
};

export function Candidates({ step, explanation }: { step: StepRecord; explanation: StepExplanation }) {
  const steps = explanation.microsteps.filter(({ candidates }) => candidates.length > 0);
  if (steps.length === 0) {
    return (
      <p class="faint">
        {explanation.ignored
          ? "No transition was considered: no active state has one for this event."
          : "The recording does not tell what was considered."}
      </p>
    );
  }
  return (
    <>
      {steps.map((microstep, position) => (
        <div key={position} class="microstep">
          {steps.length > 1 && (
            <p class="microstep-head">
              {position + 1}. {microstep.event === "" ? "at once, without an event" : microstep.words}
            </p>
          )}
          <ol class="candidates">
            {microstep.candidates.map((candidate, number) => (
              <CandidateItem key={number} candidate={candidate} number={number + 1} actor={step.actor} />
            ))}
          </ol>
        </div>
      ))}
    </>
  );
}

interface CandidateProps {
  readonly candidate: CandidateExplanation;
  readonly number: number;
  readonly actor: string;
}

function CandidateItem({ candidate, number, actor }: CandidateProps) {
  const app = useTheApp();
  const { verdict, title, sentence, guard, definition } = candidate;
  const { sign, word } = VERDICTS[verdict] ?? { sign: "?", word: verdict };
  const [source = ""] = candidate.edge.split("|");
  // The guard tells the whole of it where it decided.
  const decided = guard !== undefined && (verdict === "taken" || verdict === "refused" || verdict === "failed");
  return (
    <li class={`candidate ${verdict}`}>
      <div class="candidate-head">
        <span class="candidate-number">{number}</span>
        <span class="verdict">
          <span aria-hidden="true">{sign}</span> {word}
        </span>
        <span class="candidate-title">{title}</span>
      </div>
      <p class="candidate-why">
        In{" "}
        <button type="button" class="link" onClick={() => app.update({ actor, node: source })}>
          {source === "" ? "the chart itself" : source}
        </button>
        {decided ? "" : `: ${sentence}`}. <BreakButton breakpoint={{ actor, edge: candidate.edge }} />
      </p>
      {decided && <GuardView guard={guard} />}
      {definition?.description !== undefined && <p class="faint">{definition.description}</p>}
    </li>
  );
}
