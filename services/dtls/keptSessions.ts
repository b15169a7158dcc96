/**
 * What is kept of sessions that ended here, for the next one with the same server and credentials: the live session
 * itself, where the server can go on with it (RFC 9146), and what an abbreviated handshake takes (RFC 5246 §7.3).
 */
import type { Clock } from "../../ports/clock.ts";
import { type KeptSession, MAX_KEPT_SESSIONS, type SessionVault } from "./sessionVault.ts";

/** RFC 5246 §F.1.4: a session is not resumed for longer; a server has long given up a connection that was silent then. */
const MAX_AGE_MS = 24 * 3_600_000;

/** Whose session it is. */
export interface SessionOwner {
  readonly key: string;
  readonly digest: string;
}

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
  park({ key, digest }: SessionOwner, since: number, bytes: Uint8Array): void {
    keep(this.#live, { key, digest, since, bytes });
  }

  /** The live session, given away for good. */
  async takeLive(owner: SessionOwner): Promise<KeptSession | undefined> {
    await this.#load();
    const kept = this.#live.get(owner.key);
    this.#live.delete(owner.key);
    return kept !== undefined && this.#isOf(kept, owner) ? kept : undefined;
  }

  /** A full handshake has ended. */
  remember({ key, digest }: SessionOwner, bytes: Uint8Array): void {
    keep(this.#resumable, { key, digest, since: this.#clock.wall(), bytes });
    this.#write();
  }

  async resumable(owner: SessionOwner): Promise<KeptSession | undefined> {
    await this.#load();
    const kept = this.#resumable.get(owner.key);
    if (kept === undefined || this.#isOf(kept, owner)) return kept;
    this.forget(owner.key);
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

  #isOf({ digest, since }: KeptSession, owner: SessionOwner): boolean {
    const ageMs = this.#clock.wall() - since;
    return digest === owner.digest && ageMs >= 0 && ageMs <= MAX_AGE_MS;
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
