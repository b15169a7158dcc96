/** The fields that a filter knows by name; any other name is a dotted path into the record. */
import { describeRecord } from "../../charts/describe.ts";
import type { TraceRecord } from "../../ports/trace.ts";
import type { Candidate, StepRecord } from "../records.ts";
import { isFailure } from "./failure.ts";
import { textOf, valuesAt } from "./values.ts";

export interface FilterField {
  readonly description: string;
  readonly example: string;
  values(record: TraceRecord): readonly unknown[];
  /** How `==` compares; default: the same text, whatever its case, or the same number. */
  equals?(value: string, wanted: string): boolean;
}

const at = (path: string) => {
  const parts = path.split(".");
  return (record: TraceRecord) => valuesAt(record, parts);
};

export const FILTER_FIELDS: Readonly<Record<string, FilterField>> = {
  kind: { description: "kind of the record", example: "kind == coap", values: ({ kind }) => [kind] },
  actor: {
    description: "statechart or actor; a name within its path is enough",
    example: "actor == register",
    values: (record) => valuesAt(record, record.kind === "timer" ? ["owner"] : ["actor"]),
    equals: (value, wanted) => value === wanted || `/${value}/`.includes(`/${wanted}/`),
  },
  event: {
    description: "what a chart took, or the application was told",
    example: "event ~ deferred",
    values: eventsOf,
  },
  state: {
    description: "state entered, its whole path or its name",
    example: "state == registering",
    values: at("entered"),
    equals: (value, wanted) => value === wanted || value.endsWith(`.${wanted}`),
  },
  edge: { description: "transition taken", example: "edge ~ timeout", values: at("microsteps.edges") },
  guard: { description: "guard that was asked", example: "guard == isDeferred", values: guards(() => true) },
  refused: {
    description: "guard that said no",
    example: "refused ~ certificate",
    values: (record) => [...guards(({ verdict }) => verdict === "refused")(record), ...refusedPath(record)],
  },
  ignored: { description: "true: no transition took the event", example: "has ignored", values: at("ignored") },
  failure: {
    description: "true: the record tells of a failure",
    example: "has failure",
    values: (record) => (isFailure(record) ? [true] : []),
  },
  device: { description: "device of the record", example: "device == demo", values: ({ device }) => [device] },
  from: { description: "sender", example: "from == modem", values: ({ from }) => (from === undefined ? [] : [from]) },
  to: { description: "receiver", example: "to == server/1", values: ({ to }) => (to === undefined ? [] : [to]) },
  lifeline: {
    description: "sender or receiver",
    example: "lifeline == bootstrap",
    values: ({ from, to }) => [from, to].filter((lifeline) => lifeline !== undefined),
  },
  code: { description: "code of a CoAP message", example: "code == 2.05", values: at("code") },
  path: { description: "path of a CoAP message or resource", example: "path ~ /5/0", values: at("path") },
  token: { description: "token of a CoAP message", example: "token == 1a2b", values: at("token") },
  mid: { description: "message ID of a CoAP message", example: "mid == 4711", values: at("mid") },
  name: { description: "name of an event, call, timer or document", example: "name ~ deadline", values: at("name") },
  seq: { description: "number of the record in its device", example: "seq >= 100", values: ({ seq }) => [seq] },
  cause: { description: "number of the record that led to it", example: "cause == 43", values: at("cause") },
  time: {
    description: "time in ms, or with a unit: 90s, 2m, 1h",
    example: "time > 90s",
    values: ({ time }) => [time],
  },
  text: {
    description: "anything that is told of the record",
    example: "text ~ reboot",
    values: (r) => [searchText(r)],
  },
};

function eventsOf(record: TraceRecord): readonly unknown[] {
  if (record.kind === "step") return valuesAt(record.event, ["type"]);
  if (record.kind === "event") return [record.name, record.semantic];
  return valuesAt(record, ["event"]);
}

function guards(which: (candidate: Candidate) => boolean): (record: TraceRecord) => readonly unknown[] {
  return (record) => {
    if (record.kind !== "step" || !Array.isArray(record.microsteps)) return [];
    return (record as StepRecord).microsteps.flatMap(({ candidates }) =>
      (candidates ?? []).filter((one) => one.guard !== undefined && which(one)).map(({ guard }) => guard!.name),
    );
  };
}

function refusedPath(record: TraceRecord): readonly unknown[] {
  return record.kind === "refused" ? [record.path] : [];
}

/** Fields that hold too much to search in, or nothing that anybody reads. */
const NOT_SEARCHED: ReadonlySet<string> = new Set([
  "seq",
  "time",
  "cause",
  "microsteps",
  "definition",
  "context",
  "hex",
]);
const texts = new WeakMap<TraceRecord, string>();

/** What a bare word is looked for in, in lower case: what is drawn of the record, and its fields. */
export function searchText(record: TraceRecord): string {
  let text = texts.get(record);
  if (text === undefined) {
    const parts: string[] = [];
    for (const { label, detail } of describeRecord(record)) parts.push(label, detail ?? "");
    for (const [name, value] of Object.entries(record)) if (!NOT_SEARCHED.has(name)) parts.push(textOf(value));
    text = parts.join("\n").toLowerCase();
    texts.set(record, text);
  }
  return text;
}
