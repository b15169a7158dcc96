/** From actors and definitions to the scene: first the boxes that are seen, then what leads from which to which. */
import type { NodeDefinition } from "../../definition.ts";
import type { ActorKey } from "../../records.ts";
import { type DraftBox, type DraftScene, draftOf } from "./draft.ts";
import { type Member, MOST_GUESTS, MOST_ROOTS } from "./family.ts";
import { neighbourhood } from "./neighbourhood.ts";
import { rowsAndWires } from "./rowsAndWires.ts";
import { type Box, boxId, type Scene } from "./scene.ts";
import { isOpen, type Unfolding } from "./unfolding.ts";

export interface SceneOptions {
  readonly unfolding: Unfolding;
  /** Transitions that leave their neighbourhood are lines of their state, or drawn like the others. */
  readonly far: "rows" | "wires";
  /** One root machine alone. */
  readonly only?: ActorKey;
}

export function buildScene(family: readonly Member[], options: SceneOptions): Scene {
  const only = family.filter(({ actor }) => actor.key === options.only);
  // The one that was chosen may be another device's, or no more.
  const chosen = only.length > 0 ? only : family;
  // Lines across levels need everything between to be there.
  const unfolding: Unfolding =
    options.far === "wires" && options.unfolding.mode === "focus"
      ? { ...options.unfolding, mode: "follow" }
      : options.unfolding;
  const drawn = firstOf(chosen);
  const boxes = new Map<string, Box>();
  const parents = new Map<string, string>();
  const all = new Map<ActorKey, Place>();
  const machines = drawn.map((member) => {
    const draft: DraftScene = { boxes: new Map(), members: new Map(), centres: new Map(), parents, wires: [] };
    const root = machineBox(draft, member, unfolding, 0);
    rowsAndWires(draft, options.far);
    for (const [id, box] of draft.boxes) boxes.set(id, box);
    register(all, member);
    return { root, wires: draft.wires };
  });
  return {
    machines,
    boxes,
    parents,
    boxOf: (actor, node) => shownBox(boxes, all, actor, node),
    edge: (actor, edge) => all.get(actor)?.member.index.edges.get(edge),
    edges: (actor) => all.get(actor)?.member.index.definition.edges ?? [],
    left: chosen.length - drawn.length,
  };
}

/** As many as are drawn, in their order; those that still run rather than others. */
function firstOf(family: readonly Member[]): readonly Member[] {
  if (family.length <= MOST_ROOTS) return family;
  const running = family.filter(({ actor }) => actor.status === "active");
  const ended = family.filter(({ actor }) => actor.status !== "active");
  const drawn = new Set([...running, ...ended].slice(0, MOST_ROOTS));
  return family.filter((member) => drawn.has(member));
}

function machineBox(draft: DraftScene, member: Member, unfolding: Unfolding, depth: number): DraftBox {
  draft.members.set(member.actor.key, member);
  return nodeBox(draft, member, member.index.root, unfolding, depth);
}

function nodeBox(
  draft: DraftScene,
  member: Member,
  node: NodeDefinition,
  unfolding: Unfolding,
  depth: number,
): DraftBox {
  const { index, actor } = member;
  const inner = index.children(node.id);
  const guests = member.guests.get(node.id) ?? [];
  const parent = node.parent === undefined ? undefined : index.nodes.get(node.parent);
  const machine = node.id === index.root.id;
  const box = draftOf(actor.key, node.id, node.type, machine && depth > 0 ? guestTitle(member) : node.key, {
    machine,
    region: parent?.type === "parallel" && node.type !== "history",
    deep: node.history === "deep",
    foldable: inner.length + guests.length > 0,
  });
  draft.boxes.set(box.id, box);
  if (!box.foldable) return box;
  if (!isOpen(unfolding, member, node.id, depth)) {
    box.hidden = index.sizeOf(node.id) + guests.reduce((sum, guest) => sum + 1 + sizeOf(guest), 0);
    return box;
  }
  const children = [
    ...inner.map((child) => nodeBox(draft, member, child, unfolding, depth + 1)),
    ...guests.slice(0, MOST_GUESTS).map((guest) => machineBox(draft, guest, unfolding, depth + 1)),
  ];
  if (guests.length > MOST_GUESTS) children.push(noteBox(draft, actor.key, node.id, guests.length - MOST_GUESTS));
  if (unfolding.mode === "focus") focus(draft, member, node, box, children);
  const first = children.find(({ node: id }) => id === node.initial);
  if (!box.context && first !== undefined && !first.brief) {
    const dot = draftOf(actor.key, node.id, "initial", "", {});
    dot.id = `${box.id}/initial`;
    draft.boxes.set(dot.id, dot);
    children.unshift(dot);
  }
  for (const child of children) draft.parents.set(child.id, box.id);
  box.children = children;
  return box;
}

/** What stands beside an open state, or in a large level far from what is active, is told by its name alone. */
function focus(
  draft: DraftScene,
  member: Member,
  node: NodeDefinition,
  box: DraftBox,
  children: readonly DraftBox[],
): void {
  // Machines that run beside a state's own states take nothing from these.
  if (children.some((child) => child.children.length > 0 && (!child.machine || node.type === "atomic"))) {
    box.context = true;
    for (const child of children) child.brief = child.children.length === 0 && !child.region && !child.machine;
    return;
  }
  if (node.type !== "compound") return;
  const near = neighbourhood(member, node.id);
  if (near === undefined) return;
  draft.centres.set(box.id, boxId(member.actor.key, near.centre));
  for (const child of children) child.brief = !child.machine && !near.all.has(child.node);
}

function noteBox(draft: DraftScene, actor: ActorKey, node: string, left: number): DraftBox {
  const note = draftOf(actor, node, "note", `+ ${left} more machines`, {});
  note.id = `${boxId(actor, node)}/more`;
  draft.boxes.set(note.id, note);
  return note;
}

/** `link`, `register/1: register`: the actor's name, and the machine's where it is another. */
function guestTitle({ actor, index }: Member): string {
  const name = index.root.key;
  return actor.id === name || actor.id.startsWith(`${name}/`) ? actor.id : `${actor.id}: ${name}`;
}

function sizeOf(member: Member): number {
  let size = member.index.sizeOf(member.index.root.id);
  for (const guests of member.guests.values()) {
    for (const guest of guests) size += 1 + sizeOf(guest);
  }
  return size;
}

interface Place {
  readonly member: Member;
  /** The machine that it runs in, and the node. */
  readonly around?: ActorKey;
  readonly host?: string;
}

function register(places: Map<ActorKey, Place>, member: Member, around?: ActorKey, host?: string): void {
  places.set(member.actor.key, {
    member,
    ...(around !== undefined && { around }),
    ...(host !== undefined && { host }),
  });
  for (const [node, guests] of member.guests) {
    for (const guest of guests) register(places, guest, member.actor.key, node);
  }
}

function shownBox(
  boxes: ReadonlyMap<string, Box>,
  places: ReadonlyMap<ActorKey, Place>,
  actor: ActorKey,
  node: string,
): Box | undefined {
  const place = places.get(actor);
  for (let id: string | undefined = node; id !== undefined; id = place?.member.index.nodes.get(id)?.parent) {
    const box = boxes.get(boxId(actor, id));
    if (box !== undefined) return box;
  }
  // The whole machine lies in a folded state of another.
  if (place?.around === undefined) return undefined;
  return shownBox(boxes, places, place.around, place.host ?? "");
}
