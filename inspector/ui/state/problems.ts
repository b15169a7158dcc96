/** What went wrong in a session, by device: each problem once, at the record that it ended with. */
import type { TraceRecord } from "../../../ports/trace.ts";
import { failuresBehind } from "../../model/beginning.ts";
import { causesOf } from "../../model/explain.ts";
import { isFailure } from "../../model/failure.ts";
import type { SessionView } from "../../model/sessionContract.ts";
import { RecordFollower } from "./recordFollower.ts";

interface Gathered {
  /** Indices of all records that tell of a failure, rising. */
  readonly failures: number[];
  /** Of those that led to no other one. */
  readonly problems: number[];
}

/** What has a story behind it, in which other failures may be told already. */
const STORIES: ReadonlySet<string> = new Set(["event", "chart", "http", "return"]);
const NONE: readonly number[] = [];
/** Causes that are gone back for what a failure has behind it: a chain may be as long as the run. */
const MOST_CAUSES = 200;

export class Problems {
  readonly #session: SessionView;
  readonly #follower: RecordFollower;
  readonly #devices = new Map<string, Gathered>();
  /** By a failure's index that of the first one that it led to. */
  readonly #ledTo = new Map<number, number>();

  constructor(session: SessionView) {
    this.#session = session;
    this.#follower = new RecordFollower(session);
  }

  update(): this {
    this.#follower.follow(
      (record, index) => this.#take(record, index),
      () => {
        this.#devices.clear();
        this.#ledTo.clear();
      },
    );
    return this;
  }

  /** Of the whole run, as far as its records are here: their indices, rising. The list changes: do not keep it. */
  of(device: string): readonly number[] {
    return this.#devices.get(device)?.problems ?? NONE;
  }

  /** As they were at the record `index`: a failure is a problem of its own until what it led to has happened. */
  at(device: string, index: number): readonly number[] {
    const failures = this.#devices.get(device)?.failures ?? NONE;
    return failures.filter((at) => at <= index && (this.#ledTo.get(at) ?? Number.POSITIVE_INFINITY) > index);
  }

  #take(record: TraceRecord, index: number): void {
    if (!isFailure(record)) return;
    for (const part of partsOf(this.#session, index)) {
      if (this.#ledTo.has(part)) continue;
      this.#ledTo.set(part, index);
      takeOut(this.#devices.get(this.#session.at(part).device)?.problems, part);
    }
    const known = this.#devices.get(record.device);
    if (known === undefined) this.#devices.set(record.device, { failures: [index], problems: [index] });
    else {
      known.failures.push(index);
      known.problems.push(index);
    }
  }
}

/** Whether the application was told of a failure, or the run ended with it. */
export function isGrave({ kind }: TraceRecord): boolean {
  return kind === "event" || kind === "result";
}

/** What is taken out came a short while ago. */
function takeOut(indices: number[] | undefined, index: number): void {
  const at = indices?.lastIndexOf(index) ?? -1;
  if (at >= 0) indices?.splice(at, 1);
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
  let at = session.causeOf(index);
  for (; at !== undefined && !seen.has(at) && seen.size <= MOST_CAUSES; at = session.causeOf(at)) {
    seen.add(at);
    if (isFailure(session.at(at))) found.push(at);
  }
  return found;
}

const cache = new WeakMap<SessionView, Problems>();

export function problemsOf(session: SessionView): Problems {
  let problems = cache.get(session);
  if (problems === undefined) {
    problems = new Problems(session);
    cache.set(session, problems);
  }
  return problems.update();
}
