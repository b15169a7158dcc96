/** Which lanes talk with one another, and how much room their words want. */
import type { LaneItem } from "./laneItem.ts";
import type { LaneId } from "./lanes.ts";

export interface Talk {
  readonly ends: readonly [LaneId, LaneId];
  /** px that the longest of its words want, up to a bound: one long label must not take the room of all others. */
  readonly width: number;
}

/** px of a letter, about: the lanes shall stand the same wherever they are drawn. */
const LETTER = 7;
const MOST = 224;
/** Widths rise by so many px at once: lanes shall rarely move while records come. */
const STEP = 32;

export class Traffic {
  readonly #talks = new Map<string, Talk>();
  #version = 0;

  /** Rises when lanes would stand otherwise. */
  get version(): number {
    return this.#version;
  }

  get talks(): Iterable<Talk> {
    return this.#talks.values();
  }

  note(item: LaneItem): void {
    if (item.shape !== "message" || item.from === item.to) return;
    const key = item.from < item.to ? `${item.from} ${item.to}` : `${item.to} ${item.from}`;
    const width = Math.min(MOST, Math.ceil((item.label.length * LETTER) / STEP) * STEP);
    const before = this.#talks.get(key);
    if (before !== undefined && before.width >= width) return;
    this.#talks.set(key, { ends: [item.from, item.to], width });
    this.#version++;
  }

  clear(): void {
    this.#talks.clear();
    this.#version++;
  }
}
