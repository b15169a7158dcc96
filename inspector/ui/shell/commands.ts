/** Everything that a key does on the page: one table for the keyboard and the help. */
import type { App, PanelName, ViewName } from "../app.ts";
import { recordLine } from "../panels/shared/recordLine.ts";
import { filteredOf } from "../state/filtered.ts";
import { problemsOf } from "../state/problems.ts";
import { stride } from "../state/steps.ts";

/** What the shell itself can do. */
export interface ShellActions {
  openFile(): void;
  focusFilter(): void;
  showHelp(): void;
  showExports(): void;
  toggleCompare(): void;
  showDevices(): void;
  nextTheme(): void;
  play(): void;
}

export interface Command {
  /** As `KeyboardEvent.key`. */
  readonly key: string;
  readonly label: string;
  readonly run: (app: App, shell: ShellActions) => void;
}

export interface CommandGroup {
  readonly title: string;
  readonly commands: readonly Command[];
}

export const PANELS: readonly PanelName[] = ["why", "timers", "wire", "context", "objects", "steer", "records"];

export const COMMANDS: readonly CommandGroup[] = [
  {
    title: "Through the run",
    commands: [
      { key: "j", label: "next record that the filter lets through", run: (app) => stride(app, "record", 1) },
      { key: "k", label: "previous record", run: (app) => stride(app, "record", -1) },
      { key: "J", label: "next step of a statechart (macrostep)", run: (app) => stride(app, "macrostep", 1) },
      { key: "K", label: "previous step", run: (app) => stride(app, "macrostep", -1) },
      { key: ".", label: "next microstep", run: (app) => stride(app, "microstep", 1) },
      { key: ",", label: "previous microstep", run: (app) => stride(app, "microstep", -1) },
      { key: "n", label: "next failure, and why", run: (app) => toFailure(app, 1) },
      { key: "p", label: "previous failure, and why", run: (app) => toFailure(app, -1) },
      { key: "g", label: "first record that the filter lets through", run: toFirst },
      { key: "r", label: "play the run from here, or stop", run: (_, shell) => shell.play() },
      { key: "l", label: "live: follow the newest record, or stand still", run: toggleLive },
    ],
  },
  {
    title: "Bookmarks",
    commands: [
      { key: "b", label: "set or remove a bookmark here", run: toggleBookmark },
      { key: "m", label: "next bookmark", run: nextBookmark },
    ],
  },
  {
    title: "Views",
    commands: [
      { key: "1", label: "statechart", run: show("chart") },
      { key: "2", label: "sequence chart", run: show("sequence") },
      { key: "3", label: "both", run: show("split") },
      {
        key: "f",
        label: "statechart follows what is active, or not",
        run: (app) => app.update({ follow: !app.view.follow }),
      },
      { key: "[", label: "previous panel", run: (app) => nextPanel(app, -1) },
      { key: "]", label: "next panel", run: (app) => nextPanel(app, 1) },
    ],
  },
  {
    title: "Page",
    commands: [
      { key: "/", label: "filter", run: (_, shell) => shell.focusFilter() },
      { key: "o", label: "open a recording", run: (_, shell) => shell.openFile() },
      { key: "e", label: "save and export", run: (_, shell) => shell.showExports() },
      { key: "D", label: "choose a device", run: (_, shell) => shell.showDevices() },
      { key: "c", label: "compare with another run", run: (_, shell) => shell.toggleCompare() },
      { key: "t", label: "light, dark, or as the system has it", run: (_, shell) => shell.nextTheme() },
      { key: "?", label: "this help", run: (_, shell) => shell.showHelp() },
      { key: "Escape", label: "select nothing; close what lies over the page", run: (app) => leave(app) },
    ],
  },
];

const BY_KEY = new Map(COMMANDS.flatMap(({ commands }) => commands.map((command) => [command.key, command] as const)));

export function commandFor(key: string): Command | undefined {
  return BY_KEY.get(key);
}

export function toggleLive(app: App): void {
  const { cursor } = app.view;
  if (cursor.index === "live") app.update({ cursor: { index: app.index } });
  else app.update({ cursor: { index: "live" }, selected: undefined });
}

function toFirst(app: App): void {
  app.select(filteredOf(app).indices[0] ?? -1);
}

export function toFailure(app: App, direction: 1 | -1): void {
  // After the last one comes the first again.
  const around = problemsOf(app.entry.session)
    .of(app.view.device)
    .at(direction === 1 ? 0 : -1);
  if (around === undefined) return;
  if (!stride(app, "failure", direction)) app.select(around);
  app.update({ panel: "why" });
}

/** What went wrong in the run, all of it. */
export function showFailures(app: App): void {
  app.update({ panel: "why", selected: undefined, node: undefined });
}

export function toggleBookmark(app: App): void {
  const { index } = app;
  if (index < 0) return;
  const { bookmarks } = app.view;
  const others = bookmarks.filter((mark) => mark.index !== index);
  if (others.length < bookmarks.length) {
    app.update({ bookmarks: others });
    return;
  }
  const label = recordLine(app.entry.session.at(index)).text;
  // Standing live one would leave the place at once that one has marked.
  app.update({ bookmarks: [...others, { index, label }].sort((a, b) => a.index - b.index), cursor: { index } });
}

function nextBookmark(app: App): void {
  const { bookmarks, cursor } = app.view;
  const from = cursor.index === "live" ? -1 : cursor.index;
  const next = bookmarks.find(({ index }) => index > from) ?? bookmarks[0];
  if (next !== undefined) app.select(next.index);
}

function nextPanel(app: App, direction: 1 | -1): void {
  const at = PANELS.indexOf(app.view.panel);
  app.update({ panel: PANELS[(at + direction + PANELS.length) % PANELS.length] });
}

function show(view: ViewName): (app: App) => void {
  return (app) => app.update({ view });
}

/** Dialogs close by themselves. */
function leave(app: App): void {
  app.update({ selected: undefined, node: undefined });
}
