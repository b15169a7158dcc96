/** ELK's answers as text, for the browser to keep: a page that is opened again draws without waiting for ELK. */
import type { ElkNode } from "elkjs/lib/elk-api.js";

/** Characters of all of them, and of one with its question. */
const MOST_TEXT = 800_000;
const MOST_OF_ONE = 60_000;

/** What was asked, and the answer. The question holds everything that the answer depends on but ELK itself. */
type Pair = readonly [question: string, answer: ElkNode];

export interface KeptAnswers {
  /** Names the ELK that has answered. */
  readonly by: string;
  readonly answers: readonly Pair[];
}

/** The newest answers, as many as there is room for; what failed is tried again. */
export function kept(known: ReadonlyMap<string, ElkNode | "failed">, by: string): KeptAnswers {
  const answers: Pair[] = [];
  let room = MOST_TEXT;
  for (const [question, answer] of [...known].reverse()) {
    if (answer === "failed") continue;
    const pair: Pair = [question, placesOf(answer)];
    const { length } = JSON.stringify(pair);
    if (length > MOST_OF_ONE) continue;
    room -= length;
    if (room < 0) break;
    answers.unshift(pair);
  }
  return { by, answers };
}

/** Whoever shares the origin may have written it. */
export function isKept(value: unknown): value is KeptAnswers {
  const { by, answers } = (value ?? {}) as Partial<Record<keyof KeptAnswers, unknown>>;
  return (
    typeof by === "string" &&
    isList(answers, (pair) => Array.isArray(pair) && typeof pair[0] === "string" && isAnswer(pair[1]))
  );
}

/** Of the answer what is drawn; not what the question has said already. */
function placesOf({ id, width = 0, height = 0, x = 0, y = 0, children = [], edges = [] }: ElkNode): ElkNode {
  return {
    ...{ id, x, y, width, height },
    ...(children.length > 0 && { children: children.map(placesOf) }),
    ...(edges.length > 0 && {
      edges: edges.map(({ id, sections = [], labels = [] }) => ({
        ...{ id, sources: [], targets: [] },
        sections: sections.map(({ id, startPoint, bendPoints, endPoint }) => ({
          ...{ id, startPoint, endPoint },
          ...(bendPoints !== undefined && { bendPoints }),
        })),
        labels: labels.map(({ x, y, width, height }) => ({ x, y, width, height })) as typeof labels,
      })),
    }),
  };
}

type Check = (value: unknown) => boolean;

function isList(value: unknown, check: Check): boolean {
  return Array.isArray(value) && value.every(check);
}

const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

const hasNumbers =
  (...names: readonly string[]): Check =>
  (value) =>
    typeof value === "object" &&
    value !== null &&
    names.every((name) => Number.isFinite((value as Record<string, unknown>)[name]));

const isPoint = hasNumbers("x", "y");
const isRect = hasNumbers("x", "y", "width", "height");

function isAnswer(value: unknown): boolean {
  if (!isRect(value)) return false;
  const { id, children, edges } = value as Record<string, unknown>;
  const isEdge: Check = (edge) => {
    const { id, sections, labels } = (edge ?? {}) as Record<string, unknown>;
    return typeof id === "string" && isList(sections, isSection) && isList(labels, isRect);
  };
  return (
    typeof id === "string" &&
    optional((list) => isList(list, isAnswer))(children) &&
    optional((list) => isList(list, isEdge))(edges)
  );
}

function isSection(value: unknown): boolean {
  const { startPoint, endPoint, bendPoints } = (value ?? {}) as Record<string, unknown>;
  return isPoint(startPoint) && isPoint(endPoint) && optional((list) => isList(list, isPoint))(bendPoints);
}
