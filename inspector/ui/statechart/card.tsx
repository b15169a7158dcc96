/** What there is to know about a state or a transition, beside it. */
import type { EdgeDefinition } from "../../definition.ts";
import type { ActorWorld } from "../../model/world.ts";
import type { Camera, Size } from "./camera.ts";
import type { DefinitionIndex } from "./definitionIndex.ts";
import type { Rect } from "./drawing.ts";
import { durationText, edgeText } from "./words.ts";

export interface CardProps {
  readonly actor: ActorWorld;
  readonly index: DefinitionIndex;
  readonly node: string;
  /** Transitions, where those are meant and not the state. */
  readonly edges?: readonly string[];
  /** ms of the run's clock. */
  readonly now: number;
  readonly place: Rect;
  readonly camera: Camera;
  readonly size: Size;
}

const WIDTH = 300;

export function Card(props: CardProps) {
  const { actor, index, node: id, edges = [] } = props;
  const node = index.nodes.get(id);
  if (node === undefined) return null;
  const shown = edges.flatMap((edge) => index.edges.get(edge) ?? []);
  return (
    <div class="statechart-card" role="tooltip" style={placeOf(props)}>
      {shown.length > 0 ? (
        shown.slice(0, 6).map((edge) => <EdgeFacts key={edge.id} edge={edge} index={index} actor={actor} />)
      ) : (
        <StateFacts {...props} />
      )}
    </div>
  );
}

function StateFacts({ actor, index, node: id, now }: CardProps) {
  const node = index.nodes.get(id);
  if (node === undefined) return null;
  const facts = actor.nodes.get(id);
  const active = actor.active.includes(id);
  const lasted = facts === undefined ? 0 : active ? Math.max(0, now - facts.enteredAt) : 0;
  const events = [...new Set(index.edgesFrom(id).map((edge) => edgeText(edge, node, false).replace(/ \[.*$/, "")))];
  const description = node.description ?? (node.parent === undefined ? index.definition.description : undefined);
  return (
    <>
      <b>{node.key}</b>
      <span class="path">
        {actor.key}
        {id !== "" && ` › ${id}`}
      </span>
      {description !== undefined && <p>{description}</p>}
      {node.meta?.spec !== undefined && <p class="spec">{node.meta.spec}</p>}
      <dl>
        <dt>visits</dt>
        <dd>{facts?.visits ?? 0}</dd>
        <dt>{active ? "active for" : "was active for"}</dt>
        <dd>{durationText(active ? lasted : (facts?.dwelt ?? 0))}</dd>
        {active && facts !== undefined && facts.dwelt > 0 && (
          <>
            <dt>in all</dt>
            <dd>{durationText(facts.dwelt + lasted)}</dd>
          </>
        )}
        {node.tags !== undefined && (
          <>
            <dt>tags</dt>
            <dd>{node.tags.join(", ")}</dd>
          </>
        )}
        {events.length > 0 && (
          <>
            <dt>takes</dt>
            <dd>{events.filter((event) => event !== "" && event !== "always").join(", ") || "nothing"}</dd>
          </>
        )}
      </dl>
    </>
  );
}

function EdgeFacts({
  edge,
  index,
  actor,
}: {
  readonly edge: EdgeDefinition;
  readonly index: DefinitionIndex;
  readonly actor: ActorWorld;
}) {
  const name = (id: string) => (id === "" ? index.root.key : (index.nodes.get(id)?.key ?? id));
  return (
    <div class="edge">
      <b>{edgeText(edge, index.nodes.get(edge.source), index.isElse(edge))}</b>
      <span class="path">
        {name(edge.source)} → {edge.targets.length === 0 ? "stays" : edge.targets.map(name).join(", ")}
      </span>
      {edge.description !== undefined && <p>{edge.description}</p>}
      {edge.meta?.spec !== undefined && <p class="spec">{edge.meta.spec}</p>}
      <dl>
        <dt>taken</dt>
        <dd>{times(actor.edges.get(edge.id) ?? 0)}</dd>
        {edge.actions !== undefined && edge.actions.length > 0 && (
          <>
            <dt>does</dt>
            <dd>{edge.actions.join(", ")}</dd>
          </>
        )}
      </dl>
    </div>
  );
}

function times(count: number): string {
  return count === 0 ? "never" : count === 1 ? "once" : `${count} times`;
}

/** Right of its place if there is room, else left, else below. */
function placeOf({ place, camera: { left, top, zoom }, size }: CardProps): Record<string, string> {
  const seen = {
    x: place.x * zoom + left,
    y: place.y * zoom + top,
    width: place.width * zoom,
    height: place.height * zoom,
  };
  const width = Math.min(WIDTH, size.width - 16);
  const right = seen.x + seen.width + 10;
  const y = Math.max(8, Math.min(seen.y, size.height - 190));
  const style = (x: number, at: string) => ({
    left: `${Math.round(x)}px`,
    ...(at !== "" && { top: at }),
    width: `${width}px`,
  });
  if (right + width <= size.width - 8) return style(right, `${Math.round(y)}px`);
  if (seen.x - 10 - width >= 8) return style(seen.x - 10 - width, `${Math.round(y)}px`);
  const x = Math.max(8, Math.min(seen.x, size.width - width - 8));
  if (seen.y + seen.height + 200 <= size.height) return style(x, `${Math.round(seen.y + seen.height + 10)}px`);
  return { ...style(x, ""), bottom: `${Math.round(Math.max(8, size.height - seen.y + 10))}px` };
}
