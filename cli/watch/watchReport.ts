/** What `watch` says around its chart: what it watches, every turn of the course, and how the device stands. */

import { formatSpan, formatTime } from "../../charts/format.ts";
import { describeArc } from "../../charts/index.ts";
import type { CourseDeviation, Position, Turn, Wait, Watcher } from "../../watch/index.ts";
import { type Terminal, wrap } from "../terminal.ts";
import { editionText, eventList, eventText, stateText } from "./words.ts";

/** Columns of the chart: two lifelines need no more. */
export const MOST_COLUMNS = 96;
/** Where the chart begins beside its times. */
const INDENT = " ".repeat(11);
const DETAIL = `${INDENT}  `;

export class WatchReport {
  readonly #terminal: Terminal;
  #deviations = 0;
  readonly #conforms: Extract<Turn, { kind: "conforms" }>[] = [];

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  title(source: string): string[] {
    const { symbols } = this.#terminal;
    const name = this.#terminal.style("strong", "lwm2m-carrier");
    return ["", `  ${name} ${symbols.dash} watching ${source}`, ""];
  }

  /** The lines for a turn. */
  turn(turn: Turn): string[] {
    const terminal = this.#terminal;
    switch (turn.kind) {
      case "edition":
        return [`${INDENT}${terminal.style("name", `edition ${editionText(turn)}`)}`];
      case "restarted":
        return [`${INDENT}${terminal.marked("warning", "the device has started again without having said so")}`];
      case "foreign": {
        const known = turn.editions.length === 0 ? "no edition" : `edition ${turn.editions.join(" and ")}`;
        return [
          `${INDENT}${terminal.marked("bad", `the device says what its edition does not have: ${turn.line}`)}`,
          `${DETAIL}${terminal.style("faint", `${known} has it`)}`,
        ];
      }
      case "conforms": {
        this.#conforms.push(turn);
        const put = turn.deferrals === 0 ? "" : `, ${times(turn.deferrals, "put off once", "times put off")}`;
        return [
          `${INDENT}${terminal.marked("good", `conforms to ${turn.chart}`)}${terminal.style("faint", `  ${turn.events} events${put}`)}`,
        ];
      }
      case "deviates":
        this.#deviations++;
        return this.#deviations === 1 ? this.#deviation(turn) : this.#again(turn);
    }
  }

  /** A word about the watching itself. */
  note(mark: "good" | "warning", text: string): string[] {
    return [`${INDENT}${this.#terminal.marked(mark, text)}`];
  }

  /** For the last record. */
  reason({ firstDeviation, deviates }: Watcher): string {
    if (!deviates) return "the watch ended";
    if (firstDeviation === undefined) return "the device has told what its edition does not have";
    const { record, happened, missing = [] } = firstDeviation;
    const before = missing.length === 0 ? "" : `, ${missing.map(eventText).join(", ")} should have come before it`;
    return `the device deviates at record ${record.seq}: ${eventText(happened)}${before}`;
  }

  /** How the device stands when the watch ends. */
  summary(watcher: Watcher, others: number, record: string | undefined): string[] {
    const terminal = this.#terminal;
    const { firstDeviation, events } = watcher;
    const verdict = this.#verdict(watcher);
    const lines = ["", `  ${verdict}`, ""];
    const rows: (readonly [string, string])[] = [
      ["edition", editionText(watcher.edition)],
      ["seen", `${times(events, "event", "events")} of the library, ${times(others, "other line", "other lines")}`],
      ...this.#charts().map((text, index) => [index === 0 ? "charts" : "", text] as const),
    ];
    for (const { chart, through, of } of watcher.course.underWay.slice(0, 1)) {
      rows.push(["under way", `${chart}, ${through} of ${of} events`]);
    }
    if (events > 0) {
      const { position, waits } = watcher.course.twin;
      rows.push(["now", placeText(position, terminal.ascii ? ">" : "›")]);
      for (const wait of waits) rows.push(["waits for", waitText(wait)]);
      rows.push(["next", this.#next(watcher)]);
    }
    if (firstDeviation !== undefined) {
      rows.push([
        "deviated",
        `at ${formatTime(firstDeviation.record.time).trim()}, record ${firstDeviation.record.seq}`,
      ]);
    }
    if (record !== undefined) rows.push(["recording", record]);
    return [...lines, ...tableLines(terminal, rows), ""];
  }

  /** One line for a terminal: where the device is, for how long, what may come. */
  status(watcher: Watcher, sinceMs: number, next: string): string {
    const terminal = this.#terminal;
    if (watcher.events === 0) return terminal.style("faint", "  nothing of the carrier library seen yet");
    const { position, waits } = watcher.course.twin;
    const place = placeName(position, terminal.ascii ? ">" : "›");
    const [wait] = waits;
    const most = wait?.atMostMs === undefined ? "" : ` of at most ${formatSpan(wait.atMostMs)}`;
    const over = wait?.atMostMs !== undefined && sinceMs > wait.atMostMs;
    const time = `for ${formatSpan(sinceMs)}${most}`;
    const [chart] = watcher.course.underWay;
    const parts = [
      terminal.style("strong", place),
      over ? terminal.style("warning", time) : time,
      ...(next === "" ? [] : [`next ${next}`]),
      ...(chart === undefined ? [] : [terminal.style("faint", `${chart.chart} ${chart.through}/${chart.of}`)]),
    ];
    return `  ${parts.join(terminal.style("faint", ` ${terminal.symbols.item} `))}`;
  }

  #verdict(watcher: Watcher): string {
    const terminal = this.#terminal;
    if (watcher.events === 0 && !watcher.deviates)
      return terminal.marked("warning", "no event of the carrier library was seen");
    const text = watcher.deviates
      ? `the device deviates from edition ${watcher.edition.id}`
      : `the device does what edition ${watcher.edition.id} does`;
    return terminal.marked(watcher.deviates ? "bad" : "good", terminal.style("strong", text));
  }

  #charts(): string[] {
    const terminal = this.#terminal;
    const counts = new Map<string, number>();
    for (const { chart } of this.#conforms) counts.set(chart, (counts.get(chart) ?? 0) + 1);
    return [...counts].map(([chart, count]) => {
      return `${terminal.style("good", terminal.symbols.good)} ${chart}${count === 1 ? "" : `, ${count} times`}`;
    });
  }

  #next(watcher: Watcher): string {
    const next = watcher.course.twin.mayFollow().filter(({ surprising }) => !surprising);
    return next.length === 0 ? "nothing, unless a server or the application wants something" : eventList(next);
  }

  #deviation({ happened, expected, missing, mayHaveRestarted, verdict }: CourseDeviation): string[] {
    const terminal = this.#terminal;
    const rows: [string, string][] = [];
    if (verdict?.conforms === false) {
      const [arc] = verdict.deviation.expected;
      const [own] = verdict.deviation.bound;
      rows.push(["chart", verdict.chart]);
      if (arc !== undefined) rows.push(["its turn", describeArc(arc)]);
      if (own !== undefined) rows.push(["not yet", describeArc(own)]);
    }
    rows.push(["expected", expected.length === 0 ? "nothing" : eventList(expected)]);
    if (missing === undefined) rows.push(["missing", "no course leads here from where the device was"]);
    else if (missing.length > 0) {
      const before = missing.map(eventText).join(", then ");
      rows.push(["missing", `${before} before it`]);
    }
    if (mayHaveRestarted) rows.push(["or", "a start of the device that the log does not show"]);
    const first = terminal.marked(
      "bad",
      terminal.style("strong", `deviates: ${eventText(happened)} does not belong here`),
    );
    return [`${INDENT}${first}`, ...tableLines(terminal, rows, DETAIL)];
  }

  #again({ happened, missing }: CourseDeviation): string[] {
    const before =
      missing === undefined || missing.length === 0 ? "" : `: ${missing.map(eventText).join(", ")} did not come`;
    return [`${INDENT}${this.#terminal.marked("bad", `deviates again at ${eventText(happened)}${before}`)}`];
  }
}

/** `bootstrap › connecting: a session …`, of the chart that matters most. */
function placeText(positions: readonly Position[], arrow: string): string {
  const [first] = positions;
  if (first === undefined) return "unknown";
  return `${placeName(positions, arrow)}: ${first.description}${first.spec === undefined ? "" : ` (${first.spec})`}`;
}

function placeName([first]: readonly Position[], arrow: string): string {
  return first === undefined ? "unknown" : `${first.chart} ${arrow} ${stateText(first.state, arrow)}`;
}

function waitText({ for: what, atMostMs, spec, announced }: Wait): string {
  if (atMostMs === undefined) return what;
  const bound = announced === true ? `in ${formatSpan(atMostMs)}, as it has said` : `at most ${formatSpan(atMostMs)}`;
  return `${what}, ${bound}${spec === undefined ? "" : ` (${spec})`}`;
}

function times(count: number, one: string, many: string): string {
  return count === 1 && one.startsWith("put") ? one : `${count} ${count === 1 ? one : many}`;
}

function tableLines(terminal: Terminal, rows: readonly (readonly [string, string])[], indent = "    "): string[] {
  const width = Math.max(0, ...rows.map(([name]) => name.length)) + 2;
  const room = Math.max(20, Math.min(terminal.columns, 110) - indent.length - width);
  return rows.flatMap(([name, text]) => {
    const [first = "", ...rest] = wrap(text, room);
    return [
      `${indent}${terminal.style("faint", name.padEnd(width))}${first}`,
      ...rest.map((line) => `${indent}${" ".repeat(width)}${line}`),
    ];
  });
}
