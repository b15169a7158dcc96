/**
 * The registry's RangeEnumeration column: `0..100`, `0..255 bytes`, `32 bytes`, `16,32,48`. Prose and forms that could
 * mean more than one thing give no limits: a wrong check is worse than none.
 */
import type { ResourceDefinition, ResourceType } from "./model.ts";

type Limits = Pick<ResourceDefinition, "range" | "values">;

const NUMBER = "-?\\d+(?:\\.\\d+)?";
const RANGE = new RegExp(`^(${NUMBER})?\\.{2,3}(${NUMBER})?(?: *(?:bytes|octets))?$`, "i");
const LIST = new RegExp(`^${NUMBER}(?: *[,;] *${NUMBER})+$`);
const LENGTH = /^(\d+)(?: *(?:bytes|octets))?$/i;
const WIDTH_IN_BYTES = /^([1-4]) bytes?$/i;

export function parseRangeText(type: ResourceType, text: string): Limits {
  const octets = type === "string" || type === "opaque";
  if (!octets && type !== "integer" && type !== "unsigned" && type !== "float" && type !== "time") return {};
  const range = RANGE.exec(text);
  if (range !== null) return bounds(bound(range[1]), bound(range[2]));
  if (LIST.test(text)) return { values: text.split(/ *[,;] */).map(Number) };
  const length = octets ? LENGTH.exec(text) : null;
  if (length !== null) return bounds(undefined, Number(length[1]));
  const width = octets ? null : WIDTH_IN_BYTES.exec(text);
  return width === null ? {} : bounds(0, 256 ** Number(width[1]) - 1);
}

export function formatRangeText({ type, range, values }: ResourceDefinition): string {
  if (values !== undefined) return values.join(",");
  if (range === undefined) return "";
  const unit = type === "string" || type === "opaque" ? " bytes" : "";
  return `${range.min ?? ""}..${range.max ?? ""}${unit}`;
}

/** Bounds beyond 2^53 are those of 64 bits, which the type has by itself. */
function bound(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  return Math.abs(number) <= Number.MAX_SAFE_INTEGER ? number : undefined;
}

function bounds(min: number | undefined, max: number | undefined): Limits {
  if (min === undefined && max === undefined) return {};
  if (min !== undefined && max !== undefined && min > max) return {};
  return { range: { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) } };
}
