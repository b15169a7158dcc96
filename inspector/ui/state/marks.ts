/** What stands out of a session's records, by device: where it begins, and what was injected. */
import type { TraceRecord } from "../../../ports/trace.ts";
import type { SessionView } from "../../model/sessionContract.ts";
import { RecordFollower } from "./recordFollower.ts";

export interface DeviceMarks {
  /** Time of its first record. */
  readonly begin: number;
  /** Indices, rising. */
  readonly injected: readonly number[];
  /** Index of its first `step` record; absent: `chart` records tell how it moved. */
  readonly firstStep?: number;
}

interface Gathered extends DeviceMarks {
  readonly injected: number[];
  firstStep?: number;
}

const NONE: DeviceMarks = { begin: 0, injected: [] };

export class Marks {
  readonly #devices = new Map<string, Gathered>();
  readonly #follower: RecordFollower;

  constructor(session: SessionView) {
    this.#follower = new RecordFollower(session);
  }

  update(): this {
    this.#follower.follow(
      (record, index) => this.#take(record, index),
      () => this.#devices.clear(),
    );
    return this;
  }

  of(device: string): DeviceMarks {
    return this.#devices.get(device) ?? NONE;
  }

  #take(record: TraceRecord, index: number): void {
    let marks = this.#devices.get(record.device);
    if (marks === undefined) {
      marks = { begin: record.time, injected: [] };
      this.#devices.set(record.device, marks);
    }
    if (record.kind === "step") marks.firstStep ??= index;
    if (record.kind === "injected" || record.kind === "fault") marks.injected.push(index);
  }
}

/** Whether a record says how a statechart moved: where `step` records do, `chart` records say the same again. */
export function isMove(record: TraceRecord, index: number, marks: Marks): boolean {
  if (record.kind === "step") return true;
  return record.kind === "chart" && index < (marks.of(record.device).firstStep ?? Number.POSITIVE_INFINITY);
}

const cache = new WeakMap<SessionView, Marks>();

export function marksOf(session: SessionView): Marks {
  let marks = cache.get(session);
  if (marks === undefined) {
    marks = new Marks(session);
    cache.set(session, marks);
  }
  return marks.update();
}

/** ms from the beginning of a record's device to the record. */
export function offsetOf(session: SessionView, index: number): number {
  const record = session.at(index);
  return record.time - marksOf(session).of(record.device).begin;
}
