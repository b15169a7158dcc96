/** Which messages had no answer in time: those that were sent again. */
import type { TraceRecord } from "../../../ports/trace.ts";
import { isRetransmission } from "./foldKey.ts";

/** Messages that may still be sent again: the oldest is forgotten. */
const MAX_PENDING = 512;

export class Unanswered {
  readonly #entries = new Set<number>();
  /** By what would be the same in a retransmission. */
  readonly #pending = new Map<string, number>();

  has(entry: number): boolean {
    return this.#entries.has(entry);
  }

  /** Takes the record of an entry; a message that is sent again had no answer the time before. */
  note(record: TraceRecord, entry: number): void {
    if (record.direction !== "out" || (record.kind !== "coap" && record.kind !== "dtls")) return;
    // RFC 7252 §4.2: the same message ID; RFC 6347 §4.2.4: the whole flight.
    const what = record.kind === "coap" ? record.mid : record.flight;
    if (what === undefined) return;
    const key = `${record.kind} ${String(record.remote)} ${String(what)}`;
    const before = this.#pending.get(key);
    if (before !== undefined && isRetransmission(record)) this.#entries.add(before);
    this.#pending.delete(key);
    this.#pending.set(key, entry);
    if (this.#pending.size <= MAX_PENDING) return;
    const [oldest] = this.#pending.keys();
    this.#pending.delete(oldest!);
  }

  clear(): void {
    this.#entries.clear();
    this.#pending.clear();
  }
}
