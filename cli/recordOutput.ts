/** Where the records of a run go: a live chart or JSON lines on standard output, and a recording. */
import { chmodSync, closeSync, openSync, statSync, truncateSync } from "node:fs";
import { ChartRenderer, type RenderOptions } from "../charts/index.ts";
import type { Clock } from "../ports/clock.ts";
import type { TraceRecord, TraceSink } from "../ports/trace.ts";
import { jsonText, openRecording, type RecordingWriter } from "../trace/index.ts";
import type { Terminal } from "./terminal.ts";

export interface RecordOutputOptions {
  readonly terminal: Terminal;
  readonly clock: Pick<Clock, "now">;
  /** JSON lines instead of the chart. */
  readonly json: boolean;
  /** File of the recording. */
  readonly record?: string | undefined;
  /** Goes on with a recording that is there, instead of writing it anew. */
  readonly append?: boolean;
  /** The recording holds secrets: it is its owner's alone. */
  readonly secret?: boolean;
  /** How the chart is drawn, where it is not as the terminal has it. */
  readonly chart?: RenderOptions;
  /** Prints lines; without it the terminal does. */
  readonly print?: (lines: readonly string[]) => void;
  /** Sees every record as well. */
  readonly onRecord?: TraceSink;
}

export class RecordOutput {
  readonly #options: RecordOutputOptions;
  readonly #renderer: ChartRenderer | undefined;
  readonly #recording: RecordingWriter | undefined;
  #last: TraceRecord | undefined;

  /** Throws `RecordingError` when the recording cannot be written. */
  constructor(options: RecordOutputOptions) {
    this.#options = options;
    const { record, json, terminal, secret = false } = options;
    if (record !== undefined) {
      if (secret) keepToOwner(record);
      if (options.append !== true) truncate(record);
      this.#recording = openRecording(record);
    }
    this.#renderer = json ? undefined : new ChartRenderer({ ...terminal.chartOptions, ...options.chart });
  }

  /** `seq` of the first record of this run. */
  get firstSeq(): number {
    return this.#recording?.nextSeq ?? 1;
  }

  readonly sink: TraceSink = (record) => {
    this.#last = record;
    this.#recording?.sink(record);
    if (this.#renderer === undefined) this.#options.terminal.line(jsonText(record));
    else this.#print(this.#renderer.line(record));
    this.#options.onRecord?.(record);
  };

  /** Draws what was held back. */
  flush(): void {
    this.#print(this.#renderer?.end() ?? []);
  }

  /** The last record of the run. Throws `RecordingError` when the recording is not whole. */
  finish(ok: boolean, reason: string): void {
    this.flush();
    const { seq = this.firstSeq - 1, device = "carrier" } = this.#last ?? {};
    this.sink({ seq: seq + 1, time: this.#options.clock.now(), device, kind: "result", ok, reason });
    this.#recording?.close();
  }

  #print(lines: readonly string[]): void {
    if (lines.length === 0) return;
    if (this.#options.print === undefined) this.#options.terminal.lines(lines);
    else this.#options.print(lines);
  }
}

const OWNER_ALONE = 0o600;

/** Throws Node's own error when the file cannot be opened. */
function keepToOwner(path: string): void {
  closeSync(openSync(path, "a", OWNER_ALONE));
  // One that was there already may be everyone's.
  if (statSync(path).isFile()) chmodSync(path, OWNER_ALONE);
}

function truncate(path: string): void {
  try {
    truncateSync(path);
  } catch {
    // There is none yet, or it cannot be written: opening it tells.
  }
}
