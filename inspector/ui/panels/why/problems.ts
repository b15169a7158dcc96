/** How the panel Why says what went wrong: problems in a line each, alike ones together, and the parts of an explanation. */
import { explainRecord } from "../../../model/explain.ts";
import type { SessionView } from "../../../model/sessionContract.ts";
import { capitalised } from "../../../model/words.ts";

/** Problems that are explained for a list. */
const MOST_EXPLAINED = 40;

/** Problems of which the same is said. */
export interface ProblemGroup {
  /** Of the first of them in the order of the list. */
  readonly index: number;
  readonly text: string;
  readonly times: number;
}

/** What is to be listed of many problems: the first ones, alike ones together. */
export function groupsOf(session: SessionView, problems: readonly number[]): readonly ProblemGroup[] {
  const groups = new Map<string, ProblemGroup>();
  for (const index of problems.slice(0, MOST_EXPLAINED)) {
    const text = headline(session, index);
    const known = groups.get(text);
    groups.set(text, known === undefined ? { index, text, times: 1 } : { ...known, times: known.times + 1 });
  }
  return [...groups.values()];
}

/** What a failure means, or, where that is not known, what it was. */
function headline(session: SessionView, index: number): string {
  const told = explainRecord(session, index).sentences.map(labelled);
  return (told.find(({ label }) => label === MEANING) ?? told[0]!).text;
}

export interface Told {
  readonly label?: string;
  readonly text: string;
}

export const MEANING = "That means";
export const BEGINNING = "It began with";
export const REMEDY = "What to do";

/** A sentence that begins by saying what it is: `It began with this: …`, `That means: …`. */
const LABELS: Readonly<Record<string, string>> = {
  "It began with this": BEGINNING,
  [MEANING]: MEANING,
  [REMEDY]: REMEDY,
  "What came of it": "What came of it",
  "It was made on purpose": "Made on purpose",
};

/** Never begin with a name. */
const FREE: ReadonlySet<string> = new Set([MEANING, REMEDY]);

export function labelled(sentence: string): Told {
  const at = sentence.indexOf(": ");
  const label = at === -1 ? undefined : LABELS[sentence.slice(0, at)];
  if (label === undefined) return { text: sentence };
  const text = sentence.slice(at + 2);
  return { label, text: FREE.has(label) ? `${text.slice(0, 1).toUpperCase()}${text.slice(1)}` : capitalised(text) };
}
