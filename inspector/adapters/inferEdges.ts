/** Which transition was taken, where nobody tells: what stands in the definition and fits what was left and entered. */
import type { EdgeDefinition, MachineDefinition } from "../definition.ts";
import type { Candidate } from "../records.ts";

export interface Inferred {
  /** The edge that was taken, when only one can have been. */
  readonly edges: readonly string[];
  readonly candidates: readonly Candidate[];
  /** Nothing has changed, and every transition for the event would have changed something but for its guard. */
  readonly ignored: boolean;
}

/** `before` and `after` are the ids of the active nodes; `changed`: the context is another one. */
export function inferEdges(
  { edges, nodes }: MachineDefinition,
  event: string,
  before: readonly string[],
  after: readonly string[],
  changed: boolean,
): Inferred {
  const active = new Set(before);
  const next = new Set(after);
  const unmoved = before.length === after.length && before.every((id) => next.has(id));
  const histories = new Set(nodes.flatMap(({ type, id }) => (type === "history" ? [id] : [])));
  const handling = edges
    .filter((edge) => active.has(edge.source) && isFor(edge, event))
    // The innermost is asked first.
    .sort((a, b) => before.indexOf(b.source) - before.indexOf(a.source));
  const fitting = handling.filter(({ targets }) =>
    targets.length === 0 ? unmoved : targets.every((id) => next.has(id) || histories.has(id)),
  );
  const [taken] = fitting.length === 1 ? fitting : [];
  if (taken !== undefined)
    return { edges: [taken.id], candidates: [{ edge: taken.id, verdict: "taken" }], ignored: false };
  const ignored = unmoved && !changed && fitting.length === 0 && handling.every(({ guard }) => guard !== undefined);
  return { edges: [], candidates: ignored ? handling.map(refused) : [], ignored };
}

function refused({ id, guard }: EdgeDefinition): Candidate {
  return { edge: id, verdict: "refused", guard: { name: guard!, result: false } };
}

function isFor({ trigger, event: descriptor }: EdgeDefinition, event: string): boolean {
  if (trigger === "initial" || trigger === "always") return false;
  if (descriptor === event || descriptor === "*") return true;
  return descriptor.endsWith(".*") && (event === descriptor.slice(0, -2) || event.startsWith(descriptor.slice(0, -1)));
}
