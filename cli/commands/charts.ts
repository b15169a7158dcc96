/** `charts check`, `charts list`, `charts export`. */
import { readFile, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { nearest } from "../../carrier/config/nearest.ts";
import { replayCharts } from "../../carrier/replay.ts";
import {
  type Chart,
  chartNames,
  checkConformance,
  exportMermaid,
  exportMsc,
  exportText,
  formatVerdict,
  loadChart,
  parseChart,
  type SequenceLevel,
} from "../../charts/index.ts";
import { exportPcapng } from "../../inspector/model/export/pcapng.ts";
import { exportReplayTest, NotReplayable } from "../../inspector/model/export/replayTest.ts";
import type { Edition } from "../../machines/edition.ts";
import { EDITIONS, findEdition } from "../../machines/editions/index.ts";
import type { RecordFields, TraceRecord } from "../../ports/trace.ts";
import { readRecording } from "../../trace/index.ts";
import { checkWatched, isWatched, lastRun } from "../../watch/index.ts";
import { usageError } from "../errors.ts";
import { type CliIo, EXIT, type ExitCode } from "../io.ts";
import { Terminal } from "../terminal.ts";

export async function checkChart(
  io: CliIo,
  recording: string,
  chart: string,
  options: { readonly edition?: string },
): Promise<ExitCode> {
  const records = await readRecords(io, recording);
  const watched = isWatched(records);
  const edition = editionOf(recording, watched ? lastRun(records) : records, options.edition);
  const against = await chartOf(chart);
  const verdict = watched
    ? checkWatched(typeof against === "string" ? loadChart(against) : against, records, edition)
    : checkConformance(against, records, { edition });
  const terminal = new Terminal(io.stdout, io.env);
  const [first = "", ...rest] = formatVerdict(verdict).split("\n");
  terminal.line(terminal.marked(verdict.conforms ? "good" : "bad", first));
  terminal.lines(rest.map((line) => (line.includes(" > #") ? terminal.style("bad", line) : line)));
  return verdict.conforms ? EXIT.done : EXIT.failed;
}

export async function listCharts(io: CliIo, { json = false }: { readonly json?: boolean }): Promise<ExitCode> {
  const terminal = new Terminal(io.stdout, io.env);
  const charts = chartNames().map((name) => ({ name, editions: editionsWith(name) }));
  if (json) terminal.line(JSON.stringify(charts));
  else {
    const width = Math.max(...charts.map(({ name }) => name.length)) + 2;
    for (const { name, editions } of charts) {
      terminal.line(`${terminal.style("name", name)}${" ".repeat(width - name.length)}${editions.join(", ")}`);
    }
  }
  return EXIT.done;
}

/** Lives a recording again through the statecharts alone: the same inputs have to lead to the same steps and events. */
export async function replayRecording(
  io: CliIo,
  recording: string,
  options: { readonly edition?: string },
): Promise<ExitCode> {
  const records = await readRecords(io, recording);
  if (isWatched(records)) throw usageError(`${recording} is of a device that was watched: it holds no charts' inputs.`);
  const steps = records.filter(({ kind }) => kind === "chart").length;
  if (steps === 0) throw usageError(`${recording} holds no step of a chart: there is nothing to replay.`);
  const { events, deviation } = replayCharts(records, { edition: editionOf(recording, records, options.edition) });
  const terminal = new Terminal(io.stdout, io.env);
  if (deviation === undefined) {
    terminal.line(terminal.marked("good", `the same ${steps} steps of the charts and ${events.length} events`));
    return EXIT.done;
  }
  const { expected, happened } = deviation;
  const where = expected === undefined ? "after the recording's end" : `at #${expected.seq}`;
  terminal.line(terminal.marked("bad", `deviates ${where}`));
  terminal.line(`  recorded  ${expected === undefined ? "nothing more" : stepText(expected)}`);
  terminal.line(`  replayed  ${happened === undefined ? "nothing" : stepText(happened)}`);
  return EXIT.failed;
}

function stepText({ kind, name, actor, event, value }: RecordFields): string {
  return kind === "event" ? String(name) : `${actor} takes ${event} and is in ${JSON.stringify(value)}`;
}

export interface ExportOptions {
  readonly format: "msc" | "mermaid" | "text" | "pcapng" | "test";
  readonly level: SequenceLevel;
  readonly output?: string;
}

export async function exportChart(io: CliIo, recording: string, options: ExportOptions): Promise<ExitCode> {
  const { format, level, output } = options;
  const records = await readRecords(io, recording);
  const text = {
    msc: () => exportMsc(records, { level, title: basename(recording) }),
    mermaid: () => exportMermaid(records, { level }),
    text: () => exportText(records, { level }),
    pcapng: () => exportPcapng(records),
    test: () => replayTest(recording, records),
  }[format]();
  if (output === undefined) io.stdout.write(text);
  // A capture of datagrams brings the keys that open them.
  else await writeFile(output, text, { mode: records.some(({ kind }) => kind === "keyLog") ? 0o600 : 0o666 });
  return EXIT.done;
}

/** A Jest test that replays the recording. */
function replayTest(path: string, records: readonly TraceRecord[]): string {
  try {
    return exportReplayTest(records);
  } catch (error) {
    if (!(error instanceof NotReplayable)) throw error;
    throw usageError(`${path} cannot be made a test. ${error.message}`);
  }
}

async function readRecords(io: CliIo, path: string): Promise<readonly TraceRecord[]> {
  const { records, torn } = await readRecording(path);
  if (torn !== undefined) {
    const terminal = new Terminal(io.stderr, io.env);
    terminal.line(
      terminal.marked("warning", `${path}:${torn.line}: the last line broke off after ${torn.octets} octets: left out`),
    );
  }
  if (records.length === 0) throw usageError(`${path}: there is no record in it`);
  return records;
}

function editionOf(path: string, records: readonly TraceRecord[], wanted: string | undefined): Edition {
  const told = records.find(({ kind }) => kind === "run")?.edition;
  const id = wanted ?? (typeof told === "string" ? told : undefined);
  const edition = id === undefined ? undefined : findEdition(id);
  if (edition !== undefined) return edition;
  const reason = id === undefined ? "no record of kind run tells its edition" : `its edition is "${id}", which is none`;
  throw usageError(`${path}: ${reason}`, `Say it with --edition: ${Object.keys(EDITIONS).join(", ")}.`);
}

/** A chart of the package by its name, or a file of the user's that carries one of those names. */
async function chartOf(chart: string): Promise<string | Chart> {
  if (chart.endsWith(".msc")) return parseChart(await readFile(chart, "utf8"), basename(chart, ".msc"));
  const names = chartNames();
  if (names.includes(chart)) return chart;
  const near = nearest(chart, names);
  const hint = near === undefined ? "`lwm2m-carrier charts list` lists them." : `Did you mean ${near}?`;
  throw usageError(`There is no chart "${chart}".`, hint);
}

function editionsWith(chart: string): readonly string[] {
  return Object.values(EDITIONS)
    .filter(({ charts }) => Object.values(charts).includes(chart))
    .map(({ id }) => id);
}
