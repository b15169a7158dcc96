/** A record of whatever kind in one line: for links, lists and sentences of the panels. */
import { describeRecord } from "../../../../charts/describe.ts";
import { fieldText } from "../../../../charts/fieldText.ts";
import { injectedText } from "../../../../charts/injectedText.ts";
import type { Tone } from "../../../../charts/item.ts";
import type { TraceRecord } from "../../../../ports/trace.ts";
import { invokedIn, outcomeWords } from "../../../model/words.ts";

export interface RecordLine {
  readonly text: string;
  readonly detail?: string;
  readonly tone: Tone;
}

export function recordLine(record: TraceRecord): RecordLine {
  const own = OWN[record.kind];
  if (own !== undefined) return own(record);
  const item = describeRecord(record)[0];
  if (item === undefined) return { text: record.kind, tone: "quiet" };
  const detail = "detail" in item ? item.detail : undefined;
  return { text: item.label.trim() || record.kind, tone: item.tone, ...(detail !== undefined && { detail }) };
}

/** What the sequence chart has no words for, or says in fewer. */
const OWN: Readonly<Record<string, (record: TraceRecord) => RecordLine>> = {
  step: (record) => stepLine(record, fieldText(typeOf(record.event)), record.ignored === true),
  chart: (record) => stepLine(record, fieldText(record.event), false),
  actor: (record) => {
    const said = { started: "begins", found: "is running", ended: "has ended" }[fieldText(record.phase)];
    const failed = record.status === "error";
    const outcome = outcomeWords({ output: record.output, error: record.error });
    return {
      text: `${actorName(fieldText(record.actor))} ${failed ? "failed" : (said ?? "")}`,
      ...(outcome !== undefined && { detail: fieldText(outcome) }),
      tone: failed ? "bad" : "quiet",
    };
  },
  definition: (record) => ({ text: `definition ${fieldText(record.hash)}`, tone: "quiet" }),
  resource: (record) => ({
    text: `${fieldText(record.path)} ${"value" in record ? `= ${shorten(fieldText(record.value), 60)}` : "is gone"}`,
    ...(typeof record.label === "string" && { detail: fieldText(record.label) }),
    tone: "quiet",
  }),
  timer: (record) => ({
    text: `timer ${eventName(fieldText(record.name))} ${fieldText(record.operation)}`,
    ...(typeof record.delay === "number" && { detail: `${fieldText(record.owner)}, ${record.delay} ms` }),
    tone: record.operation === "fired" ? "link" : "quiet",
  }),
  injected: (record) => ({
    text: record.outcome === undefined ? `injected: ${injectedText(record)}` : injectedText(record),
    tone: "warning",
  }),
  breakpoint: (record) => ({ text: `time ${fieldText(record.phase)}`, tone: "warning" }),
  packet: (record) => ({ text: `datagram ${fieldText(record.direction)}, ${octetsOf(record.hex)}`, tone: "quiet" }),
  keyLog: () => ({ text: "key of a session (secret)", tone: "warning" }),
};

function stepLine(record: TraceRecord, event: string, ignored: boolean): RecordLine {
  const actor = shortActor(fieldText(record.actor));
  const entered = Array.isArray(record.entered) ? record.entered.map(fieldText) : [];
  const failed = record.status === "error";
  const where = ignored ? "ignored" : failed ? "failed" : entered.length > 0 ? `→ ${entered.at(-1)}` : "stays";
  const text = `${actor}: ${eventName(event)} ${where}`;
  const outcome = outcomeWords(record.kind === "step" ? record.event : record.payload);
  return {
    text,
    ...(outcome !== undefined && { detail: fieldText(outcome) }),
    tone: failed ? "bad" : ignored ? "warning" : "phase",
  };
}

function typeOf(event: unknown): unknown {
  return typeof event === "object" && event !== null && "type" in event ? event.type : event;
}

/** `carrier/register/1` as `register/1`; of a root what it is, and `register/1` where nobody tells of its parent. */
export function shortActor(key: string): string {
  const rest = key.slice(key.indexOf("/") + 1);
  return /^\d*$/.test(rest) ? key : rest;
}

/** Of what a state invokes, `carrier/fota/0.fota.loading`, where that is: `fota: actor of loading`. */
function actorName(key: string): string {
  const { parent, state } = invokedIn(key) ?? {};
  return parent === undefined ? key : `${shortActor(parent)}: actor of ${state}`;
}

/** XState's own event types in words: `xstate.done.actor.session` as `session ended`. */
export function eventName(type: string): string {
  if (type === "xstate.init" || type === "xstate.stop") return type === "xstate.init" ? "(start)" : "(stop)";
  const ended = /^xstate\.(done|error)\.actor\.(?:\d+\.)?(.+)$/.exec(type);
  if (ended !== null) return `${shortState(ended[2]!)} ${ended[1] === "done" ? "ended" : "failed"}`;
  const state = /^xstate\.done\.state\.(.+)$/.exec(type);
  if (state !== null) return `${shortState(state[1]!)} is complete`;
  const after = /^xstate\.after\.([^.]+)\.(.+)$/.exec(type);
  if (after !== null) return `after ${/^\d+$/.test(after[1]!) ? `${after[1]} ms` : after[1]}`;
  return type === "" ? "(always)" : type;
}

/** Last part of a dotted path, where it is one. */
function shortState(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}

export function shorten(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

function octetsOf(hex: unknown): string {
  return typeof hex === "string" ? `${hex.length / 2} octets` : "";
}
