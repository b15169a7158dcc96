/** Where things lie on the timeline: arithmetic alone. Every record has the same width, whenever it came. */
import type { Phase } from "../state/phases.ts";

/** A phase as it is drawn, in parts of the whole width. */
export interface Band {
  readonly left: number;
  readonly width: number;
  readonly phase: Phase;
  /** Number of its colour: the same for the same state. */
  readonly lane: number;
  /** It stands for several that are too narrow. */
  readonly many?: true;
}

const LANES = 8;
/** Narrower bands are joined with those beside them, up to another width: nobody could tell them apart. */
const LEAST_WIDTH = 1 / 500;
const MANY_WIDTH = 1 / 200;

export function bandsOf(phases: readonly Phase[], length: number): readonly Band[] {
  const bands: Band[] = [];
  const lanes = new Map<string, number>();
  for (const [at, phase] of phases.entries()) {
    const end = (phases[at + 1]?.from ?? length) / length;
    let lane = lanes.get(phase.path);
    if (lane === undefined) {
      lane = lanes.size % LANES;
      lanes.set(phase.path, lane);
    }
    // The first one reaches back to the beginning: it was so, or nobody knew better.
    const left = bands.length === 0 ? 0 : phase.from / length;
    const before = bands.at(-1);
    if (end - left >= LEAST_WIDTH) bands.push({ left, width: end - left, phase, lane });
    else if (before?.many === true && end - before.left < MANY_WIDTH)
      bands[bands.length - 1] = { ...before, width: end - before.left };
    else bands.push({ left, width: end - left, phase, lane, many: true });
  }
  return bands;
}

/** Places of marks in parts of the whole width; of those that fall together one. */
export function placesOf(
  indices: readonly number[],
  length: number,
  slots: number,
): readonly { readonly index: number; readonly at: number }[] {
  const places: { index: number; at: number }[] = [];
  let last = -1;
  for (const index of indices) {
    const slot = Math.floor(((index + 0.5) / length) * slots);
    if (slot === last) continue;
    last = slot;
    places.push({ index, at: (index + 0.5) / length });
  }
  return places;
}

/** The record that lies at a part of the whole width. */
export function indexAt(part: number, length: number): number {
  return Math.max(0, Math.min(length - 1, Math.floor(part * length)));
}
