/** The sessions that a server would resume (RFC 5246 §F.1.4: for a day at most), oldest out first. */
import { toHex } from "./bytes.ts";
import type { Session } from "./session.ts";

const MAX_AGE_MS = 24 * 3600 * 1000;

export class SessionCache {
  readonly #sessions = new Map<string, { readonly session: Session; readonly until: number }>();
  readonly #max: number;
  readonly #now: () => number;

  constructor(max: number, now: () => number) {
    this.#max = max;
    this.#now = now;
  }

  /** Whether new sessions get an id at all. */
  get keeps(): boolean {
    return this.#max > 0;
  }

  get(id: Uint8Array): Session | undefined {
    const entry = this.#sessions.get(toHex(id));
    if (entry !== undefined && entry.until < this.#now()) {
      this.remove(id);
      return undefined;
    }
    return entry?.session;
  }

  add(session: Session): void {
    if (!this.keeps) return;
    this.#sessions.set(toHex(session.id), { session, until: this.#now() + MAX_AGE_MS });
    if (this.#sessions.size <= this.#max) return;
    const [oldest] = this.#sessions.keys();
    if (oldest !== undefined) this.#sessions.delete(oldest);
  }

  remove(id: Uint8Array): void {
    this.#sessions.delete(toHex(id));
  }
}
