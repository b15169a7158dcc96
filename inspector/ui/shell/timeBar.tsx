/** Where in the run one stands, and the ways through it. */
import type { App } from "../app.ts";
import { offsetOf } from "../state/marks.ts";
import { microstepsOf, type Stride, stride } from "../state/steps.ts";
import { useApp } from "../state/useApp.ts";
import { Bookmarks } from "./bookmarks.tsx";
import { toggleLive } from "./commands.ts";
import { formatOffset } from "./formatTime.ts";
import { Icon, type IconName } from "./icon.tsx";
import { PlayButton } from "./playButton.tsx";
import { Scrubber } from "./scrubber.tsx";
import "./timeBar.css";

export function TimeBar() {
  const app = useApp();
  const { session } = app.entry;
  const { cursor } = app.view;
  const live = cursor.index === "live";
  return (
    <footer class="time-bar">
      <div class="transport" role="toolbar" aria-label="Through the run">
        <Move app={app} by="macrostep" direction={-1} icon="stepBack" label="Previous step (K)" />
        <Move app={app} by="record" direction={-1} icon="back" label="Previous record (k)" />
        <Move app={app} by="record" direction={1} icon="forth" label="Next record (j)" />
        <Move app={app} by="macrostep" direction={1} icon="stepForth" label="Next step (J)" />
        <PlayButton app={app} />
        <Bookmarks app={app} />
        <button
          type="button"
          class="button live"
          aria-pressed={live}
          title={live ? "Follows the newest record: stand still (l)" : "Go to the newest record (l)"}
          onClick={() => toggleLive(app)}
        >
          {app.entry.state === "live" ? "Live" : "End"}
        </button>
      </div>
      <div class="place">
        <strong>{session.length === 0 ? "–" : formatOffset(offsetOf(session, app.index))}</strong>
        <span>{placeText(app)}</span>
      </div>
      <Scrubber />
    </footer>
  );
}

function placeText(app: App): string {
  const { session } = app.entry;
  if (session.length === 0) return "no records";
  const { microstep } = app.view.cursor;
  const step = microstep === undefined ? "" : `, microstep ${microstep} of ${microstepsOf(session.at(app.index))}`;
  return `${app.index + 1} of ${session.length}${step}`;
}

interface MoveProps {
  readonly app: App;
  readonly by: Stride;
  readonly direction: 1 | -1;
  readonly icon: IconName;
  readonly label: string;
}

function Move({ app, by, direction, icon, label }: MoveProps) {
  return (
    <button
      type="button"
      class="button plain tool"
      title={label}
      aria-label={label}
      onClick={() => stride(app, by, direction)}
    >
      <Icon name={icon} />
    </button>
  );
}
