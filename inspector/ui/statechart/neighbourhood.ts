/** In a large level: the active state, where it may go and where it came from. */
import type { DefinitionIndex } from "./definitionIndex.ts";
import type { Member } from "./family.ts";

/** Levels with more states than this, or more ways between them, are shown around what is active. */
const MOST_STATES = 13;
const MOST_WAYS = 18;
/** States that may come before: those that lead here in more ways than these would say little. */
const MOST_BEFORE = 5;

export interface Neighbourhood {
  /** Id of the active node. */
  readonly centre: string;
  readonly all: ReadonlySet<string>;
}

export function neighbourhood({ index, active }: Member, level: string): Neighbourhood | undefined {
  if (!isLarge(index, level)) return undefined;
  const states = index.children(level);
  const centre = states.find(({ id }) => active.has(id))?.id;
  if (centre === undefined) return undefined;
  const ways = waysIn(index, level);
  const after = ways.flatMap(({ from, to }) => (from === centre ? [to] : []));
  const before = ways.flatMap(({ from, to }) => (to === centre ? [from] : []));
  const all = new Set([centre, ...after, ...(before.length <= MOST_BEFORE ? before : [])]);
  return { centre, all };
}

export function isLarge(index: DefinitionIndex, level: string): boolean {
  return index.children(level).length > MOST_STATES || waysIn(index, level).length > MOST_WAYS;
}

interface Way {
  readonly from: string;
  readonly to: string;
}

const known = new WeakMap<DefinitionIndex, Map<string, readonly Way[]>>();

/** From which child of a level to which other there is a transition, be it from deep within. */
function waysIn(index: DefinitionIndex, level: string): readonly Way[] {
  let levels = known.get(index);
  if (levels === undefined) {
    levels = new Map();
    known.set(index, levels);
  }
  let ways = levels.get(level);
  if (ways === undefined) {
    const found = new Map<string, Way>();
    for (const { source, targets } of index.definition.edges) {
      const from = childOf(index, level, source);
      for (const target of targets) {
        const to = childOf(index, level, target);
        if (from !== undefined && to !== undefined && from !== to) found.set(`${from} ${to}`, { from, to });
      }
    }
    ways = [...found.values()];
    levels.set(level, ways);
  }
  return ways;
}

/** The child of a level that is a node or holds it. */
function childOf(index: DefinitionIndex, level: string, node: string): string | undefined {
  for (let id: string | undefined = node; id !== undefined; ) {
    const parent: string | undefined = index.nodes.get(id)?.parent;
    if (parent === level) return id;
    id = parent;
  }
  return undefined;
}
