/** Which rows of a long list are to be drawn, and where: arithmetic alone. */

/** Browsers lose precision, or stop, at heights beyond this (Firefox at 17.8 million px). */
export const TALLEST = 12_000_000;
/** Rows drawn above and below what is visible. */
const OVERSCAN = 6;
/** The window moves by as many rows at once: not every px of scrolling is work. */
const STEP = 4;

export interface Scrolling {
  readonly count: number;
  /** px. */
  readonly rowHeight: number;
  /** px of rows that are visible at once. */
  readonly viewport: number;
  readonly scrollTop: number;
}

export interface RowWindow {
  /** First row to draw, and the one after the last. */
  readonly first: number;
  readonly end: number;
  /** px that the scrolled content is high. */
  readonly height: number;
  /** To be added to a row's `index * rowHeight`: not 0 only where the list is taller than a browser can. */
  readonly shift: number;
}

export function rowWindow({ count, rowHeight, viewport, scrollTop }: Scrolling): RowWindow {
  const total = count * rowHeight;
  const height = Math.min(total, TALLEST);
  const top = scrollTop * scaleOf(total, height, viewport);
  const first = Math.max(0, Math.floor(top / rowHeight / STEP) * STEP - OVERSCAN);
  const end = Math.min(count, Math.ceil((top + viewport) / rowHeight / STEP) * STEP + OVERSCAN);
  return { first: Math.min(first, end), end, height, shift: height === total ? 0 : scrollTop - top };
}

/** Where to scroll so that the row is visible; undefined when it is. A row far away comes to the middle. */
export function scrollTopFor(row: number, scrolling: Scrolling): number | undefined {
  const { count, rowHeight, viewport, scrollTop } = scrolling;
  const total = count * rowHeight;
  const height = Math.min(total, TALLEST);
  const scale = scaleOf(total, height, viewport);
  const top = scrollTop * scale;
  const place = row * rowHeight;
  if (place >= top && place + rowHeight <= top + viewport) return undefined;
  const above = place < top && top - place <= 2 * rowHeight;
  const below = place >= top && place + rowHeight - top - viewport <= 2 * rowHeight;
  const wanted = above ? place : below ? place + rowHeight - viewport : place - Math.max(0, viewport - rowHeight) / 2;
  return Math.min(Math.max(0, wanted), Math.max(0, total - viewport)) / scale;
}

/** How many px of rows a px of scrolling is. */
function scaleOf(total: number, height: number, viewport: number): number {
  return height === total || height <= viewport ? 1 : (total - viewport) / (height - viewport);
}
