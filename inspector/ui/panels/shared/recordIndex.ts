/** Which records of a session are of one sort, found once each as the session grows. */
import type { TraceRecord } from "../../../../ports/trace.ts";
import type { SessionView } from "../../../model/sessionContract.ts";

interface Found {
  readonly indices: number[];
  scanned: number;
  first: TraceRecord | undefined;
}

export class RecordIndex {
  readonly #wanted: (record: TraceRecord) => boolean;
  readonly #found = new WeakMap<SessionView, Found>();

  constructor(wanted: (record: TraceRecord) => boolean) {
    this.#wanted = wanted;
  }

  /** Indices in order. The list grows: do not keep it. */
  of(session: SessionView): readonly number[] {
    let found = this.#found.get(session);
    const first = session.length > 0 ? session.at(0) : undefined;
    // A checkpoint may have begun the session anew.
    if (found === undefined || found.scanned > session.length || found.first !== first) {
      found = { indices: [], scanned: 0, first };
      this.#found.set(session, found);
    }
    for (; found.scanned < session.length; found.scanned++) {
      if (this.#wanted(session.at(found.scanned))) found.indices.push(found.scanned);
    }
    return found.indices;
  }
}
