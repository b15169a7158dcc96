/**
 * Where a transition is shown: between neighbours as a wire; one that stays, and one that leads far away, as a line of
 * its state, because lines across a whole chart are what makes it unreadable.
 */
import type { EdgeDefinition } from "../../definition.ts";
import type { DraftBox, DraftScene } from "./draft.ts";
import type { Member } from "./family.ts";
import { boxId, type Row, type WireLine } from "./scene.ts";
import { edgeText, invokeText, shortened } from "./words.ts";

/** Rows of one kind that a box shows, and lines of one wire. */
const MOST_ROWS = 3;
const MOST_LINES = 4;

export function rowsAndWires(draft: DraftScene, far: "rows" | "wires"): void {
  const wires = new Map<string, { from: string; to: string; actor: string; initial: boolean; lines: WireLine[] }>();
  const stays = new Map<string, Row[]>();
  const leaves = new Map<string, Row[]>();

  function wire(actor: string, from: string, to: string, line: WireLine, initial = false): void {
    const id = `${from}>${to}`;
    const found = wires.get(id);
    if (found === undefined) wires.set(id, { from, to, actor, initial, lines: [line] });
    else found.lines.push(line);
  }

  for (const member of draft.members.values()) {
    const shown = (node: string) => shownBox(draft, member, node);
    for (const edge of member.index.definition.edges) {
      const source = shown(edge.source);
      if (source === undefined) continue;
      const own = source.node === edge.source;
      const line = { text: textOf(member, edge), edges: [edge.id] };
      if (edge.trigger === "initial" && source.kind !== "history") continue;
      if (edge.targets.length === 0) {
        if (own && source.hidden === 0) pushed(stays, source.id, { ...line, tone: "stays" });
        continue;
      }
      for (const id of edge.targets) {
        const target = shown(id);
        if (target === undefined) continue;
        if (target === source) {
          if (own && id === edge.source && source.hidden === 0) {
            pushed(stays, source.id, { text: `↻ ${line.text}`, edges: [edge.id], tone: "stays" });
          }
        } else if (isNear(draft, source, target) || far === "wires") {
          wire(member.actor.key, source.id, target.id, line);
        } else if (own && source.hidden === 0) {
          pushed(leaves, source.id, { ...line, tone: "leaves", target: boxId(member.actor.key, id) });
        }
      }
    }
    for (const box of draft.boxes.values()) {
      const tellsRows = box.hidden === 0 && !box.brief && !box.context;
      if (box.actor !== member.actor.key || !tellsRows || box.kind === "note") continue;
      if (box.kind === "initial") {
        const { target, line } = initialLine(member, box.node);
        const first = target === undefined ? undefined : draft.boxes.get(boxId(member.actor.key, target));
        if (first !== undefined && !first.brief) wire(member.actor.key, box.id, first.id, line, true);
        continue;
      }
      const own = [...(stays.get(box.id) ?? []), ...merged(member, leaves.get(box.id) ?? [])];
      box.rows = [
        ...ownRows(member, box),
        // What an open state takes itself would push away what is inside, and what one beside the active takes, that.
        ...(box.children.length > 0 || isBeside(draft, box)
          ? summed(own)
          : [
              ...bounded(stays.get(box.id) ?? [], "that stay"),
              ...bounded(merged(member, leaves.get(box.id) ?? []), "that leave"),
            ]),
      ];
    }
  }
  for (const [id, { from, to, actor, initial, lines }] of wires) {
    draft.wires.push({ id, from, to, actor, initial, lines: boundedLines(lines) });
  }
}

function isBeside({ parents, centres }: DraftScene, box: DraftBox): boolean {
  const centre = centres.get(parents.get(box.id) ?? "");
  return centre !== undefined && centre !== box.id;
}

/** Neighbours that are drawn with what lies between them. */
function isNear({ parents, boxes, centres }: DraftScene, source: DraftBox, target: DraftBox): boolean {
  const parent = parents.get(source.id);
  if (parent !== parents.get(target.id) || source.brief || target.brief) return false;
  if (parent === undefined) return true;
  const centre = centres.get(parent);
  return boxes.get(parent)?.context !== true && (centre === undefined || source.id === centre || target.id === centre);
}

/** From the dot to the state that a compound one begins in. */
function initialLine({ index }: Member, node: string): { target: string | undefined; line: WireLine } {
  const edges = index.edgesFrom(node).filter(({ trigger }) => trigger === "initial");
  const target = index.nodes.get(node)?.initial ?? edges[0]?.targets[0];
  return { target, line: { text: "", edges: edges.map(({ id }) => id) } };
}

function ownRows(member: Member, box: DraftBox): Row[] {
  const node = member.index.nodes.get(box.node);
  if (node === undefined) return [];
  const rows: Row[] = [];
  if (node.entry?.length) rows.push(action("entry", node.entry));
  if (node.exit?.length) rows.push(action("exit", node.exit));
  const guests = new Set((member.guests.get(node.id) ?? []).map(({ actor }) => actor.id));
  for (const invoke of node.invokes ?? []) {
    // A machine that is drawn inside needs no line.
    if (guests.has(invoke.id)) continue;
    rows.push({ text: shortened(invokeText(invoke)), tone: "invoke", edges: [], invoke: invoke.id });
  }
  return rows;
}

function action(when: string, names: readonly string[]): Row {
  return { text: shortened(`${when} / ${names.join(", ")}`), tone: "action", edges: [] };
}

/** One line for all that lead to the same state. */
function merged(member: Member, rows: readonly Row[]): Row[] {
  const byTarget = new Map<string, { texts: string[]; edges: string[] }>();
  for (const { target = "", text, edges } of rows) {
    const one = byTarget.get(target) ?? { texts: [], edges: [] };
    if (!one.texts.includes(text)) one.texts.push(text);
    one.edges.push(...edges);
    byTarget.set(target, one);
  }
  return [...byTarget].map(([target, { texts, edges }]) => {
    const node = target.slice(member.actor.key.length + 1);
    const name = member.index.nodes.get(node)?.key ?? node;
    return { text: `${shortened(texts.join(", "), 32)} → ${name}`, tone: "leaves", edges, target };
  });
}

function summed(rows: readonly Row[]): Row[] {
  if (rows.length <= 1) return [...rows];
  return [{ text: `${rows.length} transitions of its own`, tone: "more", edges: rows.flatMap(({ edges }) => edges) }];
}

function bounded(rows: readonly Row[], what: string): Row[] {
  if (rows.length <= MOST_ROWS + 1) return [...rows];
  const rest = rows.slice(MOST_ROWS);
  const more: Row = { text: `+ ${rest.length} more ${what}`, tone: "more", edges: rest.flatMap(({ edges }) => edges) };
  return [...rows.slice(0, MOST_ROWS), more];
}

function boundedLines(lines: readonly WireLine[]): WireLine[] {
  const known = new Map<string, WireLine>();
  for (const line of lines) {
    const same = known.get(line.text);
    known.set(line.text, same === undefined ? line : { text: line.text, edges: [...same.edges, ...line.edges] });
  }
  const distinct = [...known.values()];
  if (distinct.length <= MOST_LINES) return distinct;
  const rest = distinct.slice(MOST_LINES - 1);
  return [
    ...distinct.slice(0, MOST_LINES - 1),
    { text: `+ ${rest.length} more`, edges: rest.flatMap(({ edges }) => edges) },
  ];
}

function textOf({ index }: Member, edge: EdgeDefinition): string {
  return edgeText(edge, index.nodes.get(edge.source), index.isElse(edge));
}

function shownBox(draft: DraftScene, member: Member, node: string): DraftBox | undefined {
  for (let id: string | undefined = node; id !== undefined; id = member.index.nodes.get(id)?.parent) {
    const box = draft.boxes.get(boxId(member.actor.key, id));
    if (box !== undefined) return box;
  }
  return undefined;
}

function pushed(rows: Map<string, Row[]>, id: string, row: Row): void {
  const found = rows.get(id);
  if (found === undefined) rows.set(id, [row]);
  else found.push(row);
}
