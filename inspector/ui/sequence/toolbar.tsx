/** What of the run is drawn, and how. */
import { SEQUENCE_LEVELS, type SequenceLevel } from "../../../charts/item.ts";
import { LaneMenu } from "./laneMenu.tsx";
import type { LaneId } from "./lanes.ts";
import { type SequenceSettings, TIME_STYLES, type TimeStyle } from "./settings.ts";

export interface ToolbarProps {
  readonly settings: SequenceSettings;
  readonly onChange: (change: Partial<SequenceSettings>) => void;
  /** All that the run has, hidden ones included, in their order. */
  readonly lanes: readonly LaneId[];
  /** Whether there are both, actors and lifelines. */
  readonly actorsToo: boolean;
  readonly mode: "lifelines" | "actors";
  /** Whether the edition's charts can be held against the run. */
  readonly expected: boolean;
  readonly onExpected: () => void;
  readonly expectable: boolean;
}

const LEVELS: Readonly<Record<SequenceLevel, { readonly name: string; readonly title: string }>> = {
  events: { name: "Events", title: "What the carrier library's own charts show: events, calls, phases" },
  messages: { name: "Messages", title: "Also what is said on the wire and to the modem, and the charts' timers" },
  all: { name: "Everything", title: "Every record that can be drawn" },
};

const TIMES: Readonly<Record<TimeStyle, string>> = {
  start: "since start",
  previous: "since above",
  clock: "time of day",
};

export function Toolbar(props: ToolbarProps) {
  const { settings, onChange } = props;
  return (
    <div class="sequence-toolbar" role="toolbar" aria-label="Sequence chart">
      <fieldset class="sequence-levels" aria-label="How much is drawn">
        {SEQUENCE_LEVELS.map((level) => (
          <button
            key={level}
            type="button"
            class="button"
            aria-pressed={settings.level === level}
            title={LEVELS[level].title}
            onClick={() => onChange({ level })}
          >
            {LEVELS[level].name}
          </button>
        ))}
      </fieldset>
      <button
        type="button"
        class="button"
        aria-pressed={settings.fold}
        title="Retransmissions, blocks, notifications and whatever else repeats in one row"
        onClick={() => onChange({ fold: !settings.fold })}
      >
        Fold
      </button>
      <select
        class="field"
        aria-label="Time"
        title="What the time column says"
        value={settings.time}
        onChange={(event) => onChange({ time: event.currentTarget.value as TimeStyle })}
      >
        {TIME_STYLES.map((style) => (
          <option key={style} value={style}>
            {TIMES[style]}
          </option>
        ))}
      </select>
      {props.actorsToo && (
        <select
          class="field"
          aria-label="What a lane is"
          title="What a lane is"
          value={props.mode}
          onChange={(event) => onChange({ mode: event.currentTarget.value as "lifelines" | "actors" })}
        >
          <option value="lifelines">lifelines</option>
          <option value="actors">actors</option>
        </select>
      )}
      <LaneMenu lanes={props.lanes} hidden={settings.hidden} onChange={onChange} />
      {props.expectable && (
        <button
          type="button"
          class="button"
          aria-pressed={props.expected}
          title="Hold the run against the sequence charts of its edition"
          onClick={props.onExpected}
        >
          Expected
        </button>
      )}
    </div>
  );
}
