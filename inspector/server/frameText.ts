/** Frames as text. What cannot be written as JSON costs its record, not the page. */
import type { TraceRecord } from "../../ports/trace.ts";
import { replacer } from "../../trace/bytes.ts";
import type { CheckpointFrame, Frame } from "../protocol.ts";

export function recordText(record: TraceRecord): string {
  try {
    return JSON.stringify(record, replacer);
  } catch (error) {
    const { seq, time, device, kind, cause } = record;
    return JSON.stringify({ seq, time, device, kind, cause, unwritable: messageOf(error) });
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
    return JSON.stringify(frame, replacer);
  } catch (error) {
    if (frame.frame !== "reply") throw error;
    return JSON.stringify({ frame: "reply", id: frame.id, ok: frame.ok, value: `not shown: ${messageOf(error)}` });
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
