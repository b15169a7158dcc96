/** The statechart as a tree: read by screen readers beside the drawing, and shown where there is no drawing. */
import { useEffect, useRef } from "preact/hooks";
import type { Box, Scene } from "./scene.ts";

export interface TreeProps {
  readonly scene: Scene;
  readonly active: ReadonlySet<string>;
  /** Of a machine that has ended: what it was in last. */
  readonly last: ReadonlySet<string>;
  readonly selected?: string;
  /** Shown, not only read. */
  readonly visible: boolean;
  /** Id of the box that is to be in view, where it is shown. */
  readonly at?: string;
  /** Id of what tells more about the selected one. */
  readonly card?: string;
  /** Tells its items' ids from those of another chart on the page. */
  readonly prefix: string;
  readonly choose: (box: string) => void;
  readonly fold: (box: string) => void;
}

export function treeItemId(prefix: string, box: string): string {
  return `${prefix}-${box.replace(/[^\w-]/g, (letter) => `_${letter.charCodeAt(0)}_`)}`;
}

export function Tree(props: TreeProps) {
  const { at, selected, visible, prefix } = props;
  const list = useRef<HTMLUListElement>(null);
  const show = (box: string | undefined): void => {
    if (!visible || box === undefined) return;
    const item = list.current?.querySelector(`#${CSS.escape(treeItemId(prefix, box))} > .tree-row`);
    item?.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  useEffect(() => show(at), [at, visible]);
  useEffect(() => show(selected), [selected, visible]);
  return (
    <ul ref={list} class={props.visible ? "statechart-tree" : "hidden-text"} role="presentation">
      {props.scene.machines.map(({ root }) => (
        <Item key={root.id} box={root} level={1} {...props} />
      ))}
    </ul>
  );
}

function Item(props: TreeProps & { readonly box: Box; readonly level: number }) {
  const { box, level, active, last, selected, choose, fold } = props;
  if (box.kind === "initial") return null;
  if (box.kind === "note") return <li role="presentation">{box.title}</li>;
  const isActive = active.has(box.id);
  const isLast = last.has(box.id);
  const inner = box.children.filter(({ kind }) => kind !== "initial");
  return (
    <li
      role="treeitem"
      id={treeItemId(props.prefix, box.id)}
      tabIndex={-1}
      aria-level={level}
      aria-selected={selected === box.id}
      {...(selected === box.id && props.card !== undefined && { "aria-describedby": props.card })}
      {...(box.foldable && { "aria-expanded": box.hidden === 0 })}
      aria-label={`${box.title}, ${kindText(box)}${isActive ? ", active" : isLast ? ", ended here" : ""}`}
    >
      <span class={isActive ? "tree-row tree-active" : "tree-row"} aria-hidden="true">
        {box.foldable && (
          <button type="button" class="button plain" tabIndex={-1} onClick={() => fold(box.id)}>
            {box.hidden === 0 ? "▾" : "▸"}
          </button>
        )}
        <button
          type="button"
          tabIndex={-1}
          class={selected === box.id ? "tree-name tree-selected" : "tree-name"}
          onClick={() => choose(box.id)}
        >
          {isActive && "● "}
          {box.title}
          <small>
            {" "}
            {kindText(box)}
            {isLast && ", ended here"}
          </small>
        </button>
      </span>
      {inner.length > 0 && (
        // biome-ignore lint/a11y/useSemanticElements: the inner list of an ARIA tree
        <ul role="group">
          {inner.map((child) => (
            <Item key={child.id} {...props} box={child} level={level + 1} />
          ))}
        </ul>
      )}
    </li>
  );
}

function kindText(box: Box): string {
  if (box.machine) return "machine";
  if (box.region) return "region";
  if (box.kind === "atomic") return "state";
  if (box.kind === "history") return box.deep ? "deep history" : "history";
  return `${box.kind} state`;
}
