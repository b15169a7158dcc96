/** What a record's error means and what to do about it, for somebody who does not know the codes by name. */
import type { TraceRecord } from "../../ports/trace.ts";
import { isLinkLoss } from "./failure.ts";
import {
  ANSWERS,
  DFU_ERRORS,
  HINTS,
  type Hint,
  MODEM_REPORTS,
  REFUSALS,
  REJECT_CAUSES,
  REQUEST_RESULTS,
  THREW,
  UNHANDLED,
} from "./hintTable.ts";

/** Of the first known word in these texts. */
export function hintFor(...texts: readonly unknown[]): string | undefined {
  for (const text of texts) {
    const known = named(text) ?? codeIn(text);
    if (known !== undefined) return known.means;
  }
  return undefined;
}

/** `asked`: the request that the record answers, where it is known. */
export function hintOf(record: TraceRecord, asked?: TraceRecord): Hint | undefined {
  switch (record.kind) {
    case "refused":
      // The sentence that a Finish is refused with says too little by itself.
      return record.operation === "finish" ? HINTS.inconsistent : found(REFUSALS, record.code);
    case "coap":
      return codeHint(record, asked);
    case "modem":
      return reportHint(record) ?? dfuHint(record) ?? named(record.error) ?? codeIn(record.detail);
    case "chart":
    case "step":
      return chartHint(record);
    case "actor":
      return outcomeHint(record.output) ?? errorHint(record.error);
    case "event":
      // What the application was told is the least that is known.
      return found(HINTS, (record.payload as { errno?: unknown } | null | undefined)?.errno);
    case "request":
      return found(REQUEST_RESULTS, record.result);
    default:
      return named(record.error) ?? named(record.alert) ?? named(record.reason) ?? codeIn(record.detail);
  }
}

function codeHint({ code, direction, path, from }: TraceRecord, asked: TraceRecord | undefined): Hint | undefined {
  if (typeof code !== "string") return undefined;
  if (direction === "out") return found(REFUSALS, code);
  if (from === "firmwareHost" && code === "4.04") return HINTS.notFound;
  const to = String(asked?.path ?? path ?? "/");
  for (const { path: pattern, codes } of ANSWERS) {
    const known = pattern.test(to) ? found(codes, code) : undefined;
    if (known !== undefined) return known;
  }
  return undefined;
}

function reportHint({ notification, status, event, rejectCause }: TraceRecord): Hint | undefined {
  if (notification === "fault") return HINTS.fault;
  if (status === "denied" && rejectCause !== undefined) {
    const why = found(REJECT_CAUSES, rejectCause) ?? `cause ${String(rejectCause)}`;
    return { ...MODEM_REPORTS.denied, means: `${MODEM_REPORTS.denied!.means}: ${why}` };
  }
  return notification === undefined ? undefined : (found(MODEM_REPORTS, status) ?? found(MODEM_REPORTS, event));
}

/** The number with which a modem refuses an image stands in the words. */
function dfuHint({ error, detail }: TraceRecord): Hint | undefined {
  if (error !== "dfu" || typeof detail !== "string") return undefined;
  return found(DFU_ERRORS, /\(DFU error (\d+)/.exec(detail)?.[1]);
}

function chartHint(record: TraceRecord): Hint | undefined {
  if (isLinkLoss(record)) return MODEM_REPORTS.lost;
  const { event, payload, error, ignored } = record;
  const taken = (typeof event === "object" ? event : payload) as
    | { output?: unknown; error?: unknown }
    | null
    | undefined;
  const type = typeof event === "object" ? (event as { type?: unknown } | null)?.type : event;
  const known = outcomeHint(taken?.output) ?? errorHint(taken?.error ?? error) ?? found(HINTS, type);
  return known ?? (error === undefined ? undefined : ignored === true ? UNHANDLED : THREW);
}

/** What an actor came back with: the number or the code says more than the kind. */
function outcomeHint(output: unknown): Hint | undefined {
  if (typeof output !== "object" || output === null) return undefined;
  const { code, failure, reason, kind, problems, detail } = output as Record<string, unknown>;
  if (kind === "inconsistent" && Array.isArray(problems)) return HINTS.inconsistent;
  const answered = kind === "refused" ? found(ANSWERS.at(-1)!.codes, code) : undefined;
  return answered ?? codeIn(detail) ?? named(code) ?? named(failure) ?? named(reason) ?? named(kind);
}

function errorHint(error: unknown): Hint | undefined {
  if (typeof error !== "object" || error === null) return codeIn(error);
  const { code, message } = error as { code?: unknown; message?: unknown };
  return named(code) ?? codeIn(message);
}

/** The whole of it is a code. */
function named(code: unknown): Hint | undefined {
  return found(HINTS, code);
}

/** Codes that nobody would write by chance: `CERT_HAS_EXPIRED`, `ENOTFOUND`, `unknown_psk_identity`. */
const CODE = /\b(?:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|E[A-Z]{3,}|[a-z]+(?:_[a-z]+)+)\b/g;

function codeIn(text: unknown): Hint | undefined {
  if (typeof text !== "string") return undefined;
  for (const [word] of text.matchAll(CODE)) if (Object.hasOwn(HINTS, word)) return HINTS[word];
  return undefined;
}

function found<Found>(table: Readonly<Record<string, Found>>, key: unknown): Found | undefined {
  const name = typeof key === "number" ? String(key) : key;
  return typeof name === "string" && Object.hasOwn(table, name) ? table[name] : undefined;
}
