/** Two parts with a bar between them that can be dragged, or moved by keys; where it stands is remembered. */
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { isFraction, remember, remembered } from "../state/remembered.ts";
import "./split.css";

export interface SplitProps {
  /** Under which its place is remembered. */
  readonly name: string;
  /** What the bar is between, for those who do not see it. */
  readonly label: string;
  /** `row`: side by side. */
  readonly direction: "row" | "column";
  /** The first part's share to begin with, 0 to 1. */
  readonly share: number;
  readonly first: ComponentChildren;
  readonly second: ComponentChildren;
}

const LEAST = 0.12;
const STEP = 0.02;

export function Split({ name, label, direction, share, first, second }: SplitProps) {
  const [part, setPart] = useState(() => remembered(`split.${name}`, share, isFraction));
  const box = useRef<HTMLDivElement>(null);
  const dragging = useRef(false);
  const move = (to: number) => {
    const kept = Math.min(1 - LEAST, Math.max(LEAST, to));
    setPart(kept);
    remember(`split.${name}`, kept);
  };
  const drag = (event: PointerEvent) => {
    if (!dragging.current || box.current === null) return;
    const { left, top, width, height } = box.current.getBoundingClientRect();
    move(direction === "row" ? (event.clientX - left) / width : (event.clientY - top) / height);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const [less, more] = direction === "row" ? ["ArrowLeft", "ArrowRight"] : ["ArrowUp", "ArrowDown"];
    if (event.key === less) move(part - STEP);
    else if (event.key === more) move(part + STEP);
    else if (event.key === "Home") move(0);
    else if (event.key === "End") move(1);
    else return;
    event.preventDefault();
  };
  return (
    <div class={`split split-${direction}`} ref={box}>
      <div class="split-part" style={{ flexGrow: part }}>
        {first}
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: an <hr> takes no focus. */}
      <div
        class="split-bar"
        role="separator"
        tabIndex={0}
        aria-label={label}
        aria-orientation={direction === "row" ? "vertical" : "horizontal"}
        aria-valuenow={Math.round(part * 100)}
        aria-valuemin={LEAST * 100}
        aria-valuemax={100 - LEAST * 100}
        onPointerDown={(event) => {
          dragging.current = true;
          event.currentTarget.setPointerCapture(event.pointerId);
          event.preventDefault();
        }}
        onPointerMove={drag}
        onPointerUp={() => {
          dragging.current = false;
        }}
        onLostPointerCapture={() => {
          dragging.current = false;
        }}
        onDblClick={() => move(share)}
        onKeyDown={onKeyDown}
      />
      <div class="split-part" style={{ flexGrow: 1 - part }}>
        {second}
      </div>
    </div>
  );
}
