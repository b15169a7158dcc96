/** How somebody likes to see the sequence chart; remembered for the next time. */

import { SEQUENCE_LEVELS, type SequenceLevel } from "../../../charts/item.ts";
import type { LaneMode } from "./laneItem.ts";
import type { LaneId } from "./lanes.ts";

export const TIME_STYLES = ["start", "previous", "clock"] as const;
/** Time since the run began, since the row above, or time of day. */
export type TimeStyle = (typeof TIME_STYLES)[number];

export interface SequenceSettings {
  readonly level: SequenceLevel;
  readonly mode: LaneMode | "auto";
  readonly fold: boolean;
  readonly time: TimeStyle;
  /** Lanes in the order in which they were put; others stand where they belong. */
  readonly order: readonly LaneId[];
  readonly hidden: readonly LaneId[];
  /** The expected chart lies over the run. */
  readonly expected?: boolean;
}

export const USUAL: SequenceSettings = {
  level: "messages",
  mode: "auto",
  fold: true,
  time: "start",
  order: [],
  hidden: [],
};

/** Lanes that are remembered at most. */
const MAX_LANES = 64;

/** Whatever a browser kept: anything that is not as it has to be makes all of it forgotten. */
export function isSettings(value: unknown): value is SequenceSettings {
  if (typeof value !== "object" || value === null) return false;
  const { level, mode, fold, time, order, hidden, expected = false } = value as Record<string, unknown>;
  return (
    isOne(SEQUENCE_LEVELS, level) &&
    isOne(["auto", "lifelines", "actors"], mode) &&
    typeof fold === "boolean" &&
    typeof expected === "boolean" &&
    isOne(TIME_STYLES, time) &&
    areLanes(order) &&
    areLanes(hidden)
  );
}

/** What is kept of it: an app of very many actors does not make all of it forgotten. */
export function rememberable(settings: SequenceSettings): SequenceSettings {
  const { order, hidden } = settings;
  return { ...settings, order: order.slice(0, MAX_LANES), hidden: hidden.slice(0, MAX_LANES) };
}

/** What the time column says. `before`: time of the row above; `wallAtZero`: ms since 1970 at time 0. */
export function timeText(
  style: TimeStyle,
  time: number,
  {
    start,
    before,
    wallAtZero,
  }: { readonly start: number; readonly before: number | undefined; readonly wallAtZero: number | undefined },
): string {
  if (style === "previous") return before === undefined ? "" : `+${spanText(Math.max(0, time - before))}`;
  if (style === "clock" && wallAtZero !== undefined) return clockText(wallAtZero + time);
  return spanText(Math.max(0, time - start));
}

/** `12.345`, `1:02:03.456`: a list is compared line by line, to the ms. */
function spanText(ms: number): string {
  const whole = Math.round(ms);
  const rest = ((whole % 60_000) / 1000).toFixed(3);
  if (whole < 60_000) return rest;
  const minutes = Math.floor(whole / 60_000);
  const seconds = rest.padStart(6, "0");
  if (minutes < 60) return `${minutes}:${seconds}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${seconds}`;
}

function clockText(wall: number): string {
  const date = new Date(wall);
  const two = (value: number) => String(value).padStart(2, "0");
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  return `${clock}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

function isOne(choices: readonly string[], value: unknown): boolean {
  return typeof value === "string" && choices.includes(value);
}

function areLanes(value: unknown): boolean {
  return Array.isArray(value) && value.length <= MAX_LANES && value.every((lane) => typeof lane === "string");
}
