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
  readonly zoom: (by: number) => void;
  readonly fit: () => void;
}

export function Tools(props: ToolsProps) {
  const { look, change, search, found, at } = props;
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
          value={look.only ?? ""}
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
      <Switch on={props.follow} set={props.setFollow} sign="◎" word="Follow" title="Keep what is active in view (F)" />
      <Switch
        on={look.heat}
        set={(heat) => change({ heat })}
        sign="×n"
        word="Visits"
        title="Show how often each state was visited (V)"
      />
      <Switch
        on={look.across}
        set={(across) => change({ across })}
        sign="⤳"
        word="Far lines"
        title="Draw the transitions across levels as lines too (X)"
      />
      <button
        type="button"
        class="button"
        title={`Drawn ${DIRECTIONS[look.direction].name} (D)`}
        aria-label={`Direction: ${DIRECTIONS[look.direction].name}`}
        onClick={() => change({ direction: DIRECTIONS[look.direction].next })}
      >
        {DIRECTIONS[look.direction].sign}
      </button>
      <span class="gap" />
      <button
        type="button"
        class="button"
        aria-label="Farther"
        title="Farther (-)"
        onClick={() => props.zoom(1 / 1.25)}
      >
        −
      </button>
      <button type="button" class="button" aria-label="Nearer" title="Nearer (+)" onClick={() => props.zoom(1.25)}>
        +
      </button>
      <button type="button" class="button" title="Show everything (0)" onClick={props.fit}>
        Fit
      </button>
    </div>
  );
}

interface SwitchProps {
  readonly on: boolean;
  readonly set: (on: boolean) => void;
  readonly sign: string;
  readonly word: string;
  readonly title: string;
}

function Switch({ on, set, sign, word, title }: SwitchProps) {
  return (
    <button type="button" class="button" aria-pressed={on} aria-label={word} title={title} onClick={() => set(!on)}>
      <span aria-hidden="true">{sign}</span>
      <span class="word">{word}</span>
    </button>
  );
}

export const DIRECTIONS = {
  auto: { sign: "↘", name: "whichever way fits", next: "DOWN" },
  DOWN: { sign: "↓", name: "downward", next: "RIGHT" },
  RIGHT: { sign: "→", name: "rightward", next: "auto" },
} as const;
