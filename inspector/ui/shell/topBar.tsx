/** What is looked at, how it stands, and what can be done with the page. */
import type { App, SessionEntry, ViewName } from "../app.ts";
import { devicesOf } from "../state/devices.ts";
import { marksOf } from "../state/marks.ts";
import type { ThemeChoice } from "../state/theme.ts";
import { useApp } from "../state/useApp.ts";
import { toFailure } from "./commands.ts";
import { FilterField } from "./filterField.tsx";
import { Icon, type IconName } from "./icon.tsx";
import "./topBar.css";

export interface TopBarProps {
  readonly theme: ThemeChoice;
  readonly dock: "bottom" | "right";
  readonly onOpen: () => void;
  readonly onExports: () => void;
  readonly onCompare: () => void;
  readonly onTheme: () => void;
  readonly onDock: () => void;
  readonly onHelp: () => void;
}

const VIEWS: readonly { readonly name: ViewName; readonly label: string; readonly key: string }[] = [
  { name: "chart", label: "Statechart", key: "1" },
  { name: "sequence", label: "Sequence", key: "2" },
  { name: "split", label: "Both", key: "3" },
];

const THEMES: Readonly<Record<ThemeChoice, readonly [IconName, string]>> = {
  system: ["system", "Colours as the system has them"],
  light: ["sun", "Light colours"],
  dark: ["moon", "Dark colours"],
};

export function TopBar(props: TopBarProps) {
  const app = useApp();
  const { view, entry } = app;
  const [themeIcon, themeLabel] = THEMES[props.theme];
  return (
    <header class="top-bar">
      <h1 class="top-title" title={entry.title}>
        {entry.title === "" ? "Inspector" : entry.title}
      </h1>
      <SessionState entry={entry} />
      <DeviceChoice app={app} />
      <Verdict app={app} />
      <FilterField />
      <fieldset class="segments">
        <legend class="hidden-text">View</legend>
        {VIEWS.map(({ name, label, key }) => (
          <button
            key={name}
            type="button"
            class="segment"
            aria-pressed={view.view === name}
            title={`${label} (${key})`}
            onClick={() => app.update({ view: name })}
          >
            {label}
          </button>
        ))}
      </fieldset>
      <div class="tools">
        <Tool icon="open" label="Open a recording (o)" onClick={props.onOpen} />
        <Tool icon="save" label="Save and export (e)" onClick={props.onExports} />
        <Tool
          icon="compare"
          label="Compare with another run (c)"
          onClick={props.onCompare}
          pressed={view.compare !== undefined}
        />
        <Tool
          icon={props.dock === "bottom" ? "dockBottom" : "dockRight"}
          label={`Panels ${props.dock === "bottom" ? "below" : "at the right"}: move them`}
          onClick={props.onDock}
        />
        <Tool icon={themeIcon} label={`${themeLabel} (t)`} onClick={props.onTheme} />
        <Tool icon="help" label="Keys (?)" onClick={props.onHelp} />
      </div>
    </header>
  );
}

interface ToolProps {
  readonly icon: IconName;
  readonly label: string;
  readonly onClick: () => void;
  readonly pressed?: boolean;
}

function Tool({ icon, label, onClick, pressed }: ToolProps) {
  return (
    <button
      type="button"
      class="button plain tool"
      title={label}
      aria-label={label}
      aria-pressed={pressed}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}

const STATES: Readonly<Record<SessionEntry["state"], readonly [string, string]>> = {
  connecting: ["connecting", ""],
  live: ["live", "good"],
  file: ["recording", ""],
  lost: ["connection lost", "bad"],
};

function SessionState({ entry }: { readonly entry: SessionEntry }) {
  const [text, tone] = STATES[entry.state];
  return (
    <span class={`chip ${tone}`} role="status">
      {text}
    </span>
  );
}

function DeviceChoice({ app }: { readonly app: App }) {
  const devices = devicesOf(app.entry.session);
  const { device } = app.view;
  const marks = marksOf(app.entry.session);
  if (devices.length < 2)
    return device === "" || device === app.entry.title ? null : <span class="device">{device}</span>;
  return (
    <select
      class="field device-choice"
      aria-label="Device"
      value={device}
      onChange={(event) => app.update({ device: event.currentTarget.value, actor: undefined, node: undefined })}
    >
      {devices.map((name) => (
        <option key={name} value={name}>
          {name}
          {failuresText(marks.of(name).failures.length)}
        </option>
      ))}
    </select>
  );
}

function failuresText(count: number): string {
  return count === 0 ? "" : count === 1 ? " – 1 failure" : ` – ${count} failures`;
}

/** How the run ended, and what failed on the way. */
function Verdict({ app }: { readonly app: App }) {
  const { session } = app.entry;
  const { failures } = marksOf(session).of(app.view.device);
  const world = session.live.devices.get(app.view.device);
  return (
    <>
      {world?.frozen === true && <Frozen app={app} />}
      {world?.result !== undefined && (
        <span class={`chip ${world.result.ok ? "good" : "bad"}`} title={world.result.reason}>
          {world.result.ok ? "✓ done" : "✗ failed"}
        </span>
      )}
      {failures.length > 0 && (
        <button
          type="button"
          class="chip bad failures"
          title="Go to the next failure, and why (n)"
          onClick={() => toFailure(app, 1)}
        >
          <Icon name="warning" />
          {failures.length === 1 ? "1 failure" : `${failures.length} failures`}
        </button>
      )}
    </>
  );
}

/** Somebody, or a breakpoint, has stopped the app's time: it can go on from here. */
function Frozen({ app }: { readonly app: App }) {
  const go = () => {
    app.request({ request: "continue" }).catch((error: Error) => app.notify(error.message, "bad"));
  };
  if (app.entry.steering?.freeze !== true) return <span class="chip warning">❚❚ time is frozen</span>;
  return (
    <button type="button" class="chip warning frozen" title="Let time go on" onClick={go}>
      ❚❚ time is frozen: continue
    </button>
  );
}
