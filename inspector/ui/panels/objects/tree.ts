/** Leaves of a tree of values as groups by their path: `/5/0/3` stands in `/5/0`, that in `/5`. */

export interface Leaf {
  readonly value: unknown;
  readonly label?: string;
  readonly changedAt: number;
}

export interface TreeGroup {
  readonly path: string;
  /** Last part of the path. */
  readonly key: string;
  readonly label?: string;
  readonly groups: readonly TreeGroup[];
  readonly leaves: readonly TreeLeaf[];
  /** Leaves in it, those of groups included. */
  readonly size: number;
  /** Latest change in it. */
  readonly changedAt: number;
}

export interface TreeLeaf extends Leaf {
  readonly path: string;
  readonly key: string;
}

interface Growing {
  readonly path: string;
  readonly key: string;
  readonly groups: Map<string, Growing>;
  readonly leaves: TreeLeaf[];
}

/** A label is the name of the outermost group, this, and the leaf's own name. */
const DIVIDER = ": ";

/** The tree, with those leaves alone whose path, label or value have the text in them. */
export function treeOf(leaves: ReadonlyMap<string, Leaf>, filter = ""): TreeGroup {
  const root: Growing = { path: "", key: "", groups: new Map(), leaves: [] };
  const wanted = filter.trim().toLowerCase();
  for (const [path, leaf] of leaves) {
    if (wanted !== "" && !matches(path, leaf, wanted)) continue;
    const parts = path.split("/").filter((part) => part !== "");
    const key = parts.pop() ?? path;
    let group = root;
    for (const part of parts) {
      const inner = group.groups.get(part) ?? {
        path: `${group.path}/${part}`,
        key: part,
        groups: new Map(),
        leaves: [],
      };
      group.groups.set(part, inner);
      group = inner;
    }
    group.leaves.push({ ...leaf, path, key });
  }
  return finished(root);
}

function finished({ path, key, groups, leaves }: Growing): TreeGroup {
  const inner = [...groups.values()].map(finished).sort(byKey);
  const own = [...leaves].sort(byKey);
  const label = labelOf(path, own, inner);
  return {
    path,
    key,
    groups: inner,
    leaves: own,
    size: own.length + inner.reduce((sum, group) => sum + group.size, 0),
    changedAt: Math.max(0, ...own.map((leaf) => leaf.changedAt), ...inner.map((group) => group.changedAt)),
    ...(label !== undefined && { label }),
  };
}

/** `Firmware Update: State` of the leaf `/5/0/3` names the group `/5`. */
function labelOf(path: string, leaves: readonly TreeLeaf[], groups: readonly TreeGroup[]): string | undefined {
  const depth = path.split("/").length - 1;
  if (depth !== 1) return undefined;
  const label = (leaves[0] ?? firstLeaf(groups))?.label;
  return label?.includes(DIVIDER) ? label.slice(0, label.indexOf(DIVIDER)) : undefined;
}

function firstLeaf(groups: readonly TreeGroup[]): TreeLeaf | undefined {
  for (const group of groups) {
    const leaf = group.leaves[0] ?? firstLeaf(group.groups);
    if (leaf !== undefined) return leaf;
  }
  return undefined;
}

/** Of `Firmware Update: State` the last part: the group above says the rest. */
export function leafLabel({ label }: TreeLeaf): string | undefined {
  return label?.slice(label.includes(DIVIDER) ? label.indexOf(DIVIDER) + DIVIDER.length : 0);
}

function matches(path: string, { value, label }: Leaf, wanted: string): boolean {
  return (
    path.toLowerCase().includes(wanted) ||
    label?.toLowerCase().includes(wanted) === true ||
    (typeof value === "object" ? JSON.stringify(value) : String(value)).toLowerCase().includes(wanted)
  );
}

function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  const [left, right] = [Number(a.key), Number(b.key)];
  return Number.isNaN(left) || Number.isNaN(right) ? a.key.localeCompare(b.key) : left - right;
}
