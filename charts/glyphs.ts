/** What the live chart is drawn with: colours and characters. */
import type { Style } from "./canvas.ts";
import type { ItemArrow, Tone } from "./item.ts";

/** SGR parameters by tone. Text stays readable on dark and light grounds alike. */
export const TONES: Readonly<Record<Tone, Style>> = {
  event: "36",
  good: "32",
  warning: "33",
  bad: "1;31",
  call: "",
  link: "35",
  wire: "34",
  phase: "1",
  quiet: "2",
};

export const FAINT: Style = "2";
export const STRONG: Style = "1";

export interface Glyphs {
  readonly lifeline: string;
  /** A lifeline while time passes. */
  readonly waiting: string;
  /** A lifeline that a message passes by. */
  readonly passed: string;
  readonly rule: string;
  readonly startsRightward: string;
  readonly startsLeftward: string;
  readonly boxLeft: string;
  readonly boxRight: string;
  readonly cut: string;
  readonly line: Readonly<Record<ItemArrow | "fold", string>>;
  readonly headRight: Readonly<Record<ItemArrow, string>>;
  readonly headLeft: Readonly<Record<ItemArrow, string>>;
}

export const UNICODE: Glyphs = {
  lifeline: "│",
  waiting: "┊",
  passed: "┼",
  rule: "╌",
  startsRightward: "├",
  startsLeftward: "┤",
  boxLeft: "▐ ",
  boxRight: " ▌",
  cut: "…",
  line: { "=>": "─", "=>>": "─", ">>": "╌", "->": "─", "-x": "─", "<=>": "─", fold: " " },
  headRight: { "=>": "▶", "=>>": "▶", ">>": "▷", "->": "▶", "-x": "✕", "<=>": "▶" },
  headLeft: { "=>": "◀", "=>>": "◀", ">>": "◁", "->": "◀", "-x": "✕", "<=>": "◀" },
};

export const ASCII: Glyphs = {
  lifeline: "|",
  waiting: ":",
  passed: "+",
  rule: "-",
  startsRightward: "|",
  startsLeftward: "|",
  boxLeft: "[ ",
  boxRight: " ]",
  cut: "~",
  line: { "=>": "-", "=>>": "-", ">>": ".", "->": "-", "-x": "-", "<=>": "-", fold: " " },
  headRight: { "=>": ">", "=>>": ">", ">>": ">", "->": ">", "-x": "x", "<=>": ">" },
  headLeft: { "=>": "<", "=>>": "<", ">>": "<", "->": "<", "-x": "x", "<=>": "<" },
};
