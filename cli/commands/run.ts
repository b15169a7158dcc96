/** `run`: a carrier against the servers of a configuration file. */
import { FastClock } from "../../carrier/clock/fastClock.ts";
import { SystemClock } from "../../carrier/clock/systemClock.ts";
import { openCarrier } from "../../carrier/config/openCarrier.ts";
import { readConfig } from "../../carrier/config/readConfig.ts";
import { DEFAULT_EDITION } from "../../machines/editions/index.ts";
import { createTrace, isSecretPath, REDACTED } from "../../trace/index.ts";
import type { Answer } from "../console/command.ts";
import { CommandConsole } from "../console/commandConsole.ts";
import { DEVICE_COMMANDS, type RunningDevice } from "../console/deviceCommands.ts";
import { type CliIo, EXIT, type ExitCode, unlessAborted } from "../io.ts";
import { RecordOutput } from "../recordOutput.ts";
import { Terminal } from "../terminal.ts";

export interface RunOptions {
  readonly config: string;
  readonly speed?: number;
  readonly record?: string;
  readonly json?: boolean;
}

/** Why a run ended. */
interface Ending {
  readonly ok: boolean;
  readonly reason: string;
  readonly powerLost?: boolean;
}

export async function run(io: CliIo, { config, speed, record, json = false }: RunOptions): Promise<ExitCode> {
  const configuration = await readConfig(config);
  const { endpoint = "carrier", edition = DEFAULT_EDITION } = configuration.options;
  const clock = speed === undefined ? new SystemClock() : new FastClock({ speed });
  const terminal = new Terminal(io.stdout, io.env);
  const commands = new CommandConsole<RunningDevice>({
    io,
    terminal,
    json,
    commands: DEVICE_COMMANDS,
    answered: (line, outcome) => answer(line, outcome),
  });
  const output = new RecordOutput({ terminal, clock, json, record, append: true, print: commands.print });
  const trace = createTrace({ clock, device: endpoint, sink: output.sink, firstSeq: output.firstSeq });
  const answer = (line: string, outcome: Answer | Error): void => {
    const failed = outcome instanceof Error;
    const told = failed ? { error: outcome.message } : { value: outcome.value };
    trace.record({ kind: "answer", command: withoutSecrets(line), ok: !failed, ...told });
    if (json) return;
    if (failed) commands.print([terminal.marked("bad", outcome.message)]);
    else commands.print(outcome.lines ?? [terminal.marked("good", "done")]);
  };

  let losePower: () => void = () => {};
  const powerLost = new Promise<Ending>((resolve) => {
    const ending = { ok: false, reason: "the supply broke down (fault powerLossDuringWrite)", powerLost: true };
    losePower = () => resolve(ending);
  });
  const opened = await openCarrier(configuration, { clock, trace, onPowerLoss: losePower });
  const { carrier } = opened;
  const broken = new Promise<Ending>((resolve) => {
    const error = (cause: unknown) => resolve({ ok: false, reason: `the charts broke: ${(cause as Error).message}` });
    carrier.actor.subscribe({ error });
  });
  carrier.start();

  const quit = commands
    .run({ carrier, edition: typeof edition === "string" ? edition : edition.id })
    .then((): Ending => ({ ok: true, reason: "stopped by quit" }));
  const ending = (await unlessAborted(io.signal, Promise.race([powerLost, broken, quit]))) ?? {
    ok: true,
    reason: `stopped by ${String(io.signal.reason)}`,
  };
  commands.close();
  try {
    await (ending.powerLost === true ? opened.cutPower() : opened.close());
  } finally {
    output.finish(ending.ok, ending.reason);
  }
  return ending.ok ? EXIT.done : EXIT.failed;
}

/** A key that was typed goes into no record, even though it is set nowhere. */
function withoutSecrets(line: string): string {
  const [name = "", path = ""] = line.split(/\s+/);
  return isSecretPath(path) ? `${name} ${path} ${REDACTED}` : line;
}
