/** What the device holds: its objects and resources, live, with what changes flashing. */
import { useRef, useState } from "preact/hooks";
import { useApp, useTheApp } from "../../state/useApp.ts";
import { Empty, Section } from "../shared/parts.tsx";
import { timeText } from "../shared/time.ts";
import { valueNode } from "../shared/valueTree.ts";
import { ValueView } from "../shared/valueView.tsx";
import { leafLabel, type TreeGroup, type TreeLeaf, treeOf } from "./tree.ts";

export function Objects() {
  const app = useApp();
  const [filter, setFilter] = useState("");
  const world = app.entry.session.worldAt(app.index).devices.get(app.view.device);
  // What changed before the panel was opened does not flash.
  const since = useRef(world?.time ?? 0);
  const trees = [...(world?.trees ?? [])].filter(([, leaves]) => leaves.size > 0);
  if (trees.length === 0) {
    return (
      <Empty title="No objects are known.">
        <p>They are recorded while the inspector watches an app that offers its tree of values.</p>
      </Empty>
    );
  }
  return (
    <>
      <div class="panel-bar">
        <input
          class="field grow"
          type="search"
          placeholder="Path, name or value"
          aria-label="Filter objects"
          value={filter}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
      </div>
      {trees.map(([name, leaves]) => {
        const tree = treeOf(leaves, filter);
        return (
          <Section
            key={name}
            title={name}
            hint={tree.size === leaves.size ? `${tree.size} values` : `${tree.size} of ${leaves.size} values`}
          >
            <Group group={tree} flashAfter={since.current} open={filter !== "" || tree.groups.length === 1} />
            {tree.size === 0 && <p class="faint">Nothing fits the filter.</p>}
          </Section>
        );
      })}
    </>
  );
}

interface GroupProps {
  readonly group: TreeGroup;
  readonly flashAfter: number;
  readonly open: boolean;
}

function Group({ group, flashAfter, open }: GroupProps) {
  return (
    <>
      {group.leaves.map((leaf) => (
        <LeafRow key={leaf.path} leaf={leaf} flashAfter={flashAfter} />
      ))}
      {group.groups.map((inner) => (
        <Folded key={inner.path} group={inner} flashAfter={flashAfter} open={open} />
      ))}
    </>
  );
}

function Folded({ group, flashAfter, open }: GroupProps) {
  const [chosen, choose] = useState<boolean>();
  // One instance needs no fold of its own.
  const unfolded = chosen ?? (open || (group.path.split("/").length > 2 && group.size < 40));
  const changed = group.changedAt > flashAfter;
  return (
    <div class="object-group">
      <button type="button" class="value-row" aria-expanded={unfolded} onClick={() => choose(!unfolded)}>
        <span class="value-fold" aria-hidden="true">
          {unfolded ? "▾" : "▸"}
        </span>
        <span class="mono object-path">{group.path}</span>
        {group.label !== undefined && <span>{group.label}</span>}
        <span class="faint">{group.size}</span>
        {changed && !unfolded && <span class="value-mark">changed</span>}
      </button>
      {unfolded && (
        <div class="value-inner">
          <Group group={group} flashAfter={flashAfter} open={open} />
        </div>
      )}
    </div>
  );
}

function LeafRow({ leaf, flashAfter }: { leaf: TreeLeaf; flashAfter: number }) {
  const { session } = useTheApp().entry;
  const node = valueNode(leaf.value);
  const label = leafLabel(leaf);
  const changed = leaf.changedAt > flashAfter;
  return (
    // Another key with every change begins the animation anew.
    <div
      key={changed ? leaf.changedAt : 0}
      class={changed ? "object-leaf flashed" : "object-leaf"}
      title={`${leaf.path}, since ${timeText(session, leaf.changedAt)}`}
    >
      <span class="mono object-key">{leaf.key}</span>
      <span class="object-label">{label}</span>
      {node.entries.length > 0 ? (
        <div class="object-value">
          <ValueView value={leaf.value} open={0} />
        </div>
      ) : (
        <span class={`object-value value ${node.kind}`}>
          {typeof leaf.value === "string" && node.kind === "text" ? leaf.value || "(empty)" : node.text}
        </span>
      )}
    </div>
  );
}
