/** What there is to know about a state or a transition, beside it. */
import type { EdgeDefinition } from "../../definition.ts";
import { dwellOf } from "../../model/visits.ts";
import type { ActorWorld } from "../../model/world.ts";
import type { Camera, Size } from "./camera.ts";
import type { DefinitionIndex } from "./definitionIndex.ts";
import type { Rect } from "./drawing.ts";
import { durationText, eventText, wholeEdgeText } from "./words.ts";

export interface CardProps {
  /** Of the element, for what it describes. */
  readonly id: string;
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
/** px from its place, from the view's edge, and that it has in height at the least. */
const GAP = 10;
const EDGE = 8;
const LEAST = 120;
/** Transitions told in one card. */
const MOST_EDGES = 6;

export function Card(props: CardProps) {
  const { actor, index, node: id, edges = [] } = props;
  const node = index.nodes.get(id);
  if (node === undefined) return null;
  const shown = edges.flatMap((edge) => index.edges.get(edge) ?? []);
  return (
    <div id={props.id} class="statechart-card" role="tooltip" style={placeOf(props)}>
      {shown.length > 0 ? (
        <>
          {shown.slice(0, MOST_EDGES).map((edge) => (
            <EdgeFacts key={edge.id} edge={edge} index={index} actor={actor} />
          ))}
          {shown.length > MOST_EDGES && <p class="path">and {shown.length - MOST_EDGES} more</p>}
        </>
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
  const active = actor.status === "active" && actor.active.includes(id);
  const inAll = dwellOf(actor, id, now);
  const events = index
    .edgesFrom(id)
    .map((edge) => (edge.trigger === "always" ? "always" : eventText(edge, node)))
    .filter((event) => event !== "");
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
        <dd>{facts?.visits ?? "none"}</dd>
        {active && facts !== undefined && (
          <>
            <dt>active for</dt>
            <dd>{durationText(Math.max(0, now - facts.enteredAt))}</dd>
          </>
        )}
        {facts !== undefined && (!active || facts.visits > 1) && (
          <>
            <dt>{active ? "in all" : "was active for"}</dt>
            <dd>{durationText(inAll)}</dd>
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
            <dd>{[...new Set(events)].join(", ")}</dd>
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
      <b>{wholeEdgeText(edge, index.nodes.get(edge.source), index.isElse(edge)) || "to begin with"}</b>
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

/** Right of its place if there is room, else left, else below or above; never beyond the view. */
function placeOf({ place, camera: { left, top, zoom }, size }: CardProps): Record<string, string> {
  const from = { x: place.x * zoom + left, y: place.y * zoom + top };
  const to = { x: from.x + place.width * zoom, y: from.y + place.height * zoom };
  const width = Math.min(WIDTH, size.width - 2 * EDGE);
  const fitsRight = to.x + GAP + width <= size.width - EDGE;
  const isBeside = fitsRight || from.x - GAP - width >= EDGE;
  const beside = fitsRight ? to.x + GAP : from.x - GAP - width;
  const x = isBeside ? beside : Math.max(EDGE, Math.min(from.x, size.width - width - EDGE));
  // Towards the side that has more room it grows.
  const isDownward = from.y + to.y <= size.height;
  const start = isDownward ? (isBeside ? from.y : to.y + GAP) : size.height - (isBeside ? to.y : from.y - GAP);
  const offset = Math.max(EDGE, Math.min(start, size.height - LEAST));
  return {
    left: `${Math.round(x)}px`,
    width: `${width}px`,
    [isDownward ? "top" : "bottom"]: `${Math.round(offset)}px`,
    "max-height": `${Math.round(size.height - offset - EDGE)}px`,
  };
}
