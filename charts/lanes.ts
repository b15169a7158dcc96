/** Where lifelines stand on a terminal. */
import type { Lifeline } from "../ports/trace.ts";
import { widthOf } from "./canvas.ts";

/** The lifelines of the live chart; bootstrap server, management servers and firmware host share the last. */
export const RENDERED_LANES = ["modem", "link", "application", "library", "servers"] as const;
export type RenderedLane = (typeof RENDERED_LANES)[number];

const TITLES: Readonly<Record<RenderedLane, string>> = {
  modem: "Modem",
  link: "LTE link",
  application: "Application",
  library: "Carrier library",
  servers: "Servers",
};

/** Cells wanted between a lane and its left neighbour: what is mostly written there, with its arrow. */
const WANTED_BEFORE: Readonly<Record<RenderedLane, number>> = {
  modem: 0,
  link: 15,
  application: 24,
  library: 28,
  servers: 28,
};
const LEAST_GAP = 9;
/** Room wanted to the right of the servers' lane, for which of them it is. */
const PEER_NAME_WIDTH = 14;

export interface Lanes {
  readonly order: readonly RenderedLane[];
  readonly columnOf: (lane: RenderedLane) => number;
  readonly titleOf: (lane: RenderedLane) => string;
  /** The first column that the drawing may use. */
  readonly left: number;
  /** The first column to the right of the row. */
  readonly right: number;
}

/** Spreads the lanes over the columns from `left` to `columns`. */
export function layOut(order: readonly RenderedLane[], left: number, columns: number): Lanes {
  const first = left + Math.ceil(widthOf(TITLES[order[0]!]) / 2);
  const last = order.at(-1)!;
  const margin = last === "servers" ? PEER_NAME_WIDTH : Math.ceil(widthOf(TITLES[last]) / 2);
  const room = Math.max(0, columns - first - margin - 1);
  const wanted = order.slice(1).map((lane) => WANTED_BEFORE[lane]);
  const total = wanted.reduce((sum, gap) => sum + gap, 0);
  const scale = Math.min(1.5, room / Math.max(1, total));
  const places = new Map<RenderedLane, number>([[order[0]!, first]]);
  let column = first;
  order.slice(1).forEach((lane, index) => {
    column += Math.max(LEAST_GAP, Math.floor(wanted[index]! * scale));
    places.set(lane, column);
  });
  return {
    order,
    columnOf: (lane) => places.get(lane)!,
    titleOf: (lane) => TITLES[lane],
    left,
    right: columns,
  };
}

export function renderedLaneOf(lifeline: Lifeline): RenderedLane {
  if (lifeline === "bootstrap" || lifeline === "firmwareHost" || lifeline.startsWith("server/")) return "servers";
  return lifeline as RenderedLane;
}

/** Which of the servers, for the room beside their lane; empty for any other lifeline. */
export function peerName(lifeline: Lifeline): string {
  if (lifeline === "bootstrap") return "bootstrap";
  if (lifeline === "firmwareHost") return "firmware host";
  return lifeline.startsWith("server/") ? lifeline.replace("/", " ") : "";
}
