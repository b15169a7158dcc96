/** What every view of the page is given: the sessions, what is looked at, and the way to change it. */
import type { SessionView } from "../model/sessionContract.ts";
import type { Request, SteeringOffer } from "../protocol.ts";

export type ViewName = "chart" | "sequence" | "split";
export type PanelName = "why" | "timers" | "wire" | "context" | "objects" | "steer" | "records";

/** Where in a session somebody stands. */
export interface Cursor {
  /** Index of the record that was the last to happen, or `live`: the newest, whichever it is. */
  readonly index: number | "live";
  /** Within a step: how many of its microsteps have happened; absent: all. */
  readonly microstep?: number;
}

/** Immutable; replaced as a whole with every change. */
export interface ViewState {
  /** Index in `sessions`. */
  readonly session: number;
  /** A second session or device beside the first. */
  readonly compare?: { readonly session: number; readonly device: string };
  /** The device that is looked at; empty while none is known. */
  readonly device: string;
  readonly cursor: Cursor;
  /** Index of the record that is selected: explained in the panels, marked in all views. */
  readonly selected?: number;
  /** Key of the actor that is focused. */
  readonly actor?: string;
  /** Id of a node of that actor that is selected. */
  readonly node?: string;
  /** Text of the filter; empty: everything. */
  readonly filter: string;
  readonly view: ViewName;
  readonly panel: PanelName;
  /** Whether the statechart scrolls and unfolds after what is active. */
  readonly follow: boolean;
  readonly bookmarks: readonly { readonly index: number; readonly label: string }[];
  /** Why a record could not be opened, a connection is lost, and so on; newest last. */
  readonly notices: readonly { readonly id: number; readonly text: string; readonly tone: "info" | "bad" }[];
}

/** What is to become otherwise; `undefined` takes away what may be absent. */
export type ViewChange = { readonly [K in keyof ViewState]?: ViewState[K] | undefined };

export interface SessionEntry {
  readonly title: string;
  readonly session: SessionView;
  /** `live`: records still come; `file`: a recording; `lost`: the connection broke. */
  readonly state: "connecting" | "live" | "file" | "lost";
  readonly steering?: SteeringOffer;
}

export interface App {
  readonly sessions: readonly SessionEntry[];
  readonly view: ViewState;
  /** The session that is looked at. */
  readonly entry: SessionEntry;
  /** The index that the cursor stands at: of the newest record when live; -1 when there is none. */
  readonly index: number;
  /** Calls `listener` at most once an animation frame after records came or the view changed. */
  subscribe(listener: () => void): () => void;
  update(change: ViewChange): void;
  /** Stands at the record and selects it: the clicks of all views come here. */
  select(index: number): void;
  notify(text: string, tone?: "info" | "bad"): void;
  /** Asks the live app for something; rejects with the reason. */
  request(request: RequestBody): Promise<unknown>;
  /** Opens a recording beside what is there. */
  open(name: string, text: string): void;
}

type WithoutId<T> = T extends unknown ? Omit<T, "id"> : never;
export type RequestBody = WithoutId<Request>;
