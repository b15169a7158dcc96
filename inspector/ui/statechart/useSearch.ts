/** Searching: what was found is outlined, and the one that Enter goes to is unfolded and selected. */
import { useMemo, useState } from "preact/hooks";
import type { Member } from "./family.ts";
import { find } from "./find.ts";
import type { Box, Scene } from "./scene.ts";
import { revealing } from "./unfolding.ts";
import type { ChartSettings } from "./useSettings.ts";

export interface Search {
  readonly search: string;
  readonly setSearch: (text: string) => void;
  readonly found: number;
  readonly at: number;
  readonly next: (by: 1 | -1) => void;
  /** Ids of the boxes that were found, or of those that hide them. */
  readonly boxes: readonly string[];
}

export function useSearch(
  family: readonly Member[],
  settings: ChartSettings,
  scene: Scene,
  go: (box: Pick<Box, "actor" | "node">) => void,
): Search {
  const [search, setText] = useState("");
  const [at, setAt] = useState(-1);
  const found = useMemo(() => find(family, search), [family, search]);
  const visit = (to: number): void => {
    const target = found[to];
    setAt(to);
    if (target === undefined) return;
    settings.setUnfolding((old) => revealing(old, family, target.member, target.node));
    go({ actor: target.member.actor.key, node: target.node });
  };
  const boxes = new Set(found.flatMap(({ member, node }) => scene.boxOf(member.actor.key, node)?.id ?? []));
  return {
    search,
    found: found.length,
    at,
    boxes: [...boxes],
    setSearch: (text) => {
      setText(text);
      setAt(-1);
    },
    next: (by) => {
      if (found.length > 0) visit((at + by + found.length + (at < 0 && by < 0 ? 1 : 0)) % found.length);
    },
  };
}
