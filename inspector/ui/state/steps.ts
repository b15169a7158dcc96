/** Ways through a session: by record, by macrostep, by microstep, from failure to failure. */
import type { TraceRecord } from "../../../ports/trace.ts";
import type { SessionView } from "../../model/sessionContract.ts";
import type { App, Cursor } from "../app.ts";
import { filteredOf } from "./filtered.ts";
import { isMove, marksOf } from "./marks.ts";
import { problemsOf } from "./problems.ts";

export type Stride = "record" | "macrostep" | "microstep" | "failure";
export type Direction = 1 | -1;

/** Stands one stride further; returns false where there is nothing more. */
export function stride(app: App, by: Stride, direction: Direction): boolean {
  const cursor = strideFrom(app, by, direction);
  if (cursor === undefined) return false;
  app.select(cursor.index as number);
  if (cursor.microstep !== undefined) app.update({ cursor });
  return true;
}

function strideFrom(app: App, by: Stride, direction: Direction): Cursor | undefined {
  const { session } = app.entry;
  switch (by) {
    case "record":
      return at(neighbour(filteredOf(app).indices, app.index, direction));
    case "failure":
      return at(neighbour(problemsOf(session).of(app.view.device), failureStart(app, direction), direction));
    case "macrostep":
      return at(nextStep(session, app.view.device, app.index, direction));
    case "microstep":
      return nextMicrostep(session, app.view.device, { ...app.view.cursor, index: app.index }, direction);
  }
}

/** Nobody has looked at one yet: the first is the first of all, not the first after the end. */
function failureStart(app: App, direction: Direction): number {
  return direction === 1 && app.view.cursor.index === "live" ? -1 : app.index;
}

function at(index: number | undefined): Cursor | undefined {
  return index === undefined ? undefined : { index };
}

/** The nearest of rising `indices` beyond `from`. */
export function neighbour(indices: readonly number[], from: number, direction: Direction): number | undefined {
  let low = 0;
  let high = indices.length;
  const wanted = direction === 1 ? from + 1 : from;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (indices[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return direction === 1 ? indices[low] : indices[low - 1];
}

/** Index of the next `step`, or `chart` where nothing tells more, of the device. */
export function nextStep(session: SessionView, device: string, from: number, direction: Direction): number | undefined {
  const marks = marksOf(session);
  for (let index = from + direction; index >= 0 && index < session.length; index += direction) {
    const record = session.at(index);
    if (record.device === device && isMove(record, index, marks)) return index;
  }
  return undefined;
}

/** One microstep further: within the step that the cursor stands at, then within the next one. */
export function nextMicrostep(
  session: SessionView,
  device: string,
  cursor: Cursor & { readonly index: number },
  direction: Direction,
): Cursor | undefined {
  const here = cursor.index >= 0 && cursor.index < session.length ? microstepsOf(session.at(cursor.index)) : 0;
  const done = cursor.microstep ?? here;
  const next = done + direction;
  if (here > 1 && next >= 1 && next <= here) return standing(cursor.index, next, here);
  const index = nextStep(session, device, cursor.index, direction);
  if (index === undefined) return undefined;
  const there = microstepsOf(session.at(index));
  return standing(index, direction === 1 ? 1 : there, there);
}

function standing(index: number, done: number, of: number): Cursor {
  return done >= of ? { index } : { index, microstep: done };
}

export function microstepsOf(record: TraceRecord): number {
  return record.kind === "step" && Array.isArray(record.microsteps) ? record.microsteps.length : 0;
}
