/**
 * Every scenario in every edition, on real sockets, the run frozen at each step of its charts as a breakpoint would:
 * it ends as it has to, and conforms.
 */
import { describe, expect, it } from "@jest/globals";
import { FastClock } from "../../carrier/clock/fastClock.ts";
import { type RunningScenario, SCENARIOS, type ScenarioName, startScenario } from "../../cli/scenarios/index.ts";
import type { EditionId } from "../../machines/editions/index.ts";

/** Real ms that the run stands still each time: what is under way in it comes meanwhile. */
const STANDS_MS = 2;
const NAMES = Object.keys(SCENARIOS) as ScenarioName[];
const LIVES = NAMES.flatMap((scenario) => SCENARIOS[scenario].editions.map((edition) => [scenario, edition] as const));

/** Plays it; every step of a chart stops the clock and whatever comes. */
async function playFrozen(scenario: ScenarioName, edition: EditionId) {
  let life: RunningScenario | undefined;
  let frozen = false;
  let stops = 0;
  life = await startScenario({
    scenario,
    edition,
    clock: new FastClock({ skipIdle: true }),
    seed: 1,
    timing: "instant",
    imageBytes: 64 * 1024,
    sink({ kind }) {
      if (kind !== "chart" || frozen || life === undefined) return;
      const { freeze } = life.carrier.inspection;
      frozen = true;
      stops++;
      freeze.pause();
      setTimeout(() => {
        frozen = false;
        freeze.resume();
      }, STANDS_MS);
    },
  });
  const verdict = await life.ended;
  await life.close();
  return { verdict, stops };
}

describe("a life that stops at every step", () => {
  it.each(LIVES)("goes on to its end, scenario %s, edition %s", async (scenario, edition) => {
    const { verdict, stops } = await playFrozen(scenario, edition);
    expect(verdict).toMatchObject({ ok: true });
    expect(verdict.charts.filter(({ conforms }) => !conforms)).toEqual([]);
    // How often depends on the machine: steps that come while it stands still are not stops of their own.
    expect(stops).toBeGreaterThan(1);
  });
});
