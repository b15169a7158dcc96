/** A recording as far as it can be read: records of kinds that are not known are kept, what is no record is skipped and told. */
import type { TraceRecord } from "../../ports/trace.ts";
import { COMMON_FIELDS, KINDS, recordProblems } from "../../trace/schema.ts";
import { nestedProblems } from "./nestedProblems.ts";

/** Skipped lines that are told one by one. */
const MAX_TOLD = 20;
/** Characters of one line that are read. */
const MAX_LINE = 16 * 1024 * 1024;

export interface SkippedLine {
  /** From 1. */
  readonly line: number;
  readonly reason: string;
}

export interface ReadRecords {
  readonly records: readonly TraceRecord[];
  /** The first of them. */
  readonly skipped: readonly SkippedLine[];
  readonly skippedCount: number;
  /** Kinds that this version does not know, and how many records of each there are. */
  readonly unknownKinds: ReadonlyMap<string, number>;
  /** What was skipped and why, or that nothing could be read, as sentences for a person; empty when all is well. */
  readonly notices: readonly string[];
}

/** Every other octet is none. */
const UTF_16 = "It seems to be UTF-16, which PowerShell writes with >: save it as UTF-8.";

/** Reads JSON lines. Never throws. */
export function readRecords(text: string): ReadRecords {
  const records: TraceRecord[] = [];
  const skipped: SkippedLine[] = [];
  const unknownKinds = new Map<string, number>();
  let skippedCount = 0;
  let line = 0;
  let torn = false;
  for (let from = text.charCodeAt(0) === 0xfeff ? 1 : 0; from < text.length; ) {
    const newline = text.indexOf("\n", from);
    const to = newline === -1 ? text.length : newline;
    line++;
    const { record, problem } = to - from > MAX_LINE ? tooLong : readRecordLine(text.slice(from, to));
    if (record !== undefined) {
      records.push(record);
      if (!Object.hasOwn(KINDS, record.kind)) unknownKinds.set(record.kind, (unknownKinds.get(record.kind) ?? 0) + 1);
    } else if (problem !== undefined) {
      skippedCount++;
      torn = newline === -1 && problem.startsWith("not JSON");
      if (skipped.length < MAX_TOLD) skipped.push({ line, reason: problem });
    }
    from = to + 1;
  }
  const notices = noticesOf(records.length, skipped, skippedCount, unknownKinds, torn);
  if (records.length === 0 && text.slice(0, 64).includes("\0")) notices.push(UTF_16);
  return { records, skipped, skippedCount, unknownKinds, notices };
}

/** Neither is there for an empty line. */
export interface LineRead {
  readonly record?: TraceRecord;
  readonly problem?: string;
}

const tooLong: LineRead = { problem: `longer than ${MAX_LINE} characters` };

/** One line of a recording. Never throws. */
export function readRecordLine(text: string): LineRead {
  if (text.trim() === "") return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { problem: `not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  const kind = (value as { kind?: unknown } | null)?.kind;
  const isNewer = typeof kind === "string" && !Object.hasOwn(KINDS, kind);
  const problems = isNewer ? commonProblems(value as Record<string, unknown>) : recordProblems(value);
  if (problems.length === 0) problems.push(...nestedProblems(value as TraceRecord));
  return problems.length === 0 ? { record: value as TraceRecord } : { problem: problems.join("; ") };
}

/** Of a kind that a newer version has: what every record needs, it needs as well. */
function commonProblems(value: Record<string, unknown>): string[] {
  return Object.keys(COMMON_FIELDS.required)
    .filter((name) => typeof value[name] !== (name === "seq" || name === "time" ? "number" : "string"))
    .map((name) => `"${name}" is missing`);
}

function noticesOf(
  read: number,
  skipped: readonly SkippedLine[],
  count: number,
  unknown: ReadonlyMap<string, number>,
  torn: boolean,
): string[] {
  const notices: string[] = [];
  if (read === 0 && count === 0) notices.push("The file is empty.");
  else if (read === 0)
    notices.push(
      `This is no recording: none of ${count} lines is a record. Line ${skipped[0]!.line}: ${skipped[0]!.reason}.`,
    );
  else if (torn && count === 1) notices.push(`The last line (${skipped[0]!.line}) broke off and was left out.`);
  else if (count > 0) {
    const told = skipped.slice(0, 3).map(({ line, reason }) => `line ${line}: ${reason}`);
    const more = count > told.length ? `, and ${count - told.length} more` : "";
    notices.push(
      `${count} of ${read + count} lines ${count === 1 ? "was" : "were"} skipped (${told.join("; ")}${more}).`,
    );
  }
  if (read > 0 && unknown.size > 0) {
    const kinds = [...unknown].map(([kind, records]) => `${kind} (${records})`);
    notices.push(`Kinds of records that this version does not know are shown as they are: ${kinds.join(", ")}.`);
  }
  return notices;
}
