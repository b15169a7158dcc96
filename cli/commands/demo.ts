/** `demo`: a carrier's whole life, everything embedded. */
import { FastClock } from "../../carrier/clock/fastClock.ts";
import { EDITIONS, type EditionId } from "../../machines/editions/index.ts";
import type { TraceRecord } from "../../ports/trace.ts";
import { usageError } from "../errors.ts";
import type { Inspection, InspectionChoice } from "../inspector/startInspection.ts";
import type { SteeringOptions } from "../inspector/steering.ts";
import { tellInspection } from "../inspector/tellInspection.ts";
import { aborted, type CliIo, EXIT, type ExitCode, unlessAborted } from "../io.ts";
import { LifeSummary } from "../lifeSummary.ts";
import { RecordOutput } from "../recordOutput.ts";
import {
  type DataPath,
  editionsOf,
  type ModemChoice,
  type RunningScenario,
  SCENARIOS,
  type ScenarioName,
  type ScenarioVerdict,
  startScenario,
} from "../scenarios/index.ts";
import { Terminal } from "../terminal.ts";

export interface DemoOptions extends InspectionChoice {
  readonly once?: boolean;
  readonly scenario: ScenarioName;
  readonly edition: EditionId;
  readonly timing: "instant" | "realistic";
  readonly speed?: number;
  readonly seed: number;
  /** False: `coap`, without DTLS. */
  readonly security?: boolean;
  readonly modem?: ModemChoice["kind"];
  /** Of an AT modem; default `modem`. */
  readonly dataPath?: DataPath;
  readonly record?: string;
  readonly json?: boolean;
  readonly rawCapture?: boolean;
}

const INTERRUPTED: ScenarioVerdict = { ok: false, reason: "interrupted before the end", charts: [] };

export async function demo(io: CliIo, options: DemoOptions): Promise<ExitCode> {
  const { once = false, json = false, scenario, edition, timing, speed, seed, record, rawCapture = false } = options;
  const security = options.security === false ? "none" : "psk";
  checkEdition(scenario, edition);
  checkSecurity(scenario, security);
  const modem = modemOf(options);
  const terminal = new Terminal(io.stdout, io.env);
  const summary = new LifeSummary(terminal, options, io.env);
  // Waits of a minute are not sat through where nobody looks on.
  const clock = new FastClock(speed !== undefined || !once ? { speed: speed ?? 1 } : { skipIdle: true });
  let inspection: Inspection | undefined;
  const onRecord = (seen: TraceRecord) => {
    summary.note(seen);
    inspection?.inspector.sink(seen);
  };
  const output = new RecordOutput({ terminal, clock, json, record, secret: rawCapture, onRecord });
  let running: RunningScenario | undefined;
  let ending = false;
  inspection = await inspectionOf(io, options, () => (ending ? undefined : running?.steered));
  if (!json) summary.printTitle();
  tellInspection(io, { json, rawCapture, ...(inspection && { url: inspection.url }) });

  const { inspector } = inspection ?? {};
  const sink = output.sink;
  const playing = { scenario, edition, clock, seed, timing, security, modem, sink, inspector, rawCapture } as const;
  running = await startScenario(playing).catch(async (error: unknown) => {
    await inspection?.close();
    throw error;
  });
  const verdict = (await unlessAborted(io.signal, running.ended)) ?? INTERRUPTED;
  const goesOn = verdict.ok && !once && !io.signal.aborted;
  output.flush();
  if (goesOn) {
    if (!json) summary.printVerdict(verdict, running);
    if (!json) summary.printNextSteps(inspection?.url);
    await aborted(io.signal);
    // The terminal has written ^C.
    if (!json && terminal.live) terminal.line();
  }
  // A page that has stopped time does not hold up the end.
  ending = true;
  running.carrier.inspection.freeze.resume();
  await running.close();
  output.finish(verdict.ok, verdict.reason);
  await inspection?.close();
  // A life that was interrupted still waits for something: no time passes any more.
  clock.pause();
  if (!goesOn && !json) summary.printVerdict(verdict, running);
  return verdict.ok ? EXIT.done : EXIT.failed;
}

/** A page belongs to a demo that is looked at; anywhere else it has to be asked for. */
async function inspectionOf(
  io: CliIo,
  options: DemoOptions,
  device: SteeringOptions["device"],
): Promise<Inspection | undefined> {
  const { open, once, json, scenario, edition } = options;
  const { inspect = open === true || (once !== true && json !== true) } = options;
  if (inspect === false) return undefined;
  const [{ startInspection }, { steeringOf }] = await Promise.all([
    import("../inspector/startInspection.ts"),
    import("../inspector/steering.ts"),
  ]);
  const steering = steeringOf({
    edition: EDITIONS[edition],
    hasSimulatedModem: true,
    hasTestbed: true,
    device,
  });
  return startInspection(io, options, { title: `demo: ${scenario}, edition ${edition}`, steering });
}

function modemOf({ modem = "simulated", dataPath }: DemoOptions): ModemChoice {
  if (modem === "at") return { kind: "at", dataPath: dataPath ?? "modem" };
  if (dataPath === undefined) return { kind: "simulated" };
  throw usageError(`--data-path ${dataPath} is for a modem behind AT commands.`, "Give --modem at as well.");
}

function checkEdition(scenario: ScenarioName, edition: EditionId): void {
  const editions = editionsOf(scenario);
  if (editions.includes(edition)) return;
  throw usageError(
    `Edition ${edition} does not have the scenario ${scenario}.`,
    `Editions that have it: ${editions.join(", ")}.`,
  );
}

function checkSecurity(scenario: ScenarioName, security: "none" | "psk"): void {
  if (security === "psk" || SCENARIOS[scenario].secure !== true) return;
  throw usageError(`The scenario ${scenario} is about DTLS.`, "It does not play with --no-security.");
}
