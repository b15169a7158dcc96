/** An explanation's sentences; of a failure what it means comes first. */
import { labelled, type Told } from "./problems.ts";

export function Sentences({ sentences, failure }: { sentences: readonly string[]; failure: boolean }) {
  const told = sentences.map(labelled);
  const ordered = [...told.filter(isMeaning), ...told.filter((one) => !isMeaning(one))];
  return (
    <div class={failure ? "sentences bad" : "sentences"}>
      {ordered.map(({ label, text }, position) => (
        <p key={position} class={position === 0 ? "sentence-lead" : undefined}>
          {label !== undefined && position > 0 && <span class="sentence-label">{label}</span>}
          {text}
        </p>
      ))}
    </div>
  );
}

function isMeaning({ label }: Told): boolean {
  return label === "That means";
}
