/**
 * The live sequence chart of a terminal, record by record. Too narrow for lifelines, it becomes a line for each:
 * time, from → to, what.
 */
import type { TraceRecord } from "../ports/trace.ts";
import { clip, Row, type Style, widthOf } from "./canvas.ts";
import { formatSpan, formatTime } from "./format.ts";
import { ASCII, FAINT, type Glyphs, STRONG, TONES, UNICODE } from "./glyphs.ts";
import type { DividerItem, FoldItem, MessageItem, SequenceItem, SequenceLevel } from "./item.ts";
import { type Lanes, layOut, peerName, RENDERED_LANES, type RenderedLane, renderedLaneOf } from "./lanes.ts";
import { Sequence } from "./sequence.ts";

export interface RenderOptions {
  /** Width of the terminal, 100 by default; below 70 there are no lifelines. */
  readonly columns?: number;
  /** False by default. */
  readonly color?: boolean;
  /** Plain ASCII instead of box drawing characters. */
  readonly ascii?: boolean;
  /** What is drawn, `events` by default. */
  readonly level?: SequenceLevel;
  /** Which lifelines; all by default. A message to one that is not there becomes a box at its other end. */
  readonly lifelines?: readonly RenderedLane[];
  /** Names of the lifelines again after this many lines, 40 by default; 0 for never. */
  readonly headerEvery?: number;
}

const DEFAULT_COLUMNS = 100;
const LEAST_COLUMNS = 70;
const TIME_WIDTH = 9;
/** Waits from this long on are shown. */
const NOTABLE_WAIT_MS = 2_000;
/** Line characters on either side of a label. */
const LEAST_LINE = 1;
/** How far before its target a lost message ends. */
const LOST_SHORT = 2;

export class ChartRenderer {
  readonly #columns: number;
  readonly #color: boolean;
  readonly #glyphs: Glyphs;
  readonly #sequence: Sequence;
  readonly #lanes: Lanes | undefined;
  readonly #headerEvery: number;
  #sinceHeader: number;
  #lastTime: number | undefined;

  constructor(options: RenderOptions = {}) {
    this.#columns = Math.max(20, options.columns ?? DEFAULT_COLUMNS);
    this.#color = options.color ?? false;
    this.#glyphs = options.ascii === true ? ASCII : UNICODE;
    this.#sequence = new Sequence({ level: options.level ?? "events" });
    const order = RENDERED_LANES.filter((lane) => (options.lifelines ?? RENDERED_LANES).includes(lane));
    const wide = this.#columns >= LEAST_COLUMNS && order.length > 1;
    this.#lanes = wide ? layOut(order, TIME_WIDTH + 2, this.#columns) : undefined;
    this.#headerEvery = options.headerEvery ?? 40;
    this.#sinceHeader = Number.POSITIVE_INFINITY;
  }

  /** The lines to print for a record, often none. */
  line(record: TraceRecord): string[] {
    return this.#sequence.push(record).flatMap((item) => this.#draw(item));
  }

  /** What was held back, for example the end of a transfer that never came. */
  end(): string[] {
    return this.#sequence.end().flatMap((item) => this.#draw(item));
  }

  /** The names of the lifelines; `line` prints them by itself at the start and from time to time. */
  header(): string[] {
    const lanes = this.#lanes;
    if (lanes === undefined) return [];
    const names = new Row(this.#columns);
    for (const lane of lanes.order) {
      const title = lanes.titleOf(lane);
      names.put(lanes.columnOf(lane) - (widthOf(title) >> 1), title, STRONG);
    }
    return [names.toString(this.#color), this.#text(this.#row(lanes))];
  }

  #draw(item: SequenceItem): string[] {
    const waited = this.#lastTime === undefined ? 0 : item.time - this.#lastTime;
    this.#lastTime = item.time;
    const lanes = this.#lanes;
    if (lanes === undefined) return [this.#plainLine(item)];
    const lines: string[] = [];
    if (this.#sinceHeader >= (this.#headerEvery || Number.POSITIVE_INFINITY) && item.shape !== "fold") {
      if (this.#sinceHeader !== Number.POSITIVE_INFINITY) lines.push("");
      lines.push(...this.header());
      this.#sinceHeader = 0;
    }
    if (waited >= NOTABLE_WAIT_MS) {
      lines.push(
        this.#text(this.#row(lanes, this.#glyphs.waiting).put(0, formatSpan(waited).padStart(TIME_WIDTH), FAINT)),
      );
    }
    const rows = this.#rows(item, lanes);
    rows[0]?.put(0, formatTime(item.time), FAINT);
    lines.push(...rows.map((row) => this.#text(row)));
    this.#sinceHeader += lines.length;
    return lines;
  }

  #rows(item: SequenceItem, lanes: Lanes): Row[] {
    if (item.shape === "divider") return [this.#divider(item, lanes)];
    if (item.shape === "box") return [this.#box(item, lanes, renderedLaneOf(item.at), shorten(item.label))];
    const [from, to] = [renderedLaneOf(item.from), renderedLaneOf(item.to)];
    const absent = [from, to].find((lane) => !lanes.order.includes(lane));
    if (absent !== undefined || from === to) {
      return [this.#box(item, lanes, absent === from ? to : from, shorten(item.label))];
    }
    return item.shape === "fold" ? [this.#fold(item, lanes)] : this.#message(item, lanes, from, to);
  }

  /** The arrow with its label in it, or above it when there is no room; details in, or below. */
  #message(item: MessageItem, lanes: Lanes, from: RenderedLane, to: RenderedLane): Row[] {
    const [start, end] = [lanes.columnOf(from), lanes.columnOf(to)];
    const [left, right] = [Math.min(start, end), Math.max(start, end)];
    const style = TONES[item.tone];
    const label = shorten(item.label);
    const detail = item.detail === undefined ? "" : `  ${shorten(item.detail)}`;
    const room = right - left - 1 - 2 * (LEAST_LINE + 1) - 1 - (item.arrow === "-x" ? LOST_SHORT : 0);
    const inline = widthOf(label) <= room;
    const together = inline && widthOf(label + detail) <= room;

    const arrow = this.#arrow(item, lanes, start, end, style);
    if (inline) {
      const width = widthOf(label) + (together ? widthOf(detail) : 0);
      // The head takes a cell where it points to the left.
      const leftward = end < start ? 1 : 0;
      const column = left + Math.max(LEAST_LINE + 2 + leftward, (right - left - width + leftward) >> 1);
      arrow.put(column - 1, ` ${label}`, style);
      arrow.put(column + widthOf(label), `${together ? detail : ""} `, FAINT);
    }
    const peer = peerName(item.to) || peerName(item.from);
    if (right === lanes.columnOf("servers")) arrow.put(right + 2, peer, FAINT);

    const rows = inline ? [arrow] : [this.#caption(lanes, left + 2, label, style), arrow];
    if (detail !== "" && !together) rows.push(this.#caption(lanes, left + 2, detail.trim(), FAINT));
    return rows;
  }

  #arrow(item: MessageItem, lanes: Lanes, start: number, end: number, style: Style): Row {
    const glyphs = this.#glyphs;
    const rightward = end > start;
    const [left, right] = rightward ? [start, end] : [end, start];
    const row = this.#row(lanes).put(left + 1, glyphs.line[item.arrow].repeat(right - left - 1), style);
    for (const lane of lanes.order) {
      const column = lanes.columnOf(lane);
      if (column > left && column < right) row.put(column, glyphs.passed, style);
    }
    const both = item.arrow === "<=>";
    const short = item.arrow === "-x" ? LOST_SHORT : 0;
    const step = rightward ? 1 : -1;
    const head = rightward ? glyphs.headRight : glyphs.headLeft;
    const tail = rightward ? glyphs.headLeft : glyphs.headRight;
    row.put(start, both ? glyphs.lifeline : rightward ? glyphs.startsRightward : glyphs.startsLeftward, FAINT);
    if (both) row.put(start + step, tail[item.arrow], style);
    for (let i = 1; i <= short; i++) row.put(end - step * i, " ");
    row.put(end - step * (1 + short), head[item.arrow], style);
    return row;
  }

  #fold(item: FoldItem, lanes: Lanes): Row {
    const [a, b] = [lanes.columnOf(renderedLaneOf(item.from)), lanes.columnOf(renderedLaneOf(item.to))];
    const column = Math.min(a, b) + Math.max(2, (Math.abs(b - a) - widthOf(item.label) + 1) >> 1);
    return this.#caption(lanes, column, item.label, TONES[item.tone]);
  }

  /** Text over the lifelines, moved to the left as far as the row demands. */
  #caption(lanes: Lanes, column: number, text: string, style: Style): Row {
    const shown = clip(text, lanes.right - lanes.left, this.#glyphs.cut);
    const at = Math.max(lanes.left, Math.min(column, lanes.right - widthOf(shown)));
    return this.#row(lanes).put(at, shown, style);
  }

  #box(item: SequenceItem, lanes: Lanes, lane: RenderedLane, label: string): Row {
    const shown = lanes.order.includes(lane) ? lane : lanes.order[0]!;
    const { boxLeft, boxRight } = this.#glyphs;
    const frame = widthOf(boxLeft) + widthOf(boxRight);
    const text = clip(label, lanes.right - lanes.left - frame, this.#glyphs.cut);
    const width = widthOf(text) + frame;
    const column = Math.min(Math.max(lanes.left, lanes.columnOf(shown) - (width >> 1)), lanes.right - width);
    const style = TONES[item.tone];
    return this.#row(lanes)
      .put(column, boxLeft, style)
      .put(column + widthOf(boxLeft), text, style)
      .put(column + widthOf(boxLeft) + widthOf(text), boxRight, style);
  }

  #divider(item: DividerItem, lanes: Lanes): Row {
    const width = lanes.right - lanes.left;
    const label = ` ${clip(shorten(item.label), width - 8, this.#glyphs.cut)} `;
    const detail = item.detail === undefined ? "" : `${item.detail} `;
    const whole = label + (widthOf(label + detail) <= width - 8 ? detail : "");
    const column = lanes.left + ((width - widthOf(whole)) >> 1);
    return new Row(this.#columns)
      .put(lanes.left, this.#glyphs.rule.repeat(width), FAINT)
      .put(column, whole, FAINT)
      .put(column, label, TONES[item.tone]);
  }

  #plainLine(item: SequenceItem): string {
    const place = plainPlace(item);
    const label = shorten(item.label) + (item.detail === undefined ? "" : ` (${shorten(item.detail)})`);
    const at = TIME_WIDTH + 2;
    const row = new Row(this.#columns).put(0, formatTime(item.time), FAINT).put(at, place, FAINT);
    const from = at + widthOf(place) + (place === "" ? 0 : 2);
    return this.#text(row.put(from, clip(label, this.#columns - from, this.#glyphs.cut), TONES[item.tone]));
  }

  #row(lanes: Lanes, lifeline = this.#glyphs.lifeline): Row {
    const row = new Row(this.#columns);
    for (const lane of lanes.order) row.put(lanes.columnOf(lane), lifeline, FAINT);
    return row;
  }

  #text(row: Row): string {
    return row.toString(this.#color);
  }
}

/** Where a terminal's own settings lead: its width, and colour unless NO_COLOR is set or it is no terminal. */
export function terminalOptions(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  env: Readonly<Record<string, string | undefined>>,
): { readonly columns: number; readonly color: boolean } {
  const isTerminal = stream.isTTY === true;
  const wish = Number(env.COLUMNS);
  const columns =
    (isTerminal ? stream.columns : undefined) ?? (Number.isInteger(wish) && wish > 0 ? wish : DEFAULT_COLUMNS);
  // https://no-color.org: present and not empty.
  return { columns, color: isTerminal && (env.NO_COLOR ?? "") === "" && env.TERM !== "dumb" };
}

/** The carrier library's prefixes say nothing here. */
function shorten(text: string): string {
  return text.replace(/LWM2M_CARRIER_(?:EVENT|ERROR|DEFERRED|REQUEST)_/g, "");
}

const PLAIN_NAMES: Readonly<Record<string, string>> = { application: "app", library: "lib", firmwareHost: "host" };

function plainPlace(item: SequenceItem): string {
  const name = (lifeline: string) => PLAIN_NAMES[lifeline] ?? lifeline.replace("server/", "server ");
  if (item.shape === "divider") return "---";
  if (item.shape === "box") return name(item.at);
  return `${name(item.from)} → ${name(item.to)}`;
}
