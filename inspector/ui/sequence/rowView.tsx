/** One row as it is seen: its time, its marks and its drawing. */
import type { SequenceRow } from "./rows.ts";
import { ROW_HEIGHT, type Shape } from "./shapes.ts";

export interface RowMarks {
  /** Somebody who looked on did it, or it comes of that. */
  readonly injected: boolean;
  /** The arc of the expected chart that it is. */
  readonly arc?: string | undefined;
  /** How it deviates from the expected chart. */
  readonly deviation?: string | undefined;
  readonly chain?: "cause" | "selected" | "effect" | undefined;
}

export interface RowViewProps {
  readonly row: SequenceRow;
  readonly shapes: readonly Shape[];
  readonly width: number;
  readonly time: string;
  readonly title: string;
  readonly marks: RowMarks;
  readonly onToggle: () => void;
}

export function RowView({ row, shapes, width, time, title, marks, onToggle }: RowViewProps) {
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
        <Marks {...marks} />
      </span>
      <svg class="sequence-drawing" width={width} height={ROW_HEIGHT} aria-hidden="true">
        <title>{marks.deviation === undefined ? title : `${title}\n${marks.deviation}`}</title>
        {shapes.map(shapeView)}
      </svg>
    </>
  );
}

const CHAIN_MARKS = { cause: "↑", selected: "●", effect: "↓" } as const;
const CHAIN_TITLES = {
  cause: "led to the selected record",
  selected: "selected",
  effect: "comes of the selected record",
} as const;

function Marks({ injected, arc, deviation, chain }: RowMarks) {
  return (
    <>
      {deviation !== undefined && (
        <b class="sequence-mark bad" title={deviation}>
          ✗
        </b>
      )}
      {arc !== undefined && deviation === undefined && (
        <b class="sequence-mark good" title={`as expected, ${arc}`}>
          ✓
        </b>
      )}
      {injected && (
        <b class="sequence-mark warning" title="injected, or comes of it">
          ⚡
        </b>
      )}
      {chain !== undefined && (
        <b class="sequence-mark chain" title={CHAIN_TITLES[chain]}>
          {CHAIN_MARKS[chain]}
        </b>
      )}
    </>
  );
}

function shapeView(shape: Shape, key: number) {
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
        </text>
      );
  }
}
