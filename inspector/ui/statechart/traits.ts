/** How each box looks at the moment: active or not, what runs in it, how often it was visited. */
import type { ActorKey, ActorStatus } from "../../records.ts";
import type { Member } from "./family.ts";
import type { Marks } from "./marks.ts";
import type { Scene } from "./scene.ts";

export interface BoxTraits {
  readonly active: boolean;
  /** Active, and nothing inside is. */
  readonly innermost: boolean;
  /** Its machine has ended and was in it last. */
  readonly last: boolean;
  /** How the machine that it is the box of has ended. */
  readonly ended?: string;
  /** Invocations that run, by id. */
  readonly running: ReadonlySet<string>;
  /** 0 to 1: how often it was visited against the others; absent: visits are not shown. */
  readonly heat?: number;
  readonly visits: number;
}

/** A machine's ends, in words. */
export const ENDS: Readonly<Record<ActorStatus, string | undefined>> = {
  active: undefined,
  done: "done",
  error: "failed",
  stopped: "stopped",
};

const NOTHING: ReadonlySet<string> = new Set();

export interface Traits {
  of(box: string): BoxTraits;
  /** Another one when any of them is another. */
  readonly key: string;
}

export function traitsOf(
  scene: Scene,
  members: ReadonlyMap<ActorKey, Member>,
  { active, innermost, last }: Pick<Marks, "active" | "innermost" | "last">,
  heat: boolean,
): Traits {
  const visitsOf = (id: string): number => {
    const box = scene.boxes.get(id);
    // What is open is told by what is inside.
    if (box === undefined || box.kind === "initial" || box.kind === "note" || box.children.length > 0) return 0;
    return members.get(box.actor)?.actor.nodes.get(box.node)?.visits ?? 0;
  };
  const visits = new Map(heat ? [...scene.boxes.keys()].map((id) => [id, visitsOf(id)]) : []);
  const most = Math.log1p(Math.max(1, ...visits.values()));
  const endOf = (id: string): string | undefined => {
    const box = scene.boxes.get(id);
    const status = box?.machine === true ? members.get(box.actor)?.actor.status : undefined;
    return status === undefined ? undefined : ENDS[status];
  };
  const ended = [...members.values()].map(({ actor }) => actor.status);
  const running = [...members.values()].map((member) => `${member.actor.key}:${[...member.running].join(",")}`);
  return {
    key: [
      [...active].join(" "),
      [...last].join(" "),
      ended.join(" "),
      running.join(" "),
      [...visits.values()].join(" "),
    ].join("|"),
    of: (id) => {
      const box = scene.boxes.get(id);
      const count = visits.get(id) ?? 0;
      const end = endOf(id);
      return {
        active: active.has(id),
        innermost: innermost.has(id),
        last: last.has(id),
        ...(end !== undefined && { ended: end }),
        // A state that is not active runs nothing, though another may have invoked something of the same name.
        running: box === undefined || !active.has(id) ? NOTHING : (members.get(box.actor)?.running ?? NOTHING),
        visits: count,
        ...(heat && { heat: Math.log1p(count) / most }),
      };
    },
  };
}

/** Everyone, by key. */
export function membersOf(family: readonly Member[]): ReadonlyMap<ActorKey, Member> {
  const members = new Map<ActorKey, Member>();
  const visit = (member: Member): void => {
    members.set(member.actor.key, member);
    for (const guests of member.guests.values()) for (const guest of guests) visit(guest);
  };
  for (const member of family) visit(member);
  return members;
}
