/** What is marked on the drawing at one moment: active states, edges just taken, events that nothing took. */
import type { SessionView } from "../../model/sessionContract.ts";
import type { ActorKey, StepRecord } from "../../records.ts";
import type { DefinitionIndex } from "./definitionIndex.ts";
import type { Member } from "./family.ts";
import { type Box, boxId, type Scene } from "./scene.ts";
import { eventName } from "./words.ts";

/** Steps that one event led to are shown together: what came at most this long before, ms of the run's clock. */
const TOGETHER_MS = 40;
const FARTHEST_BACK = 60;

export interface Taken {
  readonly actor: ActorKey;
  readonly edge: string;
  /** Index of its record: another one begins its animation anew. */
  readonly index: number;
  /** It belongs to the step that is looked at, not to one shortly before. */
  readonly newest: boolean;
}

export interface Ignored {
  readonly box: string;
  readonly event: string;
  readonly index: number;
}

export interface Marks {
  /** Ids of boxes of active states. */
  readonly active: ReadonlySet<string>;
  /** Those of them that hold no other active box. */
  readonly innermost: ReadonlySet<string>;
  /** Of those that a machine that has ended was in last. */
  readonly last: ReadonlySet<string>;
  readonly taken: readonly Taken[];
  /** Edges of a step that is selected and not the newest. */
  readonly chosen: readonly Taken[];
  readonly ignored: readonly Ignored[];
  /** Ids of boxes that the newest step entered. */
  readonly entered: readonly string[];
}

export function activeBoxes(
  family: readonly Member[],
  scene: Scene,
): { active: Set<string>; innermost: Set<string>; last: Set<string> } {
  const active = new Set<string>();
  const last = new Set<string>();
  const visit = (member: Member): void => {
    for (const node of member.active) {
      const box = scene.boxes.get(boxId(member.actor.key, node));
      if (box !== undefined) (member.actor.status === "active" ? active : last).add(box.id);
    }
    for (const guests of member.guests.values()) for (const guest of guests) visit(guest);
  };
  for (const member of family) visit(member);
  const innermost = new Set(active);
  for (const id of active) {
    const parent = scene.parents.get(id);
    if (parent !== undefined) innermost.delete(parent);
  }
  return { active, innermost, last };
}

/** The edges taken by the step at `index`, and by those that the same event led to shortly before. */
export function movesAt(
  session: SessionView,
  device: string,
  index: number,
  indexOfActor: (actor: ActorKey) => DefinitionIndex | undefined,
  scene: Scene,
  microsteps?: number,
): Pick<Marks, "taken" | "ignored" | "entered"> {
  const taken: Taken[] = [];
  const ignored: Ignored[] = [];
  const entered: string[] = [];
  const newest = session.at(index);
  const seen = new Set<string>();
  for (let at = index; at >= 0 && index - at < FARTHEST_BACK; at -= 1) {
    const record = session.at(at);
    if (newest.time - record.time > TOGETHER_MS) break;
    if (record.device !== device) continue;
    if (record.kind === "step") {
      const step = record as StepRecord;
      const shown = at === index && microsteps !== undefined ? step.microsteps.slice(0, microsteps) : step.microsteps;
      for (const { edges } of shown) {
        for (const edge of edges) {
          if (seen.has(`${step.actor}|${edge}`)) continue;
          seen.add(`${step.actor}|${edge}`);
          taken.push({ actor: step.actor, edge, index: at, newest: at === index });
        }
      }
      if (at === index) entered.push(...step.entered.flatMap((node) => scene.boxOf(step.actor, node)?.id ?? []));
      if (step.ignored) ignored.push(...ignoredBy(step, at, scene));
    } else if (record.kind === "chart" && newest.kind === "chart") {
      const step = record as unknown as ChartStep;
      const edge = likelyEdge(step, indexOfActor(step.actor));
      if (edge !== undefined) taken.push({ actor: step.actor, edge, index: at, newest: at === index });
      if (at === index) entered.push(...step.entered.flatMap((node) => scene.boxOf(step.actor, node)?.id ?? []));
    }
  }
  return { taken: taken.reverse(), ignored, entered };
}

function ignoredBy(step: StepRecord, index: number, scene: Scene): Ignored[] {
  const inner = step.active.filter((node) => !step.active.some((other) => isBelow(other, node)));
  const boxes = new Map<string, Box>();
  for (const node of inner) {
    const box = scene.boxOf(step.actor, node);
    if (box !== undefined) boxes.set(box.id, box);
  }
  return [...boxes.keys()].map((box) => ({ box, event: eventName(step.event.type), index }));
}

function isBelow(node: string, ancestor: string): boolean {
  return node !== ancestor && (ancestor === "" || node.startsWith(`${ancestor}.`));
}

interface ChartStep {
  readonly actor: ActorKey;
  readonly event: string;
  readonly entered: readonly string[];
}

/** A recording of `chart` records alone does not name edges: the one that fits the event and what was entered, if one does. */
export function likelyEdge(
  { event, entered }: Pick<ChartStep, "event" | "entered">,
  index: DefinitionIndex | undefined,
): string | undefined {
  if (index === undefined || entered.length === 0) return undefined;
  const fitting = index.definition.edges.filter(
    (edge) => edge.event === event && edge.targets.length > 0 && edge.targets.every((node) => entered.includes(node)),
  );
  const courses = new Set(fitting.map(({ targets }) => targets.join(" ")));
  return courses.size === 1 ? fitting[0]?.id : undefined;
}
