/** The drawing itself. What moves with every step lies in a layer above what does not. */
import { useMemo } from "preact/hooks";
import { Badge, BoxView, TitleEnd } from "./boxView.tsx";
import type { Drawing, PlacedBox } from "./drawing.ts";
import { FarLinks } from "./farLinks.tsx";
import type { Marks } from "./marks.ts";
import { placesOf } from "./places.ts";
import type { Scene } from "./scene.ts";
import { TakenView } from "./takenView.tsx";
import type { BoxTraits } from "./traits.ts";
import { WireView } from "./wireView.tsx";

export interface ChartProps {
  readonly scene: Scene;
  readonly drawing: Drawing;
  readonly marks: Marks;
  readonly traitsOf: (box: string) => BoxTraits;
  /** Changes when the traits of a box do. */
  readonly traitsKey: string;
  readonly selected?: string;
  readonly hovered?: string;
  readonly found: readonly string[];
  /** How long innermost active states have been so, by box. */
  readonly lasting: ReadonlyMap<string, string>;
}

export function Chart(props: ChartProps) {
  const { scene, drawing, marks, selected, hovered, found, lasting } = props;
  const base = useMemo(() => <Base drawing={drawing} traitsOf={props.traitsOf} />, [drawing, props.traitsKey]);
  const places = useMemo(() => placesOf(scene, drawing), [scene, drawing]);
  const far = [selected, hovered].filter((id): id is string => id !== undefined);
  return (
    <>
      {base}
      <g class="sc-over">
        {far.map((id) => (
          <FarLinks key={id} id={id} scene={scene} drawing={drawing} places={places} />
        ))}
        {marks.chosen.map((taken) => (
          <TakenView key={`chosen ${taken.edge}`} {...{ taken, places, scene, drawing }} chosen />
        ))}
        {marks.taken.map((taken) => (
          <TakenView key={`${taken.index}|${taken.actor}|${taken.edge}`} {...{ taken, places, scene, drawing }} />
        ))}
        {[...new Set(marks.entered)].map((id) => (
          <Outline key={`${id}${marks.taken.at(-1)?.index}`} placed={drawing.boxes.get(id)} name="sc-entered" />
        ))}
        {found.map((id) => (
          <Outline key={id} placed={drawing.boxes.get(id)} name="sc-found" />
        ))}
        {hovered !== undefined && <Outline placed={drawing.boxes.get(hovered)} name="sc-hovered" />}
        {selected !== undefined && <Outline placed={drawing.boxes.get(selected)} name="sc-selected" />}
        {marks.ignored.map(({ box, event, index }) => (
          <IgnoredView key={index + box} placed={drawing.boxes.get(box)} event={event} />
        ))}
        {[...lasting].map(([id, text]) => {
          const placed = drawing.boxes.get(id);
          if (placed === undefined) return null;
          // In a name alone there is no room for it.
          return placed.box.brief ? (
            <Badge key={id} x={placed.x + placed.width} y={placed.y - 9} text={text} name="sc-tag" />
          ) : (
            <TitleEnd key={id} placed={placed} text={text} name="sc-lasting" />
          );
        })}
      </g>
    </>
  );
}

function Base({ drawing, traitsOf }: Pick<ChartProps, "drawing" | "traitsOf">) {
  return (
    <>
      <g>
        {[...drawing.boxes.values()].map((placed) => (
          <BoxView key={placed.box.id} placed={placed} traits={traitsOf(placed.box.id)} />
        ))}
      </g>
      <g>
        {drawing.wires.map((placed, at) => (
          <WireView key={placed.wire.id} placed={placed} at={at} part="line" />
        ))}
      </g>
      <g>
        {drawing.wires.map((placed, at) => (
          <WireView key={placed.wire.id} placed={placed} at={at} part="words" />
        ))}
      </g>
    </>
  );
}

function Outline({ placed, name }: { readonly placed: PlacedBox | undefined; readonly name: string }) {
  if (placed === undefined) return null;
  const { x, y, width, height } = placed;
  return <rect class={name} x={x - 3} y={y - 3} width={width + 6} height={height + 6} rx={9} />;
}

function IgnoredView({ placed, event }: { readonly placed: PlacedBox | undefined; readonly event: string }) {
  if (placed === undefined) return null;
  const text = `ignored: ${event}`;
  const width = 12 + text.length * 6;
  const { x, y, width: whole, height } = placed;
  return (
    <g class="sc-ignored">
      <rect class="sc-frame" x={x - 2} y={y - 2} width={whole + 4} height={height + 4} rx={8} />
      <rect class="sc-plate" x={x + 8} y={y + height - 7} width={width} height={15} rx={7.5} />
      <text x={x + 8 + width / 2} y={y + height + 4} text-anchor="middle">
        {text}
      </text>
    </g>
  );
}
