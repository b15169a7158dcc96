/** The message sequence chart of the run: it draws itself while the run goes on. */
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { SessionView } from "../../model/sessionContract.ts";
import type { App } from "../app.ts";
import { useApp } from "../state/useApp.ts";
import { canvasLetters } from "./canvasLetters.ts";
import { chainOf, isInjected } from "./chain.ts";
import { chosenChart } from "./chosenChart.ts";
import { ExpectedBar } from "./expectedBar.tsx";
import { drawSvg, type SvgRange } from "./exportSvg.ts";
import { LaneHeads, LaneLines } from "./laneHeads.tsx";
import { type LaneId, layOutLanes, leastWidth, moveLane, orderLanes } from "./lanes.ts";
import { measureLetters, TEXT_SIZE, textWidth } from "./letters.ts";
import { RowCard, useRowCard } from "./rowCard.tsx";
import { type Mark, marksOf } from "./rowFacts.ts";
import { rowShapes } from "./rowShapes.ts";
import type { SequenceRow, SequenceRows } from "./rows.ts";
import { rowText } from "./rowText.ts";
import { RowView } from "./rowView.tsx";
import { type SequenceSettings, timeText } from "./settings.ts";
import { ROW_HEIGHT } from "./shapes.ts";
import { Toolbar } from "./toolbar.tsx";
import { useExpected } from "./useExpected.ts";
import { useRows } from "./useRows.ts";
import { type RunTimes, useRunTimes, useSettings } from "./useSettings.ts";
import { VirtualList } from "./virtualList.tsx";
import "./paints.css";
import "./sequence.css";

/** px of what stands between time and lanes: what folds a row, and marks. */
const MARKS_WIDTH = 42;
/** px of the time at least: the button in the corner above has that room too. */
const LEAST_TIME_WIDTH = 46;
const HEAD_HEIGHT = 38;
/** px of scrolling to the side that words move at once. */
const SIDE_STEP = 24;

const measure = canvasLetters();
if (measure !== undefined) measureLetters(measure);

export function SequenceView() {
  const app = useApp();
  const { session } = app.entry;
  const { device, selected, cursor } = app.view;
  const [settings, change] = useSettings();
  const { rows, complete } = useRows(app, settings);
  const expecting = settings.expected === true;
  const [chartName, setChartName] = useState("");
  const charts = useExpected(app, expecting);
  const chosen = expecting ? chosenChart(charts, chartName) : undefined;
  const [width, setWidth] = useState(0);
  /** px to the side, so far that words have to move along. */
  const [scrolled, setScrolled] = useState(0);
  const [follow, setFollow] = useState(true);
  const [place, setPlace] = useState<{ readonly row: number; readonly index: number }>();
  const chart = useRef<HTMLDivElement>(null);
  const live = cursor.index === "live";

  // The newest record is looked at again: so is the newest row.
  useEffect(() => {
    setFollow(live);
  }, [live]);

  const order = orderLanes(rows.lanes, settings.order);
  const visible = order.filter((id) => !settings.hidden.includes(id));
  const run = useRunTimes(app, rows);
  const left = MARKS_WIDTH + timeWidth(rows, session, settings, run);
  const contentWidth = Math.max(width, left + leastWidth(visible));
  // `lanes` are the ids of `visible`.
  const lanes = visible.join("\n");
  const layout = useMemo(() => {
    const shown = {
      left: left + scrolled + (scrolled > 0 ? SIDE_STEP : 0),
      right: Math.max(width, left + 1) + scrolled,
    };
    const space = { left, right: contentWidth, shown, seen: [...rows.lanes], talks: rows.traffic.talks };
    return layOutLanes(visible, space);
  }, [lanes, left, contentWidth, width, scrolled, rows, rows.traffic.version]);
  const chain = useMemo(() => chainOf(session, selected), [session, selected, session.version]);
  const current = rowOfSelected(rows, selected, place);
  const deviation = chosen?.deviation;
  const limit = live ? Number.POSITIVE_INFINITY : app.index;
  // Another object when anything that a row is drawn from has become otherwise.
  const version = useMemo(
    () => ({}),
    [rows, rows.version, layout, settings.time, chain, limit, chosen, charts?.through, chartName, run.wallAtZero],
  );

  const choose = (row: number) => {
    const { index } = rows.at(row);
    setPlace({ row, index });
    app.select(index);
  };
  const toggle = (row: number): boolean => {
    const before = rows.at(row);
    if (!rows.toggle(row)) return false;
    // On the fold's own row one stays: the same key closes what it opened.
    const to = before.kind === "fold" ? row : rows.rowOf(before.index);
    const { index } = rows.at(to);
    setPlace({ row: to, index });
    app.update({ selected: index });
    return true;
  };
  const onKey = (event: KeyboardEvent, row: number): boolean => {
    if (row < 0 || row >= rows.length) return false;
    const at = rows.at(row);
    const isFold = at.kind === "fold";
    if (event.key === "Enter" || event.key === " ") return isFold && toggle(row);
    if (event.key === "ArrowRight") return isFold && !at.open && toggle(row);
    if (event.key === "ArrowLeft") return ((isFold && at.open) || (at.kind === "item" && at.inFold)) && toggle(row);
    return false;
  };
  const onFollow = useCallback((next: boolean) => setFollow(next), []);
  const move = (id: LaneId, by: number) => {
    const to = moveLane(visible, id, by);
    // Hidden lanes keep their neighbours.
    if (to !== visible) change({ order: orderLanes(order, to) });
  };

  const timeOf = (index: number): string => {
    const before = index > 0 ? session.at(rows.at(index - 1).index).time : undefined;
    const { start, wallAtZero } = run;
    return timeText(settings.time, session.at(rows.at(index).index).time, { start, before, wallAtZero });
  };
  const marksAt = (index: number): readonly Mark[] => {
    const row = rows.at(index);
    if (row.kind === "gap") return [];
    const arc = chosen?.arcOf(row.index);
    return marksOf({
      injected: isInjected(session, row.index),
      arc: arc !== undefined ? `${chosen!.name}, ${arc}` : chartName === "" ? charts?.arcOf(row.index) : undefined,
      deviation: deviation?.index === row.index ? deviation : undefined,
      chain: chain.get(row.index),
    });
  };
  const exported = useRef<Exported | undefined>(undefined);
  exported.current = { app, rows, order: visible, settings, run, timeWidth: left - MARKS_WIDTH, marks: marksAt };
  useEffect(() => {
    drawings.add(exported);
    return () => {
      drawings.delete(exported);
    };
  }, []);

  const card = useRowCard(chart, current, (index) => {
    if (index >= rows.length) return false;
    const row = rows.at(index);
    // What a timer is for is not drawn; what the selected record has to do with others can be seen by their ground.
    if (row.kind === "item" && row.item.shape === "timer" && row.item.detail !== undefined) return true;
    return marksAt(index).some(({ tone }) => tone !== "chain") || rowShapes(row, layout).some((one) => "whole" in one);
  });
  const drawRow = (index: number) => {
    if (index >= rows.length) return null;
    const row = rows.at(index);
    return (
      <RowView
        row={row}
        shapes={rowShapes(row, layout)}
        width={contentWidth}
        time={timeOf(index)}
        marks={marksAt(index)}
        timer={setTimerOf(row, session)}
        onToggle={() => toggle(index)}
      />
    );
  };
  const rowLabel = (index: number): string => {
    if (index >= rows.length) return "";
    const row = rows.at(index);
    const fold = row.kind !== "fold" ? "" : row.open ? ", unfolded" : ", folded";
    const signs = marksAt(index).map(({ words }) => `, ${words}`);
    return `${rowText(row)}${fold}, ${timeOf(index)}${signs.join("")}`;
  };
  const rowClass = (index: number): string => {
    if (index >= rows.length) return "";
    const row = rows.at(index);
    const part = chain.get(row.index);
    return [
      `sequence-row ${row.kind}`,
      part === undefined ? "" : `chain-${part}`,
      row.index > limit ? "future" : "",
      row.kind === "item" && row.inFold ? "in-fold" : "",
      deviation?.index !== row.index ? "" : deviation.excused ? "deviates excused" : "deviates",
    ].join(" ");
  };

  const corner = !complete ? (
    <span class="chip active">reading …</span>
  ) : follow || rows.length === 0 ? null : (
    <button
      type="button"
      class="button"
      title="To the newest row, and stay there"
      onClick={() => {
        setFollow(true);
        if (!live) app.update({ cursor: { index: "live" } });
      }}
    >
      ↓ Newest
    </button>
  );
  const edition = session.live.devices.get(device)?.edition ?? "";
  return (
    <section
      class={`sequence ${contentWidth > width ? "wide" : ""}`}
      aria-label="Sequence chart"
      style={{ "--side": `${left}px`, "--letters": `${TEXT_SIZE}px` }}
    >
      <Toolbar
        settings={settings}
        onChange={change}
        lanes={order}
        mode={rows.mode}
        actorsToo={hasBoth(app)}
        expectable={edition !== ""}
        expected={expecting}
        onExpected={() => change({ expected: !expecting })}
      />
      {expecting && (
        <ExpectedBar
          charts={charts}
          chosen={chosen}
          name={chosen?.name === chartName ? chartName : ""}
          onChoose={setChartName}
          onSelect={(index) => app.select(index)}
        />
      )}
      <div
        class="sequence-chart"
        ref={chart}
        {...card.handlers}
        onScrollCapture={({ target }) => {
          card.onScroll();
          if (target instanceof Element) setScrolled(Math.floor(target.scrollLeft / SIDE_STEP) * SIDE_STEP);
        }}
      >
        {rows.length === 0 && complete && <p class="empty sequence-empty">{emptyText(app)}</p>}
        <VirtualList
          count={rows.length}
          rowHeight={ROW_HEIGHT}
          row={drawRow}
          rowClass={rowClass}
          rowLabel={rowLabel}
          version={version}
          label="Sequence chart: what was said, newest last"
          current={current}
          onCurrent={choose}
          onKey={onKey}
          follow={follow}
          onFollow={onFollow}
          headerHeight={HEAD_HEIGHT}
          header={
            <>
              <div class="sequence-corner">{corner}</div>
              <LaneHeads layout={layout} onMove={move} onHide={(id) => change({ hidden: [...settings.hidden, id] })} />
            </>
          }
          backdrop={<LaneLines layout={layout} width={contentWidth} />}
          width={contentWidth}
          onWidth={setWidth}
        />
        {card.place !== undefined && card.place.row < rows.length && (
          <RowCard
            place={card.place}
            left={left}
            time={timeOf(card.place.row)}
            text={rowText(rows.at(card.place.row))}
            marks={marksAt(card.place.row)}
          />
        )}
      </div>
    </section>
  );
}

/** Of the charts that are on the page: one, or those of two runs. */
const drawings = new Set<{ readonly current: Exported | undefined }>();

/**
 * The sequence chart of `app` as it is shown, lanes, folds and filter included, as a drawing that stands for itself: the rows of
 * the records from `range.from` to `range.to`, 1000 at most. Undefined while the chart is not on the page or empty.
 */
export function sequenceSvg(app: App, range?: SvgRange): SVGElement | undefined {
  const drawing = [...drawings].find(({ current }) => current?.app === app)?.current;
  return drawing && drawingOf(drawing, range);
}

interface Exported {
  readonly app: App;
  readonly rows: SequenceRows;
  readonly order: readonly LaneId[];
  readonly settings: SequenceSettings;
  readonly run: RunTimes;
  /** px. */
  readonly timeWidth: number;
  readonly marks: (row: number) => readonly Mark[];
}

function drawingOf({ app, settings, run, ...shown }: Exported, range?: SvgRange): SVGElement | undefined {
  if (shown.rows.length === 0) return undefined;
  const style = getComputedStyle(document.documentElement);
  const paint = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const { session } = app.entry;
  return drawSvg({ ...shown, session, time: settings.time, ...run, ...(range && { range }), paint });
}

/** Where the keyboard stands: several rows may be of one record; a record without a row stands at the one before, or the first. */
function rowOfSelected(
  rows: SequenceRows,
  selected: number | undefined,
  place: { readonly row: number; readonly index: number } | undefined,
): number | undefined {
  if (selected === undefined || rows.length === 0) return undefined;
  if (
    place !== undefined &&
    place.index === selected &&
    place.row < rows.length &&
    rows.at(place.row).index === selected
  )
    return place.row;
  return Math.max(0, rows.rowOf(selected));
}

/** px of the times: as wide as the run is long. */
function timeWidth(rows: SequenceRows, session: SessionView, { time }: SequenceSettings, run: RunTimes): number {
  if (rows.length === 0) return LEAST_TIME_WIDTH;
  const last = session.at(rows.at(rows.length - 1).index).time;
  const { start, wallAtZero } = run;
  const text = timeText(time === "previous" ? "start" : time, last, { start, before: undefined, wallAtZero });
  return Math.max(LEAST_TIME_WIDTH, Math.ceil(textWidth(`+${text}`)) + 8);
}

/** Of the record that sets a timer its `seq`. */
function setTimerOf(row: SequenceRow, session: SessionView): number | undefined {
  if (row.kind !== "item" || row.item.shape !== "timer" || row.item.operation !== "set") return undefined;
  return session.at(row.index).seq;
}

/** A device that tells of lifelines and whose actors are watched as well. */
function hasBoth(app: App): boolean {
  const world = app.entry.session.live.devices.get(app.view.device);
  return (world?.edition ?? "") !== "" && world!.actors.size > 0;
}

function emptyText(app: App): string {
  if (app.entry.session.length === 0) return "Nothing has happened yet.";
  return app.view.filter === ""
    ? "Nothing of this device is drawn at this level."
    : "Nothing of this device passes the filter.";
}
