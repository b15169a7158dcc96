/** The whole run as a strip: its phases, what failed, bookmarks, and the place where one stands, which can be dragged. */
import { useRef, useState } from "preact/hooks";
import type { App } from "../app.ts";
import { recordLine } from "../panels/shared/recordLine.ts";
import { marksOf, offsetOf } from "../state/marks.ts";
import { type PhaseTrack, phasesOf } from "../state/phases.ts";
import { problemsOf } from "../state/problems.ts";
import { useApp } from "../state/useApp.ts";
import { formatOffset } from "./formatTime.ts";
import { bandsOf, indexAt, placesOf } from "./timeline.ts";

/** Marks nearer to each other than this part of the width are drawn as one. */
const SLOTS = 400;
/** Bands narrower than this part of the width have no room for their name. */
const LEAST_NAMED = 0.04;

export function Scrubber() {
  const app = useApp();
  const strip = useRef<HTMLDivElement>(null);
  const dragging = useRef(false);
  const [hovered, setHovered] = useState<number>();
  const { session } = app.entry;
  const { length } = session;
  const tracks = phasesOf(session, app.view.device);
  const { injected } = marksOf(session).of(app.view.device);
  const problems = problemsOf(session).of(app.view.device);

  const indexOf = (event: PointerEvent): number => {
    const { left, width } = strip.current!.getBoundingClientRect();
    return indexAt((event.clientX - left) / width, length);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const to = keyTarget(event.key, app.index, length);
    if (to === undefined) return;
    event.preventDefault();
    stand(app, to);
  };
  if (length === 0) return <div class="scrubber" />;
  const at = (app.index + 0.5) / length;
  return (
    <div
      ref={strip}
      class="scrubber"
      role="slider"
      tabIndex={0}
      aria-label="Moment of the run"
      aria-valuemin={1}
      aria-valuemax={length}
      aria-valuenow={app.index + 1}
      aria-valuetext={describePlace(app, app.index, tracks)}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        dragging.current = true;
        event.currentTarget.setPointerCapture(event.pointerId);
        stand(app, indexOf(event));
      }}
      onPointerMove={(event) => {
        const index = indexOf(event);
        setHovered(index);
        if (dragging.current) stand(app, index);
      }}
      onPointerLeave={() => setHovered(undefined)}
      onLostPointerCapture={() => {
        dragging.current = false;
      }}
    >
      <div class="tracks" aria-hidden="true">
        {tracks.map((track) => (
          <div class="track" key={track.name}>
            {bandsOf(track.phases, length).map(({ left, width, lane, phase, many }) => (
              <span
                key={phase.from}
                class={`band band-${lane} ${many === true ? "many" : ""}`}
                style={{ left: percent(left), width: percent(width) }}
              >
                {width > LEAST_NAMED ? phase.label : ""}
              </span>
            ))}
          </div>
        ))}
      </div>
      <div class="marks" aria-hidden="true">
        {placesOf(problems, length, SLOTS).map(({ index, at }) => (
          <span key={`f${index}`} class="mark failure" style={{ left: percent(at) }} />
        ))}
        {placesOf(injected, length, SLOTS).map(({ index, at }) => (
          <span key={`i${index}`} class="mark injected" style={{ left: percent(at) }} />
        ))}
        {session.gaps.map(({ before }) => (
          <span key={`g${before}`} class="mark gap" style={{ left: percent(before / length) }} />
        ))}
        {app.view.bookmarks.map(({ index, label }) => (
          <span key={`b${index}`} class="mark bookmark" title={label} style={{ left: percent((index + 0.5) / length) }}>
            ★
          </span>
        ))}
      </div>
      <div class="needle" style={{ left: percent(at) }} aria-hidden="true" />
      {hovered !== undefined && hovered < length && (
        <div class="scrubber-tip" style={tipPlace(hovered / length)} aria-hidden="true">
          {describePlace(app, hovered, tracks)}
        </div>
      )}
    </div>
  );
}

/** At any record of the run, without leaving the device that is looked at. */
function stand(app: App, index: number): void {
  if (app.entry.session.at(index).device === app.view.device) app.select(index);
  else app.update({ cursor: { index }, selected: undefined });
}

function keyTarget(key: string, index: number, length: number): number | undefined {
  const page = Math.max(1, Math.round(length / 20));
  switch (key) {
    case "ArrowRight":
    case "ArrowUp":
      return Math.min(index + 1, length - 1);
    case "ArrowLeft":
    case "ArrowDown":
      return Math.max(index - 1, 0);
    case "PageUp":
      return Math.min(index + page, length - 1);
    case "PageDown":
      return Math.max(index - page, 0);
    case "Home":
      return 0;
    case "End":
      return length - 1;
    default:
      return undefined;
  }
}

/** `12.345 · serving · coap: POST /rd`. */
function describePlace(app: App, index: number, tracks: readonly PhaseTrack[]): string {
  const { session } = app.entry;
  const record = session.at(index);
  const phases = tracks.map(({ phases }) => phases.findLast(({ from }) => from <= index)?.label);
  const parts = [formatOffset(offsetOf(session, index)), ...phases, recordLine(record).text];
  return parts.filter((part) => part !== undefined).join(" · ");
}

function tipPlace(part: number): { left?: string; right?: string } {
  return part < 0.5 ? { left: percent(part) } : { right: percent(1 - part) };
}

function percent(part: number): string {
  return `${(part * 100).toFixed(3)}%`;
}
