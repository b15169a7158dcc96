/** Edges that were just taken, drawn once more above the chart. */
import { Badge } from "./boxView.tsx";
import { type Drawing, pathText } from "./drawing.ts";
import { linkFrom } from "./links.ts";
import type { Taken } from "./marks.ts";
import { estimatedWidth } from "./measure.ts";
import { edgeKey, type Places } from "./places.ts";
import type { Scene } from "./scene.ts";
import { LINE_HEIGHT, PADDING, ROW_HEIGHT, TITLE_HEIGHT } from "./sizes.ts";
import { RADIUS, tip } from "./wireView.tsx";
import { eventText, shortened } from "./words.ts";

interface TakenProps {
  readonly taken: Taken;
  readonly places: Places;
  readonly scene: Scene;
  readonly drawing: Drawing;
  readonly chosen?: boolean;
}

/** An edge that was just taken: its line drawn once more, from its beginning to its end. */
export function TakenView({ taken, places, scene, drawing, chosen = false }: TakenProps) {
  const key = edgeKey(taken.actor, taken.edge);
  const isPlaced = places.wires.has(key) || places.rows.has(key);
  const name = chosen ? "sc-taken sc-chosen" : taken.newest ? "sc-taken sc-newest" : "sc-taken";
  return (
    <g class={name}>
      {(places.wires.get(key) ?? []).map(({ wire, line }) => {
        const placed = drawing.wires[wire];
        if (placed === undefined) return null;
        return (
          <g key={`${wire}/${line}`}>
            {placed.paths.map((path, at) => (
              <g key={at}>
                <path class="sc-line" pathLength={1} d={pathText(path, RADIUS)} />
                <path class="sc-tip" d={tip(path, 8)} />
              </g>
            ))}
            <WordsAgain placed={placed} line={line} />
          </g>
        );
      })}
      {(places.rows.get(key) ?? []).map(({ box, row }) => (
        <RowAgain key={`${box}/${row}`} {...{ taken, box, row, scene, drawing }} isLinked={taken.newest || chosen} />
      ))}
      {!isPlaced && (taken.newest || chosen) && <Unplaced taken={taken} scene={scene} drawing={drawing} />}
    </g>
  );
}

/** The row of an edge that was taken, and the way from it to where it leads. */
function RowAgain({ taken, box, row, scene, drawing, isLinked }: RowAgainProps) {
  const placed = drawing.boxes.get(box);
  const told = placed?.box.rows[row];
  const edge = scene.edge(taken.actor, taken.edge);
  if (placed === undefined || told === undefined || edge === undefined) return null;
  const top = placed.y + TITLE_HEIGHT + row * ROW_HEIGHT;
  // A row that stands for several says now which of them it was.
  const text = told.tone === "more" ? shortened(eventText(edge, undefined) || "always") : told.text;
  const longest = Math.max(estimatedWidth(text, "text"), estimatedWidth(told.text, "text"));
  const width = Math.min(placed.width - 6, longest * 1.15 + 12);
  const links = (isLinked ? edge.targets : []).flatMap((node) => {
    const to = drawing.boxes.get(scene.boxOf(taken.actor, node)?.id ?? "");
    return (to === undefined ? undefined : linkFrom(placed, to, top + ROW_HEIGHT / 2, placed.x + 4 + width)) ?? [];
  });
  return (
    <>
      <rect class="sc-plate" x={placed.x + 4} y={top} width={width} height={ROW_HEIGHT} rx={3} />
      <text x={placed.x + PADDING} y={top + ROW_HEIGHT - 4.5}>
        {text}
      </text>
      {links.map((link) => (
        <g key={link.path}>
          <path class="sc-line" pathLength={1} d={link.path} />
          <path class="sc-tip" d={tip(link.end, 8)} />
        </g>
      ))}
    </>
  );
}

interface RowAgainProps {
  readonly taken: Taken;
  readonly box: string;
  readonly row: number;
  /** Of steps shortly before the newest the rows will do. */
  readonly isLinked: boolean;
  readonly scene: Scene;
  readonly drawing: Drawing;
}

/** An edge that has no line of its own: from one box to the other, or, where it stays, its event on the box. */
function Unplaced({ taken, scene, drawing }: Pick<TakenProps, "taken" | "scene" | "drawing">) {
  const edge = scene.edge(taken.actor, taken.edge);
  const from = edge === undefined ? undefined : drawing.boxes.get(scene.boxOf(taken.actor, edge.source)?.id ?? "");
  if (edge === undefined || from === undefined || edge.trigger === "initial") return null;
  const links = edge.targets.flatMap((target) => {
    const to = drawing.boxes.get(scene.boxOf(taken.actor, target)?.id ?? "");
    return (to === undefined ? undefined : linkFrom(from, to)) ?? [];
  });
  return (
    <>
      {links.map((link) => (
        <g key={link.path}>
          <path class="sc-line" pathLength={1} d={link.path} />
          <path class="sc-tip" d={tip(link.end, 8)} />
        </g>
      ))}
      {edge.targets.length === 0 && (
        <Badge
          x={from.x + from.width}
          y={from.y + from.height}
          text={shortened(eventText(edge, undefined), 30)}
          name="sc-tag"
        />
      )}
    </>
  );
}

/** The words of an edge that was taken, in its colour; those beside them are lifted above the line as well. */
function WordsAgain({ placed: { wire, label }, line }: WordsProps) {
  if (label === undefined) return null;
  const texts = wire.lines.filter(({ text }) => text !== "");
  const at = texts.indexOf(wire.lines[line] as (typeof texts)[number]);
  if (at < 0) return null;
  return (
    <g class="sc-again">
      <rect class="sc-under" x={label.x} y={label.y} width={label.width} height={label.height} rx={4} />
      <rect
        class="sc-plate"
        x={label.x}
        y={label.y + 1 + at * LINE_HEIGHT}
        width={label.width}
        height={LINE_HEIGHT}
        rx={4}
      />
      {texts.map(({ text }, n) => (
        <text
          key={text}
          class={n === at ? "" : "sc-beside"}
          x={label.x + label.width / 2}
          y={label.y + LINE_HEIGHT * (n + 1) - 2.5}
          text-anchor="middle"
        >
          {text}
        </text>
      ))}
    </g>
  );
}

interface WordsProps {
  readonly placed: Drawing["wires"][number];
  readonly line: number;
}
