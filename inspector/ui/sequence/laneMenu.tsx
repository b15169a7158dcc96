/** Which lanes are drawn, and the way back to all of them. */
import { useEffect, useRef, useState } from "preact/hooks";
import { type LaneId, laneTitle } from "./lanes.ts";
import type { SequenceSettings } from "./settings.ts";

export interface LaneMenuProps {
  /** All that the run has, hidden ones included, in their order. */
  readonly lanes: readonly LaneId[];
  readonly hidden: readonly LaneId[];
  readonly onChange: (change: Partial<SequenceSettings>) => void;
}

export function LaneMenu({ lanes, hidden, onChange }: LaneMenuProps) {
  const menu = useRef<HTMLDetailsElement>(null);
  const [open, setOpen] = useState(false);
  useEffect(() => {
    if (!open) return;
    const close = (event: Event) => {
      const element = menu.current;
      if (element !== null && !(event.target instanceof Node && element.contains(event.target))) element.open = false;
    };
    document.addEventListener("pointerdown", close, true);
    document.addEventListener("focusin", close);
    return () => {
      document.removeEventListener("pointerdown", close, true);
      document.removeEventListener("focusin", close);
    };
  }, [open]);
  const toggle = (id: LaneId) =>
    onChange({ hidden: hidden.includes(id) ? hidden.filter((other) => other !== id) : [...hidden, id] });
  const shown = lanes.filter((id) => !hidden.includes(id)).length;
  return (
    <details
      class="sequence-menu"
      ref={menu}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || menu.current?.open !== true) return;
        event.stopPropagation();
        menu.current.open = false;
        menu.current.querySelector("summary")?.focus();
      }}
    >
      <summary class="button" title="Which lanes are drawn">
        Lanes
        {shown < lanes.length && <span class="chip" title="Others are hidden">{`${shown} of ${lanes.length}`}</span>}
      </summary>
      <div class="sequence-menu-list">
        {lanes.map((id) => (
          <label key={id}>
            <input type="checkbox" checked={!hidden.includes(id)} onChange={() => toggle(id)} /> {laneTitle(id)}
          </label>
        ))}
        <button type="button" class="button" onClick={() => onChange({ order: [], hidden: [] })}>
          All, in the usual order
        </button>
        <p class="sequence-menu-hint">Order: drag their names, or move them by the arrow keys.</p>
      </div>
    </details>
  );
}
