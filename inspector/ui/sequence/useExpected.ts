/** The charts of the run's edition, held against it. The check comes with its charts, when somebody wants it. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { App } from "../app.ts";
import type { ChartTexts, ExpectedCharts } from "./expected.ts";

interface Loaded {
  readonly texts: ChartTexts;
  readonly make: typeof import("./expected.ts").ExpectedCharts;
}

/** Records taken in one go: some 20 ms of work where several charts are under way. */
const BUDGET = 2_000;

/** Undefined while they are not wanted, or not there yet. */
export function useExpected(app: App, wanted: boolean): ExpectedCharts | undefined {
  const [loaded, setLoaded] = useState<Loaded>();
  const [, again] = useState(0);
  const kept = useRef<ExpectedCharts | undefined>(undefined);
  const { session } = app.entry;
  const { device } = app.view;
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
  let complete = true;
  if (wanted && loaded !== undefined) {
    if (kept.current === undefined || !kept.current.isOf(session, device)) {
      kept.current = new loaded.make(session, device, loaded.texts);
    }
    complete = kept.current.sync(BUDGET);
  }
  useLayoutEffect(() => {
    if (complete) return;
    const frame = requestAnimationFrame(() => again((count) => count + 1));
    return () => cancelAnimationFrame(frame);
  });
  return wanted && loaded !== undefined ? kept.current : undefined;
}
