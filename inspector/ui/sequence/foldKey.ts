/** What repeats: which records of a run carry on something that is drawn already, so that they can be folded into one row. */
import type { TraceRecord } from "../../../ports/trace.ts";
import type { LaneItem } from "./laneItem.ts";

export type FoldUnit = "block" | "part" | "retransmission" | "notification" | "repeat";

/** A part of something; parts with the same key that follow on one another are one fold. */
export interface FoldPart {
  readonly key: string;
  readonly unit: FoldUnit;
  /** 1 when it counts; 0 for what goes with it: the request for a block, the acknowledgement of a notification. */
  readonly counts: 0 | 1;
  /** Octets that it brings; of a part how many there are in all. */
  readonly bytes: number;
}

/** Undefined for what stands for itself. */
export function foldPart(record: TraceRecord, item: LaneItem): FoldPart | undefined {
  if (item.shape !== "message") return undefined;
  if (record.kind === "http") {
    if (record.phase !== "progress") return undefined;
    return { key: `part ${item.from}`, unit: "part", counts: 1, bytes: Number(record.bytes ?? 0) };
  }
  if (record.kind !== "coap" && record.kind !== "dtls") return undefined;
  const peer = item.from === "endpoint" ? item.to : item.from;
  if (isRetransmission(record)) {
    return { key: `again ${item.from} ${item.to}`, unit: "retransmission", counts: 1, bytes: 0 };
  }
  return record.kind === "coap" ? coapPart(record, peer) : undefined;
}

export function isRetransmission(record: TraceRecord): boolean {
  const { retransmission } = record;
  return retransmission !== undefined && retransmission !== false && retransmission !== 0;
}

function coapPart(record: TraceRecord, peer: string): FoldPart | undefined {
  const code = String(record.code);
  const isRequest = code.startsWith("0") && code !== "0.00";
  // An acknowledgement alone: of the notifications before it, if they were folded.
  if (code === "0.00") {
    return record.type === "ACK" ? { key: `notify ${peer}`, unit: "notification", counts: 0, bytes: 0 } : undefined;
  }
  // RFC 7959 §2.2: Block1 describes what a request carries, Block2 what a response does.
  const carried = blockOf(isRequest ? record.block1 : record.block2);
  if (carried !== undefined && carried.num > 0 && carried.more) {
    return { key: `block ${peer}`, unit: "block", counts: 1, bytes: carried.size };
  }
  const asked = blockOf(isRequest ? record.block2 : record.block1);
  const isAnswer = isRequest ? record.block1 === undefined : code === "2.31";
  if (asked !== undefined && asked.num > 0 && isAnswer) {
    return { key: `block ${peer}`, unit: "block", counts: 0, bytes: 0 };
  }
  // RFC 7641 §3.2: a notification is a response with the Observe option.
  if (!isRequest && record.observe !== undefined && carried === undefined) {
    return { key: `notify ${peer}`, unit: "notification", counts: 1, bytes: 0 };
  }
  return undefined;
}

/** A number that is the same for what looks the same: kind, ends and label. */
export function signatureOf(record: TraceRecord, item: LaneItem): number {
  const place = item.shape === "divider" ? "" : item.shape === "message" ? `${item.from}>${item.to}` : item.at;
  // How long a timer waits differs a little each time.
  const label =
    record.kind === "timer" ? `${String(record.owner)} ${String(record.name)} ${String(record.operation)}` : item.label;
  let hash = item.shape.length;
  for (const text of [record.kind, place, label]) {
    for (let index = 0; index < text.length; index++) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0;
    hash = Math.imul(hash, 31) | 0;
  }
  return hash;
}

function blockOf(value: unknown): { num: number; more: boolean; size: number } | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { num, more, size } = value as { num?: unknown; more?: unknown; size?: unknown };
  return typeof num === "number" && typeof size === "number" ? { num, more: more === true, size } : undefined;
}
