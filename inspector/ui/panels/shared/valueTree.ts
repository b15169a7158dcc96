/** Values of any shape as a tree to unfold. */
import { fieldText } from "../../../../charts/fieldText.ts";

export type ValueKind = "text" | "number" | "flag" | "nothing" | "list" | "group" | "redacted" | "special";

export interface ValueNode {
  readonly kind: ValueKind;
  /** In one line. */
  readonly text: string;
  /** Of lists and groups. */
  readonly entries: readonly (readonly [key: string, value: unknown])[];
  /** Entries that are not shown. */
  readonly left: number;
}

/** Entries of one list or group that are shown. */
export const MOST_ENTRIES = 500;
const REDACTED = "[redacted]";
/** Characters of a folded group's line. */
const SUMMARY = 72;

export function valueNode(value: unknown): ValueNode {
  const leaf = (kind: ValueKind, text: string): ValueNode => ({ kind, text, entries: [], left: 0 });
  if (value === null || value === undefined) return leaf("nothing", value === null ? "null" : "none");
  if (typeof value === "string")
    return value === REDACTED ? leaf("redacted", value) : leaf("text", JSON.stringify(value));
  if (typeof value === "number") return leaf("number", String(value));
  if (typeof value === "boolean") return leaf("flag", String(value));
  if (typeof value !== "object") return leaf("special", String(value));
  const all = Object.entries(value);
  const kind = Array.isArray(value) ? "list" : "group";
  if (all.length === 0) return leaf(kind, kind === "list" ? "[]" : "{}");
  return {
    kind,
    text: summaryOf(value),
    entries: all.slice(0, MOST_ENTRIES),
    left: Math.max(0, all.length - MOST_ENTRIES),
  };
}

/** What a value is in one line, cut where it gets long: `{ kind: "failed", failure: "badCertificate" }` */
export function summaryOf(value: unknown, length = SUMMARY): string {
  const text = written(value, length);
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

function written(value: unknown, room: number): string {
  if (value === undefined) return "none";
  if (typeof value !== "object" || value === null) return fieldText(JSON.stringify(value) ?? String(value));
  const parts: string[] = [];
  let used = 0;
  for (const [key, inner] of Object.entries(value)) {
    if (used > room) break;
    const part = Array.isArray(value)
      ? written(inner, room - used)
      : `${fieldText(key)}: ${written(inner, room - used)}`;
    parts.push(part);
    used += part.length + 2;
  }
  if (Array.isArray(value)) return `[${parts.join(", ")}]`;
  return parts.length === 0 ? "{}" : `{ ${parts.join(", ")} }`;
}

/** `context.policy.source`; keys that are no names in brackets: `list[0]`, `map["a b"]`. */
export function joinPath(path: string, key: string): string {
  if (/^\d+$/.test(key)) return `${path}[${key}]`;
  if (!/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}
