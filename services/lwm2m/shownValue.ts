/** Values of resources as people read them, in plain JSON and bounded. Whether one may be shown at all is decided before. */
import { withoutUserInformation } from "../../trace/redact.ts";
import type { ResourceType, SingleValue } from "./model.ts";

/** Characters of a text, and octets of opaque content, that are shown. */
const MAX_CHARACTERS = 512;
const MAX_OCTETS = 32;
/** Seconds since 1970 that a date can say. */
const LATEST_SECONDS = 8_640_000_000_000;

/** Opaque content: how much there is, and its beginning. */
export interface ShownOctets {
  readonly octets: number;
  readonly hex: string;
}

export type ShownValue = string | number | boolean | ShownOctets;

/** A time becomes ISO 8601, an object link `3:0`, an integer beyond the safe range its digits. */
export function shownValue(type: ResourceType, value: SingleValue): ShownValue {
  if (value instanceof Uint8Array) return shownOctets(value);
  switch (typeof value) {
    case "string":
      return shownText(value);
    case "object":
      return `${value.objectId}:${value.instanceId}`;
    case "bigint":
      return value.toString();
    case "number":
      return type === "time" && Math.abs(value) < LATEST_SECONDS ? isoTime(value) : value;
    default:
      return value;
  }
}

export function shownText(text: string): string {
  const shown = withoutUserInformation(text);
  return shown.length > MAX_CHARACTERS ? `${shown.slice(0, MAX_CHARACTERS)}…` : shown;
}

export function shownOctets(bytes: Uint8Array): ShownOctets {
  const hex = Array.from(bytes.subarray(0, MAX_OCTETS), (octet) => octet.toString(16).padStart(2, "0")).join("");
  return { octets: bytes.length, hex: bytes.length > MAX_OCTETS ? `${hex}…` : hex };
}

function isoTime(seconds: number): string {
  return new Date(1000 * seconds).toISOString().replace(".000Z", "Z");
}
