/**
 * SenML as JSON text, content format 110 (RFC 8428; OMA LwM2M Core 1.1 §7.4.4): a list of records, each a path, a value
 * and perhaps a time. What the records mean for an object is `senmlModel.ts`.
 */
import { Lwm2mError } from "./errors.ts";
import type { ObjectLink, Path, SingleValue } from "./model.ts";
import { formatPath, MAX_ID, parsePath } from "./path.ts";
import { decodeUtf8, encodeUtf8 } from "./utf8.ts";

/** One value at one place. */
export interface SenmlRecord {
  /** Of a resource, or of a resource instance. */
  readonly path: Path;
  readonly value: SingleValue;
  /** Seconds: below 2^28 relative to now, from there on since 1970 (RFC 8428 §4.5.3). */
  readonly time?: number;
}

/** Records of one payload. */
export const MAX_SENML_RECORDS = 16_384;

/** Strings, to pass over them, and integers that may be no exact number; longer ones are taken as inexact. */
const LONG_INTEGER = /"(?:[^"\\]|\\.)*"|(?<![\d.eE+-])-?[1-9]\d{15,39}(?![\d.eE])/g;
/** How a long integer is marked, and no record may be: inside a string the quotes would be escaped. */
const MARKED_INTEGER = /\[\s*"/;
const BASE64URL = /^[A-Za-z0-9_-]*$/;
const OBJECT_LINK = /^(\d{1,5}):(\d{1,5})$/;
const MAX_LINK_ID = 65_535;
/** What a record may carry one of. */
const VALUE_FIELDS = ["v", "vs", "vb", "vd", "vlo"] as const;
/** RFC 8428 §4.1: fields that change what a value means and that LwM2M does not use. */
const UNUSED_FIELDS = ["bv", "bs", "s"] as const;
/** RFC 8428 §4.4. */
const VERSION = 10;

type Fields = Readonly<Record<string, unknown>>;

/** Consecutive records of one object instance share their base name; one time for all is the base time. */
export function encodeSenmlJson(records: readonly SenmlRecord[]): Uint8Array {
  const [first] = records;
  const baseTime = first?.time !== undefined && records.every(({ time }) => time === first.time);
  const texts = records.map((record, index) => {
    const { path, value, time } = record;
    const fields: string[] = [];
    const followed = sameInstance(path, records[index + 1]?.path);
    const following = sameInstance(path, records[index - 1]?.path);
    const base = `/${path.objectId}/${path.instanceId}/`;
    const name = formatPath(path);
    if (!following) fields.push(`"bn":"${followed ? base : name}"`);
    if (baseTime && index === 0) fields.push(`"bt":${time}`);
    if (followed || following) fields.push(`"n":"${name.slice(base.length)}"`);
    if (time !== undefined && !baseTime) fields.push(`"t":${time}`);
    fields.push(valueField(value));
    return `{${fields.join(",")}}`;
  });
  return encodeUtf8(`[${texts.join(",")}]`);
}

/** Base fields are resolved. Throws `malformed` or `tooLarge`. */
export function decodeSenmlJson(bytes: Uint8Array): SenmlRecord[] {
  const items = parse(decodeUtf8(bytes));
  if (!Array.isArray(items)) throw malformed("want a list of records");
  if (items.length > MAX_SENML_RECORDS) {
    throw new Lwm2mError("tooLarge", `SenML: ${items.length} records, allowed are ${MAX_SENML_RECORDS}`);
  }
  const records: SenmlRecord[] = [];
  const base = { name: "", time: undefined as number | undefined };
  for (const [index, item] of items.entries()) {
    const fields = fieldsOf(item, index);
    base.name = textField(fields, "bn", index) ?? base.name;
    base.time = timeField(fields, "bt", index) ?? base.time;
    const value = recordValue(fields, index);
    if (value === undefined) continue;
    const path = pathAt(base.name + (textField(fields, "n", index) ?? ""), index);
    const time = sum(base.time, timeField(fields, "t", index));
    records.push(time === undefined ? { path, value } : { path, value, time });
  }
  return records;
}

function valueField(value: SingleValue): string {
  if (typeof value === "boolean") return `"vb":${value}`;
  if (typeof value === "string") return `"vs":${JSON.stringify(value)}`;
  if (value instanceof Uint8Array) return `"vd":"${Buffer.from(value).toString("base64url")}"`;
  if (typeof value === "object") return `"vlo":"${value.objectId}:${value.instanceId}"`;
  return `"v":${Object.is(value, -0) ? "-0" : value}`;
}

function parse(text: string): unknown {
  if (MARKED_INTEGER.test(text)) throw malformed("a list of texts has no place");
  try {
    // JSON.parse would round 64-bit integers: they become lists of their digits.
    return JSON.parse(text.replace(LONG_INTEGER, (token) => (token.startsWith('"') ? token : `["${token}"]`)));
  } catch {
    throw malformed("not JSON");
  }
}

function fieldsOf(item: unknown, index: number): Fields {
  if (typeof item !== "object" || item === null || Array.isArray(item)) throw malformed("not an object", index);
  const fields = item as Fields;
  const unknown = Object.keys(fields).find((name) => name.endsWith("_"));
  // RFC 8428 §4.4: such a field has to be understood.
  if (unknown !== undefined) throw malformed("a field that has to be understood is not", index);
  const unused = UNUSED_FIELDS.find((name) => Object.hasOwn(fields, name));
  if (unused !== undefined) throw malformed(`"${unused}" is not used in LwM2M`, index);
  const version = numberField(fields, "bver", index);
  if (version !== undefined && version > VERSION) throw malformed(`"bver" is above ${VERSION}`, index);
  return fields;
}

/** Undefined for a record of base fields alone. */
function recordValue(fields: Fields, index: number): SingleValue | undefined {
  const [name, more] = VALUE_FIELDS.filter((field) => Object.hasOwn(fields, field));
  if (more !== undefined) throw malformed("more than one value", index);
  if (name === undefined) {
    if (["bn", "bt", "bu", "bver"].some((field) => Object.hasOwn(fields, field))) return undefined;
    throw malformed("neither a value nor a base field", index);
  }
  const value = readValue(name, fields[name]);
  if (value === undefined) throw malformed(`"${name}" is not what it has to be`, index);
  return value;
}

function readValue(name: (typeof VALUE_FIELDS)[number], value: unknown): SingleValue | undefined {
  if (name === "v") return typeof value === "number" ? value : longInteger(value);
  if (name === "vb") return typeof value === "boolean" ? value : undefined;
  if (typeof value !== "string") return undefined;
  if (name === "vd") return octets(value);
  return name === "vlo" ? objectLink(value) : value;
}

function longInteger(value: unknown): number | bigint | undefined {
  if (!Array.isArray(value) || value.length !== 1 || typeof value[0] !== "string") return undefined;
  const number = Number(value[0]);
  return Number.isSafeInteger(number) ? number : BigInt(value[0]);
}

function octets(text: string): Uint8Array | undefined {
  if (!BASE64URL.test(text) || text.length % 4 === 1) return undefined;
  return new Uint8Array(Buffer.from(text, "base64url"));
}

function objectLink(text: string): ObjectLink | undefined {
  const [, objectId, instanceId] = OBJECT_LINK.exec(text)?.map(Number) ?? [];
  if (objectId === undefined || instanceId === undefined) return undefined;
  return objectId <= MAX_LINK_ID && instanceId <= MAX_LINK_ID ? { objectId, instanceId } : undefined;
}

function textField(fields: Fields, name: string, index: number): string | undefined {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (value === undefined || typeof value === "string") return value;
  throw malformed(`"${name}" is not text`, index);
}

function numberField(fields: Fields, name: string, index: number): number | undefined {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (value === undefined || typeof value === "number") return value;
  throw malformed(`"${name}" is not a number`, index);
}

function timeField(fields: Fields, name: string, index: number): number | undefined {
  const time = numberField(fields, name, index);
  if (time !== undefined && !Number.isFinite(time)) throw malformed(`"${name}" is out of range`, index);
  return time;
}

function pathAt(name: string, index: number): Path {
  try {
    const path = parsePath(name);
    if (path.resourceId !== undefined) return path;
  } catch (cause) {
    if (!(cause instanceof Lwm2mError)) throw cause;
  }
  throw malformed(`its name is no path of a resource with ids 0 to ${MAX_ID}`, index);
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : a + (b ?? 0);
}

function sameInstance(a: Path, b: Path | undefined): boolean {
  return b !== undefined && a.objectId === b.objectId && a.instanceId === b.instanceId;
}

function malformed(reason: string, index?: number): Lwm2mError {
  return new Lwm2mError("malformed", `SenML${index === undefined ? "" : `, record ${index}`}: ${reason}`);
}
