/** The rows of what the page looks at, kept up while records come, a bit a frame where there are many. */
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { compileFilter } from "../../model/filter.ts";
import type { App } from "../app.ts";
import { type RowSettings, SequenceRows } from "./rows.ts";
import type { SequenceSettings } from "./settings.ts";

/** Records taken in one go: some 10 ms of work. */
const BUDGET = 4_000;

export interface ShownRows {
  readonly rows: SequenceRows;
  /** False while records are still taken. */
  readonly complete: boolean;
}

export function useRows(app: App, settings: SequenceSettings): ShownRows {
  const { session } = app.entry;
  const { device, filter } = app.view;
  const { level, mode, fold, hidden } = settings;
  const wanted = useMemo((): RowSettings => {
    const compiled = compileFilter(filter);
    const passing = compiled.empty || compiled.problem !== undefined ? {} : { matches: compiled.matches };
    return { device, level, mode, fold, hidden: new Set(hidden), ...passing };
  }, [device, filter, level, mode, fold, hidden]);

  const kept = useRef<{ rows: SequenceRows; session: typeof session } | undefined>(undefined);
  const before = kept.current;
  if (before === undefined || before.session !== session || before.rows.settings !== wanted || before.rows.isStale) {
    const opened = before?.session === session ? before.rows.opened : undefined;
    kept.current = { session, rows: new SequenceRows(session, wanted, opened) };
  }
  const { rows } = kept.current!;
  const complete = rows.sync(BUDGET);
  const [, again] = useState(0);
  useLayoutEffect(() => {
    if (complete) return;
    const frame = requestAnimationFrame(() => again((count) => count + 1));
    return () => cancelAnimationFrame(frame);
  });
  return { rows, complete };
}
