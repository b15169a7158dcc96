/** What a message carried, as fields: values by path with their names, links, text, or octets. */
import { fieldText } from "../../../../charts/fieldText.ts";
import { formatBytes } from "../../../../charts/format.ts";
import { summaryOf } from "../shared/valueTree.ts";
import type { Field, Section } from "./wireFields.ts";

/** Name of a path of the device's tree: `/5/0/3` is `Firmware Update: State`. */
export type LabelOf = (path: string) => string | undefined;

type Part = (value: unknown, labelOf: LabelOf) => readonly Field[];

/** Of everything that a payload may hold, in the order in which it is shown. */
const PARTS: Readonly<Record<string, Part>> = {
  format: (format) => [field("format", format)],
  octets: (octets) => [field("size", `${fieldText(octets)} octets`, sizeNote(octets))],
  block: (block) => {
    const { from, to, more } = groupOf(block);
    return [field("part", `octets ${fieldText(from)} to ${Number(to) - 1}`, more ? "more follow" : "the last")];
  },
  error: (error) => [{ ...field("not decoded", error), tone: "bad" }],
  text: (text) => [field("text", text === "" ? "(empty)" : text)],
  values: (values, labelOf) =>
    Object.entries(groupOf(values)).map(([path, value]) => valueField(path, value, labelOf(path))),
  samples: (samples, labelOf) =>
    listOf(samples).map((sample) => {
      const { path, value, time } = groupOf(sample);
      const at = time === undefined ? undefined : timeNote(Number(time));
      return valueField(fieldText(path), value, [labelOf(fieldText(path)), at].filter(Boolean).join(", "));
    }),
  paths: (paths, labelOf) => listOf(paths).map((path) => field("asks for", path, labelOf(fieldText(path)))),
  links: (links) =>
    listOf(links).map((link) => {
      const { target, attributes } = groupOf(link);
      const said = Object.entries(groupOf(attributes)).map(([name, value]) =>
        value === true ? name : `${name}=${fieldText(value)}`,
      );
      return field("link", target, said.join(", "));
    }),
  hex: (hex) => [field("octets", hex, "the beginning")],
  more: (more) => [field("", `and ${fieldText(more)} more`)],
};

export function payloadSection(payload: unknown, labelOf: LabelOf): Section {
  const title = "Payload";
  if (typeof payload !== "object" || payload === null) return { title, fields: [field("content", payload)] };
  const held = payload as Record<string, unknown>;
  const fields = Object.entries(PARTS).flatMap(([name, part]) =>
    held[name] === undefined ? [] : part(held[name], labelOf),
  );
  const rest = Object.entries(held).filter(([name]) => !Object.hasOwn(PARTS, name));
  return { title, fields, ...(rest.length > 0 && { value: Object.fromEntries(rest) }) };
}

function valueField(path: string, value: unknown, note: string | undefined): Field {
  const text = value === null ? "(removed)" : typeof value === "string" ? value || "(empty)" : summaryOf(value, 400);
  return { ...field(path, text, note), ...(value === "[redacted]" && { tone: "warning" as const }) };
}

/** SenML times before 2^28 are relative to now (RFC 8428 §4.5.3). */
function timeNote(seconds: number): string {
  if (!Number.isFinite(seconds)) return "";
  if (Math.abs(seconds) < 2 ** 28) return seconds === 0 ? "now" : `${seconds} s from now`;
  return new Date(seconds * 1000).toISOString();
}

function sizeNote(octets: unknown): string | undefined {
  return typeof octets === "number" && octets >= 1024 ? formatBytes(octets) : undefined;
}

function field(label: string, value: unknown, note?: string): Field {
  return { label, text: fieldText(value), ...(note !== undefined && note !== "" && { note }) };
}

function groupOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
