/** Plays a scenario and judges it. */
import { checkConformance, formatVerdict } from "../../charts/index.ts";
import type { RunningScenario, ScenarioOptions, ScenarioVerdict } from "./scenario.ts";
import { ScenarioFailure, Stage } from "./stage.ts";
import { SCENARIOS, type Scenario } from "./table.ts";

/** A life that has not ended by then, in the clock's ms, is stuck. */
const LIMIT_MS = 6 * 3600 * 1000;

export async function startScenario(options: ScenarioOptions): Promise<RunningScenario> {
  const scenario = SCENARIOS[options.scenario];
  const stage = await Stage.set(options, scenario.setting ?? {});
  return {
    testbed: stage.testbed,
    get carrier() {
      return stage.carrier;
    },
    get steered() {
      return stage.steered;
    },
    get modem() {
      return stage.modemDescription;
    },
    ended: judge(stage, scenario),
    close: () => stage.close(),
  };
}

async function judge(stage: Stage, scenario: Scenario): Promise<ScenarioVerdict> {
  try {
    const reason = await withinTime(stage, scenario.play(stage));
    const charts = chartsOf(stage, scenario);
    const deviation = charts.find(({ conforms }) => !conforms);
    return { ok: deviation === undefined, reason: deviation?.detail ?? reason, charts };
  } catch (error) {
    const reason =
      error instanceof ScenarioFailure ? error.message : `${(error as Error).name}: ${(error as Error).message}`;
    return { ok: false, reason, charts: chartsOf(stage, scenario) };
  }
}

async function withinTime(stage: Stage, life: Promise<string>): Promise<string> {
  const { clock } = stage.options;
  let timer: unknown;
  const limit = new Promise<never>((_, reject) => {
    timer = clock.setTimeout(() => {
      const where = JSON.stringify(stage.carrier.snapshot.value);
      reject(new ScenarioFailure(`nothing more happens; the carrier is in ${where}`));
    }, LIMIT_MS);
  });
  try {
    return await Promise.race([life, limit]);
  } finally {
    clock.clearTimeout(timer);
    life.catch(() => {});
  }
}

function chartsOf({ edition, records }: Stage, { charts }: Scenario): ScenarioVerdict["charts"] {
  return charts.flatMap((role) => {
    const chart = edition.charts[role];
    if (chart === undefined) return [];
    const verdict = checkConformance(chart, records, { edition });
    return [{ chart, conforms: verdict.conforms, detail: verdict.conforms ? "conforms" : formatVerdict(verdict) }];
  });
}
