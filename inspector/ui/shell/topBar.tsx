/** What is looked at, how it stands, and what can be done with the page. */
import type { App, SessionEntry, ViewName } from "../app.ts";
import { devicesOf } from "../state/devices.ts";
import { shortName } from "../state/fleet.ts";
import type { ThemeChoice } from "../state/theme.ts";
import { useApp } from "../state/useApp.ts";
import { FilterField } from "./filterField.tsx";
import { Icon, type IconName } from "./icon.tsx";
import { Verdict } from "./verdict.tsx";
import "./topBar.css";

export interface TopBarProps {
  readonly theme: ThemeChoice;
  readonly dock: "bottom" | "right";
  /** Two runs stand beside each other. */
  readonly comparing: boolean;
  readonly onOpen: () => void;
  readonly onExports: () => void;
  readonly onCompare: () => void;
  readonly onTheme: () => void;
  readonly onDock: () => void;
  readonly onHelp: () => void;
  readonly onDevices: () => void;
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
      <DeviceChoice app={app} onDevices={props.onDevices} />
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
        <Tool icon="compare" label="Compare with another run (c)" onClick={props.onCompare} pressed={props.comparing} />
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

interface DeviceChoiceProps {
  readonly app: App;
  readonly onDevices: () => void;
}

/** The device that is looked at; a way to the others where there are any. */
function DeviceChoice({ app, onDevices }: DeviceChoiceProps) {
  const count = devicesOf(app.entry.session).length;
  const { device } = app.view;
  if (count < 2) return device === "" || device === app.entry.title ? null : <span class="device">{device}</span>;
  return (
    <button
      type="button"
      class="button device-choice"
      title={`${device}: choose among ${count} devices (D)`}
      aria-haspopup="dialog"
      onClick={onDevices}
    >
      {shortName(device)} <span class="device-count">of {count}</span>
    </button>
  );
}
