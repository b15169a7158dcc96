/** What keys do while the statechart has the focus. */
import type { Move } from "./walk.ts";

export type ChartCommand =
  | { readonly do: "walk"; readonly move: Move }
  | { readonly do: "pan"; readonly x: number; readonly y: number }
  | { readonly do: "zoom"; readonly by: number }
  | { readonly do: "fit" | "toggle" | "select" | "find" | "heat" | "across" | "direction" };

const PAN = 60;

const MOVES: Readonly<Record<string, Move>> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowRight: "in",
  ArrowLeft: "out",
  Home: "first",
  End: "last",
};

const PANS: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowUp: [0, PAN],
  ArrowDown: [0, -PAN],
  ArrowRight: [-PAN, 0],
  ArrowLeft: [PAN, 0],
};

const OTHERS: Readonly<Record<string, ChartCommand>> = {
  "+": { do: "zoom", by: 1.25 },
  "=": { do: "zoom", by: 1.25 },
  "-": { do: "zoom", by: 1 / 1.25 },
  "0": { do: "fit" },
  Enter: { do: "select" },
  " ": { do: "toggle" },
  s: { do: "find" },
  v: { do: "heat" },
  x: { do: "across" },
  d: { do: "direction" },
};

export function chartCommand(event: { readonly key: string; readonly shiftKey: boolean }): ChartCommand | undefined {
  if (event.shiftKey) {
    const pan = PANS[event.key];
    if (pan !== undefined) return { do: "pan", x: pan[0], y: pan[1] };
  }
  const move = MOVES[event.key];
  return move === undefined ? OTHERS[event.key] : { do: "walk", move };
}

/** For the help: keys, and what they do. */
export const CHART_KEYS: readonly (readonly [keys: string, does: string])[] = [
  ["arrows", "walk the states"],
  ["Space", "unfold or fold a state"],
  ["Enter", "what a state is"],
  ["Shift arrows", "move the drawing"],
  ["+ - 0", "nearer, farther, all of it"],
  ["s", "find a state"],
  ["v x d", "visits, far lines, direction"],
];
