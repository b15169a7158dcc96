/** Every edition of a scenario as a test: a whole life on real sockets, on a clock that skips idle waits. */
import { describe, expect, it } from "@jest/globals";
import { FastClock } from "../../../carrier/clock/fastClock.ts";
import { SCENARIOS, type ScenarioName, type ScenarioOptions, startScenario } from "../../../cli/scenarios/index.ts";
import type { TraceRecord } from "../../../ports/trace.ts";
import type { Testbed } from "../../../testbed/index.ts";
import { replacer } from "../../../trace/index.ts";
import { recordProblems } from "../../../trace/schema.ts";

export function playInEveryEdition(...names: ScenarioName[]): void {
  for (const scenario of names) {
    describe(`the scenario ${scenario}: ${SCENARIOS[scenario].description}`, () => {
      for (const edition of SCENARIOS[scenario].editions) {
        it(`ends as it has to in edition ${edition}`, () => play({ scenario, edition }));
      }
    });
  }
}

/** Plays it to its end, which has to be good; resolves with its records. */
export async function play(
  options: Pick<ScenarioOptions, "scenario" | "edition" | "security">,
): Promise<readonly TraceRecord[]> {
  const records: TraceRecord[] = [];
  const life = await startScenario({
    ...options,
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
  const told = JSON.stringify(records, replacer);
  for (const secret of secretsOf(life.testbed, life.carrier.endpoint)) expect(told).not.toContain(secret);
  return records;
}

/** Identities and keys of the device, in every form that a record could have them in. */
function secretsOf({ keys }: Testbed, endpoint: string): readonly string[] {
  if (keys === undefined) return [];
  return [keys.bootstrap.issue("device"), keys.management.issue(endpoint)].flatMap(({ identity, key }) => [
    identity,
    Buffer.from(identity).toString("hex"),
    ...(["hex", "base64"] as const).map((form) => Buffer.from(key).toString(form)),
  ]);
}
