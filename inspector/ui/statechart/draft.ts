/** Boxes and wires while the scene is being built. */
import type { ActorKey } from "../../records.ts";
import type { Member } from "./family.ts";
import { type Box, type BoxKind, boxId, type Row, type Wire } from "./scene.ts";

export type DraftBox = { -readonly [Field in keyof Box]: Box[Field] } & { rows: Row[]; children: DraftBox[] };

export interface DraftScene {
  readonly boxes: Map<string, DraftBox>;
  readonly members: Map<ActorKey, Member>;
  /** Of a level that shows what is around its active state alone: that state's box, by the level's box. */
  readonly centres: Map<string, string>;
  readonly parents: Map<string, string>;
  readonly wires: Wire[];
}

export function draftOf(
  actor: ActorKey,
  node: string,
  kind: BoxKind,
  title: string,
  traits: Partial<Pick<Box, "machine" | "region" | "deep" | "foldable">>,
): DraftBox {
  return {
    id: boxId(actor, node),
    actor,
    node,
    kind,
    title,
    machine: false,
    region: false,
    deep: false,
    foldable: false,
    brief: false,
    context: false,
    hidden: 0,
    ...traits,
    rows: [],
    children: [],
  };
}
