/** Frames as text. What cannot be written as JSON costs its record, not the page. */
import type { TraceRecord } from "../../ports/trace.ts";
import { jsonText } from "../../trace/bytes.ts";
import type { CheckpointFrame, Frame } from "../protocol.ts";

export function recordText(record: TraceRecord): string {
  try {
    return jsonText(record);
  } catch (error) {
    const { seq, time, device, kind, cause } = record;
    const known = typeof cause === "number" ? { cause } : {};
    return JSON.stringify({ seq, time, device, kind, ...known, unwritable: messageOf(error) });
  }
}

export function checkpointText({ before, records }: CheckpointFrame): string {
  return `{"frame":"checkpoint","before":${before},"records":[${records.map(recordText).join(",")}]}`;
}

export function recordsText(first: number, records: readonly string[]): string {
  return `{"frame":"records","first":${first},"records":[${records.join(",")}]}`;
}

export function frameText(frame: Exclude<Frame, { frame: "checkpoint" | "records" }>): string {
  try {
    return jsonText(frame);
  } catch (error) {
    if (frame.frame !== "reply") throw error;
    return JSON.stringify({ frame: "reply", id: frame.id, ok: frame.ok, value: `not shown: ${messageOf(error)}` });
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
