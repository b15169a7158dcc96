/** Bookmarks and a cursor whose records are not there yet, or not any more: they go back to them as those come. */
import type { SessionView } from "../../model/sessionContract.ts";
import type { SessionEntry } from "../app.ts";
import type { AppStore } from "./appStore.ts";
import type { Place } from "./place.ts";

/** A record by its name, which it keeps when its place becomes another. */
interface RecordName {
  readonly device: string;
  readonly seq: number;
}

export interface NamedMark extends RecordName {
  readonly label: string;
}

export class AwaitedPlaces {
  #marks: readonly NamedMark[];
  #cursor: RecordName | undefined;

  constructor(marks: readonly NamedMark[], cursor?: RecordName) {
    this.#marks = marks;
    this.#cursor = cursor;
  }

  /** Those of a session that is about to forget its records. */
  static of(session: SessionView, { bookmarks, cursor: { index } }: Place, awaited: AwaitedPlaces): AwaitedPlaces {
    const cursor = index !== "live" && index < session.length ? nameOf(session, index) : undefined;
    return new AwaitedPlaces([...awaited.marks, ...namedMarks(session, bookmarks)], cursor);
  }

  /** Not found yet. */
  get marks(): readonly NamedMark[] {
    return this.#marks;
  }

  set marks(marks: readonly NamedMark[]) {
    this.#marks = marks;
  }

  findAgain(store: AppStore, entry: SessionEntry): void {
    const { session } = entry;
    const found = new Map<NamedMark, number>();
    for (const mark of this.#marks) {
      const index = session.indexOf(mark.device, mark.seq);
      if (index !== undefined) found.set(mark, index);
    }
    if (found.size > 0) {
      this.#marks = this.#marks.filter((mark) => !found.has(mark));
      const back = [...found].map(([{ label }, index]) => ({ index, label }));
      const bookmarks = [...store.placeIn(entry).bookmarks, ...back].sort((a, b) => a.index - b.index);
      store.stand(entry, { bookmarks });
    }
    const index = this.#cursor && session.indexOf(this.#cursor.device, this.#cursor.seq);
    if (index === undefined) return;
    this.#cursor = undefined;
    // Somebody may have gone elsewhere in the meantime.
    if (store.placeIn(entry).cursor.index === "live") store.stand(entry, { cursor: { index }, selected: index });
  }
}

export function namedMarks(session: SessionView, bookmarks: Place["bookmarks"]): readonly NamedMark[] {
  return bookmarks
    .filter(({ index }) => index < session.length)
    .map(({ index, label }) => ({ ...nameOf(session, index), label }));
}

function nameOf(session: SessionView, index: number): RecordName {
  const { device, seq } = session.at(index);
  return { device, seq };
}
