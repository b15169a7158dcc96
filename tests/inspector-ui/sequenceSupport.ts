/** Rows of the sequence chart of hand-made records, as text. */
import { Session } from "../../inspector/model/session.ts";
import { type RowSettings, type SequenceRow, SequenceRows } from "../../inspector/ui/sequence/rows.ts";
import { rowText } from "../../inspector/ui/sequence/rowText.ts";
import type { RecordFields } from "../../ports/trace.ts";
import { recordsOf } from "./shellSupport.ts";

export const ALL: RowSettings = { device: "d", level: "all", mode: "auto", fold: true, hidden: new Set() };

export function rowsOf(fields: readonly RecordFields[], settings: Partial<RowSettings> = {}) {
  const session = new Session();
  session.append(recordsOf(fields));
  const rows = new SequenceRows(session, { ...ALL, ...settings });
  rows.sync();
  return { session, rows };
}

export function eachRow(rows: SequenceRows): SequenceRow[] {
  return Array.from({ length: rows.length }, (_, row) => rows.at(row));
}

export function textsOf(rows: SequenceRows): string[] {
  return eachRow(rows).map((row) => `${row.kind === "fold" ? (row.open ? "▾ " : "▸ ") : ""}${rowText(row)}`);
}

/** CoAP messages between the device and server 1. */
export function coap(
  direction: "in" | "out",
  code: string,
  more: Readonly<Record<string, unknown>> = {},
): RecordFields {
  const ends = direction === "out" ? { from: "library", to: "server/1" } : { from: "server/1", to: "library" };
  return { kind: "coap", direction, type: "CON", code, remote: "s", ...ends, ...more } as RecordFields;
}

/** A step of an actor of any app. */
export function step(
  actor: string,
  event: string,
  entered: readonly string[],
  more: Readonly<Record<string, unknown>> = {},
): RecordFields {
  return {
    kind: "step",
    actor,
    event: { type: event },
    microsteps: [],
    value: "",
    active: entered,
    entered,
    left: [],
    ...more,
  };
}
