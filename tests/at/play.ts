/** A scenario of the demo over a pseudo terminal: the driver at one end, the simulated modem's AT front at the other. */
import { describe, expect, it } from "@jest/globals";
import { FastClock } from "../../carrier/clock/fastClock.ts";
import { SCENARIOS, type ScenarioName, type ScenarioOptions, startScenario } from "../../cli/scenarios/index.ts";
import { DATA_PATHS, type ModemChoice } from "../../cli/scenarios/scenario.ts";
import type { TraceRecord } from "../../ports/trace.ts";
import { recordProblems } from "../../trace/schema.ts";

export function playInEveryEdition(...names: ScenarioName[]): void {
  for (const scenario of names) {
    describe.each(DATA_PATHS)(`the scenario ${scenario} over AT commands, with the sockets of the %s,`, (dataPath) => {
      for (const edition of SCENARIOS[scenario].editions) {
        const modem = { kind: "at", dataPath } as const;
        const ends = async () => void (await play({ scenario, edition, modem }));
        it(`ends as it has to in edition ${edition}`, ends);
      }
    });
  }
}

/** Plays it to its end, which has to be good; resolves with its records. */
export async function play(
  options: Pick<ScenarioOptions, "scenario" | "edition" | "security"> &
    Partial<Pick<ScenarioOptions, "timing">> & { readonly modem: ModemChoice },
): Promise<readonly TraceRecord[]> {
  const records: TraceRecord[] = [];
  const life = await startScenario({
    timing: "instant",
    ...options,
    clock: new FastClock({ skipIdle: true }),
    seed: 1,
    imageBytes: 64 * 1024,
    sink: (record) => records.push(record),
  });
  const { ok, reason, charts } = await life.ended;
  await life.close();
  expect({ ok, reason }).toEqual({ ok: true, reason });
  expect(charts.filter(({ conforms }) => !conforms)).toEqual([]);
  expect(records.flatMap(recordProblems)).toEqual([]);
  expect(records.some(({ kind }) => kind === "at")).toBe(true);
  // The modem's handshakes are its own.
  const isHost = options.modem.kind === "at" && options.modem.dataPath === "host";
  if (!isHost) expect(records.some(({ kind }) => kind === "dtls")).toBe(false);
  return records;
}
