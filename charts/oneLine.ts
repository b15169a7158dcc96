/** A record, or what is drawn of it, in one line of text. */
import type { TraceRecord } from "../ports/trace.ts";
import { describeRecord } from "./describe.ts";
import { formatTime } from "./format.ts";
import { lifelineName, type SequenceItem } from "./item.ts";

/** `    1.204  Application → LwM2M carrier library  lwm2m_carrier_run()` */
export function oneLine(record: TraceRecord): string {
  const told = describeRecord(record).map(itemText);
  return `${formatTime(record.time)}  ${told.length === 0 ? record.kind : told.join("; ")}`;
}

/** An item without its time. */
export function itemText(item: SequenceItem): string {
  const detail = item.detail === undefined ? "" : ` (${item.detail})`;
  return `${itemPlace(item)}${item.label}${detail}`;
}

function itemPlace(item: SequenceItem): string {
  switch (item.shape) {
    case "divider":
      return "--- ";
    case "box":
      return `[${lifelineName(item.at)}] `;
    default: {
      const arrow = item.shape === "fold" ? "→" : item.arrow === "-x" ? "-✕" : item.arrow === "<=>" ? "↔" : "→";
      return `${lifelineName(item.from)} ${arrow} ${lifelineName(item.to)}  `;
    }
  }
}
