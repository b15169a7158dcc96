/** What could be written next in a filter. */
import { KINDS } from "../../trace/schema.ts";
import { FILTER_FIELDS } from "./filterFields.ts";
import { COMPARISONS, FilterError, type FilterToken, scanFilter } from "./filterScan.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** Suggestions of one kind at most. */
const MAX_SUGGESTIONS = 12;

export interface Suggestion {
  /** Replaces the text from `from` to `to`. */
  readonly insert: string;
  readonly label: string;
  readonly description: string;
}

export interface Suggestions {
  readonly from: number;
  readonly to: number;
  readonly items: readonly Suggestion[];
}

const OPERATORS: readonly Suggestion[] = [
  { insert: " == ", label: "==", description: "is" },
  { insert: " != ", label: "!=", description: "is not" },
  { insert: " ~ ", label: "~", description: "contains; /…/ is a pattern" },
  { insert: " !~ ", label: "!~", description: "does not contain" },
  { insert: " < ", label: "<", description: "less than" },
  { insert: " > ", label: ">", description: "more than" },
];

const JOINTS: readonly Suggestion[] = [
  { insert: "&& ", label: "&&", description: "and" },
  { insert: "|| ", label: "||", description: "or" },
];

/** At the caret of a filter's text; `vocabulary` gives the values that are there. */
export function suggestions(text: string, caret: number, vocabulary?: Vocabulary): Suggestions {
  const before = tokensBefore(text.slice(0, caret));
  const last = before.at(-1);
  // The word that is being written, if the caret stands at its end.
  const written = last !== undefined && last.to === caret && last.type !== "sign" ? last : undefined;
  const [field, sign] = before.slice(0, written === undefined ? before.length : -1).slice(-2);
  const range = { from: written?.from ?? caret, to: caret };
  if (sign?.type === "sign" && COMPARISONS.has(sign.text) && field !== undefined) {
    return { ...range, items: valuesFor(field.text, written?.text ?? "", vocabulary) };
  }
  const previous = written === undefined ? last : before.at(-2);
  if (previous?.type === "word" && previous.text === "has") return { ...range, items: fields(written?.text ?? "", "") };
  if (written !== undefined) {
    if (written.type === "word" && isField(written.text)) return { from: caret, to: caret, items: OPERATORS };
    return { ...range, items: fields(written.text, " ") };
  }
  // After a whole condition.
  if (previous !== undefined && (previous.type !== "sign" || previous.text === ")")) {
    if (previous.type === "word" && isField(previous.text)) return { ...range, items: OPERATORS };
    return { ...range, items: JOINTS };
  }
  return { ...range, items: fields("", " ") };
}

function tokensBefore(text: string): readonly FilterToken[] {
  try {
    return scanFilter(text).slice(0, -1);
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    // A quote that is still open: what stands in it is being written.
    const { from } = error.problem;
    return [
      ...scanFilter(text.slice(0, from)).slice(0, -1),
      { type: "string", text: text.slice(from + 1), from, to: text.length },
    ];
  }
}

function isField(name: string): boolean {
  return Object.hasOwn(FILTER_FIELDS, name);
}

function fields(prefix: string, after: string): Suggestion[] {
  const wanted = prefix.toLowerCase();
  const names = ranked(Object.keys(FILTER_FIELDS), wanted);
  const items = names.map((name) => {
    const { description, example } = FILTER_FIELDS[name]!;
    return { insert: `${name}${after}`, label: name, description: `${description}: ${example}` };
  });
  if (after !== "" && "has".startsWith(wanted))
    items.push({ insert: "has ", label: "has", description: "the record has this field: has error" });
  return items;
}

function valuesFor(field: string, prefix: string, vocabulary?: Vocabulary): Suggestion[] {
  const known = vocabulary?.valuesOf(field) ?? [];
  const values = field === "kind" ? [...new Set([...known, ...Object.keys(KINDS)])] : known;
  return ranked(values, prefix.toLowerCase())
    .slice(0, MAX_SUGGESTIONS)
    .map((value) => ({ insert: `${quotedIfNeeded(value)} `, label: value, description: describe(field, value) }));
}

function describe(field: string, value: string): string {
  return field === "kind" ? (KINDS[value as keyof typeof KINDS]?.description ?? "") : "";
}

/** Those that begin with it, then those that contain it. */
function ranked(values: readonly string[], wanted: string): string[] {
  const begin = values.filter((value) => value.toLowerCase().startsWith(wanted));
  const contain = values.filter((value) => !begin.includes(value) && value.toLowerCase().includes(wanted));
  return [...begin, ...contain];
}

/** A value as it has to be written. */
export function quotedIfNeeded(value: string): string {
  return /^[^\s()"'=!~<>&|]+$/.test(value) ? value : `"${value.replace(/["\\]/g, "\\$&")}"`;
}
