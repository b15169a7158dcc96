/** A record in one plain sentence. */
import { describeRecord } from "../../charts/describe.ts";
import { fieldText } from "../../charts/fieldText.ts";
import { injectedText } from "../../charts/injectedText.ts";
import { lifelineName, type SequenceItem } from "../../charts/item.ts";
import { itemText } from "../../charts/oneLine.ts";
import type { Lifeline, RecordKind, TraceRecord } from "../../ports/trace.ts";
import type { ActorRecord, StepRecord } from "../records.ts";
import { activeNodes, innermostNodes } from "./activeNodes.ts";
import {
  actorWords,
  durationWords,
  eventWords,
  lastName,
  listWords,
  messageOf,
  outcomeWords,
  valueWords,
} from "./words.ts";

/** Without a full stop: `fota took the end of transferring (failed, badCertificate) and went to failing`. */
export function tell(record: TraceRecord): string {
  return SENTENCES[record.kind]?.(record) ?? drawn(record);
}

type Sentence = (record: TraceRecord) => string | undefined;

const SENTENCES: Readonly<Partial<Record<RecordKind, Sentence>>> = {
  run: ({ device, edition }) =>
    `a run of ${fieldText(device)} began${edition === "" ? "" : `, edition ${fieldText(edition)}`}`,
  result: ({ ok, reason }) => `the run ${ok === true ? "was done" : "failed"}: ${fieldText(reason)}`,
  fault: ({ name }) => `a fault was made on purpose: ${fieldText(name)}`,
  call: ({ name }) => `the application called ${fieldText(name)}`,
  request: ({ name, result }) =>
    `the application requested ${fieldText(name)}${result === 0 ? "" : `, and was refused (${fieldText(result)})`}`,
  return: ({ of, ok, from }) => {
    const outcome = ok === true ? "" : " with a failure";
    if (from === "application") return `the application's handler returned from ${fieldText(of)}${outcome}`;
    return `${fieldText(of)} returned${outcome}`;
  },
  application: (record) => {
    const [item] = describeRecord(record);
    if (item?.shape === "box" && item.label !== record.action) return `the application's step: ${item.label}`;
    return `the application ${String(record.action).endsWith(")") ? "called" : "did"} ${fieldText(record.action)}`;
  },
  at: ({ line, from }) => `the modem was ${from === "modem" ? "heard to say" : "told"} ${fieldText(line)}`,
  log: ({ line }) => `the device printed: ${fieldText(line)}`,
  chart: (record) => {
    const entered = Array.isArray(record.entered) ? (record.entered as string[]) : [];
    return took(String(record.actor), String(record.event), record.payload, {
      from: [],
      via: [],
      to: deepest(entered),
    });
  },
  step: (record) => {
    const step = record as StepRecord;
    const { type, ...fields } = step.event ?? { type: "" };
    if (step.ignored === true) return `${step.actor} ignored ${eventWords(String(type))}: no transition took it`;
    const told = took(step.actor, String(type), fields, placesOf(step));
    return step.error === undefined ? told : `${told} and failed: ${messageOf(step.error)}`;
  },
  actor: (record) => {
    const { actor, phase, logic, src, value, error, output, status } = record as ActorRecord;
    const name = actorWords(actor);
    if (phase === "found") return `${name} was found running${inStates(value)}`;
    if (phase === "started") return `${name} (${src ?? logic}) began${inStates(value)}`;
    if (error !== undefined) return `${name} failed: ${messageOf(error)}`;
    const outcome = outcomeWords({ output });
    return `${name} ended${status === "stopped" ? ", stopped" : ""}${outcome === undefined ? "" : `: ${outcome}`}`;
  },
  definition: ({ definition }) => {
    const { id, nodes } = (definition ?? {}) as { id?: unknown; nodes?: readonly unknown[] };
    return `the statechart ${fieldText(id)} has ${nodes?.length ?? 0} states`;
  },
  resource: ({ path, value, label, tree }) => {
    const name = `${fieldText(path)}${typeof label === "string" ? ` (${fieldText(label)})` : ""}`;
    return value === undefined ? `${name} of ${fieldText(tree)} is gone` : `${name} is now ${valueWords(value)}`;
  },
  timer: ({ operation, name, owner, delay, purpose }) => {
    const timer = `${fieldText(name)} of ${fieldText(owner)}${typeof purpose === "string" ? ` (${fieldText(purpose)})` : ""}`;
    if (operation === "fired") return `the timer ${timer} ran out`;
    if (operation === "cleared") return `the timer ${timer} was cleared`;
    return `the timer ${timer} was set${typeof delay === "number" ? ` to ${durationWords(delay)}` : ""}`;
  },
  http: ({ phase, url, detail, status, bytes, offset, securityTags }) => {
    const tags =
      Array.isArray(securityTags) && securityTags.length > 0
        ? `, trusting the CA certificates in security tag ${listWords(securityTags.map(String))}`
        : "";
    switch (phase) {
      case "connect":
        return `the library connected to ${fieldText(url)}${tags}`;
      case "request":
        return `the library asked for ${fieldText(url)}${Number(offset) > 0 ? ` from octet ${fieldText(offset)} on` : ""}`;
      case "response":
        return `the firmware host answered ${fieldText(status)}`;
      case "progress":
        return `${fieldText(bytes)} octets of the image were there`;
      case "end":
        return `the download was complete with ${fieldText(bytes)} octets`;
      case "error":
        return `the download failed: ${fieldText(detail)}`;
      default:
        return undefined;
    }
  },
  modem: (record) => {
    const { operation, phase, action, notification, tag, error, detail } = record;
    if (action !== undefined) return `the modem did ${fieldText(action)} by itself`;
    if (notification === "functionalMode") return `the modem is in mode ${fieldText(record.mode)} now`;
    if (notification !== undefined) {
      const said = record.status ?? record.state ?? record.event ?? record.result;
      const why = record.rejectCause === undefined ? "" : `, cause ${fieldText(record.rejectCause)}`;
      return `the modem reported ${fieldText(notification)}${said === undefined ? "" : `: ${fieldText(said)}`}${why}`;
    }
    const what = `${fieldText(record.command ?? operation)}${typeof tag === "number" ? `, security tag ${tag}` : ""}`;
    if (phase === "start") return `${nameOf(record.from) ?? "the library"} asked the modem for ${what}`;
    if (phase === "done") return `the modem has done ${what}`;
    const why = [error, detail].filter((one) => one !== undefined).map(fieldText);
    return `the modem could not do ${what}${why.length === 0 ? "" : `: ${why.join(", ")}`}`;
  },
  refused: ({ operation, path, code, detail }) =>
    `the library refused ${fieldText(operation ?? "a request for")} ${fieldText(path)}: ${fieldText(code)}, ${fieldText(detail)}`,
  store: ({ operation, name, detail }) => {
    if (operation === "failed") return `the document ${fieldText(name)} could not be stored: ${fieldText(detail)}`;
    return `the document ${fieldText(name)} was ${operation === "remove" ? "removed from" : "written to"} the store`;
  },
  event: (record) => {
    const { payload } = record;
    const { name, errno, timeout } = (payload ?? {}) as { name?: unknown; errno?: unknown; timeout?: unknown };
    const what = typeof name === "string" ? `, ${fieldText(name)}` : "";
    const why = typeof errno === "string" ? ` (${fieldText(errno)})` : "";
    const next = typeof timeout === "number" && record.semantic === "deferred" ? attemptIn(timeout) : "";
    return `the library told the application ${fieldText(record.name)}${what}${why}${next}`;
  },
  coap: (record) => sent(record, record.dropped !== undefined && record.dropped !== false ? ", which was lost" : ""),
  dtls: (record) => {
    const [item] = describeRecord(record);
    return item?.shape === "message" && item.arrow !== "<=>" ? sent(record, "") : item && withDetail(item);
  },
  injected: (record) =>
    record.outcome === undefined
      ? `somebody who looked on ${INJECTED[String(record.what)] ?? "did:"} ${injectedText(record)}`
      : injectedText(record),
  breakpoint: ({ phase }) => `the run was ${fieldText(phase)} by the inspector`,
  packet: ({ direction, remote, hex }) =>
    `a datagram of ${String(hex ?? "").length / 2} octets ${direction === "in" ? "came from" : "went to"} ${fieldText(remote)}`,
  keyLog: () => "the keys of a session were kept",
};

function attemptIn(seconds: number): string {
  return seconds > 0 ? `; the next attempt is in ${durationWords(seconds * 1000)}` : "; there is no further attempt";
}

function sent(record: TraceRecord, end: string): string {
  const [item] = describeRecord(record);
  const ends = `${nameOf(record.from) ?? "somebody"} sent ${nameOf(record.to) ?? "somebody"}`;
  return `${ends} ${item?.label ?? `${fieldText(record.size)} octets`}${carried(record)}${end}`;
}

function withDetail({ label, detail }: SequenceItem): string {
  return detail === undefined ? label : `${label} (${detail})`;
}

/** Values that a message is told to carry, at most. */
const MAX_VALUES = 3;

/** ` with /5/0/1 = "https://…"`, where somebody looked closely. */
function carried({ payload }: TraceRecord): string {
  const { values, text } = (payload ?? {}) as { values?: unknown; text?: unknown };
  if (typeof text === "string") return `: ${fieldText(text)}`;
  if (typeof values !== "object" || values === null) return "";
  const all = Object.entries(values).map(([path, value]) => `${path} = ${valueWords(value)}`);
  const more = all.length - MAX_VALUES;
  const told = more > 0 ? [...all.slice(0, MAX_VALUES), `${more} more`] : all;
  return told.length === 0 ? "" : fieldText(` with ${listWords(told)}`);
}

const INJECTED: Readonly<Record<string, string>> = { event: "sent the", timer: "fired the", control: "did:" };

interface Places {
  readonly from: readonly string[];
  /** Entered and left again within the step. */
  readonly via: readonly string[];
  readonly to: readonly string[];
}

function placesOf({ entered = [], left = [], active = [] }: StepRecord): Places {
  const isActive = new Set(active);
  const wasEntered = new Set(entered);
  return {
    from: deepest(left.filter((id) => !wasEntered.has(id) || isActive.has(id))),
    via: deepest(entered.filter((id) => !isActive.has(id))),
    to: deepest(entered.filter((id) => isActive.has(id))),
  };
}

function took(actor: string, event: string, fields: unknown, { from, via, to }: Places): string {
  const by = via.length === 0 ? "" : ` by way of ${listWords(via)}`;
  if (event === "xstate.init") return `${actor} began${to.length === 0 ? "" : `${by} in ${listWords(to)}`}`;
  const outcome = outcomeWords(fields);
  const what = `${eventWords(event)}${outcome === undefined ? "" : ` (${outcome})`}`;
  if (to.length === 0) return `${actor} took ${what} and stayed where it was`;
  return `${actor} took ${what} and went${from.length === 0 ? "" : ` from ${listWords(from)}`}${by} to ${listWords(to)}`;
}

/** Names of the innermost of these nodes. */
function deepest(ids: readonly string[]): string[] {
  return innermostNodes(ids).map(lastName);
}

function inStates(value: unknown): string {
  const names = value === undefined ? [] : deepest(activeNodes(value));
  return names.length === 0 ? "" : ` in ${listWords(names)}`;
}

const IN_SENTENCES: Readonly<Partial<Record<Lifeline, string>>> = {
  application: "the application",
  library: "the library",
  link: "the link controller",
  modem: "the modem",
  bootstrap: "the bootstrap server",
  firmwareHost: "the firmware host",
};

function nameOf(lifeline: Lifeline | undefined): string | undefined {
  if (lifeline === undefined) return undefined;
  return IN_SENTENCES[lifeline] ?? lifelineName(lifeline).replace(/^M/, "m");
}

function drawn(record: TraceRecord): string {
  const told = describeRecord(record).map(itemText);
  return told.length === 0 ? plainFields(record) : told.join("; ");
}

const COMMON: ReadonlySet<string> = new Set(["seq", "time", "device", "kind", "cause", "from", "to"]);

/** Of kinds that nothing is drawn of, newer ones included. */
function plainFields(record: TraceRecord): string {
  const fields = Object.entries(record).filter(([name]) => !COMMON.has(name));
  return [record.kind, ...fields.map(([name, value]) => `${name} ${valueWords(value)}`)].map(fieldText).join(", ");
}
