/** Goes through a session's records once, however often it is asked: only what came since is looked at. */
import type { TraceRecord } from "../../../ports/trace.ts";
import type { SessionView } from "../../model/sessionContract.ts";

export class RecordFollower {
  readonly #session: SessionView;
  #next = 0;
  #first: TraceRecord | undefined;

  constructor(session: SessionView) {
    this.#session = session;
  }

  /**
   * Calls `take` with every record that came since the last call, `limit` of them at most; before that `restart` when
   * the session has forgotten what it had. Returns whether everything was taken.
   */
  follow(
    take: (record: TraceRecord, index: number) => void,
    restart: () => void,
    limit = Number.POSITIVE_INFINITY,
  ): boolean {
    const session = this.#session;
    const first = session.length > 0 ? session.at(0) : undefined;
    if (this.#next > session.length || (this.#first !== undefined && this.#first !== first)) {
      this.#next = 0;
      restart();
    }
    this.#first = first;
    const end = Math.min(session.length, this.#next + limit);
    for (; this.#next < end; this.#next++) take(session.at(this.#next), this.#next);
    return end === session.length;
  }
}
