/**
 * A modem's line, from the host: commands one at a time, their answers, and notifications at any time. After a timeout,
 * a restart or a crash it finds the beginning of an answer again before the next command goes out.
 */
import type { Duplex } from "node:stream";
import type { Clock, TimerId } from "../../../ports/clock.ts";
import type { ModemErrorShape } from "../../../ports/modem.ts";
import type { Trace } from "../../../ports/trace.ts";
import { ModemError } from "../../modemError.ts";
import type { Command, ParamsOf, ResponseOf } from "../commands/command.ts";
import { COMMAND_END, type Dialect } from "../commands/dialect.ts";
import { FAULT_REASONS } from "../commands/notifications.ts";
import { type AtNotification, COMMANDS } from "../commands/table.ts";
import { bodyOfNotification, type FinalResult, parseFinal, parseNotification, startingLine } from "../commands/text.ts";
import { lineBytes } from "../commands/tokens.ts";
import { type AtItem, AtReader } from "./atReader.ts";
import { AtTrace } from "./atTrace.ts";
import { Exchange, type Step } from "./exchange.ts";
import { type AtListener, Listeners } from "./listeners.ts";
import { PROBE_TIMEOUT_MS, Resync } from "./resync.ts";

export interface AtChannelOptions {
  readonly stream: Duplex;
  readonly clock: Clock;
  readonly trace?: Trace | undefined;
  /** What ends a command; undefined suits both. */
  readonly dialect?: Dialect | undefined;
}

export interface ExecuteOptions {
  /** Aborted: the promise rejects with the signal's reason at once. A command that is out is waited for all the same. */
  readonly signal?: AbortSignal | undefined;
  /** Instead of the command's own, from when it goes out. */
  readonly timeoutMs?: number | undefined;
  /** What goes out after OK, for a command with a data phase. */
  readonly data?: Uint8Array | undefined;
}

type Arguments<C extends Command> =
  Record<never, never> extends ParamsOf<C>
    ? [params?: ParamsOf<C>, options?: ExecuteOptions]
    : [params: ParamsOf<C>, options?: ExecuteOptions];

type Settled = Exclude<Step, { kind: "send" | "lost" }>;
const QUIET: Settled = { kind: "answered", response: undefined };

/** A command in the queue or under way. */
interface Job {
  readonly exchange: Exchange;
  readonly timeoutMs: number;
  readonly cause?: number | undefined;
  readonly settle: (step: Settled) => void;
  /** A question that finds the line's beginning again: results without its line are an earlier command's. */
  readonly probe?: { results: number; errors: number };
  seq?: number | undefined;
  timer?: TimerId;
  escapeTimer?: TimerId;
}

const PLUS = 0x2b;
/** Longer than the silence after which an application takes what has come of +++ for data: 366 ms at 115200 baud. */
export const ESCAPE_PAUSE_MS = 1_000;

export type { AtListener } from "./listeners.ts";

export class AtChannel {
  /** What ends a command from now on. */
  dialect: Dialect | undefined;
  readonly #stream: Duplex;
  readonly #clock: Clock;
  readonly #trace: AtTrace;
  readonly #reader: AtReader;
  readonly #listeners = new Listeners();
  readonly #resync = new Resync();
  readonly #queue: Job[] = [];
  readonly #closeListeners = new Set<(error: ModemErrorShape) => void>();
  #current: Job | undefined;
  #closed: ModemErrorShape | undefined;

  constructor(options: AtChannelOptions) {
    this.#stream = options.stream;
    this.#clock = options.clock;
    this.#trace = new AtTrace(options.trace);
    this.dialect = options.dialect;
    this.#reader = new AtReader({
      onItem: (item) => this.#onItem(item),
      bodyOf: (line) => this.#current?.exchange.bodyOf(line) ?? bodyOfNotification(line),
      mayGoOn: (line) => this.#current?.exchange.mayGoOn(line) ?? false,
    });
    this.#stream.on("data", this.#onData);
    this.#stream.on("error", this.#onError);
    this.#stream.on("close", this.#onEnd);
    this.#stream.on("end", this.#onEnd);
    if (this.#stream.destroyed) this.#onEnd();
  }

  /** Why nothing goes any more; undefined while the line is there. */
  get closed(): ModemErrorShape | undefined {
    return this.#closed;
  }

  /**
   * Sends a command when its turn comes and gives its answer. Rejects with a `ModemError`, or the signal's reason. What
   * notifies of its effect may come before the promise is seen to settle: subscribe first.
   */
  execute<C extends Command>(command: C, ...[params, options = {}]: Arguments<C>): Promise<ResponseOf<C>> {
    return new Promise<ResponseOf<C>>((resolve, reject) => {
      const { signal, timeoutMs = command.timeoutMs, data } = options;
      if (this.#closed !== undefined) throw this.#closed;
      signal?.throwIfAborted();
      const exchange = new Exchange(command, (params ?? {}) as ParamsOf<Command>, data);
      const abort = () => {
        const waiting = this.#queue.indexOf(job);
        if (waiting >= 0) this.#queue.splice(waiting, 1);
        reject(signal?.reason);
      };
      const job: Job = {
        exchange,
        timeoutMs,
        cause: this.#trace.cause,
        settle: (step) => {
          signal?.removeEventListener("abort", abort);
          if (step.kind === "answered") resolve(step.response as ResponseOf<C>);
          else reject(step.error);
        },
      };
      signal?.addEventListener("abort", abort, { once: true });
      this.#queue.push(job);
      this.#next();
    });
  }

  /** Called for every notification, in order and at once; the function it gives ends that. */
  subscribe(listener: AtListener): () => void {
    return this.#listeners.add(listener);
  }

  /** Called once, when the line has gone or `close` is called. */
  onClose(listener: (error: ModemErrorShape) => void): void {
    if (this.#closed === undefined) this.#closeListeners.add(listener);
    else listener(this.#closed);
  }

  /** Ends the channel: whatever waits is rejected with `closed`. The stream is destroyed. */
  close(): void {
    this.#end(new ModemError("closed"));
    this.#stream.destroy();
  }

  #onData = (chunk: Uint8Array): void => this.#reader.push(chunk);
  #onError = (cause: Error): void =>
    this.#end(new ModemError("lineError", { detail: `the port failed: ${cause.message}`, cause }));
  #onEnd = (): void => this.#end(new ModemError("lineError", { detail: "the port was closed" }));

  #end(error: ModemErrorShape): void {
    if (this.#closed !== undefined) return;
    this.#closed = error;
    this.#stream.off("data", this.#onData);
    this.#stream.off("close", this.#onEnd);
    this.#stream.off("end", this.#onEnd);
    const jobs = [...(this.#current === undefined ? [] : [this.#current]), ...this.#queue.splice(0)];
    this.#clock.clearTimeout(this.#current?.timer);
    this.#clock.clearTimeout(this.#current?.escapeTimer);
    this.#current = undefined;
    for (const job of jobs) job.settle({ kind: "failed", error });
    for (const listener of this.#closeListeners) listener(error);
    this.#closeListeners.clear();
  }

  #next(): void {
    if (this.#current !== undefined || this.#closed !== undefined || this.#queue.length === 0) return;
    if (this.#resync.needed) this.#probe();
    else this.#start(this.#queue.shift()!);
  }

  #start(job: Job, before = ""): void {
    this.#current = job;
    const { exchange } = job;
    job.seq = this.#trace.line("toModem", exchange.shown, job.cause);
    job.timer = this.#clock.setTimeout(() => this.#onTimeout(job), job.timeoutMs);
    const { data, dialects } = exchange.command;
    // A line feed too many would be the first octet of the data.
    const end = COMMAND_END[this.dialect ?? (data && dialects[0]) ?? "unknown"];
    this.#stream.write(lineBytes(`${before === "" ? "" : before + end}${exchange.text}${end}`));
  }

  /** Looks for the beginning of an answer; the command at the head of the queue waits. */
  #probe(): void {
    const { command, before } = this.#resync.probe;
    const owed = this.#resync.takeOwed();
    if (owed !== undefined) this.#stream.write(owed);
    const probe = { results: 0, errors: 0 };
    const settle = (step: Settled) => {
      if (this.#closed !== undefined) return;
      if (step.kind === "answered") {
        if (this.#resync.answered()) this.#awaitQuiet();
      } else if (this.#resync.unanswered(probe.results > 0, probe.errors === probe.results)) this.#probe();
      else if (this.#resync.needed) this.#queue.shift()?.settle(step);
    };
    this.#start({ exchange: new Exchange(command, {}, undefined), timeoutMs: PROBE_TIMEOUT_MS, settle, probe }, before);
  }

  /** Lets answers go by until it is quiet. */
  #awaitQuiet(): void {
    const exchange = new Exchange(COMMANDS.at, {}, undefined);
    const settle = () => this.#resync.found();
    const job: Job = { exchange, timeoutMs: PROBE_TIMEOUT_MS, settle, probe: { results: 0, errors: 0 } };
    this.#current = job;
    job.timer = this.#clock.setTimeout(() => this.#finish(job, QUIET), PROBE_TIMEOUT_MS);
  }

  #finish(job: Job, step: Settled): void {
    this.#clock.clearTimeout(job.timer);
    this.#clock.clearTimeout(job.escapeTimer);
    // No answer after all: a notification that looked like one.
    if (step.kind === "failed")
      for (const { line, body } of job.exchange.lines) this.#tell(parseNotification(line, body));
    this.#current = undefined;
    job.settle(step);
    this.#next();
  }

  #onTimeout(job: Job): void {
    const { exchange } = job;
    this.#abandon(job, new ModemError("timeout", { detail: `${exchange.shown}, ${job.timeoutMs} ms` }));
  }

  /** Gives a command up whose answer may still come. */
  #abandon(job: Job, error: ModemErrorShape): void {
    const { exchange } = job;
    if (job.probe === undefined) this.#resync.need(exchange.command);
    this.#reader.reset();
    const { dataEnd } = exchange;
    if (dataEnd !== undefined) this.#resync.owe(dataEnd, !exchange.inData);
    this.#finish(job, { kind: "failed", error });
  }

  #onItem(item: AtItem): void {
    if (this.#closed !== undefined) return;
    if (item.kind === "dropped") {
      this.#current?.exchange.noteStrange();
      this.#trace.octets("fromModem", item.octets);
      return;
    }
    const { text, body } = item;
    const job = this.#current;
    if (job?.exchange.isEcho(text)) return;
    const started = startingLine(text) ?? text;
    if (started !== text) {
      this.#trace.octets("fromModem", text.length - started.length);
      this.#onItem({ kind: "line", text: started });
      return;
    }
    const result = parseFinal(text);
    if (result !== undefined && !(job?.exchange.isForeign(result) ?? result.kind === "cms")) {
      this.#trace.line("fromModem", text, job?.seq);
      if (job !== undefined) this.#onResult(job, result);
      // Nobody has asked: what is asked next may get another's answer.
      else {
        if (!this.#resync.needed) this.#resync.need(COMMANDS.at);
        this.#onLateResult(result);
      }
      return;
    }
    const { taken, displaced } = job?.exchange.take(text, body) ?? { taken: false };
    if (displaced !== undefined) this.#onNotification(parseNotification(displaced.line, displaced.body));
    if (taken) {
      const values = job?.exchange.last;
      if (job !== undefined && values !== undefined) this.#trace.answer(job.exchange.command, text, values, job.seq);
      if (body !== undefined) this.#trace.octets("fromModem", body.length, job?.seq);
      return;
    }
    const notification = parseNotification(text, body);
    if (notification.key === "unknown") this.#onUnknown(text);
    else {
      this.#trace.line("fromModem", text);
      if (body !== undefined) this.#trace.octets("fromModem", body.length);
      this.#onNotification(notification);
    }
  }

  /** What is left of a secret on a bad line goes nowhere, and may come late. */
  #onUnknown(line: string): void {
    this.#current?.exchange.noteStrange();
    const mayBeSecret = this.#current?.exchange.hasSecrets === true || this.#resync.needed;
    if (mayBeSecret) this.#trace.octets("fromModem", line.length);
    else {
      this.#trace.unknown(line);
      this.#onNotification({ key: "unknown", line });
    }
  }

  #onResult(job: Job, result: FinalResult): void {
    if (job.probe !== undefined && !job.exchange.hasLines) {
      job.probe.results++;
      if (result.kind === "error") job.probe.errors++;
      this.#onLateResult(result);
      return;
    }
    const step = job.exchange.finish(result);
    if (step.kind === "lost") this.#abandon(job, step.error);
    else if (step.kind !== "send") this.#finish(job, step);
    else {
      this.#trace.octets("toModem", step.data.length, job.seq);
      this.#stream.write(step.data);
      if (step.escape) this.#escape(job, step.data.at(-1) === PLUS);
    }
  }

  /** Ends the data of a command. A plus sign right before would be taken for the first of the three. */
  #escape(job: Job, afterPause: boolean): void {
    const end = () => {
      if (this.#current === job) this.#stream.write(lineBytes("+++"));
    };
    if (afterPause) job.escapeTimer = this.#clock.setTimeout(end, ESCAPE_PAUSE_MS);
    else end();
  }

  /** The result of a command that was given up. */
  #onLateResult({ kind }: FinalResult): void {
    const owed = this.#resync.lateResult(kind === "ok");
    if (owed !== undefined) this.#stream.write(owed);
  }

  #tell(notification: AtNotification): void {
    if (notification.key !== "unknown") this.#listeners.tell(notification);
  }

  #onNotification(notification: AtNotification): void {
    this.#listeners.tell(notification);
    const job = this.#current;
    if (job === undefined || notification.key === "unknown") return;
    const step = job.exchange.notified(notification.key, notification.values);
    if (step !== undefined) this.#finish(job, step);
    else if (job.probe === undefined) this.#onRestart(job, notification);
  }

  /** A modem that restarts or crashes has forgotten the command. */
  #onRestart(job: Job, notification: AtNotification): void {
    const { shown } = job.exchange;
    switch (notification.key) {
      case "ready":
      case "initError":
      case "bootloaderReady":
        if (job.exchange.command === COMMANDS.xreset) this.#finish(job, { kind: "answered", response: undefined });
        else this.#abandon(job, new ModemError("fault", { detail: `it restarted before it had answered ${shown}` }));
        return;
      case "modemFault": {
        const { reason } = notification.values;
        const why = FAULT_REASONS[reason] ?? `reason ${reason}`;
        this.#abandon(job, new ModemError("fault", { detail: `it crashed (${why}) before it had answered ${shown}` }));
      }
    }
  }
}
