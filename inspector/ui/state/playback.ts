/** Plays a run from where one stands: record by record, faster than it was where it waited, slower where it hurried. */
import type { App, Cursor } from "../app.ts";
import { filteredOf } from "./filtered.ts";
import { offsetOf } from "./marks.ts";
import { stride } from "./steps.ts";

export type Timer = (work: () => void, ms: number) => () => void;

const LEAST_MS = 60;
/** Added for each tenfold of what passed in the run. */
const PER_DECADE_MS = 100;

/** How long a record is shown before one that came `gap` ms later. */
export function pauseAfter(gap: number): number {
  return LEAST_MS + PER_DECADE_MS * Math.log10(1 + Math.max(0, gap));
}

/** Plays from where one stands, at the end from the beginning: until the end, until somebody goes elsewhere, or until the returned function is called; then tells `ended`. */
export function play(app: App, after: Timer, ended: () => void): () => void {
  let cancel: (() => void) | undefined;
  let stood: Cursor | undefined;
  const stop = () => {
    if (cancel === undefined) return;
    cancel();
    cancel = undefined;
    ended();
  };
  const step = () => {
    const { session } = app.entry;
    const before = app.index;
    if (stood !== undefined && app.view.cursor !== stood) return stop();
    if (!stride(app, "record", 1)) return stop();
    stood = app.view.cursor;
    cancel = after(step, pauseAfter(offsetOf(session, app.index) - offsetOf(session, before)));
  };
  const { indices } = filteredOf(app);
  const isOver = app.view.cursor.index === "live" || app.index >= (indices.at(-1) ?? 0);
  if (isOver && indices.length > 0) app.select(indices[0]!);
  cancel = after(step, 0);
  return stop;
}
