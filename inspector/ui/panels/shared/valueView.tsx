/** A value of any shape, to unfold. What has changed is marked in colour and by a sign. */
import { useState } from "preact/hooks";
import { joinPath, valueNode } from "./valueTree.ts";

export interface ValueViewProps {
  readonly value: unknown;
  readonly name?: string;
  readonly path?: string;
  /** Levels that are unfolded to begin with. */
  readonly open?: number;
  /** Paths of values that have changed. */
  readonly changed?: ReadonlySet<string>;
  /** What is said beside them; by default that they have changed. */
  readonly mark?: string;
}

export function ValueView({ value, name, path = "", open = 1, changed, mark: word = "changed" }: ValueViewProps) {
  const node = valueNode(value);
  const [unfolded, setUnfolded] = useState(open > 0);
  const isChanged = changed?.has(path) === true;
  const holdsChange = !isChanged && changed !== undefined && [...changed].some((other) => isWithin(other, path));
  const shown = unfolded || (holdsChange && node.entries.length > 0 && open >= 0);
  const label = name !== undefined && <span class="value-key">{name}</span>;
  const mark = isChanged && <span class="value-mark">{word}</span>;
  if (node.entries.length === 0) {
    return (
      <div class={isChanged ? "value-row changed" : "value-row"}>
        <span class="value-fold" />
        {label}
        <span class={`value ${node.kind}`}>{node.text}</span>
        {mark}
      </div>
    );
  }
  return (
    <div class={isChanged ? "value-group changed" : "value-group"}>
      <button type="button" class="value-row" aria-expanded={shown} onClick={() => setUnfolded(!shown)}>
        <span class="value-fold" aria-hidden="true">
          {shown ? "▾" : "▸"}
        </span>
        {label}
        <span class="value summary">
          {shown ? (node.kind === "list" ? `${node.entries.length} items` : "") : node.text}
        </span>
        {mark}
      </button>
      {shown && (
        <div class="value-inner">
          {node.entries.map(([key, inner]) => (
            <ValueView
              key={key}
              name={key}
              value={inner}
              path={joinPath(path, key)}
              open={open - 1}
              mark={word}
              {...(changed && { changed })}
            />
          ))}
          {node.left > 0 && <div class="value-row faint">and {node.left} more</div>}
        </div>
      )}
    </div>
  );
}

function isWithin(path: string, outer: string): boolean {
  if (outer === "") return path !== "";
  return path.startsWith(outer) && (path[outer.length] === "." || path[outer.length] === "[");
}
