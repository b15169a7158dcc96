/** What is drawn of a run, record by record: filtered by level, retransmissions and transfers folded. */
import type { Lifeline, TraceRecord } from "../ports/trace.ts";
import { describeRecord } from "./describe.ts";
import { formatBytes } from "./format.ts";
import { SEQUENCE_LEVELS, type SequenceItem, type SequenceLevel } from "./item.ts";

export interface SequenceOptions {
  /** `events` by default. */
  readonly level?: SequenceLevel;
}

/** Messages that were left out because they repeat or carry on what is drawn already. */
interface Fold {
  readonly from: Lifeline;
  readonly to: Lifeline;
  readonly unit: "block" | "part" | "retransmission";
  count: number;
  /** Octets of all blocks, or how far the download is. */
  bytes: number;
  time: number;
}

export class Sequence {
  readonly #rank: number;
  #fold: Fold | undefined;

  constructor(options: SequenceOptions = {}) {
    this.#rank = SEQUENCE_LEVELS.indexOf(options.level ?? "events");
  }

  /** What is to be drawn now; a transfer under way is held back until something else happens or it ends. */
  push(record: TraceRecord): readonly SequenceItem[] {
    const items = describeRecord(record).filter(({ level }) => SEQUENCE_LEVELS.indexOf(level) <= this.#rank);
    if (items.length === 0 || isPartOfAnswered(record)) return [];
    const part = partOf(record, items[0]!);
    if (part === undefined) return [...this.end(), ...items];
    const fold = this.#fold;
    if (fold !== undefined && fold.unit === part.unit && fold.from === part.from && fold.to === part.to) {
      fold.count++;
      fold.bytes = fold.unit === "part" ? part.bytes : fold.bytes + part.bytes;
      fold.time = record.time;
      return [];
    }
    const ended = this.end();
    this.#fold = { ...part, count: 1, time: record.time };
    return ended;
  }

  /** What was held back. */
  end(): readonly SequenceItem[] {
    const fold = this.#fold;
    this.#fold = undefined;
    if (fold === undefined) return [];
    const { from, to, time, count, unit, bytes } = fold;
    const counted = `${count} ${unit}${count === 1 ? "" : "s"}`;
    const label = `… ${unit === "part" ? `${formatBytes(bytes)} received` : unit === "block" ? `${counted}, ${formatBytes(bytes)}` : counted}`;
    return [{ shape: "fold", time, level: "messages", from, to, label, tone: "quiet" }];
  }
}

/** What is drawn of a whole recording. */
export function* sequenceOf(records: Iterable<TraceRecord>, options?: SequenceOptions): Generator<SequenceItem> {
  const sequence = new Sequence(options);
  for (const record of records) yield* sequence.push(record);
  yield* sequence.end();
}

type Part = Omit<Fold, "count" | "time">;

/** The record as one more part of something that is drawn already. */
function partOf(record: TraceRecord, item: SequenceItem): Part | undefined {
  if (item.shape !== "message") return undefined;
  const ends = { from: item.from, to: item.to };
  if (record.kind === "http" && record.phase === "progress")
    return { ...ends, unit: "part", bytes: Number(record.bytes ?? 0) };
  if (record.kind !== "coap" && record.kind !== "dtls") return undefined;
  if (record.retransmission !== undefined && record.retransmission !== false && record.retransmission !== 0) {
    return { ...ends, unit: "retransmission", bytes: 0 };
  }
  if (record.kind === "dtls") return undefined;
  const block = carriedBlock(record);
  if (block === undefined || block.num === 0 || !block.more) return undefined;
  return { ...ends, unit: "block", bytes: block.size };
}

/** True for the other half of a block-wise exchange: the request for a further block, the 2.31 for one that was sent. */
function isPartOfAnswered(record: TraceRecord): boolean {
  if (record.kind !== "coap") return false;
  const isRequest = String(record.code).startsWith("0");
  const asked = blockOf(isRequest ? record.block2 : record.block1);
  if (asked === undefined) return false;
  return isRequest ? asked.num > 0 && record.block1 === undefined : record.code === "2.31" && asked.num > 0;
}

/** The block that the message carries: Block1 in a request, Block2 in a response (RFC 7959 §2.2). */
function carriedBlock(record: TraceRecord) {
  return blockOf(String(record.code).startsWith("0") ? record.block1 : record.block2);
}

function blockOf(value: unknown): { num: number; more: boolean; size: number } | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { num, more, size } = value as { num?: unknown; more?: unknown; size?: unknown };
  return typeof num === "number" && typeof size === "number" ? { num, more: more === true, size } : undefined;
}
