/** Flights, records, alerts and sessions of DTLS in a line (RFC 6347; RFC 5246 §7.2 for alerts). */
import type { Lifeline, TraceRecord } from "../ports/trace.ts";
import { fieldText } from "./fieldText.ts";
import { formatBytes } from "./format.ts";
import type { ItemArrow, MessageItem, SequenceItem, SequenceLevel, Tone } from "./item.ts";

interface Line {
  readonly level: SequenceLevel;
  readonly label: string;
  readonly tone: Tone;
  readonly arrow?: ItemArrow;
  readonly detail?: string;
}

export function describeDtls(record: TraceRecord): readonly SequenceItem[] {
  const line = LINES[fieldText(record.phase)]?.(record);
  if (line === undefined) return [];
  const [local, peer]: readonly [Lifeline, Lifeline] = ["library", "bootstrap"];
  const [from, to] = record.direction === "in" ? [peer, local] : [local, peer];
  const item: MessageItem = {
    shape: "message",
    time: record.time,
    arrow: "->",
    from: record.from ?? from,
    to: record.to ?? to,
    ...line,
  };
  return [item];
}

const LINES: Readonly<Record<string, (record: TraceRecord) => Line>> = {
  flight: ({ messages, flight }) => ({
    level: "messages",
    label: `DTLS flight ${fieldText(flight)}: ${listText(messages)}`,
    tone: "wire",
  }),
  record: ({ type, epoch, sequence, size }) => ({
    level: "all",
    label: `DTLS ${fieldText(type)}, epoch ${fieldText(epoch)}, record ${fieldText(sequence)}, ${formatBytes(Number(size ?? 0))}`,
    tone: "quiet",
  }),
  alert: ({ level, alert }) => ({
    level: "messages",
    label: `DTLS alert: ${fieldText(alert)}`,
    tone: level === "fatal" ? "bad" : "wire",
  }),
  dropped: ({ reason, size }) => ({
    level: "all",
    arrow: "-x",
    label: `DTLS: ${formatBytes(Number(size ?? 0))} dropped (${fieldText(reason)})`,
    tone: "quiet",
  }),
  connected: (record) => ({
    level: "events",
    arrow: "<=>",
    label: "DTLS session",
    tone: "wire",
    detail: traitsOf(record),
  }),
  closed: ({ detail }) => ({
    level: "messages",
    label: "DTLS session closed",
    tone: "quiet",
    ...(detail !== undefined && { detail: fieldText(detail) }),
  }),
};

function traitsOf({ suite, resumed, imported, connectionIds }: TraceRecord): string {
  const traits = [
    fieldText(suite),
    resumed === true && imported !== true ? "resumed" : "",
    imported === true ? "without a handshake" : "",
    connectionIds === undefined ? "" : "Connection ID",
  ];
  return traits.filter((trait) => trait !== "").join(", ");
}

function listText(list: unknown): string {
  return Array.isArray(list) ? list.map(fieldText).join(", ") : fieldText(list);
}
