/** The page's one store: sessions, what is looked at, and who wants to know. No DOM in here. */
import type { TraceRecord } from "../../../ports/trace.ts";
import type { SessionView } from "../../model/sessionContract.ts";
import type { App, RequestBody, SessionEntry, ViewChange, ViewState } from "../app.ts";
import { devicesOf } from "./devices.ts";
import { sessionLess } from "./noSession.ts";

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
  session: 0,
  device: "",
  cursor: { index: "live" },
  filter: "",
  view: "split",
  panel: "why",
  follow: true,
  bookmarks: [],
  notices: [],
};

export class AppStore implements App {
  readonly #options: AppStoreOptions;
  readonly #listeners = new Set<() => void>();
  #sessions: readonly SessionEntry[] = [];
  #view: ViewState;
  #scheduled = false;
  #noticeId = 0;
  #requester: ((request: RequestBody) => Promise<unknown>) | undefined;

  constructor(options: AppStoreOptions) {
    this.#options = options;
    this.#view = changed(FIRST_VIEW, options.view ?? {});
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
    const view = changed(this.#view, change);
    if (view === this.#view) return;
    const other = view.session !== this.#view.session;
    // Places in one session mean nothing in another.
    this.#view = other
      ? { ...atTheEnd(view), device: change.device ?? firstDevice(this.#sessions[view.session]) }
      : view;
    this.#changed();
  }

  select(index: number): void {
    const { session } = this.entry;
    if (index < 0 || index >= session.length) return;
    const record = session.at(index);
    const change: { -readonly [K in keyof ViewChange]: ViewChange[K] } = { cursor: { index }, selected: index };
    if (record.device !== this.#view.device)
      Object.assign(change, { device: record.device, actor: undefined, node: undefined });
    if (record.kind === "step" && typeof record.actor === "string" && record.actor !== this.#view.actor) {
      Object.assign(change, { actor: record.actor, node: undefined });
    }
    this.update(change);
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
    this.#sessions = this.#sessions.filter((_, at) => at !== index);
    const { session, compare } = this.#view;
    const after = (other: number) => (other > index ? other - 1 : other);
    const kept = compare !== undefined && compare.session !== index && session !== index;
    const { compare: _, ...view } = this.#view;
    this.#view = kept
      ? { ...view, session: after(session), compare: { ...compare, session: after(compare.session) } }
      : view;
    if (session === index) {
      const next = Math.max(0, Math.min(index, this.#sessions.length - 1));
      this.#view = { ...atTheEnd(this.#view), session: next, device: firstDevice(this.#sessions[next]) };
    } else {
      this.#view = { ...this.#view, session: after(session) };
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
    if (entry !== this.entry) return;
    const { cursor, selected, bookmarks } = this.#view;
    const index = typeof cursor.index === "number" ? cursor.index - gone : cursor.index;
    this.update({
      cursor: index === "live" ? cursor : { index: Math.max(0, index) },
      selected: selected === undefined || selected < gone ? undefined : selected - gone,
      bookmarks: bookmarks
        .filter((mark) => mark.index >= gone)
        .map(({ index, label }) => ({ index: index - gone, label })),
    });
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

/** The same view when nothing becomes otherwise. */
export function changed(view: ViewState, change: ViewChange): ViewState {
  const next: Record<string, unknown> = { ...view };
  let differs = false;
  for (const [key, value] of Object.entries(change)) {
    if (value === undefined && key in FIRST_VIEW) continue;
    if (Object.is(next[key], value)) continue;
    differs = true;
    if (value === undefined) delete next[key];
    else next[key] = value;
  }
  return differs ? (next as unknown as ViewState) : view;
}

function atTheEnd(view: ViewState): ViewState {
  const { selected: _selected, actor: _actor, node: _node, ...rest } = view;
  return { ...rest, cursor: { index: "live" }, bookmarks: [] };
}

function firstDevice(entry: SessionEntry | undefined): string {
  if (entry === undefined) return "";
  const { session } = entry;
  const [device] = devicesOf(session);
  if (device !== undefined) return device;
  const first: TraceRecord | undefined = session.length > 0 ? session.at(0) : undefined;
  return first?.device ?? "";
}
