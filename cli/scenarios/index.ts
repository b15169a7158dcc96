/** Entry of the scenarios. */

export type {
  DataPath,
  ModemChoice,
  RunningScenario,
  ScenarioName,
  ScenarioOptions,
  ScenarioVerdict,
} from "./scenario.ts";
export { SCENARIO_NAMES } from "./scenario.ts";
export { startScenario } from "./start.ts";
export { editionsOf, SCENARIOS } from "./table.ts";
