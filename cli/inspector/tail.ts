/** `inspect --tail`: records in the terminal, of a file or of a run that is followed. */
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { compileFilter } from "../../inspector/model/filter.ts";
import { type LineRead, readRecordLine } from "../../inspector/model/readRecords.ts";
import { FollowError, followInspector } from "../../inspector/server/followInspector.ts";
import { failure, usageError } from "../errors.ts";
import { fileSize } from "../fileSize.ts";
import { type CliIo, EXIT, type ExitCode, unlessAborted } from "../io.ts";
import { Terminal } from "../terminal.ts";
import { TailText } from "./tailText.ts";

export interface TailOptions {
  /** In the page's filter language; default: everything that is worth a line. */
  readonly filter?: string;
}

/** Characters of a line that is read. */
const MAX_LINE = 16 * 1024 * 1024;
const TOO_LONG: LineRead = { problem: `longer than ${MAX_LINE} characters` };
/** Skipped lines that are told one by one. */
const MAX_TOLD = 3;

/** `source` is a recording, or the address of a page, which is followed until its run ends or the user does. */
export async function tail(io: CliIo, source: string, { filter = "" }: TailOptions = {}): Promise<ExitCode> {
  const { problem } = compileFilter(filter);
  if (problem !== undefined) {
    const mark = `${" ".repeat(problem.from)}${"^".repeat(Math.max(1, problem.to - problem.from))}`;
    throw usageError(`--filter: ${problem.message}\n  ${filter}\n  ${mark}`, problem.hint);
  }
  const text = new TailText(new Terminal(io.stdout, io.env), filter);
  return /^(https?|wss?):\/\//.test(source) ? follow(io, source, text) : print(io, source, text);
}

async function print(io: CliIo, path: string, text: TailText): Promise<ExitCode> {
  await fileSize(path);
  let number = 0;
  let read = 0;
  const skipped: string[] = [];
  let skippedCount = 0;
  for await (const line of linesOf(path)) {
    if (io.signal.aborted) return EXIT.done;
    number++;
    const { record, problem } = line === undefined ? TOO_LONG : readRecordLine(line);
    if (record !== undefined) {
      read++;
      await write(io, text.line(record));
    } else if (problem !== undefined && ++skippedCount <= MAX_TOLD) skipped.push(`line ${number}: ${problem}`);
  }
  const told = skipped.join("; ");
  if (read === 0) throw failure(`${path} is no recording${told === "" ? ": it is empty" : ` (${told})`}.`);
  if (skippedCount > 0) tellAside(io, `${skippedCount} of ${number} lines were skipped (${told})`);
  return EXIT.done;
}

/** The lines of a file; undefined for one that is too long. */
async function* linesOf(path: string): AsyncGenerator<string | undefined> {
  let rest = "";
  let tooLong = false;
  for await (const chunk of createReadStream(path, { encoding: "utf8" }) as AsyncIterable<string>) {
    const lines = chunk.split("\n");
    for (const [at, part] of lines.entries()) {
      if (!tooLong) rest += part;
      if (rest.length > MAX_LINE) {
        tooLong = true;
        rest = "";
      }
      if (at === lines.length - 1) break;
      yield tooLong ? undefined : rest;
      rest = "";
      tooLong = false;
    }
  }
  if (tooLong) yield undefined;
  else if (rest !== "") yield rest;
}

async function follow(io: CliIo, url: string, text: TailText): Promise<ExitCode> {
  let end = (_reason: string) => {};
  const ended = new Promise<string>((resolve) => (end = resolve));
  try {
    const following = await followInspector(url, {
      checkpoint: ({ records }) => text.begin(records),
      records({ records }) {
        for (const record of records) void write(io, text.line(record));
      },
      gap: ({ count }) => tellAside(io, `${count} records are missing here: the terminal was too slow`),
      closed: (reason) => end(reason),
    });
    const reason = await unlessAborted(io.signal, ended);
    following.close();
    if (reason !== undefined) tellAside(io, `the inspector ended: ${reason}`);
    return EXIT.done;
  } catch (cause) {
    if (!(cause instanceof FollowError)) throw cause;
    throw failure(cause.message, "Take the address that `demo` or `run --inspect` prints.");
  }
}

/** A reader that is slower than the file is waited for. */
async function write({ stdout, signal }: CliIo, line: string | undefined): Promise<void> {
  if (line === undefined || stdout.write(`${line}\n`) || signal.aborted) return;
  await once(stdout, "drain", { signal }).catch(() => {});
}

function tellAside({ stderr, env }: CliIo, text: string): void {
  const terminal = new Terminal(stderr, env);
  terminal.line(terminal.marked("warning", text));
}
