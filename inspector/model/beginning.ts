/** Where a failure began: on the wire, in the modem or in a service, before charts made something of it. */
import type { Lifeline, RecordKind, TraceRecord } from "../../ports/trace.ts";
import { isFailure } from "./failure.ts";
import type { SessionView } from "./sessionContract.ts";

/** Records looked through for the state in which it came about. */
const LOOK_BACK = 5000;
/** What a chart only hears of. */
const HAPPENS: ReadonlySet<RecordKind> = new Set(["coap", "dtls", "http", "modem", "refused", "return", "store"]);

/**
 * The failures that led to a record, in order: those of the chain, what else came of its links, and what went wrong
 * while the state lasted that the failure ended. `whole` is its chain as indices, the record itself last; attempts
 * before the last one have failures of their own.
 */
export function failuresBehind(session: SessionView, whole: readonly number[]): readonly number[] {
  const chain = lastAttempt(session, whole);
  const last = chain.at(-1)!;
  const found = new Set<number>();
  for (const link of chain) {
    for (const at of [link, ...session.effectsOf(link)]) if (at < last && isFailure(session.at(at))) found.add(at);
  }
  for (const at of failuresWithin(session, chain)) found.add(at);
  for (const at of failuresMeanwhile(session, last)) found.add(at);
  return [...found].sort((one, other) => one - other);
}

/** The first of them that happened, rather than being heard of by a chart. */
export function beginningOf(session: SessionView, chain: readonly number[]): number | undefined {
  const failures = failuresBehind(session, chain);
  return failures.find((at) => HAPPENS.has(session.at(at).kind)) ?? failures[0];
}

/** From the timer on that made a chart try again. */
function lastAttempt(session: SessionView, chain: readonly number[]): readonly number[] {
  const begin = chain.findLastIndex((index, at) => {
    const { kind, operation } = session.at(index);
    const next = chain[at + 1];
    if (kind !== "timer" || operation !== "fired" || next === undefined) return false;
    return isTransition(session.at(next)) && !isFailure(session.at(next));
  });
  return begin === -1 ? chain : chain.slice(begin);
}

/** Recordings do not tell the cause of what a service hears from outside; when it came, and from whom, tells as much. */
function failuresWithin(session: SessionView, chain: readonly number[]): number[] {
  const decision = decisionOf(session, chain);
  if (decision === undefined) return [];
  const { device, actor, cause } = session.at(decision);
  const peer = peerOf(String(actor));
  const found: number[] = [];
  /** Where the chart was, and the failures since it came there. */
  let state: unknown;
  let inState = 0;
  for (let at = decision - 1; at >= Math.max(0, decision - LOOK_BACK); at--) {
    const record = session.at(at);
    if (record.device !== device) continue;
    if (isTransition(record) && isSameActor(String(record.actor), String(actor))) {
      // The microsteps of one step have the same cause.
      const isBefore = cause === undefined || record.cause !== cause;
      const into = isBefore && Array.isArray(record.entered) ? record.entered.at(-1) : undefined;
      if (into === undefined) continue;
      // It may have come there from there: a Register of an older version after that of a newer one.
      if (state !== undefined && into !== state) break;
      state = into;
      inState = found.length;
    } else if (HAPPENS.has(record.kind) && isFailure(record) && isBetween(record, peer)) found.push(at);
  }
  return found.slice(0, inState);
}

/** What broke a download off may be the modem, which takes it. */
function failuresMeanwhile(session: SessionView, last: number): number[] {
  const { kind, phase, device, url } = session.at(last);
  if (kind !== "http" || phase !== "error") return [];
  const found: number[] = [];
  for (let at = last - 1; at >= Math.max(0, last - LOOK_BACK); at--) {
    const record = session.at(at);
    if (record.device !== device) continue;
    if (record.kind === "http" && record.url === url) return found;
    if (record.kind === "modem" && isFailure(record)) found.push(at);
  }
  return [];
}

/** The transition that was taken because of the outcome of a service. */
function decisionOf(session: SessionView, chain: readonly number[]): number | undefined {
  if (HAPPENS.has(session.at(chain.at(-1)!).kind) && session.at(chain.at(-1)!).kind !== "return") return undefined;
  let decision: number | undefined;
  for (let at = chain.length - 1; at >= 0; at--) {
    const record = session.at(chain[at]!);
    if (isTransition(record)) decision ??= chain[at];
    if (record.kind !== "actor" || record.phase !== "ended" || at === chain.length - 1) continue;
    const next = session.at(chain[at + 1]!);
    // The innermost service: outer charts only pass on how it ended.
    if (record.logic !== "machine") return isTransition(next) ? chain[at + 1] : decision;
  }
  return decision;
}

function isTransition({ kind }: TraceRecord): boolean {
  return kind === "chart" || kind === "step";
}

/** `register/123` of a `chart` record is `carrier/register/123` of a step. */
function isSameActor(one: string, other: string): boolean {
  return one === other || one.endsWith(`/${other}`) || other.endsWith(`/${one}`);
}

/** Whom a chart speaks with. */
function peerOf(actor: string): Lifeline | undefined {
  const [, server] = /(?:^|\/)register\/(\d+)$/.exec(actor) ?? [];
  if (server !== undefined) return `server/${Number(server)}`;
  if (/(?:^|\/)bootstrap$/.test(actor)) return "bootstrap";
  return /(?:^|\/)fota$/.test(actor) ? "firmwareHost" : undefined;
}

function isBetween({ from, to, server }: TraceRecord, peer: Lifeline | undefined): boolean {
  const ends = [from, to, typeof server === "number" ? `server/${server}` : server].filter(isPeer);
  return ends.length === 0 || (peer !== undefined && ends.includes(peer));
}

function isPeer(lifeline: unknown): boolean {
  return typeof lifeline === "string" && /^(?:bootstrap|firmwareHost|server\/.*)$/.test(lifeline);
}
