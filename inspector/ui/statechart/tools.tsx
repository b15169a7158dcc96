/** The bar above the statechart. */
import type { ActorKey } from "../../records.ts";
import type { Direction } from "./elkGraph.ts";
import type { UnfoldingMode } from "./unfolding.ts";

export interface Look {
  readonly direction: Direction | "auto";
  /** Transitions across levels are drawn as lines. */
  readonly across: boolean;
  /** Visits are shown. */
  readonly heat: boolean;
  readonly only?: ActorKey;
}

export interface ToolsProps {
  readonly look: Look;
  readonly change: (look: Partial<Look>) => void;
  readonly mode: UnfoldingMode;
  readonly unfold: (mode: UnfoldingMode) => void;
  readonly follow: boolean;
  readonly setFollow: (follow: boolean) => void;
  readonly roots: readonly ActorKey[];
  readonly search: string;
  readonly setSearch: (text: string) => void;
  readonly found: number;
  readonly at: number;
  readonly next: (by: 1 | -1) => void;
  /** Something was folded or unfolded by hand. */
  readonly byHand: boolean;
}

export function Tools(props: ToolsProps) {
  const { look, change, search, found, at } = props;
  const direction = DIRECTIONS[look.direction];
  return (
    <div class="statechart-tools" role="toolbar" aria-label="Statechart">
      <span class="search">
        <input
          class="field"
          type="search"
          placeholder="Find a state"
          aria-label="Find a state, an event or a specification"
          value={search}
          onInput={({ currentTarget }) => props.setSearch(currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter") props.next(event.shiftKey ? -1 : 1);
            if (event.key === "Escape") props.setSearch("");
          }}
        />
        {search !== "" && (
          <span class="count" role="status">
            {found === 0 ? "none" : `${at + 1}/${found}`}
          </span>
        )}
      </span>
      {props.roots.length > 1 && (
        <select
          class="field"
          aria-label="Machine"
          value={props.roots.includes(look.only ?? "") ? look.only : ""}
          onChange={({ currentTarget }) => change({ only: currentTarget.value })}
        >
          <option value="">all machines</option>
          {props.roots.map((root) => (
            <option key={root} value={root}>
              {root}
            </option>
          ))}
        </select>
      )}
      <select
        class="field"
        aria-label="What is unfolded"
        title="What is unfolded"
        value={props.mode}
        onChange={({ currentTarget }) => props.unfold(currentTarget.value as UnfoldingMode)}
      >
        <option value="focus">what is active</option>
        <option value="follow">active, with neighbours</option>
        <option value="all">all open</option>
        <option value="top">first level</option>
      </select>
      {props.byHand && (
        <button
          type="button"
          class="button"
          title="Forget what was folded and unfolded by hand"
          onClick={({ currentTarget }) => {
            // The button goes, and keys are not to be lost with it.
            currentTarget.closest(".statechart")?.querySelector<HTMLElement>(".statechart-view")?.focus();
            props.unfold(props.mode);
          }}
        >
          Refold
        </button>
      )}
      <Switch on={props.follow} set={props.setFollow} word="Follow" title="Keep what is active in view (F)" />
      <Switch
        on={look.heat}
        set={(heat) => change({ heat })}
        word="Visits"
        title="Show how often each state was visited (V)"
      />
      <Switch
        on={look.across}
        set={(across) => change({ across })}
        word="Far lines"
        title="Draw the transitions across levels as lines too (X)"
      />
      <button
        type="button"
        class="button direction"
        title={`Drawn ${direction.name} (D)`}
        aria-label={`Direction: ${direction.name}`}
        onClick={() => change({ direction: direction.next })}
      >
        {direction.word}
      </button>
    </div>
  );
}

export interface ZoomProps {
  readonly zoom: (by: number) => void;
  readonly fit: () => void;
}

/** In a corner of the drawing. */
export function Zoom({ zoom, fit }: ZoomProps) {
  return (
    <fieldset class="statechart-zoom" aria-label="Zoom">
      <button type="button" class="button" aria-label="Farther" title="Farther (-)" onClick={() => zoom(1 / 1.25)}>
        −
      </button>
      <button type="button" class="button" title="Show everything (0)" onClick={fit}>
        Fit
      </button>
      <button type="button" class="button" aria-label="Nearer" title="Nearer (+)" onClick={() => zoom(1.25)}>
        +
      </button>
    </fieldset>
  );
}

interface SwitchProps {
  readonly on: boolean;
  readonly set: (on: boolean) => void;
  readonly word: string;
  readonly title: string;
}

function Switch({ on, set, word, title }: SwitchProps) {
  return (
    <button type="button" class="button" aria-pressed={on} title={title} onClick={() => set(!on)}>
      {word}
    </button>
  );
}

export const DIRECTIONS = {
  auto: { word: "Flow: auto", name: "whichever way fits", next: "DOWN" },
  DOWN: { word: "Flow ↓", name: "downward", next: "RIGHT" },
  RIGHT: { word: "Flow →", name: "rightward", next: "auto" },
} as const;
