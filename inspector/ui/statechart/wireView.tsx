/** A transition between neighbours: a line with rounded corners, an arrow head, and its words on the line. */
import { type PlacedWire, type Point, pathText } from "./drawing.ts";
import { LINE_HEIGHT } from "./sizes.ts";

export const RADIUS = 7;

export interface WireProps {
  readonly placed: PlacedWire;
  /** Position in the drawing, by which a click finds it. */
  readonly at: number;
  /** Its words are drawn apart, above all lines. */
  readonly part: "line" | "words";
}

export function WireView({ placed: { wire, paths, label, depth }, at, part }: WireProps) {
  const lines = wire.lines.filter(({ text }) => text !== "");
  if (part === "line") {
    return (
      <g class={wire.initial ? "sc-wire sc-start" : "sc-wire"} data-wire={at}>
        {paths.map((path, n) => (
          <g key={n}>
            <path class="sc-reach" d={pathText(path, RADIUS)} />
            <path class="sc-line" d={pathText(path, RADIUS)} />
            <path class="sc-tip" d={tip(path)} />
          </g>
        ))}
      </g>
    );
  }
  if (label === undefined || lines.length === 0) return null;
  return (
    <g class={depth % 2 === 0 ? "sc-words" : "sc-words sc-odd"} data-wire={at}>
      <rect class="sc-plate" x={label.x} y={label.y} width={label.width} height={label.height} rx={4} />
      {lines.map((line, n) => (
        <text
          key={n}
          data-wire={at}
          data-line={n}
          x={label.x + label.width / 2}
          y={label.y + LINE_HEIGHT * (n + 1) - 2.5}
          text-anchor="middle"
        >
          {line.text}
        </text>
      ))}
    </g>
  );
}

/** An arrow head at the end of a line. */
export function tip(points: readonly Point[], size = 6): string {
  const end = points.at(-1);
  const before = points.at(-2);
  if (end === undefined || before === undefined) return "";
  const length = Math.hypot(end.x - before.x, end.y - before.y) || 1;
  const x = (end.x - before.x) / length;
  const y = (end.y - before.y) / length;
  const half = size * 0.55;
  const left = `${end.x - x * size - y * half} ${end.y - y * size + x * half}`;
  const right = `${end.x - x * size + y * half} ${end.y - y * size - x * half}`;
  return `M${end.x} ${end.y}L${left}L${right}Z`;
}
