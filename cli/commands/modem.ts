/** `modem`: the simulated modem behind AT commands, on a pseudo terminal or over TCP. */
import { SystemClock } from "../../carrier/clock/systemClock.ts";
import { readConfig } from "../../carrier/config/readConfig.ts";
import { seededRandom } from "../../carrier/random.ts";
import type { Dialect } from "../../modem/at/commands/dialect.ts";
import { createSimulatedModem, type SimulatedModem, type SimulatedModemOptions } from "../../modem/index.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Storage } from "../../ports/storage.ts";
import { openFileStorage } from "../../services/store/fileStorage.ts";
import { createMemoryStorage } from "../../services/store/memoryStorage.ts";
import { configuredCarrier } from "../../testbed/at/carrier/configuredCarrier.ts";
import { dfuExtension } from "../../testbed/at/dfu.ts";
import type { AtExtensionFactory } from "../../testbed/at/extension.ts";
import { type AtFault, type AtFront, createAtFront } from "../../testbed/at/front.ts";
import { isLineFault } from "../../testbed/at/lineFaults.ts";
import { openPty } from "../../testbed/at/pty.ts";
import { listenTcp } from "../../testbed/at/tcpLine.ts";
import type { Answer } from "../console/command.ts";
import { CommandConsole } from "../console/commandConsole.ts";
import { failure } from "../errors.ts";
import { type CliIo, EXIT, type ExitCode, unlessAborted } from "../io.ts";
import { MODEM_COMMANDS, type RunningModem } from "../modem/modemCommands.ts";
import { Terminal } from "../terminal.ts";

export interface ModemOptions {
  /** True for a free port; a pseudo terminal without it. */
  readonly tcp?: number | true;
  readonly dialect: Dialect;
  readonly fault?: readonly AtFault[];
  readonly firmwareVersion?: string;
  readonly storage?: string;
  readonly baud?: number;
  readonly timing: SimulatedModemOptions["timing"];
  readonly seed: number;
  readonly carrier?: string;
  readonly json?: boolean;
}

/** The line's other end, as another program reaches it. */
interface Reached {
  readonly device?: string;
  readonly tcp?: string;
  /** Resolves when nobody can reach it any more. */
  readonly gone?: Promise<void>;
  close(): Promise<void>;
}

const APPLICATIONS: Readonly<Record<Dialect, string>> = {
  serialModem: "Serial Modem, CR ends a command",
  slm: "Serial LTE Modem, CR LF ends a command",
};

/** What AT#XSMVER says of an application with the carrier library in it. */
const CARRIER_BUILD = "lwm2m_carrier";

export async function modem(io: CliIo, options: ModemOptions): Promise<ExitCode> {
  const { dialect, json = false } = options;
  const terminal = new Terminal(io.stdout, io.env);
  const commands = new CommandConsole<RunningModem>({
    io,
    terminal,
    json,
    commands: MODEM_COMMANDS,
    answered: (command, outcome) => answer(command, outcome),
  });
  const tell = (value: object) => terminal.line(JSON.stringify(value));
  const answer = (command: string, outcome: Answer | Error): void => {
    const failed = outcome instanceof Error;
    if (json) {
      const told = failed ? { error: outcome.message } : { value: outcome.value };
      tell({ kind: "answer", command, ok: !failed, ...told });
    } else if (failed) commands.print([terminal.marked("bad", outcome.message)]);
    else commands.print(outcome.lines ?? [terminal.marked("good", "done")]);
  };

  const files = options.storage === undefined ? undefined : await openFileStorage({ folder: options.storage });
  const clock = new SystemClock();
  const storage = files ?? createMemoryStorage();
  const simulated = simulate(options, clock, storage);
  let front: AtFront | undefined;
  let line: Reached | undefined;
  try {
    front = createAtFront({
      modem: simulated,
      dialect,
      clock,
      extensions: await extensionsFor(options, { modem: simulated, clock, storage }),
      faults: (options.fault ?? []).filter(isLineFault),
      ...(options.baud !== undefined && { baudRate: options.baud }),
      ...(options.carrier !== undefined && { version: { customer: CARRIER_BUILD } }),
    });
    line = await reach(front, options.tcp);
    await front.ready;
    if (json) tell({ kind: "started", dialect, ...placeOf(line) });
    else printStart(terminal, line, dialect);
    const ended = [commands.run({ front, modem: simulated }), ...(line.gone === undefined ? [] : [lost(line.gone)])];
    await unlessAborted(io.signal, Promise.race(ended));
  } finally {
    commands.close();
    await line?.close();
    await front?.close();
    await simulated.close();
    await files?.close();
  }
  return EXIT.done;
}

function simulate(options: ModemOptions, clock: Clock, storage: Storage): SimulatedModem {
  const { fault = [], firmwareVersion, seed, timing } = options;
  return createSimulatedModem({
    clock,
    storage,
    timing,
    random: seededRandom(seed),
    faults: fault.flatMap((each) => (isLineFault(each) ? [] : [each])),
    ...(firmwareVersion !== undefined && { firmwareVersion }),
  });
}

async function extensionsFor(
  { carrier, dialect }: ModemOptions,
  parts: { readonly modem: SimulatedModem; readonly clock: Clock; readonly storage: Storage },
): Promise<readonly AtExtensionFactory[]> {
  const firmware = dfuExtension({ modem: parts.modem, dialect });
  if (carrier === undefined) return [firmware];
  const vocabulary = dialect === "slm" ? "old" : "new";
  return [firmware, configuredCarrier(await readConfig(carrier), { ...parts, vocabulary })];
}

async function reach(front: AtFront, tcp: number | true | undefined): Promise<Reached> {
  if (tcp !== undefined) {
    const { address, close } = await listenTcp(front, tcp === true ? 0 : tcp);
    return { tcp: `${address.address}:${address.port}`, close };
  }
  const { path, stream, gone, close } = await openPty();
  front.attach(stream);
  return { device: path, gone, close };
}

async function lost(gone: Promise<void>): Promise<never> {
  await gone;
  throw failure("the pseudo terminal is gone: its helper process has ended", "Start the command again.");
}

function placeOf({ device, tcp }: Reached): object {
  return device === undefined ? { tcp } : { device };
}

function printStart(terminal: Terminal, { device, tcp }: Reached, dialect: Dialect): void {
  terminal.line();
  terminal.line(`  ${terminal.marked("good", terminal.style("strong", "The modem is up."))}`);
  terminal.line();
  terminal.table(
    [device === undefined ? ["TCP", tcp ?? ""] : ["device", device], ["application", APPLICATIONS[dialect]]],
    "    ",
  );
  terminal.line();
  terminal.line(`  ${terminal.style("strong", "Ctrl-C")} ends it; ${terminal.style("name", "help")} lists commands.`);
  terminal.line();
}
