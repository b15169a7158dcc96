/**
 * The simulated modem behind AT commands, as an nRF91 with one of Nordic's applications is seen on its serial line.
 *
 *   stream ─▶ FrontLine ─▶ Execution ─▶ extensions, handlers of the command table ─▶ simulated modem, sockets
 *   stream ◀─ FrontLine ◀─ the answer, then the notifications held back meanwhile ◀────────┘
 */
import type { Duplex } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { systemRandom } from "../../carrier/random.ts";
import type { Dialect } from "../../modem/at/commands/dialect.ts";
import { NOTIFICATIONS } from "../../modem/at/commands/table.ts";
import { formatNotification } from "../../modem/at/commands/text.ts";
import { lineText } from "../../modem/at/commands/tokens.ts";
import type { ModemFault, ModemFaultName, SimulatedModem } from "../../modem/index.ts";
import type { Clock } from "../../ports/clock.ts";
import type { ModemInitResult, ModemNotification } from "../../ports/modem.ts";
import type { Random } from "../../ports/random.ts";
import { answerCommand, nameOf } from "./answerCommand.ts";
import { createUnit } from "./createUnit.ts";
import { Execution } from "./execution.ts";
import type { AtExtension, AtExtensionFactory } from "./extension.ts";
import { FrontLine } from "./frontLine.ts";
import { isLineFault, type LineFault, type LineFaultName, LineFaults } from "./lineFaults.ts";
import { ModemNotices } from "./modemNotices.ts";
import type { ApplicationVersion, LineSettings, Unit } from "./unit.ts";

export type AtFault = LineFault | ModemFault;
export type AtFaultName = LineFaultName | ModemFaultName;

export interface AtFrontOptions {
  /** The front starts it, and ends what it was doing. */
  readonly modem: SimulatedModem;
  /** `serialModem` by default. */
  readonly dialect?: Dialect;
  readonly clock: Clock;
  /** The line; `attach` gives another one later. */
  readonly stream?: Duplex;
  /** Of the line, which then takes its time; 0, the default, for a line that takes none. AT+IPR changes it. */
  readonly baudRate?: number;
  readonly version?: Partial<ApplicationVersion>;
  /** Further commands; the first extension that knows a name answers it, before the front itself. */
  readonly extensions?: readonly AtExtensionFactory[];
  readonly faults?: readonly AtFault[];
  /** Makes the fault `garbage`; the system's by default. */
  readonly random?: Random;
}

export interface AtFront {
  /** Resolves when the application is up: it has said `Ready`, or `INIT ERROR`. */
  readonly ready: Promise<void>;
  /** Speaks on this line from now on, in place of one before. What was on the way there is lost. */
  attach(stream: Duplex): void;
  /** Resolves when what the host has sent so far is answered and the answers have left. */
  answered(): Promise<void>;
  /** Makes something fail. Throws a `ModemError` with code `incorrectParameters` for a fault that cannot be. */
  inject(fault: AtFault): void;
  clear(name: AtFaultName): void;
  /** Takes the power away and gives it again; resolves when the application is up. */
  powerCycle(): Promise<void>;
  /** Leaves the modem and the line as they are. */
  close(): Promise<void>;
}

/** Throws a `ModemError` with code `incorrectParameters` for a fault that cannot be. */
export function createAtFront(options: AtFrontOptions): AtFront {
  return new Front(options);
}

/** Whoever asked for %XSIM hears of them. */
const SIM_FAULTS: ReadonlySet<string> = new Set<ModemFaultName>(["noSim", "simLocked"]);
/** NRF_MODEM_FAULT_POFWARN: the supply is gone, and with it the application. */
const POWER_FAULT = 0x14;
const HARD_FAULT = 3;
/** Where a crash happened: as good a place as any. */
const PROGRAM_COUNTER = 0x0004_a5b6;
const EIO = -5;
const LATE_MS = 15_000;

class Front implements AtFront {
  ready: Promise<void>;
  readonly #options: AtFrontOptions;
  readonly #faults = new LineFaults();
  readonly #line: FrontLine;
  readonly #unit: Unit;
  readonly #notices: ModemNotices;
  readonly #extensions: readonly AtExtension[];
  readonly #unsubscribe: () => void;
  /** Aborted when the application starts again. */
  #application = new AbortController();
  #execution: Execution | undefined;
  /** Settles when the command under way is over. */
  #running: Promise<void> = Promise.resolve();

  constructor(options: AtFrontOptions) {
    const { modem, clock, dialect = "serialModem", baudRate = 0, extensions = [], faults = [], random } = options;
    this.#options = options;
    this.#line = new FrontLine({
      clock,
      dialect,
      baudRate,
      random: random ?? systemRandom(),
      faults: this.#faults,
      onCommand: (text) => this.#command(text),
      onData: (octets, done) => this.#data(octets, done),
    });
    this.#unit = createUnit({
      ...options,
      dialect,
      notify: (text) => this.#line.notify(text),
      rejectCause: () => this.#notices.rejectCause,
      clearFault: (name) => this.clear(name),
      tellDomainEvents: () => this.#notices.tellDomainEvents(),
      resetModem: () => this.#resetModem(),
      restart: async () => {
        await this.#line.sent();
        await this.powerCycle();
      },
      sleep: () => this.#sleep(),
    });
    this.#notices = new ModemNotices(this.#unit);
    for (const fault of faults) this.inject(fault);
    const notify = (text: string) => this.#line.notify(text);
    this.#extensions = extensions.map((make) =>
      make({
        clock,
        notify: (text) => notify(`\r\n${text}\r\n`),
        notifyRaw: (octets) => notify(typeof octets === "string" ? octets : lineText(octets)),
        restart: () => void this.#unit.restart(),
      }),
    );
    this.#unsubscribe = modem.subscribe((notification) => this.#modemSays(notification));
    if (options.stream !== undefined) this.attach(options.stream);
    this.ready = this.#boot();
  }

  attach(stream: Duplex): void {
    // Its host has gone with the line.
    this.#execution?.giveUp();
    this.#line.attach(stream);
  }

  async answered(): Promise<void> {
    await this.#line.arrived();
    for (let over: Promise<void> | undefined; over !== this.#running; await turn()) {
      over = this.#running;
      await over;
    }
    await this.#line.sent();
  }

  inject(fault: AtFault): void {
    if (isLineFault(fault)) this.#faults.add(fault);
    else this.#options.modem.inject(fault);
    if (SIM_FAULTS.has(fault.name)) this.#notices.simChanged();
  }

  clear(name: AtFaultName): void {
    if (isLineFault({ name })) this.#faults.clear(name as LineFaultName);
    else this.#options.modem.clear(name as ModemFaultName);
    if (SIM_FAULTS.has(name)) this.#notices.simChanged();
  }

  powerCycle(): Promise<void> {
    this.ready = this.#restart();
    return this.ready;
  }

  async close(): Promise<void> {
    this.#unsubscribe();
    this.#stop();
    this.#line.detach();
    await Promise.all(this.#extensions.map((extension) => extension.close?.()));
    await this.#unit.sockets.closeAll();
  }

  // The application's life

  async #boot(): Promise<void> {
    const { signal } = this.#application;
    const { step, result } = await this.#startModem();
    if (signal.aborted) return;
    this.#line.open();
    this.#line.notify(formatNotification(NOTIFICATIONS[step === "ok" ? "ready" : "initError"], {}));
    if (result !== undefined) this.#tellStarted(result, (text) => this.#line.notify(`\r\n${text}\r\n`));
  }

  async #restart(): Promise<void> {
    this.#stop();
    this.#application = new AbortController();
    await this.#unit.sockets.closeAll();
    await this.#boot();
  }

  async #sleep(): Promise<void> {
    await this.#line.sent();
    this.#stop();
    await this.#unit.sockets.closeAll();
    await this.#options.modem.shutdown().catch(() => {});
  }

  /** Everything under way ends without a word. */
  #stop(): void {
    this.#application.abort();
    this.#execution?.giveUp();
    this.#execution = undefined;
    this.#line.close();
    this.#unit.sms.forget();
    Object.assign(this.#unit.line, {
      echo: false,
      selected: undefined,
      dataTimeLimitMs: 0,
    } satisfies Partial<LineSettings>);
    for (const extension of this.#extensions) extension.reset?.();
  }

  /** After it the modem is in functional mode 0. */
  async #startModem(): Promise<{ step: "ok" | "shutdown" | "init"; error?: number; result?: ModemInitResult }> {
    const { modem } = this.#options;
    try {
      await modem.shutdown();
    } catch {
      return { step: "shutdown", error: EIO };
    }
    this.#unit.settings.forget();
    this.#unit.contexts.forget();
    this.#unit.sms.forget();
    try {
      const result = await modem.init();
      await modem.setFunctionalMode("powerOff");
      return { step: "ok", result };
    } catch {
      return { step: "init", error: EIO };
    }
  }

  async #resetModem() {
    const execution = this.#execution;
    const { result, ...outcome } = await this.#startModem();
    if (result !== undefined) this.#tellStarted(result, (text) => execution?.line(text));
    return outcome;
  }

  #tellStarted(result: ModemInitResult, line: (text: string) => void): void {
    for (const extension of this.#extensions) extension.modemStarted?.(result, line);
  }

  #modemSays(notification: ModemNotification): void {
    const isPowerLoss = notification.kind === "fault" && notification.reason === POWER_FAULT;
    if (isPowerLoss) void this.powerCycle();
    else this.#notices.take(notification);
  }

  /** The modem has crashed; the application notices and starts it again. */
  async #crash(reason: number): Promise<void> {
    const { notify } = this.#unit;
    notify("modemFault", { reason, programCounter: PROGRAM_COUNTER });
    const { step, error = 0, result } = await this.#startModem();
    notify("modemShutdown", { result: step === "shutdown" ? error : 0 });
    if (step !== "shutdown") notify("modemInit", { result: error });
    if (result !== undefined) this.#tellStarted(result, (text) => this.#line.notify(`\r\n${text}\r\n`));
  }

  // Commands

  #command(text: string): Promise<void> {
    const execution = new Execution({
      send: (answer) => this.#line.answer(answer, nameOf(text)),
      sendLater: (octets) => this.#line.send(octets),
      expectRaw: (length) => this.#line.expectRaw(length),
      showsNumbers: () => this.#unit.settings.cmee > 0,
    });
    this.#execution = execution;
    this.#line.busy();
    this.#running = this.#execute(text, execution).finally(() => {
      // After a restart the line has another user.
      if (this.#execution !== execution) return;
      this.#execution = undefined;
      this.#line.idle();
    });
    return this.#untilDataOrEnd(execution);
  }

  #data(octets: Uint8Array, done: boolean): Promise<void> {
    const execution = this.#execution;
    if (execution === undefined) return Promise.resolve();
    execution.take(octets, done);
    return done ? this.#untilDataOrEnd(execution) : Promise.resolve();
  }

  /** The line is read on when the command is over, or for the data that it wants. */
  #untilDataOrEnd(execution: Execution): Promise<void> {
    return Promise.race([this.#running, execution.dataExpected()]);
  }

  async #execute(text: string, execution: Execution): Promise<void> {
    const name = nameOf(text);
    if (this.#faults.strike("silence", name) !== undefined) return;
    if (this.#faults.strike("restart", name) !== undefined) return this.powerCycle();
    const late = this.#faults.strike("lateAnswer", name);
    if (late !== undefined) await this.#pass(late.delayMs ?? LATE_MS, execution.signal);
    const crash = this.#faults.strike("crash", name);
    if (crash !== undefined) {
      execution.error();
      // The answer has left, the notifications come by themselves.
      void this.#crash(crash.reason ?? HARD_FAULT);
      return;
    }
    await answerCommand(text, execution, { unit: this.#unit, extensions: this.#extensions });
    this.#line.echo = this.#unit.line.echo;
    await execution.finish();
    this.#line.baudRate = this.#unit.line.baudRate;
  }

  #pass(delayMs: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    return new Promise((resolve) => {
      const ended = () => {
        clock.clearTimeout(timer);
        signal.removeEventListener("abort", ended);
        resolve();
      };
      const timer = clock.setTimeout(ended, delayMs);
      signal.addEventListener("abort", ended);
    });
  }
}
