/** Every edition of a scenario as a test: a whole life on real sockets, on a clock that skips idle waits. */
import { describe, expect, it } from "@jest/globals";
import { FastClock } from "../../../carrier/clock/fastClock.ts";
import { SCENARIOS, type ScenarioName, startScenario } from "../../../cli/scenarios/index.ts";
import type { TraceRecord } from "../../../ports/trace.ts";
import { recordProblems } from "../../../trace/schema.ts";

export function playInEveryEdition(...names: ScenarioName[]): void {
  for (const scenario of names) {
    describe(`the scenario ${scenario}: ${SCENARIOS[scenario].description}`, () => {
      for (const edition of SCENARIOS[scenario].editions) {
        it(`ends as it has to in edition ${edition}`, async () => {
          const records: TraceRecord[] = [];
          const life = await startScenario({
            scenario,
            edition,
            clock: new FastClock({ skipIdle: true }),
            seed: 1,
            timing: "instant",
            imageBytes: 64 * 1024,
            sink: (record) => records.push(record),
          });
          const verdict = await life.ended;
          await life.close();
          expect(verdict).toMatchObject({ ok: true });
          expect(verdict.charts.filter(({ conforms }) => !conforms)).toEqual([]);
          expect(records.flatMap(recordProblems)).toEqual([]);
        }, 20_000);
      }
    });
  }
}
