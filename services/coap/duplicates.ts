/** What of the peer's messages is remembered, so that a repeated one gets the same answer (RFC 7252 §4.5). */
import type { Clock } from "../../ports/clock.ts";
import type { Deadline, Deadlines } from "./deadlines.ts";
import { sameBytes } from "./token.ts";
import type { CoapMessage } from "./types.ts";

/** A message that was received once. */
export interface Received {
  readonly messageId: number;
  readonly token: Uint8Array;
  readonly expires: number;
  /** The acknowledgement, reset or piggybacked response that it got; sent again for a duplicate. */
  reply: Uint8Array | undefined;
}

/** Bounded by count and by the lifetime of a message id. */
export class Duplicates implements Deadline {
  due = 0;
  readonly #clock: Clock;
  readonly #deadlines: Deadlines;
  readonly #capacity: number;
  /** In order of arrival. */
  readonly #entries = new Map<number, Received>();

  constructor(clock: Clock, deadlines: Deadlines, capacity: number) {
    this.#clock = clock;
    this.#deadlines = deadlines;
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#entries.size;
  }

  find(message: CoapMessage): Received | undefined {
    const entry = this.#entries.get(message.messageId);
    if (entry === undefined || entry.expires <= this.#clock.now()) return undefined;
    // A peer in a hurry uses an id again before its lifetime ends; with another token it is another message.
    return sameBytes(entry.token, message.token) ? entry : undefined;
  }

  add(message: CoapMessage, lifetimeMs: number): Received {
    const entry: Received = {
      messageId: message.messageId,
      // A copy: a view would keep the whole datagram alive.
      token: message.token.slice(),
      expires: this.#clock.now() + lifetimeMs,
      reply: undefined,
    };
    this.#entries.delete(entry.messageId);
    if (this.#entries.size === 0) this.#deadlines.set(this, lifetimeMs);
    this.#entries.set(entry.messageId, entry);
    if (this.#entries.size > this.#capacity) {
      const oldest = this.#entries.keys().next();
      if (oldest.done !== true) this.#entries.delete(oldest.value);
    }
    return entry;
  }

  /** Forgets what is past its lifetime. */
  expire(): void {
    const now = this.#clock.now();
    let next = Number.POSITIVE_INFINITY;
    for (const entry of this.#entries.values()) {
      if (entry.expires <= now) this.#entries.delete(entry.messageId);
      else next = Math.min(next, entry.expires);
    }
    if (this.#entries.size > 0) this.#deadlines.set(this, next - now);
  }

  clear(): void {
    this.#entries.clear();
    this.#deadlines.clear(this);
  }
}
