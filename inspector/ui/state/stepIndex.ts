/** A device's steps by statechart: what two runs are laid beside each other by. */
import type { SessionView } from "../../model/sessionContract.ts";
import { marksOf } from "./marks.ts";
import { RecordFollower } from "./recordFollower.ts";

/** A step that led to other states than the one before it. */
export interface Move {
  readonly index: number;
  /** The states, as text. */
  readonly value: string;
  readonly event: string;
}

interface Place {
  readonly index: number;
  readonly actor: string;
  /** How many of this actor's steps came before. */
  readonly nth: number;
}

export class StepIndex {
  readonly session: SessionView;
  readonly device: string;
  /** Which records are taken: `step`, or `chart`, which every carrier's recording has. */
  readonly kind: "step" | "chart";
  readonly #follower: RecordFollower;
  readonly #places: Place[] = [];
  readonly #steps = new Map<string, number[]>();
  readonly #moves = new Map<string, Move[]>();

  constructor(session: SessionView, device: string, kind: "step" | "chart") {
    this.session = session;
    this.device = device;
    this.kind = kind;
    this.#follower = new RecordFollower(session);
  }

  /** By actor, in the order in which they first moved. */
  get moves(): ReadonlyMap<string, readonly Move[]> {
    return this.#moves;
  }

  update(): this {
    this.#follower.follow(
      (record, index) => {
        const { actor, kind, device, event } = record;
        if (kind !== this.kind || device !== this.device || typeof actor !== "string") return;
        const steps = listOf(this.#steps, actor);
        this.#places.push({ index, actor, nth: steps.length });
        steps.push(index);
        const moves = listOf(this.#moves, actor);
        const value = JSON.stringify(record.value) ?? "";
        if (moves.at(-1)?.value !== value) moves.push({ index, value, event: typeOf(event) });
      },
      () => {
        this.#places.length = 0;
        this.#steps.clear();
        this.#moves.clear();
      },
    );
    return this;
  }

  /** The record here that stands where record `index` stands in `other`: after the same step of the same statechart. */
  counterpartOf(index: number, other: StepIndex): number {
    const place = other.#placeBefore(index);
    if (place === undefined) return this.#atSpan(other.#spanTo(index));
    const steps = this.#steps.get(place.actor);
    // A statechart that did not get so far here: as far as it got.
    return steps?.[Math.min(place.nth, steps.length - 1)] ?? this.#atSpan(other.#spanTo(index));
  }

  #placeBefore(index: number): Place | undefined {
    let low = 0;
    let high = this.#places.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#places[middle]!.index <= index) low = middle + 1;
      else high = middle;
    }
    return this.#places[low - 1];
  }

  /** ms from the device's first record to this one. */
  #spanTo(index: number): number {
    const { session } = this;
    return index < 0 || index >= session.length ? 0 : session.at(index).time - marksOf(session).of(this.device).begin;
  }

  #atSpan(ms: number): number {
    let low = 0;
    let high = this.session.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#spanTo(middle) <= ms) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

function listOf<T>(lists: Map<string, T[]>, key: string): T[] {
  const known = lists.get(key);
  if (known !== undefined) return known;
  const list: T[] = [];
  lists.set(key, list);
  return list;
}

function typeOf(event: unknown): string {
  if (typeof event === "object" && event !== null && "type" in event) return String(event.type);
  return String(event);
}
