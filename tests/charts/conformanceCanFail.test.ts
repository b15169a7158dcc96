/** Proof that the check can fail: no arc of any chart can be left out, moved or doubled unnoticed. */
import { describe, expect, it } from "@jest/globals";
import type { BoundArc } from "../../charts/bind.ts";
import { ConformanceCheck } from "../../charts/conform.ts";
import type { Edition } from "../../machines/edition.ts";
import type { RecordFields } from "../../ports/trace.ts";
import { CHARTS_IN_EDITIONS, type Step, sameFact, stepsOf, verdictOn } from "./conformingRecording.ts";

const UNLISTED = "LWM2M_CARRIER_EVENT_SOMETHING_ELSE";

describe.each(CHARTS_IN_EDITIONS.map(({ chart, edition }) => ({ name: `${chart} in ${edition.id}`, chart, edition })))(
  "$name",
  ({ chart, edition }) => {
    const { arcs } = new ConformanceCheck(chart, { edition });
    const steps = stepsOf(arcs, edition);
    const fields = steps.map((step) => step.fields);

    /** The arcs that the verdict names; undefined when it says that the recording conforms. */
    const namedIn = (recording: readonly RecordFields[]): readonly BoundArc[] | undefined => {
      const verdict = verdictOn(chart, { edition }, recording);
      return verdict.conforms ? undefined : [...verdict.deviation.expected, ...verdict.deviation.bound];
    };
    const expectNamed = (named: readonly BoundArc[] | undefined, one: readonly BoundArc[], what: string) => {
      const lines = named?.map(({ arc }) => arc.position.line);
      const wanted = one.map(({ arc }) => arc.position.line);
      if (lines === undefined || !wanted.some((line) => lines.includes(line))) {
        throw new Error(`${what}: line ${wanted.join(" or ")} is not named, but ${lines?.join(", ") ?? "nothing"}`);
      }
    };

    it("accepts a recording in which every arc has its record", () => {
      expect(verdictOn(chart, { edition }, fields)).toMatchObject({ conforms: true, arcs: arcs.length });
    });

    it("rejects it with any record removed and names the arc", () => {
      expect(steps.length).toBeGreaterThan(2);
      steps.forEach((step, index) => {
        expectNamed(namedIn(fields.toSpliced(index, 1)), step.arcs, `without record ${index}`);
      });
    });

    it("rejects it with any record doubled and names the arc", () => {
      steps.forEach((step, index) => {
        expectNamed(namedIn(fields.toSpliced(index, 0, step.fields)), step.arcs, `record ${index} doubled`);
      });
    });

    it("rejects it with any record swapped with its neighbour on a lifeline and names one of the two", () => {
      let swaps = 0;
      steps.forEach((step, index) => {
        for (const neighbour of neighboursOf(steps, index)) {
          if (sameFact(step.arcs[0]!, steps[neighbour]!.arcs[0]!, edition)) continue;
          const swapped = fields.with(index, fields[neighbour]!).with(neighbour, step.fields);
          expectNamed(namedIn(swapped), [...step.arcs, ...steps[neighbour]!.arcs], `records ${index} and ${neighbour}`);
          swaps++;
        }
      });
      expect(swaps).toBeGreaterThanOrEqual(steps.length - 1);
    });

    it("rejects an extra application event wherever the window is open", () => {
      const extra = unlistedEvent(edition);
      for (let index = 1; index < steps.length; index++) {
        const verdict = verdictOn(chart, { edition }, fields.toSpliced(index, 0, extra));
        expect(verdict).toMatchObject({ conforms: false, deviation: { kind: "unlisted", record: { name: UNLISTED } } });
      }
    });

    it("rejects a recording that ends anywhere before its last arc", () => {
      for (let length = 1; length < steps.length; length++) {
        expectNamed(namedIn(fields.slice(0, length)), steps[length]!.arcs, `after ${length} records`);
      }
    });

    it("names the beginning when the recording does not have it", () => {
      expect(verdictOn(chart, { edition }, [])).toMatchObject({ conforms: false, deviation: { kind: "notBegun" } });
    });
  },
);

/** The next step on each lifeline of the step at `index`. */
function neighboursOf(steps: readonly Step[], index: number): ReadonlySet<number> {
  const neighbours = new Set<number>();
  const { lanes } = steps[index]!.arcs[0]!;
  const open = new Set(lanes === "all" ? ["all"] : [...lanes]);
  for (let next = index + 1; next < steps.length && open.size > 0; next++) {
    const others = steps[next]!.arcs[0]!.lanes;
    if (others === "all" || lanes === "all") {
      neighbours.add(next);
      break;
    }
    const shared = [...others].filter((lane) => open.has(lane));
    if (shared.length === 0) continue;
    neighbours.add(next);
    for (const lane of shared) open.delete(lane);
  }
  return neighbours;
}

function unlistedEvent(edition: Edition): RecordFields {
  return {
    kind: "event",
    semantic: "reboot",
    name: UNLISTED,
    number: edition.events.error?.number ?? 20,
    from: "library",
    to: "application",
  };
}
