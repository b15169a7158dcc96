/** Records as the lines of a recording. */
import type { TraceRecord } from "../../../ports/trace.ts";

export function exportRecords(records: Iterable<TraceRecord>): string {
  let text = "";
  for (const record of records) text += `${recordLine(record)}\n`;
  return text;
}

/** Octets as trace/bytes.ts writes them, `{"$bytes":"01ff"}`, without Node's Buffer; those of a page's records are that already. */
export function recordLine(record: object): string {
  return JSON.stringify(record, octets);
}

function octets(this: unknown, key: string, value: unknown): unknown {
  // What `toJSON` has not made of them yet.
  const raw = (this as Record<string, unknown>)[key];
  if (!(raw instanceof Uint8Array)) return value;
  return { $bytes: Array.from(raw, (octet) => octet.toString(16).padStart(2, "0")).join("") };
}
