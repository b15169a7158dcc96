/**
 * Recordings: one record a line, JSON, octets as in bytes.ts. A process that is killed leaves at most a torn last line;
 * who goes on with the file cuts that off.
 */
import { closeSync, createReadStream, fstatSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import type { TraceRecord, TraceSink } from "../ports/trace.ts";
import { jsonText, reviver } from "./bytes.ts";
import { recordProblems } from "./schema.ts";

/** Lines are gathered up to this many characters, and never longer than the current turn of the event loop. */
const BUFFER_LIMIT = 64 * 1024;
/** The longest line in octets that is read. */
const MAX_LINE_OCTETS = 16 * 1024 * 1024;
const NEWLINE = 0x0a;

export type RecordingErrorCode = "unreadable" | "unwritable" | "brokenLine" | "lineTooLong";

/** A recording that cannot be read or written. `line` counts from 1. */
export class RecordingError extends Error {
  override readonly name = "RecordingError";
  readonly code: RecordingErrorCode;
  readonly path: string;
  readonly line: number | undefined;

  constructor(code: RecordingErrorCode, path: string, detail: string, options?: ErrorOptions & { line?: number }) {
    super(`${path}${options?.line === undefined ? "" : `:${options.line}`}: ${detail}`, options);
    this.code = code;
    this.path = path;
    this.line = options?.line;
  }
}

/** A recording that is being written. */
export interface RecordingWriter {
  /** Takes records; never throws. After a write has failed it drops them, and `flush` and `close` tell. */
  readonly sink: TraceSink;
  /** For `TraceOptions.firstSeq`: 1 in a new file, one more than the last record's in one that goes on. */
  readonly nextSeq: number;
  /** Hands everything to the operating system. Throws `RecordingError` when that or an earlier write failed. */
  flush(): void;
  /** Flushes and closes; a second call does nothing. */
  close(): void;
}

/** Opens a recording for appending, making the file when there is none. */
export function openRecording(path: string): RecordingWriter {
  let file: number | undefined;
  try {
    file = openSync(path, "a+");
    return writer(path, file, 1 + cutTornLine(path, file));
  } catch (cause) {
    if (file !== undefined) closeSync(file);
    throw cause instanceof RecordingError ? cause : new RecordingError("unwritable", path, messageOf(cause), { cause });
  }
}

function writer(path: string, file: number, nextSeq: number): RecordingWriter {
  let buffer = "";
  let failure: RecordingError | undefined;
  let scheduled: NodeJS.Immediate | undefined;
  let open = true;

  const write = () => {
    clearImmediate(scheduled);
    scheduled = undefined;
    const bytes = Buffer.from(buffer);
    buffer = "";
    try {
      for (let offset = 0; offset < bytes.length; ) offset += writeSync(file, bytes, offset);
    } catch (cause) {
      failure ??= new RecordingError("unwritable", path, messageOf(cause), { cause });
    }
  };
  const flush = () => {
    if (open && failure === undefined) write();
    if (failure !== undefined) throw failure;
  };

  return {
    nextSeq,
    sink(record) {
      if (!open || failure !== undefined) return;
      try {
        buffer += `${jsonText(record)}\n`;
      } catch (cause) {
        failure = new RecordingError("unwritable", path, `record ${record.seq}: ${messageOf(cause)}`, { cause });
        return;
      }
      if (buffer.length >= BUFFER_LIMIT) write();
      else scheduled ??= setImmediate(write);
    },
    flush,
    close() {
      if (!open) return;
      try {
        flush();
      } finally {
        open = false;
        closeSync(file);
      }
    },
  };
}

/** Cuts a torn last line off and returns the `seq` of the last whole record, 0 when there is none. */
function cutTornLine(path: string, file: number): number {
  const { size } = fstatSync(file);
  const end = lastNewlineBefore(file, size) + 1;
  if (end < size) ftruncateSync(file, end);
  if (end === 0) return 0;
  const start = lastNewlineBefore(file, end - 1) + 1;
  const line = Buffer.alloc(end - 1 - start);
  readSync(file, line, 0, line.length, start);
  return parseLine(path, line.toString()).seq;
}

/** Offset of the last newline before `end`, -1 when there is none. */
function lastNewlineBefore(file: number, end: number): number {
  const chunk = Buffer.alloc(4096);
  for (let to = end; to > 0; to -= chunk.length) {
    const from = Math.max(0, to - chunk.length);
    const length = readSync(file, chunk, 0, to - from, from);
    const found = chunk.subarray(0, length).lastIndexOf(NEWLINE);
    if (found !== -1) return from + found;
  }
  return -1;
}

/** What was read. `torn` tells that the last line (its number, its octets) broke off and was left out. */
export interface Recording {
  readonly records: readonly TraceRecord[];
  readonly torn?: TornLine;
}

export interface TornLine {
  readonly line: number;
  readonly octets: number;
}

/** Reads a whole recording. Rejects with `RecordingError` for a file or a line that cannot be read. */
export async function readRecording(path: string): Promise<Recording> {
  const records: TraceRecord[] = [];
  let torn: TornLine | undefined;
  for await (const record of streamRecording(path, (line) => (torn = line))) records.push(record);
  return torn === undefined ? { records } : { records, torn };
}

/** The records of a file one by one, in bounded memory. */
export async function* streamRecording(path: string, onTorn?: (torn: TornLine) => void): AsyncGenerator<TraceRecord> {
  let line = 1;
  for await (const { bytes, whole } of lines(path)) {
    if (whole || parses(bytes)) yield parseLine(path, bytes.toString(), line);
    else onTorn?.({ line, octets: bytes.length });
    line++;
  }
}

async function* lines(path: string): AsyncGenerator<{ bytes: Buffer; whole: boolean }> {
  let parts: Buffer[] = [];
  let length = 0;
  let line = 1;
  const take = (part: Buffer) => {
    length += part.length;
    if (length > MAX_LINE_OCTETS) {
      throw new RecordingError("lineTooLong", path, `longer than ${MAX_LINE_OCTETS} octets`, { line });
    }
    parts.push(part);
  };
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
        take(chunk.subarray(start, end));
        yield { bytes: Buffer.concat(parts), whole: true };
        parts = [];
        length = 0;
        start = end + 1;
        line++;
      }
      take(chunk.subarray(start));
    }
  } catch (cause) {
    throw cause instanceof RecordingError ? cause : new RecordingError("unreadable", path, messageOf(cause), { cause });
  }
  if (length > 0) yield { bytes: Buffer.concat(parts), whole: false };
}

function parses(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString());
    return true;
  } catch {
    return false;
  }
}

function parseLine(path: string, text: string, line?: number): TraceRecord {
  const where = line === undefined ? {} : { line };
  let value: unknown;
  try {
    value = JSON.parse(text, reviver);
  } catch (cause) {
    throw new RecordingError("brokenLine", path, `not JSON: ${messageOf(cause)}`, { cause, ...where });
  }
  const problems = recordProblems(value);
  if (problems.length > 0) throw new RecordingError("brokenLine", path, `not a record: ${problems.join("; ")}`, where);
  return value as TraceRecord;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
