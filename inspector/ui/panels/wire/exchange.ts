/** What belongs together on the wire: a request, its acknowledgement and response, what was sent again (RFC 7252 §4, §5.3). */
import type { TraceRecord } from "../../../../ports/trace.ts";
import type { SessionView } from "../../../model/sessionContract.ts";

export interface Related {
  readonly index: number;
  readonly role: string;
}

/** Records looked at to either side of the selected one. */
const REACH = 4000;
/** Records of one exchange that are listed. */
const MOST = 40;

/** The exchange that the record at `index` is part of, itself included, in order; empty when it stands alone. */
export function exchangeOf(session: SessionView, index: number): readonly Related[] {
  const record = session.at(index);
  if (record.kind === "at") return commandOf(session, index);
  const belongs = BELONGING[record.kind]?.(record);
  if (belongs === undefined) return [];
  const found: number[] = [];
  const look = (at: number) => {
    const other = session.at(at);
    return other.device === record.device && other.kind === record.kind && belongs(other);
  };
  for (let at = index - 1; at >= 0 && index - at <= REACH && found.length < MOST / 2; at--)
    if (look(at)) found.push(at);
  found.reverse();
  found.push(index);
  for (let at = index + 1; at < session.length && at - index <= REACH && found.length < MOST; at++)
    if (look(at)) found.push(at);
  if (found.length < 2) return [];
  return found.map((at, position) => ({ index: at, role: roleOf(session, found, position) }));
}

/** How a command's answer ends (3GPP TS 27.007 §9.2, TS 27.005 §3.2.5). */
const FINAL_RESULT = /^(OK|ERROR|\+CM[ES] ERROR\b.*)$/;

/** A command to the modem and the lines that came until its final result; a notification may lie between them. */
function commandOf(session: SessionView, index: number): readonly Related[] {
  const { device } = session.at(index);
  const lines: Related[] = [];
  const isAt = (at: number) => session.at(at).kind === "at" && session.at(at).device === device;
  let begin = index;
  while (begin >= 0 && index - begin <= REACH && !(isAt(begin) && session.at(begin).to === "modem")) begin--;
  if (begin < 0 || index - begin > REACH) return [];
  for (let at = begin; at < session.length && lines.length < MOST && at - begin <= REACH; at++) {
    if (!isAt(at)) continue;
    const { line, to } = session.at(at);
    if (at > begin && to === "modem") break;
    const isFinal = FINAL_RESULT.test(String(line));
    lines.push({ index: at, role: at === begin ? "command" : isFinal ? "result" : "line" });
    if (isFinal) break;
  }
  // A line after the final result is the modem's own.
  return lines.some((one) => one.index === index) ? lines : [];
}

const BELONGING: Readonly<Record<string, (record: TraceRecord) => ((other: TraceRecord) => boolean) | undefined>> = {
  coap: (record) => {
    if (record.mid === undefined) return undefined;
    return (other) =>
      other.remote === record.remote &&
      ((other.mid === record.mid && whoseId(other) === whoseId(record)) ||
        (isToken(record.token) && other.token === record.token && whoseToken(other) === whoseToken(record)));
  },
  dtls: ({ phase, remote }) =>
    phase === "record" ? undefined : (other) => other.remote === remote && other.phase !== "record",
  http: (record) => (other) => other.url === record.url,
  modem: (record) =>
    record.operation === undefined
      ? undefined
      : (other) => other.operation === record.operation && isPair(record, other),
};

/** A message ID is its sender's; an acknowledgement or reset has that of the other side (RFC 7252 §4.4). */
function whoseId({ type, direction }: TraceRecord): "in" | "out" {
  return (type === "ACK" || type === "RST") === (direction === "in") ? "out" : "in";
}

/** A token is that of who asked (RFC 7252 §5.3.1). */
function whoseToken({ code, direction }: TraceRecord): "in" | "out" {
  return (typeof code === "string" && code.startsWith("0.")) === (direction === "in") ? "in" : "out";
}

function isToken(token: unknown): boolean {
  return typeof token === "string" && token !== "";
}

function isPair(one: TraceRecord, other: TraceRecord): boolean {
  return one.phase === "start" ? other.cause === one.seq : other.seq === one.cause;
}

function roleOf(session: SessionView, found: readonly number[], position: number): string {
  const record = session.at(found[position]!);
  if (record.kind !== "coap") return String(record.phase ?? record.kind);
  const earlier = found.slice(0, position).map((at) => session.at(at));
  const again = earlier.some((one) => one.mid === record.mid && one.direction === record.direction);
  if (record.retransmission || again) return "sent again";
  if (record.code === "0.00")
    return record.type === "RST" ? "reset" : record.type === "ACK" ? "acknowledgement" : "ping";
  if (typeof record.code === "string" && record.code.startsWith("0.")) return "request";
  if (record.type === "ACK") return "response in ACK";
  return record.observe === undefined ? "response" : "notification";
}

/** Records looked at for the transition that a message caused. */
const FAN = 200;

/** The first transition that followed from a record, however far down. */
export function transitionAfter(session: SessionView, index: number): number | undefined {
  const queue = [...session.effectsOf(index)];
  const seen = new Set(queue);
  for (let position = 0; position < queue.length && position < FAN; position++) {
    const at = queue[position]!;
    if (isTransition(session.at(at))) return at;
    for (const effect of session.effectsOf(at)) {
      if (seen.has(effect)) continue;
      seen.add(effect);
      queue.push(effect);
    }
  }
  return undefined;
}

/** The last transition that led to a record. */
export function transitionBefore(session: SessionView, index: number): number | undefined {
  const seen = new Set([index]);
  for (let at = session.causeOf(index); at !== undefined && !seen.has(at); at = session.causeOf(at)) {
    if (isTransition(session.at(at))) return at;
    seen.add(at);
  }
  return undefined;
}

function isTransition({ kind }: TraceRecord): boolean {
  return kind === "step" || kind === "chart";
}

/** Nearest records of the wire before `index`, by cause or, failing that, in time; newest first. */
export function wireBefore(
  session: SessionView,
  index: number,
  isWire: (record: TraceRecord) => boolean,
  most: number,
) {
  const { device } = session.at(index);
  const found: number[] = [];
  for (let at = index; at >= 0 && found.length < most && index - at <= REACH; at--) {
    const record = session.at(at);
    if (record.device === device && isWire(record)) found.push(at);
  }
  return found;
}
