/** One row as it is seen: its time, its marks and its drawing. */
import type { ComponentChildren } from "preact";
import type { Mark } from "./rowFacts.ts";
import type { SequenceRow } from "./rows.ts";
import { ROW_HEIGHT, type Shape } from "./shapes.ts";
import { TimerLeft } from "./timerLeft.tsx";

export interface RowViewProps {
  readonly row: SequenceRow;
  readonly shapes: readonly Shape[];
  readonly width: number;
  readonly time: string;
  readonly marks: readonly Mark[];
  /** `seq` of the record that sets a timer, if it is one. */
  readonly timer: number | undefined;
  readonly onToggle: () => void;
}

export function RowView({ row, shapes, width, time, marks, timer, onToggle }: RowViewProps) {
  return (
    <>
      <span class="sequence-side">
        <span class="sequence-time">{time}</span>
        {row.kind === "fold" && (
          <button
            type="button"
            tabIndex={-1}
            class="sequence-fold"
            aria-label={row.open ? "fold" : "unfold"}
            onClick={(event) => {
              event.stopPropagation();
              onToggle();
            }}
          >
            {row.open ? "▾" : "▸"}
          </button>
        )}
        {marks.map(({ sign, tone, words }) => (
          <b key={sign} class={`sequence-mark ${tone}`} title={words}>
            {sign}
          </b>
        ))}
      </span>
      <svg class="sequence-drawing" width={width} height={ROW_HEIGHT} aria-hidden="true">
        {shapes.map((shape, key) => shapeView(shape, key, timer !== undefined && <TimerLeft seq={timer} />))}
      </svg>
    </>
  );
}

/** `more`: what the words end with. */
function shapeView(shape: Shape, key: number, more: ComponentChildren) {
  switch (shape.type) {
    case "line": {
      const { x1, y1, x2, y2, dash, width } = shape;
      return (
        <line
          key={key}
          class={`paint-${shape.stroke}`}
          x1={x1}
          y1={y1}
          x2={x2}
          y2={y2}
          stroke-dasharray={dash}
          stroke-width={width}
        />
      );
    }
    case "path":
      return <path key={key} class={`paint-${shape.stroke}${shape.fill === "none" ? "" : " solid"}`} d={shape.d} />;
    case "rect": {
      const { x, y, width, height, radius } = shape;
      return (
        <rect
          key={key}
          class={`paint-${shape.stroke} on-${shape.fill}`}
          x={x}
          y={y}
          width={width}
          height={height}
          rx={radius}
        />
      );
    }
    case "text":
      return (
        <text
          key={key}
          class={`words-${shape.fill}${shape.bold === true ? " bold" : ""}${shape.halo === true ? " halo" : ""}`}
          x={shape.x}
          y={shape.y}
          text-anchor={shape.anchor ?? "middle"}
        >
          {shape.text}
          {more}
        </text>
      );
  }
}
