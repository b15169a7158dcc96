/** What is wrong within a record whose own fields are right: recordings come from anywhere. */
import type { TraceRecord } from "../../ports/trace.ts";

/** Empty when nothing is. */
export function nestedProblems(record: TraceRecord): string[] {
  switch (record.kind) {
    case "definition":
      return definitionProblems(record.definition);
    case "step":
      return stepProblems(record);
    case "actor":
      return record.active === undefined || isList(record.active, isText) ? [] : ['"active" is no list of names'];
    default:
      return [];
  }
}

export function definitionProblems(definition: unknown): string[] {
  const { id, nodes, edges } = (definition ?? {}) as Record<string, unknown>;
  const problems: string[] = [];
  if (!isText(id)) problems.push('"definition" has no "id"');
  if (!isList(nodes, isNode)) problems.push('"definition" has no list of "nodes" with "id", "key" and "type"');
  if (!isList(edges, isEdge))
    problems.push('"definition" has no list of "edges" with "id", "source", "targets" and "event"');
  return problems;
}

function stepProblems({ event, microsteps, active, entered, left }: TraceRecord): string[] {
  const problems: string[] = [];
  if (!isText((event as { type?: unknown } | undefined)?.type)) problems.push('"event" has no "type"');
  for (const [name, list] of Object.entries({ active, entered, left }))
    if (list !== undefined && !isList(list, isText)) problems.push(`"${name}" is no list of names`);
  if (!isList(microsteps, isMicrostep)) problems.push('"microsteps" has something else than microsteps');
  return problems;
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";

function isList(value: unknown, check: Check): boolean {
  return Array.isArray(value) && value.every(check);
}

/** An object of which these fields hold what they should. */
function has(fields: Readonly<Record<string, Check>>): Check {
  return (value) =>
    typeof value === "object" &&
    value !== null &&
    Object.entries(fields).every(([name, check]) => check((value as Record<string, unknown>)[name]));
}

const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const texts: Check = (value) => isList(value, isText);

const isInvoke = has({ id: isText, src: isText });
const isNode = has({
  ...{ id: isText, key: isText, type: isText, parent: optional(isText), initial: optional(isText) },
  ...{ tags: optional(texts), entry: optional(texts), exit: optional(texts) },
  invokes: optional((value) => isList(value, isInvoke)),
});
const isEdge = has({ id: isText, source: isText, targets: texts, event: isText, actions: optional(texts) });
const isGuard: Check = (value) => has({ name: isText, parts: optional((parts) => isList(parts, isGuard)) })(value);
const isCandidate = has({ edge: isText, verdict: isText, guard: optional(isGuard) });
const isMicrostep = has({
  ...{ event: isText, edges: texts, active: optional(texts) },
  candidates: (value) => isList(value, isCandidate),
});
