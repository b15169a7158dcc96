/**
 * What is kept of sessions that ended here, for the next one with the same server: the live session itself, where the
 * server can go on with it (RFC 9146), and what an abbreviated handshake takes (RFC 5246 §7.3). Either is bound to the
 * credentials that it was made with: with others it is of no use, and the next session takes its place.
 */
import type { Clock } from "../../ports/clock.ts";
import { type KeptSession, MAX_KEPT_SESSIONS, type SessionVault } from "./sessionVault.ts";

/** RFC 5246 §F.1.4: a session is not resumed for longer; a server has long given up a connection that was silent then. */
const MAX_AGE_MS = 24 * 3_600_000;

export class KeptSessions {
  readonly #clock: Pick<Clock, "wall">;
  readonly #vault: SessionVault | undefined;
  readonly #live = new Map<string, KeptSession>();
  readonly #resumable = new Map<string, KeptSession>();
  #loaded: Promise<void> | undefined = undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(clock: Pick<Clock, "wall">, vault: SessionVault | undefined) {
    this.#clock = clock;
    this.#vault = vault;
  }

  /** @param since see `KeptSession` */
  park(key: string, since: number, bytes: Uint8Array): void {
    keep(this.#live, { key, since, bytes });
  }

  /** The live session, given away for good. */
  async takeLive(key: string): Promise<KeptSession | undefined> {
    await this.#load();
    const kept = this.#live.get(key);
    this.#live.delete(key);
    return kept !== undefined && this.#isFresh(kept) ? kept : undefined;
  }

  /** A full handshake has ended. */
  remember(key: string, bytes: Uint8Array): void {
    keep(this.#resumable, { key, since: this.#clock.wall(), bytes });
    this.#write();
  }

  async resumable(key: string): Promise<KeptSession | undefined> {
    await this.#load();
    const kept = this.#resumable.get(key);
    if (kept === undefined || this.#isFresh(kept)) return kept;
    this.forget(key);
    return undefined;
  }

  /** RFC 5246 §7.2.2: what a fatal alert ended is not resumed. */
  forget(key: string): void {
    if (this.#resumable.delete(key)) this.#write();
  }

  /** Hands the live sessions to the store; they come back from there, once. Without a store they stay. */
  async save(): Promise<void> {
    if (this.#vault !== undefined && this.#live.size > 0) {
      // What still lies in the store of other servers is taken along.
      await this.#load();
      const sessions = [...this.#live.values()];
      this.#live.clear();
      await this.#vault.putLive(sessions);
      this.#loaded = undefined;
    }
    await this.#writing;
  }

  #isFresh({ since }: KeptSession): boolean {
    const ageMs = this.#clock.wall() - since;
    return ageMs >= 0 && ageMs <= MAX_AGE_MS;
  }

  #load(): Promise<void> {
    this.#loaded ??= this.#read();
    return this.#loaded;
  }

  /** What was kept since then is newer than what the store has. */
  async #read(): Promise<void> {
    if (this.#vault === undefined) return;
    for (const session of await this.#vault.takeLive()) {
      if (!this.#live.has(session.key)) keep(this.#live, session);
    }
    for (const session of await this.#vault.readResumable()) {
      if (!this.#resumable.has(session.key)) keep(this.#resumable, session);
    }
  }

  #write(): void {
    const vault = this.#vault;
    if (vault === undefined) return;
    this.#writing = this.#writing.then(() => vault.writeResumable([...this.#resumable.values()]));
  }
}

/** The newest last; beyond what is kept the oldest goes. */
function keep(kept: Map<string, KeptSession>, session: KeptSession): void {
  kept.delete(session.key);
  kept.set(session.key, session);
  if (kept.size <= MAX_KEPT_SESSIONS) return;
  const [oldest] = kept.keys();
  if (oldest !== undefined) kept.delete(oldest);
}
