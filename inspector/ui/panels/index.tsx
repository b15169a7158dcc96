/** The panels beside the charts: one at a time, chosen by tab. */
import type { FunctionComponent } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { PanelName } from "../app.ts";
import { Guarded } from "../shell/guarded.tsx";
import { useApp } from "../state/useApp.ts";
import { Context } from "./context/context.tsx";
import { Objects } from "./objects/objects.tsx";
import { Records } from "./records/records.tsx";
import { runClockOf } from "./shared/useRunTime.ts";
import { Steer } from "./steer/steer.tsx";
import { Timers } from "./timers/timers.tsx";
import { Why } from "./why/why.tsx";
import { Wire } from "./wire/wire.tsx";
import "./panels.css";
import "./shared/values.css";
import "./context/context.css";
import "./objects/objects.css";
import "./steer/steer.css";
import "./timers/timers.css";
import "./why/why.css";

interface Tab {
  readonly name: PanelName;
  readonly label: string;
  readonly panel: FunctionComponent;
}

const TABS: readonly Tab[] = [
  { name: "why", label: "Why", panel: Why },
  { name: "timers", label: "Timers", panel: Timers },
  { name: "wire", label: "Wire", panel: Wire },
  { name: "context", label: "Context", panel: Context },
  { name: "objects", label: "Objects", panel: Objects },
  { name: "steer", label: "Steer", panel: Steer },
  { name: "records", label: "Record", panel: Records },
];

/** Id of the element that the chosen panel is in. */
export const PANEL = "panel";

export function Panels() {
  const app = useApp();
  const list = useRef<HTMLDivElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const chosen = TABS.findIndex(({ name }) => name === app.view.panel);
  const { name, label, panel: Panel } = TABS[chosen] ?? TABS[0]!;

  // WAI-ARIA, tabs: arrows move the focus and choose.
  const move = (event: KeyboardEvent) => {
    const to = { ArrowRight: chosen + 1, ArrowLeft: chosen - 1, Home: 0, End: TABS.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const position = (to + TABS.length) % TABS.length;
    app.update({ panel: TABS[position]!.name });
    list.current?.querySelectorAll<HTMLElement>("[role=tab]")[position]?.focus();
  };
  // Something else is shown: it begins at the top.
  const { selected, node } = app.view;
  useLayoutEffect(() => {
    panel.current?.scrollTo(0, 0);
  }, [selected, node, name]);
  if (app.entry.state === "live") runClockOf(app);
  const timers = app.entry.session.live.devices.get(app.view.device)?.timers.size ?? 0;

  return (
    <div class="panels">
      <div class="panel-tabs" role="tablist" aria-label="Panels" ref={list} onKeyDown={move}>
        {TABS.map((tab) => (
          <button
            key={tab.name}
            type="button"
            role="tab"
            id={`tab-${tab.name}`}
            aria-selected={tab.name === name}
            aria-controls={PANEL}
            tabIndex={tab.name === name ? 0 : -1}
            onClick={() => app.update({ panel: tab.name })}
          >
            {tab.label}
            {tab.name === "timers" && timers > 0 && <span class="tab-count">{timers}</span>}
          </button>
        ))}
      </div>
      <div
        class="panel"
        ref={panel}
        id={PANEL}
        role="tabpanel"
        aria-labelledby={`tab-${name}`}
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard (WAI-ARIA, tabs)
        tabIndex={0}
      >
        <Guarded key={name} name={`The panel ${label}`}>
          <Panel />
        </Guarded>
      </div>
    </div>
  );
}
