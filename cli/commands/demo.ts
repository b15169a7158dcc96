/** `demo`: a carrier's whole life, everything embedded. */
import { FastClock } from "../../carrier/clock/fastClock.ts";
import type { EditionId } from "../../machines/editions/index.ts";
import type { TraceRecord } from "../../ports/trace.ts";
import { usageError } from "../errors.ts";
import { aborted, type CliIo, EXIT, type ExitCode, unlessAborted } from "../io.ts";
import { LifeSummary } from "../lifeSummary.ts";
import { RecordOutput } from "../recordOutput.ts";
import {
  type DataPath,
  editionsOf,
  type ModemChoice,
  SCENARIOS,
  type ScenarioName,
  type ScenarioVerdict,
  startScenario,
} from "../scenarios/index.ts";
import { Terminal } from "../terminal.ts";

export interface DemoOptions {
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
}

const INTERRUPTED: ScenarioVerdict = { ok: false, reason: "interrupted before the end", charts: [] };

export async function demo(io: CliIo, options: DemoOptions): Promise<ExitCode> {
  const { once = false, json = false, scenario, edition, timing, speed, seed, record } = options;
  const security = options.security === false ? "none" : "psk";
  checkEdition(scenario, edition);
  checkSecurity(scenario, security);
  const modem = modemOf(options);
  const terminal = new Terminal(io.stdout, io.env);
  const summary = new LifeSummary(terminal, options, io.env);
  // Waits of a minute are not sat through where nobody looks on.
  const clock = new FastClock(speed !== undefined || !once ? { speed: speed ?? 1 } : { skipIdle: true });
  const onRecord = (seen: TraceRecord) => summary.note(seen);
  const output = new RecordOutput({ terminal, clock, json, record, onRecord });
  if (!json) summary.printTitle();

  const running = await startScenario({ scenario, edition, clock, seed, timing, security, modem, sink: output.sink });
  const verdict = (await unlessAborted(io.signal, running.ended)) ?? INTERRUPTED;
  const goesOn = verdict.ok && !once && !io.signal.aborted;
  output.flush();
  if (goesOn) {
    if (!json) summary.printVerdict(verdict, running);
    if (!json) summary.printNextSteps();
    await aborted(io.signal);
    // The terminal has written ^C.
    if (!json && terminal.live) terminal.line();
  }
  await running.close();
  output.finish(verdict.ok, verdict.reason);
  // A life that was interrupted still waits for something: no time passes any more.
  clock.pause();
  if (!goesOn && !json) summary.printVerdict(verdict, running);
  return verdict.ok ? EXIT.done : EXIT.failed;
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
