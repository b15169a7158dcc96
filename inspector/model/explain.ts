/** Any record explained: what led to it, what it led to, and, of a failure, where that began, in plain sentences. */
import type { TraceRecord } from "../../ports/trace.ts";
import type { StepRecord } from "../records.ts";
import { beginningOf } from "./beginning.ts";
import { explainStep, type StepExplanation } from "./explainStep.ts";
import { isFailure } from "./failure.ts";
import { hintOf } from "./hints.ts";
import type { Hint } from "./hintTable.ts";
import type { SessionView } from "./sessionContract.ts";
import { tell } from "./tell.ts";
import { capitalised } from "./words.ts";

/** Links of a chain, and effects, that are told. */
const MAX_LINKS = 64;
/** Records that are looked through, where a chain begins without a cause, for the step that it began with. */
const LOOK_BACK = 200;
/** Records looked through for what came of a failure. */
const LOOK_AHEAD = 200;

export interface RecordExplanation {
  readonly index: number;
  readonly failure: boolean;
  /** Each a whole sentence: what it is, why, what that means. */
  readonly sentences: readonly string[];
  /** From what it all began with to the record itself. */
  readonly chain: readonly ChainLink[];
  /** Of a failure: index of the record that it began with, where that is another one. */
  readonly beginning?: number;
  /** What followed from it directly. */
  readonly effects: readonly ChainLink[];
  /** Of a step. */
  readonly step?: StepExplanation;
}

export interface ChainLink {
  readonly index: number;
  readonly record: TraceRecord;
  /** Without a full stop. */
  readonly sentence: string;
  readonly failure: boolean;
  /** No record says that it led to the next: it is the step that came shortly before. */
  readonly presumed: boolean;
  /** Index of the step that a `chart` record is a part of: it tells what was considered. */
  readonly step?: number;
  /** Further records of the same kind that stand for this link: parts of a download. */
  readonly more: number;
}

export function explainRecord(session: SessionView, index: number): RecordExplanation {
  const record = session.at(index);
  const chain = chainOf(session, index);
  const failure = isFailure(record);
  const step =
    record.kind === "step"
      ? explainStep(record as StepRecord, machineAt(session, record as StepRecord, index))
      : undefined;
  const beginning = failure
    ? beginningOf(
        session,
        chain.map((link) => link.index),
      )
    : undefined;
  const sentences = failure ? failureSentences(session, chain, beginning) : plainSentences(record, chain, step);
  const first = chain[0]!;
  if (first.record.cause !== undefined && session.causeOf(first.index) === undefined)
    sentences.push(`What led to it begins with record ${first.record.cause}, which is not here.`);
  else if (failure && chain.length === 1) sentences.push("No record tells what led to it.");
  return {
    index,
    failure,
    sentences,
    chain,
    ...(beginning !== undefined && { beginning }),
    effects: session
      .effectsOf(index)
      .slice(0, MAX_LINKS)
      .map((effect) => linkOf(session, effect)),
    ...(step !== undefined && { step }),
  };
}

/** What led to a record, as indices, itself last. */
export function causesOf(session: SessionView, index: number): readonly number[] {
  return chainOf(session, index).map((link) => link.index);
}

/** The newest failure at or before an index, events that tell the application of one before all others; undefined: there is none. */
export function newestFailure(session: SessionView, index: number): number | undefined {
  let found: number | undefined;
  for (let at = index; at >= 0; at--) {
    const record = session.at(at);
    if (record.kind === "event" && isFailure(record)) return at;
    if (found === undefined && isFailure(record)) found = at;
  }
  return found;
}

function chainOf(session: SessionView, index: number): ChainLink[] {
  const links: ChainLink[] = [linkOf(session, index)];
  let at = index;
  let presumed = 0;
  while (links.length < MAX_LINKS) {
    let cause = causeOf(session, at);
    if (cause === undefined && session.at(at).cause !== undefined) break;
    const isPresumed = cause === undefined;
    // One guess is enough: further back it would tell of something else.
    if (cause === undefined && presumed++ === 0) cause = stepBefore(session, at);
    if (cause === undefined || cause >= at) break;
    const link = { ...linkOf(session, cause), presumed: isPresumed };
    const next = links.at(-1)!;
    if (isSamePart(link.record, next.record) && links.length > 1)
      links[links.length - 1] = { ...link, more: next.more + 1 };
    else links.push(link);
    at = cause;
  }
  return links.reverse();
}

/** What a chart did after it cleared a timer was not because the timer had been set. */
function causeOf(session: SessionView, index: number): number | undefined {
  const cause = session.causeOf(index);
  if (cause === undefined) return undefined;
  const { kind, operation } = session.at(cause);
  if (kind !== "timer" || operation !== "cleared" || session.at(index).kind === "timer") return cause;
  return stepBefore(session, cause) ?? cause;
}

function linkOf(session: SessionView, index: number): ChainLink {
  const record = session.at(index);
  const step = record.kind === "chart" ? stepOf(session, index) : undefined;
  return {
    ...{ index, record, sentence: tell(record), failure: isFailure(record), presumed: false, more: 0 },
    ...(step !== undefined && { step }),
  };
}

/** Index of the step that tells a `chart` record in full; undefined where the inspector did not watch. */
export function stepOf(session: SessionView, index: number): number | undefined {
  const { device, actor, event } = session.at(index);
  for (let at = index + 1; at < Math.min(session.length, index + LOOK_BACK); at++) {
    const record = session.at(at);
    if (record.device !== device || record.kind !== "step") continue;
    const step = record as StepRecord;
    // A chart's steps come in order: the next of the same machine is the one.
    if (step.actor !== actor && !step.actor.endsWith(`/${String(actor)}`)) continue;
    return (step.microsteps ?? []).some((microstep) => microstep.event === event) || step.event?.type === event
      ? at
      : undefined;
  }
  return undefined;
}

/** Parts of one download are one link. */
function isSamePart(one: TraceRecord, other: TraceRecord): boolean {
  return one.kind === "http" && other.kind === "http" && one.phase === "progress" && other.phase === "progress";
}

/** What a service does by itself begins with the state that its chart has just entered. */
function stepBefore(session: SessionView, index: number): number | undefined {
  const { device, kind } = session.at(index);
  if (kind === "run" || kind === "chart" || kind === "step" || kind === "actor") return undefined;
  for (let at = index - 1; at >= Math.max(0, index - LOOK_BACK); at--) {
    const record = session.at(at);
    if (record.device !== device || (record.kind !== "chart" && record.kind !== "step")) continue;
    if (Array.isArray(record.entered) && record.entered.length > 0) return at;
  }
  return undefined;
}

function machineAt(session: SessionView, step: StepRecord, index: number) {
  const world = session.worldAt(index);
  const hash = world.devices.get(step.device)?.actors.get(step.actor)?.definition;
  return hash === undefined ? undefined : world.definitions.get(hash);
}

function plainSentences(record: TraceRecord, chain: readonly ChainLink[], step: StepExplanation | undefined): string[] {
  const sentences = [sentence(step?.sentence ?? tell(record))];
  const cause = chain.at(-2);
  if (cause !== undefined)
    sentences.push(sentence(`${cause.presumed ? "shortly before" : "because"} ${cause.sentence}`));
  return sentences;
}

function failureSentences(session: SessionView, chain: readonly ChainLink[], beginning: number | undefined): string[] {
  const indices = chain.map(({ index }) => index);
  const own = indices.at(-1)!;
  const sentences = [sentence(tell(session.at(own)))];
  if (beginning !== undefined) sentences.push(sentence(`it began with this: ${tell(session.at(beginning))}`));
  const hint = firstHint(
    session,
    beginning === undefined ? indices.toReversed() : [beginning, ...recordsFrom(session, beginning, chain)],
  );
  if (hint !== undefined) sentences.push(sentence(`that means: ${hint.means}`));
  if (hint?.remedy !== undefined) sentences.push(sentence(`what to do: ${hint.remedy}`));
  const attempt = attemptBefore(session, beginning ?? own, chain);
  if (attempt !== undefined) sentences.push(sentence(`before that, ${attempt}`));
  const purpose = session.at(Math.max(0, (beginning ?? own) - 1));
  if (purpose.kind === "fault") sentences.push(sentence(`it was made on purpose: the fault ${String(purpose.name)}`));
  const outcome = outcomeAfter(session, own);
  if (outcome !== undefined) sentences.push(sentence(`what came of it: ${tell(outcome)}`));
  return sentences;
}

/** What was asked for, of the firmware host or of a server, and how often. */
function attemptBefore(session: SessionView, beginning: number, chain: readonly ChainLink[]): string | undefined {
  const connect = chain.find(({ index, record }) => index < chain.at(-1)!.index && record.phase === "connect");
  if (connect?.record.kind === "http") return connect.sentence;
  const cause = session.causeOf(beginning);
  const asked =
    cause !== undefined && isRequest(session.at(cause))
      ? cause
      : chain.findLast(({ index }) => index < beginning && isRequest(session.at(index)))?.index;
  if (asked === undefined) return undefined;
  const again = timesAgain(session, asked, beginning);
  return `${tell(session.at(asked))}${again === 0 ? "" : ` (and ${again === 1 ? "once" : `${again} times`} more)`}`;
}

function isRequest({ kind, direction, code }: TraceRecord): boolean {
  return kind === "coap" && direction === "out" && typeof code === "string" && /^0\.0[1-9]$/.test(code);
}

function timesAgain(session: SessionView, asked: number, last: number): number {
  const { device, mid, remote } = session.at(asked);
  let times = 0;
  for (let at = asked + 1; at < last; at++) {
    const other = session.at(at);
    if (other.device === device && isRequest(other) && other.mid === mid && other.remote === remote) times++;
  }
  return times;
}

/** What the application was told because of a chart's failure; how a download that broke off went on. */
function outcomeAfter(session: SessionView, index: number): TraceRecord | undefined {
  const { kind, device, cause, url } = session.at(index);
  for (let at = index + 1; at < Math.min(session.length, index + LOOK_AHEAD); at++) {
    const record = session.at(at);
    if (record.device !== device) continue;
    if (kind === "http" && record.kind === "http" && record.phase === "request" && record.url === url) return record;
    if (kind !== "chart" || record.kind !== "event" || cause === undefined) continue;
    const told = session.causeOf(at);
    if (record.cause === cause || told === index || (told !== undefined && session.at(told).cause === cause))
      return record;
  }
  return undefined;
}

/** The links of a chain from a record on, and what followed from each directly, in order. */
function recordsFrom(session: SessionView, index: number, chain: readonly ChainLink[]): readonly number[] {
  const last = chain.at(-1)!.index;
  const indices = new Set<number>();
  for (const link of chain) {
    indices.add(link.index);
    for (const effect of session.effectsOf(link.index)) indices.add(effect);
  }
  return [...indices].filter((one) => one > index && one <= last).sort((one, other) => one - other);
}

function firstHint(session: SessionView, indices: readonly number[]): Hint | undefined {
  for (const index of indices) {
    const cause = session.causeOf(index);
    const hint = hintOf(session.at(index), cause === undefined ? undefined : session.at(cause));
    if (hint !== undefined) return hint;
  }
  return undefined;
}

function sentence(text: string): string {
  return `${capitalised(text)}${/[.!?]$/.test(text) ? "" : "."}`;
}
