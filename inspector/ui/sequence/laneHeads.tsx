/** The lanes' names above the chart: dragged to another place, or moved by arrow keys; Delete hides one. */
import { useRef, useState } from "preact/hooks";
import { breakableName, type Lane, type LaneId, type LaneLayout, laneTitle } from "./lanes.ts";

export interface LaneHeadsProps {
  readonly layout: LaneLayout;
  readonly onMove: (id: LaneId, by: number) => void;
  readonly onHide: (id: LaneId) => void;
}

/** px of dragging that are no click any more. */
const SLACK = 4;

export function LaneHeads({ layout, onMove, onHide }: LaneHeadsProps) {
  const { lanes } = layout;
  const began = useRef(0);
  const [dragged, setDragged] = useState<{ id: LaneId; by: number }>();

  const drop = (lane: Lane) => {
    const by = dragged?.id === lane.id ? dragged.by : 0;
    setDragged(undefined);
    if (Math.abs(by) < SLACK) return;
    const x = lane.x + by;
    const from = lanes.indexOf(lane);
    const others = lanes.filter((other) => other !== lane);
    onMove(lane.id, others.filter((other) => other.x < x).length - from);
  };
  const onKeyDown = (event: KeyboardEvent, id: LaneId) => {
    if (event.key === "ArrowLeft") onMove(id, -1);
    else if (event.key === "ArrowRight") onMove(id, 1);
    else if (event.key === "Delete" || event.key === "Backspace") {
      // Whoever hides a lane by the keyboard goes on at its neighbour.
      const head = event.currentTarget as HTMLElement;
      const next = head.nextElementSibling ?? head.previousElementSibling;
      if (next instanceof HTMLElement) next.focus();
      onHide(id);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div class="sequence-heads" role="toolbar" aria-label="Lanes">
      {lanes.map((lane) => {
        const by = dragged?.id === lane.id ? dragged.by : 0;
        return (
          <button
            key={lane.id}
            type="button"
            class={`sequence-head ${by === 0 ? "" : "dragged"}`}
            title={`${laneTitle(lane.id)}: drag, or move by arrow keys; Delete hides it`}
            style={{
              left: `${lane.x - lane.head / 2}px`,
              width: `${lane.head}px`,
              color: `var(--lane-${lane.colour})`,
              transform: by === 0 ? "none" : `translateX(${by}px)`,
            }}
            onPointerDown={(event) => {
              began.current = event.clientX;
              event.currentTarget.setPointerCapture(event.pointerId);
              setDragged({ id: lane.id, by: 0 });
            }}
            onPointerMove={(event) =>
              dragged?.id === lane.id && setDragged({ id: lane.id, by: event.clientX - began.current })
            }
            onPointerUp={() => drop(lane)}
            onPointerCancel={() => setDragged(undefined)}
            onKeyDown={(event) => onKeyDown(event, lane.id)}
          >
            <span>{breakableName(lane.name)}</span>
          </button>
        );
      })}
    </div>
  );
}

/** The vertical lines, as high as what is visible. */
export function LaneLines({ layout, width }: { readonly layout: LaneLayout; readonly width: number }) {
  return (
    <svg class="sequence-lines" width={width} height="100%" aria-hidden="true">
      {layout.lanes.map(({ id, x, colour }) => (
        <line key={id} x1={x} x2={x} y1="0" y2="100%" style={{ stroke: `var(--lane-${colour})` }} />
      ))}
    </svg>
  );
}
