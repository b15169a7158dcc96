/** The words that bindings are written in: what in a record makes it the fact that a label tells. */
import type { Edition } from "../../machines/edition.ts";
import { ERRNO, type ErrnoName } from "../../machines/semanticEvent.ts";
import type { Lifeline, RecordFields, TraceRecord } from "../../ports/trace.ts";
import type { Binding, Fact, Lane } from "./binding.ts";

const EVENT_PREFIX = "LWM2M_CARRIER_EVENT_";
const ERROR_PREFIX = "LWM2M_CARRIER_ERROR_";
const DEFERRED_PREFIX = "LWM2M_CARRIER_DEFERRED_";

// Where a fact stands in a chart

/** A message between two lifelines; the record's own `from` and `to` must be these. */
export function message(from: Lane, to: Lane, fact: Fact): Binding {
  return {
    ...fact,
    lanes: [from, to],
    matches: (record, edition) =>
      laneOf(record.from) === from && laneOf(record.to) === to && fact.matches(record, edition),
    sample: (edition) => ({ ...fact.sample(edition), from: lifelineOf(from), to: lifelineOf(to) }),
  };
}

/** An arrow of the chart whose record is none: what a statechart was told about a connection. */
export function connection(to: "bootstrap" | "server", fact: Fact): Binding {
  return { ...fact, lanes: ["library", to] };
}

export function box(lane: Lane, fact: Fact): Binding {
  return { ...fact, lanes: [lane, lane] };
}

export function divider(fact: Fact, allows?: (edition: Edition) => readonly string[]): Binding {
  return allows === undefined ? fact : { ...fact, allows };
}

// Application events

/** Rows for application events without payload: label → binding. */
export function events(...names: string[]): Record<string, Binding> {
  return Object.fromEntries(names.map((name) => [EVENT_PREFIX + name, eventBinding(name)]));
}

/** A row for an error event. With an errno the label names it in parentheses. */
export function errorEvent(name: string, errno?: ErrnoName): Record<string, Binding> {
  const label = `${EVENT_PREFIX}ERROR ${ERROR_PREFIX}${name}${errno === undefined ? "" : ` (${errno})`}`;
  const number = (edition: Edition) => Object.values(edition.errors).find((word) => word.name === name)?.number ?? 0;
  return {
    [label]: eventBinding(
      "ERROR",
      label,
      (payload) => payload.name === ERROR_PREFIX + name && (errno === undefined || payload.errno === errno),
      (edition) => ({
        type: number(edition),
        name: ERROR_PREFIX + name,
        ...(errno === undefined ? { value: 0 } : { value: -ERRNO[errno], errno }),
      }),
    ),
  };
}

/** A row for a deferral with its reason. */
export function deferredEvent(reason: string): Record<string, Binding> {
  const name = DEFERRED_PREFIX + reason;
  const label = `${EVENT_PREFIX}DEFERRED ${name}`;
  return {
    [label]: eventBinding(
      "DEFERRED",
      label,
      (payload) => payload.name === name,
      () => ({ name, timeout: 60 }),
    ),
  };
}

/** The full name under which the edition tells a semantic event. */
export function eventName(edition: Edition, semantic: keyof Edition["events"]): string | undefined {
  const word = edition.events[semantic];
  return word && EVENT_PREFIX + word.name;
}

/** An application event by its name, and by the number that the edition gives it. */
export function event(name: string): Fact {
  return {
    means: EVENT_PREFIX + name,
    matches: (record, edition) =>
      record.kind === "event" && record.name === EVENT_PREFIX + name && record.number === numberOf(edition, name),
    sample: (edition) => ({
      kind: "event",
      semantic: semanticOf(edition, name),
      name: EVENT_PREFIX + name,
      number: numberOf(edition, name) ?? 0,
    }),
  };
}

function eventBinding(
  name: string,
  means = EVENT_PREFIX + name,
  check?: (payload: Record<string, unknown>) => boolean,
  payload?: (edition: Edition) => Record<string, unknown>,
): Binding {
  const told = event(name);
  return message("library", "application", {
    means,
    matches: (record, edition) => told.matches(record, edition) && (check?.(fieldsOf(record.payload)) ?? true),
    sample: (edition) => ({ ...told.sample(edition), ...(payload && { payload: payload(edition) }) }),
  });
}

function semanticOf(edition: Edition, name: string): string {
  return Object.entries(edition.events).find(([, word]) => word.name === name)?.[0] ?? "unknown";
}

function numberOf(edition: Edition, name: string): number | undefined {
  return Object.values(edition.events).find((word) => word.name === name)?.number;
}

// Calls, answers and what the application does

/** The application calls an entry point, for example `lwm2m_carrier_run()`. */
export function call(name: string): Binding {
  return message("application", "library", exactly({ kind: "call", name }));
}

/** `of` returns: an entry point (from the library), a call to the modem, or the handler of an event. */
export function returned(from: Lane, to: Lane, of: string, ok: boolean): Binding {
  return message(from, to, exactly({ kind: "return", of, ok }));
}

/** The application's handler answers an event. */
export function answered(eventName: string, ok: boolean): Binding {
  return returned("application", "library", EVENT_PREFIX + eventName, ok);
}

/** The application's handler has answered an event, drawn as a box. */
export function handled(lane: Lane, eventName: string): Binding {
  return box(lane, exactly({ kind: "return", of: EVENT_PREFIX + eventName, ok: true, from: "application" }));
}

/** The application calls the link controller or the modem, for example `lte_lc_connect()`. */
export function applicationCalls(to: "link" | "modem", action: string): Binding {
  return message("application", to, exactly({ kind: "application", action }));
}

/** A step of the application by itself, for example `mayAttach`. */
export function step(action: string): Binding {
  return box("application", exactly({ kind: "application", action }));
}

export function request(name: string): Binding {
  return message("application", "library", exactly({ kind: "request", name }, { number: 2, result: 0 }));
}

// Statecharts

/** The chart `actor` has entered a state whose path ends with `state`. `register` is any management server's chart. */
export function entered(actor: string, state: string, event?: string): Fact {
  return {
    means: `${actor} enters ${state}${event === undefined ? "" : ` on ${event}`}`,
    matches: (record) =>
      isChart(record, actor) &&
      (event === undefined || record.event === event) &&
      Array.isArray(record.entered) &&
      record.entered.some((path) => path === state || String(path).endsWith(`.${state}`)),
    sample: () => ({
      kind: "chart",
      actor: sampleActor(actor),
      event: event ?? "sample",
      value: state,
      entered: [state],
    }),
  };
}

/** The chart `actor` was told how an attempt to connect ended. */
export function sessionOutcome(actor: "bootstrap" | "register", kind: "noRoute" | "handshakeFailed" | "open"): Fact {
  return {
    means: `${actor} is told that the session is ${kind}`,
    matches: (record) =>
      isChart(record, actor) &&
      record.event === SESSION_DONE &&
      fieldsOf(fieldsOf(record.payload).output).kind === kind,
    sample: () => ({
      kind: "chart",
      actor: sampleActor(actor),
      event: SESSION_DONE,
      value: "connecting",
      entered: [],
      input: true,
      payload: { output: { kind } },
    }),
  };
}

const SESSION_DONE = "xstate.done.actor.session";

function isChart(record: TraceRecord, actor: string): boolean {
  if (record.kind !== "chart") return false;
  return record.actor === actor || (actor === "register" && String(record.actor).startsWith("register/"));
}

function sampleActor(actor: string): string {
  return actor === "register" ? "register/123" : actor;
}

// Modem and downloads

/** The modem notifies; `fields` are the notification's, `result` also as the kind of a result object. */
export function modemNotifies(notification: string, fields: Readonly<Record<string, string>> = {}): Fact {
  return exactly({ kind: "modem", notification, ...fields });
}

/** The modem does something by itself. */
export function modemActs(action: string): Fact {
  return exactly({ kind: "modem", action });
}

/** A call to the modem driver begins or ends. */
export function modemOperation(operation: string, phase: string, fields: Readonly<Record<string, string>>): Fact {
  return exactly({ kind: "modem", operation, phase, ...fields });
}

/** A download connects, with CA certificates from security tags. */
export const connectsWithSecurityTags: Fact = {
  means: "a download connects with security tags",
  matches: ({ kind, phase, securityTags }) =>
    kind === "http" && phase === "connect" && Array.isArray(securityTags) && securityTags.length > 0,
  sample: () => ({ kind: "http", phase: "connect", url: "https://192.0.2.1/image", securityTags: [42] }),
};

/** What a label that is bound to this fact says in messages. */
function exactly(fields: RecordFields, alsoInSample: Readonly<Record<string, unknown>> = {}): Fact {
  const entries = Object.entries(fields);
  return {
    means: entries.map(([name, value]) => (name === "kind" ? value : `${name} ${value}`)).join(", "),
    matches: (record) => entries.every(([name, value]) => kindOf(record[name]) === value),
    sample: () => ({ ...fields, ...alsoInSample }),
  };
}

/** A result of the modem is told as an object with a kind, or as that kind alone. */
function kindOf(value: unknown): unknown {
  return typeof value === "object" && value !== null && "kind" in value ? value.kind : value;
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** The lane of a record's lifeline; a firmware host has none in a chart. */
export function laneOf(lifeline: Lifeline | undefined): Lane | undefined {
  if (lifeline === undefined || lifeline === "firmwareHost") return undefined;
  return lifeline.startsWith("server/") ? "server" : (lifeline as Lane);
}

function lifelineOf(lane: Lane): Lifeline {
  return lane === "server" ? "server/123" : lane;
}
