/** A run as a page, a terminal or an export looks at it: its records, and the world at any of them. */
import type { TraceRecord } from "../../ports/trace.ts";
import type { World } from "./world.ts";

/** Where the records have a hole. */
export interface Gap {
  /** Index of the record after it. */
  readonly before: number;
  readonly count: number;
}

/** A `Session` to those who only look. Indices are positions in this session, from 0. */
export interface SessionView {
  readonly length: number;
  readonly gaps: readonly Gap[];
  at(index: number): TraceRecord;
  /** Index of a device's record by `seq`; undefined when it is not here. */
  indexOf(device: string, seq: number): number | undefined;
  /** Index of the record that caused this one. */
  causeOf(index: number): number | undefined;
  /** Indices of the records that this one caused, in order. */
  effectsOf(index: number): readonly number[];
  /** The world after the record `index`; -1: before all. Cheap near an index asked for before. Do not keep for long. */
  worldAt(index: number): World;
  /** The world after the newest record. */
  readonly live: World;
  /** Rises with every change, for memoising. */
  readonly version: number;
}
