/** An explanation's sentences; of a failure first what it means, then what it began with, then what to do. */
import { useTheApp } from "../../state/useApp.ts";
import { BEGINNING, labelled, MEANING, REMEDY, type Told } from "./problems.ts";

const FIRST: readonly (string | undefined)[] = [MEANING, BEGINNING, REMEDY];

interface SentencesProps {
  readonly sentences: readonly string[];
  readonly failure: boolean;
  /** Index of the record that a failure began with. */
  readonly beginning?: number | undefined;
}

export function Sentences({ sentences, failure, beginning }: SentencesProps) {
  const app = useTheApp();
  const told = sentences.map(labelled);
  return (
    <div class={failure ? "sentences bad" : "sentences"}>
      {ordered(told).map(({ label, text }, position) => (
        <p key={position} class={position === 0 ? "sentence-lead" : undefined}>
          {label !== undefined && position > 0 && <span class="sentence-label">{label}: </span>}
          {label === BEGINNING && beginning !== undefined ? (
            <button type="button" class="link" onClick={() => app.select(beginning)}>
              {text}
            </button>
          ) : (
            text
          )}
        </p>
      ))}
    </div>
  );
}

/** Where nobody knows what it means, what happened leads. */
function ordered(told: readonly Told[]): readonly Told[] {
  if (!told.some(({ label }) => label === MEANING)) return told;
  const first = FIRST.flatMap((label) => told.filter((one) => one.label === label));
  return [...first, ...told.filter((one) => !first.includes(one))];
}
