/** Where somebody stands in a session, and what they have marked there: kept while another session is looked at. */
import type { TraceRecord } from "../../../ports/trace.ts";
import type { ViewState } from "../app.ts";

const PARTS = ["device", "cursor", "selected", "actor", "node", "bookmarks"] as const;

export type Place = Pick<ViewState, (typeof PARTS)[number]>;
export type PlaceChange = { readonly [K in keyof Place]?: Place[K] | undefined };

/** At the end; the device is not known yet. */
export const NEW_PLACE: Place = { device: "", cursor: { index: "live" }, bookmarks: [] };

export function isPartOfPlace(name: string): name is keyof Place {
  return (PARTS as readonly string[]).includes(name);
}

export function placeOf(view: ViewState): Place {
  return Object.fromEntries(Object.entries(view).filter(([name]) => isPartOfPlace(name))) as unknown as Place;
}

/** `view` without its place. */
export function placeless(view: ViewState): Omit<ViewState, keyof Place> {
  const rest = Object.entries(view).filter(([name]) => !isPartOfPlace(name));
  return Object.fromEntries(rest) as unknown as Omit<ViewState, keyof Place>;
}

/** Standing at a record, which is selected: at its device, and at its actor where it is a step. */
export function standingAt(index: number, { kind, device, actor }: TraceRecord, from: Place): PlaceChange {
  const isElsewhere = device !== from.device;
  const isOther = kind === "step" && typeof actor === "string" && actor !== from.actor;
  return {
    cursor: { index },
    selected: index,
    ...((isElsewhere || isOther) && { actor: undefined, node: undefined }),
    ...(isElsewhere && { device }),
    ...(isOther && { actor }),
  };
}

/** The same place when the oldest `gone` records have been let go. */
export function moved({ cursor, selected, bookmarks }: Place, gone: number): PlaceChange {
  const { index, microstep } = cursor;
  const isThere = index !== "live" && index >= gone;
  return {
    cursor:
      index === "live"
        ? cursor
        : { index: Math.max(0, index - gone), ...(isThere && microstep !== undefined && { microstep }) },
    selected: selected === undefined || selected < gone ? undefined : selected - gone,
    bookmarks: bookmarks
      .filter((mark) => mark.index >= gone)
      .map(({ index, label }) => ({ index: index - gone, label })),
  };
}
