/** The bookmarks of the run that a page watches: kept for when it is loaded again, and one list for all its pages. */
import type { SessionEntry } from "../app.ts";
import type { AppStore } from "./appStore.ts";
import { AwaitedPlaces, type NamedMark, namedMarks } from "./awaitedPlaces.ts";
import { isAlike, mergedMarks } from "./mergedMarks.ts";
import type { Place } from "./place.ts";

/** The bookmarks of runs, which the server's `instance` names. */
export interface BookmarkMemory {
  /** Undefined: of that run nothing is known, or not any more. */
  of(instance: string): readonly NamedMark[] | undefined;
  keep(instance: string, marks: readonly NamedMark[]): void;
  /** Calls `listener` whenever another page has kept something. */
  onOther(listener: () => void): void;
}

export class KeptMarks {
  readonly #store: AppStore;
  /** The watched run's session, which becomes another one when the app is started anew. */
  readonly #entry: () => SessionEntry;
  readonly #memory: BookmarkMemory | undefined;
  #run: string | undefined;
  #awaited = new AwaitedPlaces([]);
  /** What this page and the memory had when they were last compared. */
  #agreed: readonly NamedMark[] = [];
  /** The page's bookmarks as they were then. */
  #seen: Place["bookmarks"] | undefined;

  constructor(store: AppStore, entry: () => SessionEntry, memory: BookmarkMemory | undefined) {
    this.#store = store;
    this.#entry = entry;
    this.#memory = memory;
    store.subscribe(() => {
      if (this.#store.placeIn(this.#entry()).bookmarks !== this.#seen) this.share();
    });
    memory?.onOther(() => this.share());
  }

  /** The session is that of this run, for which there may be bookmarks from before. */
  begin(run: string): void {
    const before = run === this.#run ? this.#agreed : [];
    this.#run = run;
    this.#awaited = new AwaitedPlaces([]);
    this.#agreed = this.#memory?.of(run) ?? before;
    this.#show(this.#agreed);
  }

  /** Does what may make the session forget its records: places wait until those have come again. */
  through(work: () => void): void {
    this.share();
    const entry = this.#entry();
    const { length } = entry.session;
    const places = AwaitedPlaces.of(entry.session, this.#store.placeIn(entry), this.#awaited);
    work();
    if (entry.session.length >= length) return;
    this.#awaited = places;
    this.#store.stand(entry, { cursor: { index: "live" }, selected: undefined, bookmarks: [] });
  }

  findAgain(): void {
    this.#awaited.findAgain(this.#store, this.#entry());
  }

  /** Tells the other pages what was changed here, and takes over what they have changed. */
  share(): void {
    const entry = this.#entry();
    const { session } = entry;
    // Who closes a session keeps its bookmarks.
    if (this.#run === undefined || this.#memory === undefined || !this.#store.sessions.includes(entry)) return;
    this.#seen = this.#store.placeIn(entry).bookmarks;
    const shown = namedMarks(session, this.#seen);
    // Records that were let go have not been unmarked; other pages may have them still.
    const gone = this.#agreed.filter(({ device, seq }) => session.indexOf(device, seq) === undefined);
    const waiting = mergedMarks([], this.#awaited.marks, gone);
    this.#awaited.marks = waiting;
    const now = [...waiting, ...shown];
    const kept = this.#memory.of(this.#run);
    const merged = kept === undefined ? now : mergedMarks(this.#agreed, now, kept);
    // Nothing changed here: nothing is written, so that pages never answer one another.
    const isChanged = !isAlike(this.#agreed, now);
    if (isChanged && (kept === undefined || !isAlike(kept, merged))) this.#memory.keep(this.#run, merged);
    this.#agreed = merged;
    if (!isAlike(now, merged)) this.#show(merged);
  }

  #show(marks: readonly NamedMark[]): void {
    const entry = this.#entry();
    const { session } = entry;
    this.#awaited.marks = marks.filter(({ device, seq }) => session.indexOf(device, seq) === undefined);
    const bookmarks = marks
      .map(({ device, seq, label }) => ({ index: session.indexOf(device, seq), label }))
      .filter((mark): mark is { index: number; label: string } => mark.index !== undefined)
      .sort((a, b) => a.index - b.index);
    this.#store.stand(entry, { bookmarks });
    this.#seen = bookmarks;
  }
}
