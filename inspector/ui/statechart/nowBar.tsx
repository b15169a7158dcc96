/** Where every machine stands, in one line: legible however large the drawing is. What does not fit unfolds. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ActorKey } from "../../records.ts";
import type { Member } from "./family.ts";
import { ENDS } from "./traits.ts";

export interface NowBarProps {
  readonly members: ReadonlyMap<ActorKey, Member>;
  /** The machine of the newest step; empty before the first. */
  readonly latest: ActorKey;
  /** Width that there is, px. */
  readonly width: number;
  readonly go: (actor: ActorKey, node: string) => void;
}

/** Machines told of; more nobody would read here. */
const MOST = 40;

export function NowBar({ members, latest, width, go }: NowBarProps) {
  const [all, setAll] = useState(false);
  const [cut, setCut] = useState(false);
  const list = useRef<HTMLDivElement>(null);
  const chips = [...members.values()].slice(0, MOST).flatMap((member) =>
    innermost(member).map((node, at) => ({
      actor: member.actor.key,
      node,
      name: at === 0 ? member.actor.id : undefined,
      text: lastParts(node),
      end: ENDS[member.actor.status],
    })),
  );
  const texts = chips.map(({ name = "", text, end = "" }) => `${name} ${text} ${end}`).join("\n");
  useLayoutEffect(() => {
    const { current } = list;
    if (current !== null && !all) setCut(current.scrollHeight > current.clientHeight);
  }, [texts, width, all, cut]);

  return (
    <nav class={all ? "statechart-now all" : "statechart-now"} aria-label="Where every machine stands">
      <div ref={list} class="machines">
        {chips.map(({ actor, node, name, text, end }) => (
          <button
            key={`${actor}#${node}`}
            type="button"
            class={end !== undefined ? "ended" : actor === latest ? "latest" : ""}
            title={`${actor}: ${node}${end === undefined ? "" : ` (${end})`}`}
            onClick={() => go(actor, node)}
          >
            {name !== undefined && <b>{name} </b>}
            {text}
            {end !== undefined && <i> {end}</i>}
          </button>
        ))}
        {members.size > MOST && <span class="chip">+ {members.size - MOST} machines</span>}
      </div>
      {(cut || all) && (
        <button type="button" class="more" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? "less ▴" : `all ${chips.length} ▾`}
        </button>
      )}
    </nav>
  );
}

/** Active states that hold no other active state nor a machine, so that nothing is told twice. */
export function innermost({ index, active, guests }: Member): readonly string[] {
  return [...active].filter(
    (node) =>
      !index.children(node).some(({ id }) => active.has(id)) && ((guests.get(node)?.length ?? 0) === 0 || node === ""),
  );
}

/** The last two names of a path: one alone, `resting`, says too little. */
function lastParts(node: string): string {
  const parts = node.split(".");
  return parts.length <= 2 ? node : parts.slice(-2).join(".");
}
