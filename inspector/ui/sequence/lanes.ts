/** The vertical lines of the sequence chart: which there are, what they are called, in which order and where they stand. */
import type { Lifeline } from "../../../ports/trace.ts";

/** A lifeline of a record; `endpoint`, the device's CoAP and DTLS end; `outside`, or `actor:` and an actor's key. */
export type LaneId = Lifeline | "endpoint" | "outside" | `actor:${string}`;

export interface Lane {
  readonly id: LaneId;
  readonly name: string;
  /** Where there is little room. */
  readonly shortName: string;
  /** px from the left edge. */
  readonly x: number;
  /** Which of the colours `--lane-0` to `--lane-7`. */
  readonly colour: number;
}

export interface LaneLayout {
  readonly lanes: readonly Lane[];
  /** px; where the first and the last lane's surroundings end. */
  readonly left: number;
  readonly right: number;
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

const SHORT_NAMES: Readonly<Record<string, string>> = {
  link: "LTE",
  application: "App",
  library: "Library",
  endpoint: "CoAP",
  bootstrap: "Bootstrap",
  firmwareHost: "Firmware",
};

/** Relative room wanted between a lane and the one to its left: what is mostly written there. */
const WANTED_BEFORE: Readonly<Record<string, number>> = {
  link: 12,
  application: 17,
  library: 26,
  endpoint: 14,
  bootstrap: 22,
  firmwareHost: 14,
};
const WANTED = 16;
/** px between neighbours at least: less, and the chart scrolls sideways. */
export const LEAST_GAP = 66;
/** px beside the outermost lanes, for half of what is written at them. */
const MARGIN = 48;

export function laneName(id: LaneId): string {
  // XState numbers what is invoked without an id.
  if (id.startsWith("actor:"))
    return id
      .slice(id.lastIndexOf("/") + 1)
      .replace(/^actor:/, "")
      .replace(/^\d+\./, "");
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

/** px that so many lanes need at least, beside what is left of them. */
export function leastWidth(lanes: number): number {
  return 2 * MARGIN + Math.max(0, lanes - 1) * LEAST_GAP;
}

/** Spreads the lanes between `left` and `right`. `seen`: all lanes as they came, for the colours of actors. */
export function layOutLanes(
  order: readonly LaneId[],
  left: number,
  right: number,
  seen: readonly LaneId[] = order,
): LaneLayout {
  const wanted = order.map((id, index) => (index === 0 ? 0 : (WANTED_BEFORE[id] ?? WANTED)));
  const total = wanted.reduce((sum, gap) => sum + gap, 0);
  const spare = Math.max(0, right - left - leastWidth(order.length));
  let x = order.length === 1 ? (left + right) / 2 : left + MARGIN;
  const lanes = order.map((id, index): Lane => {
    if (index > 0) x += LEAST_GAP + (spare * wanted[index]!) / Math.max(1, total);
    const name = laneName(id);
    return {
      id,
      name,
      shortName: SHORT_NAMES[id] ?? name.replace("Server ", "Srv "),
      x: Math.round(x) + 0.5,
      colour: colourOf(id, seen),
    };
  });
  const byId = new Map(lanes.map((lane) => [lane.id, lane]));
  return { lanes, left, right, at: (id) => byId.get(id) };
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
