/** The message sequence chart of the run: it draws itself while the run goes on. */
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { App } from "../app.ts";
import { useApp } from "../state/useApp.ts";
import { chainOf, isInjected } from "./chain.ts";
import type { ExpectedChart, ExpectedCharts } from "./expected.ts";
import { ExpectedBar } from "./expectedBar.tsx";
import { drawSvg, type SvgRange } from "./exportSvg.ts";
import { LaneHeads, LaneLines } from "./laneHeads.tsx";
import { type LaneId, layOutLanes, leastWidth, moveLane, orderLanes } from "./lanes.ts";
import { rowShapes } from "./rowShapes.ts";
import type { SequenceRows } from "./rows.ts";
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

/** px of what stands left of the lanes: time and marks. */
const LEFT = 120;
const HEAD_HEIGHT = 30;

export function SequenceView() {
  const app = useApp();
  const { session } = app.entry;
  const { device, selected, cursor } = app.view;
  const [settings, change] = useSettings();
  const { rows, complete } = useRows(app, settings);
  const [expecting, setExpecting] = useState(false);
  const [chartName, setChartName] = useState("");
  const charts = useExpected(app, expecting);
  const chosen = expecting ? chosenChart(charts, chartName) : undefined;
  const [width, setWidth] = useState(0);
  const [follow, setFollow] = useState(true);
  const [place, setPlace] = useState<{ readonly row: number; readonly index: number }>();
  const live = cursor.index === "live";

  // The newest record is looked at again: so is the newest row.
  useEffect(() => {
    setFollow(live);
  }, [live]);

  const order = orderLanes(rows.lanes, settings.order);
  const visible = order.filter((id) => !settings.hidden.includes(id));
  const lanes = visible.join("\n");
  const contentWidth = Math.max(width, LEFT + leastWidth(visible.length));
  // `lanes` are the ids of `visible`.
  const layout = useMemo(() => layOutLanes(visible, LEFT, contentWidth, [...rows.lanes]), [lanes, contentWidth, rows]);
  const run = useRunTimes(app, rows);
  const chain = useMemo(() => chainOf(session, selected), [session, selected, session.version]);
  const current = rowOfSelected(rows, selected, place);
  const deviation = chosen?.deviation;
  const limit = live ? Number.POSITIVE_INFINITY : app.index;
  // Another object when anything that a row is drawn from has become otherwise.
  const version = useMemo(
    () => ({}),
    [rows, rows.version, layout, settings.time, chain, limit, chosen, chosen?.through, deviation, run.wallAtZero],
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

  const exported = useRef({ app, rows, order: visible, settings, run });
  exported.current = { app, rows, order: visible, settings, run };
  useEffect(() => {
    const draw = (range?: SvgRange) => drawingOf(exported.current, range);
    drawings.add(draw);
    return () => {
      drawings.delete(draw);
    };
  }, []);

  const drawRow = (index: number) => {
    if (index >= rows.length) return null;
    const row = rows.at(index);
    const { time } = session.at(row.index);
    const before = index > 0 ? session.at(rows.at(index - 1).index).time : undefined;
    return (
      <RowView
        row={row}
        shapes={rowShapes(row, layout)}
        width={contentWidth}
        time={timeText(settings.time, time, { start: run.start, before, wallAtZero: run.wallAtZero })}
        title={rowText(row)}
        marks={{
          injected: row.kind !== "gap" && isInjected(session, row.index),
          arc: chosen?.arcOf(row.index),
          deviation: deviation?.index === row.index ? deviation.sentence : undefined,
          chain: chain.get(row.index),
        }}
        onToggle={() => toggle(index)}
      />
    );
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
      deviation?.index === row.index ? "deviates" : "",
    ].join(" ");
  };

  const edition = session.live.devices.get(device)?.edition ?? "";
  return (
    <section class={`sequence ${contentWidth > width ? "wide" : ""}`} aria-label="Sequence chart">
      <Toolbar
        settings={settings}
        onChange={change}
        lanes={order}
        mode={rows.mode}
        actorsToo={hasBoth(app)}
        expectable={edition !== ""}
        expected={expecting}
        onExpected={() => setExpecting(!expecting)}
      />
      {expecting && (
        <ExpectedBar charts={charts} chosen={chosen} onChoose={setChartName} onSelect={(index) => app.select(index)} />
      )}
      <div class="sequence-chart">
        {rows.length === 0 && complete && <p class="empty sequence-empty">{emptyText(app)}</p>}
        <VirtualList
          count={rows.length}
          rowHeight={ROW_HEIGHT}
          row={drawRow}
          rowClass={rowClass}
          rowLabel={(index) => (index < rows.length ? rowText(rows.at(index)) : "")}
          version={version}
          label="Sequence chart: what was said, newest last"
          current={current}
          onCurrent={choose}
          onKey={onKey}
          follow={follow}
          onFollow={onFollow}
          headerHeight={HEAD_HEIGHT}
          header={
            <LaneHeads layout={layout} onMove={move} onHide={(id) => change({ hidden: [...settings.hidden, id] })} />
          }
          backdrop={<LaneLines layout={layout} width={contentWidth} />}
          width={contentWidth}
          onWidth={setWidth}
        />
        {!complete && <span class="chip active sequence-newest">reading …</span>}
        {complete && !follow && rows.length > 0 && (
          <button
            type="button"
            class="button sequence-newest"
            title="To the newest row, and stay there"
            onClick={() => {
              setFollow(true);
              if (!live) app.update({ cursor: { index: "live" } });
            }}
          >
            ↓ Newest
          </button>
        )}
      </div>
    </section>
  );
}

type Draw = (range?: SvgRange) => SVGElement | undefined;
/** Of the charts that are on the page, in the order in which they came. */
const drawings = new Set<Draw>();

/**
 * The sequence chart as it is shown, lanes, folds and filter included, as a drawing that stands for itself: the rows of
 * the records from `range.from` to `range.to`, 1000 at most. Undefined while the chart is not on the page or empty.
 */
export function sequenceSvg(range?: SvgRange): SVGElement | undefined {
  const [draw] = drawings;
  return draw?.(range);
}

interface Exported {
  readonly app: App;
  readonly rows: SequenceRows;
  readonly order: readonly LaneId[];
  readonly settings: SequenceSettings;
  readonly run: RunTimes;
}

function drawingOf({ app, rows, order, settings, run }: Exported, range?: SvgRange): SVGElement | undefined {
  if (rows.length === 0) return undefined;
  const style = getComputedStyle(document.documentElement);
  const paint = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const { session } = app.entry;
  return drawSvg({ session, rows, order, time: settings.time, ...run, ...(range && { range }), paint });
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

/** The chart that somebody chose; else the one that tells most: that deviates, is under way, or is the furthest. */
function chosenChart(charts: ExpectedCharts | undefined, name: string): ExpectedChart | undefined {
  const all = charts?.charts ?? [];
  return (
    all.find((chart) => chart.name === name) ??
    all.find(({ state }) => state === "deviates") ??
    all.findLast(({ state }) => state === "under way") ??
    all.findLast(({ state }) => state === "conforms") ??
    all[0]
  );
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
