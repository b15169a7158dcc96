/** A state as it is drawn: its frame, title and rows. */
import type { PlacedBox } from "./drawing.ts";
import type { Row } from "./scene.ts";
import { beside, foldWidth, PADDING, ROW_HEIGHT, TITLE_HEIGHT } from "./sizes.ts";
import type { BoxTraits } from "./traits.ts";

export function BoxView({ placed, traits }: { readonly placed: PlacedBox; readonly traits: BoxTraits }) {
  const { box, x, y, width, height, separators, depth } = placed;
  if (box.kind === "initial") {
    return <circle class="sc-dot" cx={x + width / 2} cy={y + height / 2} r={width / 2} />;
  }
  const classes = [
    "sc-box",
    `sc-${box.kind}`,
    depth % 2 === 1 && "sc-odd",
    box.machine && "sc-machine",
    box.region && "sc-region",
    box.children.length > 0 && "sc-open",
    traits.active && "sc-active",
    traits.innermost && "sc-innermost",
    traits.last && "sc-last",
  ];
  if (box.brief) {
    return (
      <g class={`sc-chip${traits.active ? " sc-active sc-innermost" : ""}`} data-box={box.id}>
        <rect class="sc-frame" x={x} y={y} width={width} height={height} rx={box.kind === "final" ? 4 : height / 2} />
        {traits.heat !== undefined && traits.heat > 0 && (
          <rect class="sc-heat" x={x} y={y} width={width} height={height} rx={11} opacity={0.06 + 0.24 * traits.heat} />
        )}
        <text x={x + width / 2} y={y + height / 2 + 4} text-anchor="middle">
          {box.title}
        </text>
        {traits.visits > 0 && <Badge x={x + width} y={y + height} text={`×${traits.visits}`} name="sc-visits" />}
      </g>
    );
  }
  if (box.kind === "history") {
    return (
      <g class={classes.filter(Boolean).join(" ")} data-box={box.id}>
        <circle class="sc-frame" cx={x + width / 2} cy={y + height / 2} r={width / 2} />
        <text class="sc-letter" x={x + width / 2} y={y + height / 2 + 4} text-anchor="middle">
          {box.deep ? "H*" : "H"}
        </text>
      </g>
    );
  }
  return (
    <g class={classes.filter(Boolean).join(" ")} data-box={box.id}>
      <rect class="sc-frame" x={x} y={y} width={width} height={height} rx={box.kind === "final" ? 10 : 7} />
      {traits.heat !== undefined && traits.heat > 0 && !traits.innermost && (
        <rect class="sc-heat" x={x} y={y} width={width} height={height} rx={7} opacity={0.06 + 0.24 * traits.heat} />
      )}
      {box.kind === "final" && (
        <rect class="sc-inner" x={x + 3} y={y + 3} width={width - 6} height={height - 6} rx={7} />
      )}
      {box.machine && box.children.length > 0 && <MachineHead placed={placed} />}
      {separators.map(({ from, to }, at) => (
        <line key={at} class="sc-separator" x1={from.x} y1={from.y} x2={to.x} y2={to.y} />
      ))}
      {traits.innermost && <circle class="sc-now" cx={x + PADDING - 1} cy={y + TITLE_HEIGHT / 2} r={4} />}
      <text class="sc-title" x={x + PADDING + (traits.innermost ? 9 : 0)} y={y + TITLE_HEIGHT / 2 + 4.5}>
        {box.title}
      </text>
      {box.rows.map((row, at) => (
        <RowView
          key={at}
          row={row}
          at={at}
          placed={placed}
          running={row.invoke !== undefined && traits.running.has(row.invoke)}
        />
      ))}
      {traits.ended !== undefined && <TitleEnd placed={placed} text={traits.ended} name="sc-ended" />}
      {box.foldable && <Fold placed={placed} />}
      {traits.heat !== undefined && traits.visits > 0 && (
        <Badge x={x + width} y={y + height} text={`×${traits.visits}`} name="sc-visits" />
      )}
    </g>
  );
}

/** The title of a machine is tinted. */
function MachineHead({ placed: { x, y, width } }: { readonly placed: PlacedBox }) {
  const end = y + TITLE_HEIGHT;
  return <path class="sc-head" d={`M${x} ${end}V${y + 7}a7 7 0 0 1 7 -7H${x + width - 7}a7 7 0 0 1 7 7V${end}Z`} />;
}

interface RowProps {
  readonly row: Row;
  readonly at: number;
  readonly placed: PlacedBox;
  readonly running: boolean;
}

function RowView({ row, at, placed: { box, x, y, width }, running }: RowProps) {
  const top = y + TITLE_HEIGHT + at * ROW_HEIGHT;
  const indent = row.tone === "invoke" ? 14 : 0;
  return (
    <g class={`sc-row sc-${row.tone}`} data-row={row.edges.length > 0 ? at : undefined} data-box={box.id}>
      {row.edges.length > 0 && <rect class="sc-hit" x={x + 2} y={top} width={width - 4} height={ROW_HEIGHT} rx={3} />}
      {row.tone === "invoke" && (
        <path class={running ? "sc-play sc-running" : "sc-play"} d={`M${x + PADDING} ${top + 4}l8 4.5l-8 4.5z`} />
      )}
      <text x={x + PADDING + indent} y={top + ROW_HEIGHT - 4.5}>
        {row.text}
      </text>
    </g>
  );
}

/** Folds the state or unfolds it; a folded one says how much is in it. */
function Fold({ placed: { box, x, y, width } }: { readonly placed: PlacedBox }) {
  const text = box.hidden > 0 ? `+${box.hidden}` : "–";
  const size = foldWidth(box);
  const left = x + width - size - 7;
  return (
    <g class="sc-fold" data-fold={box.id}>
      <rect x={left} y={y + 6} width={size} height={15} rx={7.5} />
      <text x={left + size / 2} y={y + 17.2} text-anchor="middle">
        {text}
      </text>
    </g>
  );
}

/** A word at the end of a title. */
export function TitleEnd(props: { readonly placed: PlacedBox; readonly text: string; readonly name: string }) {
  const { box, x, y, width } = props.placed;
  return (
    <text class={props.name} x={x + width - PADDING + 2 - beside(box)} y={y + TITLE_HEIGHT / 2 + 4} text-anchor="end">
      {props.text}
    </text>
  );
}

/** A small word across a corner of a box. */
export function Badge(props: { readonly x: number; readonly y: number; readonly text: string; readonly name: string }) {
  const { x, y, text, name } = props;
  const width = 8 + text.length * 6;
  return (
    <g class={`sc-mark ${name}`}>
      <rect x={x - width - 4} y={y - 8} width={width} height={15} rx={7.5} />
      <text x={x - 4 - width / 2} y={y + 3.2} text-anchor="middle">
        {text}
      </text>
    </g>
  );
}
