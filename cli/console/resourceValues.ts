/** Values of resources as people type and read them, and as JSON. */

import type { ObjectLink, Path, ResourceDefinition, ResourceValue, SingleValue } from "../../services/lwm2m/model.ts";
import { formatValue, parseValue } from "../../services/lwm2m/plainText.ts";
import { printable } from "../terminal.ts";
import { CommandError } from "./command.ts";

/** Octets of an opaque value that are shown. */
const SHOWN_OCTETS = 64;

/** A single value from text; octets are `hex:…`, `base64:…` or `text:…`. Throws `Lwm2mError` or `CommandError`. */
export function parseSingle(resource: ResourceDefinition, text: string, path?: Path): SingleValue {
  return resource.type === "opaque" ? parseOctets(text) : parseValue(resource, text, path);
}

export function parseOctets(text: string): Uint8Array {
  const [, form, content = ""] = /^(hex|base64|text):(.*)$/s.exec(text) ?? [];
  if (form === "text") return new TextEncoder().encode(content);
  if (form === "hex" && /^(?:[0-9a-f]{2})*$/i.test(content)) return new Uint8Array(Buffer.from(content, "hex"));
  if (form === "base64" && /^[a-z0-9+/]*={0,2}$/i.test(content)) return new Uint8Array(Buffer.from(content, "base64"));
  throw new CommandError("octets are written as hex:0011, base64:ABE= or text:words");
}

/** A resource's value from the words of a line: one, or `INSTANCE=VALUE` for each of several. */
export function parseResource(resource: ResourceDefinition, words: readonly string[], path?: Path): ResourceValue {
  if (!resource.multiple) return parseSingle(resource, words.join(" "), path);
  const instances = words.map((word) => {
    const [, id, text = ""] = /^(\d{1,5})=(.*)$/s.exec(word) ?? [];
    if (id === undefined) throw new CommandError(`${resource.name} has several values: write each as INSTANCE=VALUE`);
    return [Number(id), parseSingle(resource, text, path)] as const;
  });
  return new Map(instances);
}

/** With its unit, on one line. */
export function showSingle(resource: ResourceDefinition, value: SingleValue): string {
  if (value instanceof Uint8Array) {
    const hex = Buffer.from(value.subarray(0, SHOWN_OCTETS)).toString("hex");
    return value.length > SHOWN_OCTETS ? `hex:${hex}… (${value.length} octets)` : `hex:${hex}`;
  }
  const text = printable(formatValue(resource, value));
  if (resource.type === "time") return `${text} ${timeText(Number(value))}`;
  return resource.units === undefined ? text : `${text} ${resource.units}`;
}

/** Plain data for JSON: maps as objects, what JSON has no number for as text. */
export function plainValue(value: ResourceValue): unknown {
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([id, single]) => [id, plainValue(single as SingleValue)]));
  }
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value instanceof Uint8Array) return value;
  const { objectId, instanceId } = value as ObjectLink;
  return `${objectId}:${instanceId}`;
}

/** `(2026-01-31T12:00:00Z)`; nothing for a time that a calendar does not have. */
function timeText(seconds: number): string {
  const date = new Date(seconds * 1_000);
  return Number.isNaN(date.getTime()) ? "" : `(${date.toISOString().replace(".000", "")})`;
}
