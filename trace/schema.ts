/**
 * What each kind of record holds (RECORDS.md): one table. Validation messages and schema/record.schema.json are made
 * from it. Fields beyond the table are allowed, kinds are not.
 */
import type { RecordKind, TraceRecord } from "../ports/trace.ts";

/** The part of JSON Schema that the table is written in. */
export interface FieldType {
  readonly type?: "string" | "integer" | "number" | "boolean" | "object" | readonly ("string" | "integer" | "object")[];
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  /** For arrays: what their items are. */
  readonly items?: FieldType;
  readonly description?: string;
}

export interface KindFields {
  readonly description: string;
  readonly required: Readonly<Record<string, FieldType>>;
  readonly optional?: Readonly<Record<string, FieldType>>;
}

const text: FieldType = { type: "string" };
const flag: FieldType = { type: "boolean" };
const natural: FieldType = { type: "integer", minimum: 0 };
const object: FieldType = { type: "object" };
const anything: FieldType = {};
const oneOf = (...values: string[]): FieldType => ({ type: "string", enum: values });
const listOf = (items: FieldType): FieldType => ({ items });

const LIFELINE: FieldType = {
  type: "string",
  pattern: "^(application|library|link|modem|bootstrap|firmwareHost|server/[0-9]+)$",
};

/** Fields of every record. */
export const COMMON_FIELDS: Pick<KindFields, "required" | "optional"> & KindFields = {
  description: "One fact, with the one that led to it.",
  required: {
    seq: { ...natural, description: "Rises by one." },
    time: { type: "number", minimum: 0, description: "ms of the run's monotonic clock." },
    device: text,
    kind: text,
  },
  optional: {
    cause: { ...natural, description: "seq of the record that led to this one." },
    from: LIFELINE,
    to: LIFELINE,
  },
};

const PHASES_OF_DTLS = ["flight", "record", "alert", "dropped", "connected", "closed"] as const;
const PHASES_OF_HTTP = ["connect", "request", "response", "progress", "end", "error"] as const;

export const KINDS: Readonly<Record<RecordKind, KindFields>> = {
  run: {
    description: "A run begins.",
    required: {
      wall: { type: "number", description: "ms since 1970 at `time`." },
      edition: text,
      version: text,
    },
    optional: { watched: flag, guess: flag, rawCapture: flag, settings: object },
  },
  event: {
    description: "The library tells the application something, in its edition's words.",
    required: { semantic: text, name: { type: "string", pattern: "^LWM2M_CARRIER_EVENT_" }, number: natural },
    optional: { actor: text, payload: object, status: { type: "integer" }, guess: flag, deviates: object },
  },
  call: { description: "The application calls an entry point.", required: { name: text } },
  return: {
    description: "An entry point, the application's handler or a call to the modem returns.",
    required: { of: text, ok: flag },
    optional: { value: anything, tags: listOf(natural) },
  },
  application: { description: "What the application does by itself.", required: { action: text } },
  request: {
    description: "lwm2m_carrier_request(); `result` is 0 or a negative errno.",
    required: { name: text, number: { type: "integer" }, result: { type: "integer", maximum: 0 } },
  },
  answer: {
    description: "The answer to a command given to a running carrier.",
    required: { command: text, ok: flag },
    optional: { value: anything, error: anything },
  },
  chart: {
    description: "A statechart took an event.",
    required: { actor: text, event: text, value: { type: ["string", "object"] }, entered: listOf(text) },
    optional: { input: flag, payload: object },
  },
  coap: {
    description: "A CoAP message, or a datagram that is none: then only `dropped` says what it was.",
    required: { direction: oneOf("in", "out"), size: natural, remote: text },
    optional: {
      type: oneOf("CON", "NON", "ACK", "RST"),
      code: { type: "string", pattern: "^[0-7]\\.[0-9]{2}$" },
      mid: { ...natural, maximum: 65535 },
      token: { type: "string", pattern: "^([0-9a-f]{2}){0,8}$" },
      path: text,
      query: anything,
      observe: natural,
      block1: object,
      block2: object,
      contentFormat: natural,
      retransmission: anything,
      dropped: anything,
      options: listOf(object),
      payload: anything,
    },
  },
  dtls: {
    description: "What a DTLS session sent, received, dropped or became.",
    required: { phase: oneOf(...PHASES_OF_DTLS), remote: text },
    optional: {
      direction: oneOf("in", "out"),
      size: natural,
      flight: { ...natural, minimum: 1, maximum: 6 },
      messages: listOf(text),
      retransmission: natural,
      type: oneOf("changeCipherSpec", "alert", "handshake", "applicationData"),
      epoch: natural,
      sequence: natural,
      connectionId: { type: "string", pattern: "^([0-9a-f]{2})*$" },
      level: oneOf("warning", "fatal"),
      alert: { type: ["string", "integer"] },
      reason: text,
      suite: text,
      resumed: flag,
      imported: flag,
      extendedMasterSecret: flag,
      connectionIds: object,
      by: oneOf("local", "peer"),
      detail: text,
    },
  },
  http: {
    description: "A download over HTTP or HTTPS.",
    required: { phase: oneOf(...PHASES_OF_HTTP), url: text },
    optional: {
      status: { ...natural, minimum: 100, maximum: 599 },
      offset: natural,
      bytes: natural,
      securityTags: listOf(natural),
      detail: text,
    },
  },
  refused: {
    description: "A server asked for what it did not get; nothing of it was done.",
    required: {
      server: { type: ["integer", "string"], pattern: "^([0-9]+|bootstrap)$" },
      path: { type: "string", pattern: "^/" },
      code: { type: "string", pattern: "^[45]\\.[0-9]{2}$" },
      detail: text,
    },
    optional: { operation: text },
  },
  modem: {
    description: "A call to the modem driver and its end, a notification of the modem, or what it does by itself.",
    required: {},
    optional: {
      operation: text,
      phase: oneOf("start", "done", "failed"),
      notification: text,
      action: text,
      mode: oneOf("powerOff", "normal", "offline"),
      command: text,
      result: { type: ["string", "object"] },
      tag: natural,
      type: text,
    },
  },
  at: {
    description: "A line between the library and an AT modem; octets that are no line are counted.",
    required: { line: text },
    optional: { octets: natural },
  },
  log: {
    description: "A line of a watched device's output that no other record stands for.",
    required: { line: text },
    optional: { means: oneOf("start", "failure"), editions: listOf(text) },
  },
  store: {
    description: "A document is written or removed, or could not be.",
    required: { operation: oneOf("write", "remove", "failed"), name: text },
    optional: { bytes: natural, detail: text },
  },
  timer: {
    description: "A timer of a chart or, where somebody looks closely, of a protocol.",
    required: { operation: oneOf("set", "fired", "cleared"), name: text, owner: text },
    optional: { delay: { type: "number", minimum: 0 }, purpose: text },
  },
  fault: { description: "Something was made to fail on purpose.", required: { name: text } },
  definition: {
    description: "A statechart as it is built; `hash` names it.",
    required: { hash: { type: "string", pattern: "^[0-9a-f]{16}$" }, definition: object },
  },
  actor: {
    description: "An actor began, was found running when somebody began to look, or ended.",
    required: {
      actor: text,
      phase: oneOf("started", "found", "ended"),
      id: text,
      logic: oneOf("machine", "promise", "callback", "observable", "transition", "other"),
    },
    optional: {
      parent: text,
      src: text,
      systemId: text,
      sessionId: text,
      definition: text,
      status: oneOf("active", "done", "error", "stopped"),
      value: anything,
      active: listOf(text),
      context: anything,
      input: anything,
      output: anything,
      error: anything,
    },
  },
  step: {
    description: "A statechart took an event: one macrostep, with everything it considered.",
    required: { actor: text, event: object, microsteps: listOf(object), active: listOf(text) },
    optional: {
      sender: text,
      ignored: flag,
      value: anything,
      entered: listOf(text),
      left: listOf(text),
      context: object,
      actions: listOf(object),
      status: oneOf("active", "done", "error", "stopped"),
      output: anything,
      error: anything,
    },
  },
  resource: {
    description: "What a leaf of one of the application's trees holds from now on; without `value` it is gone.",
    required: { tree: text, path: { type: "string", pattern: "^/" } },
    optional: { value: anything, label: text },
  },
  injected: {
    description:
      "Somebody who looked on did this to the running system; with `outcome`: what came of the record that is its cause.",
    required: { what: oneOf("event", "timer", "control"), name: text },
    optional: { actor: text, label: text, values: anything, outcome: oneOf("refused"), detail: text },
  },
  breakpoint: {
    description: "Time and arrivals were frozen, or go on.",
    required: { phase: oneOf("paused", "continued", "stepped") },
    optional: { breakpoint: object, actor: text },
  },
  packet: {
    description: "A datagram as it is on the wire; in raw capture alone.",
    required: {
      direction: oneOf("in", "out"),
      local: text,
      remote: text,
      hex: { type: "string", pattern: "^([0-9a-f]{2})*$" },
    },
  },
  keyLog: {
    description: "A line of the key log (NSS format) that decrypts packets; in raw capture alone.",
    required: { line: text },
  },
  result: { description: "The last record of a run.", required: { ok: flag, reason: text } },
};

/** A modem record says one of these. */
export const MODEM_FORMS = ["operation", "notification", "action"] as const;

/** What is wrong with `value` as a record; empty when nothing is. */
export function recordProblems(value: unknown): string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return [`is ${show(value)}, must be an object`];
  const record = value as Record<string, unknown>;
  const problems = fieldProblems(record, COMMON_FIELDS);
  if (typeof record.kind !== "string") return problems;
  const kind = Object.hasOwn(KINDS, record.kind) ? KINDS[record.kind as RecordKind] : undefined;
  if (kind === undefined)
    return [...problems, `"kind" is ${show(record.kind)}, must be one of ${Object.keys(KINDS).join(", ")}`];
  problems.push(...fieldProblems(record, kind));
  if (record.kind === "modem" && !MODEM_FORMS.some((form) => record[form] !== undefined)) {
    problems.push(`one of ${MODEM_FORMS.map((form) => `"${form}"`).join(", ")} is missing`);
  }
  return problems;
}

export function isRecord(value: unknown): value is TraceRecord {
  return recordProblems(value).length === 0;
}

function fieldProblems(record: Record<string, unknown>, fields: KindFields): string[] {
  const problems: string[] = [];
  for (const [name, type] of Object.entries(fields.required)) {
    if (record[name] === undefined) problems.push(`"${name}" is missing`);
    else problems.push(...typeProblems(name, record[name], type));
  }
  for (const [name, type] of Object.entries(fields.optional ?? {})) {
    if (record[name] !== undefined) problems.push(...typeProblems(name, record[name], type));
  }
  return problems;
}

function typeProblems(name: string, value: unknown, type: FieldType): string[] {
  const wrong = (must: string) => [`"${name}" is ${show(value)}, must be ${must}`];
  if (type.items !== undefined) {
    if (!Array.isArray(value)) return wrong("a list");
    return value.flatMap((item, index) => typeProblems(`${name}[${index}]`, item, type.items!));
  }
  if (type.type !== undefined) {
    const types: readonly string[] = typeof type.type === "string" ? [type.type] : type.type;
    if (!types.some((name) => isOfType(value, name))) return wrong(types.map((name) => ARTICLES[name]).join(" or "));
  }
  if (type.enum !== undefined && !type.enum.includes(String(value))) return wrong(`one of ${type.enum.join(", ")}`);
  if (type.pattern !== undefined && !new RegExp(type.pattern).test(String(value))) return wrong(`like ${type.pattern}`);
  if (type.minimum !== undefined && Number(value) < type.minimum) return wrong(`${type.minimum} or more`);
  if (type.maximum !== undefined && Number(value) > type.maximum) return wrong(`${type.maximum} or less`);
  return [];
}

const ARTICLES: Readonly<Record<string, string>> = {
  string: "a string",
  integer: "an integer",
  number: "a number",
  boolean: "true or false",
  object: "an object",
};

function isOfType(value: unknown, type: string): boolean {
  if (type === "integer") return Number.isInteger(value);
  if (type === "number") return typeof value === "number" && Number.isFinite(value);
  if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  return typeof value === type;
}

function show(value: unknown): string {
  const shown = JSON.stringify(value) ?? String(value);
  return shown.length > 60 ? `${shown.slice(0, 57)}...` : shown;
}
