/** Where two runs part: the first statechart that goes to another state than in the other run. */
import type { Move, StepIndex } from "./stepIndex.ts";

export interface RunDifference {
  readonly actor: string;
  /** Moves of that statechart that are alike before it. */
  readonly alike: number;
  /** Where it went in each run; absent: it went no further. */
  readonly first?: Move;
  readonly second?: Move;
}

/** Undefined where all that both have is the same. The earliest by the first run's clock, then by the second's. */
export function firstDifference(first: StepIndex, second: StepIndex): RunDifference | undefined {
  let earliest: RunDifference | undefined;
  for (const actor of new Set([...first.moves.keys(), ...second.moves.keys()])) {
    const difference = differenceOf(actor, first.moves.get(actor) ?? [], second.moves.get(actor) ?? []);
    if (difference !== undefined && (earliest === undefined || isBefore(difference, earliest))) earliest = difference;
  }
  return earliest;
}

function differenceOf(actor: string, first: readonly Move[], second: readonly Move[]): RunDifference | undefined {
  const shorter = Math.min(first.length, second.length);
  let alike = 0;
  while (alike < shorter && first[alike]!.value === second[alike]!.value) alike++;
  const [a, b] = [first[alike], second[alike]];
  if (a === undefined && b === undefined) return undefined;
  return { actor, alike, ...(a && { first: a }), ...(b && { second: b }) };
}

/** One that only the second run tells of stands after all that the first one tells. */
function isBefore(a: RunDifference, b: RunDifference): boolean {
  const [inA, inB] = [a.first?.index ?? Number.POSITIVE_INFINITY, b.first?.index ?? Number.POSITIVE_INFINITY];
  if (inA !== inB) return inA < inB;
  return (a.second?.index ?? Number.POSITIVE_INFINITY) < (b.second?.index ?? Number.POSITIVE_INFINITY);
}
