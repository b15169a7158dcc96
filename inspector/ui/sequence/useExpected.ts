/** The charts of the run's edition, held against it. The check comes with its charts, when somebody wants it. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { App } from "../app.ts";
import type { ChartTexts, ExpectedCharts } from "./expected.ts";

interface Loaded {
  readonly texts: ChartTexts;
  readonly make: typeof import("./expected.ts").ExpectedCharts;
}

/** Undefined while they are not wanted, or not there yet. */
export function useExpected(app: App, wanted: boolean): ExpectedCharts | undefined {
  const [loaded, setLoaded] = useState<Loaded>();
  const kept = useRef<ExpectedCharts | undefined>(undefined);
  useEffect(() => {
    if (!wanted || loaded !== undefined) return;
    let gone = false;
    Promise.all([import("./chartTexts.ts"), import("./expected.ts")]).then(
      ([{ CHART_TEXTS: texts }, { ExpectedCharts: make }]) => gone || setLoaded({ texts, make }),
      () => gone || app.notify("The expected charts could not be fetched.", "bad"),
    );
    return () => {
      gone = true;
    };
  }, [app, wanted, loaded]);
  if (!wanted || loaded === undefined) return undefined;
  const { session } = app.entry;
  const { device } = app.view;
  if (kept.current === undefined || !kept.current.isOf(session, device)) {
    kept.current = new loaded.make(session, device, loaded.texts);
  }
  kept.current.sync();
  return kept.current;
}
