/** A message sequence chart, as written in mscgen's language. */

/** Where something begins in its file; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export type Attributes = Readonly<Record<string, string>>;

export interface Entity {
  /** The name that arcs use. */
  readonly id: string;
  /** The name that readers see: its label, or the id. */
  readonly label: string;
  readonly attributes: Attributes;
  readonly position: Position;
}

/** Arrows as drawn from left to right; one drawn the other way is the same arrow with its ends exchanged. */
export const ARROWS = ["->", "=>", "=>>", ">>", ":>", "-x"] as const;
/** Arrows with a head at both ends. */
export const BIDIRECTIONAL_ARROWS = ["<->", "<=>", "<<=>>", "<<>>", "<:>"] as const;
export const BOX_SHAPES = ["box", "rbox", "abox", "note"] as const;
export const GAP_STYLES = ["|||", "..."] as const;

export type Arrow = (typeof ARROWS)[number] | (typeof BIDIRECTIONAL_ARROWS)[number];
export type BoxShape = (typeof BOX_SHAPES)[number];
export type GapStyle = (typeof GAP_STYLES)[number];

interface ArcBase {
  /** Empty when there is none. */
  readonly label: string;
  readonly attributes: Attributes;
  readonly position: Position;
  /** The arc as written, with its attributes, without what ends it. */
  readonly source: string;
}

export interface MessageArc extends ArcBase {
  readonly kind: "message";
  readonly arrow: Arrow;
  /** Entity ids, in the direction of the message. */
  readonly from: string;
  readonly to: string;
}

export interface BoxArc extends ArcBase {
  readonly kind: "box";
  readonly shape: BoxShape;
  readonly from: string;
  readonly to: string;
}

/** `---`, a line across all lifelines. */
export interface DividerArc extends ArcBase {
  readonly kind: "divider";
}

/** `|||`, room, or `...`, time that passes. */
export interface GapArc extends ArcBase {
  readonly kind: "gap";
  readonly style: GapStyle;
}

export type Arc = MessageArc | BoxArc | DividerArc | GapArc;

export interface Chart {
  /** File name without `.msc`, where it came from a file. */
  readonly name?: string;
  readonly options: Attributes;
  readonly entities: readonly Entity[];
  /** From top to bottom. */
  readonly arcs: readonly Arc[];
}
