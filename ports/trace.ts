/**
 * The record: every fact worth showing, with the one that led to it. The inspector, the recorder, the conformance
 * check, the terminal view and the exports all read the same records (schema/record.schema.json).
 */
import type { Clock } from "./clock.ts";

/** The closed list of kinds; `trace/schema.ts` holds each kind's fields. */
export type RecordKind =
  | "run"
  | "event"
  | "call"
  | "return"
  | "application"
  | "request"
  | "answer"
  | "chart"
  | "coap"
  | "dtls"
  | "http"
  | "refused"
  | "modem"
  | "at"
  | "log"
  | "store"
  | "timer"
  | "fault"
  | "definition"
  | "actor"
  | "step"
  | "resource"
  | "injected"
  | "breakpoint"
  | "packet"
  | "keyLog"
  | "result";

/** Who a message runs between. A server is `server/<short server id>`, the bootstrap server `bootstrap`. */
export type Lifeline = "application" | "library" | "link" | "modem" | "bootstrap" | "firmwareHost" | `server/${number}`;

/** One record. Fields beyond these belong to the kind. */
export interface TraceRecord {
  readonly seq: number;
  /** ms of the run's monotonic clock. */
  readonly time: number;
  /** ms since 1970, in the first record of a run only (kind `run`). */
  readonly wall?: number;
  readonly device: string;
  readonly kind: RecordKind;
  /** `seq` of the record that led to this one. */
  readonly cause?: number | undefined;
  readonly from?: Lifeline;
  readonly to?: Lifeline;
  readonly [field: string]: unknown;
}

/** What the maker of a record supplies; the trace adds `seq`, `time`, `device` and, when unset, `cause`. */
export interface RecordFields {
  readonly kind: RecordKind;
  readonly cause?: number | undefined;
  readonly from?: Lifeline;
  readonly to?: Lifeline;
  readonly [field: string]: unknown;
}

/** Takes finished records. It must not throw and must not keep the caller waiting. */
export type TraceSink = (record: TraceRecord) => void;

/**
 * Makes records. Code that may run without one writes `trace?.record({…})`: without a sink nothing is built.
 * Redaction happens where a record is made: no secret reaches `record`.
 */
export interface Trace {
  /** Writes a record and returns its `seq`. */
  record(fields: RecordFields): number;
  /** Records made while `work` runs (synchronously) are caused by `cause`. */
  causedBy<T>(cause: number | undefined, work: () => T): T;
  /** The `seq` that is the cause of what happens now. */
  readonly cause: number | undefined;
  /** `seq` of the newest record: what a service that has just ended, or a chart that has just moved, left behind. */
  readonly last: number | undefined;
  /** Somebody looks closely: contents that nobody else needs (decoded payloads, timers of the protocols) are recorded as well. */
  readonly detailed: boolean;
  /** Datagrams as they are and the keys of their sessions are recorded as well: they hold secrets. */
  readonly rawCapture: boolean;
}

export interface TraceOptions {
  readonly sink: TraceSink;
  readonly clock: Pick<Clock, "now" | "wall">;
  /** Name of the device, mostly its endpoint name. */
  readonly device: string;
  /** First `seq`; a restart of the device goes on in the same recording. */
  readonly firstSeq?: number;
  /** Whether somebody looks closely now; default: nobody does. */
  readonly detailed?: () => boolean;
  /** Record datagrams and keys as they are, secrets included. Default false. */
  readonly rawCapture?: boolean;
}
