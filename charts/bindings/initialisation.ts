/** Application events of an edition's initialisation, in order: a restarted device goes through it again. */
import type { Edition } from "../../machines/edition.ts";
import type { ChartBindings } from "./binding.ts";
import { edition010Init } from "./edition010Init.ts";
import { edition021Init } from "./edition021Init.ts";
import { edition030Init } from "./edition030Init.ts";
import { edition030PreInit } from "./edition030PreInit.ts";

export const INIT_CHARTS: readonly ChartBindings[] = [
  edition010Init,
  edition021Init,
  edition030PreInit,
  edition030Init,
];

/** Full names of the events that the edition's init chart shows; none without such a chart. */
export function initialisationEvents(edition: Edition): readonly string[] {
  const bindings = INIT_CHARTS.find(({ chart }) => chart === edition.charts.init);
  return Object.keys(bindings?.labels ?? {}).filter((label) => label.startsWith("LWM2M_CARRIER_EVENT_"));
}
