/** Where every machine stands, in one line: legible however large the drawing is. */
import type { ActorKey } from "../../records.ts";
import type { Member } from "./family.ts";

export interface NowBarProps {
  readonly members: ReadonlyMap<ActorKey, Member>;
  /** The machine of the newest step. */
  readonly latest: ActorKey | undefined;
  readonly go: (actor: ActorKey, node: string) => void;
}

/** Machines told of; more would not fit. */
const MOST = 12;

export function NowBar({ members, latest, go }: NowBarProps) {
  const shown = [...members.values()].slice(0, MOST);
  return (
    <nav class="statechart-now" aria-label="Where every machine stands">
      {shown.flatMap((member) =>
        innermost(member).map((node, at) => (
          <button
            key={`${member.actor.key}#${node}`}
            type="button"
            class={member.actor.key === latest ? "latest" : ""}
            title={`${member.actor.key}: ${node}`}
            onClick={() => go(member.actor.key, node)}
          >
            {at === 0 && <b>{member.actor.id} </b>}
            {lastParts(node)}
          </button>
        )),
      )}
      {members.size > MOST && <span class="chip">+ {members.size - MOST} machines</span>}
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
