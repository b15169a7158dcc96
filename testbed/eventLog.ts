/** What a server of the testbed saw, in order: typed listeners (they must not throw), waiting, and iteration. */
import type { Clock } from "../ports/clock.ts";
import { TestbedError } from "./testbedError.ts";

/** Entries kept; the oldest are let go beyond. */
const MAX_ENTRIES = 10_000;

/** An event with its place in the log: `seq` from 1, `time` in ms of the server's clock. */
export type Logged<E> = E & { readonly seq: number; readonly time: number };

type OfType<E, T> = Logged<Extract<E, { readonly type: T }>>;

interface Waiter<E> {
  readonly accepts: (entry: Logged<E>) => boolean;
  readonly resolve: (entry: Logged<E>) => void;
  readonly reject: (error: Error) => void;
}

export class EventLog<E extends { readonly type: string }> implements AsyncIterable<Logged<E>> {
  readonly #clock: Pick<Clock, "now">;
  readonly #onEntry: ((entry: Logged<E>) => void) | undefined;
  readonly #entries: Logged<E>[] = [];
  readonly #listeners = new Set<(entry: Logged<E>) => void>();
  readonly #closeListeners = new Set<() => void>();
  readonly #waiters = new Set<Waiter<E>>();
  #seq = 0;
  #closed = false;

  constructor(clock: Pick<Clock, "now">, onEntry?: (entry: Logged<E>) => void) {
    this.#clock = clock;
    this.#onEntry = onEntry;
  }

  /** The entries kept, oldest first. */
  get entries(): readonly Logged<E>[] {
    return this.#entries;
  }

  /** `seq` of the newest entry, 0 before the first. */
  get seq(): number {
    return this.#seq;
  }

  record(event: E): void {
    if (this.#closed) return;
    const entry: Logged<E> = { ...event, seq: ++this.#seq, time: this.#clock.now() };
    this.#entries.push(entry);
    if (this.#entries.length > MAX_ENTRIES) this.#entries.shift();
    this.#onEntry?.(entry);
    for (const listener of [...this.#listeners]) listener(entry);
    for (const waiter of [...this.#waiters]) {
      if (!waiter.accepts(entry)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(entry);
    }
  }

  /** Calls `listener` for each further entry of this type; returns what ends it. */
  on<T extends E["type"]>(type: T, listener: (entry: OfType<E, T>) => void): () => void {
    return this.onAny((entry) => {
      if (entry.type === type) listener(entry as unknown as OfType<E, T>);
    });
  }

  /** Calls `listener` for each further entry; returns what ends it. */
  onAny(listener: (entry: Logged<E>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls `listener` when the log is closed; returns what ends that. */
  onClosed(listener: () => void): () => void {
    this.#closeListeners.add(listener);
    return () => this.#closeListeners.delete(listener);
  }

  /**
   * The first entry of this type after `options.after` (a `seq`; 0 by default) that `accepts`: one kept already, or
   * the next to come. Rejects with code `closed` when the log ends before.
   */
  until<T extends E["type"]>(
    type: T,
    accepts: (entry: OfType<E, T>) => boolean = () => true,
    options: { readonly after?: number } = {},
  ): Promise<OfType<E, T>> {
    const after = options.after ?? 0;
    const fits = (entry: Logged<E>) =>
      entry.seq > after && entry.type === type && accepts(entry as unknown as OfType<E, T>);
    const found = this.#entries.find(fits) ?? this.#next(fits, `waiting for "${type}"`);
    return Promise.resolve(found) as unknown as Promise<OfType<E, T>>;
  }

  /** Every entry kept and to come, until the log is closed. */
  async *[Symbol.asyncIterator](): AsyncIterator<Logged<E>> {
    for (let seen = 0; ; ) {
      const next = this.#entries[Math.max(0, seen + 1 - (this.#entries[0]?.seq ?? 0))];
      if (next === undefined && this.#closed) return;
      if (next === undefined) {
        await this.#next(() => true, "iterating").catch(() => undefined);
        continue;
      }
      seen = next.seq;
      yield next;
    }
  }

  close(): void {
    this.#closed = true;
    for (const waiter of this.#waiters) waiter.reject(new TestbedError("closed", "the server was closed"));
    this.#waiters.clear();
    this.#listeners.clear();
    for (const listener of [...this.#closeListeners]) listener();
    this.#closeListeners.clear();
  }

  #next(accepts: (entry: Logged<E>) => boolean, doing: string): Promise<Logged<E>> {
    if (this.#closed) {
      const refused = Promise.reject(new TestbedError("closed", `the server was closed while ${doing}`));
      refused.catch(() => undefined);
      return refused;
    }
    const next = new Promise<Logged<E>>((resolve, reject) => this.#waiters.add({ accepts, resolve, reject }));
    // A caller that stopped caring (a race it lost) must not turn closing into an unhandled rejection.
    next.catch(() => undefined);
    return next;
  }
}
