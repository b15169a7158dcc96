/** `watch`: a device that runs the original library. */
import { createReadStream, statSync } from "node:fs";
import { basename } from "node:path";
import { type Duplex, Readable } from "node:stream";
import { SystemClock } from "../../carrier/clock/systemClock.ts";
import { VERSION } from "../../carrier/version.ts";
import type { EditionId } from "../../machines/editions/index.ts";
import { openPort } from "../../modem/at/port/openPort.ts";
import { reopen } from "../../modem/at/port/reopen.ts";
import type { TraceRecord } from "../../ports/trace.ts";
import { createTrace } from "../../trace/index.ts";
import {
  type EditionBasis,
  LineClock,
  LivePort,
  LogReader,
  recogniseEdition,
  type Turn,
  Watcher,
} from "../../watch/index.ts";
import { failure, usageError } from "../errors.ts";
import { type CliIo, EXIT, type ExitCode, unlessAborted } from "../io.ts";
import { RecordOutput } from "../recordOutput.ts";
import { Terminal } from "../terminal.ts";
import { StatusLine } from "../watch/statusLine.ts";
import { MOST_COLUMNS, WatchReport } from "../watch/watchReport.ts";
import { eventNames } from "../watch/words.ts";

export interface WatchOptions {
  readonly port?: string;
  readonly log?: string;
  readonly baud: number;
  readonly listen?: boolean;
  readonly edition?: EditionId;
  readonly level: "events" | "all";
  readonly record?: string;
  readonly json?: boolean;
}

/** How often the status of a live device is written again, ms. */
const STATUS_MS = 1_000;

interface KnownEdition {
  readonly edition?: EditionId;
  readonly basis?: EditionBasis;
}

export async function watch(io: CliIo, options: WatchOptions): Promise<ExitCode> {
  const { port, log } = options;
  if (port === undefined && log === undefined && io.stdin.isTTY === true) {
    throw usageError("There is nothing to watch.", "Give --port or --log, or pipe a device's console into it.");
  }
  const known = await knownEdition(options);
  if (port !== undefined) {
    const stream = await openPort({ path: port, baudRate: options.baud });
    return new WatchSession(io, options, known).run((session) => session.listen(port, stream));
  }
  const input = log === undefined ? io.stdin : Readable.from(readLog(log));
  return new WatchSession(io, options, known).run((session) => session.read(input));
}

/** A file tells its edition before anything of it is drawn. */
async function knownEdition({ edition, log }: WatchOptions): Promise<KnownEdition> {
  if (edition !== undefined) return { edition };
  if (log === undefined || isStream(log)) return {};
  const found = await recogniseEdition(readLog(log));
  if (found === undefined) throw nothingSeen(log);
  return { edition: found.id, basis: found.basis };
}

/** A pipe or a device gives its octets once. */
function isStream(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && (stats.isFIFO() || stats.isCharacterDevice());
}

/** Errors say which file they are about. */
async function* readLog(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path);
  } catch (error) {
    throw Object.assign(error as NodeJS.ErrnoException, { path });
  }
}

function nothingSeen(source: string): Error {
  return failure(
    `${source}: no event of the carrier library is in it`,
    "A log of Nordic's lwm2m_carrier sample has lines like LWM2M_CARRIER_EVENT_REGISTERED.",
  );
}

class WatchSession {
  readonly watcher: Watcher;
  readonly #io: CliIo;
  readonly #options: WatchOptions;
  readonly #system = new SystemClock();
  readonly #lineClock: LineClock;
  readonly #output: RecordOutput;
  readonly #report: WatchReport;
  readonly #status: StatusLine;
  readonly #live: boolean;
  #others = 0;
  /** When the newest event came, ms of the system's clock; what may come next is asked for once after each. */
  #eventAt = 0;
  #next: string | undefined;

  constructor(io: CliIo, options: WatchOptions, known: KnownEdition) {
    const { log, port, json = false, level, record } = options;
    const terminal = new Terminal(io.stdout, io.env);
    this.#io = io;
    this.#options = options;
    this.#live = log === undefined && !json && terminal.live;
    this.#lineClock = new LineClock(log === undefined ? () => this.#system.now() : undefined);
    this.#report = new WatchReport(terminal);
    this.#status = new StatusLine(io.stdout, terminal);
    const clock = {
      now: () => this.#lineClock.now(),
      wall: () => this.#lineClock.wall() || (log === undefined ? this.#system.wall() : 0),
    };
    this.#output = new RecordOutput({
      ...{ terminal, clock, json, record },
      chart: {
        columns: Math.min(terminal.columns, MOST_COLUMNS),
        lifelines: port === undefined ? ["application", "library"] : ["modem", "application", "library"],
        level,
      },
      print: (lines) => this.#status.print(lines),
      onRecord: (seen) => this.#note(seen),
    });
    const device = port ?? (log === undefined ? "device" : basename(log));
    this.watcher = new Watcher({
      trace: createTrace({ clock, device, sink: this.#output.sink }),
      clock:
        log === undefined
          ? {
              ...clock,
              setTimeout: (work, delayMs) => this.#system.setTimeout(work, delayMs),
              clearTimeout: (timer) => this.#system.clearTimeout(timer),
            }
          : clock,
      version: VERSION,
      ...known,
      onTurn: (turn) => this.#turn(turn),
    });
    if (!json) this.#status.print(this.#report.title(port ?? log ?? "standard input"));
  }

  async read(input: AsyncIterable<Uint8Array | string>): Promise<void> {
    const reader = new LogReader(this.#lineClock, this.watcher);
    // A console that nobody writes to would keep the process alive.
    const stop = () => (input as Readable).destroy();
    this.#io.signal.addEventListener("abort", stop, { once: true });
    for await (const chunk of input) reader.push(chunk);
    this.#io.signal.removeEventListener("abort", stop);
    reader.end();
  }

  /** Listens at a port, also after it was lost, until the user has seen enough. */
  async listen(path: string, opened: Duplex): Promise<void> {
    const { signal } = this.#io;
    const asks = this.#options.listen !== true;
    for (let stream: Duplex | undefined = opened; stream !== undefined && !signal.aborted; ) {
      const port: Duplex = stream;
      const stop = () => port.destroy();
      signal.addEventListener("abort", stop);
      const lost = await new LivePort({ stream: port, watcher: this.watcher, asks }).run().catch((error) => error);
      signal.removeEventListener("abort", stop);
      port.destroy();
      if (signal.aborted) return;
      this.#say("warning", lost instanceof Error ? lost.message : `${path} was closed: waiting for it`);
      const open = () => openPort({ path, baudRate: this.#options.baud });
      stream = await reopen({ open, clock: this.#system, signal }, (late) => late.destroy());
      if (stream !== undefined) this.#say("good", `${path} is back`);
    }
  }

  /** Watches until `source` ends or the user has seen enough. */
  async run(source: (session: WatchSession) => Promise<void>): Promise<ExitCode> {
    const ticker = this.#live ? setInterval(() => this.#showStatus(), STATUS_MS) : undefined;
    try {
      await unlessAborted(this.#io.signal, source(this));
    } finally {
      clearInterval(ticker);
      this.watcher.end();
      this.#status.clear();
    }
    return this.#finish();
  }

  #finish(): ExitCode {
    const { record, json = false, log } = this.#options;
    const { watcher } = this;
    const ok = !watcher.deviates;
    this.#output.finish(ok, this.#report.reason(watcher));
    if (!json) this.#status.print(this.#report.summary(watcher, this.#others, record));
    if (watcher.events === 0 && ok && !this.#io.signal.aborted) throw nothingSeen(log ?? "standard input");
    return ok ? EXIT.done : EXIT.failed;
  }

  #note({ kind }: TraceRecord): void {
    if (kind === "log" || kind === "at") this.#others++;
    if (kind !== "event") return;
    this.#eventAt = this.#system.now();
    this.#next = undefined;
  }

  #say(mark: "good" | "warning", text: string): void {
    if (this.#options.json !== true) this.#status.print(this.#report.note(mark, text));
  }

  #turn(turn: Turn): void {
    if (this.#options.json !== true) this.#status.print(this.#report.turn(turn));
  }

  #showStatus(): void {
    const since = this.#system.now() - this.#eventAt;
    this.#next ??= eventNames(this.watcher.course.twin.mayFollow().filter(({ surprising }) => !surprising));
    this.#status.show(this.#report.status(this.watcher, since, this.watcher.events === 0 ? "" : this.#next));
  }
}
