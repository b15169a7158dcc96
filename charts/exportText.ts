/** A recording as plain text, one line for everything that is drawn. */
import type { TraceRecord } from "../ports/trace.ts";
import { formatTime } from "./format.ts";
import { itemText } from "./oneLine.ts";
import { type SequenceOptions, sequenceOf } from "./sequence.ts";

export function exportText(records: Iterable<TraceRecord>, options?: SequenceOptions): string {
  let text = "";
  for (const item of sequenceOf(records, options)) text += `${formatTime(item.time)}  ${itemText(item)}\n`;
  return text;
}
