/** The vertical lines of the sequence chart: which there are, what they are called, in which order and where they stand. */
import type { Lifeline } from "../../../ports/trace.ts";
import { shorten, textWidth } from "./letters.ts";
import type { Talk } from "./traffic.ts";

/** A lifeline of a record; `endpoint`, the device's CoAP and DTLS end; `outside`, or `actor:` and an actor's key. */
export type LaneId = Lifeline | "endpoint" | "outside" | `actor:${string}`;

export interface Lane {
  readonly id: LaneId;
  readonly name: string;
  /** px from the left edge. */
  readonly x: number;
  /** px that its name may take, its middle at `x`. */
  readonly head: number;
  /** Which of the colours `--lane-0` to `--lane-7`. */
  readonly colour: number;
}

export interface LaneLayout {
  readonly lanes: readonly Lane[];
  /** px; where the first and the last lane's surroundings end. */
  readonly left: number;
  readonly right: number;
  /** What is visible of it, px: words stand in there. */
  readonly shown: { readonly left: number; readonly right: number };
  readonly at: (id: LaneId) => Lane | undefined;
}

/** Order in which arrows cross the least; servers follow by their number, actors as they appear. */
const ORDER: readonly LaneId[] = ["outside", "modem", "link", "application", "library", "endpoint", "bootstrap"];

const NAMES: Readonly<Record<string, string>> = {
  outside: "Outside",
  modem: "Modem",
  link: "LTE link",
  application: "Application",
  library: "Carrier library",
  endpoint: "CoAP / DTLS",
  bootstrap: "Bootstrap server",
  firmwareHost: "Firmware host",
};

/** px of a lane's name at least and at most; what is longer is cut, and told on hovering. */
const LEAST_HEAD = 40;
const MOST_HEAD = 104;
/** px between two names. */
const HEAD_GAP = 8;
/** px beside what is said between two lanes. */
const WORDS_GAP = 12;
/** px beside the outermost lanes at least. */
const MARGIN = 34;

export function laneName(id: LaneId): string {
  if (id.startsWith("actor:")) {
    const key = id.slice("actor:".length);
    // A number alone is no name: `register/123`. XState numbers what is invoked without an id: `0.carrier.closing`.
    return /(?:[^/]+\/)?\d+$|[^/]*$/.exec(key)![0].replace(/^\d+\./, "");
  }
  return NAMES[id] ?? id.replace("server/", "Server ");
}

/** The whole of it, for a tooltip: an actor's key. */
export function laneTitle(id: LaneId): string {
  return id.startsWith("actor:") ? id.slice("actor:".length) : laneName(id);
}

/** Those seen in their order, which `preferred` may change: ids that it lacks go where their neighbours are. */
export function orderLanes(seen: Iterable<LaneId>, preferred: readonly LaneId[] = []): LaneId[] {
  const usual = [...seen];
  const place = new Map(usual.map((id, index) => [id, index]));
  usual.sort((a, b) => rankOf(a) - rankOf(b) || place.get(a)! - place.get(b)!);
  const wanted = preferred.filter((id) => place.has(id));
  const known = new Set(wanted);
  for (const [index, id] of usual.entries()) {
    if (known.has(id)) continue;
    const before = usual.slice(0, index).findLast((other) => known.has(other));
    wanted.splice(before === undefined ? 0 : wanted.indexOf(before) + 1, 0, id);
    known.add(id);
  }
  return wanted;
}

/** The order after a lane was moved by so many places; the same list where it cannot. */
export function moveLane(order: readonly LaneId[], id: LaneId, by: number): readonly LaneId[] {
  const from = order.indexOf(id);
  const to = Math.min(Math.max(0, from + by), order.length - 1);
  if (from === -1 || from === to) return order;
  const moved = order.filter((other) => other !== id);
  moved.splice(to, 0, id);
  return moved;
}

/** px that the lanes need at least, beside what is left of them: enough for their names. */
export function leastWidth(order: readonly LaneId[]): number {
  const heads = order.map(headWidth);
  return (
    outerMargin(heads[0]) + leastGaps(heads).reduce((sum, gap) => sum + gap, 0) + outerMargin(heads[heads.length - 1])
  );
}

export interface LaneSpace {
  /** px from the left edge. */
  readonly left: number;
  readonly right: number;
  /** What is visible of it, px; all of it by default. */
  readonly shown?: { readonly left: number; readonly right: number };
  /** All lanes as they came, for the colours of actors. */
  readonly seen?: readonly LaneId[];
  /** What wants room between them. */
  readonly talks?: Iterable<Talk>;
}

/** Spreads the lanes over the room there is: first their names, then what is said between them. */
export function layOutLanes(order: readonly LaneId[], space: LaneSpace): LaneLayout {
  const { left, right, shown = { left, right }, seen = order, talks = [] } = space;
  const heads = order.map(headWidth);
  const gaps = spreadGaps(leastGaps(heads), order, talks, right - left - leastWidth(order));
  let x = order.length === 1 ? (left + right) / 2 : left + outerMargin(heads[0]);
  const lanes = order.map((id, index): Lane => {
    x += gaps[index]!;
    const share = (gap: number | undefined, other: number | undefined) =>
      gap === undefined ? Number.POSITIVE_INFINITY : (gap * heads[index]!) / (heads[index]! + other!);
    const before = index === 0 ? x - left : share(gaps[index], heads[index - 1]);
    const after = index === order.length - 1 ? right - x : share(gaps[index + 1], heads[index + 1]);
    const head = 2 * Math.max(0, Math.min(before, after) - HEAD_GAP / 2);
    return { id, name: laneName(id), x: Math.round(x) + 0.5, head, colour: colourOf(id, seen) };
  });
  const byId = new Map(lanes.map((lane) => [lane.id, lane]));
  return { lanes, left, right, shown, at: (id) => byId.get(id) };
}

/** The gap to the left of each lane, the first has none. */
function leastGaps(heads: readonly number[]): number[] {
  return heads.map((head, index) => (index === 0 ? 0 : (heads[index - 1]! + head) / 2));
}

/** Gives `spare` px to the gaps in which something is said; what is left then goes to all. */
function spreadGaps(
  least: readonly number[],
  order: readonly LaneId[],
  talks: Iterable<Talk>,
  spare: number,
): number[] {
  if (spare <= 0) return [...least];
  const wanted = wantedGaps(least, order, talks);
  const sum = (gaps: readonly number[]) => gaps.reduce((total, gap) => total + gap, 0);
  const total = sum(wanted);
  const more = total - sum(least);
  if (more > spare) return least.map((gap, index) => gap + ((wanted[index]! - gap) * spare) / more);
  return wanted.map((gap) => gap + (gap * (spare - more)) / Math.max(1, total));
}

/** Gaps wide enough for what is said across each; what is said across few lanes comes first. */
function wantedGaps(least: readonly number[], order: readonly LaneId[], talks: Iterable<Talk>): number[] {
  const gaps = [...least];
  const spans = [...talks].flatMap(({ ends, width }) => {
    const [a, b] = [order.indexOf(ends[0]), order.indexOf(ends[1])];
    return a === -1 || b === -1 ? [] : [{ first: Math.min(a, b) + 1, last: Math.max(a, b), width: width + WORDS_GAP }];
  });
  spans.sort((a, b) => a.last - a.first - (b.last - b.first) || a.first - b.first);
  for (const { first, last, width } of spans) {
    let lack = width;
    for (let gap = first; gap <= last; gap++) lack -= gaps[gap]!;
    if (lack > 0) for (let gap = first; gap <= last; gap++) gaps[gap]! += lack / (last - first + 1);
  }
  return gaps;
}

/** A place where a word may be broken. */
const MAY_BREAK = "\u200b";

/** The name as it may be broken into two lines: before what a capital begins, after a dot, not before a slash. */
export function breakableName(name: string): string {
  return name
    .replaceAll(" /", "\u00a0/")
    .replace(/[.]/g, `$&${MAY_BREAK}`)
    .replace(/([a-z]{3})(?=[A-Z][a-z])/g, `$1${MAY_BREAK}`);
}

/** The name in two lines at most, where a picture cannot break it itself; what is longer is cut. */
export function headLines({ name, head }: Lane): readonly string[] {
  const lines = [""];
  for (const word of breakableName(name).split(/(?<=[ \u200b])/)) {
    const longer = lines[lines.length - 1]! + word;
    if (lines.length === 2 || lines[0] === "" || textWidth(longer.trim(), true) <= head)
      lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.map((line) => shorten(line.replaceAll(MAY_BREAK, "").trim(), head, true));
}

/** px that a lane's name wants: as few as two lines need. */
function headWidth(id: LaneId): number {
  const words = breakableName(laneName(id)).split(/(?<=[ \u200b])/);
  const widthOf = (some: readonly string[]) => textWidth(some.join("").replaceAll(MAY_BREAK, "").trim(), true);
  const twoLines = words.map((_, second) => Math.max(widthOf(words.slice(0, second)), widthOf(words.slice(second))));
  return Math.min(MOST_HEAD, Math.max(LEAST_HEAD, Math.ceil(Math.min(...twoLines)))) + HEAD_GAP;
}

function outerMargin(head = 0): number {
  return Math.max(MARGIN, head / 2);
}

function rankOf(id: LaneId): number {
  const place = ORDER.indexOf(id);
  if (place !== -1) return place;
  if (id.startsWith("actor:")) return ORDER.length;
  return id === "firmwareHost" ? Number.MAX_SAFE_INTEGER : ORDER.length + Number(id.slice("server/".length));
}

const COLOURS: Readonly<Record<string, number>> = {
  modem: 4,
  link: 6,
  application: 0,
  library: 2,
  endpoint: 5,
  bootstrap: 3,
  firmwareHost: 7,
  outside: 7,
};

/** A lifeline has the same colour in every run. */
function colourOf(id: LaneId, seen: readonly LaneId[]): number {
  return COLOURS[id] ?? (id.startsWith("server/") ? 1 : Math.max(0, seen.indexOf(id)) % ACTOR_COLOURS);
}

/** The eighth is for what is outside. */
const ACTOR_COLOURS = 7;
