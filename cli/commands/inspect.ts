/** `inspect`: a recording on the inspector's page, or records in the terminal. */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { readRecords } from "../../inspector/model/readRecords.ts";
import { failure, usageError } from "../errors.ts";
import { fileSize } from "../fileSize.ts";
import { definitionsOfOurCharts } from "../inspector/machines.ts";
import { startInspection } from "../inspector/startInspection.ts";
import { aborted, type CliIo, EXIT, type ExitCode } from "../io.ts";
import { Terminal } from "../terminal.ts";

export interface InspectCommandOptions {
  readonly tail?: boolean;
  readonly filter?: string;
  readonly port?: number;
  readonly open?: boolean;
}

/** What a string can hold, with room for what is made of it. */
const LARGEST_FILE = 256 * 1024 * 1024;
/** Records that an inspector keeps at most. */
const MOST_RECORDS = 1_000_000;

export async function inspect(io: CliIo, recording: string, options: InspectCommandOptions): Promise<ExitCode> {
  const { filter, port, open = false } = options;
  if (options.tail === true) {
    if (open || port !== undefined) throw usageError("--open and --port are for a page.", "--tail has none.");
    const { tail } = await import("../inspector/tail.ts");
    return tail(io, recording, filter === undefined ? {} : { filter });
  }
  if (filter !== undefined) throw usageError("--filter is for --tail.", "The page has a filter of its own.");
  if (/^https?:\/\//.test(recording)) {
    throw usageError(`${recording} is a page's address: open it in a browser.`, "--tail follows it here.");
  }
  return showRecording(io, recording, { open, ...(port !== undefined && { inspect: port }) });
}

async function showRecording(
  io: CliIo,
  path: string,
  choice: { readonly open: boolean; readonly inspect?: number },
): Promise<ExitCode> {
  const { records, notices } = readRecords(await readText(path));
  const terminal = new Terminal(io.stdout, io.env);
  if (records.length === 0) throw failure(`${path}: ${notices.join(" ")}`, "A recording is what `--record` writes.");
  const title = basename(path);
  const options = { title, history: Math.min(records.length, MOST_RECORDS), definitions: definitionsOfOurCharts };
  const inspection = await startInspection(io, choice, options, { live: false });
  try {
    for (const record of records) inspection.inspector.sink(record);
    terminal.line();
    terminal.line(`  ${terminal.style("strong", title)} ${terminal.symbols.dash} ${records.length} records`);
    for (const notice of notices) terminal.line(`  ${terminal.marked("warning", notice)}`);
    if (records.length > MOST_RECORDS) {
      const shown = `only the last ${MOST_RECORDS} records are shown one by one`;
      terminal.line(`  ${terminal.marked("warning", shown)}`);
    }
    terminal.line(`  inspector  ${terminal.style("name", inspection.url)}`);
    terminal.line();
    terminal.line(`  ${terminal.style("strong", "Ctrl-C")} ends.`);
    await aborted(io.signal);
  } finally {
    await inspection.close();
  }
  return EXIT.done;
}

async function readText(path: string): Promise<string> {
  if ((await fileSize(path)) > LARGEST_FILE) {
    const limit = `${LARGEST_FILE / 1024 / 1024} MiB`;
    throw failure(`${path} is larger than ${limit}, more than a page can show.`, "--tail prints a file of any size.");
  }
  return readFile(path, "utf8");
}
