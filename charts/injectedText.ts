/** What somebody who looked on did to a run, in one line. */
import type { TraceRecord } from "../ports/trace.ts";
import { fieldText } from "./fieldText.ts";

/** Characters of all values that are told. */
const MOST_VALUES = 200;

/** `event server.failed to carrier (server: 1)`, `Request of the application (request: link-up)`, `… was not done: why`. */
export function injectedText(record: TraceRecord): string {
  const text = `${whatText(record)}${valuesText(record.values)}`;
  if (record.outcome !== "refused") return text;
  return `${text} was not done${record.detail === undefined ? "" : `: ${fieldText(record.detail)}`}`;
}

function whatText({ what, name, label, actor }: TraceRecord): string {
  const named = fieldText(label ?? name);
  const whose = actor === undefined ? "" : fieldText(actor);
  switch (what) {
    case "event":
      return `event ${named}${whose === "" ? "" : ` to ${whose}`}`;
    case "timer":
      return `timer ${named}${whose === "" ? "" : ` of ${whose}`}`;
    default:
      return named;
  }
}

function valuesText(values: unknown): string {
  if (typeof values !== "object" || values === null) return "";
  const told = Object.entries(values).map(([name, value]) => fieldText(`${name}: ${textOf(value)}`));
  const text = told.join(", ");
  return told.length === 0 ? "" : ` (${text.length > MOST_VALUES ? `${text.slice(0, MOST_VALUES)}…` : text})`;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
