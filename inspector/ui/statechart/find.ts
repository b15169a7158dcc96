/** Searching the statechart: states by name, tag, description and specification, and the events they take. */
import type { Member } from "./family.ts";

export interface Found {
  readonly member: Member;
  readonly node: string;
}

const MOST_FOUND = 200;

/** Best first: names before descriptions, names that begin so before others; else in document order. */
export function find(family: readonly Member[], text: string): readonly Found[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return [];
  const ranked: { found: Found; rank: number }[] = [];
  const visit = (member: Member): void => {
    for (const node of member.index.definition.nodes) {
      const rank = rankOf(member, node.id, wanted);
      if (rank !== undefined) ranked.push({ found: { member, node: node.id }, rank });
    }
    for (const guests of member.guests.values()) for (const guest of guests) visit(guest);
  };
  for (const member of family) visit(member);
  ranked.sort((a, b) => a.rank - b.rank);
  return ranked.slice(0, MOST_FOUND).map(({ found }) => found);
}

function rankOf({ index }: Member, id: string, wanted: string): number | undefined {
  const node = index.nodes.get(id);
  if (node === undefined) return undefined;
  const key = node.key.toLowerCase();
  if (key === wanted) return 0;
  if (key.startsWith(wanted)) return 1;
  if (key.includes(wanted) || node.tags?.some((tag) => tag.toLowerCase().includes(wanted))) return 2;
  const invoked = node.invokes?.some(({ src }) => src.toLowerCase().includes(wanted));
  const taken = index
    .edgesFrom(id)
    .some(({ event, guard }) => `${event} ${guard ?? ""}`.toLowerCase().includes(wanted));
  if (invoked || taken) return 3;
  return `${node.description ?? ""} ${node.meta?.spec ?? ""}`.toLowerCase().includes(wanted) ? 4 : undefined;
}
