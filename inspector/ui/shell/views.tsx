/** The charts: one or both of them, or those of two runs beside each other. */
import type { App } from "../app.ts";
import { SequenceView } from "../sequence/index.tsx";
import type { AppStore } from "../state/appStore.ts";
import { offsetOf } from "../state/marks.ts";
import type { SecondApp } from "../state/secondApp.ts";
import { AppContext, useApp, useView } from "../state/useApp.ts";
import { StatechartView } from "../statechart/index.tsx";
import { DifferenceBar } from "./differenceBar.tsx";
import { formatOffset } from "./formatTime.ts";
import { Guarded } from "./guarded.tsx";
import { Split } from "./split.tsx";
import { Verdict } from "./verdict.tsx";
import "./views.css";

/** The run that the view above, or the app, is about. */
export function Views({ direction = "row" }: { readonly direction?: "row" | "column" }) {
  const view = useView((app) => app.view.view);
  const chart = (
    <Guarded name="The statechart">
      <StatechartView />
    </Guarded>
  );
  const sequence = (
    <Guarded name="The sequence chart">
      <SequenceView />
    </Guarded>
  );
  if (view === "chart") return chart;
  if (view === "sequence") return sequence;
  return (
    <Split
      name={`views-${direction}`}
      label="Between statechart and sequence chart"
      direction={direction}
      share={direction === "row" ? 0.44 : 0.5}
      first={chart}
      second={sequence}
    />
  );
}

export interface TwoRunsProps {
  readonly first: AppStore;
  readonly second: SecondApp;
  /** Which of them the panels are about. */
  readonly focused: App;
  readonly onFocus: (app: App) => void;
}

export function TwoRuns({ first, second, focused, onFocus }: TwoRunsProps) {
  return (
    <div class="two-runs">
      <DifferenceBar first={first} second={second} />
      <Split
        name="two-runs"
        label="Between the two runs"
        direction="row"
        share={0.5}
        first={<Run app={first} name="A" focused={focused === first} onFocus={onFocus} />}
        second={<Run app={second} name="B" focused={focused === second} onFocus={onFocus} />}
      />
    </div>
  );
}

interface RunProps {
  readonly app: App;
  readonly name: string;
  readonly focused: boolean;
  readonly onFocus: (app: App) => void;
}

function Run({ app, name, focused, onFocus }: RunProps) {
  return (
    <AppContext.Provider value={app}>
      <section
        class={`run ${focused ? "focused" : ""}`}
        aria-label={`Run ${name}`}
        onFocusIn={() => onFocus(app)}
        onPointerDown={() => onFocus(app)}
      >
        <RunHead name={name} focused={focused} />
        <Views direction="column" />
      </section>
    </AppContext.Provider>
  );
}

function RunHead({ name, focused }: { readonly name: string; readonly focused: boolean }) {
  const app = useApp();
  const { entry, view, index } = app;
  const { session } = entry;
  return (
    <header class="run-head">
      <span class="run-name">{name}</span>
      <strong>{entry.title}</strong>
      {view.device !== entry.title && <span>{view.device}</span>}
      {session.length > 0 && <span class="mono">{formatOffset(offsetOf(session, index))}</span>}
      <Verdict app={app} />
      {focused && <span class="chip active">in the panels</span>}
    </header>
  );
}
