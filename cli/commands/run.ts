/** `run`: a carrier against the servers of a configuration file. */
import { basename } from "node:path";
import { FastClock } from "../../carrier/clock/fastClock.ts";
import { SystemClock } from "../../carrier/clock/systemClock.ts";
import { openCarrier } from "../../carrier/config/openCarrier.ts";
import { type Configuration, readConfig } from "../../carrier/config/readConfig.ts";
import type { CarrierOptions } from "../../carrier/options.ts";
import type { Edition } from "../../machines/edition.ts";
import { DEFAULT_EDITION, EDITIONS } from "../../machines/editions/index.ts";
import type { TraceRecord } from "../../ports/trace.ts";
import type { Transport } from "../../ports/transport.ts";
import { recordedFaults } from "../../testbed/datagramFaults.ts";
import { createTrace, isSecretPath, REDACTED } from "../../trace/index.ts";
import type { Answer } from "../console/command.ts";
import { CommandConsole } from "../console/commandConsole.ts";
import { DEVICE_COMMANDS, type RunningDevice } from "../console/deviceCommands.ts";
import type { Inspection, InspectionChoice } from "../inspector/startInspection.ts";
import type { SteeredDevice, SteeringOptions } from "../inspector/steering.ts";
import { tellInspection } from "../inspector/tellInspection.ts";
import { type CliIo, EXIT, type ExitCode, unlessAborted } from "../io.ts";
import { RecordOutput } from "../recordOutput.ts";
import { Terminal } from "../terminal.ts";

export interface RunOptions extends InspectionChoice {
  readonly config: string;
  readonly speed?: number;
  readonly record?: string;
  readonly json?: boolean;
  readonly rawCapture?: boolean;
}

/** Why a run ended. */
interface Ending {
  readonly ok: boolean;
  readonly reason: string;
  readonly powerLost?: boolean;
}

export async function run(io: CliIo, options: RunOptions): Promise<ExitCode> {
  const { config, speed, record, json = false, rawCapture = false } = options;
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
  let steered: SteeredDevice | undefined;
  let inspection: Inspection | undefined;
  const onRecord = (seen: TraceRecord) => inspection?.inspector.sink(seen);
  const output = new RecordOutput({
    terminal,
    clock,
    json,
    record,
    secret: rawCapture,
    append: true,
    print: commands.print,
    onRecord,
  });
  inspection = await inspectionOf(io, options, configuration, () => steered);
  const { inspector } = inspection ?? {};
  tellInspection(io, { json, rawCapture, ...(inspection && { url: inspection.url }) });
  const { sink, firstSeq } = output;
  const detailed = inspector && { detailed: inspector.detailed };
  const trace = createTrace({ clock, device: endpoint, sink, firstSeq, rawCapture, ...detailed });
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
  const datagrams = inspector && recordedFaults(clock, trace);
  const wire = datagrams && { wire: (transport: Transport) => datagrams.tap(transport) };
  const opened = await openCarrier(configuration, { clock, trace, onPowerLoss: losePower, ...wire }).catch(
    async (error: unknown) => {
      await inspection?.close();
      throw error;
    },
  );
  const { carrier, simulated } = opened;
  if (datagrams !== undefined) steered = { carrier, edition: editionOf(edition), datagrams, simulated };
  const { actor, inspection: seen } = carrier;
  const stopWatching = inspector?.watch(actor, { trace, device: endpoint, trees: seen.trees });
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
  // A page that has stopped time does not hold up the end.
  steered = undefined;
  seen.freeze.resume();
  try {
    await (ending.powerLost === true ? opened.cutPower() : opened.close());
  } finally {
    stopWatching?.();
    datagrams?.close();
    output.finish(ending.ok, ending.reason);
    await inspection?.close();
  }
  return ending.ok ? EXIT.done : EXIT.failed;
}

async function inspectionOf(
  io: CliIo,
  options: RunOptions,
  { options: { edition }, modem }: Configuration,
  device: SteeringOptions["device"],
): Promise<Inspection | undefined> {
  const { inspect = options.open === true } = options;
  if (inspect === false) return undefined;
  const [{ startInspection }, { steeringOf }] = await Promise.all([
    import("../inspector/startInspection.ts"),
    import("../inspector/steering.ts"),
  ]);
  const hasSimulatedModem = modem.kind !== "at";
  const steering = steeringOf({ edition: editionOf(edition), hasSimulatedModem, hasTestbed: false, device });
  return startInspection(io, options, { title: `run: ${basename(options.config)}`, steering });
}

function editionOf(edition: CarrierOptions["edition"] = DEFAULT_EDITION): Edition {
  return typeof edition === "string" ? EDITIONS[edition] : edition;
}

/** A key that was typed goes into no record, even though it is set nowhere. */
function withoutSecrets(line: string): string {
  const [name = "", path = ""] = line.split(/\s+/);
  return isSecretPath(path) ? `${name} ${path} ${REDACTED}` : line;
}
