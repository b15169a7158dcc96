/** The page's one store: sessions, what is looked at, and who wants to know. No DOM in here. */
import type { TraceRecord } from "../../../ports/trace.ts";
import type { SessionView } from "../../model/sessionContract.ts";
import type { App, RequestBody, SessionEntry, ViewChange, ViewState } from "../app.ts";
import { devicesOf } from "./devices.ts";
import { sessionLess } from "./noSession.ts";
import { moved, NEW_PLACE, type Place, type PlaceChange, placeless, placeOf, standingAt } from "./place.ts";

/** What a recording's text holds, and what could not be read of it. */
export interface OpenedRecording {
  readonly session: SessionView;
  /** One sentence each. */
  readonly problems: readonly string[];
}

export interface AppStoreOptions {
  /** Calls back at the next frame of the screen. */
  readonly nextFrame: (work: () => void) => void;
  /** Reads a recording. */
  readonly read: (text: string) => OpenedRecording;
  /** What is looked at to begin with, as remembered. */
  readonly view?: ViewChange;
}

/** Notices kept at most; the oldest goes. */
const MAX_NOTICES = 5;
/** Sessions kept at most; the oldest that nobody looks at and that is no longer live goes. */
const MAX_SESSIONS = 8;

const FIRST_VIEW: ViewState = {
  ...NEW_PLACE,
  session: 0,
  filter: "",
  view: "split",
  panel: "why",
  follow: true,
  notices: [],
};

export class AppStore implements App {
  readonly #options: AppStoreOptions;
  readonly #listeners = new Set<() => void>();
  #sessions: readonly SessionEntry[] = [];
  #view: ViewState;
  /** In the sessions that are not looked at. */
  readonly #places = new WeakMap<SessionView, Place>();
  /** In the run that is compared with the first one. */
  #beside: Place = NEW_PLACE;
  /** Whether both charts were shown before two runs were. */
  #wasSplit = false;
  #scheduled = false;
  #noticeId = 0;
  #requester: ((request: RequestBody) => Promise<unknown>) | undefined;

  constructor(options: AppStoreOptions) {
    this.#options = options;
    this.#view = changed(FIRST_VIEW, options.view ?? {}, FIRST_VIEW);
  }

  get sessions(): readonly SessionEntry[] {
    return this.#sessions;
  }

  get view(): ViewState {
    return this.#view;
  }

  get entry(): SessionEntry {
    return this.#sessions[this.#view.session] ?? sessionLess;
  }

  get index(): number {
    const newest = this.entry.session.length - 1;
    const { index } = this.#view.cursor;
    return index === "live" ? newest : Math.min(index, newest);
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  update(change: ViewChange): void {
    const view = changed(this.#view, change, FIRST_VIEW);
    const before = this.#view;
    if (view === before) return;
    const isElsewhere = view.session !== before.session;
    if (isElsewhere || view.compare !== before.compare) this.#leaveBeside();
    if (isElsewhere) this.#places.set(this.entry.session, placeOf(before));
    this.#view = isElsewhere ? this.#standingIn(view) : view;
    if (view.compare !== before.compare) this.#compareAnew(before.compare);
    // Two devices of one session: its bookmarks are one list.
    if (this.#isTwice) this.#beside = changed(this.#beside, { bookmarks: this.#view.bookmarks }, NEW_PLACE);
    this.#changed();
  }

  /** Where somebody stands in a session, or stood when it was last looked at. */
  placeIn(entry: SessionEntry): Place {
    if (entry === this.entry) return placeOf(this.#view);
    return this.#isBeside(entry) ? this.#beside : (this.#places.get(entry.session) ?? NEW_PLACE);
  }

  /** Changes where somebody stands in a session, whether it is looked at or not. */
  stand(entry: SessionEntry, change: PlaceChange): void {
    if (entry === this.entry) this.update(change);
    else if (this.#isBeside(entry)) this.standBeside(change);
    else this.#places.set(entry.session, changed(this.placeIn(entry), change, NEW_PLACE));
  }

  /** Where somebody stands in the run beside the first. */
  get placeBeside(): Place {
    return this.#beside;
  }

  standBeside(change: PlaceChange): void {
    this.#beside = changed(this.#beside, change, NEW_PLACE);
    if (this.#isTwice) this.#view = changed(this.#view, { bookmarks: this.#beside.bookmarks }, FIRST_VIEW);
    this.#changed();
  }

  /** The run beside becomes the first, and the first the one beside. */
  swap(): void {
    const { session, device, compare } = this.#view;
    if (compare === undefined) return;
    const second = this.#beside;
    this.#beside = placeOf(this.#view);
    this.#view = { ...placeless(this.#view), ...second, session: compare.session, compare: { session, device } };
    this.#changed();
  }

  select(index: number): void {
    const { session } = this.entry;
    if (index < 0 || index >= session.length) return;
    this.update(standingAt(index, session.at(index), this.#view));
  }

  /** Returns what `dismiss` takes. */
  notify(text: string, tone: "info" | "bad" = "info"): number {
    // The same sentence twice is one notice.
    const others = this.#view.notices.filter((notice) => notice.text !== text);
    this.#noticeId += 1;
    this.update({ notices: [...others, { id: this.#noticeId, text, tone }].slice(-MAX_NOTICES) });
    return this.#noticeId;
  }

  dismiss(id: number): void {
    this.update({ notices: this.#view.notices.filter((notice) => notice.id !== id) });
  }

  async request(request: RequestBody): Promise<unknown> {
    if (this.#requester === undefined || this.entry.state !== "live") {
      throw new Error("There is no running app behind this session.");
    }
    return this.#requester(request);
  }

  open(name: string, text: string): void {
    const { session, problems } = this.#options.read(text);
    if (session.length === 0) {
      this.notify(`${name} holds no records${problems[0] === undefined ? "." : `: ${problems[0]}`}`, "bad");
      return;
    }
    const index = this.add({ title: name, session, state: "file" });
    this.update({ session: index });
    if (problems.length > 0) {
      const more = problems.length > 3 ? ` And ${problems.length - 3} more.` : "";
      this.notify(`${name} was opened as far as it could be read. ${problems.slice(0, 3).join(" ")}${more}`, "bad");
    }
  }

  /** Adds a session and returns its index. */
  add(entry: SessionEntry): number {
    if (this.#sessions.length >= MAX_SESSIONS) {
      const victim = this.#sessions.findIndex(
        (other, index) => other.state !== "live" && other.state !== "connecting" && !this.#isLookedAt(index),
      );
      if (victim >= 0) this.remove(victim);
    }
    this.#sessions = [...this.#sessions, entry];
    this.recordsCame();
    return this.#sessions.length - 1;
  }

  /** Closes a session. */
  remove(index: number): void {
    if (this.#sessions[index] === undefined) return;
    const { session } = this.#view;
    if (this.#isLookedAt(index)) this.update({ compare: undefined });
    this.#sessions = this.#sessions.filter((_, at) => at !== index);
    const after = (other: number) => (other > index ? other - 1 : other);
    if (session === index) {
      const next = Math.max(0, Math.min(index, this.#sessions.length - 1));
      this.#view = this.#standingIn({ ...this.#view, session: next });
    } else {
      const { compare } = this.#view;
      const beside = compare && { compare: { ...compare, session: after(compare.session) } };
      this.#view = { ...this.#view, session: after(session), ...beside };
    }
    this.#changed();
  }

  /** Puts `next` in the place of `entry`, and returns it. */
  replace(entry: SessionEntry, next: SessionEntry): SessionEntry {
    this.#sessions = this.#sessions.map((other) => (other === entry ? next : other));
    this.#changed();
    return next;
  }

  /** The oldest `gone` records of a session were let go: every place in it is less by so many. */
  recordsWent(entry: SessionEntry, gone: number): void {
    const beside = this.#isTwice && entry === this.entry ? moved(this.#beside, gone) : undefined;
    this.stand(entry, moved(this.placeIn(entry), gone));
    if (beside !== undefined) this.standBeside(beside);
  }

  /** Who asks the live app. */
  setRequester(requester: (request: RequestBody) => Promise<unknown>): void {
    this.#requester = requester;
  }

  /** Records were added to a session. */
  recordsCame(): void {
    if (this.#view.device === "") {
      const device = firstDevice(this.entry);
      if (device !== "") this.#view = { ...this.#view, device };
    }
    this.#changed();
  }

  #standingIn(view: ViewState): ViewState {
    const entry = this.#sessions[view.session];
    const place = (entry && this.#places.get(entry.session)) ?? NEW_PLACE;
    return { ...placeless(view), ...place, device: place.device === "" ? firstDevice(entry) : place.device };
  }

  /** What was done in the run beside the first is kept for when it is looked at alone. */
  #leaveBeside(): void {
    const { compare } = this.#view;
    const left = compare && this.#sessions[compare.session];
    if (left !== undefined && left !== this.entry) this.#places.set(left.session, this.#beside);
  }

  /** Another run stands beside the first, or none: bookmarks stay with their run. */
  #compareAnew(before: ViewState["compare"]): void {
    const { compare, view } = this.#view;
    // Both charts of both runs have room on few screens: 3 shows them.
    if (before === undefined) this.#wasSplit = view === "split";
    if (before === undefined && view === "split") this.#view = { ...this.#view, view: "sequence" };
    if (compare === undefined && this.#wasSplit && view === "sequence") this.#view = { ...this.#view, view: "split" };
    const entry = compare && this.#sessions[compare.session];
    if (entry === undefined) return;
    const { bookmarks } = this.#places.get(entry.session) ?? NEW_PLACE;
    this.#beside = { ...NEW_PLACE, device: compare?.device ?? "", bookmarks };
  }

  /** Two devices of one session stand beside each other. */
  get #isTwice(): boolean {
    const { session, compare } = this.#view;
    return compare?.session === session;
  }

  #isBeside(entry: SessionEntry): boolean {
    const { compare } = this.#view;
    return compare !== undefined && this.#sessions[compare.session] === entry;
  }

  #isLookedAt(index: number): boolean {
    return index === this.#view.session || index === this.#view.compare?.session;
  }

  #changed(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#options.nextFrame(() => {
      this.#scheduled = false;
      for (const listener of [...this.#listeners]) listener();
    });
  }
}

/** The same object when nothing becomes otherwise; `undefined` takes away what `always` does not have. */
function changed<T extends object>(
  before: T,
  change: { readonly [K in keyof T]?: T[K] | undefined },
  always: object,
): T {
  const next = { ...before } as Record<string, unknown>;
  let differs = false;
  for (const [key, value] of Object.entries(change)) {
    if (value === undefined && key in always) continue;
    if (Object.is(next[key], value)) continue;
    differs = true;
    if (value === undefined) delete next[key];
    else next[key] = value;
  }
  return differs ? (next as T) : before;
}

function firstDevice(entry: SessionEntry | undefined): string {
  if (entry === undefined) return "";
  const { session } = entry;
  const [device] = devicesOf(session);
  if (device !== undefined) return device;
  const first: TraceRecord | undefined = session.length > 0 ? session.at(0) : undefined;
  return first?.device ?? "";
}
