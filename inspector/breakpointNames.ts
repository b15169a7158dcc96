/** Names that a breakpoint gives, looked up in the chart that it is of: with one that is not there, nothing would ever stop. */
import type { MachineDefinition } from "./definition.ts";
import type { Breakpoint } from "./protocol.ts";

/** Names that are offered for one that is not there. */
const OFFERED = 3;
/** Characters of a name that are compared, and that have to be alike at the beginning of a word. */
const LONGEST = 100;
const BEGINNING = 3;

/** What the chart does not have; undefined when it has all. Events are not looked at: others come, and are ignored. */
export function unknownName(
  definition: MachineDefinition,
  { state, edge, guard }: Breakpoint,
  actor: string,
): string | undefined {
  const { nodes, edges } = definition;
  const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id);
  return (
    missing(actor, "state", state, ids(nodes)) ??
    missing(actor, "transition", edge, ids(edges)) ??
    missing(actor, "guard", guard, guardNames(definition))
  );
}

/** `register/1 has no state regstered; there is registered, …` */
export function missing(
  actor: string,
  what: string,
  name: string | undefined,
  names: readonly string[],
): string | undefined {
  if (name === undefined || names.includes(name)) return undefined;
  const near = nearest(name, names);
  const shown = name.length > LONGEST ? `${name.slice(0, LONGEST)}…` : name;
  return `${actor} has no ${what} ${shown}${near.length === 0 ? "" : `; there is ${near.join(", ")}`}`;
}

/** Guards of a chart, and the parts that they are made of: of `and(not(isBusy), isUp)` there are four. */
export function guardNames({ edges }: MachineDefinition): readonly string[] {
  const names = new Set<string>();
  for (const { guard } of edges) if (guard !== undefined) addParts(guard, names);
  return [...names].sort();
}

function addParts(guard: string, names: Set<string>): void {
  names.add(guard);
  const inner = /^(?:and|or|not)\((.*)\)$/.exec(guard)?.[1];
  if (inner !== undefined) for (const part of partsOf(inner)) addParts(part, names);
}

/** What stands between the commas that are in no further parentheses. */
function partsOf(list: string): readonly string[] {
  const parts = [""];
  let depth = 0;
  for (const character of list) {
    if (character === "(") depth++;
    if (character === ")") depth--;
    if (character === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += character;
  }
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

/** Those that have the name in them first, then those with a word in common, those with one that begins alike, others. */
export function nearest(name: string, names: readonly string[], count = OFFERED): readonly string[] {
  const wanted = name.toLowerCase();
  const words = wordsOf(name);
  const isLike = [
    (other: string) => other.toLowerCase().includes(wanted),
    (other: string) => wordsOf(other).some((word) => words.includes(word)),
    (other: string) => wordsOf(other).some((word) => words.some((one) => one.startsWith(word.slice(0, BEGINNING)))),
    () => true,
  ];
  const ranked = isLike.flatMap((like) => names.filter((other) => other !== "" && like(other)));
  return [...new Set(ranked)].slice(0, count);
}

/** `isDueToUpdate`: due and update; shorter ones say nothing. */
function wordsOf(text: string): readonly string[] {
  const words = text.slice(0, LONGEST).match(/[A-Z]?[a-z]{2,}/g) ?? [];
  return words.map((word) => word.toLowerCase()).filter((word) => word.length >= BEGINNING);
}
