/** What went wrong in a run: each problem once, at the record that it ended with. */
import type { TraceRecord } from "../../../../ports/trace.ts";
import { explainRecord } from "../../../model/explain.ts";
import { isFailure } from "../../../model/failure.ts";
import type { SessionView } from "../../../model/sessionContract.ts";
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

const failures = new RecordIndex(isFailure);
const known = new WeakMap<SessionView, Known>();
/** Problems kept; the oldest go. */
const MOST = 400;

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
  for (const part of grave ? failuresToldOf(session, index) : failuresBefore(session, index)) {
    if (!ledTo.has(part)) ledTo.set(part, index);
  }
  problems.set(index, { index, device, grave });
  if (problems.size <= MOST) return;
  const [oldest] = problems.keys();
  problems.delete(oldest!);
  ledTo.delete(oldest!);
}

/** Failures in the story of a record: those that presumably belong to it included, and what else came of the same. */
function failuresToldOf(session: SessionView, index: number): number[] {
  const told = explainRecord(session, index).chain.map((link) => link.index);
  const beside = told.flatMap((at) => session.effectsOf(at));
  return [...told, ...beside].filter((at) => at < index && isFailure(session.at(at)));
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

export interface Told {
  readonly label?: string;
  readonly text: string;
}

/** A sentence that begins by saying what it is: `It began with this: …`, `That means: …`. */
const LABELS: Readonly<Record<string, string>> = {
  "It began with this": "It began with",
  "That means": "That means",
};

export function labelled(sentence: string): Told {
  const at = sentence.indexOf(": ");
  const label = at === -1 ? undefined : LABELS[sentence.slice(0, at)];
  if (label === undefined) return { text: sentence };
  const text = sentence.slice(at + 2);
  return { label, text: `${text.slice(0, 1).toUpperCase()}${text.slice(1)}` };
}
