/** Boxes that no wire joins, put into lines so that all of it has a pleasant shape. */
import type { Line, Point } from "./drawing.ts";
import { ASPECT, type Extent } from "./sizes.ts";

export interface Packed extends Extent {
  readonly at: readonly Point[];
  /** Lines that part the boxes. */
  readonly separators: readonly Line[];
}

export function pack(sizes: readonly Extent[], gap: number): Packed {
  let best: Packed | undefined;
  for (const width of widths(sizes, gap)) {
    const packed = packedWithin(sizes, gap, width);
    if (best === undefined || badness(packed) < badness(best)) best = packed;
  }
  return best ?? { width: 0, height: 0, at: [], separators: [] };
}

/** How far from the aim: the height of a page that it fits on. */
export function badness({ width, height }: Extent): number {
  return Math.max(width / ASPECT, height);
}

/** Widths worth trying: of each number of boxes in a line. */
function widths(sizes: readonly Extent[], gap: number): readonly number[] {
  const all = new Set<number>();
  for (let from = 0; from < sizes.length && from < 12; from += 1) {
    let width = -gap;
    for (const size of sizes.slice(from, from + 24)) {
      width += size.width + gap;
      all.add(width);
    }
  }
  return [...all];
}

function packedWithin(sizes: readonly Extent[], gap: number, limit: number): Packed {
  const lines: { indices: number[]; width: number; height: number }[] = [];
  sizes.forEach((size, index) => {
    const line = lines.at(-1);
    if (line === undefined || line.width + gap + size.width > limit) {
      lines.push({ indices: [index], width: size.width, height: size.height });
    } else {
      line.indices.push(index);
      line.width += gap + size.width;
      line.height = Math.max(line.height, size.height);
    }
  });
  const width = Math.max(0, ...lines.map((line) => line.width));
  const at: Point[] = [];
  const separators: Line[] = [];
  let y = 0;
  for (const [n, line] of lines.entries()) {
    if (n > 0) separators.push({ from: { x: 0, y: y - gap / 2 }, to: { x: width, y: y - gap / 2 } });
    let x = 0;
    for (const [m, index] of line.indices.entries()) {
      if (m > 0) separators.push({ from: { x: x - gap / 2, y }, to: { x: x - gap / 2, y: y + line.height } });
      at[index] = { x, y };
      x += sizes[index]!.width + gap;
    }
    y += line.height + gap;
  }
  return { width, height: Math.max(0, y - gap), at, separators };
}
