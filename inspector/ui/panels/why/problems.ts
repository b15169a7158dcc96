/** What went wrong in a run: each problem once, at the record that it ended with. */
import type { TraceRecord } from "../../../../ports/trace.ts";
import { failuresBehind } from "../../../model/beginning.ts";
import { causesOf, explainRecord } from "../../../model/explain.ts";
import { isFailure } from "../../../model/failure.ts";
import type { SessionView } from "../../../model/sessionContract.ts";
import { capitalised } from "../../../model/words.ts";
import { RecordIndex } from "../shared/recordIndex.ts";

export interface Problem {
  readonly index: number;
  readonly device: string;
  /** The application was told, or the run ended with it. */
  readonly grave: boolean;
}

interface Known {
  readonly first: TraceRecord;
  readonly problems: Map<number, Problem>;
  /** By a failure's index that of the first one that it led to. */
  readonly ledTo: Map<number, number>;
  /** Failures looked at. */
  done: number;
}

/** What has a story behind it, in which other failures may be told already. */
const STORIES: ReadonlySet<string> = new Set(["event", "chart", "http", "return"]);
const failures = new RecordIndex(isFailure);
const known = new WeakMap<SessionView, Known>();
/** Problems kept; the oldest go. */
const MOST = 400;
/** Problems that are explained for a list. */
const MOST_EXPLAINED = 40;

/** Problems of a device up to and with the record `index`, the newest first. */
export function problemsOf(session: SessionView, device: string, index: number): readonly Problem[] {
  const indices = failures.of(session);
  if (session.length === 0 || indices.length === 0) return [];
  const first = session.at(0);
  let here = known.get(session);
  if (here === undefined || here.first !== first || here.done > indices.length) {
    here = { first, problems: new Map(), ledTo: new Map(), done: 0 };
    known.set(session, here);
  }
  for (; here.done < indices.length; here.done++) learn(session, indices[here.done]!, here);
  const { problems, ledTo } = here;
  return (
    [...problems.values()]
      .filter((problem) => problem.device === device && problem.index <= index)
      // A failure is a problem of its own until what it led to has happened.
      .filter((problem) => (ledTo.get(problem.index) ?? Infinity) > index)
      .reverse()
  );
}

function learn(session: SessionView, index: number, { problems, ledTo }: Known): void {
  const { device, kind } = session.at(index);
  const grave = kind === "event" || kind === "result";
  for (const part of partsOf(session, index)) {
    if (!ledTo.has(part)) ledTo.set(part, index);
  }
  problems.set(index, { index, device, grave });
  if (problems.size <= MOST) return;
  const [oldest] = problems.keys();
  problems.delete(oldest!);
  ledTo.delete(oldest!);
}

/** Failures that are a part of what a record tells. */
function partsOf(session: SessionView, index: number): readonly number[] {
  const record = session.at(index);
  if (STORIES.has(record.kind) && record.from !== "modem") {
    return failuresBehind(session, causesOf(session, index));
  }
  // A call that failed in the modem ends right after that; a refusal is told before its answer is sent.
  const before = index > 0 && record.kind === "return" && isFailure(session.at(index - 1)) ? [index - 1] : [];
  const cause = session.causeOf(index);
  const beside =
    cause === undefined ? [] : session.effectsOf(cause).filter((at) => at < index && isFailure(session.at(at)));
  return [...before, ...beside, ...failuresBefore(session, index)];
}

/** Failures on the way to a record. */
function failuresBefore(session: SessionView, index: number): number[] {
  const found: number[] = [];
  const seen = new Set([index]);
  for (let at = session.causeOf(index); at !== undefined && !seen.has(at); at = session.causeOf(at)) {
    seen.add(at);
    if (isFailure(session.at(at))) found.push(at);
  }
  return found;
}

/** Problems of which the same is said. */
export interface ProblemGroup {
  /** The newest of them. */
  readonly problem: Problem;
  readonly text: string;
  readonly times: number;
}

/** What is to be listed of many problems: the newest ones, alike ones together. */
export function groupsOf(session: SessionView, problems: readonly Problem[]): readonly ProblemGroup[] {
  const groups = new Map<string, ProblemGroup>();
  for (const problem of problems.slice(0, MOST_EXPLAINED)) {
    const text = headline(session, problem.index);
    const known = groups.get(text);
    groups.set(text, known === undefined ? { problem, text, times: 1 } : { ...known, times: known.times + 1 });
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
